"""Puts together what is wrong with a sheet: cells out of their column, wrong gradients and updates, each slip once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from openpyxl.utils import get_column_letter

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.diagnosis.alike_columns import as_families
from xlbp.auditing.diagnosis.circles import circle_findings
from xlbp.auditing.diagnosis.column_deviations import Deviation, deviations
from xlbp.auditing.diagnosis.common_factor import as_one_slip
from xlbp.auditing.diagnosis.finding_writer import FindingWriter
from xlbp.auditing.diagnosis.gradient_diagnosis import GradientDiagnosis
from xlbp.auditing.diagnosis.logarithms import logarithm_finding
from xlbp.auditing.diagnosis.missing_biases import missing_bias
from xlbp.auditing.diagnosis.proved_cells import ProvedCells
from xlbp.auditing.diagnosis.quotient_findings import quotient_findings
from xlbp.auditing.diagnosis.repeated_data import repeated_data
from xlbp.auditing.diagnosis.softmax_diagonal import SoftmaxDiagonal
from xlbp.auditing.diagnosis.step_deviations import step_deviations
from xlbp.auditing.diagnosis.typed_cells import typed_cell
from xlbp.auditing.diagnosis.unexplained_gradients import unexplained
from xlbp.auditing.explanations import Clause, Places, Share
from xlbp.auditing.findings import Finding, grouped
from xlbp.auditing.reading.contents import names_of_cells
from xlbp.auditing.reading.syntax import Cell, Turned, in_book
from xlbp.auditing.reading.telling import Told, nobody, part
from xlbp.auditing.truth.gradients import RTOL, Truth
from xlbp.auditing.updates.check import UpdateVerdict

OF_COLUMNS = 0.5  # of the work; where nothing is wrong, there is no other


def findings_of_sheet(
    cells: Cells, layout: Layout, truth: Truth, updates: UpdateVerdict, told: Told = nobody
) -> list[Finding]:
    """All findings of a sheet, in reading order."""
    proved = ProvedCells(cells, layout, truth)
    of_columns = deviations(cells, layout, truth, updates.columns, part(told, 0, OF_COLUMNS))
    odd = of_columns or _odd_among_steps(cells, layout, truth, updates)
    out_of_column = [each for each in odd if not proved.clears(each)]
    diagnosis = GradientDiagnosis(cells, layout, truth, _excused(cells, layout, out_of_column))
    names = names_of_cells(cells.contents)
    writer = FindingWriter(cells, layout, truth, diagnosis.roles, names)
    findings = [*_one_cause_of_all(diagnosis, names), *_missing_biases(diagnosis, names)]
    diagnosis.run(part(told, OF_COLUMNS, 1))
    bad_rows = {deviation.cell[1] for deviation in out_of_column}
    circular = {deviation.cell for deviation in out_of_column if deviation.circular}
    circular |= {finding.cell for finding in updates.findings}
    findings += circle_findings(cells, layout, truth.circular, circular, names)
    findings += [writer.of_deviation(deviation, bad_rows) for deviation in out_of_column]
    findings += writer.of_changes(diagnosis.accepted)
    told_cells = {cell for finding in findings for cell in finding.cells}
    left = [g for g in diagnosis.unexplained if not all(each.place.gradient in told_cells for each in g.gradients)]
    findings += _not_told(findings, (unexplained(diagnosis, group, names) for group in left))
    findings += _not_told(findings, quotient_findings(cells, layout, truth, names))
    findings += _not_told(findings, repeated_data(cells, layout, names))
    findings = as_one_slip(cells, layout, truth, findings) + updates.findings
    slips = grouped(sorted(findings, key=lambda finding: finding.cell))
    slips = as_families(_of_one_array(cells, slips), layout.table is None)
    for finding in slips:
        finding.cells = sorted({*finding.cells, finding.cell})
        finding.reason = finding.reason.and_then(*_extent(finding, layout))
    return slips


def _of_one_array(cells: Cells, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, those in an array's cells as one: it is one formula, whatever its elements are off by."""
    first: dict[tuple[str, Cell], Finding] = {}
    for finding in findings:
        is_element = finding.cell in cells.contents.arrays
        told = first.setdefault(
            ("" if is_element else finding.kind, cells.contents.element(finding.cell).home), finding
        )
        if told is finding:
            yield finding
        else:
            told.cells = [*told.cells, *(cell for cell in finding.cells if cell not in told.cells)]
            told.max_rel = max(told.max_rel, finding.max_rel)


def _not_told(told: list[Finding], more: Iterable[Finding]) -> list[Finding]:
    """The further findings but for those in cells of which a change is told already."""
    cells = {cell for finding in told for cell in finding.cells}
    return [finding for finding in more if finding.cell not in cells]


def _one_cause_of_all(diagnosis: GradientDiagnosis, names: dict[Cell, str]) -> list[Finding]:
    """A slip that is known to make many gradients wrong at once, if it explains all that are."""
    cells, layout, truth = diagnosis.cells, diagnosis.layout, diagnosis.truth
    wrong = [gradient for parameter in layout.parameters for gradient in truth.wrong(parameter)]
    wrong = [gradient for gradient in wrong if gradient.place.gradient not in diagnosis.excused]
    finding = logarithm_finding(cells, layout, truth) if wrong else None
    if finding is None and wrong:
        roles = diagnosis.roles(wrong[0].place.step)
        finding = SoftmaxDiagonal(cells, layout, truth, roles, names).finding(wrong)
        if finding is None and layout.steps == 1:
            finding = typed_cell(diagnosis.repaired, roles, wrong, names)
    if finding is None:
        return []
    diagnosis.excused |= {gradient.place.gradient for gradient in wrong}
    return [finding]


def _odd_among_steps(cells: Cells, layout: Layout, truth: Truth, updates: UpdateVerdict) -> list[Deviation]:
    """The cells that are odd among steps that stand apart, but for those that the updates answer for."""
    own_rules = layout.stops() | {cell for every in updates.cells_of.values() for cell in every}
    return step_deviations(cells, layout, truth, own_rules)


def _excused(cells: Cells, layout: Layout, out_of_column: list[Deviation]) -> set[Cell]:
    """Gradients that are off because a cell they are made from, or the loss is, falls out of its column."""
    table = layout.table
    off = {each.cell: each.step_in(table) for each in out_of_column if each.error > RTOL}
    wrong, stops = off.keys(), layout.stops()
    excused: set[Cell] = set()
    circular = [each.step_in(table) or 0 for each in out_of_column if each.circular]
    if circular:  # nothing can be computed from there on
        for parameter in layout.parameters:
            excused |= {place.gradient for place in parameter.places if place.step >= min(circular)}
    for step in {step for step in off.values() if step is not None and step < layout.steps}:
        for _, place in layout.at(step):
            if not wrong.isdisjoint(cells.below((place.gradient, layout.losses[step]), stops.__contains__)):
                excused.add(place.gradient)
    return excused


def _missing_biases(diagnosis: GradientDiagnosis, names: dict[Cell, str]) -> Iterator[Finding]:
    """Biases that the forward pass forgot; their gradients are then right but for that."""
    for parameter in diagnosis.layout.parameters:
        wrong = [
            gradient
            for gradient in diagnosis.truth.wrong(parameter)
            if gradient.place.gradient not in diagnosis.excused
        ]
        if wrong:
            roles = diagnosis.roles(wrong[0].place.step)
            finding = missing_bias(roles, parameter, wrong, names)
            if finding is not None:
                diagnosis.excused |= {gradient.place.gradient for gradient in wrong}
                yield finding


def _extent(finding: Finding, layout: Layout) -> Iterator[Clause]:
    """Where a finding is, from when on, and how much."""
    several = len(finding.cells) > 1
    if several:
        yield Clause("in_cells", {"cells": Places(finding.cells, layout.sheet)})
    if layout.table is not None:
        _, row, column = in_book(finding.cell)
        since = "from" if several else "in"
        if isinstance(finding.cell[0], Turned):
            yield Clause(f"{since}_column", {"column": get_column_letter(max(1, column))})
        else:
            yield Clause(f"{since}_row", {"row": row})
    yield Clause("off_up_to", {"percent": Share(finding.max_rel)})
