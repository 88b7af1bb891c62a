"""A block of a sheet's cells, and what cells hold once they are computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


class CellError(str):
    """An error value such as ``#NUM!``; engines differ in the code, so compare only that it is one."""

    __slots__ = ()


Value: TypeAlias = float | str | bool | CellError | None
Grid: TypeAlias = list[list[Value]]


@dataclass(frozen=True)
class Area:
    """A block of cells, from (first_row, 1) to (last_row, columns) of a sheet."""

    sheet: str
    first_row: int
    last_row: int
    columns: int
