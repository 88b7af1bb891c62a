"""Rows of an exercise that hold what its own formulas come to."""

from __future__ import annotations

from collections.abc import Mapping

from xlbp.classroom.marking.state import Row, begin_row
from xlbp.symbols.program import Program


def computed_row(iteration: int, program: Program, constants: Mapping[str, float], above: Row | None) -> Row:
    """A row computed from left to right by the program's formulas."""
    row = begin_row(iteration, program, constants, above)
    for column in program.columns:
        row.put(column.name, row.worth(column.at(iteration)))
    return row
