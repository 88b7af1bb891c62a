"""Why a claimed gradient is wrong: the change of one cell that would make it, and the others, right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout, Parameter, Place
from xlbp.auditing.diagnosis.range_search import RangeFormulaSearch
from xlbp.auditing.diagnosis.repaired_sheet import RepairedSheet
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.repair.altered_terms import altered_terms
from xlbp.auditing.repair.candidates import CandidateReferences
from xlbp.auditing.repair.fixes import ChangedFormula, Fix
from xlbp.auditing.repair.neighbours import everywhere_alike, odd_one_out
from xlbp.auditing.repair.search import below
from xlbp.auditing.repair.search_context import search_context
from xlbp.auditing.repair.transposed_products import transposed
from xlbp.auditing.truth.derivation import Derivation
from xlbp.auditing.truth.gradients import ComparedGradient, Truth
from xlbp.auditing.truth.heading_derivatives import HeadingDerivatives
from xlbp.auditing.truth.roles import Roles

Ranked: TypeAlias = tuple[tuple[float, int, float], Fix]  # what a change gains, how many cells it is of, its cost
POINTS = 6
OWN_FORM = 0.1  # so much less plausible may a change be that keeps the sheet's own form
BLOCK = 24  # of a matrix's elements


class GradientDiagnosis:
    """Searches one layout; ``excused`` are gradient cells whose error is known to come from elsewhere."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth, excused: set[Cell]) -> None:
        self.cells, self.layout, self.truth, self.excused = cells, layout, truth, excused
        self.meanings = HeadingDerivatives(cells, layout, truth)
        self._roles: dict[int, Roles] = {}
        self.candidates = CandidateReferences(cells, layout)
        self.repaired = RepairedSheet(cells, layout, truth, self.meanings)
        self.in_form = RangeFormulaSearch(cells, layout, truth, self.repaired)
        self.unexplained: list[tuple[Parameter, list[ComparedGradient]]] = []

    def roles(self, step: int) -> Roles:
        """The roles of the cells in one step."""
        if step not in self._roles:
            self._roles[step] = Roles(self.cells, self.layout, self.truth, step)
        return self._roles[step]

    def run(self) -> None:
        """Accept changes until every wrong gradient is explained or given up."""
        for parameter in sorted(self.layout.parameters, key=self._depth):
            given_up: set[Cell] = set()
            for _ in range(4):
                wrong = [one for one in self.still_wrong(parameter) if one.place.gradient not in given_up]
                if not wrong:
                    break
                group = self._one_formula(wrong)
                points = _spread(group, POINTS if self.layout.table else BLOCK)
                fix = (
                    self._as_matrix(parameter)
                    or self._as_neighbours(group)
                    or self._promised(points)
                    or self._best([*points, *self._right(parameter, group)], points)
                    or self._term_by_term(points)
                )
                if fix is None:
                    self.unexplained.append((parameter, group))
                    given_up |= {one.place.gradient for one in group}
                else:
                    self.repaired.parts += fix.parts
        self.unexplained = [(p, left) for p, group in self.unexplained if (left := self._left(p, group))]

    @property
    def accepted(self) -> list[ChangedFormula]:
        """The changes that were found."""
        return self.repaired.parts

    def still_wrong(self, parameter: Parameter) -> list[ComparedGradient]:
        """The claims that are wrong yet, but for those whose error comes from elsewhere."""
        return self.repaired.wrong(parameter, self.excused)

    def _left(self, parameter: Parameter, group: list[ComparedGradient]) -> list[ComparedGradient]:
        """What of a group is wrong still, after changes that were found for others."""
        wrong = self.still_wrong(parameter) if self.repaired.parts else group
        return [one for one in group if one in wrong]

    def _one_formula(self, wrong: list[ComparedGradient]) -> list[ComparedGradient]:
        groups: dict[Compiled | None, list[ComparedGradient]] = defaultdict(list)
        for one in wrong:
            groups[self.cells.compiled(one.place.gradient)].append(one)
        return max(groups.values(), key=len)

    def _as_matrix(self, parameter: Parameter) -> Fix | None:
        """The change of a matrix formula that makes the whole gradient right."""
        if self.layout.table is not None:
            return None
        asked = {one.place.gradient: one.true for one in self.truth.compared[parameter.name]}
        return next(transposed(self.cells, asked), None)

    def _as_neighbours(self, group: list[ComparedGradient]) -> Fix | None:
        """The change of a cell that is unlike those around it in its block."""
        if self.layout.table is not None:
            return None
        one = group[0]
        forward = self.truth.adjoints[one.place.step]
        for cell in self.cells.below((one.place.gradient,), forward.__contains__):
            for fix in odd_one_out(self.cells, cell) if cell not in forward else ():
                if self.repaired.gain(fix, [one.place.step]) > 0:
                    return fix
        return None

    def _promised(self, points: list[ComparedGradient]) -> Fix | None:
        """The change of the first cell of the chain that is not what its heading promises."""
        table = self.layout.table
        if table is None:
            return None
        places = [one.place for one in points]
        forward = self.truth.adjoints[places[0].step]
        changed = self.repaired.changes(places[0].step)
        for cell in self.cells.below((places[0].gradient,), lambda c: c in forward):
            if cell in changed or table.step(cell) != places[0].step or self.meanings.holds(cell) is not False:
                continue
            asked: dict[Cell, float] = {}
            for place in places:
                here = table.cell(cell[2], place.step)
                promised = self.meanings.promised(here)
                if promised is not None:
                    asked[here] = promised
            fix = self._search(places, asked)
            if fix is not None:
                return fix
        return None

    def _term_by_term(self, points: list[ComparedGradient]) -> Fix | None:
        """The derivative written out, where what is claimed differs from it in one term."""
        one = points[0]
        if not self.cells.is_formula(one.place.gradient) or one.place.factor != 1:
            return None
        derivation = Derivation(self.cells, self.roles(one.place.step), one.place.gradient)
        exact = derivation.adjoint(one.place.cell)
        places = tuple(point.place.gradient for point in points) if self.layout.table else (one.place.gradient,)
        return next(altered_terms(self.cells, places, exact, derivation.slots), None)

    def _depth(self, parameter: Parameter) -> int:
        """How long the chain of a gradient is: the shortest is looked at first, the others may be made from it."""
        place = parameter.places[0]
        forward = self.truth.adjoints[place.step]
        return sum(1 for _ in self.cells.below((place.gradient,), lambda cell: cell in forward))

    def _right(self, parameter: Parameter, group: list[ComparedGradient]) -> list[ComparedGradient]:
        """Elements with the same formula that are right: a change must leave them so."""
        first = self.cells.compiled(group[0].place.gradient)
        wrong = {one.place.gradient for one in self.truth.wrong(parameter)} | self.excused
        found = [one for one in self.truth.compared[parameter.name] if one.place.gradient not in wrong]
        alike = [one for one in found if first is not None and self.cells.compiled(one.place.gradient) == first]
        return _spread(alike, 2 if self.layout.table else BLOCK)

    def _best(self, wanted: list[ComparedGradient], wrong: list[ComparedGradient]) -> Fix | None:
        """The change that makes most claims right and spoils none; of these the most plausible."""
        steps = sorted({one.place.step for one in wanted})[:4]
        in_form = self._of_most_gain(self.in_form.fixes(wrong), steps)
        asked = {one.place.gradient: one.true for one in wanted}
        found = self._tried([one.place for one in wanted], asked)
        if in_form is not None and (found is None or in_form[0] >= (*found[0][:2], found[0][2] - OWN_FORM)):
            return in_form[1]
        return found[1] if found else None

    def _search(self, places: list[Place], asked: dict[Cell, float]) -> Fix | None:
        found = self._tried(places, asked)
        return found[1] if found else None

    def _tried(self, places: list[Place], asked: dict[Cell, float]) -> Ranked | None:
        if len(asked) != len(places) or len({self.cells.compiled(cell) for cell in asked}) != 1:
            return None
        roles = [self.roles(place.step) for place in places]
        scene = search_context(self.cells, roles, places, self.candidates, self.meanings)
        found = below(scene, asked, tuple(range(len(places))), 0)
        filled = [] if self.layout.table else [wider for fix in found for wider in everywhere_alike(self.cells, fix)]
        return self._of_most_gain([*found, *filled], sorted({place.step for place in places})[:4])

    def _of_most_gain(self, fixes: Iterable[Fix], steps: list[int]) -> Ranked | None:
        best: Ranked | None = None
        for fix in fixes:
            gain = self.repaired.gain(fix, steps) if fix.parts else 0.0
            rank = (gain, -len(fix.parts), -fix.cost)
            if gain > 0 and (best is None or rank > best[0]):
                best = (rank, fix)
        return best


def _spread(group: list[ComparedGradient], most: int) -> list[ComparedGradient]:
    """Some of many, from the first to the last."""
    if len(group) <= most:
        return group
    return [group[round(k * (len(group) - 1) / (most - 1))] for k in range(most)]
