"""The training's way over a landscape: where it runs, where it starts and ends, and where it leaves the grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from openpyxl.utils import get_column_letter

from xlbp.workbook.drawing.overlay import Dots, Line
from xlbp.workbook.drawing.style import BLACK
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import ITERATION
from xlbp.workbook.page.live_text import Piece, joined, literal
from xlbp.workbook.page.page import NOT_AVAILABLE, Page
from xlbp.workbook.sheets.landscape_axes import ACROSS, DOWN, GRID_ROW, RADIUS, Axes

POINTS = 101  # of the path of training
MARK = 9  # how large the marks of both ends are
MARGIN = 1.0  # cells of the grid that a name beside a mark needs
EDGE = 1e-9  # in cells of the grid: closer to the edge, roundings decide on which side a point lies


@dataclass(frozen=True)
class _Point:
    """Where the path is at an iteration, in cells from the corner; NaN where a parameter is no number."""

    t: int
    across: float
    down: float
    sizes: tuple[float, float]

    def is_inside(self, n: int) -> bool:
        """Whether it lies on the grid."""
        return 0 <= self.across <= n and 0 <= self.down <= n

    def is_sure(self, n: int) -> bool:
        """Whether it lies clearly on one side of each edge."""
        return all(min(abs(at), abs(at - n)) > EDGE for at in (self.across, self.down))


class Way:
    """The path in columns from ``column`` on: rightward, downward, whether it has left the grid, the iterations."""

    def __init__(self, contents: Contents, facts: Facts, axes: Axes, column: int) -> None:
        self.contents, self.facts, self.axes, self.column = contents, facts, axes, column
        self.n = axes.n
        last = contents.layout.iterations
        self.iterations = sorted({round(k * last / (POINTS - 1)) for k in range(POINTS)})
        self.last = GRID_ROW + len(self.iterations) - 1

    @cached_property
    def points(self) -> list[_Point]:
        """The path, sampled."""
        return [self._point(t) for t in self.iterations]

    def _point(self, t: int) -> _Point:
        places, sizes = [], []
        for key, way in ((ACROSS, 1), (DOWN, -1)):
            name = self.axes.name(key)
            moved, terms = (float(of[name][t]) for of in (self.facts.history, self.facts.sizes))
            half, radius = self.axes.half, self.axes.radius  # in the order of the sheet's formulas, to the last bit
            start = self.axes.value(self.axes.chosen[key]) + (-way * half) * radius / half
            places.append(way * (moved - start) * half / radius + 0.5)
            sizes.append((max(abs(moved), terms) + abs(start)) * half / radius + self.n)
        return _Point(t, places[0], places[1], (sizes[0], sizes[1]))

    def put(self, page: Page) -> list[Line | Dots]:
        """Write it; returns what is drawn."""
        page.text(GRID_ROW - 1, self.column, self.contents.texts("landscape.path"), "muted")
        for row, point in enumerate(self.points, start=GRID_ROW):
            self._put_point(page, row, point)
        x, y = (((c, GRID_ROW), (c, self.last)) for c in (self.column, self.column + 1))
        marks = [
            Dots(((self.column, row),) * 2, ((self.column + 1, row),) * 2, BLACK, "circle", MARK, name, side)
            for row, name, side in self._ends()
        ]
        return [*marks, Line(x, y, BLACK, 1.0, True)]

    def _ends(self) -> list[tuple[int, str, str]]:
        """Row, name, and on which side the name stands of each end: where the path of this book is not."""
        texts, (first, *_, last) = self.contents.texts, self.points
        is_rightward = not last.across < first.across  # a path that ends with an error tells no direction
        sides = ("l", "r") if is_rightward else ("r", "l")
        return [
            (row, texts(f"landscape.{key}"), self._kept_inside(point, side))
            for row, key, point, side in zip((GRID_ROW, self.last), ("start", "end"), (first, last), sides, strict=True)
        ]

    def _kept_inside(self, point: _Point, side: str) -> str:
        """A side, or, close to the grid's edge there, above or below."""
        is_close = point.across < MARGIN if side == "l" else point.across > self.n - MARGIN
        if not is_close:
            return side
        return "b" if point.down < self.n / 2 else "t"

    def _put_point(self, page: Page, row: int, point: _Point) -> None:
        """Its two places, #N/A outside the grid, and 1 where it lies outside after the chosen iteration."""
        n, half = self.n, self.axes.half
        for offset, (key, at) in enumerate(((ACROSS, point.across), (DOWN, point.down))):
            corner = f"$C${GRID_ROW}" if key == ACROSS else f"$B${GRID_ROW + 1}"
            moved = self._at(key, point.t + 1)
            way = f"{moved}-{corner}" if key == ACROSS else f"{corner}-{moved}"
            place = f"({way})*{half}/{RADIUS}+0.5"
            error = None if math.isnan(at) else NOT_AVAILABLE
            formula = f"IF(ABS({place}-{n / 2:g})<={n / 2:g},{place},NA())"
            inside = not math.isnan(at) and 0 <= at <= n
            page.live(row, self.column + offset, formula, at if inside else error, "small", point.sizes[offset])
        left, right = (f"{get_column_letter(self.column + k)}{row}" for k in (0, 1))
        outside = f"IF(COUNT({left}:{right})=2,0,1)"
        value = float(point.t > self.facts.choices.iteration and not point.is_inside(n))
        formula = f"IF({ITERATION}<{point.t},{outside},0)"
        page.live(row, self.column + 2, formula, value, "small", sure=point.is_sure(n))
        page.number(row, self.column + 3, float(point.t))

    def _at(self, key: str, row: int | str) -> str:
        """The parameter of an axis in a row of the training, counted from 1."""
        order, layout = self.axes.order, self.contents.layout
        first, last = (get_column_letter(layout.columns[order[k]]) for k in (0, -1))
        block = f"{self.contents.training}!${first}${layout.first_row}:${last}${layout.last_row}"
        return f"INDEX({block},{row},MATCH({key},{self.axes.range_of(0)},0))"

    # where it leaves the grid

    def put_exit(self, page: Page, row: int) -> None:
        """In words, at which iteration the path has left the grid, and over which side; or that it stays."""
        letter = get_column_letter(self.column + 2)
        gone = next((p for p in self.points if p.t > self.facts.choices.iteration and not p.is_inside(self.n)), None)
        at = (GRID_ROW, self.column + 4)
        cell = f"${get_column_letter(at[1])}${at[0]}"
        rows = f"{letter}{GRID_ROW}:{letter}{self.last}"
        iterations = get_column_letter(self.column + 3)
        first_outside = f"INDEX({iterations}{GRID_ROW}:{iterations}{self.last},MATCH(1,{rows},0))"
        is_sure = all(point.is_sure(self.n) for point in self.points)
        page.live(*at, f"IFERROR({first_outside},-1)", float(gone.t) if gone else -1.0, "small", sure=is_sure)
        stays = self.contents.texts("landscape.stays")
        leaves = self._leaves(cell, gone)
        formula = f"IF({cell}<0,{literal(stays)[0]},{leaves[0]})"
        page.live(row, 2, formula, leaves[1] if gone else stays, "muted", sure=is_sure)

    def _leaves(self, cell: str, gone: _Point | None) -> Piece:
        """The sentence with the iteration, which stands in a cell, and the side."""
        texts = self.contents.texts
        pieces = texts("landscape.leaves", t="\x01t\x01", side="\x01side\x01").split("\x01")
        made = {"t": (cell, f"{gone.t}" if gone else ""), "side": self._side(cell, gone)}
        return joined(made.get(piece) or literal(piece) for piece in pieces)

    def _side(self, cell: str, gone: _Point | None) -> Piece:
        """Over which edge: first right and left, then up and down, else the numbers end there."""
        texts, n = self.contents.texts, self.n
        words = {key: texts(f"landscape.{key}") for key in ("right", "left", "above", "below", "ends")}
        across, up = (f"{self._at(key, f'{cell}+1')}-{self.axes.fetched(1, key)}" for key in (ACROSS, DOWN))
        far = f"{RADIUS}*{n}/{n - 1}"
        right, left, above, below, ends = (literal(text)[0] for text in words.values())
        formula = (
            f"IFERROR(IF({across}>{far},{right},IF({across}<-{far},{left},IF({up}>{far},{above},{below}))),{ends})"
        )
        return formula, words[_key_of_side(gone, n)] if gone else ""


def _key_of_side(gone: _Point, n: int) -> str:
    """Which word says over which edge a point lies."""
    if math.isnan(gone.across) or math.isnan(gone.down):
        return "ends"
    if not 0 <= gone.across <= n:
        return "right" if gone.across > n else "left"
    return "above" if gone.down < 0 else "below"
