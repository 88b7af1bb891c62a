"""References to tables, as ``Data[Price]`` or ``Data[@Price]``, written as references to cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.utils import get_column_letter, range_boundaries

from xlbp.auditing.reading.syntax import Cell, quoted

INSIDE = r"(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*"
REFERENCE = re.compile(rf'"(?:[^"]|"")*"|(?P<table>[^\W\d][\w.\\]*)?\[(?P<inside>{INSIDE})\]')
ITEM = re.compile(r"\[((?:[^\[\]']|'.)*)\]")
THIS_ROW, ALL, DATA, HEADERS, TOTALS = "#this row", "#all", "#data", "#headers", "#totals"


@dataclass(frozen=True)
class Table:
    """A named table: where it stands, its columns' headings, how many rows of headings and of totals it has."""

    name: str
    sheet: str
    place: str
    columns: tuple[str, ...]
    headed: int = 1
    totals: int = 0

    @property
    def data(self) -> str:
        """The range that the bare name means: the table without its headings and totals."""
        left, top, right, bottom = range_boundaries(self.place)
        return _range(self.sheet, (f"${top + self.headed}", f"${bottom - self.totals}"), (left, right))

    def column(self, name: str) -> int | None:
        """The place of a column among the table's, which letter case does not decide."""
        wanted = _unescaped(name).casefold()
        return next((k for k, column in enumerate(self.columns) if column.casefold() == wanted), None)


def with_plain_references(formula: str, cell: Cell, tables: Mapping[str, Table]) -> str:
    """The formula with references to cells where it refers to tables; what is unknown stays as it stands."""

    def plain(match: re.Match[str]) -> str:
        if match["inside"] is None:
            return match[0]
        table = tables.get((match["table"] or "").casefold()) or _around(cell, tables, match["table"])
        written = _written(table, match["inside"], cell) if table is not None else None
        return match[0] if written is None else written

    return REFERENCE.sub(plain, formula)


def _around(cell: Cell, tables: Mapping[str, Table], name: str | None) -> Table | None:
    """The table that a cell stands in, whose own formulas need not name it."""
    if name:
        return None
    for table in tables.values():
        left, top, right, bottom = range_boundaries(table.place)
        if table.sheet == cell[0] and top <= cell[1] <= bottom and left <= cell[2] <= right:
            return table
    return None


def _written(table: Table, inside: str, cell: Cell) -> str | None:
    """The range that the words in the brackets mean; None where they name what the table has not."""
    inside = inside.strip()
    in_this_row = inside.startswith("@")
    inside = inside.removeprefix("@").strip()
    items = [item.strip() for item in ITEM.findall(inside)] or [inside] * bool(inside)
    words = {item.casefold() for item in items if item.startswith("#")}
    places = [table.column(item) for item in items if not item.startswith("#")]
    left, top, right, bottom = range_boundaries(table.place)
    known = [left + place for place in places if place is not None]
    if len(known) != len(places):
        return None
    first, last = (min(known), max(known)) if known else (left, right)
    rows = _rows(words, in_this_row, cell, table, (top, bottom))
    if rows is None:
        return None
    return _range(table.sheet if table.sheet != cell[0] else "", rows, (first, last))


def _rows(
    words: set[str], in_this_row: bool, cell: Cell, table: Table, lines: tuple[int, int]
) -> tuple[int | str, int | str] | None:
    """The first and the last row, a held one with ``$``; None for what is unknown."""
    top, bottom = lines
    first, last = top + table.headed, bottom - table.totals
    if in_this_row or THIS_ROW in words:
        return cell[1], cell[1]
    known: dict[frozenset[str], tuple[int, int]] = {
        frozenset(): (first, last),
        frozenset({DATA}): (first, last),
        frozenset({ALL}): (top, bottom),
        frozenset({HEADERS}): (top, top),
        frozenset({TOTALS}): (bottom, bottom),
        frozenset({HEADERS, DATA}): (top, last),
        frozenset({DATA, TOTALS}): (first, bottom),
    }
    rows = known.get(frozenset(words))
    return None if rows is None else (f"${rows[0]}", f"${rows[1]}")


def _range(sheet: str, rows: tuple[int | str, int | str], columns: tuple[int, int]) -> str:
    first, last = (f"${get_column_letter(column)}{row}" for column, row in zip(columns, rows, strict=True))
    prefix = f"{quoted(sheet)}!" if sheet else ""
    return f"{prefix}{first}" if first == last else f"{prefix}{first}:{last}"


def _unescaped(name: str) -> str:
    return re.sub(r"'(.)", r"\1", name)
