"""One function on the sheet of activations: its formula, a table of its units, its curve, and the tangent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
from openpyxl.chart import Reference, Series
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.symbols.expr import Expr
from xlbp.symbols.interpret import OF_NUMBERS, Interpreter
from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.drawing.overlay import mark_only
from xlbp.workbook.drawing.plot import add_line, line_chart
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import mathematics_number, writer_of_cells
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.entries import colour_told, colour_wrong
from xlbp.workbook.page.facts import Facts, readable, readable_formula
from xlbp.workbook.page.headings import headings_of
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.live_text import how_many, literal
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.activation.functions import Function

TANGENT = "tangent"  # the defined names of the cells where a unit is chosen begin so, a number follows
FIRST = 6  # the row of the first function
LAYER, UNIT, INPUT, OUTPUT, SLOPE, REMARK = range(2, 8)  # columns of the table
CHART, CHART_ROWS, CHART_COLUMNS = 9, 24, 9  # the chart's first column, and how many rows and columns it takes
HELPERS, HELPER_COLUMNS = CHART + CHART_COLUMNS + 2, 7  # where the chart of the first function takes its numbers from
REACH, STEPS = 6, 20  # the curve goes from -REACH to REACH at least, in so many steps on each side of 0
BESIDE = 1e-6  # how far right and left of a jump of the derivative the curve has a point
HALF = 2  # how far the tangent goes on each side of its point
CURVE, DERIVATIVE, LINE, POINT = style.PHASES["forward"].fill, "0072B2", style.INK, style.PHASES["loss"].fill


def put_function(page: Page, contents: Contents, facts: Facts, number: int, function: Function, row: int) -> int:
    """Write it from this row on, as the ``number``-th of the book, counted from 0; returns its last row."""
    block = _Block(page, contents, facts, number, function, row)
    block.put()
    return max(row + CHART_ROWS, block.last)


def curve_places(function: Function) -> list[float]:
    """Where the curve has points, besides both ends: evenly spread, and close to each jump of the derivative."""
    even = {k * REACH / STEPS for k in range(-STEPS, STEPS + 1)}
    beside = {corner + side for corner in function.record.corners for side in (-BESIDE, 0, BESIDE)}
    return sorted(even | beside)


class _Block:
    def __init__(self, page: Page, contents: Contents, facts: Facts, number: int, function: Function, row: int) -> None:
        self.page, self.contents, self.facts, self.texts = page, contents, facts, contents.texts
        self.number, self.function, self.row = number, function, row
        self.lens = Lens(contents, facts)
        self.chosen = facts.choices.tangents[number] - 1
        self.helpers = HELPERS + HELPER_COLUMNS * number
        self.heads = row + 8
        self.top, self.last = self.heads + 1, self.heads + len(function.units)

    def put(self) -> None:
        """The words, the table, and what the chart is made of."""
        self.put_words()
        self.put_units()
        self.put_chooser()
        curve = self.put_curve()
        self.put_tangent()
        self.page.finishing.append(partial(self.finish, curve=curve))

    @property
    def name(self) -> str:
        """The defined name of the cell in which a unit is chosen."""
        return f"{TANGENT}{self.number + 1}"

    def cells(self, column: int) -> str:
        """The table's cells of a column."""
        letter = get_column_letter(column)
        return f"${letter}${self.top}:${letter}${self.last}"

    def is_listed(self, cell: str) -> str:
        """A formula: whether a cell names a unit of the table."""
        if self.top == self.last:  # Gnumeric makes a cell of a range of one
            return f"{cell}=${get_column_letter(UNIT)}${self.top}"
        return f"ISNUMBER(MATCH({cell},{self.cells(UNIT)},0))"

    def fetched(self, column: int) -> str:
        """A number of the chosen unit."""
        if self.top == self.last:
            return f"IF({self.is_listed(self.name)},${get_column_letter(column)}${self.top},NA())"
        return f"INDEX({self.cells(column)},MATCH({self.name},{self.cells(UNIT)},0))"

    # words

    def put_words(self) -> None:
        """The name, the formula, the derivative, and where that is largest."""
        page, texts, record = self.page, self.texts, self.function.record
        option = "" if self.function.k is None else mathematics_number(self.function.k)
        page.text(self.row, LAYER, texts(f"activation.{self.function.kind}"), "heading")
        for offset, symbol, formula in ((1, "a", record.formula), (2, "da/dz", record.slope)):
            page.text(self.row + offset, LAYER, symbol, "label")
            page.text(self.row + offset, UNIT, f"= {formula.replace('{k}', option)}", "text")
        sentences = self.steepest()
        if sentences:
            page.text(self.row + 3, LAYER, texts("activation.steepest"), "label")
        for offset, sentence in enumerate(sentences, start=3):
            page.text(self.row + offset, UNIT, sentence, "text")

    def steepest(self) -> list[str]:
        """Where the derivative is largest, and what follows from that where it is below 1."""
        first, last = self.function.record.steepest
        ends = {key: self.texts.with_own_signs(mathematics_number(z)) for key, z in (("first", first), ("last", last))}
        middle = first if first == last else (first + min(last, first + 2)) / 2
        _, slope = self.worth(min(middle, 50.0))
        shown = {"slope": self.texts.number(slope, ".4g"), **ends}
        if self.worth(-BESIDE)[1] > slope:  # an ELU with a large alpha
            return []
        if first == math.inf:
            return [self.texts("activation.steepest_towards", **shown)]
        if last == math.inf:
            return [self.texts("activation.steepest_above", **shown)]
        if first < last:
            return [self.texts("activation.steepest_between", **shown)]
        is_on_the_way = not all(map(self.cancels, range(self.top, self.last + 1)))
        shrinks = [self.texts("activation.shrinks", **shown)] if slope < 1 and is_on_the_way else []
        return [self.texts("activation.steepest_point", **shown), *shrinks]

    def worth(self, z: float) -> tuple[float, float]:
        """The function and its derivative at a number."""
        value = self._worth(self.function.value, z, 0.0)
        return value, self._worth(self.function.slope, z, value)

    def _worth(self, expr: Expr, z: float, a: float) -> float:
        with np.errstate(all="ignore"):
            return float(Interpreter({"z": np.asarray(z), "a": np.asarray(a)}, OF_NUMBERS)(expr))

    def written(self, expr: Expr, z: str, a: str) -> str:
        """The formula of an expression of z and a, which stand in these cells."""
        return writer_of_cells({"z": z, "a": a})(expr)

    # the table

    def put_units(self) -> None:
        """A row for each unit: where it stands, z, a, the derivative there, and what is said of it."""
        page, headings = self.page, headings_of(self.contents)
        for column, key in enumerate(("layer", "unit", "z", "a", "slope"), start=LAYER):
            page.text(self.heads, column, self.texts(f"activation.column_{key}"), "column")
        for row, (unit, label) in enumerate(zip(self.function.units, self.function.labels, strict=True), self.top):
            page.text(row, LAYER, headings.get(str(unit.a), ""), "muted")
            page.text(row, UNIT, label, "symbol")
            z, a = self.now(unit.z), self.now(unit.a)
            for column, name in ((INPUT, z), (OUTPUT, a)):
                value, size = self.lens.value(name), self.lens.size(name)
                page.live(row, column, self.lens.formula(name), value, "number", size)
            formula = self.written(self.function.slope, f"$D{row}", f"$E{row}")
            slope = self.slope_of(row)
            page.live(row, SLOPE, formula, slope, "number", self.terms(row))
            self.put_remark(row, slope)
        self.put_heading_of_remarks()
        shown = len(self.function.units)
        if shown < self.function.count:
            some = self.texts("activation.some", chosen=shown, all=self.function.count)
            page.text(self.heads - 1, LAYER, some, "muted")

    def now(self, name: str) -> str:
        """The quantity of the chosen sample."""
        quantity = self.contents.quantity(name)
        return quantity.sampled(self.lens.mark) if quantity.sample and self.lens.mark else quantity

    def values(self, row: int) -> tuple[float | None, float | None]:
        """What a unit takes, and what it gives."""
        unit = self.function.units[row - self.top]
        return self.lens.value(self.now(unit.z)), self.lens.value(self.now(unit.a))

    def slope_of(self, row: int) -> float | None:
        """The derivative at a unit; None where z is an error."""
        z, a = self.values(row)
        return None if z is None or a is None else self._worth(self.function.slope, z, a)

    def terms(self, row: int) -> float:
        """How large the terms are that a unit's derivative is made from."""
        unit = self.function.units[row - self.top]
        return 2 + self.lens.size(self.now(unit.z)) + self.lens.size(self.now(unit.a))

    def put_heading_of_remarks(self) -> None:
        """The heading of the last column, where any of its rows has something to say."""
        remarks = [f for f in self.page.formulas if f.column == REMARK and self.top <= f.row <= self.last]
        heading = self.texts("activation.column_remark")
        if any(self.cancels(row) for row in range(self.top, self.last + 1)):
            self.page.text(self.heads, REMARK, heading, "symbol")
            return
        says = any(remark.value for remark in remarks)
        letter = get_column_letter(REMARK)  # one row more, for Gnumeric makes a cell of a range of one
        area = f"${letter}${self.top}:${letter}${self.last + 1}"
        counts = "+".join(how_many(area, text) for text in self.remarks if text)
        formula = f'IF({counts}>0,{literal(heading)[0]},"")'
        is_sure = all(remark.sure for remark in remarks)
        self.page.live(self.heads, REMARK, formula, heading if says else "", "symbol", sure=is_sure)

    @property
    def remarks(self) -> tuple[str, str]:
        """What is said of a unit that passes nothing back, and of one that passes next to nothing, '' if none does."""
        least = self.function.record.saturated
        saturated = self.texts("activation.saturated", least=self.texts.number(least, "g")) if least else ""
        return self.texts("activation.dead"), saturated

    def cancels(self, row: int) -> bool:
        """Whether the slope of a unit is no factor of any derivative: that by z is computed, that by a is not."""
        unit = self.function.units[row - self.top]
        return self.contents.has(unit.z.gradient) and not self.contents.has(unit.a.gradient)

    def put_remark(self, row: int, slope: float | None) -> None:
        """Whether next to nothing, or nothing at all, passes the unit on the way back, or its slope is not used."""
        if self.cancels(row):
            self.page.text(row, REMARK, self.texts("activation.cancels"), "muted")
            return
        least, cell = self.function.record.saturated, f"$F{row}"
        dead, saturated = self.remarks
        rest = f'IF({cell}<{least:g},{literal(saturated)[0]},"")' if least else '""'
        formula = f'IFERROR(IF(SIGN({cell})=0,{literal(dead)[0]},{rest}),"")'
        shown = ""
        if slope is not None:
            shown = dead if slope == 0 else saturated if slope < least else ""
        is_sure = slope is None or abs(slope - least) > 1e-9
        self.page.live(row, REMARK, formula, shown, "muted", sure=is_sure)

    # the tangent

    def put_chooser(self) -> None:
        """The cell where a unit is chosen, and in words what the tangent there says."""
        page, row, labels = self.page, self.row + 5, self.function.labels
        page.text(row, LAYER, self.texts("activation.tangent_at"), "label")
        page.input(row, UNIT, labels[self.chosen], self.name)
        cell = f"${get_column_letter(UNIT)}${row}"
        is_listed = self.is_listed(cell)
        right, wrong = self.texts("activation.choose"), self.texts("activation.no_unit")
        page.live(row, UNIT + 1, f"IF({is_listed},{literal(right)[0]},{literal(wrong)[0]})", right, "muted")
        page.finishing.append(lambda sheet: colour_wrong(sheet, cell.replace("$", ""), f"NOT({is_listed})"))
        page.finishing.append(lambda sheet: colour_told(sheet, row, UNIT + 1, f"NOT({is_listed})"))
        page.text(row + 1, LAYER, self.texts("activation.slope"), "label")
        slope, unit = self.slope_of(self.top + self.chosen), self.top + self.chosen
        page.live(row + 1, UNIT, self.fetched(SLOPE), slope, "number", self.terms(unit))
        before, after = self.texts("activation.means", slope="\x01").split("\x01")
        text = f"{literal(before)[0]}&{readable_formula(f'${get_column_letter(UNIT)}${row + 1}')}&{literal(after)[0]}"
        page.live(row + 1, UNIT + 1, text, f"{before}{readable(slope)}{after}", "muted")

    def put_tangent(self) -> None:
        """Two ends of the tangent, then its point on the curve, and what the legend calls them."""
        page, row, column = self.page, self.row + 1, self.helpers + 4
        z, a = self.values(self.top + self.chosen)
        slope, terms = self.slope_of(self.top + self.chosen), self.terms(self.top + self.chosen)
        page.text(self.row, column, self.texts("activation.tangent"), "small heading")
        for offset, far in enumerate((-HALF, HALF, 0)):
            across = None if z is None else z + far
            up = None if a is None or slope is None else a + far * slope
            page.live(row + offset, column, f"{self.fetched(INPUT)}+{far}", across, "small", terms)
            rise = f"+{far}*{self.fetched(SLOPE)}" if far else ""
            page.live(row + offset, column + 1, f"{self.fetched(OUTPUT)}{rise}", up, "small", 3 * terms)
        word, label = self.texts("activation.tangent"), self.function.labels[self.chosen]
        shown = f"${get_column_letter(UNIT)}${self.row + 6}"
        called = f"{literal(f'{word}: da/dz = ')[0]}&{readable_formula(shown)}"
        page.live(row + 3, column, called, f"{word}: da/dz = {readable(slope)}", "small")
        page.live(row + 4, column, f'{self.name}&""', label, "small")

    # the curve

    def put_curve(self) -> tuple[int, int]:
        """The points of the curve and of its derivative, in three columns; returns the first and the last row.

        Both ends lie as far out as the farthest unit.
        """
        page, places = self.page, curve_places(self.function)
        for offset, text in enumerate(("z", "a", "da/dz")):
            page.text(FIRST, self.helpers + offset, text, "small heading")
        units = self.cells(INPUT)
        values = [self.values(row)[0] for row in range(self.top, self.last + 1)]
        known = [value for value in values if value is not None]
        is_known = len(known) == len(values)
        ends = [(min, -REACH), (max, REACH)]
        (low, left), (high, right) = (
            (f"IFERROR({f.__name__.upper()}({end},{units}),{end})", float(f([end, *known])) if is_known else float(end))
            for f, end in ends
        )
        cells: list[tuple[str, float]] = [(low, left), *(("", z) for z in places), (high, right)]
        for row, (formula, z) in enumerate(cells, start=FIRST + 1):
            self.put_point(row, formula, z)
        return FIRST + 1, FIRST + len(cells)

    def put_point(self, row: int, formula: str, z: float) -> None:
        """One point: z, which is a plain number where it has no formula, the function and its derivative."""
        size = 3 + 2 * abs(z)
        if formula:
            self.page.live(row, self.helpers, formula, z, "small", size)
        else:
            self.page.number(row, self.helpers, z)
        value, slope = self.worth(z)
        here, there = (f"${get_column_letter(self.helpers + k)}{row}" for k in (0, 1))
        self.page.live(row, self.helpers + 1, self.written(self.function.value, here, ""), value, "small", size)
        self.page.live(row, self.helpers + 2, self.written(self.function.slope, here, there), slope, "small", size)

    def finish(self, sheet: Worksheet, curve: tuple[int, int]) -> None:
        """The chart, and the list to choose from."""
        texts, column = self.texts, self.helpers + 4

        def cells(at: int, rows: Sequence[int]) -> Reference:
            return Reference(sheet, at, rows[0], at, rows[-1])

        chart = line_chart(texts, texts(f"activation.{self.function.kind}"), "z", "")
        z = cells(self.helpers, curve)
        add_line(chart, "a = f(z)", z, cells(self.helpers + 1, curve), CURVE, 2.5)
        add_line(chart, "da/dz", z, cells(self.helpers + 2, curve), DERIVATIVE, 2.0, "dash")
        ends, point = (self.row + 1, self.row + 2), (self.row + 3,)
        home, letter = quoted(sheet.title), get_column_letter(column)
        named = f"{home}!${letter}${self.row + 4}"
        slope = readable(self.slope_of(self.top + self.chosen))
        title = f"{texts('activation.tangent')}: da/dz = {slope}"
        add_line(chart, title, cells(column, ends), cells(column + 1, ends), LINE, 1.5, title_cell=named)
        rows = (self.top, self.last)
        for title, height, colour, symbol, size in (
            (texts("activation.units"), OUTPUT, style.PHASES["backward"].fill, "circle", 7),
            (texts("activation.slopes"), SLOPE, DERIVATIVE, "diamond", 6),
        ):
            series = Series(cells(height, rows), cells(INPUT, rows), title=title)
            series.smooth = False
            mark_only(series, colour, symbol, size)
            chart.series.append(series)
        add_line(
            chart,
            self.function.labels[self.chosen],
            cells(column, point),
            cells(column + 1, point),
            POINT,
            title_cell=f"{home}!${letter}${self.row + 5}",
        )
        mark_only(chart.series[-1], POINT, "circle", 12)
        chart.legend.position = "b"
        place_chart(sheet, chart, (self.row, CHART), CHART_ROWS, CHART_COLUMNS)
        rule = DataValidation(type="list", formula1=self.cells(UNIT), showErrorMessage=False)  # offers, no more
        sheet.add_data_validation(rule)
        rule.add(f"{get_column_letter(UNIT)}{self.row + 5}")
