"""The table of contents: a sheet's lines and their laws, what headings and forms claim, one list of findings."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.explanations import Reason
from xlbp.auditing.findings import Finding, grouped
from xlbp.auditing.forward.cases import Case
from xlbp.auditing.forward.checks.activations import activation_slips
from xlbp.auditing.forward.checks.anchors import anchor_slips
from xlbp.auditing.forward.checks.arrays import array_slips
from xlbp.auditing.forward.checks.copies import copy_slips
from xlbp.auditing.forward.checks.dead_activations import dead_activation_slips
from xlbp.auditing.forward.checks.gone import gone_slips
from xlbp.auditing.forward.checks.inputs_alone import inputs_alone_slips
from xlbp.auditing.forward.checks.logarithms import logarithm_slips
from xlbp.auditing.forward.checks.moments import moment_slips
from xlbp.auditing.forward.checks.norms import norm_slips
from xlbp.auditing.forward.checks.positions import position_slips
from xlbp.auditing.forward.checks.products import product_slips
from xlbp.auditing.forward.checks.scores import score_slips
from xlbp.auditing.forward.checks.sheets import sheet_slips
from xlbp.auditing.forward.checks.siblings import sibling_slips
from xlbp.auditing.forward.checks.softmax import scaled_unlike, softmax_slips
from xlbp.auditing.forward.checks.softmax_axis import axis_slips
from xlbp.auditing.forward.checks.softmax_items import softmax_item_slips
from xlbp.auditing.forward.checks.terms import term_slips
from xlbp.auditing.forward.checks.totals import total_slips
from xlbp.auditing.forward.checks.units import unit_slips
from xlbp.auditing.forward.checks.unread import unread_slips
from xlbp.auditing.forward.checks.windows import window_slips
from xlbp.auditing.forward.departures import Departure, departures, lawful_lines
from xlbp.auditing.forward.differences import Question, name_of
from xlbp.auditing.forward.forms import Forms
from xlbp.auditing.forward.lines import numeric_cells
from xlbp.auditing.forward.readings import Readings
from xlbp.auditing.forward.sheet_view import SheetView, Slip, members, short_texts
from xlbp.auditing.forward.sureness import is_sure, worth_of
from xlbp.auditing.reading.syntax import Cell, Node, UnreadableFormulaError, address, parse, pattern
from xlbp.auditing.reading.telling import Tell, Told, each, part, silent, within
from xlbp.auditing.reading.trees import written
from xlbp.mistakes import Mistake

DIAGONAL = 3  # rows and columns over which departures of one shape are spread
MOST_FORMULAS = 150_000  # of a sheet: what has more is no forward pass that a person wrote
OF_LINES, OF_CHECKS = 0.4, 0.6  # of a sheet's work: up to where these have come
CHECKS: tuple[Callable[[SheetView], Iterator[Slip]], ...] = (
    *(softmax_slips, scaled_unlike, axis_slips, logarithm_slips, norm_slips, activation_slips, score_slips),
    *(moment_slips, product_slips, inputs_alone_slips, position_slips, gone_slips),
)
OF_FILLED_CELLS = (
    *(window_slips, unit_slips, total_slips, array_slips, term_slips, copy_slips, dead_activation_slips, sheet_slips),
    *(softmax_item_slips, sibling_slips),
)  # told where no form says more


@dataclass
class ForwardAudit:
    """What was looked at, and the slips that are sure."""

    formulas: int = 0
    sheets: list[str] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        """What was looked at, for the JSON contract."""
        return {"formulas": self.formulas, "sheets": self.sheets, "too_large": self.too_large}


def audit_forward(cells: Cells, only: Collection[str] = (), tell: Tell = silent) -> ForwardAudit:
    """Hold every sheet's formulas against their neighbours and their headings; ``only`` those of them, if any."""
    wanted = {sheet.casefold() for sheet in only}
    forms, audited, texts = Forms(cells), ForwardAudit(), short_texts(cells.contents)
    readings = Readings(forms)
    for sheet, numeric in numeric_cells(cells.contents).items():
        count = sum(cells.is_formula(cell) for cell in numeric)
        if count == 0 or (wanted and sheet.casefold() not in wanted):
            continue
        if count > MOST_FORMULAS:
            audited.too_large.append(sheet)
            continue
        told = within(f"comparing the formulas of {sheet} with their neighbours", tell)
        audited.formulas += count
        audited.sheets.append(sheet)
        audited.findings += _of_sheet(SheetView(forms, numeric, texts[sheet], readings), told)
        forms.forget_cells()
    return audited


def _of_sheet(view: SheetView, told: Told) -> list[Finding]:
    """A sheet's findings, in the order in which one reads; of a cell that is found twice, what its heading claims."""
    forms, numeric = view.forms, view.numeric
    lines = lawful_lines(forms, numeric, part(told, 0, OF_LINES))
    slips = [slip for check in each(CHECKS, part(told, OF_LINES, OF_CHECKS)) for slip in check(view)]
    slips += anchor_slips(view, lines)
    in_slips = {cell for slip in slips for cell in slip.cells}
    of_filled = (*(slip for check in OF_FILLED_CELLS for slip in check(view)), *unread_slips(view, lines))
    slips += [slip for slip in of_filled if in_slips.isdisjoint(slip.cells)]
    claimed = [_finding_of_slip(forms, slip) for slip in _first_of_each_cell(slips)]
    in_claims = {cell for finding in claimed for cell in finding.cells}
    departing = departures(forms, numeric, lines, part(told, OF_CHECKS, 1))
    broken = [finding for finding in _departing(forms, departing) if finding.cell not in in_claims]
    claimed = [claim for claim in claimed if not _follows_from(view, claim, broken)]
    return sorted(
        grouped([*claimed, *_without_structure(forms, broken)]), key=lambda finding: (finding.cell[1], finding.cell[2])
    )


def _first_of_each_cell(slips: list[Slip]) -> list[Slip]:
    """The slips without those in cells of which another check has told one already."""
    told: set[Cell] = set()
    firsts: list[Slip] = []
    for slip in slips:
        if told.isdisjoint(slip.cells):
            firsts.append(slip)
        told.update(slip.cells)
    return firsts


def _follows_from(view: SheetView, claim: Finding, broken: list[Finding]) -> bool:
    """Whether a claim rests on what is told itself.

    Shares do not sum to 1 where their sum is that of another row; and what another cell forgot to read is unread.
    """
    if not claim.expected:
        wrong = {finding.cell for finding in broken}
        return any(not wrong.isdisjoint(view.cells.arguments(cell)) for cell in claim.cells)
    lost = claim.reason.values.get("lost")
    return lost is not None and any(lost in _named_in(finding) for finding in broken)


def _named_in(finding: Finding) -> set[str]:
    """The cells that belong into a finding's formula."""
    cell = finding.cell
    tree = _tree_of(finding.expected, cell)
    named = (item for node in (tree.references if tree is not None else ()) for item in members(node, cell))
    return {address(item, cell[0]) for item in named}


def _without_structure(forms: Forms, findings: list[Finding]) -> list[Finding]:
    """The findings but for those of one shape that go across rows and columns alike: a diagonal is meant so."""
    by_shape: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        form = forms[finding.cell]
        by_shape[finding.kind, form.shape if form is not None else None].append(finding)
    kept: list[Finding] = []
    for alike in by_shape.values():
        rows, columns = {finding.cell[1] for finding in alike}, {finding.cell[2] for finding in alike}
        kept += [] if min(len(rows), len(columns)) >= DIAGONAL else alike
    return kept


def _departing(forms: Forms, found: Iterable[Departure]) -> Iterator[Finding]:
    """The cells that depart for sure from the law of their neighbours, each with its best reading."""
    by_cell: dict[Cell, list[Departure]] = defaultdict(list)
    for departure in found:
        by_cell[departure.cell].append(departure)
    for _, ways in sorted(by_cell.items()):
        cases = [_case(forms, departure, ways) for departure in sorted(ways, key=lambda way: -way.kept)]
        sure = next((case for case in cases if case is not None and is_sure(case)), None)
        if sure is not None:
            yield _finding_of_case(sure)


def _case(forms: Forms, departure: Departure, ways: list[Departure]) -> Case | None:
    found = forms.element_tree(departure.cell)
    if found is None and forms.cells.is_formula(departure.cell):
        return None  # it can't be read
    others = tuple(way for way in ways if way is not departure)
    return Case(forms, departure, found, others)


def _finding_of_case(case: Case) -> Finding:
    """A departure as a finding."""
    cell, expected, cells = case.cell, case.departure.expected, case.forms.cells
    mistake = Mistake.VALUE
    if case.found is not None:
        parts = case.parts
        question = Question(parts[0], cell, case.forms, case.departure.line)
        mistake = name_of(question) if len(parts) == 1 else _name_of_many(case)
    worth = worth_of(case.forms, expected, cell)
    shown = cells.shown(cell)
    error = _difference(cells.value(cell), worth)
    model = address(case.departure.model, cell[0])
    values = {"kept": case.departure.kept, "model": model, "error": error}
    reason = Reason(mistake, "neighbours" if case.found is not None else "pasted", values)
    text = f"={written(expected, cell)}"
    return Finding(mistake.audited, cell, shown, text, reason, error, [cell], _change(case))


def _change(case: Case) -> tuple[str, str]:
    """What was exchanged for what, as it is the same in all cells that a slip was filled into; of a number, nothing."""
    if case.found is None:
        return ("", "")
    found = [pattern(f"={written(part.found, case.cell)}", case.cell) for part in case.parts]
    expected = [pattern(f"={written(part.expected, case.cell)}", case.cell) for part in case.parts]
    return " ".join(found), " ".join(expected)


def _name_of_many(case: Case) -> Mistake:
    """Several references that moved are a slip of row, column or range; all else is another formula."""
    names = {name_of(Question(part, case.cell, case.forms, case.departure.line)) for part in case.parts}
    slips = [
        m for m in (Mistake.OTHER_STEP, Mistake.OTHER_RANGE, Mistake.OTHER_ROW, Mistake.OTHER_COLUMN) if m in names
    ]
    return slips[0] if slips and names <= {*slips} else Mistake.FORMULA


def _difference(found: float, expected: float | None) -> float:
    """The relative error that the slip makes; NaN where it can't be computed."""
    if expected is None or math.isnan(found) or math.isnan(expected):
        return math.nan
    size = max(abs(found), abs(expected))
    return abs(found - expected) / size if size else 0.0


def _finding_of_slip(forms: Forms, slip: Slip) -> Finding:
    """What a heading or a form claims, as a finding."""
    cell, cells = slip.cells[0], forms.cells
    shown = cells.shown(cell)
    tree = _tree_of(slip.expected, cell)
    worth = None if tree is None else worth_of(forms, tree, cell)
    error = _difference(cells.value(cell), worth)
    change = (slip.why, str(slip.values)) if len(slip.cells) == 1 else ("", "")
    reason = Reason(slip.mistake, slip.why, {**slip.values, "error": error})
    return Finding(slip.mistake.audited, cell, shown, slip.expected, reason, error, list(slip.cells), change)


def _tree_of(formula: str, cell: Cell) -> Node | None:
    try:
        return parse(formula, cell) if formula else None
    except UnreadableFormulaError:
        return None
