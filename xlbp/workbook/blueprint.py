"""The training sheet as plain data, for those who must not know symbols: formulas, columns, names."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from xlbp.workbook.contents import Contents
from xlbp.workbook.layout import defined_names

Patterns = list[str | None]


def columns_of(contents: Contents) -> list[tuple[str, str]]:
    """(name, column letter), from left to right."""
    ordered = sorted(contents.layout.columns.items(), key=lambda item: item[1])
    return [(name, get_column_letter(number)) for name, number in ordered]


def patterns_of(contents: Contents) -> tuple[Patterns, Patterns]:
    """The formula patterns of row 0 and of every later row, from left to right; None for a plain number."""
    write = contents.layout.writer()
    by_name = {column.name: column for column in contents.program.columns}
    start: Patterns = []
    later: Patterns = []
    for name, _ in columns_of(contents):
        column = by_name[name]
        later.append(write(column.expr))
        start.append(_given(contents, name) if column.given else write(column.at(0)))
    return start, later


def _given(contents: Contents, name: str) -> str | None:
    """An initial value is a number of the first row, or comes from the cell that several trainings share."""
    place = contents.layout.panel.get(name)
    return contents.layout.reference(place) if place else None


def names_of(contents: Contents) -> dict[str, str]:
    """The defined names with the cells they must stand for."""
    return {name: f"{contents.training}!{place.address}" for name, place in defined_names(contents.layout)}
