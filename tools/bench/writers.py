"""The same rows of formulas written by other libraries: the peers of xlbp's own writer of rows.

What they write is read from a folder that :func:`tools.bench.ours.leave_rows` has filled, so that a peer's process
knows nothing of xlbp.  All get the same texts in the same way, a row at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

Work = Callable[[], dict[str, float]]
MARK = "\t"


class Rows(NamedTuple):
    """The formulas of the first row and of the others, the panel above them, and the value of every cell."""

    start: list[str]
    later: list[str]
    first: int
    panel: list[tuple[int, int, str, float]]  # row, column, defined name, number
    values: Any

    def formulas(self) -> Iterator[tuple[int, list[str]]]:
        """The number of each row, and its cells: formulas with their equals sign, '' where a number stands."""
        patterns = [MARK.join(self.start), MARK.join(self.later)]
        for t, number in zip(range(len(self.values)), count(self.first)):
            text = patterns[t > 0].replace("{r}", str(number)).replace("{p}", str(number - 1))
            yield number, text.split(MARK)

    def contents(self) -> Iterator[tuple[int, list[str | float]]]:
        """The same, with the numbers in their places: what is written by a library that writes no values."""
        for (number, texts), values in zip(self.formulas(), self.values, strict=True):
            yield number, [text or float(value) for text, value in zip(texts, values, strict=True)]


def read_rows(folder: str) -> Rows:
    """What was left in a folder."""
    data = json.loads((Path(folder) / "rows.json").read_text("utf-8"))
    return Rows(data["start"], data["later"], data["first"], data["panel"], np.load(Path(folder) / "values.npy"))


def openpyxl(folder: str, book: str) -> Work:
    """The usual way with openpyxl: cell by cell into a sheet in memory, then saved; it can't write values."""
    from openpyxl import Workbook
    from openpyxl.workbook.defined_name import DefinedName

    rows = read_rows(folder)

    def work() -> dict[str, float]:
        workbook = Workbook()
        sheet = workbook.active
        sheet.title = "Training"
        for row, column, name, number in rows.panel:
            sheet.cell(row, column, number)
            address = sheet.cell(row, column).coordinate
            workbook.defined_names[name] = DefinedName(name, attr_text=f"Training!{_fixed(address)}")
        for number, contents in rows.contents():
            for column, content in enumerate(contents, start=1):
                sheet.cell(number, column, content)
        workbook.save(book)
        return size(book)

    return work


def openpyxl_write_only(folder: str, book: str) -> Work:
    """The write-only mode of openpyxl: rows are appended and go to a file at once."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter
    from openpyxl.workbook.defined_name import DefinedName

    rows = read_rows(folder)

    def work() -> dict[str, float]:
        workbook = Workbook(write_only=True)
        sheet = workbook.create_sheet("Training")
        for above in panel_rows(rows):
            sheet.append(above)
        for _, contents in rows.contents():
            sheet.append(contents)
        for row, column, name, _ in rows.panel:
            target = f"Training!${get_column_letter(column)}${row}"
            workbook.defined_names[name] = DefinedName(name, attr_text=target)
        workbook.save(book)
        return size(book)

    return work


def xlsxwriter(folder: str, book: str) -> Work:
    """XlsxWriter with constant memory, and with the values, which it can write."""
    from xlsxwriter import Workbook
    from xlsxwriter.utility import xl_rowcol_to_cell

    rows = read_rows(folder)

    def work() -> dict[str, float]:
        workbook = Workbook(book, {"constant_memory": True})
        sheet = workbook.add_worksheet("Training")
        for row, column, name, number in rows.panel:
            sheet.write_number(row - 1, column - 1, number)
            workbook.define_name(name, f"=Training!{xl_rowcol_to_cell(row - 1, column - 1, True, True)}")
        for (number, texts), values in zip(rows.formulas(), rows.values.tolist(), strict=True):
            for column, (text, value) in enumerate(zip(texts, values, strict=True)):
                if text:
                    sheet.write_formula(number - 1, column, text, None, value)
                else:
                    sheet.write_number(number - 1, column, value)
        workbook.close()
        return size(book)

    return work


def pyexcelerate(folder: str, book: str) -> Work:
    """PyExcelerate: a text that begins with an equals sign is a formula; it writes no values and no defined names."""
    from pyexcelerate import Workbook

    rows = read_rows(folder)

    def work() -> dict[str, float]:
        workbook = Workbook()
        workbook.new_sheet("Training", data=[*panel_rows(rows), *(contents for _, contents in rows.contents())])
        workbook.save(book)
        return size(book)

    return work


def panel_rows(rows: Rows) -> list[list[float | None]]:
    """All rows above the first iteration."""
    wide = max(column for _, column, _, _ in rows.panel)
    table: list[list[float | None]] = [[None] * wide for _ in range(rows.first - 1)]
    for row, column, _, number in rows.panel:
        table[row - 1][column - 1] = number
    return table


def size(book: str) -> dict[str, float]:
    """The fact that every writer gives."""
    return {"bytes": float(Path(book).stat().st_size)}


def _fixed(address: str) -> str:
    letters = address.rstrip("0123456789")
    return f"${letters}${address[len(letters) :]}"
