"""Grids on their way from one process to another: a kind per cell, its number, and the texts apart.

Doubles travel as they are, 8 bytes each.  Unpacking runs nothing of what it reads.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence

from xlbp.xlsx.areas import CellError, Grid, Value

BLANK, NUMBER, FALSE, TRUE, TEXT, ERROR = range(6)
PLAIN: dict[int, Value] = {BLANK: None, FALSE: False, TRUE: True}


def pack(grids: Sequence[Grid]) -> bytes:
    """A line of JSON (shapes and texts), then the kinds, then the numbers; a text's number is its place."""
    kinds, numbers = bytearray(), array("d")
    texts: list[str] = []
    for grid in grids:
        for row in grid:
            if set(map(type, row)) == {float}:  # most rows
                kinds += bytes([NUMBER]) * len(row)
                numbers.extend(row)  # type: ignore[arg-type]
                continue
            for value in row:
                kind, number = _kind(value), 0.0
                if kind == NUMBER:
                    number = float(value)  # type: ignore[arg-type]
                elif kind in (TEXT, ERROR):
                    number = float(len(texts))
                    texts.append(str(value))
                kinds.append(kind)
                numbers.append(number)
    shapes = [[len(grid), len(grid[0]) if grid else 0] for grid in grids]
    return json.dumps({"shapes": shapes, "texts": texts}).encode() + b"\n" + bytes(kinds) + numbers.tobytes()


def _kind(value: Value) -> int:
    if isinstance(value, CellError):
        return ERROR
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return BLANK if value is None else TEXT if isinstance(value, str) else NUMBER


def unpack(data: bytes) -> list[Grid]:
    """The grids.  Raises ValueError, KeyError or TypeError if these are none."""
    head, _, rest = data.partition(b"\n")
    about = json.loads(head)
    cells = sum(rows * columns for rows, columns in about["shapes"])
    kinds, numbers = rest[:cells], array("d")
    numbers.frombytes(rest[cells:])
    if len(kinds) != cells or len(numbers) != cells:
        raise ValueError(f"{cells} cells were announced, {len(numbers)} came")
    grids: list[Grid] = []
    at = 0
    for rows, columns in about["shapes"]:
        starts = range(at, at + rows * columns, columns) if columns else [at] * rows
        grids.append([_row(kinds, numbers, about["texts"], start, start + columns) for start in starts])
        at += rows * columns
    return grids


def _row(kinds: bytes, numbers: array[float], texts: Sequence[str], start: int, end: int) -> list[Value]:
    """One row; most hold nothing but numbers."""
    row: list[Value] = [*numbers[start:end]]
    if kinds.count(NUMBER, start, end) == end - start:
        return row
    for place, kind in enumerate(kinds[start:end]):
        if kind == TEXT:
            row[place] = texts[int(numbers[start + place])]
        elif kind == ERROR:
            row[place] = CellError(texts[int(numbers[start + place])])
        elif kind != NUMBER:
            row[place] = PLAIN[kind]
    return row
