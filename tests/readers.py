"""What other programs read in a book: every one loads it without a warning and finds the same values.

Each reader gives ``{(sheet, row, column): value}`` of the visible sheets' cells that hold a number or a text.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from tests.witnesses.node import MODULES, answers
from xlbp.recalc.engines import ENGINES
from xlbp.xlsx.areas import Area, CellError

Cells = dict[tuple[str, int, int], Any]


def by_openpyxl(book: Path) -> Cells:
    """The values saved in the book, as openpyxl reads them; errors are None."""
    found: Cells = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for sheet in load_workbook(book, data_only=True).worksheets:
            if sheet.sheet_state == "visible":
                for row in sheet.iter_rows():
                    for cell in row:
                        if cell.value is not None:
                            found[sheet.title, cell.row, cell.column] = None if cell.data_type == "e" else cell.value
    return found


def by_calamine(book: Path) -> Cells:
    """The values saved in the book, as calamine reads them."""
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_path(str(book))
    found: Cells = {}
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        for r, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
            for c, value in enumerate(row, start=1):
                if value != "":
                    found[name, r, c] = value
    return found


def by_pandas(book: Path) -> Cells:
    """Every sheet as a table of pandas."""
    import pandas

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tables = pandas.read_excel(
            book, engine="openpyxl", sheet_name=None, header=None, na_values=[], keep_default_na=False
        )
    return {
        (str(name), r, c): value
        for name, table in tables.items()
        for r, row in enumerate(table.itertuples(index=False, name=None), start=1)
        for c, value in enumerate(row, start=1)
        if value != "" and value == value  # noqa: PLR0124  # no NaN
    }


def by_node(library: str, books: Sequence[Path]) -> Iterator[tuple[Cells, Cells]]:
    """The values saved in each book, and its formulas, as a library for Node reads them; errors are None."""
    for cells in answers(f"{library}.mjs", *map(str, books)):
        values = {(sheet, row, column): value for sheet, row, column, value, _ in cells}
        yield values, {(sheet, row, column): formula for sheet, row, column, _, formula in cells if formula is not None}


def values_by_node(library: str) -> Callable[[Path], Cells]:
    """A reader of the values saved in one book."""

    def read(book: Path) -> Cells:
        [(values, _)] = by_node(library, [book])
        return values

    return read


def formulas_by_openpyxl(book: Path) -> Cells:
    """The formulas of the visible sheets, without the sign before them."""
    return {
        (sheet.title, cell.row, cell.column): cell.value[1:]
        for sheet in load_workbook(book).worksheets
        if sheet.sheet_state == "visible"
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def of_numbers(cells: Cells, formulas: Cells) -> Cells:
    """The numbers, but for what formualizer 0.13 can't be asked for.

    Its TEXT knows no exponents (0.00E+00), its ROW of a range is the first row's number, which the proof adds up, and
    its ISFORMULA is false of every formula; the badge on Start rests on both.
    """
    beyond = {place for place, formula in formulas.items() if "ISFORMULA(" in str(formula)}
    return {
        place: value
        for place, value in cells.items()
        if not isinstance(value, str) and place[0] not in ("Proof", "Start") and place not in beyond
    }


def by_formualizer(book: Path, wanted: Cells) -> Cells:
    """Each cell as formualizer computes it."""
    import formualizer

    workbook = formualizer.Workbook.from_path(str(book))
    workbook.evaluate_all()
    values = {place: workbook.get_value(*place) for place in wanted}
    return {place: None if isinstance(value, dict) else value for place, value in values.items()}


def by_engine(name: str) -> Callable[[Path, Cells], Cells]:
    """Each cell as one of our own engines computes it."""

    def read(book: Path, wanted: Cells) -> Cells:
        found: Cells = {}
        for sheet in dict.fromkeys(place[0] for place in wanted):
            last = max(row for name, row, _ in wanted if name == sheet)
            width = max(column for name, _, column in wanted if name == sheet)
            [grid] = ENGINES[engine].make().values(book, [Area(sheet, 1, last, width)])
            for r, row in enumerate(grid, start=1):
                for c, value in enumerate(row, start=1):
                    if (sheet, r, c) in wanted:
                        found[sheet, r, c] = None if isinstance(value, CellError) else value
        return found

    engine = name
    return read


SAVED: dict[str, Callable[[Path], Cells]] = {
    "calamine": by_calamine,
    "pandas": by_pandas,
    **{library: values_by_node(library) for library in ("sheetjs", "exceljs")},
}
COMPUTED: dict[str, Callable[[Path, Cells], Cells]] = {"formualizer": by_formualizer}
TOLERANCE = 1e-7  # cells of the gradient check are differences of almost equal numbers


def differences(expected: Cells, found: Cells, tolerance: float = TOLERANCE) -> list[tuple[Any, ...]]:
    """Cells that two readers see otherwise; texts letter by letter, numbers to a tolerance, relative above 1."""
    return [
        (place, value, found.get(place))
        for place, value in expected.items()
        if value is not None and not same(value, found.get(place), tolerance)
    ]


def same(one: Any, other: Any, tolerance: float = TOLERANCE) -> bool:
    """Whether two values are one."""
    if isinstance(one, bool) or not isinstance(one, int | float):
        return bool(one == other) or str(one) == str(other)
    if isinstance(other, bool) or not isinstance(other, int | float):
        return False
    return abs(one - other) <= tolerance * max(abs(one), abs(other), 1.0)


def validator_findings(book: Path) -> list[str]:
    """What the Open XML SDK's validator finds wrong with a package."""
    program = MODULES / ".bin" / "ooxml-validator"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "book.xlsx"
        shutil.copyfile(book, copy)
        done = subprocess.run([str(program), str(copy)], capture_output=True, text=True, check=False, encoding="utf-8")
    said = json.loads(done.stdout)
    findings = [f"{error['path']} {error['xPath']}: {error['description']}" for error in said["errors"]]
    assert said["ok"] == (not findings)
    return findings
