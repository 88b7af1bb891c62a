"""The word that stands by a cell, left of it or above, which is a hint to what the cell holds."""

from __future__ import annotations

import re
from functools import cached_property

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims import words
from xlbp.auditing.claims.headings import bare, claim, is_gain, is_loss, is_rate, plain, shown
from xlbp.auditing.reading.contents import names_of_cells
from xlbp.auditing.reading.syntax import Cell

LEFT, ABOVE = 3, 400  # cells looked through for a word
LONGEST = 40
CALLED = re.compile(rf"(?:{words.GRADIENT}|{words.GRADIENT_EASTERN}|gradients?|grads?|slopes?|derivatives?)", re.I)


class Labels:
    """The words beside and above the cells of a book."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells

    @cached_property
    def _names(self) -> dict[Cell, str]:
        return names_of_cells(self.cells.contents)

    def heading(self, cell: Cell) -> str:
        """The nearest text above a cell, over cells that hold something; '' if a gap comes first."""
        sheet, row, column = cell
        for above in range(row - 1, max(0, row - ABOVE), -1):
            value = self.cells.contents.cells.get((sheet, above, column))
            if value is None:
                if row - above > 2:
                    return ""
            elif plain(value) and not self.cells.is_formula((sheet, above, column)):
                return str(value)
        return ""

    def beside(self, cell: Cell) -> str:
        """The nearest text left of a cell, over cells that hold nothing; of others it is none of its own."""
        sheet, row, column = cell
        for left in range(column - 1, max(0, column - 1 - LEFT), -1):
            value = self.cells.contents.cells.get((sheet, row, left))
            if value is not None:
                is_text = plain(value) and not self.cells.is_formula((sheet, row, left))
                return str(value) if is_text else ""
        return ""

    def texts(self, cell: Cell) -> tuple[str, ...]:
        """All that may name a cell: a defined name, the word beside it, the heading above."""
        return tuple(text for text in (self._names.get(cell, ""), self.beside(cell), self.heading(cell)) if text)

    def name(self, cell: Cell) -> str:
        """What to call a cell; '' where nothing names it."""
        return next((shown(text) for text in self.texts(cell) if len(text) <= LONGEST), "")

    def says_loss(self, cell: Cell) -> bool:
        """Whether a word by the cell names a loss."""
        return any(is_loss(plain(text)) or is_gain(plain(text)) for text in self.texts(cell))

    def says_gradient(self, cell: Cell) -> bool:
        """Whether a word by the cell claims it to be a derivative."""
        return any(claim(plain(text)) or "'" in text or CALLED.fullmatch(plain(text)) for text in self.texts(cell))

    def says_rate(self, cell: Cell) -> bool:
        """Whether a word by the cell names a learning rate."""
        return any(is_rate(plain(text)) or is_rate(bare(text)) for text in self.texts(cell))
