"""Which formula over ranges, in the chain of a wrong gradient, is at fault: tried by computing the sheet anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout, is_numeric
from xlbp.auditing.diagnosis.repaired_sheet import RepairedSheet
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Node, Ref, UnreadableFormulaError
from xlbp.auditing.reading.trees import corners, over_ranges, parts
from xlbp.auditing.repair.fixes import ChangedFormula, ChangeSort, Edit, Fix, Variant, of_one_formula
from xlbp.auditing.repair.range_variants import MOST_RANGES, Surroundings, variants
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, Truth, relative
from xlbp.symbols.expr import const, ref

MOST_VARIANTS = 1_500  # of one formula
MOST_PARAMETERS = 60
FARTHEST = 12  # columns or rows beside a range, from which another may be taken
LARGEST = 3_000  # cells that a formula refers to
SOUND = 0.6  # so much less plausible is a change of a formula that is worth a derivative as it stands
BLANK = 0.3  # so much less plausible is a range that goes beyond what is filled
PROVED = 3  # points at which a change must make the claim right


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
        trees = self._formulas_over_ranges(points[0])
        derivatives = self._derivatives(points[0].place.step)
        gradient_home = self.cells.contents.element(points[0].place.gradient).home
        sound = [home for home in trees if home != gradient_home and self._is_sound(home, derivatives)]
        for home in (*(home for home in trees if home not in sound), *reversed(sound)):
            for fix in self._of_formula(home, trees[home], points):
                yield replace(fix, cost=fix.cost + SOUND * (home in sound))

    def _formulas_over_ranges(self, point: ComparedGradient) -> dict[Cell, Node]:
        """The trees of the formulas over ranges that the claim is made from, by the cells that they stand in."""
        forward = self.truth.adjoints[point.place.step]
        changed = self.repaired.changes(point.place.step)
        trees: dict[Cell, Node] = {}
        for cell in self.cells.below((point.place.gradient,), forward.__contains__):
            tree = self.cells.tree(cell) if cell not in forward and cell not in changed else None
            if tree is not None and over_ranges(tree) and len(self.cells.arguments(cell)) <= LARGEST:
                trees.setdefault(self.cells.contents.element(cell).home, tree)
        return trees

    def _derivatives(self, step: int) -> NDArray[np.float64]:
        """The derivatives by computed cells, sorted.

        That by a plain number, as a target, is none that anyone needs, and often another's with a minus.
        """
        adjoints = self.truth.adjoints[step]
        return np.sort([adjoint.value for cell, adjoint in adjoints.items() if self.cells.is_formula(cell)])

    def _is_sound(self, home: Cell, derivatives: NDArray[np.float64]) -> bool:
        """Whether every element of a formula is worth one of the derivatives."""
        values = np.array([self.cells.value(cell) for cell in self._members(home)])
        nearest = np.searchsorted(derivatives, values)
        low, high = (derivatives[np.clip(nearest + shift, 0, len(derivatives) - 1)] for shift in (-1, 0))
        off = np.minimum(np.abs(values - low), np.abs(values - high))
        return bool(np.all(off <= RTOL * np.abs(values)))

    def _members(self, home: Cell) -> list[Cell]:
        """The cells that show what the formula in ``home`` makes."""
        return [cell for cell, element in self.cells.contents.arrays.items() if element.home == home] or [home]

    def _of_formula(self, home: Cell, tree: Node, points: Sequence[ComparedGradient]) -> Iterator[Fix]:
        members = self._members(home)
        around = self._surroundings(home, tree, members, points)
        for count, (variant, hypothesis) in enumerate(variants(tree, around)):
            if count > MOST_VARIANTS:
                return
            changed = self._changed_formula(home, members, variant, hypothesis.sort)
            if changed is None:
                continue
            everywhere = self._wherever_filled(changed)
            for each in (changed, everywhere) if everywhere is not changed else (changed,):
                if all(self._makes_right(each, point) for point in points[:PROVED]):
                    yield of_one_formula(hypothesis.cost + BLANK * self._takes_blanks(each), each)

    def _takes_blanks(self, changed: ChangedFormula) -> bool:
        """Whether a changed formula takes cells that hold no number, which the one before does not."""
        home = changed.cells[0]
        new = set(changed.compiled.cells(home)) - set(self.cells.arguments(home))
        return not all(is_numeric(self.cells, cell) for cell in new)

    def _wherever_filled(self, changed: ChangedFormula) -> ChangedFormula:
        """The change of a single cell's formula in every step's cell that it was filled into."""
        home = changed.cells[0]
        before = self.cells.compiled(home)
        if self.layout.table is not None or changed.cells != (home,) or before is None:
            return changed
        more = sorted(c for c in self.layout.gradients() - {home} if self.cells.compiled(c) == before)
        every = (home, *more)
        values = np.array([self.cells.worth(changed.compiled, cell) for cell in every])
        return replace(changed, cells=every, values=values) if more and np.isfinite(values).all() else changed

    def _makes_right(self, changed: ChangedFormula, point: ComparedGradient) -> bool:
        changes = self.repaired.with_formula(changed, point.place.step)
        claimed = self.repaired.claimed(point.place, changes)
        return bool(changes) and relative(claimed, point.true, point.size) <= RTOL

    def _changed_formula(
        self, home: Cell, members: list[Cell], variant: Variant, sort: ChangeSort
    ) -> ChangedFormula | None:
        """The change, worked out; None where it makes no number."""
        elements = [(element.row, element.column) for element in map(self.cells.contents.element, members)]
        try:
            compiled = self.cells.compile_tree(variant.tree, home, elements)
        except (UnreadableFormulaError, IndexError):
            return None
        values = np.array([self.cells.worth(element, home) for element in compiled])
        if not np.isfinite(values).all():
            return None
        slots = dict(compiled[0].slots)
        edit = Edit(sort, const(0), const(1))
        if sort is ChangeSort.REFERENCE:
            old, new = _corner(variant.old), _corner(variant.new)
            slots[slot(old)], slots[slot(new)] = old, new
            edit = Edit(sort, ref(slot(old)), ref(slot(new)))
        return ChangedFormula(tuple(members), compiled[0].expr, slots, values, (edit,), "", variant)

    def _surroundings(
        self, home: Cell, tree: Node, members: list[Cell], points: Sequence[ComparedGradient]
    ) -> Surroundings:
        """What the author of this formula had at hand."""
        _, rows, columns = zip(*members, strict=True)
        place = points[0].place
        parameters = [each.cell for _, each in self.layout.at(place.step)]
        own = [place.cell] if place.gradient == home else []
        plain = [cell for cell in self._plain() if cell not in parameters]
        ranges = list(dict.fromkeys([*self._ranges_of(home[0]), *self._beside(home, tree)]))
        shape = (max(rows) - min(rows) + 1, max(columns) - min(columns) + 1)
        return Surroundings(home, shape, ranges, parameters[:MOST_PARAMETERS], own, plain)

    def _plain(self) -> list[Cell]:
        """The single plain numbers that the loss takes: a penalty's factor is one of them."""
        loss = self.layout.losses[0]
        tree = self.cells.tree(loss)
        ends = (corners(node, loss) for node, _ in parts(tree)) if tree else ()
        single = [pair[0] for pair in ends if pair is not None and pair[0] == pair[1]]
        return [cell for cell in dict.fromkeys(single) if not self.cells.is_formula(cell)]

    def _ranges_of(self, sheet: str) -> list[tuple[Cell, Cell]]:
        """The ranges that the sheet's formulas mention."""
        if sheet not in self._ranges:
            ranges: dict[tuple[Cell, Cell], None] = {}
            for cell in sorted(self.cells.contents.formulas):
                if cell[0] == sheet and len(ranges) <= MOST_RANGES:
                    ranges |= dict.fromkeys(self._ranges_in(cell))
            self._ranges[sheet] = list(ranges)
        return self._ranges[sheet]

    def _beside(self, home: Cell, tree: Node) -> Iterator[tuple[Cell, Cell]]:
        """The filled ranges in the rows of a formula's columns, or in the columns of its rows: the next unit's, say."""
        for node, _ in parts(tree):
            ends = corners(node, home) if node.kind == "range" else None
            if ends is None or ends[0] == ends[1]:
                continue
            (sheet, top, left), (_, bottom, right) = ends
            for far in range(-FARTHEST, FARTHEST + 1):
                if left == right and left + far > 0:
                    moved = [(sheet, row, left + far) for row in range(top, bottom + 1)]
                elif top == bottom and top + far > 0:
                    moved = [(sheet, top + far, column) for column in range(left, right + 1)]
                else:
                    continue
                if far and all(is_numeric(self.cells, cell) for cell in moved):
                    yield moved[0], moved[-1]

    def _ranges_in(self, cell: Cell) -> Iterator[tuple[Cell, Cell]]:
        """The ranges that one formula mentions."""
        tree = self.cells.tree(cell)
        for node, _ in parts(tree) if tree is not None else ():
            ends = corners(node, cell) if node.kind == "range" else None
            if ends is not None:
                yield ends


def _corner(node: Node) -> Ref:
    """The first cell of a reference."""
    first = node.value[0] if isinstance(node.value, tuple) else node.value
    assert isinstance(first, Ref)
    return first
