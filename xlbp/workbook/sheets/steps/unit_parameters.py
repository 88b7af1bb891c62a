"""The parameters of the chosen unit: the gradient of each by the chain rule, and how each moves."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from xlbp.template import names
from xlbp.workbook.page.live_text import Piece, filled, joined, literal
from xlbp.workbook.sheets.steps.layer_table import below, bias_of
from xlbp.workbook.sheets.steps.unit_lines import DELTA, NEW, OLD, PRE, RATE, SLOPE, network_of, quantity, update_text
from xlbp.workbook.sheets.steps.unit_places import Places
from xlbp.workbook.sheets.steps.unit_view import (
    CHOSEN_UNIT,
    FIRST_AT,
    FIRST_TEXT,
    FOURTH,
    MEAN,
    SECOND,
    SECOND_AT,
    SECOND_TEXT,
    SYMBOL,
    THIRD,
    VALUE,
    UnitView,
    product,
)

DELTA_SYMBOL, DELTA_VALUE, DELTA_TEXT = FIRST_AT, SECOND_AT, FIRST_TEXT  # in the row of the headings


def put_gradients(view: UnitView, places: Places) -> None:
    """A line for the bias and one for each weight: the chain rule, and what it comes to."""
    texts, row = view.contents.texts, places.gradients - 1
    headings = {SYMBOL: texts("unit.gradient"), SECOND: texts("unit.symbols"), THIRD: "", FOURTH: texts("unit.numbers")}
    headings[VALUE] = texts("unit.sample" if view.batch else "unit.value")
    if view.batch:
        headings[MEAN] = texts("unit.mean", samples=view.lens.samples)
    for column, text in headings.items():
        view.page.text(row, column, text, "column")
    _delta(view, places)
    _bias_gradient(view, places)
    for j in range(1, places.sources + 1):
        _weight_gradient(view, places, j)


def put_update(view: UnitView, places: Places) -> None:
    """The learning rate, and a line for each parameter: old, minus the rate times the gradient, new."""
    texts, row = view.contents.texts, places.rate
    rate, lens = names.LEARNING_RATE, view.lens
    view.page.text(row, SYMBOL, lens.symbol(rate), "symbol")
    view.page.text(row, SECOND, texts("steps.rate"), "muted")
    view.page.live(row, VALUE, lens.formula(rate), lens.value(rate), size=lens.size(rate))
    lens.put_link(view.page, row, view.link_column, rate)
    view.text_of(row, FIRST_TEXT, VALUE, ("TRUE", True), rate)
    keys = {SYMBOL: "unit.new", SECOND: "unit.update", FOURTH: "unit.numbers", VALUE: "unit.value"}
    for column in (SYMBOL, SECOND, THIRD, FOURTH, VALUE):
        view.page.text(row + 1, column, texts(keys[column]) if column in keys else "", "column")
    _move(view, places, 0)
    for j in range(1, places.sources + 1):
        _move(view, places, j)


def _delta(view: UnitView, places: Places) -> None:
    """The unit's delta, wherever its layer has it, in helper cells for all the lines below."""
    row, used = places.gradients - 1, (f"{view.scalar('exists')}=1", view.exists)
    name = names.of_unit(DELTA, view.layer, view.unit, view.mark) if view.exists else ""
    value, size = view.of(name), view.lens.size(name) if name else 0.0
    found = {DELTA_SYMBOL: (SYMBOL, view.lens.symbol(name) if name else "", 0.0), DELTA_VALUE: (VALUE, value, size)}
    for column, (source, shown, noise) in found.items():
        letter = get_column_letter(source)
        block = f"${letter}${places.back + 1}:${letter}${places.back + places.backward}"
        view.cell(row, column, used, f"INDEX({block},{view.table.cell('delta')})", shown, "small", noise)
    view.text_of(row, DELTA_TEXT, DELTA_VALUE, used, name)


def _delta_pieces(view: UnitView, places: Places) -> tuple[Piece, Piece]:
    """Its symbol and its number, for a text."""
    row = places.gradients - 1
    name = names.of_unit(DELTA, view.layer, view.unit, view.mark) if view.exists else ""
    symbol = view.symbol_piece(row, DELTA_SYMBOL, name)
    return symbol, view.number_piece(row, DELTA_TEXT, DELTA_VALUE, view.of(name), False)


def _chain(view: UnitView, places: Places, parameter: Piece) -> Piece:
    """``= ∂E/∂z1 · ∂z1/∂w5``."""
    pre = quantity(view.contents, PRE, view.layer, view.unit, view.mark) if view.exists else ""
    symbol = view.symbol_piece(places.pre, SYMBOL, pre)
    delta = _delta_pieces(view, places)[0]
    return joined([literal("= "), delta, literal(" · ∂"), symbol, literal("/∂"), parameter])


def _penalties(view: UnitView, weight: Piece) -> Piece:
    """What penalties add to the derivative by a weight: ``+ λ₂ · w5``."""
    network, symbol = network_of(view.contents), view.contents.symbol
    found: list[Piece] = []
    for kind in network.penalties:
        size = literal(f" + {symbol(names.setting(kind))} · ")
        found += [size, weight] if kind == "l2" else [size, literal("sign("), weight, literal(")")]
    return joined(found)


def _gradient_line(view: UnitView, row: int, name: str) -> None:
    """Symbol, value, link and text of a gradient; in a batch it is the mean, beside the sample's own share."""
    column = MEAN if view.batch else VALUE
    view.symbol(row, SYMBOL, view.plain, name)
    view.value(row, column, view.plain, name)
    view.link(row, view.plain, name)
    view.text_of(row, FIRST_TEXT, column, view.at(row, view.plain, name), name)


def _weight_gradient(view: UnitView, places: Places, j: int) -> None:
    row, line, used = places.gradients + j, places.incoming + j - 1, j <= view.count("sources")
    weight = names.weight(view.layer, view.unit, j) if used else ""
    source = below(view.contents, view.layer, j, view.mark) if used else ""
    name = names.gradient(weight) if used else ""
    view.column(row, FIRST_AT, "Wd", name, view.listed(j, "sources"), CHOSEN_UNIT, str(j - 1))
    there = view.at(row, view.plain, name)
    symbol = view.symbol_piece(line, SECOND, weight)
    view.cell(row, SECOND, there, *joined([_chain(view, places, symbol), _penalties(view, symbol)]), "text")
    factor = view.number_piece(line, FIRST_TEXT, THIRD, view.of(source), True)
    more = literal(" + …" if network_of(view.contents).penalties else "")
    numbers = joined([literal("= "), _delta_pieces(view, places)[1], literal(" · "), factor, more])
    delta = names.of_unit(DELTA, view.layer, view.unit, view.mark)
    sizes = [view.lens.size(delta), view.lens.size(source)] if used else [0.0, 0.0]
    view.cell(row, FOURTH, there, *numbers, "text", max(sizes))
    if view.batch:
        formula = f"${get_column_letter(DELTA_VALUE)}${places.gradients - 1}*{get_column_letter(THIRD)}{line}"
        share = product([view.of(delta), view.of(source)]) if used else None
        view.cell(row, VALUE, there, formula, share, "number", sizes[0] * sizes[1])
    _gradient_line(view, row, name)


def _bias_gradient(view: UnitView, places: Places) -> None:
    """That of a bias of the unit's own is its delta; one that the layer shares takes the deltas of all units."""
    row, layer = places.gradients, network_of(view.contents).layers[view.layer - 1]
    trained = view.exists and layer.trains_bias
    bias = bias_of(layer, view.unit) if trained else ""
    name, shared = names.gradient(bias) if bias else "", f"{view.table.cell('shared')}=1"
    view.column(row, FIRST_AT, "bd", name)
    there = view.at(row, view.plain, name)
    chain = _chain(view, places, view.symbol_piece(places.bias, SYMBOL, bias))
    sums = view.chosen([literal(kind.shared_bias) for kind in view.table.kinds])
    is_shared = bool(view.table["shared"])
    view.cell(row, SECOND, there, f"IF({shared},{sums[0]},{chain[0]})", sums[1] if is_shared else chain[1], "text")
    numbers = joined([literal("= "), _delta_pieces(view, places)[1], literal(" · 1")])
    delta = names.of_unit(DELTA, view.layer, view.unit, view.mark)
    size = view.lens.size(delta) if bias else 0.0
    view.cell(row, FOURTH, there, f'IF({shared},"",{numbers[0]})', "" if is_shared else numbers[1], "text", size)
    if view.batch:
        own = f"${get_column_letter(DELTA_VALUE)}${places.gradients - 1}"
        share = "" if is_shared else view.of(delta) if bias else None
        view.cell(row, VALUE, there, f'IF({shared},"",{own})', share, "number", size)
    _gradient_line(view, row, name)


def _move(view: UnitView, places: Places, j: int) -> None:
    """The update of the bias (0) or of the weight of a source (from 1 on)."""
    row, used = places.update + j, j <= view.count("sources")
    if j:
        old = names.weight(view.layer, view.unit, j) if used else ""
        where = (places.incoming + j - 1, SECOND, SECOND_TEXT, FOURTH)
        condition, source = view.listed(j, "sources"), str(j - 1)
    else:
        layer = network_of(view.contents).layers[view.layer - 1]
        trained = view.exists and layer.trains_bias
        old = bias_of(layer, view.unit) if trained else ""
        where, condition, source = (places.bias, SYMBOL, FIRST_TEXT, VALUE), "", ""
    name = names.updated(old) if old else ""
    view.column(row, FIRST_AT, "W+" if j else "b+", name, condition, CHOSEN_UNIT, source)
    view.symbol(row, SYMBOL, view.plain, name)
    view.value(row, VALUE, view.plain, name)
    view.link(row, view.plain, name)
    view.text_of(row, FIRST_TEXT, VALUE, view.at(row, view.plain, name), name)
    for column, in_numbers in ((SECOND, False), (FOURTH, True)):
        text = _moved(view, places, j, old, where, in_numbers)
        size = max(view.lens.size(n) for n in (old, name, names.gradient(old))) if old else 0.0
        view.cell(row, column, view.at(row, view.plain, name), *text, "text", size)


def _moved(
    view: UnitView, places: Places, j: int, old: str, where: tuple[int, int, int, int], in_numbers: bool
) -> Piece:
    """``= w − η · ∂E/∂w``; of an optimizer that takes more than that, what was and what is."""
    row, symbol_column, text_column, number_column = where
    new = names.updated(old) if old else ""
    gradient_column = MEAN if view.batch else VALUE
    cells: dict[str, tuple[str, int, int, int, int]] = {
        OLD: (old, row, symbol_column, text_column, number_column),
        SLOPE: (names.gradient(old) if old else "", places.gradients + j, SYMBOL, FIRST_TEXT, gradient_column),
        RATE: (names.LEARNING_RATE, places.rate, SYMBOL, FIRST_TEXT, VALUE),
        NEW: (new, places.update + j, SYMBOL, FIRST_TEXT, VALUE),
    }

    def piece(kind: str, in_brackets: bool) -> Piece:
        name, at, symbol, text, plain = cells[kind]
        if not in_numbers:
            return view.symbol_piece(at, symbol, name)
        return view.number_piece(at, text, plain, view.of(name), in_brackets)

    return filled(update_text(view.contents), piece)
