"""An attention worked out for one step that asks and one that is asked: score, share, contribution, and the way back.

All numbers are those of the tables on the same sheet; which step asks, and which is asked, a person chooses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.template.quantity import Quantity
from xlbp.workbook.drawing import style
from xlbp.workbook.page.facts import in_order
from xlbp.workbook.page.lens import HEAD, KEY, QUERY
from xlbp.workbook.page.page import Content, Page
from xlbp.workbook.sheets.network.grids import BACKWARD, FORWARD
from xlbp.workbook.sheets.network.heat import SCORES, SHARES, Heat
from xlbp.workbook.sheets.network.maps import area_of
from xlbp.workbook.sheets.network.unrolled import STRIDE, Unrolled

MOST_NUMBERS = 8  # of a query that are shown; of longer ones there is no example
ASKS, ASKED, VALUE = "q", "k", "v"  # letters


class _Live(NamedTuple):
    """A cell of the example: where it stands, what it is worth, how large its terms are."""

    cell: str
    value: float | None
    size: float


@dataclass(frozen=True)
class Pair:
    """Puts the example on a page, under the maps of its attention."""

    heat: Heat
    unrolled: Unrolled
    corners: Mapping[tuple[str, bool], tuple[int, int]]  # where the maps begin, by letter and whether it is derivatives

    @property
    def page(self) -> Page:
        """The page."""
        return self.heat.grids.page

    @property
    def width(self) -> int:
        """How many numbers a query has."""
        return self.heat.block.size // self.heat.block.heads

    @property
    def chosen(self) -> tuple[int, int, int]:
        """The step that asks, the one that is asked, and the head."""
        choices, steps = self.heat.grids.lens.facts.choices, self.heat.steps
        return min(choices.query, steps), min(choices.key, steps), min(choices.head, self.heat.block.heads)

    def put(self, row: int) -> int:
        """The row of the softmax, then the pair; returns the row after them."""
        first = self.names(ASKS)[0]
        if self.width > MOST_NUMBERS or first not in self.unrolled.cells:
            return row
        texts = self.heat.grids.lens.contents.texts
        self.page.text(row, self.heat.column, texts("network.pair_row"), "symbol")
        shares, slopes = self.put_row(row + 1)
        row += 9 if slopes else 5
        self.page.text(row, self.heat.column, texts("network.pair"), "symbol")
        return self.put_pair(row + 1, shares, slopes) + 1

    def put_row(self, row: int) -> tuple[list[_Live], list[_Live]]:
        """Scores, their powers, shares over all that are asked; and from the shares' derivatives to the scores'."""
        steps, texts = range(1, self.heat.steps + 1), self.heat.grids.lens.contents.texts
        for step in steps:
            self.heat.put_label(row, self.heat.column + step - 1, self.heat.labels[step - 1], "column")
        self.page.text(row, self.heat.column + len(steps), "Σ", "column")
        scores = self.put_line(
            row + 1, texts("network.pair_score"), [self.of_map(SCORES, step) for step in steps], FORWARD
        )
        highest = f"MAX({self.line(row + 1)})"
        known = [live.value for live in scores if live.value is not None and not math.isnan(live.value)]
        top = max(known, default=math.nan)
        powers = self.put_line(
            row + 2,
            texts("network.pair_power"),
            [
                self.seen(s, f"EXP({live.cell}-{highest})", _exp(live.value, top), 1.0)
                for s, live in zip(steps, scores, strict=True)
            ],
            FORWARD,
        )
        total = self.put_total(row + 2, powers)
        shares = self.put_line(
            row + 3,
            texts("network.pair_share"),
            [
                self.seen(s, f"{live.cell}/{total.cell}", _ratio(live.value, total.value), 1.0)
                for s, live in zip(steps, powers, strict=True)
            ],
            FORWARD,
        )
        self.highlight(row, row + 3)
        return shares, self.put_row_back(row, shares) if (SHARES, True) in self.corners else []

    def put_row_back(self, row: int, shares: list[_Live]) -> list[_Live]:
        """From the derivatives by the shares to those by the scores."""
        steps, texts = range(1, self.heat.steps + 1), self.heat.grids.lens.contents.texts
        slopes = self.put_line(
            row + 4, self.slope(SHARES), [self.of_map(SHARES, s, is_gradient=True) for s in steps], BACKWARD
        )
        weighted = self.put_line(
            row + 5,
            f"p · {self.slope(SHARES)}",
            [
                self.seen(s, f"{p.cell}*{d.cell}", _times(p, d), d.size)
                for s, p, d in zip(steps, shares, slopes, strict=True)
            ],
            BACKWARD,
        )
        mean = self.put_total(row + 5, weighted)
        of_scores = self.put_line(
            row + 6,
            texts("network.pair_slope", slope=self.slope(SCORES), of_shares=self.slope(SHARES)),
            [
                self.seen(s, f"{p.cell}*({d.cell}-{mean.cell})", _slope(p, d, mean), d.size + mean.size)
                for s, p, d in zip(steps, shares, slopes, strict=True)
            ],
            BACKWARD,
        )
        self.highlight(row + 4, row + 6)
        return of_scores

    def put_pair(self, row: int, shares: list[_Live], slopes: list[_Live]) -> int:
        """Query times key, share times value; and what of the derivatives goes back to the query and to the key."""
        texts, scale = self.heat.grids.lens.contents.texts, self.scale
        query, key = (
            self.put_vector(row + n, letter, at) for n, (letter, at) in enumerate(((ASKS, QUERY), (ASKED, KEY)))
        )
        products = self.put_products(row + 2, f"{ASKS} · {ASKED}", query, key)
        total = self.put_total(row + 2, products, self.width)
        shown = _Live("", _ratio(total.value, scale.value), total.size)
        self.put_line(
            row + 3, texts("network.pair_scaled"), [(f"{total.cell}/{scale.cell}", shown.value, shown.size)], FORWARD
        )
        value = self.put_vector(row + 4, VALUE, KEY)
        share = self.pick(row + 5, texts("network.pair_share"), shares)
        taken = [(f"{share.cell}*{each.cell}", _times(share, each), each.size) for each in value]
        self.put_line(row + 6, texts("network.pair_taken"), taken, FORWARD)
        if not slopes:
            return row + 7
        slope = self.pick(row + 7, self.slope(SCORES), slopes, BACKWARD)
        for offset, (letter, other) in enumerate(((ASKS, key), (ASKED, query)), start=8):
            part = [
                (f"{slope.cell}*{each.cell}/{scale.cell}", _scaled(slope, each, scale.value), slope.size * each.size)
                for each in other
            ]
            label = texts("network.pair_part", slope=self.slope(letter), factor=ASKED if letter == ASKS else ASKS)
            self.put_line(row + offset, label, part, BACKWARD)
        return row + 10

    @property
    def scale(self) -> _Live:
        """What scores are divided by."""
        lens = self.heat.grids.lens
        name = lens.model.quantity(f"$dk{self.heat.layer.number}")
        divisor = lens.value(name) if lens.contents.has(name) else self.heat.block.divisor
        cell = f"SQRT({lens.formula(name)})" if lens.contents.has(name) else f"SQRT({self.heat.block.divisor:g})"
        return _Live(cell, math.sqrt(divisor or 0.0), 1.0)

    def slope(self, letter: str) -> str:
        """The derivative of the objective by a letter."""
        contents = self.heat.grids.lens.contents
        return f"∂{contents.symbol(contents.objective)}/∂{letter}"

    def names(self, letter: str) -> Sequence[Quantity]:
        """The elements of a tensor, for the chosen sample."""
        tensor = next(t for t in self.heat.layer.network.tensors_of(self.heat.node) if t.letter == letter)
        return tensor.elements(self.heat.layer.number, self.heat.grids.lens.mark)

    def of_map(self, letter: str, step: int, is_gradient: bool = False) -> tuple[str, Content, float]:
        """What a map has for the step that asks and one that is asked; '' where the mask hides it."""
        query, _, head = self.chosen
        row, left = self.corners[letter, is_gradient]
        formula = f"INDEX({area_of(row, left, self.heat.steps, self.heat.steps, fixed=True)},{QUERY},{step})"
        if self.heat.block.causal and step > query:
            return self.seen(step, formula, None, 1.0)
        name = self.names(letter)[0].at(head, query, step)
        name = name.gradient if is_gradient else name
        lens = self.heat.grids.lens
        return self.seen(step, formula, lens.value(name), lens.size(name))

    def seen(self, step: int, formula: str, value: float | None, size: float) -> tuple[str, Content, float]:
        """A cell of a step, empty where the mask hides it from the one that asks."""
        if not self.heat.block.causal:
            return formula, value, size
        return f'IF({step}>{QUERY},"",{formula})', "" if step > self.chosen[0] else value, size

    def put_line(self, row: int, label: str, cells: Sequence[tuple[str, Content, float]], look: str) -> list[_Live]:
        """A label and live cells side by side."""
        self.page.text(row, self.heat.column - 1, label, "label")
        lives = []
        for column, (formula, value, size) in enumerate(cells, start=self.heat.column):
            self.page.live(row, column, formula, value, look, size)
            number = math.nan if isinstance(value, str) else value
            lives.append(_Live(f"${get_column_letter(column)}${row}", number, size))
        return lives

    def line(self, row: int, width: int = 0) -> str:
        """The cells of a line."""
        return area_of(row, self.heat.column, 1, width or self.heat.steps, fixed=True)

    def put_total(self, row: int, lives: Sequence[_Live], width: int = 0) -> _Live:
        """Right of a line, its sum."""
        column = self.heat.column + (width or self.heat.steps)
        values = [live.value for live in lives if live.value is None or not math.isnan(live.value)]
        total = None if None in values else in_order([value for value in values if value is not None])
        size = sum(live.size for live in lives)
        look = FORWARD if self.page.looks[row, self.heat.column] == FORWARD else BACKWARD
        self.page.live(row, column, f"SUM({self.line(row, width)})", total, look, size)
        return _Live(f"${get_column_letter(column)}${row}", total, size)

    def put_vector(self, row: int, letter: str, step_name: str) -> list[_Live]:
        """The query, the key or the value of a step of the chosen head."""
        query, key, head = self.chosen
        step, lens, names = (query if step_name == QUERY else key), self.heat.grids.lens, self.names(letter)
        top, left = self.unrolled.cells[names[0]]
        area = area_of(top, left, self.heat.block.size, STRIDE * self.heat.steps, fixed=True)
        cells = []
        for at in range(self.width):
            name = names[0].at(step, (head - 1) * self.width + at + 1)
            first = f"(MIN({HEAD},{self.heat.block.heads})-1)*{self.width}+" if self.heat.block.heads > 1 else ""
            formula = f"INDEX({area},{first}{at + 1},({step_name}-1)*{STRIDE}+1)"
            cells.append((formula, lens.value(name), lens.size(name)))
        texts = lens.contents.texts
        label = texts("network.pair_asks" if step_name == QUERY else "network.pair_asked", letter=letter)
        return self.put_line(row, label, cells, FORWARD)

    def put_products(self, row: int, label: str, left: list[_Live], right: list[_Live]) -> list[_Live]:
        """Two vectors, element by element."""
        cells = [(f"{a.cell}*{b.cell}", _times(a, b), a.size * b.size) for a, b in zip(left, right, strict=True)]
        return self.put_line(row, label, cells, FORWARD)

    def pick(self, row: int, label: str, lives: list[_Live], look: str = FORWARD) -> _Live:
        """Of a line over the steps the number of the one that is asked, 0 where the mask hides it."""
        of_row = lives[0].cell.rpartition("$")[2]
        key = self.chosen[1]
        value = lives[key - 1].value
        shown = 0.0 if value is not None and math.isnan(value) else value
        size = max(live.size for live in lives)
        [picked] = self.put_line(row, label, [(f"N(INDEX({self.line(int(of_row))},1,{KEY}))", shown, size)], look)
        return picked

    def highlight(self, first: int, last: int) -> None:
        """The column of the step that is asked stands out."""
        left = self.heat.column
        area = area_of(first, left, last - first + 1, self.heat.steps)
        rule = style.when(f"COLUMN()-{left - 1}={KEY}", style.change(ground=style.HIGHLIGHTED, bold=True))

        def finish(sheet: Worksheet) -> None:
            sheet.conditional_formatting.add(area, rule)

        self.page.finishing.insert(0, finish)


def _times(left: _Live, right: _Live) -> float | None:
    """A product; NaN where the mask hides one of them."""
    return None if left.value is None or right.value is None else left.value * right.value


def _exp(value: float | None, top: float) -> float | None:
    """The power of a score less the highest."""
    return None if value is None else math.exp(value - top)


def _ratio(value: float | None, total: float | None) -> float | None:
    """A share of a total."""
    return None if value is None or not total else value / total


def _slope(share: _Live, slope: _Live, mean: _Live) -> float | None:
    """The slope of a softmax: its share times what the derivative is above the mean."""
    if share.value is None or slope.value is None or mean.value is None:
        return None
    return share.value * (slope.value - mean.value)


def _scaled(slope: _Live, number: _Live, scale: float | None) -> float | None:
    """A product over the scale."""
    product = _times(slope, number)
    return None if product is None or not scale else product / scale
