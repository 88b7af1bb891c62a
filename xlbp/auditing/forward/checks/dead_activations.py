"""An activation that nothing reads, where the next layer takes what goes into it: the layer takes the wrong block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from xlbp.auditing.forward.differences import sigmoid_of
from xlbp.auditing.forward.forms import Key
from xlbp.auditing.forward.sheet_view import SheetView, Slip, calls, is_call, members, with_part
from xlbp.auditing.reading.syntax import Cell, Node, address, moved
from xlbp.auditing.reading.trees import corners, range_of
from xlbp.mistakes import Mistake

PRODUCTS = ("MMULT", "SUMPRODUCT")
FEWEST = 2  # activations
ZERO = Node("number", 0.0)


def dead_activation_slips(view: SheetView) -> Iterator[Slip]:
    """The products that take a block before its activation, of which no cell is read then."""
    activated = {home: cell for cell, tree in view.trees.items() if (home := _activates(tree, cell)) is not None}
    again = _activated_again(view)
    found: dict[Key | None, list[tuple[Cell, Node, Node]]] = defaultdict(list)
    for cell, tree in view.trees.items():
        for call in calls(tree, *PRODUCTS):
            for node in (reference for arg in call.args for reference in arg.references):
                behind = _dead_behind(view, members(node, cell), activated)
                if behind and again.isdisjoint(members(node, cell)):
                    found[view.forms.key(cell)].append((cell, node, range_of(behind[0], behind[-1], node, cell)))
    for readers in found.values():
        cell, node, mended = min(readers, key=lambda each: each[0])
        lost = members(mended, cell)[0]
        expected = view.written(with_part(view.trees[cell], node, mended), cell)
        cells = tuple(dict.fromkeys(each for each, _, _ in sorted(readers, key=lambda each: each[0])))
        yield Slip(Mistake.NO_ACTIVATION, cells, expected, "dead_activation", {"lost": address(lost, cell[0])})


def _activates(tree: Node, cell: Cell) -> Cell | None:
    """The cell that a formula is the activation of: a ReLU, a sigmoid, a tanh; None for any other formula."""
    inside = sigmoid_of(tree)
    if is_call(tree, "TANH"):
        inside = tree.args[0]
    elif is_call(tree, "MAX") and len(tree.args) == 2 and ZERO in tree.args:
        inside = next(arg for arg in tree.args if arg != ZERO) if tree.args[0] != tree.args[1] else None
    elif is_call(tree, "IF") and len(tree.args) == 3 and ZERO in tree.args[1:]:
        inside = next((arg for arg in tree.args[1:] if arg != ZERO), None)
    ends = corners(inside, cell) if inside is not None and inside.kind == "ref" else None
    return None if ends is None else ends[0]


def _activated_again(view: SheetView) -> set[Cell]:
    """The cells that several activations are of, which are compared then."""
    seen: set[Cell] = set()
    again: set[Cell] = set()
    for cell, tree in view.trees.items():
        home = _activates(tree, cell)
        if home is not None:
            (again if home in seen else seen).add(home)
    return again


def _dead_behind(view: SheetView, before: list[Cell], activated: dict[Cell, Cell]) -> list[Cell]:
    """The block of the activations of a range, with the ones beside them, if no formula reads any; else nothing."""
    pairs = [(item, activated[item]) for item in before if item in activated]
    shifts = {(b[0] == a[0], b[1] - a[1], b[2] - a[2]) for a, b in pairs}
    if len(pairs) < FEWEST or len(shifts) > 1:
        return []
    ((_, down, right),) = shifts
    behind = [moved(item, down, right) for item in before]
    others = [item for item in before if item not in activated]
    are_blank = not any(map(view.is_number, others))  # where the ones stand behind the activations alone
    is_dead = all(view.is_number(cell) and view.readings.is_unread(cell) for cell in behind)
    return behind if is_dead and are_blank and pairs[0][0][0] == pairs[0][1][0] else []
