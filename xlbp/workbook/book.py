"""The whole book, from its parts to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.layout.patterns import names_of, whole_row
from xlbp.workbook.layout.runs import CEILING, Comparison
from xlbp.workbook.package import SEVERAL_VERSION, Stream, styles_of_row, write_hidden, write_package
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.render import formula_cells, put_on, render
from xlbp.workbook.properties import describe
from xlbp.workbook.sheets.comparison.comparison import ceiling_cell
from xlbp.workbook.sheets.comparison.losses import add_losses, loss_columns
from xlbp.workbook.sheets.training import add_training
from xlbp.xlsx.new_workbook import new_workbook
from xlbp.xlsx.row_xml import StreamedCell, shared, xml_rows

MOST_OF_A_CELL = 150  # bytes of XML beside its formula


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
    teaching sheet needs a formula that no cell takes; those of the rows have been looked at before the training.
    """
    workbook = new_workbook()
    template, texts = contents.template, contents.texts
    describe(workbook, texts, texts.of(template.title), texts.of(template.summary))
    front, *others = pages
    render(front, workbook, contents.texts.language, protected)
    training = add_training(workbook, contents)
    for page in others:
        if page.title == training.title:
            put_on(page, training, contents.texts.language)
        else:
            render(page, workbook, contents.texts.language, protected)
    write_hidden(workbook, {**stamp, "layout": contents.layout.to_data()})
    workbook.active = 0
    workbook.calculation.fullCalcOnLoad = True
    streams = {training.title: training_rows(contents, training, values)}
    write_package(workbook, streams, {page.title: formula_cells(page, workbook[page.title]) for page in pages}, path)
    return _visible(workbook)


def write_comparison(
    comparison: Comparison,
    values: Sequence[NDArray[np.float64]],
    losses: NDArray[np.float64],
    pages: Sequence[Page],
    path: Path,
    stamp: dict[str, object],
) -> tuple[str, ...]:
    """Write a workbook of several trainings: the front page, the other pages, a sheet per run, their losses."""
    workbook = new_workbook()
    template, texts = comparison.first.template, comparison.first.texts
    title = texts("comparison.title", title=texts.of(template.title))
    describe(workbook, texts, title, texts.of(template.summary))
    streams = {}
    for contents, numbers in zip(comparison.contents, values, strict=True):
        training = add_training(workbook, contents)
        streams[training.title] = training_rows(contents, training, numbers)
    for name, target in names_of_comparison(comparison).items():
        workbook.defined_names[name] = DefinedName(name, attr_text=target)
    sheet, first = add_losses(workbook, comparison), comparison.first.layout.first_row
    columns = loss_columns(comparison)
    looked = list(zip(columns, styles_of_row(sheet, first, len(columns)), strict=True))
    start = [StreamedCell(column.letter, look, column.start) for column, look in looked]
    later = [StreamedCell(column.letter, look, column.later) for column, look in looked]
    rows = xml_rows(start, shared(later), first, losses)
    streams[sheet.title] = Stream(first, first + len(losses) - 1, rows, _bytes_of(later, len(losses)), losses)
    language = comparison.first.texts.language
    for page in (page for page in pages if page.title in streams):
        put_on(page, workbook[page.title], language)
    for place, page in enumerate(page for page in pages if page.title not in streams):
        shown = render(page, workbook, language)  # its charts show the sheets that come behind it
        workbook.move_sheet(shown, place + 1 - len(workbook.worksheets))
    layouts = [
        {**one.layout.to_data(), "sheet": one.title, "data": one.layout.data_sheet} for one in comparison.contents
    ]
    write_hidden(workbook, {**stamp, "layouts": layouts}, SEVERAL_VERSION)
    workbook.active = 0
    workbook.calculation.fullCalcOnLoad = True
    write_package(workbook, streams, {page.title: formula_cells(page, workbook[page.title]) for page in pages}, path)
    return _visible(workbook)


def names_of_comparison(comparison: Comparison, with_pages: bool = True) -> dict[str, str]:
    """The defined names of all runs, of what they share, and of the ceiling, with the cells they must stand for."""
    front = quoted(comparison.front)
    found = {place.defined: f"{front}!{place.address}" for place in comparison.shared.values()}
    for contents in comparison.contents:
        found |= names_of(contents)
    return {**found, CEILING: ceiling_cell(comparison)} if with_pages else found


def training_rows(contents: Contents, sheet: Worksheet, values: NDArray[np.float64]) -> Stream:
    """The rows of all iterations."""
    first = contents.layout.first_row
    columns, *both = whole_row(contents)
    letters = [letter for _, letter in columns]
    start, later = (
        [
            StreamedCell(*cell)
            for cell in zip(letters, styles_of_row(sheet, first + t, len(letters)), patterns, strict=True)
        ]
        for t, patterns in enumerate(both)
    )
    rows = xml_rows(start, shared(later), first, values)
    return Stream(first, first + len(values) - 1, rows, _bytes_of(later, len(values)), values)


def _bytes_of(cells: Sequence[StreamedCell], rows: int) -> int:
    """How many bytes so many rows are at most: a character of a formula is up to 6 where it is escaped or Chinese."""
    return rows * sum(MOST_OF_A_CELL + 6 * len(cell.formula or "") for cell in cells)


def _visible(workbook: Workbook) -> tuple[str, ...]:
    return tuple(sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible")
