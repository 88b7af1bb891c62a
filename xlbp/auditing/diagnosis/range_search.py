"""Which formula over ranges, in the chain of a wrong gradient, is at fault: tried by computing the sheet anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.diagnosis.repaired_sheet import RepairedSheet
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Node, Ref, UnreadableFormulaError
from xlbp.auditing.reading.trees import corners, over_ranges, parts
from xlbp.auditing.repair.fixes import ChangedFormula, Edit, Fix
from xlbp.auditing.repair.range_variants import MOST_RANGES, Surroundings, Variant, variants
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, Truth, relative
from xlbp.symbols.expr import const, ref

MOST_VARIANTS = 1_500  # of one formula
LARGEST = 3_000  # cells that a formula refers to
SOUND = 0.6  # so much less plausible is a change of a formula that is worth a derivative as it stands
SEVERAL = 3


class RangeFormulaSearch:
    """Searches one layout for slips in formulas over ranges."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth, repaired: RepairedSheet) -> None:
        self.cells, self.layout, self.truth, self.repaired = cells, layout, truth, repaired
        self._ranges: dict[str, list[tuple[Cell, Cell]]] = {}

    def fixes(self, points: Sequence[ComparedGradient]) -> Iterator[Fix]:
        """The changes of one formula that make the claims at these points right, the likeliest formula first.

        What is worth the derivative of some forward cell in every element is likely right: such a formula comes
        last, and of several the one nearest to the gradient first, as a mask is missing where the last one copies.
        """
        one = points[0]
        forward = self.truth.adjoints[one.place.step]
        changed = self.repaired.changes(one.place.step)
        homes: dict[Cell, Node] = {}
        for cell in self.cells.below((one.place.gradient,), forward.__contains__):
            home = self.cells.contents.arrays.get(cell, (cell, 0, 0))[0]
            tree = self.cells.tree(cell) if cell not in forward and cell not in changed else None
            if tree is not None and over_ranges(tree) and len(self.cells.arguments(cell)) <= LARGEST:
                homes.setdefault(home, tree)
        # of a plain number, as a target, it is no derivative that anyone needs, and often another's with a minus
        worths = np.sort([adjoint.value for cell, adjoint in forward.items() if self.cells.is_formula(cell)])
        sound = [home for home in homes if self._is_sound(home, worths, one)]
        for home in (*(home for home in homes if home not in sound), *reversed(sound)):
            for fix in self._of_formula(home, homes[home], points):
                yield replace(fix, cost=fix.cost + SOUND * (home in sound))

    def _is_sound(self, home: Cell, worths: NDArray[np.float64], one: ComparedGradient) -> bool:
        if home == self.cells.contents.arrays.get(one.place.gradient, (one.place.gradient, 0, 0))[0]:
            return False
        values = np.array([self.cells.value(cell) for cell in self._members(home)])
        near = np.searchsorted(worths, values)
        low, high = (worths[np.clip(near + shift, 0, len(worths) - 1)] for shift in (-1, 0))
        off = np.minimum(np.abs(values - low), np.abs(values - high))
        return bool(np.all(off <= RTOL * np.abs(values)))

    def _members(self, home: Cell) -> list[Cell]:
        return [c for c, (start, _, _) in self.cells.contents.arrays.items() if start == home] or [home]

    def _of_formula(self, home: Cell, tree: Node, points: Sequence[ComparedGradient]) -> Iterator[Fix]:
        members = self._members(home)
        around = self._around(home, members, points)
        for count, variant in enumerate(variants(tree, around)):
            if count > MOST_VARIANTS:
                return
            part = self._part(home, members, variant)
            if part is not None and all(self._makes_right(part, point) for point in points[:SEVERAL]):
                yield Fix(variant.hypothesis.cost, part.expr, (), (part,))

    def _makes_right(self, part: ChangedFormula, one: ComparedGradient) -> bool:
        changes = self.repaired.with_part(part, one.place.step)
        claimed = self.repaired.claimed(one.place, changes)
        return bool(changes) and relative(claimed, one.true, one.size) <= RTOL

    def _part(self, home: Cell, members: list[Cell], variant: Variant) -> ChangedFormula | None:
        """The change, worked out; None where it makes no number."""
        places = [self.cells.contents.arrays.get(cell, (cell, 0, 0))[1:] for cell in members]
        try:
            compiled = self.cells.compile_tree(variant.tree, home, places)
        except (UnreadableFormulaError, IndexError):
            return None
        values = np.array([self.cells.worth(one, home) for one in compiled])
        if not np.isfinite(values).all():
            return None
        slots, edit = dict(compiled[0].slots), self._edit(variant)
        if edit.hint == "reference":
            for part, node in ((edit.found, variant.old), (edit.expected, variant.new)):
                slots[str(part.payload)] = _corner(node)
        trees = (variant.tree, variant.old, variant.new)
        return ChangedFormula(tuple(members), compiled[0].expr, slots, values, (edit,), "", trees)

    def _edit(self, variant: Variant) -> Edit:
        hint = variant.hypothesis.hint
        if hint != "reference":
            return Edit(hint, const(0), const(1))
        old, new = (ref(slot(_corner(node))) for node in (variant.old, variant.new))
        return Edit(hint, old, new)

    def _around(self, home: Cell, members: list[Cell], points: Sequence[ComparedGradient]) -> Surroundings:
        """What the author of this formula had at hand."""
        _, rows, columns = zip(*members, strict=True)
        place = points[0].place
        parameters = [each.cell for _, each in self.layout.at(place.step)]
        own = [place.cell] if place.gradient == home else []
        plain = [c for c in self._plain() if c not in parameters]
        shape = (max(rows) - min(rows) + 1, max(columns) - min(columns) + 1)
        return Surroundings(home, shape, self._ranges_of(home[0]), parameters[:60], own, plain)

    def _plain(self) -> list[Cell]:
        """The single plain numbers that the loss takes: a penalty's factor is one of them."""
        loss = self.layout.losses[0]
        tree = self.cells.tree(loss)
        ends = (corners(node, loss) for node, _ in parts(tree)) if tree else ()
        single = [pair[0] for pair in ends if pair is not None and pair[0] == pair[1]]
        return [c for c in dict.fromkeys(single) if not self.cells.is_formula(c)]

    def _ranges_of(self, sheet: str) -> list[tuple[Cell, Cell]]:
        """The ranges that the sheet's formulas mention, and those that its arrays fill."""
        if sheet not in self._ranges:
            found: dict[tuple[Cell, Cell], None] = {}
            for cell in sorted(self.cells.contents.formulas):
                if cell[0] != sheet or len(found) > MOST_RANGES:
                    continue
                tree = self.cells.tree(cell)
                for node, _ in parts(tree) if tree is not None and over_ranges(tree) else ():
                    ends = corners(node, cell) if node.kind == "range" else None
                    if ends is not None:
                        found[ends] = None
            self._ranges[sheet] = list(found)
        return self._ranges[sheet]


def _corner(node: Node) -> Ref:
    first = node.value[0] if isinstance(node.value, tuple) else node.value
    assert isinstance(first, Ref)
    return first
