"""A softmax: what an exponential is divided by must be the sum of exponentials that it is one of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.auditing.forward.differences import same
from xlbp.auditing.forward.lines import across, along
from xlbp.auditing.forward.sheet_view import SheetView, Slip, is_call, is_op, members, with_part
from xlbp.auditing.reading.syntax import Cell, Node, Ref
from xlbp.auditing.reading.trees import corners, range_of
from xlbp.mistakes import Mistake

SUMS = ("SUM", "SUMPRODUCT")
ADDENDS = 2


@dataclass(frozen=True)
class Share:
    """``e / sum``: the exponential's cell, or the cell it is taken of; what is summed; and how the range is written."""

    cell: Cell
    item: Cell
    summed: tuple[Cell, ...]
    range_node: Node
    range_home: Cell  # the cell whose formula writes the range
    inside: bool  # whether the exponential is taken in the formula itself


def softmax_slips(view: SheetView) -> Iterator[Slip]:
    """The shares that are not a part of the sum that they are divided by, and sums that hold what is none."""
    shares = [share for cell, tree in view.trees.items() if (share := _share(view, cell, tree)) is not None]
    rightly = {share.range_home for share in shares if share.item in share.summed and share.range_home != share.cell}
    groups: dict[tuple[str, bool, int, bool], list[Share]] = defaultdict(list)
    for share in shares:
        is_row = share.summed[0][1] == share.summed[-1][1]
        groups[share.cell[0], is_row, across(share.item, not is_row), share.inside].append(share)
    for (_, is_row, _, _), group in groups.items():
        for line in _lines(group, is_row):
            if len(line) >= ADDENDS:
                yield from _of_line(view, line, rightly)


def _lines(group: list[Share], is_row: bool) -> Iterator[list[Share]]:
    """The shares whose exponentials follow on each other without a gap."""
    line: list[Share] = []
    for share in sorted(group, key=lambda share: share.item):
        if line and along(share.item, not is_row) - along(line[-1].item, not is_row) > 1:
            yield line
            line = []
        line.append(share)
    yield line


def _of_line(view: SheetView, line: list[Share], rightly: set[Cell]) -> Iterator[Slip]:
    items = [share.item for share in line]
    wrong = [share for share in line if share.item not in share.summed]
    starts = {share.summed[0] for share in line}
    if wrong:
        slides = len(starts) == len(line) and line[0].item in line[0].summed
        mistake = Mistake.UNANCHORED if slides else Mistake.NOT_ONE
        if slides:
            wrong = line[1:]
        elif len({share.summed for share in line}) == 1 and all(share.range_home == share.cell for share in line):
            wrong = line  # all divide by this sum
        if slides or _is_near(items, wrong[0].summed) or len(starts) < len(line):
            yield _slip(view, mistake, wrong, items, rightly)
        return
    strangers = [cell for cell in line[0].summed if cell not in items and _is_stranger(view, line[0], cell)]
    if strangers and len(starts) == 1:
        yield _slip(view, Mistake.NOT_ONE, line[:1], items, set())


def _is_near(items: list[Cell], summed: tuple[Cell, ...]) -> bool:
    """Whether the sum goes along the exponentials, shifted or shortened, or along a parallel line."""
    overlaps = bool({*items} & {*summed})
    distances = {(cell[1] - items[0][1], cell[2] - items[0][2]) for cell in summed}
    is_parallel = len(summed) == len(items) and (0 in {d[0] for d in distances} or 0 in {d[1] for d in distances})
    return overlaps or is_parallel


def _is_stranger(view: SheetView, share: Share, cell: Cell) -> bool:
    """Whether a summed cell is a number that is no exponential, where the others are."""
    return not share.inside and view.is_number(cell) and not is_call(view.tree(cell), "EXP", "IF")


def _another_sum(view: SheetView, wrong: list[Share], items: list[Cell]) -> Slip:
    """The sum is right for others: these shares name it in the place of their own."""
    own = next(
        (cell for cell, tree in view.trees.items() if is_call(tree, *SUMS) and members(tree.args[0], cell) == items),
        None,
    )
    first = wrong[0]
    tree = view.tree(first.cell)
    expected = ""
    if own is not None and tree is not None and isinstance(tree.args[1].value, Ref):
        like = tree.args[1].value
        named = Node("ref", Ref.to(own, first.cell, like.row_fixed, like.column_fixed))
        expected = view.written(with_part(tree, tree.args[1], named), first.cell)
    return Slip(Mistake.NOT_ONE, tuple(share.cell for share in wrong), expected, "softmax", {"count": len(items)})


def _slip(view: SheetView, mistake: Mistake, wrong: list[Share], items: list[Cell], rightly: set[Cell]) -> Slip:
    first = wrong[0]
    if first.range_home in rightly and not {*first.summed} <= {*items}:
        return _another_sum(view, wrong, items)
    home = first.range_home
    mended = range_of(min(items), max(items), first.range_node, home)
    if mistake is Mistake.UNANCHORED:
        mended = Node("range", tuple(Ref.held(cell, home) for cell in (min(items), max(items))))
    tree = view.tree(home)
    expected = "" if tree is None else view.written(with_part(tree, first.range_node, mended), home)
    cells = tuple(dict.fromkeys([home, *(share.cell for share in wrong if share.range_home == share.cell)]))
    return Slip(mistake, cells, expected, "softmax", {"count": len(items)})


def _share(view: SheetView, cell: Cell, tree: Node) -> Share | None:
    """A quotient of an exponential by a sum; None for any other formula."""
    if not is_op(tree, "/") or view.forms.is_in_array(cell):
        return None
    top, below = tree.args
    total, home = below, cell
    ends = corners(below, cell)
    if below.kind == "ref" and ends is not None:
        home = ends[0]
        followed = view.tree(home)
        if followed is None or view.forms.is_in_array(home):
            return None
        total = followed
    if not is_call(total, *SUMS) or len(total.args) != 1:
        return None
    return _of_cells(view, cell, top, total.args[0], home) or _of_logits(view, cell, top, total.args[0], home)


def _of_cells(view: SheetView, cell: Cell, top: Node, summed: Node, home: Cell) -> Share | None:
    """``=B3/SUM(B3:D3)``, where B3 is an exponential."""
    ends = corners(top, cell)
    if top.kind != "ref" or summed.kind != "range" or ends is None or not is_call(view.tree(ends[0]), "EXP"):
        return None
    cells = members(summed, home)
    return Share(cell, ends[0], tuple(cells), summed, home, inside=False) if _is_line(cells) else None


def _of_logits(view: SheetView, cell: Cell, top: Node, summed: Node, home: Cell) -> Share | None:
    """``=EXP(B2)/SUM(EXP(B2:D2))``, in one formula or in two."""
    exponent = _exponent(view, top, cell)
    if exponent is None or not is_call(summed, "EXP"):
        return None
    (own, own_home), logits = exponent, summed.args[0]
    own_first, logits_first = _first(own), _first(logits)
    if own_first.kind != "ref" or logits_first.kind != "range":
        return None
    cells, ends = members(logits_first, home), corners(own_first, own_home)
    if ends is None or not _is_line(cells):
        return None
    return Share(cell, ends[0], tuple(cells), logits_first, home, inside=True)


def _exponent(view: SheetView, node: Node, cell: Cell) -> tuple[Node, Cell] | None:
    """What an exponential is taken of, in the formula or in the cell that it names, and where that is written."""
    if is_call(node, "EXP"):
        return node.args[0], cell
    ends = corners(node, cell)
    tree = view.tree(ends[0]) if node.kind == "ref" and ends is not None else None
    return (tree.args[0], ends[0]) if ends is not None and tree is not None and is_call(tree, "EXP") else None


def _first(node: Node) -> Node:
    """The logit in an exponent: of ``B2-MAX(B2:D2)`` and of ``B2/T`` it is B2."""
    while is_op(node, "-", "/", "*"):
        node = node.args[0]
    return node


def _is_line(cells: list[Cell]) -> bool:
    return len(cells) > 1 and (cells[0][1] == cells[-1][1] or cells[0][2] == cells[-1][2])


def scaled_unlike(view: SheetView) -> Iterator[Slip]:
    """``=EXP(B2/T)/SUM(EXP(B2:D2))``: the exponents above and below are not taken alike."""
    for cell, tree in view.trees.items():
        if not is_op(tree, "/") or not is_call(tree.args[0], "EXP") or not is_call(tree.args[1], *SUMS):
            continue
        (above,), (inner,) = tree.args[0].args, tree.args[1].args[:1]
        if not is_call(inner, "EXP") or len(tree.args[1].args) != 1:
            continue
        own, logits = above, inner.args[0]
        first = _first(own)
        mended = with_part(own, first, _first(logits)) if first.kind == "ref" else own
        if first.kind == "ref" and _first(logits).kind == "range" and not same(mended, logits, cell):
            expected = view.written(with_part(tree, logits, mended), cell)
            yield Slip(Mistake.NOT_ONE, (cell,), expected, "softmax_unlike")
