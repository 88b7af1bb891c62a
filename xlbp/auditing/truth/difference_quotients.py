"""Difference quotients that a sheet computes: (L(w+h) − L(w−h)) / 2h or (L(w+h) − L(w)) / h.

They are told by their numbers: what is subtracted is the sheet's own loss with one parameter moved, by a number that
stands in the sheet.  Such a quotient is the derivative up to the size of h, whatever its last digits are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from xlbp.auditing.calculation.cells import Adjoint, Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.calculation.responses import Response
from xlbp.auditing.claims.headings import says_quotient
from xlbp.auditing.claims.layout import Layout, Parameter, Place
from xlbp.auditing.reading.syntax import Cell
from xlbp.symbols.expr import Expr, names_in, topological

SAME = 1e-11  # relative: two losses that are computed in different ways
APART = 1e-9  # relative: a loss that moved, and one that did not
EXACT = 1e-6  # relative to the larger: what the subtraction leaves of two losses' digits
LARGEST = 1.0  # that an h may be
NEAR, FEW = 1e-3, 10  # how near to the derivative is near: relative, or so many times what h explains
NO_SLOPE = Adjoint(0.0, 0.0)
MOST_NUMBERS, MOST_PARAMETERS, MOST_CELLS = 20, 60, 5_000


@dataclass(frozen=True)
class Difference:
    """A cell's formula as a difference that something divides; of each term its value, and its cell if it is one."""

    cell: Cell
    part: Expr  # the difference
    terms: tuple[float, float]
    holders: tuple[Cell | None, Cell | None]
    sources: frozenset[Cell]  # the cells that its terms name
    distance: float  # by what the difference is divided


@dataclass(frozen=True)
class Quotient:
    """A difference of the loss at two values of a parameter, and how far these are moved; NaN for what is no such loss.

    ``is_near`` is whether it is as near to the derivative as its h explains, however it was made.
    """

    difference: Difference
    parameter: Parameter
    place: Place
    moves: tuple[float, float]
    is_near: bool = True
    headed: str = ""  # the parameter that the heading names; "" where it names none

    @property
    def odd_term(self) -> int | None:
        """Which of the two terms is no loss with this parameter moved; None where both are."""
        return next((n for n, move in enumerate(self.moves) if math.isnan(move)), None)

    @property
    def distance(self) -> float:
        """By what the difference should be divided."""
        return self.moves[0] - self.moves[1]

    @property
    def size(self) -> float:
        """The h that it is made with."""
        return max(abs(move) for move in self.moves if not math.isnan(move))

    @property
    def is_of_other(self) -> bool:
        """Whether it is that of another parameter than its heading names."""
        return self.headed not in ("", self.parameter.name)

    @property
    def is_right(self) -> bool:
        """Whether it is the quotient of its parameter."""
        is_known = self.odd_term is None
        return is_known and abs(self.difference.distance - self.distance) <= EXACT * abs(self.distance)


class DifferenceQuotients:
    """Looks for them in one step of a layout."""

    def __init__(self, cells: Cells, layout: Layout, step: int, adjoints: Mapping[Cell, Adjoint]) -> None:
        self.cells, self._adjoints = cells, adjoints
        self.loss = layout.losses[step]
        self.here = cells.value(self.loss)
        self._stops = layout.stops()
        self._places = list(layout.at(step))[:MOST_PARAMETERS]
        self._response = Response(cells, self.loss, self._stops)
        self._behind_loss = set(cells.below((self.loss,), self._stops.__contains__))

    def in_cell(self, cell: Cell, headed: str = "") -> Quotient | None:
        """What the difference in a cell is one of; None where no term is the loss with a parameter moved.

        Of several parameters that it may be of, it is that which its heading names.
        """
        difference = difference_in(self.cells, cell)
        if difference is None or not math.isfinite(difference.distance) or not math.isfinite(self.here):
            return None
        if all(cell in self._behind_loss and cell not in self._stops for cell in difference.sources):
            return None  # what the loss is made from is no loss with a parameter moved
        if not any(map(self._is_near, difference.terms)):
            return None
        found = [quotient for quotient in self._quotients(difference) if any(self._is_moved(m) for m in quotient.moves)]

        def rank(quotient: Quotient) -> tuple[bool, bool, bool]:
            return (quotient.odd_term is None, quotient.is_right, quotient.parameter.name == headed)

        best = max(found, key=rank, default=None)
        return replace(best, headed=headed) if best is not None else None

    def _is_near(self, term: float) -> bool:
        return abs(term - self.here) <= max(abs(term), abs(self.here)) / 2

    @staticmethod
    def _is_moved(move: float) -> bool:
        return not math.isnan(move) and move != 0

    def _quotients(self, difference: Difference) -> Iterator[Quotient]:
        """By parameter and h what the terms are: the loss where the parameter is moved by h, by −h or not at all."""
        sizes = list(self._sizes(difference))
        for parameter, place in self._places:
            value = self.cells.value(place.cell)
            for h in sizes:
                losses = {move: self._response.worth({place.cell: value + move}) for move in (h, -h)}
                if all(self._is_apart(loss) for loss in losses.values()):
                    first, second = (self._move(term, losses) for term in difference.terms)
                    if first != second:
                        is_near = self._is_near_derivative(difference, place, h, losses)
                        yield Quotient(difference, parameter, place, (first, second), is_near)

    def _is_near_derivative(
        self, difference: Difference, place: Place, h: float, losses: Mapping[float, float]
    ) -> bool:
        """Whether it is off by no more than a few times what the quotients to one side are."""
        true, value = self._adjoints.get(place.cell, NO_SLOPE).value, self.cells.value(difference.cell)
        to_sides = max(abs((losses[move] - self.here) / move - true) for move in (h, -h))
        return abs(value - true) <= max(FEW * to_sides, NEAR * max(abs(value), abs(true)))

    def _is_apart(self, loss: float) -> bool:
        return math.isfinite(loss) and abs(loss - self.here) > APART * abs(self.here)

    def _move(self, term: float, losses: dict[float, float]) -> float:
        """By how much the parameter is moved where the loss is this; NaN where none of these moves makes it that."""
        known = {0.0: self.here, **losses}
        alike = (move for move, loss in known.items() if abs(term - loss) <= SAME * max(abs(term), abs(loss)))
        return next(alike, math.nan)

    def _sizes(self, difference: Difference) -> Iterable[float]:
        """What h may be: the numbers that the quotient takes and the loss does not, and what divides the difference."""
        numbers = [abs(difference.distance) / 2, abs(difference.distance)]
        for cell in self.cells.below((difference.cell,), self._behind_loss.__contains__):
            if cell not in self._behind_loss:
                numbers += self._numbers_of(cell)
        return list(dict.fromkeys(float(f"{n:.12g}") for n in numbers if 0 < n <= LARGEST))[:MOST_NUMBERS]

    def _numbers_of(self, cell: Cell) -> Iterator[float]:
        """A cell's plain number, or those that stand in its formula."""
        compiled = self.cells.compiled(cell)
        if compiled is None:
            yield abs(self.cells.value(cell))
            return
        for node in topological(compiled.expr):
            if node.op == "const":
                yield abs(float(str(node.payload)))


def difference_in(cells: Cells, cell: Cell) -> Difference | None:
    """A cell's formula as a difference that is divided, by a number or a cell; None for any other formula."""
    compiled = cells.compiled(cell)
    part = _divided(compiled.expr) if compiled is not None else None
    if compiled is None or part is None:
        return None
    places = {name: reference.at(cell) for name, reference in compiled.slots}
    worth = _worth(cells, compiled, cell)
    first, second = part.args
    value, whole = cells.value(cell), worth(part)
    holders = [places.get(str(term.payload)) if term.op == "ref" else None for term in (first, second)]
    distance = whole / value if value and math.isfinite(value) else math.nan
    sources = frozenset(places[name] for name in names_in(part))
    return Difference(cell, part, (worth(first), worth(second)), (holders[0], holders[1]), sources, distance)


def _worth(cells: Cells, compiled: Compiled, cell: Cell) -> Callable[[Expr], float]:
    """What parts of a formula are worth in its cell."""
    slots = dict(compiled.slots)

    def worth(part: Expr) -> float:
        return cells.worth_of(part, slots, cell)

    return worth


def _divided(expr: Expr) -> Expr | None:
    """The difference in ``(a − b)/c``, ``−(a − b)/(2c)``, ``(a − b)*c``; None where it is none, or undivided."""
    is_divided = False
    while expr.op in ("neg", "div", "mul"):
        is_divided = is_divided or expr.op != "neg"
        if expr.op == "mul":
            expr = next((arg for arg in expr.args if _holds_difference(arg)), expr.args[0])
        else:
            expr = expr.args[0]
    return expr if is_divided and expr.op == "sub" and all(map(names_in, expr.args)) else None


def _holds_difference(expr: Expr) -> bool:
    while expr.op in ("neg", "div"):
        expr = expr.args[0]
    return expr.op in ("sub", "mul") and bool(names_in(expr))


def quotients_beside(
    cells: Cells, layout: Layout, step: int, adjoints: Mapping[Cell, Adjoint]
) -> tuple[list[Quotient], list[Cell]]:
    """The quotients of a step that no heading claims as its gradients; and cells that are headed so and are none."""
    claimed = layout.gradients() | layout.stops() | set(layout.losses)
    around = _cells_of_step(cells, layout, step)
    made = [cell for cell in around if cell not in claimed and difference_in(cells, cell) is not None]
    known: list[Quotient] = []
    unknown: list[Cell] = []
    looked = DifferenceQuotients(cells, layout, step, adjoints) if made else None
    for cell in made:
        quotient = looked.in_cell(cell, _headed(layout, cell)) if looked is not None else None
        if quotient is not None and (quotient.is_right or not quotient.is_near):
            known.append(quotient)
        elif quotient is not None or _is_headed_so(layout, cell):
            unknown.append(cell)
    return known, unknown


def _cells_of_step(cells: Cells, layout: Layout, step: int) -> list[Cell]:
    if layout.table is not None:
        return [layout.table.cell(column, step) for column in sorted(layout.table.computing)]
    on_sheet = [cell for cell in cells.contents.formulas if cell[0] == layout.sheet]
    return sorted(on_sheet) if layout.steps == 1 and len(on_sheet) <= MOST_CELLS else []


def _headed(layout: Layout, cell: Cell) -> str:
    """The parameter with whose name the heading of a cell's column ends, as ``numeric dE/dw`` does."""
    heading = layout.table.headings.get(cell[2], "") if layout.table is not None else ""
    named = [p.name for p in layout.parameters if re.search(rf"(?:\b|_|[d∂]){re.escape(p.name)}\W*$", heading)]
    return max(named, key=len, default="")


def _is_headed_so(layout: Layout, cell: Cell) -> bool:
    return layout.table is not None and says_quotient(layout.table.headings.get(cell[2], ""))
