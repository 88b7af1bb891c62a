"""Opens a stranger's workbook: what every cell holds, the saved values, the defined names; nothing in it runs."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, range_boundaries

from xlbp.auditing.reading.syntax import Cell, CellKind, Turned, reference
from xlbp.errors import UnreadableError
from xlbp.xlsx.preflight import preflight

MOST_CELLS = 3_000_000
MOST_LINES = 1_000  # rows or columns of an array formula
ABOUT_FORMULAS = re.compile(r"\bISFORMULA\(", re.IGNORECASE)
COLUMNS = re.compile(r"(?<![\w!'$])\$?([A-Z]{1,3})\$?[0-9]+(?::\$?([A-Z]{1,3})\$?[0-9]+)?(?![\w(!])", re.IGNORECASE)
ERRORS = frozenset({"#NUM!", "#VALUE!", "#DIV/0!", "#REF!", "#NAME?", "#N/A", "#NULL!"})


class ArrayElement(NamedTuple):
    """Which element of an array formula's result a cell shows, and the cell that the formula stands in."""

    home: Cell
    row: int = 0
    column: int = 0


@dataclass
class Contents:
    """``cells`` hold a number, a text or a formula (a text that starts with ``=`` and is in ``formulas``).

    ``arrays`` tells, of each cell of an array formula's range, which element of the formula's result it shows.
    """

    path: Path
    sheets: list[str] = field(default_factory=list)
    cells: dict[Cell, Any] = field(default_factory=dict)
    formulas: dict[Cell, str] = field(default_factory=dict)
    arrays: dict[Cell, ArrayElement] = field(default_factory=dict)
    saved: dict[Cell, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    cut: dict[Cell, str] = field(default_factory=dict)  # what is too large to be read as a whole, and what was left out

    def turn(self, sheet: str) -> Turned:
        """Read a sheet on its side as well: every cell of it has a second one with row and column exchanged."""
        turned = Turned(sheet)

        def other(cell: Cell) -> Cell:
            return (turned, cell[2], cell[1])

        tables: tuple[dict[Cell, Any], ...] = (self.cells, self.formulas, self.saved)
        for table in tables:
            table |= {other(cell): value for cell, value in table.items() if cell[0] == sheet}
        for cell, element in list(self.arrays.items()):
            if cell[0] == sheet:
                self.arrays[other(cell)] = element._replace(home=other(element.home))
        return turned

    def element(self, cell: Cell) -> ArrayElement:
        """The part that a cell has in an array formula; a formula of its own is one of a single element."""
        return self.arrays.get(cell) or ArrayElement(cell)

    def has_number(self, cell: Cell) -> bool:
        """Whether the last program that computed the cell saved a number in it."""
        saved = self.saved.get(cell)
        return isinstance(saved, int | float) and not isinstance(saved, bool)

    def text(self, cell: Cell) -> str | None:
        """The text that a cell shows; None for a number, and "" for a blank."""
        value = self.saved.get(cell) if cell in self.formulas or cell in self.arrays else self.cells.get(cell)
        if value is None:
            return ""
        return value if isinstance(value, str) else None

    def kind(self, cell: Cell) -> CellKind:
        """Whether a cell counts as a number, a text or a blank where a function takes a range."""
        if cell in self.formulas or cell in self.arrays:
            saved = self.saved.get(cell)  # an error is a number that could not be computed
            return CellKind.TEXT if isinstance(saved, str) and saved not in ERRORS else CellKind.NUMBER
        value = self.cells.get(cell)
        if value is None:
            return CellKind.BLANK
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return CellKind.NUMBER if is_number else CellKind.TEXT

    def is_number(self, cell: Cell) -> bool:
        """Whether a cell counts as a number."""
        return self.kind(cell) is CellKind.NUMBER


def names_of_cells(contents: Contents) -> dict[Cell, str]:
    """The cells that a defined name stands for."""
    names: dict[Cell, str] = {}
    for name, text in contents.names.items():
        sheet, _, place = text.rpartition("!")
        if sheet and ":" not in place:
            parsed = reference(text, ("", 1, 1))
            if parsed is not None and parsed[0].row_fixed:
                names[parsed[0].at(("", 1, 1))] = name
    return names


def read(path: Path, large: bool = False) -> Contents:
    """The contents of a workbook.  Raises UnreadableError, naming what is wrong with the file."""
    preflight(path, large, macros=True)
    contents = Contents(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of drawings and extensions that openpyxl drops; none holds a formula
        try:
            formulas = load_workbook(path, keep_vba=False, keep_links=False)
            values = load_workbook(path, keep_vba=False, keep_links=False, data_only=True)
            _take(contents, formulas, values)
        except UnreadableError:
            raise
        except Exception as error:  # a stranger's XML can break openpyxl in any way
            said = " ".join(str(error).split())[:120]
            raise UnreadableError(f"{path}: the workbook can't be read ({said})") from None
    return contents


def _take(contents: Contents, formulas: Any, values: Any) -> None:
    """Copy names, formulas and saved values from openpyxl's two readings of the book."""
    for name, item in formulas.defined_names.items():
        contents.names[name.casefold()] = str(item.attr_text)
    for sheet in formulas.worksheets:
        _take_sheet(contents, sheet, values[sheet.title])
        if len(contents.cells) > MOST_CELLS:
            raise UnreadableError(f"{contents.path}: it has over {MOST_CELLS:,} cells; audit one sheet of it at a time")
        _leave_out_remarks(contents, sheet.title)


def _take_sheet(contents: Contents, formulas: Any, values: Any) -> None:
    """One sheet, with its formulas and with its values; a name of the whole book goes before one of the sheet."""
    sheet = formulas.title
    contents.sheets.append(sheet)
    for name, item in formulas.defined_names.items():
        contents.names.setdefault(name.casefold(), str(item.attr_text))
    for (row, column), cell in formulas._cells.items():
        if cell.value is not None:
            _take_cell(contents, (sheet, row, column), cell.value, cell.data_type == "f")
    for (row, column), cell in values._cells.items():
        if cell.value is not None:
            contents.saved[sheet, row, column] = cell.value


def _leave_out_remarks(contents: Contents, sheet: str) -> None:
    """Leave out a sheet's cells that ask whether others hold a formula: they tell of the sheet and train nothing.

    They stay where another formula of the sheet reads one of their columns.
    """
    formulas = {cell: text for cell, text in contents.formulas.items() if cell[0] == sheet}
    remarks = {cell for cell, text in formulas.items() if ABOUT_FORMULAS.search(text)}
    columns = {column for _, _, column in remarks}
    others = (text for cell, text in formulas.items() if cell not in remarks) if remarks else ()
    if not any(columns.intersection(span) for text in others for span in _spans(text)):
        for cell in remarks:
            for table in (contents.cells, contents.formulas, contents.saved):
                table.pop(cell, None)


def _spans(formula: str) -> Iterator[range]:
    """The columns of its own sheet that a formula reads, as runs."""
    for first, last in COLUMNS.findall(formula):
        ends = [column_index_from_string(letters) for letters in (first, last or first)]
        yield range(min(ends), max(ends) + 1)


def _take_array(contents: Contents, cell: Cell, array: Any) -> None:
    """An array formula, and the cells that its result fills."""
    left, top, right, bottom = range_boundaries(array.ref)
    contents.formulas[cell] = str(array.text)
    if bottom >= top + MOST_LINES or right >= left + MOST_LINES:
        contents.cut[cell] = f"of this array formula the first {MOST_LINES:,} rows and columns alone are read"
    for row in range(top, min(bottom, top + MOST_LINES - 1) + 1):
        for column in range(left, min(right, left + MOST_LINES - 1) + 1):
            contents.arrays[cell[0], row, column] = ArrayElement(cell, row - top, column - left)


def _take_cell(contents: Contents, cell: Cell, value: Any, computes: bool) -> None:
    """What one cell holds; ``computes`` if its text is a formula."""
    if hasattr(value, "text") and hasattr(value, "ref"):
        _take_array(contents, cell, value)
    elif isinstance(value, str) and computes:
        contents.formulas[cell] = value
    elif hasattr(value, "ref"):  # a data table, which no formula describes
        contents.formulas[cell] = "=TABLE()"
    contents.cells[cell] = value
