"""What a student's rows come to: given numbers as the teacher made them, blanks as the student filled them in.

Evaluated by the exercise's own symbols, so that a cell can be judged by what the student had before it.

A number that a student wrote stands for all that round to it.  Who works with a calculator keeps its digits and
writes fewer: what follows may then be off by the sum of |dcell/dx| times how far each written x may be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from xlbp.misconceptions.filling import worth
from xlbp.misconceptions.functions import Functions
from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.program import Program


@dataclass
class Row:
    """One iteration: ``values`` of every quantity, with the panel; ``above`` those of the row above.

    ``expected`` is what each cell comes to by the cells before it, ``off_expected`` how far that may be off for these
    are rounded, ``off`` how far what stands there may be; each of the quantities where it may.
    """

    iteration: int
    functions: Functions
    values: dict[str, float]
    above: dict[str, float]
    off_above: Mapping[str, float] = field(default_factory=dict)
    expected: dict[str, float] = field(default_factory=dict)
    off_expected: dict[str, float] = field(default_factory=dict)
    off: dict[str, float] = field(default_factory=dict)

    def worth(self, expr: Expr) -> float:
        """What an expression comes to in this row; NaN for an error."""
        [function] = self.functions.of([expr])
        return worth(function, self.values, self.above)

    def put(self, name: str, value: float, off: float = 0.0) -> None:
        """The value of a quantity in this row, and how far it may be off."""
        self.values[name] = value
        if off:
            self.off[name] = off

    def now(self, name: str) -> float:
        """A quantity of this row, or of the panel."""
        return self.values[name]

    def off_by(self, expr: Expr, value: float) -> float:
        """How far an expression may be from its value, as what it is computed from may be off."""
        inside = ((self.values, self.off, names_in(expr)), (self.above, self.off_above, names_in(expr, "prev")))
        total = 0.0
        for values, off, names in inside:
            for name in names if off else ():
                if name in off:
                    kept = values[name]
                    values[name] = kept + off[name]
                    total += abs(self.worth(expr) - value)
                    values[name] = kept
        return total if math.isfinite(total) else 0.0


def begin_row(
    iteration: int,
    program: Program,
    constants: Mapping[str, float],
    above: Row | None,
    functions: Functions | None = None,
) -> Row:
    """A row of which only the panel and the row above are known; ``functions`` are those made for other rows."""
    unknown = dict.fromkeys(program.names, math.nan)
    before = {name: above.now(name) for name in program.names} if above else unknown
    return Row(
        iteration, functions or Functions(), {**constants, **unknown}, {**constants, **before},
        above.off if above else {},
    )  # fmt: skip
