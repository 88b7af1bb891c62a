"""Why a claimed gradient is wrong: the change of one cell that would make it, and the others, right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout, Parameter, Place
from xlbp.auditing.claims.step_blocks import StepBlocks
from xlbp.auditing.diagnosis.all_steps import AllSteps
from xlbp.auditing.diagnosis.family_search import MOST_TRIED, FamilySearch
from xlbp.auditing.diagnosis.range_search import RangeFormulaSearch
from xlbp.auditing.diagnosis.repaired_sheet import RepairedSheet
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.reading.telling import Told, each, nobody
from xlbp.auditing.repair.altered_terms import altered_terms
from xlbp.auditing.repair.candidates import CandidateReferences
from xlbp.auditing.repair.fixes import ChangedFormula, Fix, of_one_formula
from xlbp.auditing.repair.neighbours import everywhere_alike, odd_one_out
from xlbp.auditing.repair.search import MOST_ASKED, fixes_of_cells
from xlbp.auditing.repair.search_context import SearchContext, search_context
from xlbp.auditing.repair.transposed_products import transposed_products
from xlbp.auditing.truth.derivation import Derivation
from xlbp.auditing.truth.gradients import ComparedGradient, Truth
from xlbp.auditing.truth.heading_derivatives import HeadingDerivatives
from xlbp.auditing.truth.roles import Roles

POINTS = 6  # rows of a table that are looked at together
BLOCK = 24  # or elements of a matrix
RIGHT_ROWS = 2  # rows that are right and have the same formula
MOST_STEPS = 4  # in which a change is tried
ROUNDS = 4  # of looking for the mistakes of one parameter
MOST_SAMPLES = 13  # by which a sum may have been meant to be divided
LIKELY = 1.0  # the cost of a change that is likely enough
CLEARLY = 0.1  # by so much cheaper is a likelier change
LONGEST_COPY = 6  # cells that name each other, from a gradient to what computes it
OWN_FORM = 0.1  # so much less plausible may a change be that keeps the sheet's own form


@dataclass(frozen=True)
class RankedFix:
    """A fix with what it gains: more right claims count first, then fewer formulas, then plausibility."""

    fix: Fix
    gain: float

    @property
    def slips(self) -> int:
        """How many different changes it takes."""
        formulas = [formula for formula in self.fix.formulas if not formula.repeated]
        return len({(edit.old, edit.new) for formula in formulas for edit in formula.edits})

    def is_better_than(self, other: RankedFix) -> bool:
        """Whether it makes more claims right, or as many and is clearly likelier."""
        return (self.gain, other.fix.cost - CLEARLY) > (other.gain, self.fix.cost)

    def rank(self, less_plausible: float = 0.0) -> tuple[float, int, float]:
        """What is compared with that of another; ``less_plausible`` is added to the cost."""
        own = sum(not formula.repeated for formula in self.fix.formulas)
        return (self.gain, -own, -self.fix.cost - less_plausible)


@dataclass(frozen=True)
class UnexplainedGradients:
    """Claims of one parameter, all of one formula, that no change makes right."""

    parameter: Parameter
    gradients: list[ComparedGradient]


class GradientDiagnosis:
    """Searches one layout; ``excused`` are gradient cells whose error is known to come from elsewhere."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth, excused: set[Cell]) -> None:
        self.cells, self.layout, self.truth, self.excused = cells, layout, truth, excused
        self.headings = HeadingDerivatives(cells, layout, truth)
        self._roles: dict[int, Roles] = {}
        self.candidates = CandidateReferences(cells, layout)
        self.repaired = RepairedSheet(cells, layout, truth, self.headings)
        self.families = FamilySearch(cells, layout, truth, self.repaired)
        self._mending_all: dict[tuple[int, int], list[Fix]] = {}  # by step and number of accepted changes
        self._samples = [float(count) for count in range(3, MOST_SAMPLES)]
        self.range_search = RangeFormulaSearch(cells, layout, truth, self.repaired)
        self.unexplained: list[UnexplainedGradients] = []
        stand_apart = layout.table is None and layout.steps > 1
        self.all_steps = AllSteps(cells, layout, truth, StepBlocks(layout)) if stand_apart else None
        self._contexts: dict[tuple[tuple[int, Cell, float], ...], SearchContext] = {}  # by step, cell and factor

    def roles(self, step: int) -> Roles:
        """The roles of the cells in one step."""
        if step not in self._roles:
            self._roles[step] = Roles(self.cells, self.layout, self.truth, step)
        return self._roles[step]

    def run(self, told: Told = nobody) -> None:
        """Accept changes until every wrong gradient is explained or given up."""
        given_up: list[UnexplainedGradients] = []
        parameters = sorted(self.layout.parameters, key=self._length_of_chain)
        for parameter in each(parameters, told):
            given_up += self._explain(parameter)
        for group in given_up:
            left = self._still_unexplained(group)
            if left:
                self.unexplained.append(UnexplainedGradients(group.parameter, left))

    def _explain(self, parameter: Parameter) -> list[UnexplainedGradients]:
        """Accept changes that make a parameter's gradients right; returns those that none was found for."""
        given_up: list[UnexplainedGradients] = []
        cells_given_up: set[Cell] = set()
        for _ in range(ROUNDS):
            wrong = [
                gradient for gradient in self.still_wrong(parameter) if gradient.place.gradient not in cells_given_up
            ]
            if not wrong:
                break
            group = self._most_of_one_formula(wrong)
            fix = self._made_elsewhere(group) or self._fix(parameter, group)
            if fix is not None and self._takes_back(fix):
                group = self._most_of_one_formula(self.still_wrong(parameter))
                fix = self._term_by_term(_spread(group, POINTS if self.layout.table else BLOCK))
            if fix is not None and not self._is_chance(fix, group):
                self.repaired.accepted += fix.formulas
                continue
            given_up.append(UnexplainedGradients(parameter, group))
            cells_given_up |= {gradient.place.gradient for gradient in group}
        return given_up

    def _takes_back(self, fix: Fix) -> bool:
        """Whether accepted changes are given up, as a fix makes others of their formula: each fits its rows alone."""
        new = {self.cells.compiled(formula.cells[0]): formula for formula in fix.formulas}
        kept = [
            formula
            for formula in self.accepted
            if (other := new.get(self.cells.compiled(formula.cells[0]))) is None
            or other.cells[0][2] != formula.cells[0][2]
            or other.compiled == formula.compiled
        ]
        is_table, is_less = self.layout.table is not None, len(kept) < len(self.accepted)
        if is_table and is_less:
            self.repaired.accepted = kept
        return is_table and is_less

    def _is_chance(self, fix: Fix, group: list[ComparedGradient]) -> bool:
        """Whether several changes only make 0 of gradients by parameters that the loss is not made from."""
        reached = (self.truth.adjoints[gradient.place.step] for gradient in group)
        is_unused = all(gradient.place.cell not in of_step for gradient, of_step in zip(group, reached, strict=True))
        return is_unused and sum(len(formula.edits) for formula in fix.formulas) > 1

    def _made_elsewhere(self, group: list[ComparedGradient]) -> Fix | None:
        """An accepted change that mends a group, too, in further cells with the formula that it was made in."""
        if self.layout.table is not None:
            return None  # there it is made in the whole column
        for changed in self.accepted:
            before = self.cells.compiled(changed.cells[0]) if changed.variant is None and not changed.text else None
            behind = {cell for gradient in group for cell in self._chain(gradient.place)}
            more = sorted(cell for cell in behind if before is not None and self.cells.compiled(cell) == before)
            values = np.array([self.cells.worth(changed.compiled, cell) for cell in more])
            fix = of_one_formula(0.0, replace(changed, cells=tuple(more), values=values)) if more else None
            if fix is not None and all(self.repaired.is_right_with(fix, gradient) for gradient in group):
                return fix
        return None

    def _fix(self, parameter: Parameter, group: list[ComparedGradient]) -> Fix | None:
        """The change that explains a group of wrong claims of one formula."""
        points = _spread(group, POINTS if self.layout.table else BLOCK)
        place = points[0].place
        fix = self._transposed(parameter) or self._unlike_neighbours(group) or self._broken_promise(points)
        told = self.headings.first_broken(place.step, place.gradient)
        if fix is not None or not self.repaired.changes(place.step).keys() >= {*told}:
            return fix or self._where_told(points, told)
        return self._best([*points, *self._right_ones(parameter, group)], points) or self._term_by_term(points)

    def _where_told(self, points: list[ComparedGradient], told: Sequence[Cell]) -> Fix | None:
        """The change of a filled formula; where a heading tells which cell is wrong, of no other than that one's."""
        fixes = (fix for fix in self._in_families(points) if set(told) <= {c for f in fix.formulas for c in f.cells})
        best = self._of_most_gain(fixes, sorted({point.place.step for point in points})[:MOST_STEPS])
        return best.fix if best is not None else None

    @property
    def was_cut_short(self) -> bool:
        """Whether so much was tried that not all changes could be."""
        return self.cells.asked > MOST_ASKED or self.cells.tried > MOST_TRIED

    @property
    def accepted(self) -> list[ChangedFormula]:
        """The changes that were found."""
        return self.repaired.accepted

    def still_wrong(self, parameter: Parameter) -> list[ComparedGradient]:
        """The claims that are wrong yet, but for those whose error comes from elsewhere."""
        return self.repaired.wrong(parameter, self.excused)

    def _still_unexplained(self, group: UnexplainedGradients) -> list[ComparedGradient]:
        """What of a group is wrong still, after changes that were found for others."""
        if not self.accepted:
            return group.gradients
        wrong = self.still_wrong(group.parameter)
        return [gradient for gradient in group.gradients if gradient in wrong]

    def _most_of_one_formula(self, wrong: list[ComparedGradient]) -> list[ComparedGradient]:
        groups: dict[Compiled | None, list[ComparedGradient]] = defaultdict(list)
        for gradient in wrong:
            groups[self.cells.compiled(gradient.place.gradient)].append(gradient)
        return max(groups.values(), key=len)

    def _transposed(self, parameter: Parameter) -> Fix | None:
        """The change of a matrix formula that makes the whole gradient right."""
        if self.layout.table is not None:
            return None
        needed = {gradient.place.gradient: gradient.needed for gradient in self.truth.compared[parameter.name]}
        return next(transposed_products(self.cells, needed), None)

    def _unlike_neighbours(self, group: list[ComparedGradient]) -> Fix | None:
        """The change of a cell that is unlike those around it in its block."""
        if self.layout.table is not None:
            return None
        place = group[0].place
        forward = self.truth.adjoints[place.step]
        for cell in self.cells.below((place.gradient,), forward.__contains__):
            fix = odd_one_out(self.cells, cell) if cell not in forward else None
            if fix is not None and self.repaired.gain(fix, [place.step]) > 0:
                return fix
        return None

    def _broken_promise(self, points: list[ComparedGradient]) -> Fix | None:
        """The change of the first cell of the chain that is not what its heading promises."""
        table = self.layout.table
        if table is None:
            return None
        places = [point.place for point in points]
        step = places[0].step
        changed = self.repaired.changes(step)
        for cell in self.cells.below((places[0].gradient,), self.truth.adjoints[step].__contains__):
            if cell in changed or table.step(cell) != step or self.headings.holds(cell) is not False:
                continue
            needed: dict[Cell, float] = {}
            for place in places:
                in_row = table.cell(cell[2], place.step)
                promised = self.headings.promised(in_row)
                if promised is not None:
                    needed[in_row] = promised
            ranked = self._search(places, needed)
            if ranked is not None:
                return ranked.fix
        return None

    def _term_by_term(self, points: list[ComparedGradient]) -> Fix | None:
        """The derivative written out, where what is claimed differs from it in one term."""
        place = points[0].place
        if not self.cells.is_formula(place.gradient) or place.factor != 1:
            return None
        claims = tuple(self._source(point.place) for point in (points if self.layout.table else points[:1]))
        derivation = Derivation(self.cells, self.roles(place.step), claims[0])
        exact = derivation.adjoint(place.cell)
        fix = altered_terms(self.cells, claims, exact, derivation.slots)
        return fix if fix is None or self.all_steps is None else self.all_steps.with_others(fix, place.step) or fix

    def _source(self, place: Place) -> Cell:
        """The cell that computes a gradient: its own, or that which it only names."""
        cell = place.gradient
        for _ in range(LONGEST_COPY):
            compiled = self.cells.compiled(cell)
            named = compiled.cells(cell)[0] if compiled is not None and compiled.expr.op == "ref" else cell
            if named in self.truth.adjoints[place.step] or not self.cells.is_formula(named):
                break
            cell = named
        return cell

    def _length_of_chain(self, parameter: Parameter) -> int:
        """How long the chain of a gradient is: the shortest is looked at first, the others may be made from it."""
        return sum(1 for _ in self._chain(parameter.places[0]))

    def _chain(self, place: Place) -> Iterable[Cell]:
        """A claim and all behind it, down to the forward pass."""
        return self.cells.below((place.gradient,), self.truth.adjoints[place.step].__contains__)

    def _right_ones(self, parameter: Parameter, group: list[ComparedGradient]) -> list[ComparedGradient]:
        """Elements with the same formula that are right: a change must leave them so."""
        formula = self.cells.compiled(group[0].place.gradient)
        wrong = {gradient.place.gradient for gradient in self.truth.wrong(parameter)} | self.excused
        right = [gradient for gradient in self.truth.compared[parameter.name] if gradient.place.gradient not in wrong]
        alike = [
            gradient
            for gradient in right
            if formula is not None and self.cells.compiled(gradient.place.gradient) == formula
        ]
        return _spread(alike, RIGHT_ROWS if self.layout.table else BLOCK)

    def _best(self, points: list[ComparedGradient], wrong: list[ComparedGradient]) -> Fix | None:
        """The change that makes most claims right and spoils none; of these the most plausible."""
        steps = self._tried_steps(point.place for point in points)
        in_form = self._of_most_gain(self.range_search.fixes(wrong), steps)
        needed = {point.place.gradient: point.needed for point in points}
        part_by_part = self._search([point.place for point in points], needed)
        if in_form is not None and (part_by_part is None or in_form.rank() >= part_by_part.rank(OWN_FORM)):
            part_by_part = in_form
        if part_by_part is not None and self._is_enough(part_by_part, steps):
            return part_by_part.fix
        in_family = self._of_most_gain(self._in_families(wrong), steps)
        if part_by_part is None or (in_family is not None and in_family.is_better_than(part_by_part)):
            part_by_part = in_family
        return part_by_part.fix if part_by_part is not None else None

    def _is_enough(self, ranked: RankedFix, steps: Sequence[int]) -> bool:
        """Whether a likely change explains all that is wrong, so that no other needs to be looked for."""
        if ranked.slips > 1 or ranked.fix.cost > LIKELY:
            return False
        wrong = (gradient for parameter in self.layout.parameters for gradient in self.still_wrong(parameter))
        of_steps = [gradient for gradient in wrong if gradient.place.step in steps]
        return all(self.repaired.is_right_with(ranked.fix, gradient) for gradient in of_steps)

    def _in_families(self, wrong: list[ComparedGradient]) -> Iterator[Fix]:
        """The changes of a formula in all cells that have it; those that mend all claims of the step, if any do."""
        step = wrong[0].place.step
        counts = [*self.headings.scales[1:], *(count for count in self._samples if count not in self.headings.scales)]
        tried = (step, len(self.accepted))  # what mends all claims is the same for each parameter
        if tried not in self._mending_all:
            every = [gradient for parameter in self.layout.parameters for gradient in self.still_wrong(parameter)]
            self._mending_all[tried] = list(self.families.fixes(every, self.roles(step), counts))
        fixes = self._mending_all[tried] or self.families.fixes(wrong, self.roles(step), counts)
        return self._in_all_steps(fixes, step)

    def _search(self, places: list[Place], needed: dict[Cell, float]) -> RankedFix | None:
        """The best change of one formula, searched part by part, that makes it worth what it needs to be."""
        if len(needed) != len(places) or len({self.cells.compiled(cell) for cell in needed}) != 1:
            return None
        if self.cells.asked > MOST_ASKED:
            return None
        fixes = list(fixes_of_cells(self._context(places), needed, tuple(range(len(places)))))
        if self.layout.table is None:
            fixes += [wider for fix in fixes for wider in everywhere_alike(self.cells, fix)]
        return self._of_most_gain(self._in_all_steps(fixes, places[0].step), self._tried_steps(places))

    def _in_all_steps(self, fixes: Iterable[Fix], step: int) -> Iterator[Fix]:
        """Changes of one step, and each with the same change in the others."""
        for fix in fixes:
            wider = self.all_steps.with_others(fix, step) if self.all_steps is not None else None
            yield from (fix,) if wider is None else (fix, wider)

    def _tried_steps(self, places: Iterable[Place]) -> list[int]:
        """The steps in which a change is tried: those of the places, and where steps stand apart, some others."""
        own = sorted({place.step for place in places})
        others = (step for step in range(self.layout.steps) if step not in own) if self.all_steps is not None else ()
        return [*own, *others][:MOST_STEPS]

    def _context(self, places: list[Place]) -> SearchContext:
        """What a search may use at some places, with nothing found yet."""
        at = tuple((place.step, place.cell, place.factor) for place in places)
        if at not in self._contexts:
            roles = [self.roles(place.step) for place in places]
            blocks = self.all_steps.blocks if self.all_steps is not None else None
            self._contexts[at] = search_context(self.cells, roles, places, self.candidates, self.headings, blocks)
        return replace(self._contexts[at], fixes={})

    def _of_most_gain(self, fixes: Iterable[Fix], steps: list[int]) -> RankedFix | None:
        best: RankedFix | None = None
        for fix in fixes:
            if any(len(formula.cells) < len(formula.slips) for formula in fix.formulas):
                continue  # more slips than numbers that prove them: some would fit any number
            ranked = RankedFix(fix, self.repaired.gain(fix, steps) if fix.formulas else 0.0)
            if ranked.gain > 0 and (best is None or ranked.rank() > best.rank()):
                best = ranked
        return best


def _spread(group: list[ComparedGradient], most: int) -> list[ComparedGradient]:
    """Some of many: the first ones as they follow each other, for samples that come round, and on to the last."""
    if len(group) <= most:
        return group
    at_first = most // 2
    later, more = group[at_first:], most - at_first - 1
    return [*group[:at_first], *(later[round(k * (len(later) - 1) / max(1, more))] for k in range(more + 1))][:most]
