"""What a cell is to the update that takes it: its role, so that the updates of two parameters can be compared.

Written out, leaves are ``P`` and ``G``, the parameter and its own gradient; ``G:w2``, the gradient of another one;
``G@+1``, its own a row further down; ``X1``, formula 1 of the update; ``S1``, what formula 1 was a row before;
``O1-1``, a row before, of a column that is made from this parameter's gradient alone; ``@col5-1``, a row before, of
another column of the table; ``@H3``, a cell outside of the table.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class LeafRole(Enum):
    """What a cell is to an update; the values are what a leaf's name begins with."""

    PARAMETER = "P"  # the value of a parameter
    GRADIENT = "G"  # the gradient of a parameter
    FORMULA = "X"  # a formula of the update, in this row
    FORMULA_BEFORE = "S"  # a formula of the update, in the row before: a running sum or average
    OWN_COLUMN = "O"  # another row of a column that is made from this parameter's gradient alone
    TABLE_COLUMN = "@col"  # any other column of the table
    OUTSIDE = "@"  # a cell outside of the table, as one that holds a learning rate


PARAMETRIC = frozenset({LeafRole.PARAMETER, LeafRole.GRADIENT})
RUNNING = frozenset({LeafRole.FORMULA, LeafRole.FORMULA_BEFORE})
UNRELATED = frozenset({LeafRole.TABLE_COLUMN, LeafRole.OUTSIDE})


class Leaf(NamedTuple):
    """One cell that an update takes, without saying where it stands: the same for all parameters and rows."""

    role: LeafRole
    parameter: str | None = None  # whose value or gradient; None for those of the parameter that is updated
    number: int = 0  # of the formula in the update, of its own column, or the number of the table's column
    offset: int = 0  # rows below the row of the update
    address: str = ""  # of a cell outside of the table

    @property
    def is_of_another_parameter(self) -> bool:
        """Whether it is the value or the gradient of another parameter than the one that is updated."""
        return self.parameter is not None

    @property
    def is_of_another_row(self) -> bool:
        """Whether it is a parameter's value or gradient, but not in the row of the update."""
        return self.role in PARAMETRIC and self.offset != 0

    def parameter_text(self, own: str) -> str:
        """The parameter that it belongs to, where the updated one is called ``own``."""
        if self.parameter is None:
            return own
        return f"{self.parameter}@{self.offset:+d}" if self.offset else self.parameter

    def __str__(self) -> str:
        """Its name in expressions."""
        letters = self.role.value
        if self.role in PARAMETRIC:
            whose = "" if self.parameter is None else f":{self.parameter}"
            return f"{letters}{whose}@{self.offset:+d}" if self.offset else f"{letters}{whose}"
        if self.role in RUNNING:
            return f"{letters}{self.number}"
        if self.role is LeafRole.OUTSIDE:
            return f"{letters}{self.address}"
        return f"{letters}{self.number}{self.offset:+d}"


OWN_VALUE = Leaf(LeafRole.PARAMETER)
OWN_GRADIENT = Leaf(LeafRole.GRADIENT)
