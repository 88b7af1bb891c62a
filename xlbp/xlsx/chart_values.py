"""The values of a chart's cells beside its references: previews, Quick Look and phones draw a chart from them alone.

A program with a calculation draws from the cells.  A reference to more than MOST_POINTS cells therefore gets so many
of them, evenly spread, the first and the last among them; their count and their numbers stay those of the cells, and
the chart says that its lines go on over what is left out.  An error is no point.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook
from openpyxl.utils.cell import range_boundaries

from xlbp.xlsx.escaping import escape, unescape
from xlbp.xlsx.shared_texts import shortest

MOST_POINTS = 1_000  # more than the pixels of a line that a preview draws
CellsByRow: TypeAlias = Mapping[int, Mapping[int, str]]  # row -> column -> the XML of a cell with a formula
Rows: TypeAlias = tuple[int, NDArray[np.float64]]  # the first row, and the numbers from column A on
Place: TypeAlias = tuple[int, int, int]  # the place in the reference, the row and the column
NUMBERS = re.compile(rb"<c:numRef><c:f>([^<]*)</c:f>(?:<c:numCache>.*?</c:numCache>)?</c:numRef>", re.DOTALL)
TEXTS = re.compile(rb"<c:strRef><c:f>([^<]*)</c:f>(?:<c:strCache>.*?</c:strCache>)?</c:strRef>", re.DOTALL)
VALUE = re.compile(r"<v>(.*?)</v>", re.DOTALL)
ERROR = re.compile(r'<c [^>]*t="e"')


@dataclass
class BookValues:
    """What the cells of a book hold: rows that are streamed, formulas with their values, and all else."""

    workbook: Workbook
    streamed: Mapping[str, Rows]
    formulas: Mapping[str, CellsByRow]
    known: dict[bytes, bytes] = field(default_factory=dict)  # the values of each reference, as XML

    def put_into(self, chart: bytes) -> bytes:
        """A chart's XML with the values of its cells."""
        for reference, kind in ((NUMBERS, "num"), (TEXTS, "str")):
            chart = reference.sub(partial(self._with_values, kind), chart)
        references = [found[1] for found in NUMBERS.finditer(chart)]
        if any(_Area.read(reference).size > MOST_POINTS for reference in references):
            chart = chart.replace(b'<c:dispBlanksAs val="gap"', b'<c:dispBlanksAs val="span"')
        return chart

    def _with_values(self, kind: str, found: re.Match[bytes]) -> bytes:
        reference = found[1]
        key = kind.encode() + reference
        if key not in self.known:
            area = _Area.read(reference)
            shown = self._numbers(area) if kind == "num" else self._texts(area)
            points = "".join(f'<c:pt idx="{place}"><c:v>{text}</c:v></c:pt>' for place, text in shown)
            look = "<c:formatCode>General</c:formatCode>" if kind == "num" else ""
            cache = f'<c:{kind}Cache>{look}<c:ptCount val="{area.size}"/>{points}</c:{kind}Cache>'
            self.known[key] = cache.encode()
        return b"<c:%bRef><c:f>%b</c:f>%b</c:%bRef>" % (kind.encode(), reference, self.known[key], kind.encode())

    def _numbers(self, area: _Area) -> Iterator[tuple[int, str]]:
        for place, row, column in area.shown():
            value = self.value(area.title, row, column)
            if isinstance(value, float) and math.isfinite(value):
                yield place, shortest(value)

    def _texts(self, area: _Area) -> Iterator[tuple[int, str]]:
        for place, row, column in area.shown():
            value = self.value(area.title, row, column)
            if value is not None:
                yield place, escape(value if isinstance(value, str) else f"{value:.15g}")

    def value(self, title: str, row: int, column: int) -> float | str | None:
        """What a cell holds, or its formula comes to; None for an error and for an empty cell."""
        if title in self.streamed:
            first_row, values = self.streamed[title]
            if 0 <= row - first_row < len(values):
                return float(values[row - first_row, column - 1])
        cell = self.formulas.get(title, {}).get(row, {}).get(column)
        if cell is not None:
            return _value_of(cell)
        known = self.workbook[title]._cells.get((row, column))
        content = known.value if known is not None else None
        if known is None or known.data_type not in ("n", "s"):
            return None
        return float(content) if isinstance(content, int | float) else content


def _value_of(cell: str) -> float | str | None:
    """The value in the XML of a cell with a formula."""
    found = VALUE.search(cell)
    if found is None or ERROR.match(cell):
        return None
    return unescape(found[1]) if ' t="str"' in cell[: cell.index(">")] else float(found[1])


@dataclass(frozen=True)
class _Area:
    """The cells of one reference."""

    title: str
    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def read(cls, reference: bytes) -> _Area:
        """A reference such as ``'Step by step'!$B$3:$B$9``."""
        title, cells = unescape(reference.decode("utf-8")).rsplit("!", 1)
        if title.startswith("'"):
            title = title[1:-1].replace("''", "'")
        return cls(title, *range_boundaries(cells))

    @property
    def size(self) -> int:
        """How many cells there are."""
        return (self.right - self.left + 1) * (self.bottom - self.top + 1)

    def shown(self) -> Iterator[Place]:
        """The cells that are told, row by row."""
        width = self.right - self.left + 1
        for place in spread(self.size):
            yield place, self.top + place // width, self.left + place % width


def spread(count: int) -> Iterable[int]:
    """At most MOST_POINTS of the numbers from 0 to below ``count``, evenly, the first and the last among them."""
    if count <= MOST_POINTS:
        return range(count)
    return (place * (count - 1) // (MOST_POINTS - 1) for place in range(MOST_POINTS))
