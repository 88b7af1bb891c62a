"""The front sheet of a comparison: what varies, who is ahead, all losses in one chart, and what all runs share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from openpyxl.chart import ScatterChart
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.drawing.plot import COLOURS, DASHES, Cells, add_line, line_chart
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.layout.runs import LEFT, TABLE, Comparison, shared_row
from xlbp.workbook.page.entries import put_first_wrong
from xlbp.workbook.page.facts import Facts, readable, readable_formula
from xlbp.workbook.page.live_text import how_many
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.comparison import intact
from xlbp.workbook.sheets.comparison.losses import FIRST_LOSS
from xlbp.workbook.sheets.comparison.scores import EPOCH, LAST, NEAR, TIMES, leaders
from xlbp.workbook.sheets.comparison.standings import (
    BEST,
    FINITE,
    LABEL,
    NO_NUMBER,
    NONE,
    NUMBER,
    SCRATCH,
    Standings,
)
from xlbp.xlsx.metrics import column_pixels

TITLE, VARIES, VERDICTS = 1, 2, 4  # rows
LEADS = SCRATCH + 7  # the column that has 1 for each of the best runs
LIMITS = SCRATCH + 8  # the column of the ceiling and of what decides who is ahead
CEILING_ROW, LEAST_ROW, BOUND_ROW = TABLE + 1, TABLE + 2, TABLE + 3
CHART_WIDTH = 540.0  # pixels, at least


def comparison_page(comparison: Comparison, facts: Sequence[Facts]) -> Page:
    """The sheet, with every number it must show."""
    page = Page(comparison.front)
    table = Standings(page, comparison)
    for column, title in enumerate(table.headings(), start=1):
        page.text(TABLE, column, title, "column")
        page.width([column], 14)
    for index, of_run in enumerate(facts):
        table.put(index, of_run)
    page.width([NUMBER], 6)
    page.width([LABEL], 18)
    _put_limits(page, table)
    intact.put_in_place(table)
    _put_words(page, comparison, table)
    _put_shared(page, comparison, facts[0])
    spans = _spans(page, 2 if table.first.template.kind == "network" else 1)
    page.finishing.append(lambda sheet: _finish(sheet, comparison, table, spans))
    page.print_columns = table.last
    return page


def ceiling_cell(comparison: Comparison) -> str:
    """The cell of the ceiling, as its defined name stands for it."""
    return f"{quoted(comparison.front)}!${get_column_letter(LIMITS)}${CEILING_ROW}"


def ceiling_of(kind: str, starts: Sequence[float]) -> float:
    """What the charts cut losses at, from the sizes of the first ones."""
    largest = max(starts)
    return TIMES[kind] * largest if largest else 1.0


def _put_limits(page: Page, table: Standings) -> None:
    """Out of sight: the ceiling, the best last loss, and how near to it counts as equally good."""
    ranks, starts = table.column(SCRATCH), table.column(SCRATCH + 1)
    kind, letter = table.first.template.kind, get_column_letter(LIMITS)
    largest = max(table.starts)
    formula = f"IF(MAX({starts})=0,1,{TIMES[kind]}*MAX({starts}))"
    ceiling = ceiling_of(kind, table.starts)
    page.live(CEILING_ROW, LIMITS, formula, ceiling, "small", ceiling)
    function, sign, none = ("MAX", "-", -NO_NUMBER) if table.up else ("MIN", "+", NO_NUMBER)
    least = max(table.ranks) if table.up else min(table.ranks)
    page.live(LEAST_ROW, LIMITS, f"{function}({ranks})", least, "small", largest)
    near = NEAR * largest
    bound = least - near if table.up else least + near
    page.live(BOUND_ROW, LIMITS, f"{letter}{LEAST_ROW}{sign}{NEAR:.0E}*MAX({starts})", bound, "small", largest)
    scores = [math.nan if rank == none else rank for rank in table.ranks]
    table.leads = leaders(scores, table.starts, table.up)
    for index, good in enumerate(table.leads):
        row, cell = TABLE + 1 + index, f"{get_column_letter(SCRATCH)}{TABLE + 1 + index}"
        limit = f"${letter}${BOUND_ROW}"
        test = f"{cell}>={limit}" if table.up else f"{cell}<={limit}"
        page.live(row, LEADS, f"IF(AND({cell}<>{none:.0E},{test}),1,0)", float(good), "small")
        mark = f'IF({get_column_letter(LEADS)}{row}=1,"{BEST}","{NONE}")'
        page.live(row, table.best, mark, BEST if good else NONE, "result")


def _put_words(page: Page, comparison: Comparison, table: Standings) -> None:
    """Title, what varies, the three live verdicts, and notes below the table."""
    first, texts, runs = comparison.first, comparison.first.texts, len(comparison.runs)
    page.text(TITLE, 1, texts("comparison.title", title=texts.of(first.template.title)), "title")
    keys = ", ".join(key for key, _ in comparison.runs[0].settings)
    page.text(VARIES, 1, texts("comparison.varies", keys=keys, runs=runs), "muted")
    for row, (formula, value) in enumerate((_leader(table), _finite(table), intact.words(table)), start=VERDICTS):
        page.live(row, 1, formula, value, "badge")
        page.merge(row, 1, table.last)
    notes = [texts(f"comparison.cut_{first.template.kind}", times=TIMES[first.template.kind])]
    models = [contents.template.model for contents in comparison.contents]
    if table.score.by != LAST:
        objective = first.symbol(first.objective)
        notes.append(texts(f"comparison.ranked_{table.score.by}", objective=objective))
    if len({(model.loss, model.class_weights, model.data.scale_targets) for model in models}) > 1:
        notes.append(texts("comparison.losses"))
    for row, note in enumerate(notes, start=TABLE + runs + 1):
        page.text(row, 1, note, "muted")


def _leader(table: Standings) -> tuple[str, str]:
    """Which run ends best, and how many others are as good."""
    texts, words = table.texts, {"objective": table.first.symbol(table.score.quantity), "t": table.iterations}
    leads, labels = table.column(LEADS), table.column(LABEL)
    nobody = texts("comparison.nobody")
    key = "leader_mean" if table.score.by == EPOCH else "leader_up" if table.up else "leader"
    head = texts(f"comparison.{key}", **words)
    more, colon = texts("comparison.as_good"), texts("comparison.colon")
    least = f"${get_column_letter(LIMITS)}${LEAST_ROW}"
    others = f"SUM({leads})-1"
    many = f'IF({others}>0," (+ "&{others}&"{more})","")'
    name = f"INDEX({labels},MATCH(1,{leads},0))"
    formula = f'IF(SUM({leads})=0,"{nobody}","{head}"&{name}&{many}&"{colon}"&{readable_formula(least)})'
    leaders = [label for label, good in zip(table.labels, table.leads, strict=True) if good]
    if not leaders:
        return formula, nobody
    value = max(table.ranks) if table.up else min(table.ranks)
    shown = f" (+ {len(leaders) - 1}{more})" if len(leaders) > 1 else ""
    return formula, f"{head}{leaders[0]}{shown}{colon}{readable(value)}"


def _finite(table: Standings) -> tuple[str, str]:
    """How many runs diverge."""
    runs, texts = len(table.stays), table.texts
    finite, some = texts("comparison.finite"), texts("comparison.some", runs=runs, times=TIMES["network"])
    good = table.stays.count(True)
    counted = how_many(table.column(table.diverged), FINITE)
    return (
        f'IF({counted}={runs},"{finite}",({runs}-{counted})&"{some}")',
        finite if good == runs else f"{runs - good}{some}",
    )


def _put_shared(page: Page, comparison: Comparison, facts: Facts) -> None:
    """The inputs on which all runs depend, with their symbols over them."""
    texts, contents = comparison.first.texts, comparison.first
    heading = shared_row(len(comparison.runs))
    sheets = ", ".join(comparison.data_sheets)
    key = "shared" if comparison.shared else "nothing"
    note = texts("comparison.shared_data", sheets=sheets) if sheets else ""
    page.text(heading, 1, texts(f"comparison.{key}") + note, "heading")
    for key, place in comparison.strips:
        page.text(place.row - 1, LEFT - 1, texts(f"comparison.{key}"), "small heading")
    put_first_wrong(page, TABLE - 1, 1, [(place.row, place.column) for place in comparison.shared.values()], texts)
    for name, place in comparison.shared.items():
        page.given(place.row, place.column, facts.inputs[name])
        mark, marks = contents.quantity(name).sample, contents.template.model.marks
        if mark:
            page.text(place.row, LEFT - 1, str(marks.index(mark) + 1), "small heading")
        if mark in ("", marks[0]):
            symbol = contents.bare_symbol(name) if mark else contents.symbol(name)
            page.text(place.row - 1, place.column, symbol, "column")
        page.width([place.column], page.widths.get(place.column, 14))


def _spans(page: Page, charts: int) -> list[tuple[int, int]]:
    """The first column of each chart and the one behind its last, side by side, each wide enough."""
    spans, column = [], 1
    for _ in range(charts):
        start, pixels = column, 0.0
        while pixels < CHART_WIDTH:
            pixels += column_pixels(page.widths.setdefault(column, 14.0))
            column += 1
        spans.append((start, column))
    return spans


def _finish(sheet: Worksheet, comparison: Comparison, table: Standings, spans: Sequence[tuple[int, int]]) -> None:
    """Charts, colours by value, the runs' own colours."""
    _charts(sheet, comparison, table, spans)
    _colours(sheet, comparison, table)
    sheet.freeze_panes = f"A{TABLE + 1}"


def _colours(sheet: Worksheet, comparison: Comparison, table: Standings) -> None:
    """A run's number has the colour of its line; the best runs' names are green, what diverges is vermilion.

    The losses themselves have their own rule, for tiny numbers: of two rules over a cell LibreOffice follows one.
    """
    good, bad = (style.PHASES[phase] for phase in ("update", "loss"))
    first, last = table.rows
    for index, (colour, _) in enumerate(_lines(comparison)):
        cell = sheet.cell(first + index, NUMBER)
        cell.fill = style.fill(colour)
        cell.font = style.font(table.texts.language, 11, bold=True, colour=style.ink_on(colour))
    named, best, diverged = (get_column_letter(column) for column in (table.losses - 1, table.best, table.diverged))
    tests = [
        (f"B{first}:{named}{last}", f'${best}{first}="{BEST}"', good.tint, style.INK),
        (f"{best}{first}:{best}{last}", f'${best}{first}="{BEST}"', good.tint, style.INK),
        (f"{diverged}{first}:{diverged}{last}", f'{diverged}{first}<>"{FINITE}"', bad.tint, bad.fill),
        ("A4", f"SUM({table.column(LEADS)})>0", good.fill, "FFFFFF"),
        ("A4", "TRUE", bad.fill, "FFFFFF"),
        ("A5", f"{how_many(table.column(table.diverged), FINITE)}={len(comparison.runs)}", good.fill, "FFFFFF"),
        ("A5", "TRUE", bad.fill, "FFFFFF"),
        *(("A6", test, style.PHASES[phase].fill, "FFFFFF") for test, phase in intact.colours(table)),
    ]
    for area, formula, fill, ink in tests:
        where = area if ":" in area else f"{area}:{get_column_letter(table.last)}{area[1:]}"
        rule = style.when(formula, style.change(fill, ink, bold=True), last=":" not in area)
        sheet.conditional_formatting.add(where, rule)


def _lines(comparison: Comparison) -> list[tuple[str, str]]:
    """Colour and dash of each run's line; in a grid of two settings the colour tells one, the dash the other."""
    runs = comparison.runs
    values = [list(dict.fromkeys(run.settings[place][1] for run in runs)) for place in range(len(runs[0].settings))]
    if len(values) == 2:
        coloured = 0 if len(values[0]) >= len(values[1]) else 1
        if len(values[coloured]) <= len(COLOURS) and len(values[1 - coloured]) <= len(DASHES):
            places = [[values[k].index(run.settings[k][1]) for k in (coloured, 1 - coloured)] for run in runs]
            return [(COLOURS[colour], DASHES[dash]) for colour, dash in places]
    return [(COLOURS[n % len(COLOURS)], DASHES[n // len(COLOURS)]) for n in range(len(runs))]


def _charts(sheet: Worksheet, comparison: Comparison, table: Standings, spans: Sequence[tuple[int, int]]) -> None:
    """All losses, and once more logarithmic where they are losses and not an objective of any sign."""
    objective = table.first.symbol(table.first.objective)
    for kind, (column, end) in zip(("plain", "log"), spans, strict=False):
        key = "chart.log" if kind == "log" else "chart.network.title"
        chart = line_chart(table.texts, table.texts(key, objective=objective), table.texts("chart.iteration"), "")
        chart.x_axis.scaling.min, chart.x_axis.scaling.max = 0, table.iterations
        if kind == "log":
            chart.y_axis.scaling.logBase = 10
        _draw(chart, sheet, comparison)
        corner = (comparison.chart_row, column)
        place_chart(sheet, chart, corner, comparison.chart_rows - 1, end - column)


def _draw(chart: ScatterChart, sheet: Worksheet, comparison: Comparison) -> None:
    layout, losses = comparison.first.layout, sheet.parent[comparison.losses]
    x = Cells(losses, min_col=1, min_row=layout.first_row, max_row=layout.last_row)
    for index, (colour, dash) in enumerate(_lines(comparison)):
        y = Cells(losses, min_col=FIRST_LOSS + index, min_row=layout.first_row, max_row=layout.last_row)
        title = f"{quoted(sheet.title)}!${get_column_letter(LABEL)}${TABLE + 1 + index}"
        add_line(chart, comparison.runs[index].label, x, y, colour, 2.25, dash, title)
