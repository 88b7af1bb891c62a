"""Cells of one block: the one whose formula is not that of those around it, and a change made in all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import differences, factors
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.reading.trees import over_ranges, written
from xlbp.auditing.repair.fixes import ChangedFormula, ChangeSort, Edit, Fix, of_one_formula
from xlbp.auditing.repair.hypotheses import UNLIKE_NEIGHBOURS
from xlbp.symbols.expr import Expr

AROUND = ((0, 1), (0, 2), (0, -1), (0, -2), (1, 0), (2, 0), (-1, 0), (-2, 0))


def odd_one_out(cells: Cells, cell: Cell) -> Fix | None:
    """The change that gives a cell the formula of its neighbours, if two of them or more share one that it has not."""
    own = cells.compiled(cell)
    if own is None:
        return None
    neighbours = [(cell[0], cell[1] + down, cell[2] + right) for down, right in AROUND]
    formulas = [compiled for neighbour in neighbours if (compiled := cells.compiled(neighbour)) is not None]
    counts = Counter(formulas)
    if not counts or own in counts:
        return None
    shared, votes = counts.most_common(1)[0]
    if votes < 2 or any(row < 1 or column < 1 for _, row, column in shared.cells(cell)):
        return None
    edits = tuple(edit_between(part, shared_part) for part, shared_part in differences(own.expr, shared.expr))
    slots = dict(own.slots) | dict(shared.slots)
    values = np.array([cells.worth(shared, cell)])
    text = _text_over_ranges(cells, cell, [other for other in neighbours if cells.compiled(other) == shared])
    changed = ChangedFormula((cell,), shared.expr, slots, values, edits, text)
    return of_one_formula(UNLIKE_NEIGHBOURS.cost, changed)


def _text_over_ranges(cells: Cells, cell: Cell, alike: list[Cell]) -> str:
    """What a cell would have if the formula of these, which is alike, were filled into it; '' if it has no ranges."""
    trees = (cells.tree(other) for other in alike if other not in cells.contents.arrays)
    tree = next((tree for tree in trees if tree is not None), None)
    return f"={written(tree, cell)}" if tree is not None and over_ranges(tree) else ""


def everywhere_alike(cells: Cells, fix: Fix) -> Iterator[Fix]:
    """One of the changes made in all cells that have the formula: it was filled into them."""
    for formula in fix.formulas:
        wider = formula if formula.text else _wider(cells, formula)
        if len(wider.cells) > len(formula.cells):
            yield replace(fix, formulas=(wider,))


def _wider(cells: Cells, formula: ChangedFormula) -> ChangedFormula:
    """The change, made in all cells of the sheet that have the formula."""
    before, sheet = cells.compiled(formula.cells[0]), formula.cells[0][0]
    on_sheet = (cell for cell in sorted(cells.contents.formulas) if cell[0] == sheet)
    every = tuple(cell for cell in on_sheet if cells.compiled(cell) == before)
    if not set(formula.cells) <= set(every):
        return formula  # an array formula's
    return replace(formula, cells=every, values=np.array([cells.worth(formula.compiled, cell) for cell in every]))


def edit_between(old: Expr, new: Expr) -> Edit:
    """Two parts that differ, as a change of a certain sort."""
    return Edit(_sort(old, new), old, new)


def _sort(old: Expr, new: Expr) -> ChangeSort:
    """What sort of change it is."""
    return next((sort for sort, is_it in SORTS if is_it(old, new)), ChangeSort.FORMULA)


def _is_divided(old: Expr, new: Expr) -> bool:
    """Whether one part is the other, divided by a number of samples."""
    count = old.args[1] if old.op == "div" else None
    return (
        count is not None and old.args[0] is new and count.op == "const" and float(str(count.payload)) not in (2.0, 0.5)
    )


def _is_doubled(old: Expr, new: Expr) -> bool:
    """Whether one part is the other, twice or half of it."""
    is_two = [arg.op == "const" and float(str(arg.payload)) in (2.0, 0.5) for arg in old.args]
    if old.op == "div":
        return is_two[1] and old.args[0] is new
    return old.op == "mul" and any(two and old.args[1 - k] is new for k, two in enumerate(is_two))


def _is_plus_for_minus(old: Expr, new: Expr) -> bool:
    return {old.op, new.op} == {"add", "sub"} and set(old.args) == set(new.args)


SORTS: tuple[tuple[ChangeSort, Callable[[Expr, Expr], bool]], ...] = (  # in this order
    (ChangeSort.REFERENCE, lambda old, new: old.op == new.op == "ref"),
    (ChangeSort.NUMBER, lambda old, new: old.op == new.op == "const"),
    (ChangeSort.MEAN, lambda old, new: _is_divided(old, new) or _is_divided(new, old)),
    (ChangeSort.HALF, lambda old, new: _is_doubled(old, new) or _is_doubled(new, old)),
    (ChangeSort.MASK, lambda old, new: any(factor is old for factor in factors(new))),
    (ChangeSort.EXTRA, lambda old, new: any(factor is new for factor in factors(old))),
    (ChangeSort.SIGN, lambda old, new: "neg" in (old.op, new.op) or _is_plus_for_minus(old, new)),
    (ChangeSort.OPERATOR, lambda old, new: len(old.args) == 2 and old.args == new.args),
    (ChangeSort.PATH, lambda old, new: new.op == "add" and old in new.args),
)
