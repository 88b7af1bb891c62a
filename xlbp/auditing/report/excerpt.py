"""A small part of a sheet around a cell, as a spreadsheet shows it: letters above, numbers at the side."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell
from xlbp.lang import Texts

ABOVE, BELOW, LEFT, RIGHT = 3, 2, 4, 3
LONGEST = 18


@dataclass(frozen=True)
class Shown:
    """What a cell of the excerpt shows, and whether it is a wrong one, or holds a formula."""

    text: str
    is_wrong: bool
    is_number: bool


@dataclass(frozen=True)
class Excerpt:
    """Letters of the columns, and the rows with their numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Shown, ...]], ...]


def excerpt(cells: Cells, centre: Cell, wrong: Collection[Cell], texts: Texts) -> Excerpt:
    """The cells around one, with the row of headings where it is not far; numbers have the signs of the texts."""
    sheet, row, column = centre
    rows = range(max(1, row - ABOVE), row + BELOW + 1)
    columns = range(max(1, column - LEFT), column + RIGHT + 1)
    numbers = [*_headings(cells, sheet, rows.start, columns), *rows]
    lines = tuple((r, tuple(_shown(cells, (sheet, r, c), wrong, texts) for c in columns)) for r in numbers)
    return Excerpt(tuple(map(get_column_letter, columns)), lines)


def _headings(cells: Cells, sheet: str, first: int, columns: range) -> Iterator[int]:
    """The nearest row above that holds a text in one of the columns."""
    for row in range(first - 1, max(0, first - 40), -1):
        if any(cells.contents.text((sheet, row, column)) for column in columns):
            yield row
            return


def _shown(cells: Cells, cell: Cell, wrong: Collection[Cell], texts: Texts) -> Shown:
    contents = cells.contents
    is_number = (cell in contents.cells or cell in contents.arrays) and contents.is_number(cell)
    text = contents.text(cell) or ""
    if is_number:
        text = _number(contents.saved.get(cell) if cell in contents.saved else cells.value(cell), texts)
    return Shown(text[:LONGEST] + ("…" if len(text) > LONGEST else ""), cell in wrong, is_number)


def _number(value: object, texts: Texts) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return texts.with_own_signs(f"{value:.6g}") if math.isfinite(value) else "#NUM!"
    return str(value)
