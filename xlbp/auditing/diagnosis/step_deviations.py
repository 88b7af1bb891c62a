"""Cells of one step that are not what they are in the other steps, where steps stand apart: below, beside, on sheets.

A step's block is a copy of the one before: each cell stands as far from its step's parameters as in the others, and its
formula refers to cells that stand as far, or to the very same ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.calculation.filled import filled_text
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout, is_numeric
from xlbp.auditing.claims.step_blocks import StepBlocks
from xlbp.auditing.diagnosis.column_deviations import LEAST_ROWS, Deviation
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.truth.gradients import RTOL, Truth, relative
from xlbp.symbols.expr import ref

MOST_CELLS = 100_000  # of all steps together
SURE = 3  # steps must agree where no wrong gradient hangs on the odd one
OTHER_DATA = 2  # more odd cells of a forward pass than these say that the step takes other data


@dataclass(frozen=True)
class _Filled:
    """One cell of the first step as it stands in another: its cell there, and its formula."""

    step: int
    cell: Cell
    compiled: Compiled | None


def step_deviations(cells: Cells, layout: Layout, truth: Truth, own_rules: Collection[Cell]) -> list[Deviation]:
    """The cells, but for those of the updates, that are odd among the steps; none among fewer than three."""
    if layout.table is not None or layout.steps < LEAST_ROWS:
        return []
    blocks = StepBlocks(layout)
    behind_wrong = _behind_wrong(cells, layout, truth)
    odd: list[Deviation] = []
    for place in sorted(_positions(cells, layout, blocks)):
        filled = list(_filled(cells, layout, blocks, place, own_rules))
        odd += _odd_ones(cells, blocks, filled, behind_wrong)
    forward = Counter(each.step for each in odd if each.cell not in behind_wrong)
    return [each for each in odd if each.cell in behind_wrong or forward[each.step] <= OTHER_DATA]


def _behind_wrong(cells: Cells, layout: Layout, truth: Truth) -> set[Cell]:
    """All that wrong gradients are made from, and the losses of their steps, or that are no number."""
    wrong = [gradient.place for parameter in layout.parameters for gradient in truth.wrong(parameter)]
    wrong += list(truth.unjudgeable)
    roots = {place.gradient for place in wrong} | {layout.losses[place.step] for place in wrong}
    roots |= {loss for loss in layout.losses if math.isnan(cells.value(loss))}
    return set(cells.below(sorted(roots), layout.stops().__contains__))


def _positions(cells: Cells, layout: Layout, blocks: StepBlocks) -> set[Cell]:
    """The cells of all steps, where they would be in the first; a later step goes on from some, as a counter does."""
    stops = layout.stops()
    positions: set[Cell] = set()
    known: set[Cell] = set()
    size = 0
    for step, loss in enumerate(layout.losses):
        roots = [loss, *(place.gradient for _, place in layout.at(step))]
        members = set(cells.below(roots, stops.__contains__)) - stops
        size += len(members)
        if size > MOST_CELLS:
            return set()
        own = members - known
        known |= members
        positions |= {at for cell in own if cells.is_formula(cell) and (at := blocks.moved(cell, step, 0))}
    return positions


def _filled(
    cells: Cells, layout: Layout, blocks: StepBlocks, place: Cell, own_rules: Collection[Cell]
) -> Iterator[_Filled]:
    """The cell of a position in every step that has a number or a formula there."""
    for step in range(layout.steps):
        cell = blocks.moved(place, 0, step)
        if cell is not None and is_numeric(cells, cell) and cell not in own_rules and cell not in cells.unreadable:
            yield _Filled(step, cell, cells.compiled(cell))


def _odd_ones(
    cells: Cells, blocks: StepBlocks, filled: list[_Filled], behind_wrong: Collection[Cell]
) -> Iterator[Deviation]:
    """Those of the cells that differ from most of the others."""
    groups: list[list[_Filled]] = []
    for each in filled:
        if each.compiled is None:
            continue
        group = next((group for group in groups if _alike(blocks, group[0], each)), None)
        if group is None:
            groups.append([each])
        else:
            group.append(each)
    usual = max(groups, key=len, default=[])
    if len(usual) < 2 or len(usual) <= len(filled) / 2:
        return
    usual_steps = {each.step for each in usual}
    for each in filled:
        if each.step not in usual_steps and (each.cell in behind_wrong or (len(usual) >= SURE and each.step > 0)):
            deviation = _deviation(cells, blocks, usual, each)
            if deviation is not None:
                yield replace(deviation, shared=len(usual) / len(filled))


def _alike(blocks: StepBlocks, one: _Filled, other: _Filled) -> bool:
    """Whether two cells have one formula, of cells that stand as far from their steps or are the same."""
    if one.compiled is None or other.compiled is None:
        return False
    return blocks.are_alike(one.compiled, one.cell, one.step, other.compiled, other.cell, other.step)


def _deviation(cells: Cells, blocks: StepBlocks, usual: list[_Filled], odd: _Filled) -> Deviation | None:
    """What should stand in an odd cell; None where that has no such cells, or is worth the same."""
    instead = _translated(cells, blocks, usual, odd)
    if instead is None or odd.cell in instead.cells(odd.cell):
        return None  # the other steps copy what was typed here
    value, is_pasted = cells.worth(instead, odd.cell), odd.compiled is None
    error = relative(cells.value(odd.cell), value)
    if not is_pasted and error <= RTOL:
        return None
    text = filled_text(cells, usual[0].cell, odd.cell, instead)
    return Deviation(odd.cell, instead, value, error, is_pasted, step=odd.step, text=text)


def _translated(cells: Cells, blocks: StepBlocks, usual: list[_Filled], odd: _Filled) -> Compiled | None:
    """The usual formula, written for the odd cell."""
    one, other = usual[0], usual[1]
    assert one.compiled is not None
    assert other.compiled is not None
    slots: dict[str, Ref] = {}
    new: dict[str, str] = {}
    places = zip(one.compiled.slots, one.compiled.cells(one.cell), other.compiled.cells(other.cell), strict=True)
    for (name, reference), place, in_other in places:
        cell = place if place == in_other else blocks.moved(place, one.step, odd.step)
        if cell is None or not is_numeric(cells, cell):
            return None
        meant = Ref.to(cell, odd.cell, reference.row_fixed, reference.column_fixed)
        new[name] = slot(meant)
        slots[slot(meant)] = meant
    expr = relabelled(one.compiled.expr, lambda name: ref(new[name]))
    return Compiled(expr, tuple(slots.items()))
