"""A book by its cells, and slips in it: other contents of some cells, and the cell that must be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils.cell import coordinate_from_string, get_column_letter

Cells = dict[str, object]


@dataclass(frozen=True)
class Handmade:
    """A right book: its cells, and its slips by name, each with the cell that it is told in.

    ``Sheet2!A1`` stands on a further sheet; all others stand on the first one.
    """

    name: str
    cells: Cells
    slips: Mapping[str, tuple[Cells, str]] = field(default_factory=dict)
    title: str = "Sheet"

    def save(self, path: Path, slip: str = "") -> Path:
        """Write the book, with one of its slips perhaps."""
        book = Workbook()
        book.active.title = self.title
        for cell, content in (self.cells | (self.slips[slip][0] if slip else {})).items():
            sheet, _, place = cell.rpartition("!")
            if sheet and sheet not in book.sheetnames:
                book.create_sheet(sheet)
            (book[sheet] if sheet else book.active)[place] = content
        book.save(path)
        return path


def rows(corner: str, *lines: Sequence[object]) -> Cells:
    """The cells of some rows from a corner on; None is a blank."""
    letter, first = coordinate_from_string(corner)
    from openpyxl.utils import column_index_from_string

    left = column_index_from_string(letter)
    return {
        f"{get_column_letter(left + j)}{first + i}": content
        for i, line in enumerate(lines)
        for j, content in enumerate(line)
        if content is not None
    }


def down(column: str, first: int, last: int, formula: str) -> Cells:
    """A formula filled down: ``{r}`` is its row, ``{p}`` the one before."""
    return {f"{column}{r}": formula.format(r=r, p=r - 1) for r in range(first, last + 1)}
