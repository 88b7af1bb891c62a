"""The forward and the backward pass of the chosen unit: what it comes to, and below it every term."""

from __future__ import annotations

from dataclasses import replace

from openpyxl.utils import get_column_letter

from xlbp.template import names
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.lens import UNIT
from xlbp.workbook.page.live_text import Piece, filled, gaps, joined, literal
from xlbp.workbook.sheets.steps.unit import places
from xlbp.workbook.sheets.steps.unit.units import DELTA, PRE, SUM, TARGET, below
from xlbp.workbook.sheets.steps.unit.view import CHOSEN_UNIT, Source, UnitView, product, total

BIAS = Source(places.AT, "bias row", "bias label")  # a parameter, or on the panel if it is frozen


def put_forward(view: UnitView) -> None:
    """Σ, the bias, z, what the activation makes of it; then the list of what comes in."""
    put_incoming(view)
    _sum_in(view)
    _bias(view)
    _pre_activation(view)
    _lines(view, "forward")


def put_backward(view: UnitView) -> None:
    """What comes back, or the target; then how delta is made of it, and the list of what comes back."""
    if view.rows.targets:
        put_outgoing(view)
    _back(view)
    _lines(view, "backward")


def _sum_in(view: UnitView) -> None:
    """Σ of the products that come in."""
    row, pairs, used = view.rows.sum, incoming_pairs(view), (f"{view.scalar('exists')}=1", view.exists)
    view.cell(row, places.SYMBOL, used, '"Σ"', "Σ", "symbol")
    text = sum_text(view, view.rows.incoming, view.rows.sources, view.table.cell("sources"), pairs)
    view.cell(row, places.FORMULA, used, *text, "text")
    letter = get_column_letter(places.VALUE)
    value, size = sum_of(view, pairs)
    formula = f"SUM({letter}{view.rows.incoming}:{letter}{view.rows.incoming + view.rows.sources - 1})"
    view.cell(row, places.VALUE, used, formula, value, "number", size)
    view.readable(row, places.TEXT, places.VALUE, used, value, size)


def _bias(view: UnitView) -> None:
    """The bias, where there is one."""
    row, source, name = view.rows.bias, BIAS, view.bias
    view.column(row, places.AT, "b", name)
    used = view.at(row, source, name)
    view.symbol(row, places.SYMBOL, source, name)
    frozen, trained = (literal(view.contents.texts(key)) for key in ("steps.frozen", "unit.bias"))
    formula = f"IF({view.table.cell('frozen')}=1,{frozen[0]},{trained[0]})"
    view.cell(row, places.FORMULA, used, formula, frozen[1] if view.table["frozen"] else trained[1], "muted")
    view.value(row, places.VALUE, source, name)
    view.link(row, source, name)
    view.text_of(row, places.TEXT, places.VALUE, used, name)


def _pre_activation(view: UnitView) -> None:
    """z: Σ and the bias together."""
    row, at = view.rows.pre, f"${get_column_letter(places.AT)}{view.rows.bias}"
    bias = view.bias
    name = _line_start(view, row, "z 0", PRE)
    used = view.at(row, view.sample, name)
    value, size = sum_of(view, incoming_pairs(view))
    plus = view.symbol_piece(view.rows.bias, places.SYMBOL, bias)
    view.cell(
        row, places.FORMULA, used, f'"= Σ"&IF({at}>0," + "&{plus[0]},"")', f"= Σ + {plus[1]}" if bias else "= Σ", "text"
    )
    first = view.number_piece(view.rows.sum, places.TEXT, places.VALUE, value, False)
    second = view.number_piece(view.rows.bias, places.TEXT, places.VALUE, view.of(bias), True)
    formula = f'"= "&{first[0]}&IF({at}>0," + "&{second[0]},"")'
    shown = f"= {first[1]} + {second[1]}" if bias else f"= {first[1]}"
    view.cell(row, places.NUMBERS, used, formula, shown, "text", max(size, view.lens.size(bias) if bias else 0.0))


def _line_start(view: UnitView, row: int, key: str, letters: str) -> str:
    """Column, symbol, value, link and text of a quantity of the unit; returns its name, '' for none."""
    name = view.named(letters)
    view.column(row, places.AT, key, name)
    source = replace(view.sample, key=key)
    view.symbol(row, places.SYMBOL, source, name)
    view.value(row, places.VALUE, source, name)
    view.link(row, source, name)
    view.text_of(row, places.TEXT, places.VALUE, view.at(row, source, name), name)
    return name


def _lines(view: UnitView, way: str) -> None:
    """The lines whose formulas depend on the kind of the layer."""
    for place in range(view.rows.forward if way == "forward" else view.rows.backward):
        row = (view.rows.pre if way == "forward" else view.rows.back) + 1 + place
        of_kinds = [(kind.forward if way == "forward" else kind.backward)[place:][:1] for kind in view.table.kinds]
        own = of_kinds[view.table["kind"] - 1]
        name = _line_start(view, row, f"{way} {place}", own[0].letters if own else "")
        symbols = [_fill(view, n, line[0].text if line else "", False) for n, line in enumerate(of_kinds)]
        numbers = [_fill(view, n, line[0].text if line else "", True) for n, line in enumerate(of_kinds)]
        used = view.at(row, view.sample, name)
        size = view.lens.size(name) if name else 0.0
        for column, pieces in ((places.FORMULA, symbols), (places.NUMBERS, numbers)):
            view.cell(row, column, used, *view.chosen(pieces), "text", size)


def _fill(view: UnitView, kind: int, text: str, in_numbers: bool) -> Piece:
    """The formula of one kind of layer, in symbols or in numbers; without gaps there are no numbers to show."""
    of_kind = view.table.kinds[kind]
    rows = view.rows.of_lines(of_kind.forward, of_kind.backward)
    is_chosen = kind == view.table["kind"] - 1 and view.exists
    if in_numbers and not gaps(text):
        return literal("")

    def piece(letters: str, in_brackets: bool) -> Piece:
        name, value = _meaning(view, letters) if is_chosen else ("", None)
        if in_numbers:
            return view.number_piece(rows[letters], places.TEXT, places.VALUE, value, in_brackets)
        cell, shown = view.symbol_piece(rows[letters], places.SYMBOL, name)
        return cell, SUM if letters == SUM else shown

    return filled(text, piece)


def _meaning(view: UnitView, letters: str) -> tuple[str, float | None]:
    """What a gap stands for in the chosen unit: a quantity and its value."""
    if letters == SUM:
        return "", sum_of(view, outgoing_pairs(view))[0]
    name = view.named(letters)
    return name, view.of(name)


def _back(view: UnitView) -> None:
    """The line before the delta: what the next layer sends back, or in the last layer the target."""
    row, last = view.rows.back, f"{view.table.cell('targets')}=0"
    is_last, used = not view.table["targets"], (f"{view.scalar('exists')}=1", view.exists)
    target = names.of_input(TARGET, view.unit, view.mark)
    label, value_of_target, link = _target_formulas(view)
    pairs = outgoing_pairs(view)
    value, size = sum_of(view, pairs)
    text: Piece = ('""', "")
    summed = "0"
    if view.rows.targets:
        text = sum_text(view, view.rows.outgoing, view.rows.targets, view.table.cell("targets"), pairs)
        letter = get_column_letter(places.VALUE)
        summed = f"SUM({letter}{view.rows.outgoing}:{letter}{view.rows.outgoing + view.rows.targets - 1})"
    if is_last and view.exists:
        value, size = view.of(target), view.lens.size(target)
    word = literal(view.contents.texts("steps.target"))
    symbol = view.lens.symbol(target) if is_last and view.exists else SUM
    view.cell(row, places.SYMBOL, used, f'IF({last},{label},"Σ")', symbol, "symbol")
    view.cell(row, places.FORMULA, used, f"IF({last},{word[0]},{text[0]})", word[1] if is_last else text[1], "text")
    view.cell(row, places.VALUE, used, f"IF({last},{value_of_target},{summed})", value, "number", size)
    view.readable(row, places.TEXT, places.VALUE, used, value, size)
    there = (f"AND({used[0]},{last})", view.exists and is_last)
    view.cell(row, view.link_column, there, link, "→", "link")


def _target_formulas(view: UnitView) -> tuple[str, str, str]:
    """The chosen unit's target on the panel or the data sheet: symbol, value, and a link to the place of this unit."""
    contents, layout = view.contents, view.contents.layout
    network = view.network
    if network.stored:
        return _target_in_row(view)
    first = layout.panel[names.of_input(TARGET, 1, network.marks[0])]
    last = layout.panel[names.of_input(TARGET, network.layers[-1].units, network.marks[-1])]
    home = quoted(contents.texts("sheet.training") if first.sheet == "training" else layout.data_sheet)
    letters = (get_column_letter(place.column) for place in (first, last))
    labels = ":".join(f"${letter}${first.row - 1}" for letter in letters)
    value = f"INDEX({home}!{first.address}:{last.address},{view.scalar('sample')}+1,{UNIT})"
    address = f"ADDRESS({first.row}+{view.scalar('sample')},{first.column - 1}+{UNIT},4)"
    return f"INDEX({home}!{labels},1,{UNIT})", value, f'HYPERLINK("#{home}!"&{address},"→")'


def _target_in_row(view: UnitView) -> tuple[str, str, str]:
    """The same where the row has its own targets: the samples of a unit side by side."""
    network, layout = view.network, view.contents.layout
    first = layout.columns[names.of_input(TARGET, 1, network.marks[0])]
    column = f"{first}+({UNIT}-1)*{network.batch}"
    home = quoted(view.contents.texts("sheet.training"))
    label = f"INDEX({view.block},{view.heading},{column})"
    label = f'SUBSTITUTE({label},"⁽¹⁾","")' if view.batch else label
    value = f"INDEX({view.block},{view.scalar('row')},{column}+{view.scalar('sample')})"
    address = f"ADDRESS({view.scalar('row')},{column}+{view.scalar('sample')},4)"
    return label, value, f'HYPERLINK("#{home}!"&{address},"→")'


# the lists of terms

Pairs = list[tuple[str, str]]  # of names: what comes along an edge, and the edge's weight


def source_of(view: UnitView) -> Source:
    """How inputs are fetched: from the panel, or what the layer below passes on."""
    return Source(places.AT, "input row", "input label", view.batch, "in")


def put_incoming(view: UnitView) -> None:
    """A line per source: symbols, values, product."""
    keys = ("input", "weight", "input_value", "weight_value", "product")
    for column, key in enumerate(keys, start=places.SYMBOL):
        view.page.text(view.rows.incoming - 1, column, view.contents.texts(f"unit.{key}"), "column")
    first, second = source_of(view), Source(places.WEIGHT_AT)
    for j in range(1, view.rows.sources + 1):
        row, used = view.rows.incoming + j - 1, j <= view.count("sources")
        source = below(view.contents, view.layer, j, view.mark) if used else ""
        weight = names.weight(view.layer, view.unit, j) if used else ""
        there = view.listed(j, "sources")
        view.column(row, places.AT, "in", source, there, "", str(j - 1))
        view.column(row, places.WEIGHT_AT, "W", weight, there, CHOSEN_UNIT, str(j - 1))
        _term(view, row, (first, source), (second, weight))
        view.link(row, second, weight)


def put_outgoing(view: UnitView) -> None:
    """A line per target: the symbols of its delta and of the weight to it, values, product."""
    any_target = (f"{view.table.cell('targets')}*{view.scalar('exists')}>0", view.count("targets") > 0)
    keys = ("delta", "weight", "delta_value", "weight_value", "product")
    for column, key in enumerate(keys, start=places.SYMBOL):
        text = view.contents.texts(f"unit.{key}")
        view.cell(view.rows.outgoing - 1, column, any_target, literal(text)[0], text, "column")
    first, second = replace(view.sample, key="next dz"), Source(places.WEIGHT_AT)
    for k in range(1, view.rows.targets + 1):
        row, used = view.rows.outgoing + k - 1, k <= view.count("targets")
        delta = names.of_unit(DELTA, view.layer + 1, k, view.mark) if used else ""
        weight = names.weight(view.layer + 1, k, view.unit) if used else ""
        there = view.listed(k, "targets")
        view.column(row, places.AT, "next dz", delta, there, str(k - 1))
        view.column(row, places.WEIGHT_AT, "next W", weight, there, str(k - 1), CHOSEN_UNIT)
        _term(view, row, (first, delta), (second, weight))
        view.link(row, first, delta)


def _term(view: UnitView, row: int, left: tuple[Source, str], right: tuple[Source, str]) -> None:
    """Two symbols, two values, their product, and the texts of both values."""
    for (source, name), symbol, value, text in (
        (left, places.SYMBOL, places.TERM_VALUE, places.TEXT),
        (right, places.FORMULA, places.NUMBERS, places.WEIGHT_TEXT),
    ):
        view.symbol(row, symbol, source, name, "symbol" if symbol == places.SYMBOL else "text")
        view.value(row, value, source, name)
        view.text_of(row, text, value, view.at(row, source, name), name)
    a, b = left[1], right[1]
    formula = f"{get_column_letter(places.TERM_VALUE)}{row}*{get_column_letter(places.NUMBERS)}{row}"
    size = view.lens.size(a) * view.lens.size(b) if a else 0.0
    view.cell(row, places.VALUE, view.at(row, left[0], a), formula, product([view.of(a), view.of(b)]), "number", size)


def sum_text(view: UnitView, first: int, most: int, count: str, pairs: Pairs) -> Piece:
    """``w1 · x1 + … + w9 · x9``: the first and the last line of a list, however long it is."""
    pieces: list[Piece] = []
    for column, side in ((places.FORMULA, 1), (places.SYMBOL, 0)):
        letter = get_column_letter(column)
        block = f"${letter}${first}:${letter}${first + most - 1}"
        shown = view.lens.symbol(pairs[-1][side]) if pairs else ""
        pieces.append((f"INDEX({block},{count})", shown))
    opening = [literal("= "), view.symbol_piece(first, places.FORMULA, pairs[0][1] if pairs else "")]
    opening += [literal(" · "), view.symbol_piece(first, places.SYMBOL, pairs[0][0] if pairs else "")]
    start, end = joined(opening), joined([pieces[0], literal(" · "), pieces[1]])
    between = " + … + " if len(pairs) > 2 else " + "
    formula = f'{start[0]}&IF({count}>1,IF({count}>2," + … + "," + ")&{end[0]},"")'
    return formula, start[1] + (between + end[1] if len(pairs) > 1 else "")


def sum_of(view: UnitView, pairs: Pairs) -> tuple[float | None, float]:
    """The sum of the products, and the size of its terms."""
    value = total([product([view.of(a), view.of(b)]) for a, b in pairs])
    return value, sum(view.lens.size(a) * view.lens.size(b) for a, b in pairs)


def incoming_pairs(view: UnitView) -> Pairs:
    """(source, weight) of every line that is used."""
    lines = range(1, view.count("sources") + 1)
    return [(below(view.contents, view.layer, j, view.mark), names.weight(view.layer, view.unit, j)) for j in lines]


def outgoing_pairs(view: UnitView) -> Pairs:
    """(delta of the target, weight to it) of every line that is used."""
    lines, above = range(1, view.count("targets") + 1), view.layer + 1
    return [(names.of_unit(DELTA, above, k, view.mark), names.weight(above, k, view.unit)) for k in lines]
