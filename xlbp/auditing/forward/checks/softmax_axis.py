"""The axis of a softmax: what is weighted by its shares, or what its logits are made of, tells over which it goes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from xlbp.auditing.forward.checks.scores import ATTENTION
from xlbp.auditing.forward.lines import across
from xlbp.auditing.forward.shares import ADDENDS, Share, first_of, shares_of
from xlbp.auditing.forward.sheet_view import SheetView, Slip, is_call, is_op, members, with_part
from xlbp.auditing.reading.syntax import Cell, Node, Ref
from xlbp.auditing.reading.trees import corners
from xlbp.mistakes import Mistake

SOFTMAX = re.compile(r"soft\s*-?max|prob|概率|機率|wahrsch", re.IGNORECASE)
OVER_PLACES = re.compile(r"spatial|pointer|pool|slot|cluster|router|expert|query|queries", re.IGNORECASE)
Used = tuple[list[Cell], bool]  # the shares that one formula weights, and whether they stand in a row


def axis_slips(view: SheetView) -> Iterator[Slip]:
    """The blocks of shares that sum to 1 over another axis than that over which they are used, or are classes."""
    shares = {
        share.cell: share
        for share in shares_of(view)
        if share.item in share.summed and not share.divisor.is_largest and len(share.summed) >= ADDENDS
    }
    across_axis, along_axis = _used(view, shares)
    is_attention = any(map(ATTENTION.search, (view.titles, *view.texts.values()))) if across_axis else False
    for block in _blocks(shares):
        if min(len({cell[axis] for cell in block}) for axis in (1, 2)) < ADDENDS:
            continue
        first = shares[block[0]]
        is_across = bool(across_axis & {*block}) and not along_axis & {*block}
        is_weights = is_across and is_attention
        if is_weights or _goes_over_samples(view, first, shares):
            why = "softmax_used" if is_weights else "softmax_samples"
            yield Slip(Mistake.SOFTMAX_AXIS, tuple(block), _over_the_other(view, first, block, shares), why)


def _blocks(shares: dict[Cell, Share]) -> Iterator[list[Cell]]:
    """Shares beside or below each other that are summed in one direction."""
    left = dict.fromkeys(sorted(shares))
    while left:
        block, waiting = [], [next(iter(left))]
        is_row = shares[waiting[0]].divisor.is_row
        while waiting:
            cell = waiting.pop()
            if cell in left and shares[cell].divisor.is_row == is_row:
                del left[cell]
                block.append(cell)
                sheet, row, column = cell
                waiting += [(sheet, row + by, column) for by in (-1, 1)] + [(sheet, row, column + by) for by in (-1, 1)]
        yield sorted(block)


def _used(view: SheetView, shares: dict[Cell, Share]) -> tuple[set[Cell], set[Cell]]:
    """The shares that are weights of a sum across the axis over which they sum to 1, and those of one along it."""
    across_axis: set[Cell] = set()
    along_axis: set[Cell] = set()
    for home in dict.fromkeys(reader for cell in shares for reader in view.readers[cell]):
        tree = view.trees[home]
        if any(is_op(part, "/") for part in tree.parts):
            continue  # what is divided again sums to 1 then
        for cells, is_row in _weighted(tree, home):
            if len(cells) >= ADDENDS and all(cell in shares for cell in cells):
                is_along = shares[cells[0]].divisor.is_row == is_row
                (along_axis if is_along else across_axis).update(cells)
    return across_axis, along_axis


def _weighted(tree: Node, home: Cell) -> Iterator[Used]:
    """The lines of cells that a formula multiplies by others and adds up."""
    for part in tree.parts:
        if is_call(part, "SUMPRODUCT", "MMULT") and len(part.args) == 2:
            for k, arg in enumerate(part.args):
                yield from _of_factor(arg, home, is_call(part, "MMULT"), is_second=k == 1)
    products = list(_products(tree))
    for side in (0, 1):
        ends = [corners(product.args[side], home) for product in products]
        cells = [end[0] for end in ends if end is not None]
        if len(cells) == len(products) >= ADDENDS and _is_row(cells) is not None:
            yield cells, bool(_is_row(cells))


def _of_factor(arg: Node, home: Cell, is_matrix: bool, is_second: bool) -> Iterator[Used]:
    is_turned = is_call(arg, "TRANSPOSE")
    cells = members(arg.args[0] if is_turned and arg.args else arg, home)
    is_row = _is_row(cells) if cells else None
    if is_row is not None:
        yield cells, is_row
    elif is_matrix and cells:
        yield cells, is_second == is_turned  # the rows of the first side, the columns of the second


def _products(tree: Node) -> Iterator[Node]:
    if is_op(tree, "+"):
        yield from _products(tree.args[0])
        yield from _products(tree.args[1])
    elif is_op(tree, "*"):
        yield tree


def _is_row(cells: Sequence[Cell]) -> bool | None:
    """Whether cells stand in one row, or in one column; None where in neither."""
    if len({cell[1] for cell in cells}) == 1:
        return True
    return False if len({cell[2] for cell in cells}) == 1 else None


def _over_the_other(view: SheetView, share: Share, block: list[Cell], shares: dict[Cell, Share]) -> str:
    """The first share's formula with the sum over the other axis."""
    is_row, tree = share.divisor.is_row, view.trees[share.cell]
    items = [shares[cell].item for cell in block]
    line = [item for item in items if across(item, is_row) == across(share.item, is_row)]
    total = share.divisor.over(line, is_turned=True)
    if share.home == share.cell:
        return view.written(with_part(tree, share.divisor.total, total), share.cell)
    ends = (Ref.to(end, share.cell, is_row, not is_row) for end in (min(line), max(line)))
    return view.written(with_part(tree, tree.args[1], Node("call", "SUM", (Node("range", tuple(ends)),))), share.cell)


def _goes_over_samples(view: SheetView, share: Share, shares: dict[Cell, Share]) -> bool:
    """Whether along the sum the weights stay and the inputs change, and across it the other way round.

    Then one unit's numbers for several samples are added up, where those of a sample's classes should be.
    """
    texts = " ".join((view.titles, *view.headings(share.cell)))
    if not SOFTMAX.search(texts) or ATTENTION.search(texts) or OVER_PLACES.search(texts):
        return False
    is_row = share.divisor.is_row
    items = {other.item: other for other in shares.values()}
    sheet, row, column = share.item
    along_sum = (sheet, row, column + 1) if is_row else (sheet, row + 1, column)
    across_sum = (sheet, row + 1, column) if is_row else (sheet, row, column + 1)
    if along_sum not in items or across_sum not in items:
        return False
    logits = [_logit(view, items[item]) for item in (share.item, along_sum, across_sum)]
    one, beside, below = (_sources(view, logit) if logit is not None else None for logit in logits)
    if one is None or beside is None or below is None or not len(one) == len(beside) == len(below):
        return False
    moves: dict[bool, set[tuple[bool, bool]]] = defaultdict(set)
    for (cells, is_typed), (other, _), (another, _) in zip(one, beside, below, strict=True):
        if is_typed and all(view.cells.value(cell) == 1 for cell in cells):
            continue  # a one that a bias is multiplied by
        moves[is_typed].add((cells != other, cells != another))
    return moves[True] == {(False, True)} and moves[False] == {(True, False)}


def _logit(view: SheetView, share: Share) -> Cell | None:
    """The cell that the exponential is taken of."""
    tree = view.tree(share.item)
    if share.divisor.inside or tree is None or not is_call(tree, "EXP"):
        return share.item if share.divisor.inside else None
    ends = corners(first_of(tree.args[0]), share.item)
    return ends[0] if ends is not None else None


def _sources(view: SheetView, cell: Cell) -> list[tuple[tuple[Cell, ...], bool]] | None:
    """What each reference of a formula takes, an array's the line of its element, and whether that was typed."""
    tree = view.tree(cell)
    if tree is None:
        return None
    home, i, j = view.cells.contents.element(cell)
    if home == cell and not view.forms.is_in_array(cell):
        taken = [members(reference, cell) for reference in tree.references]
    elif is_call(tree, "MMULT") and all(arg.kind == "range" for arg in tree.args):
        first, second = (members(arg, home) for arg in tree.args)
        taken = [[c for c in first if c[1] == first[0][1] + i], [c for c in second if c[2] == second[0][2] + j]]
    else:
        return None
    return [(tuple(cells), all(map(view.is_typed, cells))) for cells in taken if cells]
