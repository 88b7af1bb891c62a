"""The marks as a workbook: a line per student with a column per cell, the class with its mistakes, the decisions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from openpyxl import Workbook
from openpyxl.chart import Series
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.marking.feedback import BANDS
from xlbp.classroom.marking.record import COLUMNS as RECORD_COLUMNS
from xlbp.classroom.marking.record import DOUBTFUL, LIKELY, Line, record_rows
from xlbp.classroom.marking.result import MARKED, MISSING, STRAY, UNREADABLE, Result
from xlbp.classroom.marking.table import (
    COLUMNS,
    ON_PAPER,
    Cell,
    Rows,
    average,
    cells_rows,
    marks_sheet,
    mistakes_rows,
    points_rows,
)
from xlbp.classroom.marking.words import SIGNS
from xlbp.errors import UsageError
from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.chart import bar_chart
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.package import write_package
from xlbp.workbook.page.cells import put_plain_text
from xlbp.workbook.page.dress import dress
from xlbp.workbook.properties import describe
from xlbp.xlsx.new_workbook import new_sheet, new_workbook
from xlbp.xlsx.printing import print_landscape

MOST_CELLS = 2_000_000  # of a workbook that is made in memory, some 1 KB each
HEADING = style.PHASES["parameters"]
TINTS = {status: style.PHASES[band].tint for status, band in BANDS.items()}
ATTENTION = style.PHASES["loss"].tint
LOOK_AT = {DOUBTFUL: ATTENTION, LIKELY: style.INPUT.tint}  # what a teacher has to look at
WIDTHS = {
    "name": 24, "id": 12, "status": 11, "cell": 6.5, "mistakes": 60, "notes": 34, "file": 30, "student": 26, "use": 26,
    "by": 28, "nearest": 26, "second": 26, "late": 18,
}  # fmt: skip
NARROW, SLIM, LONG_NAME, OF_A_MISTAKE = 11, 5, 70, 56
UPWARD = Alignment(text_rotation=90, horizontal="center", vertical="bottom")
WITH_POINTS = 9  # of a column of a cell, beside its sign
POINTS_OF_A_LETTER, TALLEST_HEADING = 6.2, 160
LINE_HEIGHT, MOST_LINES = 13.5, 6
HEADING_HEIGHT = 30  # points: two lines
CHART_COLUMN, CHART_COLUMNS, MOST_CHART_ROWS = 7, 8, 30
UNSEEN = dict.fromkeys(range(32), " ")  # what XML has no place for
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\\x00", " "))
LONGEST_TITLE = 31  # of a sheet, in Excel


@dataclass
class _Sheet:
    """A sheet that is being filled from top to bottom; ``count`` rows are there."""

    sheet: Worksheet
    language: str
    count: int = 0

    def row(self, cells: Sequence[Cell], fills: Mapping[int, str], is_heading: bool = False) -> None:
        """One row, its cells on these grounds."""
        self.count += 1
        for place, content in enumerate(cells):
            self._put(place + 1, content, fills.get(place, ""), is_heading)
        if is_heading:
            self.sheet.row_dimensions[self.count].height = HEADING_HEIGHT

    def _put(self, column: int, content: Cell, ground: str, is_heading: bool) -> None:
        """A number, or a text that stays a text, whatever it begins with."""
        if isinstance(content, str):
            plain = content.encode("utf-8", "replace").decode().translate(UNSEEN)
            cell = put_plain_text(self.sheet, self.count, column, plain)
        else:
            cell = put_plain_text(self.sheet, self.count, column, "")
            cell.value = float(content)
        band = HEADING if is_heading else None
        grounds = [style.fill(band.fill if band else ground)] if band or ground else []
        font = style.font(self.language, bold=is_heading, colour=band.ink if band else style.INK)
        dress(cell, font, *grounds, style.CENTRE if is_heading else _aligned(content))


def _aligned(content: Cell) -> Alignment:
    return style.LEFT if isinstance(content, str) else style.RIGHT


def must_fit(students: int, blanks: int) -> None:
    """Raise UsageError for marks that no workbook should hold."""
    cells = students * (len(COLUMNS) + blanks)
    if cells > MOST_CELLS:
        raise UsageError(
            f"the marks have {cells:,} cells, at most {MOST_CELLS:,} of which an .xlsx takes; ask for .csv"
        )


def write_marks_book(
    path: Path,
    contents: Contents,
    blanks: Sequence[Blank],
    results: Sequence[Result],
    lines: Sequence[Line],
    out_of: Fraction | None = None,
) -> None:
    """Write it to ``path``."""
    book = new_workbook()
    describe(book, contents.texts, contents.texts.of(contents.template.title))
    _marks(book, contents, blanks, results, out_of)
    _summary(book, contents, blanks, results)
    _decisions(book, contents, lines)
    write_package(book, {}, {}, path)


def _marks(
    book: Workbook, contents: Contents, blanks: Sequence[Blank], results: Sequence[Result], out_of: Fraction | None
) -> None:
    """A line per student, a sign and a colour for each cell; name and headings stay when one scrolls, and on paper."""
    keys, rows = marks_sheet(contents, blanks, results, out_of)
    cells_from = len(keys) - len(ON_PAPER) - len(blanks)
    places = {blank: cells_from + place for place, blank in enumerate(blanks)}
    widths = [WIDTHS.get(key, NARROW) for key in keys]
    if not all(verdict.is_plain for result in results for verdict in result.verdicts):
        widths = [WITH_POINTS if key == "cell" else width for key, width in zip(keys, widths, strict=True)]
    if not any(row[1] for row in rows[1:]):
        widths[1] = SLIM  # nobody has an id
    sheet = _sheet(book, contents, "marks", widths, frozen="B2")
    sheet.row(rows[0], {}, is_heading=True)
    for column in range(cells_from, cells_from + len(blanks)):
        sheet.sheet.cell(1, column + 1).alignment = UPWARD
    longest = max((len(str(title)) for title in rows[0][cells_from : cells_from + len(blanks)]), default=0)
    sheet.sheet.row_dimensions[1].height = min(TALLEST_HEADING, max(HEADING_HEIGHT, POINTS_OF_A_LETTER * longest + 8))
    for cells, result in zip(rows[1:], results, strict=True):
        fills = {places[verdict.blank]: TINTS[verdict.status] for verdict in result.verdicts}
        if result.status in (UNREADABLE, STRAY, MISSING):
            fills[2] = ATTENTION
        sheet.row(cells, fills)
        for column in places.values():
            sheet.sheet.cell(sheet.count, column + 1).alignment = style.CENTRE
        _wrap(sheet, cells_from + len(blanks) + 1)
    sheet.sheet.auto_filter.ref = f"A1:{get_column_letter(len(rows[0]))}{len(rows)}"
    sheet.sheet.print_title_rows, sheet.sheet.print_title_cols = "1:1", "A:A"
    _print(sheet.sheet, cells_from + len(blanks) + 1)


def _wrap(sheet: _Sheet, column: int) -> None:
    """The mistakes of a row on as many lines as they take."""
    cell = sheet.sheet.cell(sheet.count, column)
    cell.alignment = style.LEFT_WRAPPED
    lines = math.ceil(len(str(cell.value or "")) / WIDTHS["mistakes"])
    if lines > 1:
        sheet.sheet.row_dimensions[sheet.count].height = LINE_HEIGHT * min(lines, MOST_LINES)


def _print(sheet: Worksheet, columns: int) -> None:
    """As wide as a page, as far as the mistakes; the heap of the cells of a large network on several."""
    print_landscape(sheet, columns)
    if sheet.sheet_properties.pageSetUpPr is not None and sheet.sheet_properties.pageSetUpPr.fitToPage:
        sheet.print_area = f"A1:{get_column_letter(columns)}{sheet.max_row}"


def _summary(book: Workbook, contents: Contents, blanks: Sequence[Blank], results: Sequence[Result]) -> None:
    """How many there are, which mistakes are common, as a chart too, and which cells are hard."""
    sheet = _sheet(book, contents, "summary", [OF_A_MISTAKE, NARROW, NARROW, NARROW, NARROW])
    for cells in _counts(contents, results):
        sheet.row(cells, {})
    sheet.row([], {})
    _legend(sheet, contents)
    sheet.row([], {})
    mistakes = mistakes_rows(contents, results)
    first = sheet.count + 1
    _table(sheet, mistakes)
    sheet.row([], {})
    _table(sheet, cells_rows(contents, blanks, results), tuple(TINTS.values()))
    points = sheet.count + 2
    sheet.row([], {})
    spread = points_rows(contents, results)
    _table(sheet, spread)
    below = 2
    if len(mistakes) > 1:
        below += _chart(sheet.sheet, contents, (first, len(mistakes)), ("B", "C"), "marking.common", below)
    if len(spread) > 1:
        _chart(sheet.sheet, contents, (points, len(spread)), ("B",), "marking.column_points", below)
    print_landscape(sheet.sheet, CHART_COLUMN + CHART_COLUMNS, max(sheet.count, MOST_CHART_ROWS))


def _counts(contents: Contents, results: Sequence[Result]) -> Iterator[list[Cell]]:
    texts = contents.texts
    for status in (MARKED, MISSING, UNREADABLE, STRAY):
        yield [texts(f"marking.status_{status}"), sum(result.status == status for result in results)]
    mean = average(texts, results)
    if mean is not None:
        yield [*mean]


def _table(sheet: _Sheet, rows: Rows, tints: Sequence[str] = ()) -> None:
    sheet.row(rows[0], {}, is_heading=True)
    fills = dict(enumerate(tints, start=1))
    for cells in rows[1:]:
        sheet.row(cells, fills)


def _legend(sheet: _Sheet, contents: Contents) -> None:
    """What the signs and colours of the marks mean."""
    for status, sign in SIGNS.items():
        sheet.row([f"{sign}   {contents.texts(f'marking.{status}')}"], {0: TINTS[status]})


def _chart(
    sheet: Worksheet, contents: Contents, rows: tuple[int, int], letters: Sequence[str], title: str, place: int
) -> int:
    """A bar for each row of a table, the first on top; returns how many rows the chart takes."""
    first, count = rows
    chart = bar_chart(contents.texts, contents.texts(title).strip(" :："))
    quoted, last = quote_sheetname(sheet.title), first + count - 1
    for letter, band in zip(letters, ("loss", "gradients"), strict=False):
        series = Series(f"{quoted}!${letter}${first + 1}:${letter}${last}", title=str(sheet[f"{letter}{first}"].value))
        series.cat = AxDataSource(strRef=StrRef(f"{quoted}!$A${first + 1}:$A${last}"))
        series.graphicalProperties.solidFill = style.PHASES[band].fill
        chart.series.append(series)
    height = min(MOST_CHART_ROWS, 8 + 2 * count)
    place_chart(sheet, chart, (place, CHART_COLUMN), height, CHART_COLUMNS)
    return height + 1


def _decisions(book: Workbook, contents: Contents, lines: Sequence[Line]) -> None:
    """Whose each file is, and why; what a teacher has to look at stands first, in colour."""
    widths = [LONG_NAME if key == "file" else WIDTHS[key] for key in RECORD_COLUMNS]
    sheet = _sheet(book, contents, "decisions", widths, frozen="B2")
    heading, *rows = record_rows(contents.texts, lines)
    sheet.row(heading, {}, is_heading=True)
    for cells, line in zip(rows, lines, strict=True):
        sheet.row(cells, dict.fromkeys(range(len(cells)), LOOK_AT.get(line.use, "")))
    print_landscape(sheet.sheet, len(heading), sheet.count)


def _sheet(book: Workbook, contents: Contents, key: str, widths: Iterable[float], frozen: str = "") -> _Sheet:
    sheet = new_sheet(book, contents.texts(f"marking.sheet_{key}").translate(FORBIDDEN)[:LONGEST_TITLE])
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    if frozen:
        sheet.freeze_panes = frozen
    return _Sheet(sheet, contents.texts.language)
