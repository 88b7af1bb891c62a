"""Why a claimed gradient is wrong: the change of one cell that would make it, and the others, right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from xlbp.audit.calculation.cells import Cells, Compiled
from xlbp.audit.claims.layout import Layout, Parameter, Place
from xlbp.audit.reading.syntax import Cell, Ref
from xlbp.audit.repair.candidates import Candidates
from xlbp.audit.repair.fixes import Fix, Part
from xlbp.audit.repair.neighbours import everywhere_alike, odd_one_out
from xlbp.audit.repair.scene import Scene
from xlbp.audit.repair.search import below
from xlbp.audit.repair.terms import altered_terms
from xlbp.audit.repair.transposing import transposed
from xlbp.audit.truth.chains import chains
from xlbp.audit.truth.derivation import Derivation
from xlbp.audit.truth.gradients import RTOL, Compared, Truth, relative
from xlbp.audit.truth.promises import Meanings
from xlbp.audit.truth.roles import Roles
from xlbp.graph.expr import Expr, topological
from xlbp.graph.simplify import simplify

POINTS = 6
BLOCK = 24  # of a matrix's elements


class Diagnosis:
    """Searches one layout; ``excused`` are gradient cells whose error is known to come from elsewhere."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth, excused: set[Cell]) -> None:
        self.cells, self.layout, self.truth, self.excused = cells, layout, truth, excused
        self.meanings = Meanings(cells, layout, truth, _divisors(cells, truth))
        self._roles: dict[int, Roles] = {}
        self.candidates = Candidates(cells, layout)
        self.accepted: list[Part] = []
        self.unexplained: list[tuple[Parameter, list[Compared]]] = []

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
                wrong = [one for one in self._still_wrong(parameter) if one.place.gradient not in given_up]
                if not wrong:
                    break
                group = self._one_formula(wrong)
                points = _spread(group, POINTS if self.layout.table else BLOCK)
                fix = (
                    self._as_matrix(parameter)
                    or self._as_neighbours(group)
                    or self._promised(points)
                    or self._best([*points, *self._right(parameter, group)])
                    or self._term_by_term(points)
                )
                if fix is None:
                    self.unexplained.append((parameter, group))
                    given_up |= {one.place.gradient for one in group}
                else:
                    self.accepted += fix.parts
        self.unexplained = [(p, left) for p, group in self.unexplained if (left := self._left(p, group))]

    def _left(self, parameter: Parameter, group: list[Compared]) -> list[Compared]:
        """What of a group is wrong still, after changes that were found for others."""
        wrong = self._still_wrong(parameter) if self.accepted else group
        return [one for one in group if one in wrong]

    def _still_wrong(self, parameter: Parameter) -> list[Compared]:
        found = []
        for one in self.truth.wrong(parameter):
            if one.place.gradient in self.excused:
                continue
            changes = self.changes(one.place.step)
            if changes and relative(self._claimed(one.place, changes), one.true, one.size) <= RTOL:
                continue
            found.append(one)
        return found

    def changes(self, step: int) -> dict[Cell, float | Compiled]:
        """The accepted changes, as they apply to one step."""
        found: dict[Cell, float | Compiled] = {}
        for part in self.accepted:
            found |= self._changes_of(part, step)
        return found

    def _changes_of(self, part: Part, step: int) -> dict[Cell, float | Compiled]:
        table = self.layout.table
        if table is None or (table.step(part.cells[0]) is None and part.cells[0][0] != table.sheet):
            return dict(zip(part.cells, map(float, part.values), strict=True))
        cell = (part.cells[0][0], table.first + step, part.cells[0][2])
        before, here = self.cells.compiled(part.cells[0]), self.cells.compiled(cell)
        if before is None or before != here:
            return {}
        return {cell: part.compiled}

    def _claimed(self, place: Place, changes: dict[Cell, float | Compiled]) -> float:
        return self.cells.changed(place.gradient, changes, self.truth.adjoints[place.step].keys())

    def _one_formula(self, wrong: list[Compared]) -> list[Compared]:
        groups: dict[Compiled | None, list[Compared]] = defaultdict(list)
        for one in wrong:
            groups[self.cells.compiled(one.place.gradient)].append(one)
        return max(groups.values(), key=len)

    def _as_matrix(self, parameter: Parameter) -> Fix | None:
        """The change of a matrix formula that makes the whole gradient right."""
        if self.layout.table is not None:
            return None
        asked = {one.place.gradient: one.true for one in self.truth.compared[parameter.name]}
        return next(transposed(self.cells, asked), None)

    def _as_neighbours(self, group: list[Compared]) -> Fix | None:
        """The change of a cell that is unlike those around it in its block."""
        if self.layout.table is not None:
            return None
        one = group[0]
        forward = self.truth.adjoints[one.place.step]
        for cell in self.cells.below((one.place.gradient,), forward.__contains__):
            for fix in odd_one_out(self.cells, cell) if cell not in forward else ():
                if self._gain(fix, [one.place.step]) > 0:
                    return fix
        return None

    def _promised(self, points: list[Compared]) -> Fix | None:
        """The change of the first cell of the chain that is not what its heading promises."""
        table = self.layout.table
        if table is None:
            return None
        places = [one.place for one in points]
        forward = self.truth.adjoints[places[0].step]
        changed = self.changes(places[0].step)
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

    def _term_by_term(self, points: list[Compared]) -> Fix | None:
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

    def _right(self, parameter: Parameter, group: list[Compared]) -> list[Compared]:
        """Elements with the same formula that are right: a change must leave them so."""
        first = self.cells.compiled(group[0].place.gradient)
        wrong = {one.place.gradient for one in self.truth.wrong(parameter)} | self.excused
        found = [one for one in self.truth.compared[parameter.name] if one.place.gradient not in wrong]
        alike = [one for one in found if first is not None and self.cells.compiled(one.place.gradient) == first]
        return _spread(alike, 2 if self.layout.table else BLOCK)

    def _best(self, points: list[Compared]) -> Fix | None:
        """The change that makes most claims right and spoils none; of these the most plausible."""
        return self._search([one.place for one in points], {one.place.gradient: one.true for one in points})

    def _search(self, places: list[Place], asked: dict[Cell, float]) -> Fix | None:
        if len(asked) != len(places) or len({self.cells.compiled(cell) for cell in asked}) != 1:
            return None
        scene = self.scene(places)
        best: tuple[tuple[float, int, float], Fix] | None = None
        found = below(scene, asked, tuple(range(len(places))), 0)
        filled = [] if self.layout.table else [wider for fix in found for wider in everywhere_alike(self.cells, fix)]
        for fix in (*found, *filled):
            if not fix.parts:
                continue
            gain = self._gain(fix, sorted({place.step for place in places})[:4])
            rank = (gain, -len(fix.parts), -fix.cost)
            if gain > 0 and (best is None or rank > best[0]):
                best = (rank, fix)
        return best[1] if best else None

    def _gain(self, fix: Fix, steps: Iterable[int]) -> float:
        """How many more claims are right with the change than without it."""
        gain = 0.0
        for step in steps:
            before = self.changes(step)
            after: dict[Cell, float | Compiled] = dict(before)
            for part in fix.parts:
                after |= self._changes_of(part, step)
            for parameter, place in self.layout.at(step):
                one = next(c for c in self.truth.compared[parameter.name] if c.place == place)
                was, now = (
                    relative(self._claimed(place, changes), one.true, one.size) <= RTOL for changes in (before, after)
                )
                gain += (now - was) if now >= was else -3.0
            gain += self._promises_kept(step, before, after)
        return gain

    def _promises_kept(
        self, step: int, before: dict[Cell, float | Compiled], after: dict[Cell, float | Compiled]
    ) -> float:
        """How many more cells between loss and gradients are what their headings promise."""
        table, gain = self.layout.table, 0.0
        for column in self.meanings.columns if table else ():
            cell = table.cell(column, step) if table else ("", 0, 0)
            promised = self.meanings.promised(cell)
            if promised is not None and self.cells.is_formula(cell):
                known = self.truth.adjoints[step].keys()
                was, now = (
                    relative(self.cells.changed(cell, changes, known), promised) <= RTOL for changes in (before, after)
                )
                gain += (now - was) if now >= was else -3.0
        return gain

    def scene(self, places: list[Place]) -> Scene:
        """What the search may use at these places."""
        roles = [self.roles(place.step) for place in places]
        forward = {cell for of in roles for cell in of.forward}
        return Scene(
            self.cells,
            chains(self.cells, roles, tuple(place.cell for place in places)),
            self.candidates,
            lambda cell: cell not in forward and self.cells.is_formula(cell),
            [*self.meanings.scales[1:], *(float(n) for n in range(3, 33) if n not in self.meanings.scales)],
            [*self.meanings.scales[1:], *{place.factor for place in places[:1] if place.factor != 1}],
            self.meanings.holds,
            roles[0],
            lambda home, user, cell: self._term(roles[0], home, user, cell),
            lambda home, user, cell: self._slope(roles[0], home, user, cell),
        )

    def _slope(self, roles: Roles, home: Cell, user: Cell, cell: Cell) -> tuple[Expr, dict[str, Ref]]:
        derivation = Derivation(self.cells, roles, home)
        return derivation.slope(user, cell), derivation.slots

    def _term(self, roles: Roles, home: Cell, user: Cell, cell: Cell) -> tuple[Expr, dict[str, Ref]]:
        derivation = Derivation(self.cells, roles, home)
        return simplify(derivation.adjoint(user, 1) * derivation.slope(user, cell)), derivation.slots


def _divisors(cells: Cells, truth: Truth) -> list[float]:
    """What the loss divides a sum by: the number of samples, where it is a mean."""
    found: dict[float, None] = {}
    for cell in truth.adjoints.get(0, {}):
        compiled = cells.compiled(cell)
        for node in topological(compiled.expr) if compiled else ():
            if node.op == "div" and node.args[0].op == "add" and node.args[1].op == "const":
                found[float(str(node.args[1].payload))] = None
    return list(found)


def _spread(group: list[Compared], most: int) -> list[Compared]:
    """Some of many, from the first to the last."""
    if len(group) <= most:
        return group
    return [group[round(k * (len(group) - 1) / (most - 1))] for k in range(most)]
