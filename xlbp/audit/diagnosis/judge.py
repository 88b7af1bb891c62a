"""Puts together what is wrong with a sheet: cells out of their column, wrong gradients and updates, each slip once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlbp.audit import findings as kinds
from xlbp.audit.calculation.cells import Cells, Compiled
from xlbp.audit.calculation.expressions import differences
from xlbp.audit.claims.layout import Layout, Parameter
from xlbp.audit.diagnosis.biases import left_out
from xlbp.audit.diagnosis.columns import Deviation, deviations
from xlbp.audit.diagnosis.naming import SORTS, name
from xlbp.audit.diagnosis.reasons import Diagnosis
from xlbp.audit.findings import Finding, extent, grouped
from xlbp.audit.reading.contents import names_of_cells
from xlbp.audit.reading.syntax import Cell, Ref, address
from xlbp.audit.reading.writing import formula
from xlbp.audit.repair.fixes import Edit, Part
from xlbp.audit.repair.neighbours import edits_between
from xlbp.audit.truth.derivation import Derivation, first_wrong, known_derivatives
from xlbp.audit.truth.gradients import RTOL, Compared, Truth, relative
from xlbp.audit.updates.check import Updates
from xlbp.graph.expr import Expr

LONGEST = 400  # characters of a formula that a person may read


def judge(cells: Cells, layout: Layout, truth: Truth, updates: Updates) -> list[Finding]:
    """All findings of a sheet, in reading order."""
    return Judge(cells, layout, truth, updates).findings()


class Judge:
    """The findings of one layout."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth, updates: Updates) -> None:
        self.cells, self.layout, self.truth, self.updates = cells, layout, truth, updates
        self.names = names_of_cells(cells.contents)
        self.deviations = deviations(cells, layout, truth, updates.columns)
        self.diagnosis = Diagnosis(cells, layout, truth, self._excused())

    def findings(self) -> list[Finding]:
        """One for each slip."""
        biases = list(self._biases())
        self.diagnosis.run()
        found = [
            *biases,
            *map(self._deviation, self.deviations),
            *self._repaired(),
            *self._unexplained(),
            *self.updates.findings,
        ]
        told = grouped(sorted(found, key=lambda f: (f.cell[0], f.cell[1], f.cell[2])))
        for finding in told:
            finding.cells = sorted(set(finding.cells) | {finding.cell})
            finding.explanation = self._told(finding)
        return told

    def _biases(self) -> Iterator[Finding]:
        """Biases that the forward pass forgot; their gradients are then right but for that."""
        for parameter in self.layout.parameters:
            wrong = [c for c in self.truth.wrong(parameter) if c.place.gradient not in self.diagnosis.excused]
            if wrong:
                roles = self.diagnosis.roles(wrong[0].place.step)
                finding = left_out(self.cells, self.layout, roles, parameter, wrong, self.names)
                if finding is not None:
                    self.diagnosis.excused |= {one.place.gradient for one in wrong}
                    yield finding

    def _excused(self) -> set[Cell]:
        """Gradients that are off because a cell they are made from, or the loss is, falls out of its column."""
        bad = {d.cell for d in self.deviations if d.error > RTOL}
        table = self.layout.table
        found: set[Cell] = set()
        stops = self.layout.stops()
        steps = {table.step(cell) for cell in bad} if table else set()
        circular = (
            min((table.step(d.cell) or 0 for d in self.deviations if d.circular), default=None) if table else None
        )
        if circular is not None:  # nothing can be computed from there on
            found |= {p.gradient for q in self.layout.parameters for p in q.places if p.step >= circular}
        for step in steps - {None}:
            assert step is not None
            for _, place in self.layout.at(step):
                below = self.cells.below((place.gradient, self.layout.losses[step]), lambda c: c in stops)
                if not bad.isdisjoint(below):
                    found.add(place.gradient)
        return found

    def _step(self, cell: Cell) -> int:
        step = self.layout.table.step(cell) if self.layout.table else 0
        return min(step or 0, self.layout.steps - 1)

    def _deviation(self, deviation: Deviation) -> Finding:
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
        kind = self._kind_of_pairs(pairs, slots, cell)
        words = "this row's formula is not that of its column"
        words += ", and it refers to itself in a circle" if deviation.circular else ""
        change = ("column", f"{kind} {cell[2]} {pairs!r}"[:300])
        return Finding(kind, cell, self.cells.shown(cell), expected, words, deviation.error, [cell], change)

    def _kind_of_pairs(self, pairs: list[tuple[Expr, Expr]], slots: dict[str, Ref], cell: Cell) -> str:
        """The kind that most of the differences are of, told in a row whose formula is right."""
        found: list[str] = []
        home = self._sound_row(cell)
        roles = self.diagnosis.roles(self._step(home))
        for a, b in pairs:
            times = pairs.count((a, b))
            found += [name(replace(edit, times=times), slots, home, roles, self.layout) for edit in edits_between(a, b)]
        if kinds.FORMULA in found or not found:
            return kinds.FORMULA
        return max(found, key=found.count)

    def _sound_row(self, cell: Cell) -> Cell:
        """The same column's cell in a row where nothing falls out of its column."""
        table = self.layout.table
        assert table is not None
        bad = {d.cell[1] for d in self.deviations}
        rows = [row for row in range(table.first + 1, table.last + 1) if row not in bad]
        return (cell[0], min(rows, key=lambda row: abs(row - cell[1]), default=cell[1]), cell[2])

    def _repaired(self) -> Iterator[Finding]:
        for part in self.diagnosis.accepted:
            yield from self._of_part(part)

    def _of_part(self, part: Part) -> Iterator[Finding]:
        cell, every = self._where(part)
        roles = self.diagnosis.roles(self._step(cell))
        expected = part.text or formula(
            part.expr, part.slots, part.cells[0] if self.layout.table is None else cell, self.names
        )
        told: set[str] = set()
        for edit in part.edits:
            kind = name(edit, part.slots, cell, roles, self.layout, every)
            if kind in told:
                continue
            told.add(kind)
            change = ("cell", f"{kind} {self._where_to(edit, part, cell)}")
            words = f"{self._change(edit, part, cell)}"
            yield Finding(kind, cell, self.cells.shown(cell), expected, words, self._error(every), every, change)

    def _where_to(self, edit: Edit, part: Part, cell: Cell) -> str:
        """What tells one slip from another: the same change in cells of one formula, or between the same two cells."""
        if part.text:
            return f"{self.cells.shown(cell)} {part.text}"
        if edit.hint == "mean":  # forgotten in every gradient, it is one slip
            return edit.hint
        if self.layout.table is None:
            compiled = self.cells.compiled(cell)
            return f"{edit.hint} {compiled.expr if compiled else cell!r}"
        return self._change(edit, part, cell) if edit.hint in ("reference", "operator") else f"{edit.hint} {cell}"

    def _where(self, part: Part) -> tuple[Cell, list[Cell]]:
        """The first cell in which the slip matters, and all that it is in."""
        table = self.layout.table
        if table is None or table.step(part.cells[0]) is None:
            return min(part.cells), sorted(part.cells)
        first = self.cells.compiled(part.cells[0])
        assert first is not None
        column = [table.cell(part.cells[0][2], step) for step in range(table.steps)]
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

    def _unexplained(self) -> Iterator[Finding]:
        for parameter, group in self.diagnosis.unexplained:
            yield self._unknown(parameter, group)

    def _unknown(self, parameter: Parameter, group: list[Compared]) -> Finding:
        one = group[0]
        roles = self.diagnosis.roles(one.place.step)
        gradient = one.place.gradient
        cell = first_wrong(self.cells, roles, gradient) if self.cells.is_formula(gradient) else gradient
        derivation = Derivation(self.cells, roles, gradient, known_derivatives(self.cells, roles, gradient))
        exact = derivation.adjoint(one.place.cell)
        if self.layout.rate is not None:
            exact = (-exact if self.layout.downhill else exact) * derivation.leaf(self.layout.rate)
        should = formula(exact, derivation.slots, gradient, self.names)
        should = should if len(should) <= LONGEST else ""
        worst = max(group, key=lambda c: c.error)
        kind = kinds.UNKNOWN if self.cells.is_formula(gradient) else kinds.PASTED
        words = f"the gradient of {parameter.name} is {one.claimed:.6g} and should be {one.true:.6g}"
        other = self._gradient_of_another(group)
        if other is not None and should:
            words = f"{words}: what stands there is the gradient of {other.name}"
            every = [c.place.gradient for c in group]
            return Finding(kinds.UNIT, gradient, self.cells.shown(gradient), should, words, worst.error, every)
        if cell != gradient:
            words += "; this is the first cell of its chain that no chain rule gives"
            words += f"; {address(gradient, gradient[0])} should be {should}" if should else ""
        every = [cell] if cell != gradient else [c.place.gradient for c in group]
        text = "" if cell != gradient else should
        return Finding(kind, cell, self.cells.shown(cell), text, words, worst.error, every, ("unknown", f"{cell}"))

    def _gradient_of_another(self, group: list[Compared]) -> Parameter | None:
        """The parameter whose true gradient is claimed here, in every step."""
        claimed = {one.place.step: one for one in group}
        for parameter in self.layout.parameters:
            theirs = [c for c in self.truth.compared[parameter.name] if c.place.step in claimed]
            if len(theirs) == len(claimed) and all(
                relative(claimed[c.place.step].claimed, c.true, c.size) <= RTOL and c.true for c in theirs
            ):
                return parameter
        return None

    def _text(self, rule: Compiled, cell: Cell) -> str:
        return formula(rule.expr, dict(rule.slots), cell, self.names)

    def _change(self, edit: Edit, part: Part, cell: Cell) -> str:
        """The change in words: what stands there and what belongs there."""
        if part.text:
            return f"{part.text[1:]} belongs where {self.cells.shown(cell)[1:]} stands"
        home = part.cells[0] if self.layout.table is None else cell
        old, new = (formula(e, part.slots, home, self.names)[1:] for e in (edit.found, edit.expected))
        return SORTS[edit.hint].words.format(old=old, new=new)

    def _told(self, finding: Finding) -> str:
        """The explanation with where, from when on, and how much."""
        home = self.layout.sheet
        where = extent(finding.cells, home) if len(finding.cells) > 1 else ""
        words = finding.explanation
        if where:
            words += f"; in {where}"
        if self.layout.table is not None:
            words += f"; from row {finding.cell[1]} on" if len(finding.cells) > 1 else f"; in row {finding.cell[1]}"
        return f"{words}; off by up to {finding.max_rel:.2g} of the value"
