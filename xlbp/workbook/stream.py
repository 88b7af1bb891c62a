"""Iteration rows as XML: one text pattern per row, filled with the row's number and its values.

openpyxl writes a formula without its value; here every formula cell carries the value it has, typed,
so that previews, Protected View and pandas see numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

ERROR = "#NUM!"


@dataclass(frozen=True)
class StreamedCell:
    """One column of a row: its letter, style, and formula pattern; None for a plain number."""

    letter: str
    style: str
    formula: str | None


def xml_rows(
    start: Sequence[StreamedCell],
    following: Sequence[StreamedCell],
    first_row: int,
    values: NDArray[np.float64],
) -> Iterator[str]:
    """The rows of all iterations; ``values`` is (T + 1, columns), NaN where a cell shows an error."""
    first, rest = _pattern(start), _pattern(following)
    finite = np.all(np.isfinite(values), axis=1).tolist()
    for t, row in enumerate(values):
        pattern, cells = (first, start) if t == 0 else (rest, following)
        numbers = row.tolist()
        number = first_row + t
        text = pattern if finite[t] else _pattern(cells, numbers)
        text = text.replace("{r}", str(number)).replace("{p}", str(number - 1))
        yield text % tuple(_text(value) for value in numbers)


def _text(value: float) -> str:
    return ERROR if math.isnan(value) else repr(value)


def _pattern(cells: Sequence[StreamedCell], values: Sequence[float] | None = None) -> str:
    """The XML of a row with {r}, {p} and a %s for each value; error cells are typed as such."""
    parts = []
    for index, cell in enumerate(cells):
        failed = values is not None and math.isnan(values[index])
        kind = ' t="e"' if failed else ""
        formula = "" if cell.formula is None else f"<f>{escape(cell.formula)}</f>"
        parts.append(f'<c r="{cell.letter}{{r}}"{cell.style}{kind}>{formula}<v>%s</v></c>')
    return f'<row r="{{r}}">{"".join(parts)}</row>'
