"""The exact gradient of a sheet's own loss at the sheet's own numbers, and how far the claimed one is from it.

Errors are relative, so that a slip in a small number is seen; where terms cancel, a rounding error counts by
their size instead.  A difference quotient of the recomputed sheet stands witness in some of the steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from operator import attrgetter

from xlbp.auditing.calculation.cells import Adjoint, Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.calculation.responses import Response
from xlbp.auditing.claims.layout import Layout, Parameter, Place
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.reading.telling import Told, each, nobody, part
from xlbp.auditing.truth.circles import circular_cells
from xlbp.auditing.truth.difference_quotients import DifferenceQuotients, Quotient, difference_in, quotients_beside
from xlbp.auditing.truth.latest_steps import LatestSteps
from xlbp.auditing.truth.look_ahead import LookAhead
from xlbp.auditing.truth.unjudgeable import unjudgeable_claims

RTOL = 1e-6
ROUNDING = 1e-11  # of the size of the terms
WITNESSED = 16  # elements in each of the steps in which the quotient of differences stands witness
WITNESS_RTOL = 1e-4
OF_STEPS = 0.8  # of the work; the rest is to look for circles, and to hear witnesses
DOUBT = (
    "the loss has the derivative {:.6g} here by the chain rule and {:.6g} by differences; "
    "it may have a kink or bend sharply: judge this gradient yourself"
)
ROUNDED_STEP = 1e-4  # the share of a parameter whose rounding counts in the difference of two of its values
STEP = 1e-5  # of a difference quotient, relative to the parameter


@dataclass(frozen=True)
class ComparedGradient:
    """One element's claimed gradient beside the true one."""

    place: Place
    claimed: float
    true: float
    size: float
    base: float = 0.0  # what the claim's cell is worth besides the claim

    @property
    def needed(self) -> float:
        """What the claim's cell should be worth."""
        return self.true + self.base

    @property
    def error(self) -> float:
        """Relative to the larger of the two; 0 within rounding, 1 where only one of them is a number."""
        return relative(self.claimed, self.true, self.size)


@dataclass
class Truth:
    """Everything compared, per parameter, and the adjoints of every step."""

    compared: dict[str, list[ComparedGradient]] = field(default_factory=dict)
    adjoints: dict[int, dict[Cell, Adjoint]] = field(default_factory=dict)
    doubted: list[tuple[Cell, str]] = field(default_factory=list)
    quotients: list[Quotient] = field(default_factory=list)  # of differences, right or wrong
    unknown_quotients: list[Cell] = field(default_factory=list)  # that look like such, and are not judged
    unjudgeable: dict[Place, Cell] = field(default_factory=dict)  # claims, and the cell that is why
    circular: set[Cell] = field(default_factory=set)  # cells that are computed from themselves
    _by_place: dict[tuple[str, Place], ComparedGradient] = field(default_factory=dict)

    def add(self, parameter: Parameter, gradient: ComparedGradient) -> None:
        """Keep what was compared of a parameter."""
        self.compared[parameter.name].append(gradient)
        self._by_place.setdefault((parameter.name, gradient.place), gradient)

    def at(self, parameter: Parameter, place: Place) -> ComparedGradient:
        """What was compared at one of a parameter's places."""
        return self._by_place[parameter.name, place]

    def wrong(self, parameter: Parameter) -> list[ComparedGradient]:
        """The elements whose claimed gradient is off."""
        return [gradient for gradient in self.judged(parameter) if gradient.error > RTOL]

    def judged(self, parameter: Parameter) -> list[ComparedGradient]:
        """The elements whose true gradient is known, and rests on nothing that could not be read."""
        gradients = self.compared[parameter.name]
        return [each for each in gradients if not math.isnan(each.true) and each.place not in self.unjudgeable]


def relative(value: float, true: float, size: float = 0.0) -> float:
    """|value - true| relative to the larger; 0 where it is a rounding error of terms of that size."""
    if math.isnan(value) or math.isnan(true):
        return 0.0 if math.isnan(true) else 1.0
    off, larger = abs(value - true), max(abs(value), abs(true))
    return 0.0 if off <= ROUNDING * size or larger == 0 else off / larger


def differentiate(cells: Cells, layout: Layout, told: Told = nobody) -> Truth:
    """Compare every claimed gradient with the derivative of the step's loss; ``told`` hears how far this has come."""
    truth = Truth({parameter.name: [] for parameter in layout.parameters})
    stops, latest = layout.stops(), LatestSteps(cells, layout)
    ahead: dict[Compiled, int | None] = {}
    for step, loss in enumerate(each(layout.losses, part(told, 0, OF_STEPS))):
        is_apart = latest.before(step)
        adjoints = truth.adjoints[step] = cells.adjoints(loss, stops, None, is_apart)
        if math.isnan(cells.value(loss)):  # what is no number has no derivative
            adjoints = {cell: Adjoint(math.nan, math.nan) for cell in stops}
        look_ahead: LookAhead | None = None
        at_ties: list[dict[Cell, Adjoint]] = []  # from the one side and from the other, where two arguments are equal
        for parameter, place in layout.at(step):
            gradient = _compare(cells, place, adjoints)
            if gradient.error > RTOL:
                gradient = replace(gradient, size=max(gradient.size, _size_of_terms(cells, place)))
            if gradient.error > RTOL:
                at_ties = at_ties or [cells.adjoints(loss, stops, tie, is_apart) for tie in (0, 1)]
                from_sides = [_compare(cells, place, one_sided) for one_sided in at_ties]
                gradient = min([gradient, *from_sides], key=attrgetter("error"))
                gradient = _as_quotient(cells, layout, truth, gradient)
            if gradient.error > RTOL:
                look_ahead = look_ahead or LookAhead(cells, layout, step, ahead)
                if look_ahead.is_gradient(place):
                    gradient = replace(gradient, true=gradient.claimed)
            truth.add(parameter, gradient)
    told(OF_STEPS)
    for step in witnesses(layout.steps):
        known, unknown = quotients_beside(cells, layout, step, truth.adjoints[step])
        truth.quotients += known
        truth.unknown_quotients += unknown
    truth.circular = circular_cells(cells, layout)
    truth.unjudgeable = unjudgeable_claims(cells, layout, truth.circular)
    _hear_witnesses(cells, layout, truth, stops)
    return truth


def _as_quotient(cells: Cells, layout: Layout, truth: Truth, gradient: ComparedGradient) -> ComparedGradient:
    """A claim that is a difference quotient of the loss is right, though it is the derivative only up to its h."""
    place = gradient.place
    if place.adds or place.factor != 1 or difference_in(cells, place.gradient) is None:
        return gradient
    quotients = DifferenceQuotients(cells, layout, place.step, truth.adjoints[place.step])
    quotient = quotients.in_cell(place.gradient)
    if quotient is None or not quotient.is_right or quotient.place.cell != place.cell:
        return gradient
    truth.quotients.append(quotient)
    return replace(gradient, true=gradient.claimed)


def _compare(cells: Cells, place: Place, adjoints: dict[Cell, Adjoint]) -> ComparedGradient:
    true = adjoints.get(place.cell, Adjoint(0.0, 0.0))
    factor, base = place.factor, place.base(cells)
    size = true.size * abs(factor) + ROUNDED_STEP * abs(base)
    return ComparedGradient(place, cells.value(place.gradient) - base, true.value * factor, size, base)


def _size_of_terms(cells: Cells, place: Place) -> float:
    """How large what a claim adds up is: a batch may stand in one formula, where its terms cancel unseen."""
    terms = ((cell, slope * cells.value(cell)) for cell, slope in cells.slopes(place.gradient))
    return sum(abs(term) for cell, term in terms if cell != place.cell and math.isfinite(term))


def _hear_witnesses(cells: Cells, layout: Layout, truth: Truth, stops: set[Cell]) -> None:
    """Doubt the derivative where the quotient of differences says otherwise: a kink, or a fault of ours."""
    for step in witnesses(layout.steps):
        response = Response(cells, layout.losses[step], stops)
        places = [place for _, place in layout.at(step) if place not in truth.unjudgeable]
        for place in places[:WITNESSED]:
            quotient, rough = response.slope(place.cell, {place.cell: cells.value(place.cell)}, STEP)
            exact = truth.adjoints[step].get(place.cell, Adjoint(0.0, 0.0)).value
            if abs(quotient - exact) > WITNESS_RTOL * max(abs(quotient), abs(exact)) + rough:
                truth.doubted.append((place.cell, DOUBT.format(exact, quotient)))


def witnesses(steps: int) -> Iterable[int]:
    """The first step, the last and one between them."""
    return sorted({0, steps // 2, steps - 1}) if steps else ()
