"""Cells of one block: the one whose formula is not that of those around it, and a change made in all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import differences, factors
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.reading.trees import over_ranges, written
from xlbp.auditing.repair.fixes import ChangedFormula, Edit, Fix
from xlbp.auditing.repair.hypotheses import UNLIKE_NEIGHBOURS
from xlbp.symbols.expr import Expr

AROUND = ((0, 1), (0, 2), (0, -1), (0, -2), (1, 0), (2, 0), (-1, 0), (-2, 0))


def odd_one_out(cells: Cells, cell: Cell) -> Iterator[Fix]:
    """The change that gives a cell the formula of its neighbours, if two of them or more share one that it has not."""
    own = cells.compiled(cell)
    if own is None:
        return
    near = [(cell[0], cell[1] + down, cell[2] + right) for down, right in AROUND]
    forms = [c for n in near if (c := cells.compiled(n)) is not None]
    counts = Counter(forms)
    if not counts or own in counts:
        return
    rule, votes = counts.most_common(1)[0]
    if votes < 2 or any(c[1] < 1 or c[2] < 1 for c in rule.cells(cell)):
        return
    edits = tuple(edit for a, b in differences(own.expr, rule.expr) for edit in edits_between(a, b))
    values = np.array([cells.worth(rule, cell)])
    tree = next((cells.tree(n) for n in near if cells.compiled(n) == rule and n not in cells.contents.arrays), None)
    text = f"={written(tree, cell)}" if tree is not None and over_ranges(tree) else ""
    part = ChangedFormula((cell,), rule.expr, dict(own.slots) | dict(rule.slots), values, edits, text)
    yield Fix(UNLIKE_NEIGHBOURS.cost, rule.expr, (), (part,))


def everywhere_alike(cells: Cells, fix: Fix) -> Iterator[Fix]:
    """One of the changes made in all cells that have the formula: it was filled into them."""
    for part in fix.parts:
        wider = part if part.text else _wider(cells, part)
        if len(wider.cells) > len(part.cells):
            yield replace(fix, parts=(wider,))


def _wider(cells: Cells, part: ChangedFormula) -> ChangedFormula:
    form, changed, sheet = cells.compiled(part.cells[0]), part.compiled, part.cells[0][0]
    every = tuple(c for c in sorted(cells.contents.formulas) if c[0] == sheet and cells.compiled(c) == form)
    if not set(part.cells) <= set(every):
        return part  # an array formula's
    return replace(part, cells=every, values=np.array([cells.worth(changed, c) for c in every]))


def edits_between(found: Expr, expected: Expr) -> Iterator[Edit]:
    """Two parts that differ, as a change of a certain sort."""
    if found.op == expected.op == "ref":
        yield Edit("reference", found, expected)
    elif any(factor is found for factor in factors(expected)):
        yield Edit("mask", found, expected)
    elif any(factor is expected for factor in factors(found)):
        yield Edit("extra", found, expected)
    elif "neg" in (found.op, expected.op) or _is_plus_for_minus(found, expected):
        yield Edit("sign", found, expected)
    elif len(found.args) == len(expected.args) == 2 and found.args == expected.args:
        yield Edit("operator", found, expected)
    elif expected.op == "add" and found in expected.args:
        yield Edit("path", found, expected)
    else:
        yield Edit("formula", found, expected)


def _is_plus_for_minus(found: Expr, expected: Expr) -> bool:
    return {found.op, expected.op} == {"add", "sub"} and set(found.args) == set(expected.args)
