"""Finds the tables with one row per iteration, by their headings and the way their rows hang together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import (
    GRADIENT_BAND,
    TOTAL,
    UPDATE_BAND,
    Claim,
    bare,
    claim,
    is_gain,
    is_loss,
    is_rate,
    names_quantity,
    plain,
    same,
    shown,
    step_of,
    updated,
)
from xlbp.auditing.claims.layout import Layout, Parameter, Place, Table, is_filled, is_numeric, reaches
from xlbp.auditing.reading.syntax import Cell, Turned, UnreadableFormulaError

BELOW = 5  # so many rows at most stand between headings and numbers
SUPERSCRIPT = re.compile(r"[⁽⁾⁰-⁹¹²³]")


def tables(cells: Cells, sheet: str) -> Iterator[Layout]:
    """Every table of a sheet that claims gradients, with what it claims."""
    rows: dict[int, dict[int, str]] = {}
    for (at, row, column), value in cells.contents.cells.items():
        if at == sheet and isinstance(value, str) and plain(value) and not cells.is_formula((at, row, column)):
            rows.setdefault(row, {})[column] = plain(value)
    for row in sorted(rows):
        headings = _banded(rows, row)
        if any(claim(text) for text in headings.values()):
            found = _read(cells, sheet, row, headings)
            if found is not None:
                yield found


def _banded(rows: dict[int, dict[int, str]], row: int) -> dict[int, str]:
    """The headings, with the parameters' names under a band "Gradients" or "New weights" told from the others."""
    headings, counts = dict(rows[row]), Counter(rows[row].values())
    band = next((rows[above] for above in (row - 1, row - 2) if above in rows), {})
    for column, text in rows[row].items():
        over = max((c for c in band if c <= column), default=None)
        if over is None or counts[text] < 2 or claim(text):
            continue
        if GRADIENT_BAND.fullmatch(band[over]):
            headings[column] = f"grad_{text}"
        elif UPDATE_BAND.fullmatch(band[over]):
            headings[column] = f"new_{text}"
    if not any(map(claim, headings.values())):
        headings |= {column: f"d{step_of(text)}" for column, text in headings.items() if step_of(text)}
    return headings


def _read(cells: Cells, sheet: str, row: int, headings: dict[int, str]) -> Layout | None:
    claims = {column: found for column, text in headings.items() if (found := claim(text))}
    extent = _extent(cells, sheet, row, claims)
    if extent is None:
        return None
    table = Table(sheet, *extent, headings)
    table.computing = {c for (s, r, c) in cells.contents.formulas if s == sheet and r in extent_rows(extent)}
    pairs = _pairs(cells, table, claims)
    if not pairs:
        return None
    table.last = _end(cells, table, pairs)
    if isinstance(sheet, Turned):  # beside the headings of a table on its side stand those of its panel
        headings = table.headings = {c: text for c, text in headings.items() if is_filled(cells, table, c)}
    layout = Layout("table", sheet, [], [], table)
    for column, gradient in pairs.items():
        name = shown(cells.contents.cells.get((sheet, row, column))) or claims[gradient].to
        places = tuple(Place(t, table.cell(column, t), table.cell(gradient, t)) for t in range(table.steps))
        layout.add(Parameter(name, places))
    layout.loss_name = Counter(claims[gradient].of for gradient in pairs.values()).most_common(1)[0][0]
    at = _loss(cells, table, {p.places[0].cell for p in layout.parameters}, layout.loss_name)
    if at is not None:
        layout.losses = [table.cell(at, t) for t in range(table.steps)]
        layout.loss_name = headings[at]
    return layout if _hangs_together(cells, table, layout) else None


def _hangs_together(cells: Cells, table: Table, layout: Layout) -> bool:
    """Whether the second row is a second step: its parameters are computed, or its loss is made from them.

    In a block with a heading, which is one step's matrix, neither holds.
    """
    if table.steps < 2:
        return True
    second = {place.cell for parameter in layout.parameters for place in parameter.places if place.step == 1}
    return any(map(cells.is_formula, second)) or bool(layout.losses and reaches(cells, layout.losses[1], second))


def extent_rows(extent: tuple[int, int]) -> range:
    """The first two rows of a table, which show what its columns compute."""
    return range(extent[0], min(extent[0] + 1, extent[1]) + 1)


def _extent(cells: Cells, sheet: str, row: int, columns: Iterable[int]) -> tuple[int, int] | None:
    """First and last row under the headings in which most of the claimed gradients are numbers."""
    wanted = list(columns)

    def full(at: int, share: float) -> bool:
        return sum(is_numeric(cells, (sheet, at, column)) for column in wanted) >= share * len(wanted)

    first = next((at for at in range(row + 1, row + 2 + BELOW) if full(at, 0.5)), None)
    if first is None:
        return None
    last = first
    while any(is_numeric(cells, (sheet, last + 1, column)) for column in wanted):
        last += 1
    return first, last


def _end(cells: Cells, table: Table, pairs: dict[int, int]) -> int:
    """The last row that has parameters and gradients: no totals below, and nothing after a gap."""
    step = 0
    while step + 1 < table.steps and all(
        any(is_numeric(cells, table.cell(column, step + 1)) for column in columns)
        for columns in (pairs.keys(), pairs.values())
    ):
        step += 1
    return table.first + step


def _pairs(cells: Cells, table: Table, claims: dict[int, Claim]) -> dict[int, int]:
    """Parameter columns with the columns that claim to be their gradients.

    Where two columns claim the same, that of the more common numerator counts: df/da before ∂d/∂a.
    """
    common = Counter(found.of for found in claims.values())
    found: dict[int, int] = {}
    for gradient, said in claims.items():
        column = None if _carries_on(cells, table, gradient) else _column_of(cells, table, said.to, gradient)
        if column is None or gradient in found.values():
            continue
        known = found.get(column)
        if known is None or common[claims[known].of] < common[said.of]:
            found[column] = gradient
    return found


def _carries_on(cells: Cells, table: Table, column: int) -> bool:
    """Whether a column is computed from itself in the row above: a velocity or a sum, whatever its heading says."""
    rows = [table.cell(column, step) for step in range(2, min(table.steps, 5))]
    return bool(rows) and all((cell[0], cell[1] - 1, cell[2]) in cells.arguments(cell) for cell in rows)


def _column_of(cells: Cells, table: Table, name: str, gradient: int) -> int | None:
    named = [c for c, text in table.headings.items() if same(text, name) and c != gradient]
    named.sort(key=lambda c: table.headings[c] != name)
    for column in (*named, *_behind_update(cells, table, name)):
        if _is_parameter(cells, table, column):
            return column
    return None


def _behind_update(cells: Cells, table: Table, name: str) -> Iterator[int]:
    """The columns that take over, in the next row, what a column headed ``new a`` holds."""
    for column, text in table.headings.items():
        if updated(text) and same(updated(text), name) and table.steps > 1:
            wanted = (table.cell(column, 0),)
            yield from (c for c in table.headings if cells.arguments(table.cell(c, 1)) == wanted)


def _is_parameter(cells: Cells, table: Table, column: int) -> bool:
    """Whether a column starts from outside of the table, instead of being computed within its row."""
    start = table.cell(column, 0)
    return is_numeric(cells, start) and all(table.step(c) is None for c in cells.arguments(start))


def _loss(cells: Cells, table: Table, parameters: set[Cell], of: str) -> int | None:
    """The column of the loss: named as one, or as the gradients' numerator, and computed from the parameters."""
    ranked: list[tuple[int, int, int, int]] = []
    for column, text in table.headings.items():
        known = is_loss(text) or is_gain(text)
        named = 3 * bool(of and names_quantity(text, of)) + 2 * bool(known and TOTAL.fullmatch(text)) + known
        start = table.cell(column, 0)
        if named and cells.is_formula(start) and not claim(text):
            ranked.append((len(reaches(cells, start, parameters)), named, column, column))
    ranked = [entry for entry in ranked if entry[0]]
    return max(ranked)[3] if ranked else None


def rate_cells(cells: Cells, sheets: Iterable[str]) -> set[Cell]:
    """The cells beside or below a label that names a learning rate."""
    wanted, found = set(sheets), set()
    for (sheet, row, column), value in cells.contents.cells.items():
        if sheet in wanted and isinstance(value, str) and is_rate(plain(value)):
            for cell in ((sheet, row, column + 1), (sheet, row + 1, column)):
                if is_numeric(cells, cell):
                    found.add(cell)
                    break
    for name, text in cells.contents.names.items():
        if is_rate(bare(name)):
            found |= _named(cells, text, next(iter(wanted)))
    return found


def _named(cells: Cells, text: str, sheet: str) -> set[Cell]:
    """The cells that a defined name stands for; none where what it stood for is gone."""
    try:
        return set(cells.compile_text(f"={text}", (sheet, 1, 1)).cells(("", 1, 1)))
    except UnreadableFormulaError:
        return set()
