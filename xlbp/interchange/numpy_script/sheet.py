"""What the comments of a script say: what the source calls numbers, and in which columns of the sheet they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from openpyxl.utils import get_column_letter

from xlbp.template.notation import UNSCALED_MARK
from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.contents import Contents

MOST = 40  # letters of a list of symbols
MOST_COLUMNS = 4  # that are listed where they do not stand side by side


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
        return f"{self.symbols(first)}: {columns}" if columns and not self.are_ours(first) else columns

    def are_ours(self, elements: Iterable[Quantity]) -> bool:
        """Whether the source has no symbols for these, or for what they are derivatives by, but our names."""
        return all(self.contents.bare_symbol(base) == base.sampled("") for base in map(_base, elements))

    def symbols(self, elements: Sequence[Quantity], most: int = MOST) -> str:
        """``w1, w2, w3``, or of many the first and the last."""
        called = [self.symbol(element) for element in elements]
        listed = ", ".join(called)
        return listed if len(listed) <= most else f"{called[0]} ... {called[-1]}"

    def symbol(self, element: Quantity) -> str:
        """A quantity's symbol without the mark of its sample, or of its row; of numbers before scaling as given."""
        contents = self.contents
        whole = contents.column_symbol(element) if element.is_in_table else contents.bare_symbol(element)
        return whole.removesuffix(UNSCALED_MARK)

    def columns(self, elements: Iterable[Quantity]) -> str:
        """``columns J:K``, as far as they have some; '' without any."""
        numbers = [self.places[name] for name in elements if name in self.places]
        if not numbers:
            return ""
        letters = [get_column_letter(number) for number in sorted(set(numbers))]
        if len(letters) == 1:
            return f"column {letters[0]}"
        if len(letters) == max(numbers) - min(numbers) + 1:
            return f"columns {letters[0]}:{letters[-1]}"
        return f"columns {', '.join(letters) if len(letters) <= MOST_COLUMNS else f'{letters[0]} ... {letters[-1]}'}"

    @cached_property
    def places(self) -> dict[str, int]:
        """The column of each quantity of a row, from 1."""
        return dict(self.contents.layout.columns)


def _base(element: Quantity) -> Quantity:
    """What a derivative is by; of anything else itself."""
    return element if element.of is None else element.of
