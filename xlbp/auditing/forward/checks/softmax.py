"""A softmax: what an exponential is divided by must be the sum of exponentials that it is one of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from xlbp.auditing.forward.differences import same
from xlbp.auditing.forward.lines import across, along
from xlbp.auditing.forward.shares import ADDENDS, SUMS, Share, first_of, shares_of
from xlbp.auditing.forward.sheet_view import SheetView, Slip, is_call, is_op, members, with_part
from xlbp.auditing.reading.syntax import Cell, Node, Ref
from xlbp.mistakes import Mistake

OF_SHARES = re.compile(
    r"soft\s*-?max|attention|^α|^alpha|weights?\b|prob|Σ|\bsum\b|注意力|权重|權重|概率|機率|求和|总和|總和|gewicht|wahrsch|summe|aufmerksam",
    re.IGNORECASE,
)


def softmax_slips(view: SheetView) -> Iterator[Slip]:
    """The shares that are not a part of the sum that they are divided by, and sums that hold what is none."""
    shares = list(shares_of(view))
    largest = [share for share in shares if share.divisor.is_largest]
    yield from _by_largest(view, largest)
    crosswise = _crosswise(shares)
    if len(crosswise) >= ADDENDS:
        first, *_ = lines = list(crosswise.values())
        items = sorted(share.item for share in first)
        expected = _with_sum(view, first[0], items, is_turned=True)
        yield Slip(
            Mistake.SOFTMAX_AXIS, tuple(line[0].home for line in lines), expected, "softmax", {"count": len(items)}
        )
        shares = [share for share in shares if share.home not in crosswise]
    shares = [share for share in shares if not share.divisor.is_largest]
    rightly = {share.home for share in shares if share.item in share.summed and share.home != share.cell}
    groups: dict[tuple[str, bool, int, bool], list[Share]] = defaultdict(list)
    for share in shares:
        is_row = share.divisor.is_row
        groups[share.cell[0], is_row, across(share.item, not is_row), share.divisor.inside].append(share)
    for (_, is_row, _, _), group in groups.items():
        for line in _lines(group, is_row):
            if len(line) >= ADDENDS:
                yield from _of_line(view, line, rightly)


def _by_largest(view: SheetView, shares: list[Share]) -> Iterator[Slip]:
    """The shares of a softmax, or what is headed a sum, that are divided by the largest exponential."""
    wrong: dict[tuple[bool, bool], list[Share]] = defaultdict(list)
    for share in shares:
        if share.item in share.summed and (view.says(share.cell, OF_SHARES) or view.says(share.home, OF_SHARES)):
            wrong[share.home == share.cell, share.divisor.is_row].append(share)
    for alike in wrong.values():
        homes = tuple(dict.fromkeys(share.home for share in alike))
        expected = _with_sum(view, alike[0], list(alike[0].summed))
        yield Slip(Mistake.NOT_ONE, homes, expected, "softmax_largest")


def _crosswise(shares: list[Share]) -> dict[Cell, list[Share]]:
    """Cells with sums that divide a column of exponentials and go along a row, or the other way round."""
    by_home: dict[Cell, list[Share]] = defaultdict(list)
    for share in sorted(shares, key=lambda share: share.cell):
        if share.home != share.cell:
            by_home[share.home].append(share)
    found: dict[Cell, list[Share]] = {}
    for home, own in sorted(by_home.items()):
        is_row, items = own[0].divisor.is_row, {share.item for share in own}
        is_line = len(items) >= ADDENDS and len({across(item, is_row) for item in items}) == 1
        is_beside = across(home, not is_row) == across(own[0].summed[0], not is_row)  # the sum of its own line
        if is_line and not is_beside and len(items & {*own[0].summed}) < ADDENDS:
            found[home] = own
    return found


def _with_sum(view: SheetView, share: Share, items: list[Cell], is_turned: bool = False) -> str:
    """The formula that holds a share's divisor, with the sum of these cells in its place."""
    tree, divisor = view.tree(share.home), share.divisor
    if tree is None:
        return ""
    return view.written(with_part(tree, divisor.total, divisor.over(items, is_turned)), share.home)


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
        elif len({share.summed for share in line}) == 1 and all(share.home == share.cell for share in line):
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
    return not share.divisor.inside and view.is_number(cell) and not is_call(view.tree(cell), "EXP", "IF")


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
    if first.home in rightly and not {*first.summed} <= {*items}:
        return _another_sum(view, wrong, items)
    home, tree, named = first.home, view.tree(first.home), first.divisor.node
    expected = "" if tree is None else _with_sum(view, first, items)
    if tree is not None and mistake is Mistake.UNANCHORED and named.kind == "range":
        held = Node("range", tuple(Ref.held(cell, home) for cell in (min(items), max(items))))
        expected = view.written(with_part(tree, named, held), home)
    cells = tuple(dict.fromkeys([home, *(share.cell for share in wrong if share.home == share.cell)]))
    return Slip(mistake, cells, expected, "softmax", {"count": len(items)})


def scaled_unlike(view: SheetView) -> Iterator[Slip]:
    """``=EXP(B2/T)/SUM(EXP(B2:D2))``: the exponents above and below are not taken alike."""
    for cell, tree in view.trees.items():
        if not is_op(tree, "/") or not is_call(tree.args[0], "EXP") or not is_call(tree.args[1], *SUMS):
            continue
        (above,), (inner,) = tree.args[0].args, tree.args[1].args[:1]
        if not is_call(inner, "EXP") or len(tree.args[1].args) != 1:
            continue
        own, logits = above, inner.args[0]
        first = first_of(own)
        mended = with_part(own, first, first_of(logits)) if first.kind == "ref" else own
        if first.kind == "ref" and first_of(logits).kind == "range" and not same(mended, logits, cell):
            expected = view.written(with_part(tree, logits, mended), cell)
            yield Slip(Mistake.NOT_ONE, (cell,), expected, "softmax_unlike")
