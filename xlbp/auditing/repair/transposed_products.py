"""Matrix products with a factor transposed, or not, or exchanged, by mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell, UnreadableFormulaError
from xlbp.auditing.repair.equations import agree
from xlbp.auditing.repair.fixes import ChangedFormula, Edit, Fix, of_one_formula
from xlbp.auditing.repair.hypotheses import TRANSPOSED

FACTOR = r"(?:TRANSPOSE\([^()]+\)|[^(),]+)"
PRODUCT = re.compile(rf"MMULT\(\s*({FACTOR})\s*,\s*({FACTOR})\s*\)", re.I)


def transposed_products(cells: Cells, needed: Mapping[Cell, float]) -> Iterator[Fix]:
    """The changes of this sort that make the cells of an array formula worth what they need to be."""
    first = next(iter(needed))
    home = cells.contents.element(first).home
    formula = cells.contents.formulas.get(home, "")
    before = cells.compiled(first)
    is_product = before is not None and "MMULT" in formula.upper()
    if before is None or not is_product or any(cells.contents.element(cell).home != home for cell in needed):
        return
    values = np.array(list(needed.values()))
    for text in _variants(formula):
        try:
            compiled = [cells.compile_text(text, *cells.contents.element(cell), cell) for cell in needed]
        except (UnreadableFormulaError, IndexError):
            continue
        new_values = np.array([cells.worth(new, cell) for new, cell in zip(compiled, needed, strict=True)])
        if agree(new_values, values):
            edit = Edit(TRANSPOSED.sort, before.expr, compiled[0].expr)
            slots = dict(before.slots) | dict(compiled[0].slots)
            changed = ChangedFormula(tuple(needed), compiled[0].expr, slots, values, (edit,), text)
            yield of_one_formula(TRANSPOSED.cost, changed)


def _variants(formula: str) -> Iterator[str]:
    """The formula with the factors of one MMULT transposed or exchanged."""
    for product in PRODUCT.finditer(formula):
        a, b = product[1].strip(), product[2].strip()
        a_turned, b_turned = _transposed(a), _transposed(b)
        for left, right in ((a_turned, b), (a, b_turned), (a_turned, b_turned), (b, a), (b_turned, a_turned)):
            yield f"{formula[: product.start()]}MMULT({left},{right}){formula[product.end() :]}"


def _transposed(factor: str) -> str:
    inner = re.fullmatch(r"TRANSPOSE\(([^()]+)\)", factor, re.I)
    return inner[1] if inner else f"TRANSPOSE({factor})"
