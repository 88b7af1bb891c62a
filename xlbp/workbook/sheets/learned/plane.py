"""The learned function of two inputs: a map of live answers, with the samples and the border upon it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from openpyxl.formatting.rule import ColorScaleRule, Rule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.template import names
from xlbp.template.activations import ACTIVATIONS
from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.overlay import Dots, overlay
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import spreadsheet_number
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import ITERATION, Lens
from xlbp.workbook.page.page import NOT_AVAILABLE, Content, Page
from xlbp.workbook.sheets.answering import Moment, number_of_largest, plain_symbol, shown_of_largest, thinned
from xlbp.workbook.sheets.learned.answers import Coordinate, Output, columns_of_answer, put_answers
from xlbp.workbook.sheets.learned.border import put_border
from xlbp.workbook.sheets.learned.hidden import HiddenPlane, hidden_plane
from xlbp.workbook.sheets.learned.moments import Moments, whole_pass
from xlbp.workbook.sheets.learned.samples import (
    CLASSES,
    SIDES,
    VALUES,
    Range,
    group_names,
    kind_of,
    middle,
    put_ranges,
    sample_marks,
)

SIZES = (25, 21, 17, 13)  # points along each side: as many as leave the book quick
MOST_CELLS, MOST_SAMPLES = 12_000, 400
GRID_ROW, GRID_COLUMN = 6, 3  # the corner of the map
FEW, LARGE, SMALL, TINY = 12, 12, 8, 6  # samples, and the size of their marks
EACH, SPARSE = 3, 6  # every third point is told at the axes, every sixth on the map: colours tell the rest
PIXELS = 570  # of the map's side, whatever the number of its points
SUCCESS = (names.LOSS, names.HITS, names.LOSS + names.TEST, names.HITS + names.TEST)


def plane_points(contents: Contents) -> int:
    """Points along each side, or 0 where the outputs are no classes or one answer needs too many cells."""
    network = contents.network
    kind = kind_of(network)
    if not kind:
        return 0
    of_samples = min(len(network.inputs), MOST_SAMPLES) * (1 + len(group_names(contents)))
    each = len(columns_of_answer(contents)) + (4 if kind == SIDES else 1)
    return next((n for n in SIZES if n * n * each + of_samples <= MOST_CELLS), 0)


def put_plane(page: Page, contents: Contents, facts: Facts, n: int) -> None:
    """The map on the left, its legend beside it, and what it is made of further right."""
    _Plane(page, contents, facts, n).put()


class _Plane:
    def __init__(self, page: Page, contents: Contents, facts: Facts, n: int) -> None:
        self.page, self.contents, self.facts, self.n = page, contents, facts, n
        self.network = contents.network
        self.kind, self.groups = kind_of(self.network), group_names(contents)
        self.legend = GRID_COLUMN + n + 1
        corner = (GRID_ROW, self.legend + 3)
        self.moments = Moments(contents, facts, self.kind, n, corner) if whole_pass(contents) else None
        taken = self.moments.width if self.moments else 0
        self.helpers = self.legend + 4 + taken  # ranges, then samples, then answers
        self.samples = self.helpers + 4
        self.table = self.samples + 2 + len(self.groups)
        marks = sample_marks(self.network)
        trained = len(marks) - self.network.data.test
        most = max(2, MOST_SAMPLES * trained // len(marks))
        self.trained, self.tested = thinned(marks[:trained], most), thinned(marks[trained:], MOST_SAMPLES - most)

    def put(self) -> None:
        """The map with its samples and border, the legend, and the tables that they are made of."""
        n, page = self.n, self.page
        ranges = put_ranges(page, self.contents, self.facts, GRID_ROW, self.helpers)
        across, down = self.put_axes(ranges)
        moment = Moment(self.facts.choices.iteration, ITERATION)
        points = [[across[p % n], down[p // n]] for p in range(n * n)]
        outputs = put_answers(page, self.contents, self.facts, (GRID_ROW, self.table), moment, points)
        self.put_map(outputs)
        dots = self.put_samples(ranges)
        if self.kind == SIDES:
            column = self.table + len(columns_of_answer(self.contents))
            dots = [*put_border(page, self.contents, outputs[0], n, column), *dots]
        marks = dots[2:] if self.kind == SIDES else dots
        self.put_legend()
        last = self.size_cells()
        if self.moments:
            self.moments.put(page, ranges, (GRID_ROW, last + 1))
        page.finishing.append(lambda sheet: self.finish(sheet, dots, marks))
        if hidden_plane(self.network):
            below = GRID_ROW + n + 4
            HiddenPlane(self.contents, self.facts, (below, 2), (below, self.helpers)).put(page, n + 1)

    def put_axes(self, ranges: Sequence[Range]) -> tuple[list[Coordinate], list[Coordinate]]:
        """The inputs' values below the map and at its left, the second growing upward; as (address, value)."""
        n, axes = self.n, []
        below = GRID_ROW + n
        for which, name in enumerate(self.network.given):
            places: list[Coordinate] = []
            for k in range(n):
                row, column = (GRID_ROW + n - 1 - k, 2) if which else (below, GRID_COLUMN + k)
                formula, value = ranges[which].at(k, n)
                (_, low), (_, high) = ranges[which].start, ranges[which].end
                look = "map side" if which and not k % EACH else "map plain"
                self.page.live(row, column, formula, value, look, abs(low) + abs(high))
                if not which and not k % EACH and 0 < k < n - 1:
                    self.put_foot(below + 1, column, f"{get_column_letter(column)}{below}", value)
                places.append((f"${get_column_letter(column)}${row}", value))
            axes.append(places)
            symbol = plain_symbol(self.contents, name)
            if which:
                self.page.text(GRID_ROW - 1, 2, f"{symbol} ↑", "label")
            else:
                self.page.text(below + 2, GRID_COLUMN, f"{symbol} →", "symbol")
        return axes[0], axes[1][::-1]  # from the top down

    def put_foot(self, row: int, column: int, cell: str, value: float) -> None:
        """A number below the map, as wide as three of its columns."""
        self.page.live(row, column - 1, cell, value, "map foot", abs(value) + 1)
        self.page.merge(row, column - 1, 3)

    def put_map(self, outputs: Sequence[Output]) -> None:
        """The answers, point by point, each below the right x1 and beside the right x2."""
        bounded = ACTIVATIONS[self.network.layers[-1].activation].is_bounded  # a narrow cell can show its values
        told = {CLASSES: "map class", SIDES: "map" if bounded else "map plain"}.get(self.kind, "map plain")
        for p in range(self.n * self.n):
            row, column = GRID_ROW + p // self.n, GRID_COLUMN + p % self.n
            look = told if p // self.n % SPARSE == p % self.n % SPARSE == 0 else "map plain"
            if self.kind == CLASSES:
                self.page.live(row, column, *_largest(outputs, p), look)
            else:
                (output,) = outputs
                self.page.live(row, column, output.address(p), output.values[p], look, output.sizes[p])

    def put_samples(self, ranges: Sequence[Range]) -> list[Dots]:
        """Where each sample lies on the map, in cells from its corner; one column of heights for each class."""
        page, top = self.page, GRID_ROW + 2
        page.text(GRID_ROW, self.samples, self.contents.texts("learned.samples"), "heading")
        heads = ["→", *(f"↓ {name}" for name in self.groups)]
        for offset, text in enumerate(heads):
            page.text(GRID_ROW + 1, self.samples + offset, text, "label")  # one line: the rows are low
        marks = [*self.trained, *self.tested]
        for row, mark in enumerate(marks, start=top):
            (across, x, size), (down, y, other) = (self.place(ranges, which, mark) for which in (0, 1))
            page.live(row, self.samples, across, x, "small", size)
            for k in range(len(self.groups)):
                formula, belongs = self.belongs(k, mark, down)
                page.live(row, self.samples + 1 + k, formula, y if belongs else NOT_AVAILABLE, "small", other)
        return self.dots(top, top + len(self.trained), top + len(marks))

    def dots(self, top: int, between: int, end: int) -> list[Dots]:
        """For each class its training samples in its colour, and its test samples in black.

        Hollow marks would say it better, but LibreOffice draws no edges, and the first of two marks over the other,
        Excel the last.
        """
        dots = []
        size = LARGE if end - top <= FEW else SMALL
        for k in range(len(self.groups)):
            group = style.GROUPS[k] if self.kind != VALUES else style.NO_GROUP
            for first, last, ink in ((top, between - 1, group.ink), (between, end - 1, style.BLACK)):
                if last >= first:
                    x, y = (((c, first), (c, last)) for c in (self.samples, self.samples + 1 + k))
                    dots.append(Dots(x, y, ink, group.marker, size))
        return dots

    def place(self, ranges: Sequence[Range], which: int, mark: str) -> tuple[str, float, float]:
        """How far right, or how far down, a sample lies: formula, value, size of its terms."""
        name = self.network.given[which] + mark
        (start, low), (end, high) = ranges[which].start, ranges[which].end
        width = high - low or math.nan  # of numbers so large that the margin is lost in them
        cell, value, steps = self.contents.address_of(name), self.facts.inputs[name], self.n - 1
        moved, distance = (f"{end}-{cell}", high - value) if which else (f"{cell}-{start}", value - low)
        size = (abs(value) + abs(low) + abs(high)) * steps / width + self.n
        return f"({moved})*{steps}/({end}-{start})+0.5", distance * steps / width + 0.5, size

    def belongs(self, k: int, mark: str, place: str) -> tuple[str, bool]:
        """The place of a sample if it is of class ``k``, else #N/A, which charts leave out; and whether it is."""
        targets = [name.sampled(mark) for name in self.network.aimed_at]
        cells, values = map(self.contents.address_of, targets), [self.facts.inputs[name] for name in targets]
        if self.kind == VALUES:
            return place, True
        if self.kind == SIDES:
            level, (cell,), (value,) = middle(self.network), cells, values
            shown = f"{place},NA()" if k else f"NA(),{place}"
            return f"IF(SIGN({cell}-{spreadsheet_number(level)})>0,{shown})", (value > level) == bool(k)
        every = list(cells)
        return f"IF({every[k]}>=MAX({','.join(every)}),{place},NA())", values[k] >= max(values)

    def put_legend(self) -> None:
        """What the colours and the marks mean, in words."""
        texts, row = self.contents.texts, GRID_ROW
        outputs = " ".join(plain_symbol(self.contents, name) for name in self.network.predicted)
        self.page.text(row, self.legend, texts(f"learned.colour_{self.kind}", output=outputs), "heading")
        for look, text in self.swatches():
            row += 1
            if self.kind == VALUES:
                self.put_extreme(row, look)
            else:
                self.page.text(row, self.legend, "", look)
            self.page.text(row, self.legend + 1, text)
        row += 2
        self.page.text(row, self.legend, texts("learned.samples"), "heading")
        for k, name in enumerate(self.groups):
            group, look = (style.GROUPS[k], f"group {k}") if self.kind != VALUES else (style.NO_GROUP, "no group")
            kept = [("group", texts("learned.kept", name=name))] if self.tested else []
            for dressed, text in ((look, name), *kept):
                row += 1
                self.page.text(row, self.legend, group.sign, dressed)
                self.page.text(row, self.legend + 1, text)
        if self.kind == SIDES:
            row += 1
            self.page.text(row, self.legend, "•", "group")
            self.page.text(row, self.legend + 1, texts("learned.at_border", output=outputs, level=self.level()))
        self.put_success(row + 2)

    def put_extreme(self, row: int, look: str) -> None:
        """The highest, or the lowest, answer on the map, on the ground that it has there."""
        of = max if look == "map high" else min
        rows, columns = range(GRID_ROW, GRID_ROW + self.n), range(GRID_COLUMN, GRID_COLUMN + self.n)
        cells = [f for f in self.page.formulas if f.row in rows and f.column in columns]
        values = [f.value for f in cells if isinstance(f.value, float)]
        value = of(values) if len(values) == len(cells) else None
        size = max(f.size for f in cells)
        self.page.live(row, self.legend, f"{of.__name__.upper()}({self.area()})", value, look, size)

    def area(self) -> str:
        """The cells of the map."""
        first, last = get_column_letter(GRID_COLUMN), get_column_letter(GRID_COLUMN + self.n - 1)
        return f"{first}{GRID_ROW}:{last}{GRID_ROW + self.n - 1}"

    def put_success(self, row: int) -> None:
        """How good the network is at the chosen iteration: the loss, and the share of hits where it is counted."""
        lens = Lens(self.contents, self.facts)
        self.page.text(row, self.legend, self.contents.texts("learned.success"), "heading")
        for name in (n for n in SUCCESS if n in self.contents.layout.columns):
            row += 1
            self.page.live(row, self.legend, lens.in_row(name), lens.value(name), "number", lens.size(name))
            self.page.text(row, self.legend + 1, self.contents.symbol(name))

    def level(self) -> str:
        """The middle between the sides, for people."""
        return self.contents.texts.number(middle(self.network), "g")

    def swatches(self) -> list[tuple[str, str]]:
        """The colours of the map, with what they stand for."""
        if self.kind == CLASSES:
            return [(f"class {k}", name) for k, name in enumerate(self.groups)]
        if self.kind == VALUES:
            keys = ("high", "low")
            return [(f"map {key}", self.contents.texts(f"learned.{key}")) for key in keys]
        low, high = (
            self.contents.texts.number(value, "g").replace("-", "−") for (value,) in sorted(set(self.network.targets))
        )
        return [("map high", high), ("map middle", self.level()), ("map low", low)]

    def size_cells(self) -> int:
        """Square cells for the map and the small ones; what stands right of these is not printed.

        Returns the last column of the tables.
        """
        page, side = self.page, round(PIXELS / self.n)
        page.width([2], 12)
        page.width(range(GRID_COLUMN, GRID_COLUMN + self.n), (side - 5) / 7)
        page.heights.update(dict.fromkeys(range(GRID_ROW, GRID_ROW + self.n), side * 0.75))
        page.width([self.legend - 1], 2)
        page.width([self.legend], 10)
        page.width([self.legend + 1], 22)
        last = self.table + max(len(columns_of_answer(self.contents)) + 4, len(self.contents.template.entered_with))
        page.width(range(self.helpers, last), 9)
        page.print_columns = self.legend + 1
        if self.moments:
            first = self.legend + 3
            page.width([first - 1], 3)
            page.width(range(first, first + self.moments.width), (side - 5) / 7)
            page.print_columns = first + self.moments.width
        return last

    def finish(self, sheet: Worksheet, dots: Sequence[Dots], marks: Sequence[Dots]) -> None:
        """The colours, and the samples laid over them; ``marks`` are the samples alone."""
        for rule in self.rules():
            sheet.conditional_formatting.add(self.area(), rule)
        shows = self.contents.texts("alt.samples")
        overlay(sheet, GRID_ROW, GRID_COLUMN, self.n, self.n, (float(self.n), float(self.n)), dots, shows)
        if self.moments:
            self.moments.finish(sheet, self.rules(), [replace(each, size=TINY) for each in marks])

    def rules(self) -> list[Rule]:
        """A colour for each class; else from low to high, with the border white."""
        if self.kind == CLASSES:
            groups = enumerate(style.GROUPS[: len(self.groups)], start=1)
            return [style.when_cell("equal", str(k), style.change(group.tint)) for k, group in groups]
        ends = {"start_color": style.LOW, "mid_color": style.BETWEEN, "end_color": style.HIGH}
        if self.kind == VALUES:
            return [ColorScaleRule(start_type="min", mid_type="percentile", mid_value=50, end_type="max", **ends)]
        low, high = sorted(value for (value,) in set(self.network.targets))
        values = {"start_value": low, "mid_value": middle(self.network), "end_value": high}
        return [ColorScaleRule(start_type="num", mid_type="num", end_type="num", **values, **ends)]


def _largest(outputs: Sequence[Output], p: int) -> tuple[str, Content]:
    """The number of the largest output, of equal ones of the first."""
    cells, values = [output.address(p) for output in outputs], [output.values[p] for output in outputs]
    formula = shown_of_largest(cells, [str(number) for number in range(1, len(cells) + 1)])
    if any(math.isnan(value) for value in values):
        return formula, None
    return formula, float(number_of_largest(values))
