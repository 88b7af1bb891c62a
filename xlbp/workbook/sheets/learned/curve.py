"""The learned function of one input: a curve before training, at the chosen iteration and at the end, and the samples.

The three curves come from three tables, a row for each point, beside the chart.
"""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.drawing.overlay import mark_only
from xlbp.workbook.drawing.plot import COLOURS, add_line, line_chart, name_only
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import ITERATION
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.answering import Moment, plain_symbol
from xlbp.workbook.sheets.learned.answers import Coordinate, Output, columns_of_answer, put_answers
from xlbp.workbook.sheets.learned.samples import put_ranges, range_of, sample_marks

POINTS = (61, 41, 21)  # of each curve: as many as leave the book quick
MOST_CELLS, MOST_OUTPUTS = 12_000, 4
CHART_ROW, ROWS, COLUMNS = 5, 28, 16  # where the chart stands, and how many rows and columns it takes
HELPERS, TOP, NAMES = 20, 5, 14  # the first column and row of what the chart is made of, and the row of the names
PALE, NOW, LATE, TESTED = "A6A6A6", "D55E00", "0072B2", "009E73"


def curve_points(contents: Contents) -> int:
    """Points of each curve, or 0 where the outputs are too many for a chart or one answer needs too many cells."""
    if len(contents.network.predicted) > MOST_OUTPUTS:
        return 0
    each = 3 * len(columns_of_answer(contents))
    return next((n for n in POINTS if n * each <= MOST_CELLS), 0)


def put_curve(page: Page, contents: Contents, facts: Facts, n: int) -> None:
    """The chart, and right of it the tables."""
    (drawn,) = put_ranges(page, contents, facts, TOP, HELPERS)
    last = contents.layout.iterations
    moments = [Moment(0), Moment(facts.choices.iteration, ITERATION), Moment(last)]
    points: list[list[Coordinate]] = [[drawn.at(k, n)] for k in range(n)]
    width = max(len(columns_of_answer(contents)), len(contents.template.entered_with)) + 1
    column, tables, first = HELPERS + 4, [], HELPERS + 4
    for moment in moments:
        tables.append(put_answers(page, contents, facts, (TOP, column), moment, points))
        letter, top = get_column_letter(first), tables[0][0].row
        points = [[(f"${letter}{top + k}", value)] for k, ((_, value),) in enumerate(points)]
        column += width
    _put_titles(page, contents, facts)
    page.width([2], 12)
    page.width(range(HELPERS, column), 9)
    page.print_columns = HELPERS - 2
    page.finishing.append(lambda sheet: _finish(sheet, contents, n, first, tables))


def _put_titles(page: Page, contents: Contents, facts: Facts) -> None:
    """What the legend calls the curves, those of the chosen iteration live; of several outputs each by its symbol."""
    word, row = contents.texts("header.iteration"), NAMES
    last, symbols = contents.layout.iterations, _symbols(contents)
    page.text(row, HELPERS, contents.texts("learned.legend"), "heading")
    page.text(row + 1, HELPERS, contents.texts("learned.before", word=word), "muted")
    page.text(row + 2, HELPERS, contents.texts("learned.end", word=word, last=last), "muted")
    for number, symbol in enumerate(symbols, start=row + 3):
        start = f"{symbol}, {word} " if len(symbols) > 1 else f"{word} "
        page.live(number, HELPERS, f'"{start}"&{ITERATION}', f"{start}{facts.choices.iteration}", "muted")


def _symbols(contents: Contents) -> list[str]:
    """The symbols of the outputs."""
    return [plain_symbol(contents, name) for name in contents.network.predicted]


def _finish(sheet: Worksheet, contents: Contents, n: int, first: int, tables: Sequence[Sequence[Output]]) -> None:
    """The chart: pale before training, dashed at the end, thick at the chosen iteration, and the samples."""
    (feature,), symbols = contents.network.given, _symbols(contents)
    title = contents.texts("learned.curve", input=plain_symbol(contents, feature), output=", ".join(symbols))
    chart = line_chart(contents.texts, title, plain_symbol(contents, feature), ", ".join(symbols))
    top, named = tables[0][0].row, []
    x = Reference(sheet, first, top, first, top + n - 1)
    looks = ((0, 1, PALE, 2.5, "solid"), (2, 2, LATE, 2.0, "dash"), (1, 3, NOW, 3.0, "solid"))
    for which, name, colour, thickness, dash in looks:
        for k, output in enumerate(tables[which]):
            y = Reference(sheet, output.column, top, output.column, top + n - 1)
            row = NAMES + name + (k if which == 1 else 0)
            cell = f"{quoted(sheet.title)}!${get_column_letter(HELPERS)}${row}"
            several = COLOURS[k] if len(symbols) > 1 and which else colour
            if which == 1 or not k:  # one of the curves before training stands for all, and one of the last
                named.append(len(chart.series))
            add_line(chart, "", x, y, several, thickness, dash, title_cell=cell)
    lines = len(chart.series)
    _add_samples(contents, chart)
    name_only(chart, [*named, *range(lines, len(chart.series))])
    chart.x_axis.number_format = chart.y_axis.number_format = "General"
    chart.legend.position = "b"
    place_chart(sheet, chart, (CHART_ROW, 2), ROWS, COLUMNS)


def _add_samples(contents: Contents, chart: ScatterChart) -> None:
    """The samples as dots, those kept for testing as diamonds: straight from their input cells."""
    network = contents.network
    marks = sample_marks(network)
    (feature,), trained = network.given, network.samples
    for chosen, key, is_test in ((marks[:trained], "trained", False), (marks[trained:], "tested", True)):
        for i, target in enumerate(network.aimed_at if chosen else (), start=1):
            cells = []
            for name in (feature, target):
                cells.append(Reference(range_string=range_of(contents, name, chosen)))
            symbol = plain_symbol(contents, target)
            series = Series(cells[1], cells[0], title=contents.texts(f"learned.{key}", target=symbol))
            series.smooth = False
            colour = COLOURS[i - 1] if len(network.targets[0]) > 1 else TESTED if is_test else style.INK
            mark_only(series, colour, "diamond" if is_test else "circle", 10 if is_test else 8)
            chart.series.append(series)
