"""The marks as a workbook: a line per student with a column per cell, the class with its mistakes, the decisions."""

from __future__ import annotations

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
from xlbp.classroom.marking.table import COLUMNS, Cell, Rows, average, cells_rows, marks_rows, mistakes_rows
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
    "name": 26, "id": 14, "status": 14, "mistakes": 34, "notes": 34, "file": 30, "student": 26, "use": 26, "by": 28,
    "nearest": 26, "second": 26, "late": 18,
}  # fmt: skip
NARROW, OF_A_CELL, LONG_NAME, OF_A_MISTAKE = 11, 14, 70, 56
A_LETTER, MARGIN = 1.1, 2  # in widths of a column
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
    _marks(book, contents, marks_rows(contents, blanks, results, out_of), results, bool(out_of))
    _summary(book, contents, blanks, results)
    _decisions(book, contents, lines)
    write_package(book, {}, {}, path)


def _marks(book: Workbook, contents: Contents, rows: Rows, results: Sequence[Result], has_scale: bool) -> None:
    """A line per student; the name and the headings stay when one scrolls."""
    cells_from = len(COLUMNS) + has_scale
    longest = max((len(word) for title in rows[0][cells_from:] for word in str(title).split()), default=0)
    of_a_cell = max(OF_A_CELL, round(A_LETTER * longest) + MARGIN)
    widths = [WIDTHS.get(key, NARROW) for key in COLUMNS] + [NARROW] * has_scale
    widths += [of_a_cell] * (len(rows[0]) - cells_from)
    sheet = _sheet(book, contents, "marks", widths, frozen="B2")
    sheet.row(rows[0], {}, is_heading=True)
    for cells, result in zip(rows[1:], results, strict=True):
        fills = {cells_from + k: TINTS[verdict.status] for k, verdict in enumerate(result.verdicts)}
        if result.status in (UNREADABLE, STRAY, MISSING):
            fills[2] = ATTENTION
        sheet.row(cells, fills)
    sheet.sheet.auto_filter.ref = f"A1:{get_column_letter(len(rows[0]))}{len(rows)}"
    print_landscape(sheet.sheet, len(rows[0]), sheet.count)


def _summary(book: Workbook, contents: Contents, blanks: Sequence[Blank], results: Sequence[Result]) -> None:
    """How many there are, which mistakes are common, as a chart too, and which cells are hard."""
    sheet = _sheet(book, contents, "summary", [OF_A_MISTAKE, NARROW, NARROW, NARROW, NARROW])
    for cells in _counts(contents, results):
        sheet.row(cells, {})
    sheet.row([], {})
    mistakes = mistakes_rows(contents, results)
    first = sheet.count + 1
    _table(sheet, mistakes)
    sheet.row([], {})
    _table(sheet, cells_rows(contents, blanks, results), tuple(TINTS.values()))
    if len(mistakes) > 1:
        _chart(sheet.sheet, contents, first, len(mistakes))
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


def _chart(sheet: Worksheet, contents: Contents, first: int, count: int) -> None:
    """A bar for each mistake, the commonest on top: how many cells and students have it."""
    chart = bar_chart(contents.texts, contents.texts("marking.common").strip(" :："))
    title, last = quote_sheetname(sheet.title), first + count - 1
    for column, band in (("B", "loss"), ("C", "gradients")):
        series = Series(f"{title}!${column}${first + 1}:${column}${last}", title=str(sheet[f"{column}{first}"].value))
        series.cat = AxDataSource(strRef=StrRef(f"{title}!$A${first + 1}:$A${last}"))
        series.graphicalProperties.solidFill = style.PHASES[band].fill
        chart.series.append(series)
    place_chart(sheet, chart, (2, CHART_COLUMN), min(MOST_CHART_ROWS, 6 + 2 * count), CHART_COLUMNS)


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
