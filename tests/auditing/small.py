"""The smallest sheet that trains: one weight and a bias, y = w x + b, with whatever in it is to be otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openpyxl import Workbook

FIRST = 4
COLUMNS = {  # heading, start, and the formula of row {r}, which follows row {p}
    "A": ("w", 0.3, "=A{p}-$B$1*E{p}"),
    "B": ("b", 0.1, "=B{p}-$B$1*F{p}"),
    "C": ("y", None, "=A{r}*$D$1+B{r}"),
    "D": ("E", None, "=(C{r}-$F$1)^2/2"),
    "E": ("dE/dw", None, "=(C{r}-$F$1)*$D$1"),
    "F": ("dE/db", None, "=(C{r}-$F$1)"),
}


def small(path: Path, rows: int = 5, changes: Mapping[str, object] | None = None) -> Workbook:
    """Write the sheet, with a learning rate of 0.1, an input of 2 and a target of 1; ``changes`` are by cell."""
    book = Workbook()
    sheet = book.active
    for cell, value in zip("ABCDEF", ("eta", 0.1, "x", 2, "t", 1), strict=True):
        sheet[f"{cell}1"] = value
    for column, (heading, start, formula) in COLUMNS.items():
        sheet[f"{column}{FIRST - 1}"] = heading
        for r in range(FIRST, FIRST + rows):
            begins = r == FIRST and start is not None
            sheet[f"{column}{r}"] = start if begins else formula.format(r=r, p=r - 1)
    for cell, value in (changes or {}).items():
        sheet[cell] = value
    book.save(path)
    return book


def saved(path: Path, sheets: Mapping[str, Mapping[str, object]]) -> Path:
    """A book of these sheets, whose cells are by place."""
    book = Workbook()
    book.remove(book.active)
    for title, cells in sheets.items():
        sheet = book.create_sheet(title)
        for place, content in cells.items():
            sheet[place] = content
    book.save(path)
    return path
