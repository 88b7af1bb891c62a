"""Matrix products with a factor transposed, or not, or exchanged, by mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell, UnreadableFormulaError
from xlbp.auditing.repair.equations import agree
from xlbp.auditing.repair.fixes import ChangedFormula, Edit, Fix
from xlbp.auditing.repair.hypotheses import TRANSPOSED

FACTOR = r"(?:TRANSPOSE\([^()]+\)|[^(),]+)"
PRODUCT = re.compile(rf"MMULT\(\s*({FACTOR})\s*,\s*({FACTOR})\s*\)", re.I)


def toggled(formula: str) -> Iterator[str]:
    """The formula with the factors of one MMULT transposed or exchanged."""
    for found in PRODUCT.finditer(formula):
        a, b = found[1].strip(), found[2].strip()
        for left, right in ((_other(a), b), (a, _other(b)), (_other(a), _other(b)), (b, a), (_other(b), _other(a))):
            yield f"{formula[: found.start()]}MMULT({left},{right}){formula[found.end() :]}"


def _other(factor: str) -> str:
    inner = re.fullmatch(r"TRANSPOSE\(([^()]+)\)", factor, re.I)
    return inner[1] if inner else f"TRANSPOSE({factor})"


def transposed(cells: Cells, asked: Mapping[Cell, float]) -> Iterator[Fix]:
    """The changes of this sort that give what is asked of the cells of array formulas."""
    first = next(iter(asked))
    home = cells.contents.arrays.get(first, (first, 0, 0))[0]
    formula = cells.contents.formulas.get(home, "")
    before = cells.compiled(first)
    if before is None or "MMULT" not in formula.upper() or any(_home(cells, cell) != home for cell in asked):
        return
    wanted = np.array(list(asked.values()))
    for text in toggled(formula):
        try:
            compiled = [cells.compile_text(text, *cells.contents.arrays.get(c, (c, 0, 0)), c) for c in asked]
        except (UnreadableFormulaError, IndexError):
            continue
        values = np.array([cells.worth(one, cell) for one, cell in zip(compiled, asked, strict=True)])
        if agree(values, wanted):
            edit = Edit(TRANSPOSED.hint, before.expr, compiled[0].expr)
            slots = dict(before.slots) | dict(compiled[0].slots)
            part = ChangedFormula(tuple(asked), compiled[0].expr, slots, wanted, (edit,), text)
            yield Fix(TRANSPOSED.cost, compiled[0].expr, (), (part,))


def _home(cells: Cells, cell: Cell) -> Cell:
    return cells.contents.arrays.get(cell, (cell, 0, 0))[0]
