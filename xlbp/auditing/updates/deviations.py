"""An update that is not the one of the other parameters or rows: where they part, and what that is called."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import differences
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.explanations import Reason, said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.contents import names_of_cells
from xlbp.auditing.reading.syntax import Cell, Ref, address, moved
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.gradients import RTOL, relative
from xlbp.auditing.updates.leaves import OWN_GRADIENT, OWN_VALUE, PARAMETRIC, RUNNING, UNRELATED, Leaf, LeafRole
from xlbp.auditing.updates.parallel_columns import OtherFormula, ParallelColumns, leaves_that_differ
from xlbp.auditing.updates.reader import Update, UpdateFormula, UpdateReader
from xlbp.auditing.updates.usual_update import translated
from xlbp.symbols.expr import Expr, names_in

LONGEST_KEY = 200  # characters of what tells one slip from another
NO_GRADIENT = frozenset({LeafRole.GRADIENT, LeafRole.TABLE_COLUMN, LeafRole.FORMULA})  # easily taken for the gradient

TAKEN = {
    kinds.WRONG_GRADIENT: "moved_by",
    kinds.ROW: "other_row",
    kinds.WEIGHT: "starts_from",
}  # texts by what is taken
OF_UPDATES = {kinds.SIGN: "moved_the_other_way", kinds.OPTIMIZER: "carries_on", kinds.UPDATED: "starts_later"}


@dataclass(frozen=True)
class Difference:
    """A part of a formula of the update, and the part that the usual update has there."""

    part: Expr
    usual_part: Expr
    formula: UpdateFormula
    usual_formula: UpdateFormula

    @property
    def leaf(self) -> Leaf | None:
        """What the part refers to; None where it is no reference."""
        return self.formula.leaf(self.part)

    @property
    def usual_leaf(self) -> Leaf | None:
        """What it should refer to; None where that is no reference."""
        return self.usual_formula.leaf(self.usual_part)

    def key(self) -> str:
        """The same for one slip made in many cells: what was exchanged for what."""
        if self.usual_leaf is not None and self.usual_leaf.role in UNRELATED:
            return f"instead of {self.usual_leaf}"
        return f"{self.part!r} {self.usual_part!r}"[:LONGEST_KEY]


class UpdateComparison:
    """One update beside the usual one, which it is unlike; ``own`` is one of its own parameter that is as usual."""

    def __init__(self, reader: UpdateReader, update: Update, usual: Update, own: Update | None = None) -> None:
        self.reader, self.update, self.usual, self.own = reader, update, usual, own
        self.cells: Cells = reader.cells

    def wrong_copy(self) -> Finding | None:
        """The parameter takes over the wrong column: another one holds this parameter's own update.

        The copy is then at fault, not the update that it copies.
        """
        cells, parameter, step = self.cells, self.update.parameter, self.update.step
        if not self.reader.takes_over(parameter) or step + 1 >= len(parameter.places):
            return None
        right = self._own_update()
        if right is None:
            return None
        copy = parameter.places[step + 1].cell
        home = copy[0]
        taken = address(self.update.cell, home)
        reason = said(kinds.WEIGHT, "takes_over_anothers", name=parameter.name, taken=taken)
        error = relative(cells.value(copy), cells.value(right))
        expected = f"={address(right, home)}"
        return Finding(kinds.WEIGHT, copy, cells.shown(copy), expected, reason, error, [copy], ("copy", parameter.name))

    def _own_update(self) -> Cell | None:
        """The other cell of the row that has the usual update of this parameter."""
        update, usual = self.update, self.usual.exprs
        others = (cell for cell in self.reader.shaped_alike(update.step, usual[0]) if cell != update.cell)
        return next(
            (cell for cell in others if self.reader.is_update(update.parameter, update.step, cell, usual)), None
        )

    def wrong_formula(self) -> Finding | None:
        """The first formula of the update that is not as the usual one has it, if that changes its value."""
        finding = self._other_column()
        if finding is not None or self._is_filled():
            return finding
        for k, (own, theirs) in enumerate(zip(self.update.exprs, self.usual.exprs, strict=False)):
            if own is theirs:
                continue
            finding = (self._first_other_average() if k else None) or self._other_formula(k)
            if finding is not None:
                return finding
        return None

    def _is_filled(self) -> bool:
        """Whether its formulas are those of another row, filled: what they take is odd, and told where it stands."""
        if self.own is None:
            return False
        first, down = self.reader.table.first, self.update.step - self.own.step
        return all(
            self.cells.compiled_as_in(first, cell) == self.cells.compiled_as_in(first, moved(cell, -down, 0))
            for cell in self.update.cells
        )

    def _other_column(self) -> Finding | None:
        """The one cell behind the update that is made otherwise than the average of the other parameters."""
        if max(len(self.update.formulas), len(self.usual.formulas)) < 2:
            return None
        others = ParallelColumns(self.reader, self.update, self.usual).others()
        if len(others) != 1:
            return None
        other = others[0]
        reason = self._why_other(other)
        kind = reason.mistake.audited
        key = ("update", f"column {other.cell[2]} {kind}")
        text = self.cells.formula(other.cell) or ""
        return Finding(kind, other.cell, text, other.text, reason, other.error, [other.cell], key)

    def _why_other(self, other: OtherFormula) -> Reason:
        """What it is called that a cell of an update is made otherwise, and why it is wrong."""
        name = self.update.parameter.name
        found, meant = leaves_that_differ(self.cells, other)
        home = other.cell[0]
        if found and meant and self._has_slid(other.cell, found[0], meant[0]):
            return said(kinds.UNANCHORED, "slid", belongs=address(meant[0], home), stands=address(found[0], home))
        if found and meant:
            claims = [self.reader.claim_at(cell) for cell in found]
            taken = any(claim is not None and claim.role is LeafRole.GRADIENT for claim in claims)
            new, old = address(meant[0], home), address(found[0], home)
            return said(kinds.WRONG_GRADIENT if taken else kinds.OPTIMIZER, "in_update", name=name, new=new, old=old)
        own = self.cells.compiled(other.cell)
        pairs = list(differences(own.expr, other.expected.expr)) if own is not None else []
        if any({part.op, usual.op} == {"add", "sub"} or "neg" in (part.op, usual.op) for part, usual in pairs):
            return said(kinds.SIGN, "moved_the_other_way", name=name)
        return said(kinds.OPTIMIZER, "average_unlike_others", name=name)

    def _has_slid(self, home: Cell, found: Cell, meant: Cell) -> bool:
        """Whether a cell outside of the steps, as the rate, was meant, and the reference went on with the row."""
        compiled = self.cells.compiled(home)
        references = [reference for _, reference in compiled.slots] if compiled else []
        is_held = any(reference.row_fixed for reference in references if reference.at(home) == found)
        return not is_held and found[:1] + found[2:] == meant[:1] + meant[2:] and self.reader.table.step(meant) is None

    def _first_other_average(self) -> Finding | None:
        """The first of the formulas behind the update that refers to the wrong average."""
        for k in range(1, min(len(self.update.formulas), len(self.usual.formulas))):
            finding = self._other_average(k)
            if finding is not None:
                return finding
        return None

    def _other_formula(self, k: int) -> Finding | None:
        """Formula ``k`` of the update is another; None where it is worth the same."""
        cell = self.update.formulas[k].cell
        expected = translated(self.reader, self.update, self.usual, k)
        before = self._value_before(cell)
        new = self.cells.worth(expected, cell) if expected else math.nan
        error = relative(self.cells.value(cell) - before, new - before, 1e-4 * abs(before))
        if expected is not None and error <= RTOL:
            return None
        kind, difference = self._telling_difference(k)
        text = self._text(expected, cell) if expected else ""
        key = ("update", f"{kind} {difference.key()}")
        reason = self._why(kind, difference)
        return Finding(kind, cell, self.cells.formula(cell) or "", text, reason, error, [cell], key)

    def _telling_difference(self, k: int) -> tuple[str, Difference]:
        """The kind of the mistake in formula ``k``, and the difference that shows it; a wrong gradient first."""
        own, theirs = self.update.formulas[k], self.usual.formulas[k]
        pairs = list(differences(own.expr, theirs.expr)) or [(own.expr, theirs.expr)]
        every = [Difference(part, usual_part, own, theirs) for part, usual_part in pairs]
        named = [(self._kind(k, difference), difference) for difference in every]
        return next((entry for entry in named if entry[0] == kinds.WRONG_GRADIENT), named[0])

    def _value_before(self, cell: Cell) -> float:
        """What the update starts from: changes are compared, not the parameters that they are small beside."""
        return self.cells.value(self.update.old_value) if cell == self.update.cell else 0.0

    def _text(self, compiled: Compiled, cell: Cell) -> str:
        return formula(compiled.expr, dict(compiled.slots), cell, names_of_cells(self.cells.contents))

    def _other_average(self, k: int) -> Finding | None:
        """One formula refers to the wrong average: m for its corrected m, or that of another parameter."""
        wrong = self.update.formulas[k].cell
        right = self._right_average(k)
        users = (cell for cell in self.update.cells if wrong in self.cells.arguments(cell) and cell != wrong)
        user = next(users, None)
        compiled = self.cells.compiled(user) if user else None
        if right is None or user is None or compiled is None:
            return None
        expected = _with_other_cell(compiled, user, wrong, right)
        before = self._value_before(user)
        error = relative(self.cells.value(user) - before, self.cells.worth(expected, user) - before)
        home, name = user[0], self.update.parameter.name
        kind = kinds.WRONG_GRADIENT if self._takes_other_gradient() else kinds.OPTIMIZER
        reason = said(kind, "in_update", name=name, new=address(right, home), old=address(wrong, home))
        key = ("average", f"{user[2]} {kind}")
        stands = self.cells.formula(user) or ""
        return Finding(kind, user, stands, self._text(expected, user), reason, error, [user], key)

    def _right_average(self, k: int) -> Cell | None:
        """The cell that has what formula ``k`` should be; None where that is the formula's own, or none has it."""
        usual = self.reader.read(self.usual.parameter, self.usual.step, self.usual.formulas[k].cell)
        for cell in self._places_of_average(k):
            if self.cells.compiled(cell) is None:
                continue
            if self.reader.is_update(self.update.parameter, self.update.step, cell, usual.exprs):
                return None if cell == self.update.formulas[k].cell else cell
        return None

    def _places_of_average(self, k: int) -> Iterator[Cell]:
        """Where this parameter's average may stand: as far from the usual one as their gradients are, or anywhere."""
        own, theirs = self.update.gradient, self.usual.gradient
        sheet, row, column = self.usual.formulas[k].cell
        yield (sheet, row + own[1] - theirs[1], column + own[2] - theirs[2])
        table = self.reader.table
        yield from (table.cell(column, self.update.step) for column in sorted(table.computing))

    def _takes_other_gradient(self) -> bool:
        return any(leaf.role is LeafRole.GRADIENT and leaf.is_of_another_parameter for leaf in self.update.leaves())

    def _kind(self, k: int, difference: Difference) -> str:
        """What a difference in formula ``k`` is called."""
        part, usual_part = difference.part, difference.usual_part
        if {part.op, usual_part.op} == {"add", "sub"} or "neg" in (part.op, usual_part.op):
            return kinds.SIGN
        if difference.leaf is not None and difference.usual_leaf is not None:
            return self._kind_of_leaves(difference, difference.leaf, difference.usual_leaf)
        if part.op == "const" and usual_part.op == "ref":
            return kinds.PASTED
        if k and _carries_on(difference.usual_formula, usual_part) and not _carries_on(difference.formula, part):
            return kinds.OPTIMIZER
        return kinds.OPERATOR if len(part.args) == len(usual_part.args) == 2 else kinds.FORMULA

    def _kind_of_leaves(self, difference: Difference, leaf: Leaf, usual: Leaf) -> str:
        """What it is called to refer to one cell instead of another."""
        if usual == OWN_GRADIENT and leaf.role in NO_GRADIENT:
            own_in_other_row = leaf.role is LeafRole.GRADIENT and not leaf.is_of_another_parameter
            return kinds.ROW if own_in_other_row else kinds.WRONG_GRADIENT
        if usual == OWN_VALUE:
            return self._kind_for_value(difference.formula, leaf)
        if usual.role is LeafRole.TABLE_COLUMN and (leaf.role, leaf.number) == (usual.role, usual.number):
            return kinds.ROW
        if usual.role in UNRELATED:
            reference = self._reference(difference.formula, leaf)
            return kinds.UNANCHORED if reference and not reference.row_fixed else kinds.FORMULA
        return kinds.OPTIMIZER if usual.role in RUNNING or leaf.role in RUNNING else kinds.FORMULA

    def _kind_for_value(self, own: UpdateFormula, leaf: Leaf) -> str:
        """What it is called to refer to another cell than the parameter's old value."""
        if leaf.role in UNRELATED and own.places[leaf][2] == self.update.parameter.places[0].cell[2]:
            return kinds.ROW  # above the table's first row
        if leaf.role is LeafRole.PARAMETER and leaf.is_of_another_parameter:
            return kinds.WEIGHT
        if leaf.role is not LeafRole.PARAMETER:
            return kinds.FORMULA
        return kinds.UPDATED if leaf.offset > 0 else kinds.ROW

    def _reference(self, own: UpdateFormula, leaf: Leaf) -> Ref | None:
        """The reference as the formula writes it."""
        compiled = self.cells.compiled(own.cell)
        references = [reference for _, reference in compiled.slots] if compiled else []
        return next((r for r in references if r.at(own.cell) == own.places[leaf]), None)

    def _why(self, kind: str, difference: Difference) -> Reason:
        """Why a difference of this kind is wrong."""
        name = self.update.parameter.name
        leaf, usual_leaf = difference.leaf, difference.usual_leaf
        if kind == kinds.UNANCHORED:
            stands = self._address(difference.formula, leaf)
            return said(kind, "slid", belongs=self._address(difference.usual_formula, usual_leaf), stands=stands)
        if kind in TAKEN:
            taken = leaf.parameter_text(name) if leaf is not None and leaf.role in PARAMETRIC else ""
            return said(kind, f"{TAKEN[kind]}_{_sort_of(leaf)}", name=name, taken=taken)
        return said(kind, OF_UPDATES.get(kind, "another_update"), name=name)

    def _address(self, own: UpdateFormula, leaf: Leaf | None) -> str:
        return address(own.places[leaf], self.update.cell[0]) if leaf is not None else "?"


def _with_other_cell(compiled: Compiled, home: Cell, old: Cell, new: Cell) -> Compiled:
    """The formula that stands in ``home``, with its references to one cell turned to another."""
    slots: list[tuple[str, Ref]] = []
    for name, reference in compiled.slots:
        turned = Ref(reference.sheet, new[1] - home[1], new[2] - home[2], False, False)
        slots.append((name, turned if reference.at(home) == old else reference))
    return Compiled(compiled.expr, tuple(slots))


def _carries_on(own: UpdateFormula, part: Expr) -> bool:
    """Whether a part of a formula takes over what a formula was in the row before, as a running sum does."""
    return any(own.leaves[name].role is LeafRole.FORMULA_BEFORE for name in names_in(part))


def _sort_of(leaf: Leaf | None) -> str:
    """What a leaf refers to: a gradient, a value of a parameter, or another cell."""
    if leaf is None or leaf.role not in PARAMETRIC:
        return "cell"
    return "gradient" if leaf.role is LeafRole.GRADIENT else "value"
