"""Changes of a formula that was filled over many cells, one for each sample perhaps: made in all of them at once.

No part is solved for, as the claims are sums over the cells; each change is tried by computing the sheet anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from itertools import combinations
from operator import mul

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import factors, negated, relabelled, replaced
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import is_numeric
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.repair.fixes import Edit
from xlbp.auditing.repair.hypotheses import (
    ARGUMENT_TOO_MANY,
    DERIVED,
    EXCHANGED,
    FACTOR,
    FACTORS_TOO_MANY,
    HALF_OR_TWICE,
    MASK,
    MEAN,
    MINUS_MISSING,
    MINUS_TOO_MANY,
    NUMBER_NEGATED,
    OPERATOR,
    OTHER_CELL,
    POWER,
    SLOPE_TOO_MANY,
    TWICE_OR_HALF,
    Hypothesis,
)
from xlbp.auditing.truth.derivation import Derivation
from xlbp.auditing.truth.roles import CellRole, Roles
from xlbp.symbols.expr import Expr, const, names_in, ref, topological

WIDEST = 30  # columns around a cell from which another reference may be taken
MOST_FACTORS = 6
MOST_NODES = 40
BINARY = ("add", "sub", "mul", "div")
OF_A_DERIVATIVE = 500  # cells that are computed in the time that writing one takes
DEEPEST = 2  # cells below a reference by which it may be derived


def _moved(reference: Ref, home: Cell, down: int, right: int) -> Ref:
    """A reference to the cell so far away, where ``$`` does not hold it."""
    sheet, row, column = reference.at(home)
    at = (sheet, row + down * (not reference.row_fixed), column + right * (not reference.column_fixed))
    return Ref.to(at, home, reference.row_fixed, reference.column_fixed)


@dataclass(frozen=True)
class FamilyEdit:
    """A formula as it might be, and what was changed in it."""

    cost: float
    compiled: Compiled
    edit: Edit

    def as_written(self) -> FamilyEdit:
        """The same, its leaves named by the cells that they refer to."""
        slots = {name: slot(reference) for name, reference in self.compiled.slots}
        expr = relabelled(self.compiled.expr, lambda name: ref(slots[name]))
        references = {slots[name]: reference for name, reference in self.compiled.slots}
        return replace(self, compiled=Compiled(expr, tuple((name, references[name]) for name in names_in(expr))))


class FamilyEdits:
    """The changes of the formula that a family of cells has."""

    def __init__(self, cells: Cells, roles: Roles, counts: Sequence[float]) -> None:
        self.cells, self.roles, self.counts = cells, roles, counts

    @cached_property
    def _held(self) -> frozenset[Cell]:
        """The parameters, and what else the forward pass holds by ``$``, as a share that is kept."""
        compiled = ((cell, self.cells.compiled(cell)) for cell in self.roles.forward)
        references = ((cell, ref) for cell, formula in compiled if formula for _, ref in formula.slots if ref.is_held)
        return frozenset(self.roles.parameters) | {ref.at(cell) for cell, ref in references}

    def of(self, family: Sequence[Cell]) -> Iterator[FamilyEdit]:
        """All of them, the likeliest sorts first."""
        home = family[0]
        before = self.cells.compiled(home)
        if before is None:
            return
        slots = dict(before.slots)
        for hypothesis, old, new in self._of_expression(before.expr):
            yield _edited(before.expr, slots, hypothesis, old, new)
        yield from self._other_cells(before, home, slots)
        yield from self._of_this_step(before, home)
        yield from self._with_slopes(before, family, slots)
        yield from self._with_factors(before, family, slots)
        yield from self._derived(before, family, slots)

    def _of_expression(self, expr: Expr) -> Iterator[tuple[Hypothesis, Expr, Expr]]:
        """The changes that need no other cell."""
        yield MINUS_MISSING, expr, negated(expr)
        yield HALF_OR_TWICE, expr, expr * 2
        yield HALF_OR_TWICE, expr, expr / 2
        for count in self.counts:
            yield MEAN, expr, expr / const(count)
            yield MEAN, expr, expr * const(count)
        for node in list(topological(expr))[:MOST_NODES]:
            if node.op == "ref":
                yield FACTOR, expr, expr * (1 - node)
            yield from _of_node(node)

    def _other_cells(self, before: Compiled, home: Cell, slots: Mapping[str, Ref]) -> Iterator[FamilyEdit]:
        """Another cell for one of those that the formula refers to; there are hundreds: all share its expression."""
        for name, reference in before.slots:
            for other in self._candidates(home, reference):
                if slot(other) not in slots:
                    far = abs(other.at(home)[2] - reference.at(home)[2])
                    more = 0.001 * far - 0.07 * (self.roles.of(other.at(home)) is self.roles.of(reference.at(home)))
                    instead = tuple((each, other if each == name else slots[each]) for each in before.names)
                    edit = Edit(OTHER_CELL.sort, ref(name), ref(slot(other)))
                    yield FamilyEdit(OTHER_CELL.cost + more, Compiled(before.expr, instead), edit)

    def _of_this_step(self, before: Compiled, home: Cell) -> Iterator[FamilyEdit]:
        """All references moved as far as leads from another step's parameter to one of this step."""
        for name, reference in before.slots:
            sheet, row, column = reference.at(home)
            is_older = self.roles.of((sheet, row, column)) is CellRole.OTHER_STEPS_PARAMETER
            for own in sorted(self.roles.of_this_step) if is_older else ():
                if own[0] != sheet:
                    continue
                new = tuple(
                    (each, _moved(slot_of, home, own[1] - row, own[2] - column)) for each, slot_of in before.slots
                )
                edit = Edit(OTHER_CELL.sort, ref(name), ref(slot(Ref.to(own, home, False, False))))
                yield FamilyEdit(OTHER_CELL.cost, Compiled(before.expr, new), edit)

    def _candidates(self, home: Cell, reference: Ref) -> Iterator[Ref]:
        """The cells of the row, and the parameters, as the formula would write them."""
        sheet, row, column = reference.at(home)
        for other in range(max(1, column - WIDEST), column + WIDEST + 1):
            cell = (sheet, row, other)
            if other != column and is_numeric(self.cells, cell):
                yield Ref.to(cell, home, reference.row_fixed, reference.column_fixed)
        for cell in sorted(self.roles.of_this_step):
            yield Ref.to(cell, home, reference.row_fixed, reference.column_fixed)

    def _with_slopes(self, before: Compiled, family: Sequence[Cell], slots: Mapping[str, Ref]) -> Iterator[FamilyEdit]:
        """The formula times the slope of an activation that was left out."""
        for cell in self._activations(before, family[0]):
            derivation = self._derivation(family)
            for slope in (derivation.activation(cell), *self._along_only_path(derivation, cell)):
                if slope is not None and names_in(slope):  # and no mere number, as that of a mean
                    all_slots = {**slots, **derivation.slots}
                    yield _edited(before.expr, all_slots, MASK, before.expr, before.expr * slope)

    def _along_only_path(self, derivation: Derivation, cell: Cell) -> Iterator[Expr]:
        """The slopes from a cell on, where one cell alone takes it: an activation's, then a dropout's, and both."""
        both: Expr | None = None
        for _ in range(DEEPEST):
            users = self.roles.users.get(cell, [])
            if len(users) != 1:
                return
            slope = derivation.slope(users[0], cell)
            yield slope
            if both is not None:
                yield both * slope
            both, cell = slope, users[0]

    def _with_factors(self, before: Compiled, family: Sequence[Cell], slots: Mapping[str, Ref]) -> Iterator[FamilyEdit]:
        """The formula times another cell of the row, which was left out in all of several cells."""
        home = family[0]
        for _, reference in before.slots[:1] if len(family) > 1 else ():
            for other in self._candidates(home, reference):
                far = abs(other.at(home)[2] - reference.at(home)[2])
                more = {**slots, slot(other): other}
                edit = _edited(before.expr, more, FACTOR, before.expr, before.expr * ref(slot(other)))
                yield replace(edit, cost=edit.cost + 0.001 * far)

    def _activations(self, before: Compiled, home: Cell) -> Iterator[Cell]:
        """The activations that the formula refers to, and those that the weights multiply it refers to."""
        for _, reference in before.slots:
            cell = reference.at(home)
            if cell in self.roles.of_this_step:
                ends = self.roles.unit_and_source(cell)
                if ends is not None:
                    yield ends[1]
            elif cell in self.roles.forward:
                yield cell

    def _derived(self, before: Compiled, family: Sequence[Cell], slots: Mapping[str, Ref]) -> Iterator[FamilyEdit]:
        """The derivative of the loss, or of the next cell alone, by a cell that the formula refers to."""
        for cell in self._forward_behind(before, family[0]):
            for written, derivation in self._derivatives(cell, family):
                all_slots = {**slots, **derivation.slots}
                yield _edited(before.expr, all_slots, DERIVED, before.expr, written)

    def _derivatives(self, cell: Cell, family: Sequence[Cell]) -> Iterator[tuple[Expr, Derivation]]:
        """The derivatives by one cell: of the loss, of each sample's own loss, and of the only cell that takes it."""
        derivation = self._derivation(family)
        self.cells.tried += OF_A_DERIVATIVE
        adjoint = derivation.adjoint(cell)
        yield adjoint, derivation
        for count in self.counts[:1]:
            yield adjoint * const(count), derivation
        users = self.roles.users.get(cell, [])
        if len(users) == 1:
            alone = self._derivation(family)
            yield alone.slope(users[0], cell), alone

    def _forward_behind(self, before: Compiled, home: Cell) -> list[Cell]:
        """The cells of the forward pass that the formula refers to, and those that these are made from."""
        found: dict[Cell, None] = {}
        layer = [reference.at(home) for _, reference in before.slots]
        for _ in range(DEEPEST):
            layer = [c for c in layer if c in self.roles.forward and c not in self.roles.parameters]
            found |= dict.fromkeys(cell for cell in layer if self.cells.is_formula(cell))
            layer = [argument for cell in layer for argument in self.cells.arguments(cell)[:MOST_FACTORS]]
        return list(found)

    def _derivation(self, family: Sequence[Cell]) -> Derivation:
        """Writes derivatives for the family, so that parameters stay where they are as the formula is filled on."""
        held = self._held if len(family) > 1 else ()
        return Derivation(self.cells, self.roles, family[0], held=held)


def _of_node(node: Expr) -> Iterator[tuple[Hypothesis, Expr, Expr]]:
    """The changes of one part of a formula."""
    if node.op == "const" and float(str(node.payload)) < 0:
        yield NUMBER_NEGATED, node, negated(node)
    if node.op == "neg":
        yield MINUS_TOO_MANY, node, node.args[0]
    if node.op == "sub":
        yield EXCHANGED, node, node.args[1] - node.args[0]
    if node.op in BINARY and len(node.args) == 2:
        yield from ((OPERATOR, node, Expr(op, node.args)) for op in BINARY if op != node.op)
        yield from ((ARGUMENT_TOO_MANY, node, arg) for arg in node.args if node.op != "mul" and arg.op != "const")
    if node.op == "ref":
        yield POWER, node, node * node
    if node.op == "mul":
        yield from _with_fewer_factors(node)


def _with_fewer_factors(node: Expr) -> Iterator[tuple[Hypothesis, Expr, Expr]]:
    """A product without one or two of its factors."""
    every = list(factors(node))[:MOST_FACTORS]
    for count in (1, 2):
        for left_out in combinations(range(len(every)), count):
            rest = [factor for k, factor in enumerate(every) if k not in left_out]
            gone = [every[k] for k in left_out]
            if rest:
                yield _hypothesis_of(gone), node, reduce(mul, rest)


def _hypothesis_of(gone: Sequence[Expr]) -> Hypothesis:
    """What it is to leave these factors out."""
    if len(gone) == 1 and gone[0].op == "const" and float(str(gone[0].payload)) in (2.0, 0.5):
        return TWICE_OR_HALF
    is_slope = len(gone) == 2 and any(1 - a is b for a in gone for b in gone)
    return SLOPE_TOO_MANY if is_slope else FACTORS_TOO_MANY


def _edited(expr: Expr, slots: Mapping[str, Ref], hypothesis: Hypothesis, old: Expr, new: Expr) -> FamilyEdit:
    """The formula with one part changed."""
    changed = replaced(expr, lambda node: new if node is old else None) if old is not expr else new
    names = dict.fromkeys(str(node.payload) for node in topological(changed) if node.op == "ref")
    compiled = Compiled(changed, tuple((name, slots[name]) for name in names))
    return FamilyEdit(hypothesis.cost, compiled, Edit(hypothesis.sort, old, new))
