"""How cells look: each combination is put together once for a workbook, and taken over by all cells that have it.

openpyxl looks up each part anew for every cell, by a hash of all that the part says.
"""

from __future__ import annotations

from copy import copy
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill

LookPart: TypeAlias = Font | PatternFill | Border | Alignment | str  # a text is a number format
ATTRIBUTES: dict[type, str] = {
    Font: "font",
    PatternFill: "fill",
    Border: "border",
    Alignment: "alignment",
    str: "number_format",
}

# By workbook and by what the parts are; the parts themselves are kept, so that no other part gets their identity.
_DRESSED: WeakKeyDictionary[Workbook, dict[tuple[object, ...], tuple[Any, tuple[LookPart, ...]]]] = WeakKeyDictionary()


def dress(cell: Cell, *parts: LookPart) -> None:
    """Give a cell that has no look yet its font, fill, border, alignment and number format."""
    dressed = _DRESSED.setdefault(cell.parent.parent, {})
    key = (cell.quotePrefix, *map(id, parts))
    if key not in dressed:
        for part in parts:
            setattr(cell, ATTRIBUTES[type(part)], part)
        dressed[key] = copy(cell._style), parts
    cell._style = copy(dressed[key][0])  # what openpyxl itself does where it copies a cell
