"""Four moments of the training as small maps: before it, early, half-way and at its end.

Each point of a small map is one cell, which holds the whole forward pass by the parameters of its iteration.  So they
stay live, and the book stays small; a network whose pass makes too long a formula has none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from openpyxl.formatting.rule import Rule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.symbols.expr import Expr, names_in, tanh, topological
from xlbp.workbook.drawing.overlay import Dots, Frame, overlay
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import writer_of_cells
from xlbp.workbook.page.facts import Array, Facts, mean_of_last
from xlbp.workbook.page.page import Content, Page
from xlbp.workbook.sheets.answering import Moment, local_layout, number_of_largest, put_parameters, shown_of_largest
from xlbp.workbook.sheets.learned.answers import Coordinate
from xlbp.workbook.sheets.learned.samples import CLASSES, Range

LONGEST = 2_000  # characters of a point's formula
SHARES = (0.25, 0.6)  # of the loss's whole fall, by which early and half-way are told
WIDEST = 12  # points along a side
NAME, SIGN = 7, 3  # characters of a cell, and about those of an operation


def moments_of(contents: Contents, losses: Array) -> list[int]:
    """Four iterations, or fewer of a short training: the ends, and where so much of the loss's fall is done.

    The fall is that of the template's own training, so that the moments stay the same whatever is changed; of
    mini-batches the mean over the rows of an epoch counts.
    """
    last, network = contents.layout.iterations, contents.network
    if network.picks:
        losses = mean_of_last(losses, network.rows_of_epoch)
    fall = losses[0] - losses[-1]
    if math.isfinite(fall) and fall > 0:
        between = [int(np.argmax(losses <= losses[0] - share * fall)) for share in SHARES]
    else:
        between = [last // 3, 2 * last // 3]
    found = {0, *between, last}
    for spare in (last // 2, last // 4, last // 8, 1):
        if len(found) < 2 + len(SHARES):
            found.add(min(spare, last))
    return sorted(found)


def whole_pass(contents: Contents) -> list[Expr] | None:
    """Each output as one expression of inputs and parameters; None where that would be written too long.

    Of a softmax its inputs, the largest of which makes the largest output.
    """
    return contents.worked_out(_whole_pass)


def _whole_pass(contents: Contents) -> list[Expr] | None:
    network = contents.network
    is_softmax = network.layers[-1].activation == "softmax"
    names = network.layers[-1].sums("") if is_softmax else network.predicted
    columns = {column.name: column.expr for column in contents.program.answer}
    sizes: dict[str, int] = {}
    for name, expr in columns.items():  # in an order in which each is made from those before
        sizes[name] = _length(expr, sizes)
    repeats = len(names) if len(names) > 1 else 1  # each of several is compared with all
    if repeats * sum(sizes.get(name, LONGEST) for name in names) > LONGEST:
        return None
    put_in: dict[str, Expr] = {}
    for name, expr in columns.items():
        put_in[name] = _with(expr, put_in)
    return [put_in[name] for name in names]


def _length(expr: Expr, sizes: Mapping[str, int]) -> int:
    """About how many characters an expression takes with others written out; safe to be told of a huge one."""
    lengths: dict[Expr, int] = {}
    for node in topological(expr):
        own = sizes.get(str(node.payload), NAME) if node.op == "ref" else SIGN
        repeats = 1 if node.op in ("add", "sub", "mul", "div", "tanh", "sigmoid", "relu", "exp", "neg") else 3
        lengths[node] = min(LONGEST + 1, own + repeats * sum(lengths[arg] for arg in node.args))
    return lengths[expr]


def _with(expr: Expr, put_in: Mapping[str, Expr]) -> Expr:
    """An expression with others in the places of some names; a sigmoid by the tanh of half, to be written once."""
    done: dict[Expr, Expr] = {}
    for node in topological(expr):
        if node.op == "ref":
            done[node] = put_in.get(str(node.payload), node)
            continue
        args = tuple(done[arg] for arg in node.args)
        done[node] = (1 + tanh(args[0] / 2)) / 2 if node.op == "sigmoid" else Expr(node.op, args, node.payload)
    return done[expr]


@dataclass(frozen=True)
class _Small:
    """A small map: its iteration, and the row and column of its corner."""

    iteration: int
    row: int
    column: int


class Moments:
    """The small maps, two beside two from a column on: as high together as the map of ``n`` points."""

    def __init__(self, contents: Contents, facts: Facts, kind: str, n: int, corner: tuple[int, int]) -> None:
        self.contents, self.facts, self.kind, self.n, self.corner = contents, facts, kind, n, corner
        self.m = min(WIDEST, (n - 1) // 2)
        row, column = corner
        places = [(0, 0), (0, self.m + 1), (self.m + 1, 0), (self.m + 1, self.m + 1)]
        iterations = moments_of(contents, facts.own_losses)
        self.maps = [
            _Small(t, row + down, column + right) for t, (down, right) in zip(iterations, places, strict=False)
        ]

    @property
    def width(self) -> int:
        """How many columns they take."""
        return 2 * self.m + 1

    def put(self, page: Page, ranges: Sequence[Range], table: tuple[int, int]) -> None:
        """The maps, and from the cell ``table`` on the parameters and the places of their points."""
        row, column = table
        page.text(row, column, self.contents.texts("learned.moments"), "heading")
        axes = self._put_axes(page, ranges, (row + 1, column))
        for number, small in enumerate(self.maps):
            text = f"{self.contents.texts('header.iteration')} {small.iteration}"
            page.text(small.row - 1, small.column, text, "muted")
            self._put_map(page, small, axes, (row + 4 + 3 * number, column))

    def _put_axes(self, page: Page, ranges: Sequence[Range], at: tuple[int, int]) -> list[list[Coordinate]]:
        """The inputs of the points, side by side, those of each input in a row of their own."""
        row, column = at
        axes: list[list[Coordinate]] = []
        for which, of_input in enumerate(ranges):
            places: list[Coordinate] = []
            for k in range(self.m):
                formula, value = of_input.at(k, self.m)
                size = abs(of_input.start[1]) + abs(of_input.end[1])
                page.live(row + which, column + k, formula, value, "small", size)
                places.append((f"${get_column_letter(column + k)}${row + which}", value))
            axes.append(places)
        return axes

    def _put_map(self, page: Page, small: _Small, axes: list[list[Coordinate]], at: tuple[int, int]) -> None:
        """The points of one moment; its parameters stand from the cell ``at`` on."""
        moment = Moment(small.iteration)
        places = put_parameters(page, self.contents, self.facts, at, moment)
        expressions = whole_pass(self.contents) or []
        given = self.contents.network.given
        constants = {name for expr in expressions for name in names_in(expr)} - set(given)
        layout = local_layout(self.contents, dict.fromkeys(given, 1), places)
        fixed = {name: layout.reference(layout.panel[name]) for name in constants}
        points = [(x, y) for y in reversed(axes[1]) for x in axes[0]]
        answers, sizes = self.facts.reference.answers([[x[1], y[1]] for x, y in points], small.iteration)
        names = self._names()
        for p, (x, y) in enumerate(points):
            cells = {**fixed, given[0]: x[0], given[1]: y[0]}
            formulas = [writer_of_cells(cells)(expr) for expr in expressions]
            values = [float(answers[name][p]) for name in names]
            size = max(float(sizes[name][p]) for name in names)
            formula, value = self._shown(formulas, values)
            page.live(small.row + p // self.m, small.column + p % self.m, formula, value, "map plain", size)

    def _names(self) -> Sequence[str]:
        """What the expressions are worth, by name."""
        network = self.contents.network
        is_softmax = network.layers[-1].activation == "softmax"
        return network.layers[-1].sums("") if is_softmax else network.predicted

    def _shown(self, formulas: Sequence[str], values: Sequence[float]) -> tuple[str, Content]:
        """The answer, or of classes the number of the largest."""
        is_error = any(math.isnan(value) for value in values)
        if self.kind != CLASSES:
            return formulas[0], None if is_error else values[0]
        numbers = [str(number) for number in range(1, len(formulas) + 1)]
        return shown_of_largest(formulas, numbers), None if is_error else float(number_of_largest(values))

    def finish(self, sheet: Worksheet, rules: Sequence[Rule], dots: Sequence[Dots]) -> None:
        """The colours of the large map, and its samples."""
        scale = (self.n - 1) / (self.m - 1)
        start, end = 0.5 - 0.5 * scale, 0.5 + (self.m - 0.5) * scale
        for small in self.maps:
            last = f"{get_column_letter(small.column + self.m - 1)}{small.row + self.m - 1}"
            for rule in rules:
                sheet.conditional_formatting.add(f"{get_column_letter(small.column)}{small.row}:{last}", rule)
            shows = self.contents.texts("alt.samples")
            overlay(sheet, small.row, small.column, self.m, self.m, Frame(end, end, start), dots, shows)
