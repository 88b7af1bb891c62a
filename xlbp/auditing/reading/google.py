"""What Google Sheets writes into an .xlsx for a function that Excel has not: the formula as a text, beside its value.

``IFERROR(__xludf.DUMMYFUNCTION("ARRAYFORMULA(A2:A4*2)"),2)`` stands in the formula's own cell, and in the others that
its result fills ``IFERROR(__xludf.DUMMYFUNCTION("COMPUTED_VALUE"),4)``.
"""

from __future__ import annotations

import re

from xlbp.auditing.reading.grid import Grid
from xlbp.auditing.reading.syntax import Cell

DUMMY = re.compile(r'=IFERROR\(__xludf\.DUMMYFUNCTION\("((?:[^"]|"")*)"\)\s*,\s*(.*)\)\s*', re.IGNORECASE | re.DOTALL)
COMPUTED = "COMPUTED_VALUE"


def restore_formulas(grid: Grid) -> None:
    """Put the formulas that Google Sheets computes into their cells, and their results into the others."""
    homes: list[Cell] = []
    computed: set[Cell] = set()
    for cell, text in list(grid.formulas.items()):
        dummy = DUMMY.fullmatch(text) if "DUMMYFUNCTION" in text.upper() else None
        if dummy is None:
            continue
        formula, value = dummy[1].replace('""', '"'), _value(dummy[2])
        if formula.strip('"') == COMPUTED:
            del grid.formulas[cell]
            grid.cells[cell] = grid.saved.pop(cell, value)
            computed.add(cell)
        else:
            grid.cells[cell] = grid.formulas[cell] = f"={formula}"
            grid.saved.setdefault(cell, value)
            homes.append(cell)
    for home in homes:
        _spread(grid, home, computed)


def _spread(grid: Grid, home: Cell, computed: set[Cell]) -> None:
    """Let a formula's result fill the cells to the right and below that are its own."""
    sheet, row, column = home
    right, down = column, row
    while (sheet, row, right + 1) in computed:
        right += 1
    while (sheet, down + 1, column) in computed:
        down += 1
    if (right, down) != (column, row):
        grid.spread(home, down - row + 1, right - column + 1)


def _value(text: str) -> object:
    """The number or the text that was saved."""
    text = text.strip()
    try:
        return float(text)
    except ValueError:
        return text.strip('"').replace('""', '"')
