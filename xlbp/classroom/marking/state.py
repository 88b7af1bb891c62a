"""What a student's rows come to: given numbers as the teacher made them, blanks as the student filled them in.

Evaluated by the exercise's own symbols, so that a cell can be judged by what the student had before it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xlbp.symbols.expr import Expr
from xlbp.symbols.interpret import Interpreter
from xlbp.symbols.program import Program

Pair = NDArray[np.float64]  # the value in the row above, and in this row


@dataclass
class Row:
    """One iteration: ``values`` of every quantity, the row above beside it; ``expected`` by the cells before each."""

    iteration: int
    values: dict[str, Pair]
    expected: dict[str, float] = field(default_factory=dict)
    interpret: Interpreter = field(init=False)

    def __post_init__(self) -> None:
        self.interpret = Interpreter(self.values)

    def worth(self, expr: Expr) -> float:
        """What an expression comes to in this row; NaN for an error."""
        with np.errstate(all="ignore"):
            return _finite(float(np.ravel(self.interpret(expr))[-1]))

    def put(self, name: str, value: float) -> None:
        """The value of a quantity in this row."""
        self.values[name] = np.array([self.values[name][0], value])

    def before(self) -> dict[str, float]:
        """Every quantity of the row above, and of the panel."""
        return {name: float(np.ravel(pair)[0]) for name, pair in self.values.items()}

    def all_now(self) -> dict[str, float]:
        """Every quantity of this row, and of the panel."""
        return {name: float(np.ravel(pair)[-1]) for name, pair in self.values.items()}

    def now(self, name: str) -> float:
        """A quantity of this row, or of the panel."""
        return float(np.ravel(self.values[name])[-1])


def begin_row(iteration: int, program: Program, constants: Mapping[str, float], above: Row | None) -> Row:
    """A row of which only the panel and the row above are known."""
    values: dict[str, Pair] = {name: np.asarray(value, dtype=np.float64) for name, value in constants.items()}
    for column in program.columns:
        before = above.now(column.name) if above else math.nan
        values[column.name] = np.array([before, math.nan])
    return Row(iteration, values)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan
