"""Rows of a sheet's part that are written as plainly as most are: read as a whole, and not one element at a time."""

from __future__ import annotations

import re
from typing import TypeAlias

ROW = re.compile(r'<row r="([1-9][0-9]{0,6})"[^<>]*(?<!/)>')
TEXT = r"([^<\x00-\x1f\x7f]*)"
CELL = re.compile(
    r'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="[0-9]+")?(?: t="([a-z]+)")?'
    rf'(?:/>|>(?:(<f)(?: aca="false")?(?: t="(shared)")?(?: ref="[A-Z0-9:]+")?(?: si="([0-9]+)")?(?:/>|>{TEXT}</f>))?'
    rf"(?:<v>{TEXT}</v>|<v ?/>)?</c>)"
)
ENTITIES = {"&gt;": ">", "&lt;": "<", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
ENTITY = re.compile("|".join(ENTITIES))

# Column, row, type, whether there is a formula, whether it is shared, its group, the formula, the value; "" for none.
PlainCell: TypeAlias = tuple[str, str, str, str, str, str, str, str]


def plain_row(data: bytes) -> tuple[int, list[PlainCell]] | None:
    """A row's number and its cells, from ``<row`` up to ``</row>``; None where anything about it is unusual."""
    text = data.decode("ascii", "replace")
    head = ROW.match(text)
    if head is None or not data.isascii() or text.count("&") != len(ENTITY.findall(text)):
        return None
    number, at = head[1], head.end()
    cells: list[PlainCell] = []
    for match in CELL.finditer(text, at):
        if match.start() != at:
            return None
        at = match.end()
        cell: PlainCell = match.groups("")  # type: ignore[assignment]
        if cell[1] != number:
            return None
        cells.append(cell)
    return (int(number), cells) if at == len(text) else None


def unescaped(text: str) -> str:
    """A text without XML's entities."""
    return ENTITY.sub(lambda match: ENTITIES[match[0]], text) if "&" in text else text
