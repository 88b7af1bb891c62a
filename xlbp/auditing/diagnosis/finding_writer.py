"""What is wrong, told as findings: a cell out of its column, and the slips that a change mends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import differences, relabelled
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.diagnosis.column_deviations import Deviation
from xlbp.auditing.diagnosis.naming import NAMES, kind_of
from xlbp.auditing.explanations import Clause, Reason, said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.reading.trees import written
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.repair.fixes import ChangedFormula, ChangeSort, Edit
from xlbp.auditing.repair.neighbours import edit_between
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, Truth
from xlbp.auditing.truth.roles import Roles
from xlbp.symbols.expr import Expr, ref

LONGEST_KEY = 300  # characters of what tells one slip from another
MANY = 40  # wrong elements, of which about half as many are looked at
BETWEEN_CELLS = frozenset({ChangeSort.REFERENCE, ChangeSort.OPERATOR})  # one slip wherever the same two are exchanged


class FindingWriter:
    """Writes findings; ``roles`` are those of a step, ``names`` the defined names of cells."""

    def __init__(
        self, cells: Cells, layout: Layout, truth: Truth, roles: Callable[[int], Roles], names: dict[Cell, str]
    ) -> None:
        self.cells, self.layout, self.truth, self.roles, self.names = cells, layout, truth, roles, names

    def of_deviation(self, deviation: Deviation, bad_rows: Collection[int]) -> Finding:
        """A cell that does not do what its column does; ``bad_rows`` are those that have such cells."""
        cell, rule = deviation.cell, deviation.instead
        compiled = self.cells.compiled(cell)
        expected = deviation.text or formula(rule.expr, dict(rule.slots), cell, self.names)
        column = f"{cell[2]}" if self.layout.table else f"{cell}"
        if deviation.pasted or compiled is None:
            stands = str(self.cells.contents.cells.get(cell, ""))
            key = "pasted_in_column" if self.layout.table else "pasted_in_step"
            reason, change = said(kinds.PASTED, key), ("pasted", column)
            return Finding(kinds.PASTED, cell, stands, expected, reason, deviation.error, [cell], change)
        pairs = list(differences(compiled.expr, rule.expr))
        slots = dict(compiled.slots) | dict(rule.slots)
        home = self._sound_row(cell, bad_rows) if self.layout.table else cell
        step = self._step(home) if self.layout.table else deviation.step or 0
        kind = self._kind_of_pairs(pairs, slots, home, step)
        place = "column" if self.layout.table else "steps"
        reason = said(kind, f"out_of_{place}{'_in_a_circle' if deviation.circular else ''}")
        change = ("column", f"{kind} {column} {pairs!r}"[:LONGEST_KEY])
        return Finding(kind, cell, self.cells.shown(cell), expected, reason, deviation.error, [cell], change)

    def _kind_of_pairs(self, pairs: list[tuple[Expr, Expr]], slots: dict[str, Ref], home: Cell, step: int) -> str:
        """The kind that most of the differences are of, told in a row whose formula is right."""
        roles = self.roles(step)
        by_difference: list[str] = []
        for part, rule_part in pairs:
            edit = replace(edit_between(part, rule_part), times=pairs.count((part, rule_part)))
            by_difference.append(kind_of(edit, slots, home, roles))
        if kinds.FORMULA in by_difference or not by_difference:
            return kinds.FORMULA
        return max(by_difference, key=by_difference.count)

    def _sound_row(self, cell: Cell, bad_rows: Collection[int]) -> Cell:
        """The same column's cell in the nearest row where nothing falls out of its column."""
        table = self.layout.table
        assert table is not None
        sheet, row, column = cell
        sound = [other for other in range(table.first + 1, table.last + 1) if other not in bad_rows]
        return (sheet, min(sound, key=lambda other: abs(other - row), default=row), column)

    def of_changes(self, accepted: Iterable[ChangedFormula]) -> Iterator[Finding]:
        """The slips that changes mend, each with the cells of the steps that it is repeated in."""
        repeated: dict[tuple[Cell, ...], list[Cell]] = defaultdict(list)
        for changed in accepted:
            repeated[changed.repeated] += changed.cells
        for changed in accepted:
            if not changed.repeated:
                yield from self._of_change(changed, repeated.get(changed.cells, []))

    def _of_change(self, changed: ChangedFormula, repeated: list[Cell]) -> Iterator[Finding]:
        """The slips that a change of one series of cells mends."""
        cell, own = self._where(changed)
        every = sorted({*own, *repeated})
        roles = self.roles(self._step(cell))
        expected = self._expected(changed, cell)
        error, told = self._error(every), list[Reason]()
        for edit in _moved_once(changed, _as_one(changed.edits)):
            kind = kind_of(edit, changed.slots, cell, roles, own)
            change = self._said(edit, changed, cell)
            reason = said(kind, change.key, **change.values)
            if not any(reason.mistake is other.mistake or change in other.clauses for other in told):
                told.append(reason)
                key = ("cell", f"{kind} {self._key(edit, changed, cell)}")
                yield Finding(kind, cell, self.cells.shown(cell), expected, reason, error, every, key)

    def _expected(self, changed: ChangedFormula, cell: Cell) -> str:
        """The changed formula, as ``cell`` writes it."""
        if changed.variant is not None:
            return f"={written(changed.variant.tree, cell)}"
        return changed.text or formula(changed.expr, changed.slots, self._home(changed, cell), self.names)

    def _home(self, changed: ChangedFormula, cell: Cell) -> Cell:
        """The cell that writes the formula: any of those that have it alike, or else the one that it was found for."""
        found_for = changed.cells[0]
        return cell if self.cells.compiled(cell) == self.cells.compiled(found_for) else found_for

    def _said(self, edit: Edit, changed: ChangedFormula, cell: Cell) -> Clause:
        """Which text tells a change: what stands there and what belongs there."""
        if changed.variant is not None:
            old, new = (written(node, cell) for node in (changed.variant.old, changed.variant.new))
        elif changed.text:
            return Clause("change_instead", {"old": self.cells.shown(cell)[1:], "new": changed.text[1:]})
        else:
            home = self._home(changed, cell)
            texts = (formula(part, changed.slots, home, self.names) for part in (edit.old, edit.new))
            old, new = (text[1:] for text in texts)
        key = self._mean_or_sum(changed) if edit.sort is ChangeSort.MEAN else NAMES[edit.sort].key
        return Clause(f"change_{key}", {"old": old, "new": new})

    def _mean_or_sum(self, changed: ChangedFormula) -> str:
        """Of a sum for a mean: which of the two the loss is."""
        is_smaller = abs(changed.values[0]) < abs(self.cells.value(changed.cells[0]))
        return "sum_for_mean" if is_smaller else "mean_for_sum"

    def _key(self, edit: Edit, changed: ChangedFormula, cell: Cell) -> str:
        """What tells one slip from another: the same change in cells of one formula, or between the same two cells."""
        sort = edit.sort.value
        if changed.text:
            compiled = self.cells.compiled(cell)
            return f"{compiled.expr if compiled else self.cells.shown(cell)!r} {changed.expr!r}"[:LONGEST_KEY]
        if edit.sort is ChangeSort.MEAN:  # forgotten in every gradient, it is one slip
            return sort
        if changed.variant is not None:
            return f"{sort} {cell}"
        if self.layout.table is None:
            compiled = self.cells.compiled(cell)
            return f"{sort} {self._meant(compiled, cell) if compiled else cell!r}"
        return f"{sort} {self._said(edit, changed, cell)}" if edit.sort in BETWEEN_CELLS else f"{sort} {cell}"

    def _meant(self, compiled: Compiled, cell: Cell) -> Expr:
        """A formula's expression, with parameters by their places: the same where these were meant to be held."""
        places = {name: reference.at(cell) for name, reference in compiled.slots}
        held = {name: self._elements[place] for name, place in places.items() if place in self._elements}
        return relabelled(compiled.expr, lambda name: ref(held.get(name, name)))

    @cached_property
    def _elements(self) -> dict[Cell, str]:
        """What each parameter's cell is called: the same in all steps that stand apart."""
        elements: dict[Cell, str] = {}
        for parameter in self.layout.parameters:
            counts = Counter[int]()
            for place in parameter.places:
                elements[place.cell] = f"{parameter.name} {counts[place.step]}"
                counts[place.step] += 1
        return elements

    def _where(self, changed: ChangedFormula) -> tuple[Cell, list[Cell]]:
        """The first cell in which the slip matters, and all that it is in."""
        table, first_cell = self.layout.table, changed.cells[0]
        first_row = table.first_on(first_cell) if table else None
        if table is None or first_row is None:
            return min(changed.cells), sorted(changed.cells)
        compiled = self.cells.compiled(first_cell)
        assert compiled is not None
        column = [(first_cell[0], first_row + step, first_cell[2]) for step in range(table.steps)]
        every = [cell for cell in column if self.cells.compiled(cell) == compiled]
        return next((cell for cell in every if self._matters(changed, cell)), every[0]), every

    def _matters(self, changed: ChangedFormula, cell: Cell) -> bool:
        """Whether the changed formula has another value in a cell."""
        value = self.cells.value(cell)
        return abs(self.cells.worth(changed.compiled, cell) - value) > RTOL * abs(value)

    def _error(self, every: list[Cell]) -> float:
        """How far the gradients are off that the slip is in."""
        slips, stops = set(every), self.layout.stops()
        for gradient in self._worst_first:
            if not slips.isdisjoint(self.cells.below((gradient.place.gradient,), stops.__contains__)):
                return gradient.error
        return 0.0

    @cached_property
    def _worst_first(self) -> list[ComparedGradient]:
        """The gradients that are off, some of many."""
        some = [each for parameter in self.layout.parameters for each in _some(self.truth.wrong(parameter))]
        return sorted(some, key=lambda gradient: -gradient.error)

    def _step(self, cell: Cell) -> int:
        step = self.layout.table.step(cell) if self.layout.table else self._step_apart.get(cell)
        return min(step or 0, self.layout.steps - 1)

    @cached_property
    def _step_apart(self) -> dict[Cell, int]:
        """Of steps that stand apart, the one that a cell belongs to."""
        steps: dict[Cell, int] = {}
        stops = self.layout.stops()
        for step in range(self.layout.steps):
            roots = [self.layout.losses[step], *(place.gradient for _, place in self.layout.at(step))]
            for cell in self.cells.below(roots, stops.__contains__):
                steps.setdefault(cell, step)
        return steps


def _as_one(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The edits; two cells of a difference that were exchanged are one change, of its sign."""
    if len(edits) == 2 and (edits[0].old, edits[0].new) == (edits[1].new, edits[1].old):
        return (Edit(ChangeSort.SIGN, edits[0].old - edits[0].new, edits[0].new - edits[0].old),)
    return edits


def _moved_once(changed: ChangedFormula, edits: tuple[Edit, ...]) -> Iterator[Edit]:
    """The edits; of cells that all stand as far from those that belong there the first alone."""
    moved: set[tuple[object, ...]] = set()
    for edit in edits:
        is_moved = edit.old.op == edit.new.op == "ref"
        if not is_moved or changed.slip_of(edit) not in moved:
            yield edit
        if is_moved:
            moved.add(changed.slip_of(edit))


def _some(wrong: list[ComparedGradient]) -> list[ComparedGradient]:
    """All elements of a few, some of many."""
    return wrong if len(wrong) < MANY else wrong[:: len(wrong) // (MANY // 2)]
