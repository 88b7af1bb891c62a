"""The whole book, from its parts to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook

from xlbp.errors import UsageError
from xlbp.workbook.blueprint import patterns_of
from xlbp.workbook.contents import Contents
from xlbp.workbook.layout import LONGEST_FORMULA
from xlbp.workbook.package import styles_of_row, write_hidden, write_package
from xlbp.workbook.page import Page
from xlbp.workbook.render import render
from xlbp.workbook.sheets.training import add_training, streamed_cells
from xlbp.workbook.stream import StreamedCell, xml_rows


def write_book(
    contents: Contents,
    values: NDArray[np.float64],
    pages: Sequence[Page],
    path: Path,
    stamp: dict[str, object],
    protected: bool = True,
) -> tuple[str, ...]:
    """Write the workbook to ``path``, which is replaced.

    ``values`` is (T + 1, columns) in the program's order; ``stamp`` is what verification needs to
    rebuild the book.  Returns the titles of the sheets that a reader sees.  Raises UsageError if a
    formula is longer than a cell may hold.
    """
    workbook = Workbook()
    del workbook["Sheet"]
    front, *others = pages
    render(front, workbook, contents.texts.language, protected)
    training = add_training(workbook, contents)
    for page in others:
        render(page, workbook, contents.texts.language, protected)
    write_hidden(workbook, {**stamp, "layout": contents.layout.to_data()})
    workbook.active = 0
    workbook.calculation.fullCalcOnLoad = True
    first = contents.layout.first_row
    start, later = (
        streamed_cells(contents, styles_of_row(training, first + t), patterns)
        for t, patterns in enumerate(patterns_of(contents))
    )
    _must_be_short(contents, later)
    rows = xml_rows(start, later, first, values)
    write_package(workbook, training, first, rows, {page.title: page.values() for page in pages}, path)
    return tuple(sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible")


def _must_be_short(contents: Contents, cells: list[StreamedCell]) -> None:
    for cell, column in zip(cells, contents.program.columns, strict=True):
        longest = (cell.formula or "").replace("{r}", "9999999").replace("{p}", "9999999")
        if len(longest) >= LONGEST_FORMULA:
            raise UsageError(
                f"the formula of {contents.symbol(column.name)} would have {len(longest):,} characters, "
                f"but a cell holds {LONGEST_FORMULA:,}; make the layer or the batch smaller"
            )
