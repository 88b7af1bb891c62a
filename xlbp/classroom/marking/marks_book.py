"""The marks as a workbook: a line per student with a column per cell, the class with its mistakes, the decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.chart import BarChart, Reference
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.marking.feedback import BANDS
from xlbp.classroom.marking.record import COLUMNS as RECORD_COLUMNS
from xlbp.classroom.marking.record import DOUBTFUL, LIKELY, Line, record_rows
from xlbp.classroom.marking.result import MARKED, MISSING, STRAY, UNREADABLE, Result
from xlbp.classroom.marking.table import COLUMNS, Cell, Rows, cells_rows, marks_rows, mistakes_rows
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents

HEADING = style.PHASES["parameters"]
TINTS = {status: style.PHASES[band].tint for status, band in BANDS.items()}
ATTENTION = style.PHASES["loss"].tint
WIDTHS = {
    "name": 26, "id": 14, "status": 12, "mistakes": 34, "notes": 34, "file": 30, "student": 26, "use": 22, "by": 24,
    "nearest": 26, "second": 26, "late": 16,
}  # fmt: skip
NARROW, OF_A_CELL, LONG_NAME = 10, 14, 60
LOOK_AT = {DOUBTFUL: ATTENTION, LIKELY: style.INPUT.tint}  # what a teacher has to look at
HEADING_HEIGHT = 30  # points: two lines
TALLEST_CHART, CHART_WIDTH = 16, 22  # centimetres
LONGEST_TITLE = 31  # of a sheet, in Excel
UNSEEN = dict.fromkeys(range(32), " ")  # what XML has no place for
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\\x00", " "))


@dataclass
class _Sheet:
    """A sheet that is being filled from top to bottom; ``count`` rows are there."""

    sheet: Any
    language: str
    count: int = 0

    def row(self, cells: Sequence[Cell], fills: Mapping[int, str], is_heading: bool = False) -> None:
        """One row; a text stays a text, whatever it begins with."""
        self.count += 1
        if is_heading:
            self.sheet.row_dimensions[self.count].height = HEADING_HEIGHT
        made = [self._cell(cell, fills.get(column, ""), is_heading) for column, cell in enumerate(cells)]
        self.sheet.append(made)

    def _cell(self, content: Cell, ground: str, is_heading: bool) -> Any:
        cell = WriteOnlyCell(self.sheet, value=None if content == "" else content)
        if isinstance(content, str) and content:
            cell.data_type = "s"
            cell.value = content.encode("utf-8", "replace").decode().translate(UNSEEN)
            cell.data_type = "s"
            cell.quotePrefix = content[0] in "=+-@"
        band = HEADING if is_heading else None
        cell.font = style.font(self.language, bold=is_heading, colour=band.ink if band else style.INK)
        if band or ground:
            cell.fill = style.fill(band.fill if band else ground)
        if is_heading:
            cell.alignment = style.CENTRE
        return cell


def write_marks_book(
    path: Path,
    contents: Contents,
    blanks: Sequence[Blank],
    results: Sequence[Result],
    lines: Sequence[Line],
    out_of: Fraction | None = None,
) -> None:
    """Write it to ``path``."""
    book = Workbook(write_only=True)
    _marks(book, contents, marks_rows(contents, blanks, results, out_of), results, bool(out_of))
    _summary(book, contents, blanks, results)
    _decisions(book, contents, lines)
    book.save(path)


def _marks(book: Any, contents: Contents, rows: Rows, results: Sequence[Result], has_scale: bool) -> None:
    """A line per student; beside the name stay the headings when one scrolls."""
    cells_from = len(COLUMNS) + has_scale
    widths = [WIDTHS.get(key, NARROW) for key in COLUMNS] + [NARROW] * has_scale
    widths += [OF_A_CELL] * (len(rows[0]) - cells_from)
    sheet = _sheet(book, contents, "marks", widths, frozen="B2")
    sheet.row(rows[0], {}, is_heading=True)
    for cells, result in zip(rows[1:], results, strict=True):
        fills = {cells_from + k: TINTS[verdict.status] for k, verdict in enumerate(result.verdicts)}
        if result.status in (UNREADABLE, STRAY, MISSING):
            fills[2] = ATTENTION
        sheet.row(cells, fills)
    sheet.sheet.auto_filter.ref = f"A1:{get_column_letter(len(rows[0]))}{len(rows)}"


def _summary(book: Any, contents: Contents, blanks: Sequence[Blank], results: Sequence[Result]) -> None:
    """How many there are, which mistakes are common, as a chart too, and which cells are hard."""
    sheet = _sheet(book, contents, "summary", [48, NARROW, NARROW, NARROW, NARROW])
    counts = list(_counts(contents, blanks, results))
    for cells in counts:
        sheet.row(cells, {})
    sheet.row([], {})
    mistakes = mistakes_rows(contents, results)
    first = len(counts) + 2
    _table(sheet, mistakes)
    sheet.row([], {})
    _table(sheet, cells_rows(contents, blanks, results), tuple(TINTS.values()))
    if len(mistakes) > 1:
        sheet.sheet.add_chart(_chart(sheet.sheet, contents, first, len(mistakes)), "G2")


def _counts(contents: Contents, blanks: Sequence[Blank], results: Sequence[Result]) -> Iterator[list[Cell]]:
    texts = contents.texts
    for status in (MARKED, MISSING, UNREADABLE, STRAY):
        yield [texts(f"marking.status_{status}"), sum(result.status == status for result in results)]
    scores = [result.score for result in results if result.status == MARKED]
    if scores:
        mean = round(sum(scores) / len(scores), 1)
        yield [texts("marking.mean", mean=texts.number(mean, ".1f"), of=len(blanks)), mean]


def _table(sheet: _Sheet, rows: Rows, tints: Sequence[str] = ()) -> None:
    sheet.row(rows[0], {}, is_heading=True)
    fills = dict(enumerate(tints, start=1))
    for cells in rows[1:]:
        sheet.row(cells, fills)


def _chart(sheet: Any, contents: Contents, first: int, count: int) -> BarChart:
    """A bar for each mistake, the commonest on top: how many cells and students have it."""
    last = first + count - 1
    chart = BarChart()
    chart.type, chart.style, chart.gapWidth = "bar", 10, 60
    chart.title = contents.texts("marking.common").strip(" :：")
    chart.add_data(Reference(sheet, min_col=2, max_col=3, min_row=first, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=first + 1, max_row=last))
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines = None
    chart.y_axis.number_format = "0"
    for series, colour in zip(chart.series, (style.PHASES["loss"].fill, style.PHASES["gradients"].fill), strict=True):
        series.graphicalProperties.solidFill = colour
    chart.legend.position = "b"
    chart.width, chart.height = CHART_WIDTH, min(TALLEST_CHART, 4 + 0.9 * count)
    return chart


def _decisions(book: Any, contents: Contents, lines: Sequence[Line]) -> None:
    """Whose each file is, and why; what a teacher has to look at stands first, in colour."""
    widths = [LONG_NAME if key == "file" else WIDTHS[key] for key in RECORD_COLUMNS]
    sheet = _sheet(book, contents, "decisions", widths, frozen="B2")
    heading, *rows = record_rows(contents.texts, lines)
    sheet.row(heading, {}, is_heading=True)
    for cells, line in zip(rows, lines, strict=True):
        ground = LOOK_AT.get(line.use, "")
        sheet.row(cells, dict.fromkeys(range(len(cells)), ground))


def _sheet(book: Any, contents: Contents, key: str, widths: Iterable[float], frozen: str = "") -> _Sheet:
    title = contents.texts(f"marking.sheet_{key}").translate(FORBIDDEN)[:LONGEST_TITLE]
    sheet = book.create_sheet(title)
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    if frozen:
        sheet.freeze_panes = frozen
    sheet.page_setup.orientation = "landscape"
    if key != "marks":  # whose columns are as many as the exercise has cells
        sheet.page_setup.fitToHeight = False
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return _Sheet(sheet, contents.texts.language)
