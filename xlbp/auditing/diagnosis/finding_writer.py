"""What is wrong, told as findings: a cell out of its column, and the slips that a change mends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import differences
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.diagnosis.column_deviations import Deviation
from xlbp.auditing.diagnosis.naming import SORTS, name
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.reading.trees import written
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.repair.fixes import ChangedFormula, Edit
from xlbp.auditing.repair.neighbours import edits_between
from xlbp.auditing.truth.gradients import RTOL, Truth
from xlbp.auditing.truth.roles import Roles
from xlbp.symbols.expr import Expr


class FindingWriter:
    """Writes findings; ``roles`` are those of a step, ``names`` the defined names of cells."""

    def __init__(
        self, cells: Cells, layout: Layout, truth: Truth, roles: Callable[[int], Roles], names: dict[Cell, str]
    ) -> None:
        self.cells, self.layout, self.truth, self.roles, self.names = cells, layout, truth, roles, names

    def of_deviation(self, deviation: Deviation, bad: Collection[int]) -> Finding:
        """A cell that does not do what its column does; ``bad`` are the rows that have such cells."""
        cell, rule = deviation.cell, deviation.instead
        compiled = self.cells.compiled(cell)
        expected = self._text(rule, cell)
        if deviation.pasted or compiled is None:
            found = str(self.cells.contents.cells.get(cell, ""))
            words = "a number was typed or pasted where the rest of the column computes"
            return Finding(
                kinds.PASTED, cell, found, expected, words, deviation.error, [cell], ("pasted", f"{cell[2]}")
            )
        pairs = list(differences(compiled.expr, rule.expr))
        slots = dict(compiled.slots) | dict(rule.slots)
        kind = self._kind_of_pairs(pairs, slots, self._sound_row(cell, bad))
        words = "this row's formula is not that of its column"
        words += ", and it refers to itself in a circle" if deviation.circular else ""
        change = ("column", f"{kind} {cell[2]} {pairs!r}"[:300])
        return Finding(kind, cell, self.cells.shown(cell), expected, words, deviation.error, [cell], change)

    def _kind_of_pairs(self, pairs: list[tuple[Expr, Expr]], slots: dict[str, Ref], home: Cell) -> str:
        """The kind that most of the differences are of, told in a row whose formula is right."""
        found: list[str] = []
        roles = self.roles(self._step(home))
        for a, b in pairs:
            times = pairs.count((a, b))
            found += [name(replace(edit, times=times), slots, home, roles, self.layout) for edit in edits_between(a, b)]
        if kinds.FORMULA in found or not found:
            return kinds.FORMULA
        return max(found, key=found.count)

    def _sound_row(self, cell: Cell, bad: Collection[int]) -> Cell:
        """The same column's cell in a row where nothing falls out of its column."""
        table = self.layout.table
        assert table is not None
        rows = [row for row in range(table.first + 1, table.last + 1) if row not in bad]
        return (cell[0], min(rows, key=lambda row: abs(row - cell[1]), default=cell[1]), cell[2])

    def of_part(self, part: ChangedFormula) -> Iterator[Finding]:
        """The slips that a change of one series of cells mends."""
        cell, every = self._where(part)
        roles = self.roles(self._step(cell))
        home = part.cells[0] if self.layout.table is None else cell
        expected = part.text or formula(part.expr, part.slots, home, self.names)
        if part.trees:
            expected = f"={written(part.trees[0], cell)}"
        told: set[str] = set()
        for edit in part.edits:
            kind = name(edit, part.slots, cell, roles, self.layout, every)
            if kind in told:
                continue
            told.add(kind)
            change = ("cell", f"{kind} {self._where_to(edit, part, cell)}")
            words = f"{self._change(edit, part, cell)}"
            yield Finding(kind, cell, self.cells.shown(cell), expected, words, self._error(every), every, change)

    def _change(self, edit: Edit, part: ChangedFormula, cell: Cell) -> str:
        """The change in words: what stands there and what belongs there."""
        if part.trees:
            old, new = (written(node, cell) for node in part.trees[1:])
            return SORTS[edit.hint].words.format(old=old, new=new, meant=self._meant(part))
        if part.text:
            return f"{part.text[1:]} belongs where {self.cells.shown(cell)[1:]} stands"
        home = part.cells[0] if self.layout.table is None else cell
        old, new = (formula(e, part.slots, home, self.names)[1:] for e in (edit.found, edit.expected))
        return SORTS[edit.hint].words.format(old=old, new=new, meant=self._meant(part))

    def _meant(self, part: ChangedFormula) -> str:
        """Of a sum for a mean: which of the two the loss is."""
        smaller = abs(part.values[0]) < abs(self.cells.value(part.cells[0]))
        if smaller:
            return "the loss is a mean, but this is the sum, not divided by the number of samples"
        return "the loss is a sum, but this is divided by the number of samples"

    def _where_to(self, edit: Edit, part: ChangedFormula, cell: Cell) -> str:
        """What tells one slip from another: the same change in cells of one formula, or between the same two cells."""
        if part.text:
            return f"{self.cells.shown(cell)} {part.text}"
        if edit.hint == "mean":  # forgotten in every gradient, it is one slip
            return edit.hint
        if part.trees:
            return f"{edit.hint} {cell}"
        if self.layout.table is None:
            compiled = self.cells.compiled(cell)
            return f"{edit.hint} {compiled.expr if compiled else cell!r}"
        return self._change(edit, part, cell) if edit.hint in ("reference", "operator") else f"{edit.hint} {cell}"

    def _where(self, part: ChangedFormula) -> tuple[Cell, list[Cell]]:
        """The first cell in which the slip matters, and all that it is in."""
        table, one = self.layout.table, part.cells[0]
        start = table.first_on(one) if table else None
        if table is None or start is None:
            return min(part.cells), sorted(part.cells)
        first = self.cells.compiled(one)
        assert first is not None
        column = [(one[0], start + step, one[2]) for step in range(table.steps)]
        every = [cell for cell in column if self.cells.compiled(cell) == first]
        changed = part.compiled
        off = [
            c
            for c in every
            if abs(self.cells.worth(changed, c) - self.cells.value(c)) > RTOL * abs(self.cells.value(c))
        ]
        return (off or every)[0], every

    def _error(self, every: list[Cell]) -> float:
        """How far the gradients are off that the slip is in."""
        inside = set(every)
        stops = self.layout.stops()
        found = 0.0
        for parameter in self.layout.parameters:
            wrong = self.truth.wrong(parameter)
            for one in wrong if len(wrong) < 40 else wrong[:: len(wrong) // 20]:
                if not inside.isdisjoint(self.cells.below((one.place.gradient,), lambda c: c in stops)):
                    found = max(found, one.error)
        return found

    def _text(self, rule: Compiled, cell: Cell) -> str:
        return formula(rule.expr, dict(rule.slots), cell, self.names)

    def _step(self, cell: Cell) -> int:
        step = self.layout.table.step(cell) if self.layout.table else 0
        return min(step or 0, self.layout.steps - 1)
