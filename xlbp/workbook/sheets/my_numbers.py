"""My numbers: what a person's own program came to, beside the training, row by row; departures are marked."""

from __future__ import annotations

import math
from collections.abc import Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.datafile.numbers import snap
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import MOST_ARGUMENTS
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.layout.mine import ERROR, OwnColumn, OwnMistake, OwnNumbers
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.live_text import how_many
from xlbp.workbook.page.page import Content, Page
from xlbp.workbook.sheets.header import put_title

DEPARTS = "≠"
SUMMARY = 4  # row
PARTS = ("yours", "truth", "difference", "mark")  # the columns of each quantity
FIRST_COLUMN = 3
UNSURE = 1e-6  # relative: how near its limit a difference may be for roundings to decide


def has_own_numbers(contents: Contents) -> bool:
    """Whether the book was made to show somebody's numbers."""
    return contents.mine is not None


def my_numbers_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number it must show."""
    assert contents.mine is not None
    page = Page(contents.texts("sheet.my_numbers"))
    put_title(page, contents, "my_numbers")
    _MyNumbers(page, contents, facts, contents.mine).put()
    return page


class _MyNumbers:
    """Writes the summary and, below it, three columns and a mark for each quantity."""

    def __init__(self, page: Page, contents: Contents, facts: Facts, mine: OwnNumbers) -> None:
        self.page, self.contents, self.facts, self.mine = page, contents, facts, mine
        self.texts = contents.texts
        self.heading = SUMMARY + 4 + len(mine.mistakes)
        self.counts = self.heading + 1
        self.limits = (self.heading + 2, self.heading + 3)  # relative and absolute
        self.first_row = self.heading + 5
        self.columns = {c.name: FIRST_COLUMN + n * len(PARTS) for n, c in enumerate(mine.columns)}

    @property
    def last_row(self) -> int:
        """The row of the last iteration."""
        return self.first_row + self.mine.rows - 1

    def put(self) -> None:
        """Everything."""
        departing = 0
        for t in range(self.mine.rows):
            self.page.live(self.first_row + t, 2, self.cell_of("iteration", t), float(t), "integer")
        for column in self.mine.columns:
            given = ((t, value) for t, value in enumerate(column.values) if value is not None)
            count = sum(self.cell(column, t, value) for t, value in given)
            self.head(column, count)
            departing += count
        self.summary(departing)
        self.page.width([2], 20)
        self.page.width([place + n for place in self.columns.values() for n in range(3)], 11)
        self.page.width([place + 3 for place in self.columns.values()], 4)
        self.page.finishing.append(self.finish)

    def summary(self, departing: int) -> None:
        """How many depart, now; the first that did, and the mistakes, as ways to their cells."""
        page = self.page
        counts = [f"{get_column_letter(place + 2)}{self.counts}" for place in self.columns.values()]
        page.text(SUMMARY, 2, self.texts("my_numbers.departing"), "label")
        page.live(SUMMARY, 3, _total(counts), float(departing), "integer")
        page.text(SUMMARY + 1, 2, self.texts("my_numbers.first"), "label")
        if self.mine.first is None:
            page.text(SUMMARY + 1, 3, self.texts("my_numbers.none"), "muted")
        else:
            self.way(SUMMARY + 1, *self.mine.first, self.called(*self.mine.first))
        for row, mistake in enumerate(self.mine.mistakes, start=SUMMARY + 2):
            page.text(row, 2, self.texts("my_numbers.mistake"), "label")
            self.way(row, mistake.name, mistake.iteration, self.told(mistake))
        if self.mine.left_out:
            page.text(self.heading - 1, 3, self.texts("my_numbers.left_out", count=self.mine.left_out), "muted")

    def way(self, row: int, name: str, iteration: int, text: str) -> None:
        """A text that leads to the person's number of a quantity; to the training's, where that one is not shown."""
        if name in self.columns:
            letter = get_column_letter(self.columns[name])
            self.page.way(row, 3, text, f"{quoted(self.page.title)}!{letter}{self.first_row + iteration}", "way")
        else:
            self.page.way(row, 3, text, self.cell_of(name, iteration).replace("$", ""), "way")

    def called(self, name: str, iteration: int) -> str:
        """A quantity and its iteration."""
        return self.texts("my_numbers.cell", symbol=self.contents.symbol(name), t=iteration)

    def told(self, mistake: OwnMistake) -> str:
        """A mistake in words, and how many numbers it explains."""
        about = self.contents.symbol(mistake.about) if self.contents.has(mistake.about) else mistake.about
        said = self.texts(f"mistake.{mistake.key}", about=about or "…")
        return self.texts("my_numbers.explains", mistake=said, count=mistake.explains)

    def head(self, column: OwnColumn, departing: int) -> None:
        """The symbol over its columns, how many numbers depart, how far one may be off, and what each column holds."""
        page, place = self.page, self.columns[column.name]
        page.text(self.heading, place, self.contents.symbol(column.name), "column")
        page.merge(self.heading, place, len(PARTS))
        mark = get_column_letter(place + 3)
        marks = f"{mark}{self.first_row}:{mark}{self.last_row}"
        page.live(self.counts, place + 2, how_many(marks, DEPARTS), float(departing), "integer")
        for row, number in zip(self.limits, (column.rtol, column.atol), strict=True):
            page.number(row, place + 2, number)
            page.looks[row, place + 2] = "difference"
        for n, part in enumerate(PARTS):
            page.text(self.first_row - 1, place + n, self.texts(f"my_numbers.{part}") if n < 3 else DEPARTS, "column")
        if place == FIRST_COLUMN:
            for row, key in zip((self.counts, *self.limits), ("count", "relative", "absolute"), strict=True):
                page.text(row, 2, self.texts(f"my_numbers.{key}"), "label")
            page.text(self.first_row - 1, 2, self.contents.symbol("iteration"), "column")

    def cell(self, column: OwnColumn, t: int, own: float) -> bool:
        """One number with its truth and the difference; returns whether it departs."""
        page, row, place = self.page, self.first_row + t, self.columns[column.name]
        truth = f"{get_column_letter(place + 1)}{row}"
        right, size = self.truth(column.name, t)
        off, sure = self.departs(column, own, right)
        page.live(row, place + 1, self.cell_of(column.name, t), right, "number", size)
        if math.isfinite(own):
            page.number(row, place, snap(own))
            page.looks[row, place] = "number"
            mark = self.difference(column, t, snap(own), right, size)
        else:
            page.text(row, place, ERROR, "number")
            mark = f'IF(ISNUMBER({truth}),"{DEPARTS}","")'
        page.live(row, place + 3, mark, DEPARTS if off else "", "result", sure=sure)
        return off

    def difference(self, column: OwnColumn, t: int, own: float, right: float | None, size: float) -> str:
        """Put the difference of a number from its truth, '' beside an error; returns the formula of its mark."""
        row, place = self.first_row + t, self.columns[column.name]
        yours, truth, apart = (f"{get_column_letter(place + n)}{row}" for n in range(3))
        relative, absolute = (f"{get_column_letter(place + 2)}${limit}" for limit in self.limits)
        value: Content = "" if right is None else own - right
        terms = 0.0 if right is None else size + abs(own)
        self.page.live(row, place + 2, f'IF(ISNUMBER({truth}),{yours}-{truth},"")', value, "difference", terms)
        near = f"ABS({apart})<={relative}*ABS({truth})+{absolute}"
        return f'IF(ISNUMBER({apart}),IF({near},"","{DEPARTS}"),"{DEPARTS}")'

    def departs(self, column: OwnColumn, own: float, right: float | None) -> tuple[bool, bool]:
        """Whether a number departs, and whether that is sure, whatever the roundings of a program."""
        if right is None or not math.isfinite(own):
            return (right is None) == math.isfinite(own), True
        apart, allowed = abs(snap(own) - right), snap(column.rtol) * abs(right) + snap(column.atol)
        return apart > allowed, abs(apart - allowed) > UNSURE * allowed

    def truth(self, name: str, t: int) -> tuple[float | None, float]:
        """What the training has there, None for an error; and the size of its terms."""
        if name not in self.facts.history:
            return float(self.facts.inputs[name]), 0.0
        value = float(self.facts.history[name][t])
        size = float(self.facts.sizes[name][t]) if name in self.facts.sizes else 0.0
        return (value if math.isfinite(value) else None), size

    def cell_of(self, name: str, t: int) -> str:
        """Where a quantity stands in the training, as a formula needs it."""
        layout = self.contents.layout
        if name in layout.columns:
            return f"{self.contents.training}!{get_column_letter(layout.columns[name])}{layout.first_row + t}"
        return self.contents.address_of(name)

    def finish(self, sheet: Worksheet) -> None:
        """Vermilion where a number departs; the iterations and the headings stay in sight."""
        band = style.PHASES["loss"]
        alarm = style.change(band.fill, band.ink, bold=True)
        last = get_column_letter(FIRST_COLUMN + len(PARTS) * len(self.columns) - 1)
        for area in (f"C{SUMMARY}", f"C{self.counts}:{last}{self.counts}"):
            sheet.conditional_formatting.add(area, style.when_cell("greaterThan", "0", alarm))
        for place in self.columns.values():
            first, last = (get_column_letter(place + n) for n in (0, 3))
            mark = f"${last}{self.first_row}"
            rule = style.when(f'{mark}="{DEPARTS}"', style.change(band.tint, band.fill, bold=True))
            sheet.conditional_formatting.add(f"{first}{self.first_row}:{last}{self.last_row}", rule)
        sheet.freeze_panes = f"C{self.first_row}"


def _total(cells: Sequence[str]) -> str:
    """The sum of cells that do not stand side by side: of more than a function takes, the sum of sums."""
    if len(cells) <= MOST_ARGUMENTS:
        return f"SUM({','.join(cells)})"
    groups = (cells[at : at + MOST_ARGUMENTS] for at in range(0, len(cells), MOST_ARGUMENTS))
    return f"SUM({','.join(map(_total, groups))})"
