"""Puts together what is wrong with a sheet: cells out of their column, wrong gradients and updates, each slip once."""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl.utils import get_column_letter

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.diagnosis.column_deviations import Deviation, deviations
from xlbp.auditing.diagnosis.finding_writer import FindingWriter
from xlbp.auditing.diagnosis.gradient_diagnosis import GradientDiagnosis
from xlbp.auditing.diagnosis.missing_biases import missing_bias
from xlbp.auditing.diagnosis.unexplained_gradients import unexplained
from xlbp.auditing.findings import Finding, extent, grouped, percent
from xlbp.auditing.reading.contents import names_of_cells
from xlbp.auditing.reading.syntax import Cell, Turned, in_book
from xlbp.auditing.truth.gradients import RTOL, Truth
from xlbp.auditing.updates.check import UpdateVerdict


def findings_of_sheet(cells: Cells, layout: Layout, truth: Truth, updates: UpdateVerdict) -> list[Finding]:
    """All findings of a sheet, in reading order."""
    fallen = deviations(cells, layout, truth, updates.columns)
    diagnosis = GradientDiagnosis(cells, layout, truth, _excused(cells, layout, fallen))
    names = names_of_cells(cells.contents)
    teller = FindingWriter(cells, layout, truth, diagnosis.roles, names)
    biases = list(_biases(diagnosis, names))
    diagnosis.run()
    rows = {deviation.cell[1] for deviation in fallen}
    found = [
        *biases,
        *(teller.of_deviation(deviation, rows) for deviation in fallen),
        *(finding for part in diagnosis.accepted for finding in teller.of_part(part)),
        *(unexplained(diagnosis, parameter, group, names) for parameter, group in diagnosis.unexplained),
        *updates.findings,
    ]
    told = grouped(sorted(found, key=lambda finding: finding.cell))
    for finding in told:
        finding.cells = sorted({*finding.cells, finding.cell})
        finding.explanation = _with_extent(finding, layout)
    return told


def _excused(cells: Cells, layout: Layout, fallen: list[Deviation]) -> set[Cell]:
    """Gradients that are off because a cell they are made from, or the loss is, falls out of its column."""
    table = layout.table
    if table is None:
        return set()
    bad = {deviation.cell for deviation in fallen if deviation.error > RTOL}
    stops = layout.stops()
    found: set[Cell] = set()
    circular = [table.step(deviation.cell) or 0 for deviation in fallen if deviation.circular]
    if circular:  # nothing can be computed from there on
        found |= {p.gradient for q in layout.parameters for p in q.places if p.step >= min(circular)}
    for step in {step for cell in bad if (step := table.step(cell)) is not None}:
        for _, place in layout.at(step):
            if not bad.isdisjoint(cells.below((place.gradient, layout.losses[step]), stops.__contains__)):
                found.add(place.gradient)
    return found


def _biases(diagnosis: GradientDiagnosis, names: dict[Cell, str]) -> Iterator[Finding]:
    """Biases that the forward pass forgot; their gradients are then right but for that."""
    for parameter in diagnosis.layout.parameters:
        wrong = [c for c in diagnosis.truth.wrong(parameter) if c.place.gradient not in diagnosis.excused]
        if wrong:
            roles = diagnosis.roles(wrong[0].place.step)
            finding = missing_bias(diagnosis.cells, diagnosis.layout, roles, parameter, wrong, names)
            if finding is not None:
                diagnosis.excused |= {one.place.gradient for one in wrong}
                yield finding


def _with_extent(finding: Finding, layout: Layout) -> str:
    """The explanation with where, from when on, and how much."""
    several = len(finding.cells) > 1
    words = finding.explanation
    if several:
        words += f"; in {extent(finding.cells, layout.sheet)}"
    if layout.table is not None:
        _, row, column = in_book(finding.cell)
        turned = isinstance(finding.cell[0], Turned)
        line = f"column {get_column_letter(max(1, column))}" if turned else f"row {row}"
        words += f"; from {line} on" if several else f"; in {line}"
    return f"{words}; off by up to {percent(finding.max_rel)}"
