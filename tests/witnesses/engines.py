"""Spreadsheet engines by others that recalculate a book from its formulas, asked as one of our own engines is.

Each one was written apart from the others and from the engines that the program offers to its users.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from tests.witnesses.node import answers
from xlbp.pipeline import verify
from xlbp.recalc.base import Engine, Values
from xlbp.recalc.engines import ENGINES, Record
from xlbp.verification.compare import Report
from xlbp.xlsx.areas import Area, CellError, Grid, Value

TOKEN = re.compile(  # a text or a sheet's name; the digits before an exponent; a name
    r"""(?P<quoted>"[^"]*"|'[^']*')|(?<![\w.$])(?P<digits>\d+(?:\.\d*)?)E(?=[+-]?\d)|(?<![\w.$])(?P<name>[A-Za-z_]\w*)"""
)
CELLS_AT_A_TIME = 9_000  # CellRune gives no more than 10,000


class Witness(Engine):
    """An engine that gives the values of one area after another of a book that it has recalculated."""

    @contextmanager
    def computing(self, book: Path) -> Iterator[Values]:
        """The recalculated values, at full precision."""
        read = self.recalculated(book)
        yield lambda areas: [self.grid(read, area) for area in areas]

    @abstractmethod
    def recalculated(self, book: Path) -> Any:
        """The book as the engine has computed it, in the form that :meth:`grid` reads."""

    @abstractmethod
    def grid(self, recalculated: Any, area: Area) -> Grid:
        """The values of an area."""


class BetterOffice(Witness):
    """The calculation of BetterOffice, in Rust: doubles as they are."""

    name = "betteroffice"

    def recalculated(self, book: Path) -> Any:
        """The workbook, every formula of it computed anew."""
        from betteroffice_xlsx import Workbook

        return Workbook.open_recalculated(book.read_bytes())

    def grid(self, recalculated: Any, area: Area) -> Grid:
        """Cell by cell, by address."""
        from betteroffice_xlsx import CellError as ItsError

        def value(row: int, column: int) -> Value:
            content = recalculated.value(area.sheet, f"{get_column_letter(column)}{row}")
            return CellError(content.code) if isinstance(content, ItsError) else content

        return [[value(r, c) for c in range(1, area.columns + 1)] for r in range(area.first_row, area.last_row + 1)]


class CellRune(Witness):
    """CellRune, in Rust, with Excel's arithmetic: a sum or difference that almost cancels is 0."""

    name = "cellrune"

    def recalculated(self, book: Path) -> Any:
        """The workbook, computed; raises AssertionError if there is a formula that it can't compute."""
        import cellrune

        workbook = cellrune.Workbook.open_path(str(book))
        report = workbook.calculate(arithmetic_semantics="excel_near_zero")
        assert report["unavailable_count"] == 0, report
        return workbook

    def grid(self, recalculated: Any, area: Area) -> Grid:
        """Some rows at a time."""
        rows: Grid = []
        last_column, step = get_column_letter(area.columns), max(1, CELLS_AT_A_TIME // area.columns)
        for first in range(area.first_row, area.last_row + 1, step):
            last = min(area.last_row, first + step - 1)
            read = recalculated.read_values(area.sheet, f"A{first}", f"{last_column}{last}")
            rows += [[_value_of_cellrune(content) for content in row] for row in read]
        return rows


def _value_of_cellrune(content: dict[str, Any]) -> Value:
    value = content.get("value")
    return CellError(value) if content["kind"] == "error" else value


class Formulon(Witness):
    """Formulon, in WebAssembly: as Excel computes and writes in a locale, by comparison with Excel itself."""

    name = "formulon"

    def __init__(self, locale: str = "en_US") -> None:
        self.locale = locale

    def recalculated(self, book: Path) -> Any:
        """The values of all cells that have one, {sheet: {(row, column): value}}."""
        import formulon

        values: dict[str, dict[tuple[int, int], Value]] = {}
        with formulon.Workbook.load(book.read_bytes()) as workbook:
            workbook.set_excel_profile_id(f"mac-365-{self.locale}")  # those were measured, of Windows' one alone
            workbook.recalc()
            for number in range(workbook.sheet_count()):
                cells = workbook.iter_cells(number)
                values[workbook.sheet_name(number)] = {
                    (cell.row + 1, cell.col + 1): _value_of_formulon(cell.value) for cell in cells
                }
        return values

    def grid(self, recalculated: Any, area: Area) -> Grid:
        """Out of all."""
        cells = recalculated[area.sheet]
        rows, columns = range(area.first_row, area.last_row + 1), range(1, area.columns + 1)
        return [[cells.get((row, column)) for column in columns] for row in rows]


def _value_of_formulon(content: Any) -> Value:
    from formulon import ValueKind

    if content.kind == ValueKind.ERROR:
        return CellError(f"#{content.error_code}")
    return content.to_python()  # type: ignore[no-any-return]


class HyperFormula(Witness):
    """HyperFormula, in JavaScript: it gets formulas and inputs, never a saved value."""

    name = "hyperformula"

    def recalculated(self, book: Path) -> Any:
        """The values of all cells, {sheet: [[value, ...], ...]}."""
        [values] = answers("hyperformula.mjs", requests=[contents_for_hyperformula(book)])
        return values

    def grid(self, recalculated: Any, area: Area) -> Grid:
        """Out of all; it keeps no row beyond the last that has something."""
        rows = recalculated[area.sheet][area.first_row - 1 : area.last_row]
        padded = [row + [None] * (area.columns - len(row)) for row in rows]
        blank: list[list[None]] = [[None] * area.columns] * (area.last_row - area.first_row + 1 - len(rows))
        return [[_value_of_hyperformula(content) for content in row[: area.columns]] for row in [*padded, *blank]]


def _value_of_hyperformula(content: Any) -> Value:
    if isinstance(content, dict):
        return CellError(content["error"])
    return float(content) if type(content) is int else content


def contents_for_hyperformula(book: Path) -> dict[str, Any]:
    """What hyperformula.mjs wants of a book: the contents of all sheets, and the defined names."""
    workbook = load_workbook(book)
    names = workbook.defined_names
    sheets = {
        sheet.title: [[_for_hyperformula(cell, names) for cell in row] for row in sheet.iter_rows()]
        for sheet in workbook.worksheets
    }
    return {"sheets": sheets, "names": {f"{name}_": f"={names[name].attr_text}" for name in names}}


def _for_hyperformula(cell: Any, names: Collection[str]) -> Any:
    """A cell's content in HyperFormula's spelling.

    It knows only a small e before an exponent, no prefix ``_xlfn``, and takes ``beta1`` for a cell, though no sheet
    has so many columns; so each name gets a mark at its end.
    """

    def spelled(token: re.Match[str]) -> str:
        if token["digits"]:
            return f"{token['digits']}e"
        return f"{token[0]}_" if token["name"] in names else token[0]

    if cell.data_type == "f":
        return TOKEN.sub(spelled, str(cell.value).replace("_xlfn.", ""))
    return f"'{cell.value}" if isinstance(cell.value, str) else cell.value


WITNESSES = {w.name: Record(__name__, w.__name__) for w in (BetterOffice, CellRune, Formulon, HyperFormula)}


def verified_by(witness: str, book: Path) -> Report:
    """What ``xlbp verify`` says of a book if a witness recalculates it: every formula cell against NumPy."""
    with patch.dict(ENGINES, WITNESSES):
        [report] = verify(book, (witness,))
    return report
