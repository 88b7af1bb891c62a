"""The forward and the backward pass of the chosen unit: what it comes to, and below it every term."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from xlbp.template import names
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.lens import UNIT
from xlbp.workbook.page.live_text import Piece, filled, gaps, literal
from xlbp.workbook.sheets.steps.layer_table import bias_of
from xlbp.workbook.sheets.steps.unit_lines import PRE, SUM, TARGET, network_of, quantity
from xlbp.workbook.sheets.steps.unit_places import Places
from xlbp.workbook.sheets.steps.unit_terms import (
    incoming_pairs,
    outgoing_pairs,
    put_incoming,
    put_outgoing,
    sum_of,
    sum_text,
)
from xlbp.workbook.sheets.steps.unit_view import FIRST_AT, FIRST_TEXT, FOURTH, SECOND, SYMBOL, VALUE, Source, UnitView

BIAS = Source(FIRST_AT, "bias row", "bias label")  # a parameter, or on the panel if it is frozen


def put_forward(view: UnitView, places: Places) -> None:
    """Σ, the bias, z, what the activation makes of it; then the list of what comes in."""
    put_incoming(view, places)
    _sum_in(view, places)
    _bias(view, places)
    _pre_activation(view, places)
    _lines(view, places, "forward")


def put_backward(view: UnitView, places: Places) -> None:
    """What comes back, or the target; then how delta is made of it, and the list of what comes back."""
    if places.targets:
        put_outgoing(view, places)
    _back(view, places)
    _lines(view, places, "backward")


def _sum_in(view: UnitView, places: Places) -> None:
    """Σ of the products that come in."""
    row, pairs, used = places.sum, incoming_pairs(view), (f"{view.scalar('exists')}=1", view.exists)
    view.cell(row, SYMBOL, used, '"Σ"', "Σ", "symbol")
    text = sum_text(view, places.incoming, places.sources, view.table.cell("sources"), pairs)
    view.cell(row, SECOND, used, *text, "text")
    letter = get_column_letter(VALUE)
    value, size = sum_of(view, pairs)
    formula = f"SUM({letter}{places.incoming}:{letter}{places.incoming + places.sources - 1})"
    view.cell(row, VALUE, used, formula, value, "number", size)
    view.readable(row, FIRST_TEXT, VALUE, used, value, size)


def _bias(view: UnitView, places: Places) -> None:
    """The bias, where there is one."""
    row, source = places.bias, BIAS
    layer = network_of(view.contents).layers[view.layer - 1]
    name = bias_of(layer, view.unit) if view.exists else ""
    view.column(row, FIRST_AT, "b", name)
    used = view.at(row, source, name)
    view.symbol(row, SYMBOL, source, name)
    frozen, trained = (literal(view.contents.texts(key)) for key in ("steps.frozen", "unit.bias"))
    formula = f"IF({view.table.cell('frozen')}=1,{frozen[0]},{trained[0]})"
    view.cell(row, SECOND, used, formula, frozen[1] if view.table["frozen"] else trained[1], "muted")
    view.value(row, VALUE, source, name)
    view.link(row, source, name)
    view.text_of(row, FIRST_TEXT, VALUE, used, name)


def _pre_activation(view: UnitView, places: Places) -> None:
    """z: Σ and the bias together."""
    row, at = places.pre, f"${get_column_letter(FIRST_AT)}{places.bias}"
    bias = bias_of(network_of(view.contents).layers[view.layer - 1], view.unit) if view.exists else ""
    name = _line_start(view, row, "z 0", PRE)
    used = view.at(row, view.sample, name)
    value, size = sum_of(view, incoming_pairs(view))
    plus = view.symbol_piece(places.bias, SYMBOL, bias)
    view.cell(row, SECOND, used, f'"= Σ"&IF({at}>0," + "&{plus[0]},"")', f"= Σ + {plus[1]}" if bias else "= Σ", "text")
    first = view.number_piece(places.sum, FIRST_TEXT, VALUE, value, False)
    second = view.number_piece(places.bias, FIRST_TEXT, VALUE, view.of(bias), True)
    formula = f'"= "&{first[0]}&IF({at}>0," + "&{second[0]},"")'
    shown = f"= {first[1]} + {second[1]}" if bias else f"= {first[1]}"
    view.cell(row, FOURTH, used, formula, shown, "text", max(size, view.lens.size(bias) if bias else 0.0))


def _line_start(view: UnitView, row: int, key: str, letters: str) -> str:
    """Column, symbol, value, link and text of a quantity of the unit; returns its name, '' for none."""
    name = quantity(view.contents, letters, view.layer, view.unit, view.mark) if letters and view.exists else ""
    view.column(row, FIRST_AT, key, name)
    view.symbol(row, SYMBOL, view.sample, name)
    view.value(row, VALUE, view.sample, name)
    view.link(row, view.sample, name)
    view.text_of(row, FIRST_TEXT, VALUE, view.at(row, view.sample, name), name)
    return name


def _lines(view: UnitView, places: Places, way: str) -> None:
    """The lines whose formulas depend on the kind of the layer."""
    for place in range(places.forward if way == "forward" else places.backward):
        row = (places.pre if way == "forward" else places.back) + 1 + place
        of_kinds = [(kind.forward if way == "forward" else kind.backward)[place:][:1] for kind in view.table.kinds]
        own = of_kinds[view.table["kind"] - 1]
        name = _line_start(view, row, f"{way} {place}", own[0].letters if own else "")
        symbols = [_fill(view, places, n, line[0].text if line else "", False) for n, line in enumerate(of_kinds)]
        numbers = [_fill(view, places, n, line[0].text if line else "", True) for n, line in enumerate(of_kinds)]
        used = view.at(row, view.sample, name)
        size = view.lens.size(name) if name else 0.0
        for column, pieces in ((SECOND, symbols), (FOURTH, numbers)):
            view.cell(row, column, used, *view.chosen(pieces), "text", size)


def _fill(view: UnitView, places: Places, kind: int, text: str, in_numbers: bool) -> Piece:
    """The formula of one kind of layer, in symbols or in numbers; without gaps there are no numbers to show."""
    of_kind = view.table.kinds[kind]
    rows = places.forward_rows(of_kind.forward) | places.backward_rows(of_kind.backward)
    is_chosen = kind == view.table["kind"] - 1 and view.exists
    if in_numbers and not gaps(text):
        return literal("")

    def piece(letters: str, in_brackets: bool) -> Piece:
        name, value = _meaning(view, letters) if is_chosen else ("", None)
        if in_numbers:
            return view.number_piece(rows[letters], FIRST_TEXT, VALUE, value, in_brackets)
        cell, shown = view.symbol_piece(rows[letters], SYMBOL, name)
        return cell, SUM if letters == SUM else shown

    return filled(text, piece)


def _meaning(view: UnitView, letters: str) -> tuple[str, float | None]:
    """What a gap stands for in the chosen unit: a quantity and its value."""
    if letters == SUM:
        return "", sum_of(view, outgoing_pairs(view))[0]
    name = quantity(view.contents, letters, view.layer, view.unit, view.mark)
    return name, view.of(name)


def _back(view: UnitView, places: Places) -> None:
    """The line before the delta: what the next layer sends back, or in the last layer the target."""
    row, last = places.back, f"{view.table.cell('targets')}=0"
    is_last, used = not view.table["targets"], (f"{view.scalar('exists')}=1", view.exists)
    target = names.of_input(TARGET, view.unit, view.mark)
    label, value_of_target, link = _target_formulas(view)
    pairs = outgoing_pairs(view)
    value, size = sum_of(view, pairs)
    text: Piece = ('""', "")
    summed = "0"
    if places.targets:
        text = sum_text(view, places.outgoing, places.targets, view.table.cell("targets"), pairs)
        letter = get_column_letter(VALUE)
        summed = f"SUM({letter}{places.outgoing}:{letter}{places.outgoing + places.targets - 1})"
    if is_last and view.exists:
        value, size = view.of(target), view.lens.size(target)
    given = literal(view.contents.texts("steps.target"))
    symbol = view.lens.symbol(target) if is_last and view.exists else SUM
    view.cell(row, SYMBOL, used, f'IF({last},{label},"Σ")', symbol, "symbol")
    view.cell(row, SECOND, used, f"IF({last},{given[0]},{text[0]})", given[1] if is_last else text[1], "text")
    view.cell(row, VALUE, used, f"IF({last},{value_of_target},{summed})", value, "number", size)
    view.readable(row, FIRST_TEXT, VALUE, used, value, size)
    there = (f"AND({used[0]},{last})", view.exists and is_last)
    view.cell(row, view.link_column, there, link, "→", "link")


def _target_formulas(view: UnitView) -> tuple[str, str, str]:
    """The chosen unit's target on the panel or the data sheet: symbol, value, and a link to the place of this unit."""
    contents, layout = view.contents, view.contents.layout
    network = network_of(contents)
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
    network, layout = network_of(view.contents), view.contents.layout
    first = layout.columns[names.of_input(TARGET, 1, network.marks[0])]
    column = f"{first}+({UNIT}-1)*{network.batch}"
    home = quoted(view.contents.texts("sheet.training"))
    label = f"INDEX({view.block},{view.heading},{column})"
    label = f'SUBSTITUTE({label},"⁽¹⁾","")' if view.batch else label
    value = f"INDEX({view.block},{view.scalar('row')},{column}+{view.scalar('sample')})"
    address = f"ADDRESS({view.scalar('row')},{column}+{view.scalar('sample')},4)"
    return label, value, f'HYPERLINK("#{home}!"&{address},"→")'
