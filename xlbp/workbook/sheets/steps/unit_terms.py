"""The lists of a unit: every term that comes in, and every term that comes back."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from xlbp.template import names
from xlbp.workbook.page.live_text import Piece, joined, literal
from xlbp.workbook.sheets.steps.layer_table import below
from xlbp.workbook.sheets.steps.unit_lines import DELTA
from xlbp.workbook.sheets.steps.unit_places import Places
from xlbp.workbook.sheets.steps.unit_view import (
    CHOSEN_UNIT,
    FIRST_AT,
    FIRST_TEXT,
    FOURTH,
    SECOND,
    SECOND_AT,
    SECOND_TEXT,
    SYMBOL,
    THIRD,
    VALUE,
    Source,
    UnitView,
    product,
    total,
)

Pairs = list[tuple[str, str]]  # of names: what comes along an edge, and the edge's weight


def source_of(view: UnitView) -> Source:
    """How inputs are fetched: from the panel, or what the layer below passes on."""
    return Source(FIRST_AT, "input row", "input label", view.batch)


def put_incoming(view: UnitView, places: Places) -> None:
    """A line per source: symbols, values, product."""
    keys = ("input", "weight", "input_value", "weight_value", "product")
    for column, key in enumerate(keys, start=SYMBOL):
        view.page.text(places.incoming - 1, column, view.contents.texts(f"unit.{key}"), "column")
    first, second = source_of(view), Source(SECOND_AT)
    for j in range(1, places.sources + 1):
        row, used = places.incoming + j - 1, j <= view.count("sources")
        source = below(view.contents, view.layer, j, view.mark) if used else ""
        weight = names.weight(view.layer, view.unit, j) if used else ""
        there = view.listed(j, "sources")
        view.column(row, FIRST_AT, "in", source, there, "", str(j - 1))
        view.column(row, SECOND_AT, "W", weight, there, CHOSEN_UNIT, str(j - 1))
        _term(view, row, (first, source), (second, weight))
        view.link(row, second, weight)


def put_outgoing(view: UnitView, places: Places) -> None:
    """A line per target: the symbols of its delta and of the weight to it, values, product."""
    any_target = (f"{view.table.cell('targets')}*{view.scalar('exists')}>0", view.count("targets") > 0)
    keys = ("delta", "weight", "delta_value", "weight_value", "product")
    for column, key in enumerate(keys, start=SYMBOL):
        text = view.contents.texts(f"unit.{key}")
        view.cell(places.outgoing - 1, column, any_target, literal(text)[0], text, "column")
    first, second = view.sample, Source(SECOND_AT)
    for k in range(1, places.targets + 1):
        row, used = places.outgoing + k - 1, k <= view.count("targets")
        delta = names.of_unit(DELTA, view.layer + 1, k, view.mark) if used else ""
        weight = names.weight(view.layer + 1, k, view.unit) if used else ""
        there = view.listed(k, "targets")
        view.column(row, FIRST_AT, "next dz", delta, there, str(k - 1))
        view.column(row, SECOND_AT, "next W", weight, there, str(k - 1), CHOSEN_UNIT)
        _term(view, row, (first, delta), (second, weight))
        view.link(row, first, delta)


def _term(view: UnitView, row: int, left: tuple[Source, str], right: tuple[Source, str]) -> None:
    """Two symbols, two values, their product, and the texts of both values."""
    for (source, name), symbol, value, text in (
        (left, SYMBOL, THIRD, FIRST_TEXT),
        (right, SECOND, FOURTH, SECOND_TEXT),
    ):
        view.symbol(row, symbol, source, name, "symbol" if symbol == SYMBOL else "text")
        view.value(row, value, source, name)
        view.text_of(row, text, value, view.at(row, source, name), name)
    a, b = left[1], right[1]
    formula = f"{get_column_letter(THIRD)}{row}*{get_column_letter(FOURTH)}{row}"
    size = view.lens.size(a) * view.lens.size(b) if a else 0.0
    view.cell(row, VALUE, view.at(row, left[0], a), formula, product([view.of(a), view.of(b)]), "number", size)


def sum_text(view: UnitView, first: int, most: int, count: str, pairs: Pairs) -> Piece:
    """``w1 · x1 + … + w9 · x9``: the first and the last line of a list, however long it is."""
    pieces: list[Piece] = []
    for column, side in ((SECOND, 1), (SYMBOL, 0)):
        letter = get_column_letter(column)
        block = f"${letter}${first}:${letter}${first + most - 1}"
        shown = view.lens.symbol(pairs[-1][side]) if pairs else ""
        pieces.append((f"INDEX({block},{count})", shown))
    opening = [literal("= "), view.symbol_piece(first, SECOND, pairs[0][1] if pairs else "")]
    opening += [literal(" · "), view.symbol_piece(first, SYMBOL, pairs[0][0] if pairs else "")]
    start, end = joined(opening), joined([pieces[0], literal(" · "), pieces[1]])
    between = " + … + " if len(pairs) > 2 else " + "
    formula = f'{start[0]}&IF({count}>1,IF({count}>2," + … + "," + ")&{end[0]},"")'
    return formula, start[1] + (between + end[1] if len(pairs) > 1 else "")


def sum_of(view: UnitView, pairs: Pairs) -> tuple[float | None, float]:
    """The sum of the products, and the size of its terms."""
    found = total([product([view.of(a), view.of(b)]) for a, b in pairs])
    return found, sum(view.lens.size(a) * view.lens.size(b) for a, b in pairs)


def incoming_pairs(view: UnitView) -> Pairs:
    """(source, weight) of every line that is used."""
    lines = range(1, view.count("sources") + 1)
    return [(below(view.contents, view.layer, j, view.mark), names.weight(view.layer, view.unit, j)) for j in lines]


def outgoing_pairs(view: UnitView) -> Pairs:
    """(delta of the target, weight to it) of every line that is used."""
    lines, above = range(1, view.count("targets") + 1), view.layer + 1
    return [(names.of_unit(DELTA, above, k, view.mark), names.weight(above, k, view.unit)) for k in lines]
