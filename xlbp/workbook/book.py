"""The whole book, from its parts to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.form_controls import Control
from xlbp.workbook.layout.book_layout import BookLayout
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.layout.patterns import names_of, whole_row
from xlbp.workbook.layout.runs import CEILING, Comparison
from xlbp.workbook.package import (
    FORMAT_VERSION,
    SEVERAL_VERSION,
    Stream,
    styles_of_row,
    write_hidden,
    write_package,
)
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.render import formula_cells, put_on, render
from xlbp.workbook.properties import describe
from xlbp.workbook.restore import make_stamp
from xlbp.workbook.sheets.comparison.comparison import ceiling_cell
from xlbp.workbook.sheets.comparison.losses import add_losses, loss_columns
from xlbp.workbook.sheets.training import add_training
from xlbp.xlsx.new_workbook import new_workbook
from xlbp.xlsx.row_xml import StreamedCell, shared, xml_rows

MOST_OF_A_CELL = 150  # bytes of XML beside its formula


def write_book(
    book: BookLayout,
    values: Sequence[NDArray[np.float64]],
    losses: NDArray[np.float64] | None,
    pages: Sequence[Page],
    path: Path,
    protected: bool = True,
) -> tuple[str, ...]:
    """Write the workbook to ``path``, which is replaced.

    ``values`` are the rows of each training, (T + 1, columns) in the order of its sheet; ``losses`` those of the
    sheet that compares them, if there is one.  Returns the titles of the sheets that a reader sees.  Raises UsageError
    if a page needs a formula that no cell takes; those of the rows have been looked at before the training.
    """
    workbook = new_workbook()
    template, texts = book.first.template, book.first.texts
    title = texts.of(template.title)
    if book.comparison is None:
        describe(workbook, texts, title, texts.of(template.summary))
        streams = _add_training(workbook, book.first, values[0], pages, protected)
    else:
        assert losses is not None
        describe(workbook, texts, texts("comparison.title", title=title), texts.of(template.summary))
        streams = _add_comparison(workbook, book.comparison, values, losses, pages)
    write_hidden(workbook, make_stamp(book), SEVERAL_VERSION if book.comparison else FORMAT_VERSION)
    workbook.active = 0
    workbook.calculation.fullCalcOnLoad = True
    cells = {page.title: formula_cells(page, workbook[page.title]) for page in pages}
    write_package(workbook, streams, cells, path, controls_of(pages))
    return tuple(sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible")


def _add_training(
    workbook: Workbook, contents: Contents, values: NDArray[np.float64], pages: Sequence[Page], protected: bool
) -> dict[str, Stream]:
    """The sheets of one training: the front page, the rows, the other pages.  Returns the rows, by their sheet."""
    language, (front, *others) = contents.texts.language, pages
    render(front, workbook, language, protected)
    training = add_training(workbook, contents)
    for page in others:
        if page.title == training.title:
            put_on(page, training, language)
        else:
            render(page, workbook, language, protected)
    return {training.title: training_rows(contents, training, values)}


def _add_comparison(
    workbook: Workbook,
    comparison: Comparison,
    values: Sequence[NDArray[np.float64]],
    losses: NDArray[np.float64],
    pages: Sequence[Page],
) -> dict[str, Stream]:
    """The sheets of several trainings: the pages, a sheet of rows per run, their losses.  Returns all rows."""
    streams = {}
    for contents, numbers in zip(comparison.contents, values, strict=True):
        training = add_training(workbook, contents)
        streams[training.title] = training_rows(contents, training, numbers)
    for name, target in _names_of_comparison(comparison).items():
        workbook.defined_names[name] = DefinedName(name, attr_text=target)
    sheet = add_losses(workbook, comparison)
    streams[sheet.title] = _loss_rows(comparison, sheet, losses)
    language = comparison.first.texts.language
    for page in (page for page in pages if page.title in streams):
        put_on(page, workbook[page.title], language)
    for place, page in enumerate(page for page in pages if page.title not in streams):
        shown = render(page, workbook, language)  # its charts show the sheets that come behind it
        workbook.move_sheet(shown, place + 1 - len(workbook.worksheets))
    return streams


def names_of_book(book: BookLayout, pages: Sequence[Page]) -> dict[str, str]:
    """All defined names of a book with the cells they must stand for; without pages only those of the inputs."""
    names = {name: page.target(*place) for page in pages for name, place in page.names.items()}
    if book.comparison is None:
        return {**names_of(book.first), **names}
    inputs = _names_of_comparison(book.comparison)
    if not pages:
        del inputs[CEILING]
    return {**inputs, **names}


def controls_of(pages: Sequence[Page]) -> dict[str, list[Control]]:
    """The arrows of each page, by its title, with the cells that they step."""
    inputs: dict[str, tuple[str, int]] = {}
    for page in pages:
        contents = {(fixed.row, fixed.column): fixed.content for fixed in page.fixed}
        for name, place in page.names.items():
            if isinstance(number := contents.get(place), int):
                inputs[name] = page.target(*place), number
    return {
        page.title: [Control(s.row, s.column, *inputs[s.name], s.first, s.last, s.says) for s in page.spinners]
        for page in pages
    }


def _names_of_comparison(comparison: Comparison) -> dict[str, str]:
    """The defined names of all runs, of what they share, and of the ceiling."""
    front = quoted(comparison.front)
    names = {place.defined: f"{front}!{place.address}" for place in comparison.shared.values()}
    for contents in comparison.contents:
        names |= names_of(contents)
    return {**names, CEILING: ceiling_cell(comparison)}


def _loss_rows(comparison: Comparison, sheet: Worksheet, losses: NDArray[np.float64]) -> Stream:
    """The losses of all iterations."""
    first, columns = comparison.first.layout.first_row, loss_columns(comparison)
    styled = list(zip(columns, styles_of_row(sheet, first, len(columns)), strict=True))
    start = [StreamedCell(column.letter, style, column.start) for column, style in styled]
    later = [StreamedCell(column.letter, style, column.later) for column, style in styled]
    rows = xml_rows(start, shared(later), first, losses)
    return Stream(first, first + len(losses) - 1, rows, _bytes_of(later, len(losses)), losses)


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
