"""What the marks of an empty book compare: nothing moves yet, so each cell of a pass shows what the rows show.

Nine of ten formulas of a large exercise are such cells.  An engine that has the rows and the marks alone computes an
empty book in a tenth of the time; the first book of each process is computed in both ways, and they must agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import cast

from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.marks import cells_at_rest
from xlbp.workbook.page.page import Content
from xlbp.workbook.skeleton import Place, Skeleton, Values

Numbers = tuple[int, ...]


@dataclass(frozen=True)
class Resting:
    """The formulas at rest, by their sheets: which of the sheet's formulas they are, and whose value each has.

    The latter counts the formulas of the sheet of the ``rows``, and behind them the student's own numbers.
    """

    rows: str
    formulas: Mapping[str, tuple[Numbers, Numbers]]
    whole: frozenset[str]  # sheets on which all formulas are at rest
    sources: Numbers

    @classmethod
    def of(cls, exercise: Exercise, book: Skeleton, numbers: Sequence[Place]) -> Resting | None:
        """None where the book has no passes, or one shows what stands in no formula."""
        source, rows = cells_at_rest(exercise), exercise.contents.title
        sheets = {sheet.title: [*sheet.places] for sheet in book.sheets}
        order = {place: at for at, place in enumerate([*sheets[rows], *numbers])}
        formulas: dict[str, tuple[Numbers, Numbers]] = {}
        for title, places in sheets.items() if source else ():
            shown = [*map(source.get, places)]
            at = tuple(at for at, place in enumerate(shown) if place is not None)
            sources = [order.get(place) for place in shown if place is not None]
            if None in sources:
                return None
            if at:
                formulas[title] = at, tuple(cast("list[int]", sources))
        if not formulas:
            return None
        whole = frozenset(title for title, (at, _) in formulas.items() if len(at) == len(sheets[title]))
        return cls(rows, formulas, whole, tuple({at for _, found in formulas.values() for at in found}))

    def added(self, values: Values, numbers: Sequence[float]) -> Values | None:
        """The values of all formulas, from those that an engine found for the others.

        None where a formula may make something else of one: of an error, and of −0, which with 0 is 0.
        """
        shown: list[Content] = [*values[self.rows], *numbers]
        if not all(_stays(shown[source]) for source in self.sources):
            return None
        added = {title: [*found] for title, found in values.items()}
        for title, (places, sources) in self.formulas.items():
            taken = itemgetter(*sources, 0)(shown)[:-1]
            if title in self.whole:
                added[title] = [*taken]
            else:
                for at, value in zip(places, taken, strict=True):
                    added[title][at] = value
        return added


def _stays(value: Content) -> bool:
    return type(value) is float and (value != 0 or math.copysign(1, value) > 0)
