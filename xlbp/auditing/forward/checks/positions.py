"""Sines and cosines of positions: dimension 2i has sin(pos / 10000^(2i/d)) and 2i + 1 the cosine of the same."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from xlbp.auditing.forward.sheet_view import SheetView, Slip
from xlbp.auditing.reading.syntax import Cell
from xlbp.mistakes import Mistake

POSITION = re.compile(
    r"position\w*\s*(al)?\s*(encod\w*|embedd\w*)?\b|^pos\.?\s*enc|\bPE\b|位置编码|位置編碼|positionscodierung|positionskodierung",
    re.IGNORECASE,
)
BASE = 10_000.0
SMALLEST, LEAST_RIGHT = 2, 0.6
CLOSE = 1e-3  # cells may be rounded

Block = list[list[Cell]]
Rule = Callable[[int, int, int], float]


def _encoding(position: int, dimension: int, size: int) -> float:
    angle = position / BASE ** (2 * (dimension // 2) / size)
    return math.cos(angle) if dimension % 2 else math.sin(angle)


def _halves(position: int, dimension: int, size: int) -> float:
    """The sines first, then the cosines, which is as usual."""
    half = size // 2
    angle = position / BASE ** (2 * (dimension % half) / size) if half else 0.0
    return math.cos(angle) if dimension >= half else math.sin(angle)


def position_slips(view: SheetView) -> Iterator[Slip]:
    """The cells of an encoding that differ from the law that most of its cells keep to."""
    for block in _blocks(view):
        tables = [block, [list(row) for row in zip(*block, strict=True)]]
        if _is_exchanged(view, tables):
            continue
        for table in tables:
            wrong = min(
                (_wrong(view, table, rule, first) for rule in (_encoding, _halves) for first in (0, 1)), key=len
            )
            total = len(table) * len(table[0])
            if 0 < len(wrong) <= (1 - LEAST_RIGHT) * total and len(wrong) < total - 1:
                yield Slip(Mistake.WAVES_EXCHANGED, tuple(wrong), "", "positions")
                break


def _is_exchanged(view: SheetView, tables: list[Block]) -> bool:
    """Whether one of the readings leaves nothing wrong: then the block is right."""
    return any(
        not _wrong(view, table, rule, first) for table in tables for rule in (_encoding, _halves) for first in (0, 1)
    )


def _wrong(view: SheetView, table: Block, rule: Rule, first: int) -> list[Cell]:
    """The cells of a table, a position in each row, whose number is another than the rule's."""
    size = len(table[0])
    return [
        cell
        for position, row in enumerate(table, first)
        for dimension, cell in enumerate(row)
        if not abs(view.cells.value(cell) - rule(position, dimension, size)) <= CLOSE
    ]


def _blocks(view: SheetView) -> Iterator[Block]:
    """The rectangles of formulas with sines or cosines under a heading that speaks of positions."""
    waves = {cell for cell, tree in view.trees.items() if not tree.functions.isdisjoint(("SIN", "COS"))}
    while waves:
        sheet, top, left = min(waves)
        bottom, right = top, left
        while (sheet, bottom + 1, left) in waves:
            bottom += 1
        while all((sheet, row, right + 1) in waves for row in range(top, bottom + 1)):
            right += 1
        block = [[(sheet, r, c) for c in range(left, right + 1)] for r in range(top, bottom + 1)]
        waves -= {cell for row in block for cell in row}
        if min(len(block), len(block[0])) >= SMALLEST and view.says((sheet, top, left), POSITION):
            yield block
