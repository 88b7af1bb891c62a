"""LOG is the logarithm to base 10 in a spreadsheet: in a softplus, an entropy or a loss the natural one is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlbp.auditing.forward.differences import same, sigmoid_of
from xlbp.auditing.forward.sheet_view import SheetView, Slip, calls, is_call, is_op, with_part
from xlbp.auditing.reading.syntax import Cell, Node
from xlbp.auditing.reading.trees import corners
from xlbp.mistakes import Mistake

LOSS = re.compile(
    r"entropy|xent|\bx-?ent\b|\bnll\b|log-?\s?loss|log-?likelihood|\bce\b|\bbce\b|softplus|\bloss\b|surprise"
    r"|交叉熵|损失|損失|对数似然|對數似然|kreuzentropie|verlust",
    re.IGNORECASE,
)
TEN_MEANT = re.compile(r"log_?10|log₁₀|\blg\b|\bdB\b|\bbits?\b|decade|常用对数", re.IGNORECASE)
PROBABILITY = re.compile(r"prob|softmax|sigmoid|^p(\b|\()|^ŷ|likelihood|概率|機率|wahrscheinlich", re.IGNORECASE)


def logarithm_slips(view: SheetView) -> Iterator[Slip]:
    """The formulas that take LOG where the natural logarithm belongs."""
    for cell, tree in view.trees.items():
        wrong = [call for call in calls(tree, "LOG", "LOG10") if len(call.args) == 1]
        if not wrong or _is_changed_to_another_base(tree) or view.says(cell, TEN_MEANT):
            continue
        by_form = any(_is_softplus(call) or _is_of_probability(view, call, cell) for call in wrong) or _is_pair(
            wrong, cell
        )
        if by_form or view.says(cell, LOSS) or (LOSS.search(view.titles) and _is_weighted(tree)):
            mended = tree
            for call in wrong:
                mended = with_part(mended, call, Node("call", "LN", call.args))
            yield Slip(Mistake.LOG_BASE_TEN, (cell,), view.written(mended, cell), "logarithm")


def _is_changed_to_another_base(tree: Node) -> bool:
    """Whether a logarithm is divided by one, as ``LOG(x)/LOG(2)``, or multiplied by LN(10)."""
    for node in tree.parts:
        if is_op(node, "/") and is_call(node.args[1], "LOG", "LOG10", "LN"):
            return True
        if is_op(node, "*") and any(is_call(arg, "LN") for arg in node.args):
            return True
        if is_op(node, "/", "*") and node.args[1].kind == "number" and _is_ten(float(str(node.args[1].value))):
            return True
    return False


def _is_ten(number: float) -> bool:
    """Whether a number is ln 10 or lg e, rounded."""
    return 2.3 <= number <= 2.303 or 0.434 <= number <= 0.4343


def _is_pair(wrong: list[Node], cell: Cell) -> bool:
    """Whether logarithms of p and of 1 - p are taken: a binary cross-entropy."""
    inner = [call.args[0] for call in wrong]
    rests = [node.args[1] for node in inner if is_op(node, "-") and node.args[0] == Node("number", 1.0)]
    return any(same(rest, other, cell) for rest in rests for other in inner)


def _is_weighted(tree: Node) -> bool:
    """Whether a logarithm is multiplied by something, as in an entropy."""
    products = (node for node in tree.parts if is_op(node, "*"))
    return any(is_call(arg, "LOG", "LOG10") for product in products for arg in product.args)


def _is_softplus(call: Node) -> bool:
    inside = call.args[0]
    return is_op(inside, "+") and any(is_call(arg, "EXP") for arg in inside.args)


def _is_of_probability(view: SheetView, call: Node, cell: Cell) -> bool:
    """Whether the logarithm is of what a sigmoid or a softmax gives, or of what is headed a probability."""
    inside = call.args[0]
    ends = corners(inside, cell)
    if inside.kind != "ref" or ends is None:
        return False
    tree = view.tree(ends[0])
    if tree is not None and (sigmoid_of(tree) is not None or (is_op(tree, "/") and is_call(tree.args[0], "EXP"))):
        return True
    return bool(PROBABILITY.search(view.heading_above(ends[0])))
