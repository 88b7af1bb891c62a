"""What the comments of a script say: what the source calls the numbers, and in which columns of the sheet they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from openpyxl.utils import get_column_letter

from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.contents import Contents

MOST = 40  # letters of a list of symbols


@dataclass(frozen=True)
class Sheet:
    """The sheet Training of a book of the template."""

    contents: Contents

    def about(self, elements: Sequence[Quantity]) -> str:
        """``net_h1, net_h2: columns J:K``; '' of what has no column.

        ``elements`` are those of all samples; the symbols are those of the first sample, without its mark.
        """
        columns = self.columns(elements)
        first = [element for element in elements if element.sample == elements[0].sample]
        return f"{self.symbols(first)}: {columns}" if columns else ""

    def symbols(self, elements: Sequence[Quantity]) -> str:
        """``w1, w2, w3``, or of many the first and the last."""
        called = [self.contents.bare_symbol(element) for element in elements]
        listed = ", ".join(called)
        return listed if len(listed) <= MOST else f"{called[0]} ... {called[-1]}"

    def columns(self, elements: Iterable[Quantity]) -> str:
        """``columns J:K``, as far as they have some; '' without any."""
        numbers = [self.places[name] for name in elements if name in self.places]
        if not numbers:
            return ""
        first, last = min(numbers), max(numbers)
        if first == last:
            return f"column {get_column_letter(first)}"
        is_run = len(set(numbers)) == last - first + 1
        return f"columns {get_column_letter(first)}{':' if is_run else ' ... '}{get_column_letter(last)}"

    @cached_property
    def places(self) -> dict[str, int]:
        """The column of each quantity of a row, from 1."""
        return dict(self.contents.layout.columns)
