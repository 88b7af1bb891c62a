"""Units written by hand, each with its own weights: one that keeps a weight of the unit before leaves its own unread.

``=$C$3*A1+$B$4`` beside ``=$B$3*A1+$B$4``, where no formula reads C4.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from xlbp.auditing.forward.differences import Question, differences, name_of
from xlbp.auditing.forward.forms import Key
from xlbp.auditing.forward.lines import BESIDE
from xlbp.auditing.forward.sheet_view import SheetView, Slip, calls, is_op, members, with_part
from xlbp.auditing.reading.syntax import Cell, Node, Ref, address, moved
from xlbp.auditing.reading.trees import corners, range_of
from xlbp.mistakes import Mistake


class Kept(NamedTuple):
    """A weight that a unit takes from the one beside it, and the one that belongs there."""

    cell: Cell
    model: Cell
    found: Node
    expected: Node


def sibling_slips(view: SheetView) -> Iterator[Slip]:
    """The formulas in which one weight is that of the unit beside, where all others moved on with the unit."""
    by_key: dict[tuple[Key | None, Key | None], list[Kept]] = defaultdict(list)
    told: set[Cell] = set()
    for cell in view.trees:
        kept = None if view.forms.is_in_array(cell) else _kept(view, cell)
        if kept is not None and cell not in told:
            told.add(cell)
            by_key[view.forms.key(cell), view.forms.key(kept.model)].append(kept)
    for alike in by_key.values():
        cell, model, found, expected = min(alike, key=lambda each: each.cell)
        tree = view.trees[cell]
        mended = with_part(tree, found, expected)
        (part,) = differences(tree, mended, cell)
        mistake = name_of(Question(part, cell, view.forms, frozenset({cell})))
        mistake = Mistake.OTHER_ROW if mistake is Mistake.OTHER_STEP else mistake
        lost = members(expected, cell)[0]
        values = {"lost": address(lost, cell[0]), "model": address(model, cell[0])}
        yield Slip(mistake, tuple(each.cell for each in alike), view.written(mended, cell), "unread", values)


def _kept(view: SheetView, cell: Cell) -> Kept | None:
    """The one weight that did not move on from the unit beside a cell, if what belongs there is read by no formula.

    The unit behind that one must have moved on with it: what all units share, as their inputs, is no weight.
    """
    own, form = view.trees[cell], view.forms[cell]
    for down, right in BESIDE:
        model = moved(cell, down, right)
        other = view.forms[model] if model in view.trees else None
        if form is None or other is None or other.shape != form.shape or view.forms.key(model) == view.forms.key(cell):
            continue
        pairs = list(zip(own.references, view.trees[model].references, strict=True))
        by = [_shift(view, one, cell, two, model) for one, two in pairs]
        steps = Counter(step for step in by if step not in (None, (0, 0)))
        if len(steps) != 1:
            continue
        ((step, _),) = steps.items()
        beyond = moved(model, down, right)
        third = view.forms[beyond] if beyond in view.trees else None
        if step is None or sum(map(abs, step)) != 1 or third is None or third.shape != form.shape:
            continue
        triples = list(zip(pairs, by, view.trees[beyond].references, strict=True))
        if any(its == step and not _goes(before, beyond, step, two, model) for (_, two), its, before in triples):
            continue  # the units' weights follow no order
        for (node, _), its, before in triples:
            is_kept = its == (0, 0) and _is_factor(own, node) and _goes(before, beyond, step, node, cell)
            expected = _moved(node, cell, step) if is_kept else None
            if expected is not None and _are_forgotten(view, expected, cell):
                return Kept(cell, model, node, expected)
    return None


def _is_factor(tree: Node, node: Node) -> bool:
    """Whether a part is multiplied: a row of a table, which a text may choose, is added to others."""
    factors = [arg for part in tree.parts if is_op(part, "*") for arg in part.args]
    factors += [part for call in calls(tree, "MMULT", "SUMPRODUCT") for part in call.references]
    return any(factor is node for factor in factors)


def _goes(before: Node, beyond: Cell, step: tuple[int, int], node: Node, cell: Cell) -> bool:
    """Whether a weight is as far from that of the unit before as the other weights are."""
    one, other = corners(before, beyond), corners(node, cell)
    return one is not None and other is not None and tuple(moved(end, *step) for end in one) == other


def _shift(view: SheetView, one: Node, cell: Cell, other: Node, model: Cell) -> tuple[int, int] | None:
    """How far a weight stands from that of the unit beside; None of what is computed."""
    here, there = members(one, cell), members(other, model)
    if len(here) != len(there) or not here or not all(map(view.is_typed, (here[0], here[-1], there[0], there[-1]))):
        return None
    return (here[0][1] - there[0][1], here[0][2] - there[0][2])


def _moved(node: Node, cell: Cell, step: tuple[int, int]) -> Node | None:
    """A reference so many rows and columns further, held by ``$`` alike."""
    ends = corners(node, cell)
    if ends is None:
        return None
    first, last = (moved(end, *step) for end in ends)
    if isinstance(node.value, Ref):
        return Node("ref", Ref.to(first, cell, node.value.row_fixed, node.value.column_fixed))
    return range_of(first, last, node, cell)


def _are_forgotten(view: SheetView, expected: Node, cell: Cell) -> bool:
    cells = members(expected, cell)
    return bool(cells) and all(view.is_typed(item) and view.readings.is_unread(item) for item in cells)
