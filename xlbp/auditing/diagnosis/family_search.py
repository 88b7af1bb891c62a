"""The one change, made in all cells of a formula at once, that makes all wrong claims right."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.changed_values import Changes
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.diagnosis.repaired_sheet import RepairedSheet
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.repair.family_edits import FamilyEdit, FamilyEdits
from xlbp.auditing.repair.fixes import ChangedFormula, Fix
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, Truth, relative
from xlbp.auditing.truth.roles import Roles

MOST_FAMILIES, MOST_MEMBERS = 40, 2_000
MOST_TRIED = 150_000  # cells computed anew in one audit: a small sheet's searches take half of that at most
MOST_CLAIMS = 12  # that a change must make right
LONG = 0.004  # dearer for each part of a formula, so that of two derivatives the shorter counts
Group = tuple[Cell, ...]


class FamilySearch:
    """Searches the chains of wrong claims for the family of cells in which a slip was made."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth, repaired: RepairedSheet) -> None:
        self.cells, self.layout, self.truth, self.repaired = cells, layout, truth, repaired

    def fixes(self, wrong: Sequence[ComparedGradient], roles: Roles, counts: Sequence[float]) -> Iterator[Fix]:
        """The changes that make these claims right; in a table, of one step, and then of all."""
        points = self._points(wrong, roles)
        edits = FamilyEdits(self.cells, roles, counts)
        for family in self._families(points):
            for edit in edits.of(family):
                if self.cells.tried > MOST_TRIED:
                    return  # a reason is looked for as long as that is no burden: the claims are wrong without one, too
                if self._mends(family, edit, points):
                    yield self._fix(family, edit.as_written())

    def _points(self, wrong: Sequence[ComparedGradient], roles: Roles) -> list[ComparedGradient]:
        """Some of the wrong claims, those of the step of ``roles`` first; in a table these alone."""
        of_step = [point for point in wrong if point.place.step == roles.step]
        others = [] if self.layout.table else [point for point in wrong if point.place.step != roles.step]
        few = (*of_step[:MOST_CLAIMS], *others[:: max(1, len(others) // MOST_CLAIMS)])
        return list(few)

    def _families(self, points: Sequence[ComparedGradient]) -> list[Group]:
        """The cells behind the claims, those of one formula together."""
        families: dict[Compiled, dict[Cell, None]] = {}
        for point in points:
            changed = self.repaired.changes(point.place.step)
            forward = self.truth.adjoints[point.place.step]
            for cell in self.cells.below((point.place.gradient,), forward.__contains__):
                compiled = self.cells.compiled(cell) if cell not in forward and cell not in changed else None
                if compiled is not None and self.cells.arguments(cell):
                    families.setdefault(compiled, {})[cell] = None
        found = [tuple(family) for family in families.values() if len(family) <= MOST_MEMBERS]
        return sorted(found, key=lambda family: -len(family))[:MOST_FAMILIES]

    def _mends(self, family: Group, edit: FamilyEdit, points: Sequence[ComparedGradient]) -> bool:
        """Whether a change makes all claims right."""
        new: Changes = dict.fromkeys(family, edit.compiled)
        for point in points:
            changes = {**self.repaired.changes(point.place.step), **new}
            claimed = self.repaired.claimed(point.place, changes)
            if relative(claimed, point.true, point.size) > RTOL:
                return False
        return all(np.isfinite(self.cells.worth(edit.compiled, cell)) for cell in family)

    def _fix(self, family: Group, edit: FamilyEdit) -> Fix:
        """The fix that makes a change in all cells of a family, and wherever else its formula was filled."""
        members = family if self.layout.table else self._filled(family)
        groups = [(cell,) for cell in members] if self.layout.table else [members]
        formulas = tuple(self._changed(group, edit) for group in groups)
        size = sum(1 for _ in edit.compiled.slots)
        return Fix(edit.cost + LONG * size, edit.compiled.expr, (), formulas)

    def _filled(self, family: Group) -> Group:
        """All cells with the formula of a family on the sheets of the layout."""
        before = self.cells.compiled(family[0])
        sheets: Collection[str] = {loss[0] for loss in self.layout.losses} | {cell[0] for cell in family}
        alike = (cell for cell in self.cells.contents.formulas if cell[0] in sheets and cell not in family)
        more = sorted(cell for cell in alike if self.cells.compiled(cell) == before)
        return (*family, *more)

    def _changed(self, group: Group, edit: FamilyEdit) -> ChangedFormula:
        before = self.cells.compiled(group[0])
        slots = {**dict(before.slots if before else ()), **dict(edit.compiled.slots)}
        values = np.array([self.cells.worth(edit.compiled, cell) for cell in group])
        return ChangedFormula(group, edit.compiled.expr, slots, values, (edit.edit,))
