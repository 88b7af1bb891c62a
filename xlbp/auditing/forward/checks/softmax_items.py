"""A softmax has one share of each exponential: where one has two and another none, a share takes the wrong one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from xlbp.auditing.forward.shares import Share, first_of, shares_of
from xlbp.auditing.forward.sheet_view import SheetView, Slip, is_call, with_part
from xlbp.auditing.reading.syntax import Cell, Node, Ref
from xlbp.mistakes import Mistake

FEWEST = 3


def softmax_item_slips(view: SheetView) -> Iterator[Slip]:
    """The one share of a line of shares, one for each number added up, that is of another's exponential."""
    by_sum: dict[tuple[Cell, ...], list[Share]] = defaultdict(list)
    for share in sorted(shares_of(view), key=lambda share: share.cell):
        by_sum[share.summed].append(share)
    for summed, shares in by_sum.items():
        order, cells = sorted(summed), [share.cell for share in shares]
        if len(order) < FEWEST or len({*order}) < len(order) or not _lies_as(cells, order):
            continue
        wrong = [k for k, share in enumerate(shares) if share.item != order[k]]
        if len(wrong) == 1 and shares[wrong[0]].item in order:
            cell = cells[wrong[0]]
            expected = _of_item(view.trees[cell], cell, order[wrong[0]])
            if expected is not None:
                mistake = Mistake.OTHER_ROW if order[0][2] == order[-1][2] else Mistake.OTHER_COLUMN
                yield Slip(mistake, (cell,), view.written(expected, cell), "softmax", {"count": len(order)})


def _lies_as(cells: list[Cell], order: list[Cell]) -> bool:
    """Whether shares lie to each other as the numbers do that are added up."""
    shifts = {(cell[1] - item[1], cell[2] - item[2]) for cell, item in zip(cells, order, strict=False)}
    return len(cells) == len(order) and len(shifts) == 1


def _of_item(tree: Node, cell: Cell, item: Cell) -> Node | None:
    """The share's formula with another exponential, or logit, above the bar."""
    top = tree.args[0]
    named = first_of(top.args[0]) if is_call(top, "EXP") else top
    if named.kind != "ref" or not isinstance(named.value, Ref):
        return None
    held = named.value
    new = Node("ref", Ref.to(item, cell, held.row_fixed, held.column_fixed))
    return Node(tree.kind, tree.value, (with_part(top, named, new) if top is not named else new, tree.args[1]))
