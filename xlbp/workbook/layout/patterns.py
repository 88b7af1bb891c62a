"""The training sheet as plain data, for those who must not know symbols: formulas, columns, names."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import defined_names
from xlbp.workbook.layout.watch import watch_of

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


def whole_row(contents: Contents) -> tuple[list[tuple[str, str]], Patterns, Patterns]:
    """The same with the columns that watch the row: (name, column letter), and the patterns of row 0 and later rows."""
    return contents.worked_out(_whole_row)


def _whole_row(contents: Contents) -> tuple[list[tuple[str, str]], Patterns, Patterns]:
    columns, (start, later), watch = columns_of(contents), patterns_of(contents), watch_of(contents)
    if watch is None:
        return columns, start, later
    letters = list(zip(watch.names, watch.letters, strict=True))
    return [*columns, *letters], [*start, *watch.start], [*later, *watch.later]


def _given(contents: Contents, name: str) -> str | None:
    """An initial value is a number of the first row, or comes from the cell that several trainings share."""
    place = contents.layout.panel.get(name)
    return contents.layout.reference(place) if place else None


def names_of(contents: Contents) -> dict[str, str]:
    """The defined names with the cells they must stand for."""
    return {name: f"{contents.training}!{place.address}" for name, place in defined_names(contents.layout)}
