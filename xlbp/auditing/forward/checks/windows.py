"""Pooling: windows of one size, side by side, each taken by the same function; one that is not is a slip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from xlbp.auditing.forward.lines import connected, is_number_at
from xlbp.auditing.forward.sheet_view import SheetView, Slip, is_call, members, with_part
from xlbp.auditing.reading.syntax import Cell, Node
from xlbp.auditing.reading.trees import corners, range_of
from xlbp.mistakes import Mistake

POOLED = ("MAX", "MIN", "AVERAGE", "SUM")
FEWEST = 2  # rows and columns of a block of windows
SHORTEST = 3  # windows


class Window(NamedTuple):
    """Which cells one cell pools: where they begin, and how many rows and columns they have."""

    sheet: str
    top: int
    left: int
    height: int
    width: int


def window_slips(view: SheetView) -> Iterator[Slip]:
    """The one window of a block that lies elsewhere or has another size, and the one that is pooled otherwise."""
    windows = {cell: window for cell, tree in view.trees.items() if (window := _window(tree, cell)) is not None}
    for block in _blocks(windows):
        rightful = _side_by_side(block, windows)
        wrong = [cell for cell in block if windows[cell] != rightful[cell]]
        functions = Counter(str(view.trees[cell].value) for cell in block)
        usual, count = functions.most_common(1)[0]
        is_line = min(len({cell[1] for cell in block}), len({cell[2] for cell in block})) < FEWEST
        if len(wrong) == 1 and count == len(block):
            if not is_line or _takes_anothers(block, wrong[0], windows):
                yield from _of_window(view, wrong[0], rightful[wrong[0]])
        elif not is_line and not wrong and count == len(block) - 1:
            odd = next(cell for cell in block if view.trees[cell].value != usual)
            expected = view.written(Node("call", usual, view.trees[odd].args), odd)
            yield Slip(Mistake.OTHER_FUNCTION, (odd,), expected, "pooled", {"usual": usual})


def _window(tree: Node, cell: Cell) -> Window | None:
    if not is_call(tree, *POOLED) or len(tree.args) != 1 or tree.args[0].kind != "range":
        return None
    ends = corners(tree.args[0], cell)
    if ends is None:
        return None
    (sheet, top, left), (_, bottom, right) = ends
    return Window(sheet, top, left, bottom - top + 1, right - left + 1)


def _blocks(windows: dict[Cell, Window]) -> Iterator[list[Cell]]:
    """The cells with windows that fill a rectangle of two rows and columns, or a line of three."""
    for block in connected(sorted(windows)):
        rows, columns = {cell[1] for cell in block}, {cell[2] for cell in block}
        if len(block) >= SHORTEST and len(block) == len(rows) * len(columns):
            yield block


def _side_by_side(block: Sequence[Cell], windows: dict[Cell, Window]) -> dict[Cell, Window]:
    """The windows as they are if those of all cells have the commonest size and lie side by side, without a gap."""
    (_, row, column), own = block[0], [windows[cell] for cell in block]
    (height, width), _ = Counter((window.height, window.width) for window in own).most_common(1)[0]
    starts = Counter(
        (window.sheet, window.top - height * (cell[1] - row), window.left - width * (cell[2] - column))
        for cell, window in zip(block, own, strict=True)
    )
    (sheet, top, left), _ = starts.most_common(1)[0]
    return {
        cell: Window(sheet, top + height * (cell[1] - row), left + width * (cell[2] - column), height, width)
        for cell in block
    }


def _takes_anothers(block: Sequence[Cell], cell: Cell, windows: dict[Cell, Window]) -> bool:
    """Whether a window of the common size takes cells of another one, where no two others share any."""
    own, pooled = windows[cell], [window for other, window in windows.items() if other in block and other != cell]
    sizes = {(window.height, window.width) for window in (own, *pooled)}
    shares = any(_overlap(own, window) for window in pooled)
    return len(sizes) == 1 and shares and not any(_overlap(a, b) for a, b in combinations(pooled, 2))


def _overlap(one: Window, other: Window) -> bool:
    down = one.top < other.top + other.height and other.top < one.top + one.height
    right = one.left < other.left + other.width and other.left < one.left + one.width
    return one.sheet == other.sheet and down and right


def _of_window(view: SheetView, cell: Cell, right: Window) -> Iterator[Slip]:
    tree = view.trees[cell]
    first = (right.sheet, right.top, right.left)
    last = (right.sheet, right.top + right.height - 1, right.left + right.width - 1)
    mended = range_of(first, last, tree.args[0], cell)
    pooled = members(mended, cell)
    if right.height * right.width > 1 and pooled and all(is_number_at(view.cells, each) for each in pooled):
        size = f"{right.height} × {right.width}"
        expected = view.written(with_part(tree, tree.args[0], mended), cell)
        yield Slip(Mistake.OTHER_RANGE, (cell,), expected, "window", {"size": size})
