"""Mistakes as the audit calls them, and a finding: one slip, the cells it is in, and what should stand there."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlbp.auditing.explanations import Reason, explained
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.errors import counted
from xlbp.mistakes import Mistake

MASK = Mistake.NO_SLOPE.audited
UNIT = Mistake.OTHER_DELTA.audited
TRANSPOSED = Mistake.TRANSPOSED.audited
WEIGHT = Mistake.OTHER_WEIGHT.audited
SIGN = Mistake.SIGN.audited
DATA = Mistake.OTHER_INPUT.audited
ROW = Mistake.OTHER_ROW.audited
UNANCHORED = Mistake.UNANCHORED.audited
PATH = Mistake.NO_PATH.audited
UPDATED = Mistake.UPDATED_WEIGHTS.audited
MEAN = Mistake.SUM_FOR_MEAN.audited
HALF = Mistake.NO_HALF.audited
PASTED = Mistake.VALUE.audited
OPERATOR = Mistake.OPERATOR.audited
WRONG_GRADIENT = Mistake.OTHER_GRADIENT.audited
BIAS = Mistake.NO_BIAS.audited
OPTIMIZER = Mistake.OPTIMIZER.audited
FACTOR = Mistake.NO_FACTOR.audited
FORMULA = Mistake.FORMULA.audited
CIRCLE = Mistake.CIRCLE.audited
SLOPE_AT_A = Mistake.SLOPE_AT_A.audited
SLOPE_AT_Z = Mistake.SLOPE_AT_Z.audited
DIAGONAL = Mistake.SOFTMAX_DIAGONAL.audited
SOFTMAX_AXIS = Mistake.SOFTMAX_AXIS.audited
EPSILON = Mistake.EPSILON_INSIDE.audited
UNKNOWN = Mistake.UNKNOWN.audited
TERM = Mistake.NO_TERM.audited
OTHER_BIAS = Mistake.OTHER_BIAS.audited
NO_ACTIVATION = Mistake.NO_ACTIVATION.audited
ACTIVATION = Mistake.OTHER_ACTIVATION.audited
TURNED = Mistake.ACTIVATION_TURNED.audited
FUNCTION = Mistake.OTHER_FUNCTION.audited
WAVES = Mistake.WAVES_EXCHANGED.audited
LOGARITHM = Mistake.LOG_BASE_TEN.audited
VARIANCE = Mistake.VARIANCE_N_MINUS_1.audited
UNSCALED = Mistake.SCORES_NOT_SCALED.audited
BY_D = Mistake.SCORES_BY_D.audited
BY_OTHER_D = Mistake.SCORES_BY_OTHER_D.audited
TWICE = Mistake.SCORES_TWICE.audited
NOT_ONE = Mistake.NOT_ONE.audited
NO_MASK = Mistake.NO_MASK.audited
NUMBER = Mistake.OTHER_NUMBER.audited
LEFT_OUT = Mistake.FACTOR_LEFT_OUT.audited
COLUMN = Mistake.OTHER_COLUMN.audited
RANGE = Mistake.OTHER_RANGE.audited
UNEQUAL = Mistake.UNEQUAL_RANGES.audited
STEP = Mistake.OTHER_STEP.audited
GONE = Mistake.GONE.audited
INPUTS_ALONE = Mistake.OF_INPUTS_ALONE.audited


@dataclass(repr=False)
class Finding:
    """One slip.  ``cells`` are all that it is in, the first one that matters in front.

    ``place`` and ``places`` are the same as addresses, ``Sheet!B12``.
    """

    kind: str
    cell: Cell
    found: str
    expected: str
    reason: Reason
    max_rel: float
    cells: list[Cell] = field(default_factory=list)
    change: tuple[str, str] = ("", "")  # what was exchanged for what, the same for one slip made in many cells

    @property
    def explanation(self) -> str:
        """Why it is one, in English."""
        return explained(self.reason)

    @property
    def place(self) -> str:
        """The address of the first cell that matters, with its sheet."""
        return address(self.cell)

    @property
    def places(self) -> list[str]:
        """The addresses of all cells that it is in."""
        return [address(cell) for cell in self.cells or [self.cell]]

    def __repr__(self) -> str:
        others = len(self.places) - 1
        more = f" and {counted(others, 'other cell')}" if others else ""
        return f"Finding({self.kind} in {self.place}{more}: {self.found!r}, expected {self.expected!r})"

    def data(self, home: str) -> dict[str, object]:
        """The finding as the JSON contract has it."""
        return {
            "kind": self.kind,
            "cell": address(self.cell, home),
            "found": self.found,
            "expected": self.expected,
            "explanation": self.explanation,
            "max_rel": self.max_rel,
        }


def grouped(findings: list[Finding]) -> list[Finding]:
    """One finding for each slip: the same change, made in several cells, is told once."""
    groups: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = (finding.kind, finding.change) if finding.change != ("", "") else (finding.kind, finding.cell)
        first = groups.get(key)
        if first is None:
            groups[key] = finding
            continue
        first.cells += [cell for cell in finding.cells if cell not in first.cells]
        first.max_rel = max(first.max_rel, finding.max_rel)
    return list(groups.values())
