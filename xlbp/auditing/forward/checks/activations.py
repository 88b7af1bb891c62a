"""Activations by their headings: a ReLU keeps what is above 0, a sigmoid falls with exp(-x), a gate is a sigmoid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlbp.auditing.forward.differences import sigmoid_of
from xlbp.auditing.forward.sheet_view import SheetView, Slip, is_call, is_op
from xlbp.auditing.reading.syntax import Cell, Node
from xlbp.auditing.reading.trees import corners, op
from xlbp.mistakes import Mistake

RELU = re.compile(r"\bre-?lu\b", re.IGNORECASE)
LEAKY = re.compile(r"leaky|prelu|elu\b(?<!relu)", re.IGNORECASE)
SIGMOID = re.compile(r"sigmoid|logistic|^σ|\bσ\(", re.IGNORECASE)
LOGIT = re.compile(r"^logits?\b|^log[\s-]*odds", re.IGNORECASE)
GATE = re.compile(
    r"^(forget|input|output|update|reset)\s*-?gate\b|^(遗忘|遺忘|输入|輸入|输出|輸出|更新|重置)(门|門|閘)"
    r"|^(vergess|eingangs|ausgangs|aktualisierungs|reset)-?(gatter|gate|tor)\b",
    re.IGNORECASE,
)
OF_A_GATE = re.compile(
    r"^(forget|input|output|update|reset)\b|^(遗忘|遺忘|输入|輸入|输出|輸出|更新|重置)|^(vergess|eingangs|ausgangs)",
    re.IGNORECASE,
)  # in a row in which others are gates
OTHER_GATES, AROUND = 2, 12
ZERO, ONE = Node("number", 0.0), Node("number", 1.0)


def activation_slips(view: SheetView) -> Iterator[Slip]:
    """The activations that their headings contradict."""
    for cell, tree in view.trees.items():
        if not is_call(tree, "MIN", "TANH") and not is_op(tree, "/"):
            continue
        heading = _nearest(view, cell)
        if RELU.search(heading) and not LEAKY.search(heading) and is_call(tree, "MIN") and ZERO in tree.args:
            expected = view.written(Node("call", "MAX", tree.args), cell)
            yield Slip(Mistake.ACTIVATION_TURNED, (cell,), expected, "relu", {"heading": heading})
        argument = _turned_sigmoid(view, tree, cell)
        is_logit = argument is not None and _is_logit(view, argument, cell)
        if argument is not None and (is_logit or SIGMOID.search(heading)):
            expected, values = view.written(_sigmoid(argument), cell), {"heading": heading or view.heading_above(cell)}
            yield Slip(Mistake.ACTIVATION_TURNED, (cell,), expected, "sigmoid", values)
        heading = heading or (view.heading_above(cell) if _is_among_gates(view, tree, cell) else "")
        if is_call(tree, "TANH") and (GATE.search(heading) or OF_A_GATE.search(heading)):
            expected = view.written(_sigmoid(tree.args[0]), cell)
            yield Slip(Mistake.OTHER_ACTIVATION, (cell,), expected, "gate", {"heading": heading})


def _is_logit(view: SheetView, argument: Node, cell: Cell) -> bool:
    """Whether what is put into a sigmoid is headed as a logit, whose sigmoid is the probability."""
    ends = corners(argument, cell)
    return ends is not None and bool(LOGIT.search(view.heading_above(ends[0])))


def _is_among_gates(view: SheetView, tree: Node, cell: Cell) -> bool:
    """Whether a tanh stands under a gate's name, in a row in which sigmoids stand under those of other gates."""
    if not is_call(tree, "TANH") or not OF_A_GATE.search(view.heading_above(cell)):
        return False
    near = ((cell[0], cell[1], column) for column in range(cell[2] - AROUND, cell[2] + AROUND + 1))
    gates = [other for other in near if other in view.trees and sigmoid_of(view.trees[other]) is not None]
    return sum(bool(OF_A_GATE.search(view.heading_above(gate))) for gate in gates) >= OTHER_GATES


def _nearest(view: SheetView, cell: Cell) -> str:
    """The heading that is that of the cell alone: to its left or above it."""
    texts = view.headings(cell)
    for heading in (next(texts, ""), view.heading_above(cell)):
        if any(pattern.search(heading) for pattern in (RELU, SIGMOID, GATE)):
            return heading
    return ""


def _sigmoid(argument: Node) -> Node:
    return op("/", ONE, op("+", ONE, Node("call", "EXP", (Node("unary", "-", (argument,)),))))


def _turned_sigmoid(view: SheetView, tree: Node, cell: Cell) -> Node | None:
    """The x of ``1/(1+EXP(x))``, where x was not turned before; None for any other formula."""
    if not is_op(tree, "/") or tree.args[0] != ONE or not is_op(tree.args[1], "+") or ONE not in tree.args[1].args:
        return None
    power = next((arg for arg in tree.args[1].args if is_call(arg, "EXP")), None)
    if power is None or power.args[0].kind != "ref":
        return None
    ends = corners(power.args[0], cell)
    before = view.tree(ends[0]) if ends is not None else None
    return None if before is None or _is_turned(before) else power.args[0]


def _is_turned(tree: Node) -> bool:
    """Whether a formula begins with a minus, in whatever way."""
    while tree.kind in ("op", "call") and tree.args:
        tree = tree.args[0]
    return tree.kind == "unary"
