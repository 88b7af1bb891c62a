"""The changes that people make in a formula by mistake, as a table: of which sort each is, and how far-fetched.

The costs only order the hypotheses that give the right numbers everywhere; they were set by hand so that of two which
do, the one that people mean comes first.  ``x`` is what stands there; what should stand there is on the right.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlbp.auditing.repair.fixes import Edit, Fix
from xlbp.symbols.expr import Expr

DEAREST = 4.0


@dataclass(frozen=True)
class Hypothesis:
    """One sort of change; ``hint`` is what the diagnosis names it by."""

    hint: str
    cost: float
    change: str

    def fix(self, found: Expr, expected: Expr, more: float = 0.0, times: int = 1) -> Fix:
        """The hypothesis that ``expected`` should stand where ``found`` does."""
        return Fix(self.cost + more, expected, (Edit(self.hint, found, expected, times),))


UNLIKE_NEIGHBOURS = Hypothesis("formula", 0.5, "x -> the formula of the cells around it")
TWICE_OR_HALF = Hypothesis("half", 0.85, "2 x or 0.5 x -> x")
MASK_OF_UNIT_OFF = Hypothesis("mask", 0.85, "x -> x f'(z), where f'(z) is 0 at every point")
MINUS_TOO_MANY = Hypothesis("sign", 0.9, "-x -> x")
EXCHANGED = Hypothesis("sign", 0.9, "x - y -> y - x")
SLOPE_TOO_MANY = Hypothesis("extra", 0.9, "x a (1-a) -> x")
TRANSPOSED = Hypothesis("transpose", 0.9, "MMULT(A, B) -> MMULT(A, TRANSPOSE(B)), and so on")
BIAS = Hypothesis("bias", 0.95, "0 or nothing -> b, in a sum")
DIVISOR = Hypothesis("mean", 0.96, "x / n -> x")
MASK = Hypothesis("mask", 0.97, "x -> x f'(z)")
FACTORS_TOO_MANY = Hypothesis("extra", 0.98, "x y -> x, where y is worth a slope of the chain rule")
FACTOR = Hypothesis("factor", 1.0, "x -> x w, or another slope that is none of an activation")
OPERATOR = Hypothesis("operator", 1.0, "x + y -> x * y, and so on")
OTHER_CELL = Hypothesis("reference", 1.0, "a1 -> a2")
MINUS_MISSING = Hypothesis("sign", 1.05, "x -> -x")
NUMBER = Hypothesis("number", 1.05, "3 -> 2")
MEAN = Hypothesis("mean", 1.08, "x -> x / n or n x, n as many as there are samples")
HALF_OR_TWICE = Hypothesis("half", 1.1, "x -> 2 x or x / 2")
LONGER = Hypothesis("path", 1.1, "A1:A3 -> A1:A4")
POWER = Hypothesis("power", 1.1, "x -> x^2, or x^2 -> x")
PATH = Hypothesis("path", 1.2, "x -> x + dL/dz dz/da: a term of the chain rule's sum")
OTHER_SLOPE = Hypothesis("slope", 1.25, "x -> f'(z), where x is worth something else")
TERM_BY_TERM = Hypothesis("path", 1.3, "x -> the derivative written out, of whose terms x lacks or changes some")
ARGUMENT_TOO_MANY = Hypothesis("extra", 1.4, "x + y or x y -> x")
PATH_AS_NUMBER = Hypothesis("path", 1.9, "x -> x + 0.123, as no cells make the term")
OTHER_CELL_NEGATED = Hypothesis("sign", 2.2, "a1 -> -a2")
