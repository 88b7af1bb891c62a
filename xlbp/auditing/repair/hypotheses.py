"""The changes that people make in a formula by mistake, as a table: of which sort each is, and how far-fetched.

The costs only order the hypotheses that give the right numbers everywhere; they were set by hand so that of two which
do, the one that people mean comes first.  ``x`` is what stands there; what should stand there is on the right.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlbp.auditing.repair.fixes import ChangeSort, Edit, Fix
from xlbp.symbols.expr import Expr

DEAREST = 4.0


@dataclass(frozen=True)
class Hypothesis:
    """One way to change a formula, and of which sort that is."""

    sort: ChangeSort
    cost: float
    change: str

    def fix(self, old: Expr, new: Expr, more: float = 0.0, times: int = 1) -> Fix:
        """The hypothesis that ``new`` should stand where ``old`` does; it costs its own cost and ``more``."""
        return Fix(self.cost + more, new, (Edit(self.sort, old, new, times),))


UNLIKE_NEIGHBOURS = Hypothesis(ChangeSort.FORMULA, 0.5, "x -> the formula of the cells around it")
TWICE_OR_HALF = Hypothesis(ChangeSort.HALF, 0.85, "2 x or 0.5 x -> x")
MASK_OF_UNIT_OFF = Hypothesis(ChangeSort.MASK, 0.85, "x -> x f'(z), where f'(z) is 0 at every point")
NUMBER_NEGATED = Hypothesis(ChangeSort.SIGN, 0.89, "-2 -> 2")
MINUS_TOO_MANY = Hypothesis(ChangeSort.SIGN, 0.9, "-x -> x")
EXCHANGED = Hypothesis(ChangeSort.SIGN, 0.9, "x - y -> y - x")
SLOPE_TOO_MANY = Hypothesis(ChangeSort.EXTRA, 0.9, "x a (1-a) -> x")
TRANSPOSED = Hypothesis(ChangeSort.TRANSPOSE, 0.9, "MMULT(A, B) -> MMULT(A, TRANSPOSE(B)), and so on")
BIAS = Hypothesis(ChangeSort.BIAS, 0.95, "0 or nothing -> b, in a sum")
DIVISOR = Hypothesis(ChangeSort.MEAN, 0.96, "x / n -> x")
MASK = Hypothesis(ChangeSort.MASK, 0.97, "x -> x f'(z)")
FACTORS_TOO_MANY = Hypothesis(ChangeSort.EXTRA, 0.98, "x y -> x, where y is worth a slope of the chain rule")
FACTOR = Hypothesis(ChangeSort.FACTOR, 1.0, "x -> x w, or another slope that is none of an activation")
COMPLEMENT = Hypothesis(ChangeSort.EXTRA, 1.0, "z -> 1 - z, or 1 - z -> z, as of a gate")
OPERATOR = Hypothesis(ChangeSort.OPERATOR, 1.0, "x + y -> x * y, and so on")
OTHER_CELL = Hypothesis(ChangeSort.REFERENCE, 1.0, "a1 -> a2")
MINUS_MISSING = Hypothesis(ChangeSort.SIGN, 1.05, "x -> -x")
NUMBER = Hypothesis(ChangeSort.NUMBER, 1.05, "3 -> 2")
MEAN = Hypothesis(ChangeSort.MEAN, 1.08, "x -> x / n or n x, n as many as there are samples")
HALF_OR_TWICE = Hypothesis(ChangeSort.HALF, 1.1, "x -> 2 x or x / 2")
LONGER = Hypothesis(ChangeSort.PATH, 1.1, "A1:A3 -> A1:A4")
POWER = Hypothesis(ChangeSort.POWER, 1.1, "x -> x^2, or x^2 -> x")
PATH = Hypothesis(ChangeSort.PATH, 1.2, "x -> x + dL/dz dz/da: a term of the chain rule's sum")
OTHER_SLOPE = Hypothesis(ChangeSort.SLOPE, 1.25, "x -> f'(z), where x is worth something else")
TERM_BY_TERM = Hypothesis(ChangeSort.PATH, 1.3, "x -> the derivative written out, of whose terms x lacks some")
ARGUMENT_TOO_MANY = Hypothesis(ChangeSort.EXTRA, 1.4, "x + y or x y -> x")
DERIVED = Hypothesis(ChangeSort.DERIVATIVE, 1.6, "x -> the derivative by a cell that x refers to")
PATH_AS_NUMBER = Hypothesis(ChangeSort.PATH, 1.9, "x -> x + 0.123, as no cells make the term")
OTHER_CELL_NEGATED = Hypothesis(ChangeSort.SIGN, 2.2, "a1 -> -a2")
