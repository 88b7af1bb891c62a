"""Tells of a step that does not go on from the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.explanations import Clause, Places, Share, said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.recognition.breaks import Break
from xlbp.auditing.sheet import SheetAudit
from xlbp.auditing.truth.gradients import relative


def tell_breaks(cells: Cells, sheets: Iterable[SheetAudit], broken: Iterable[Break]) -> None:
    """Put the breaks in front of the findings of the sheets that their parameters are audited on."""
    audited = list(sheets)
    for finding, start in reversed(list(_as_filled(cells, _findings(cells, broken)))):
        sheet = next((sheet for sheet in audited if start in sheet.layout.stops()), None)
        if sheet is not None and not any(_tells_the_same(finding, other) for other in sheet.findings):
            sheet.findings.insert(0, finding)


def _tells_the_same(one: Finding, other: Finding) -> bool:
    return one.cell == other.cell and one.expected == other.expected


def _as_filled(cells: Cells, found: Iterable[tuple[Finding, Cell]]) -> Iterator[tuple[Finding, Cell]]:
    """The findings; a formula that was filled down or along a line is one slip, though each step is told by itself."""
    told: dict[tuple[Cell, Compiled], Finding] = {}
    for finding, start in found:
        formula = cells.compiled(finding.cell)
        first = told.setdefault((start, formula), finding) if formula is not None else finding
        if first is finding:
            yield finding, start
        else:
            first.cells += finding.cells
            first.max_rel = max(first.max_rel, finding.max_rel)


def _findings(cells: Cells, broken: Iterable[Break]) -> Iterator[tuple[Finding, Cell]]:
    """A finding for each step with breaks, and the start of a parameter that it is of."""
    in_order = sorted(broken, key=lambda each: (each.step, each.cell))
    for step, group in groupby(in_order, key=lambda each: each.step):
        first, *others = group
        kind = kinds.WEIGHT if cells.is_formula(first.cell) else kinds.PASTED
        if others and kind == kinds.WEIGHT:
            kind = kinds.STEP
        every = [first.cell, *(other.cell for other in others)]
        error = max(relative(cells.value(each.cell), cells.value(each.new)) for each in (first, *others))
        reason = said(kind, "broken_step")
        if others:
            reason = said(kind, "broken_steps", cells=Places(every, first.cell[0]))
        reason = reason.and_then(Clause("off_up_to", {"percent": Share(error)}))
        stands = cells.shown(first.cell)
        key = ("break", str(step))
        yield Finding(kind, first.cell, stands, first.expected, reason, error, every, key), first.start
