"""Iteration rows as XML: one text pattern per row, filled with the row's number and its values.

openpyxl writes a formula without its value; here every formula cell carries the value it has, typed,
so that previews, Protected View and pandas see numbers.

A formula that looks only at its own sheet is written once, in the first of the rows that have it, and the others
refer to it (``t="shared"``), as Excel does when a formula is filled down: the file is a quarter smaller and an
engine parses each formula once.  Excel shifts a shared reference to another sheet wrongly, so these stay apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from numpy.typing import NDArray

from xlbp.xlsx.escaping import escape
from xlbp.xlsx.numerals import by_repr, numerals

ERROR = "#NUM!"
VALUE = "%b"
REFERENCE = re.compile(r"\$[A-Z]{1,3}\$\d+|\$?[A-Z]{1,3}\{[rp]\}|TRUE|FALSE")
WORD = re.compile(r"(?<![\w.$])[A-Za-z_$][\w.$]*(?:\{[rp]\})?(?![\w.{]*\()")


@dataclass(frozen=True)
class StreamedCell:
    """One column of a row: its letter, style, and formula pattern; None for a plain number.

    ``shared`` is the number of the formula that the cells of a column have together.
    """

    letter: str
    style: str
    formula: str | None
    shared: int | None = None


def xml_rows(
    start: Sequence[StreamedCell],
    following: Sequence[StreamedCell],
    first_row: int,
    values: NDArray[np.float64],
) -> Iterator[bytes]:
    """The rows of all iterations; ``values`` is (T + 1, columns), NaN where a cell shows an error."""
    last_row = first_row + len(values) - 1
    texts_of = numerals()
    patterns = [row_pattern(start), row_pattern(following, last_row, is_first=True), row_pattern(following, last_row)]
    finite = np.all(np.isfinite(values), axis=1).tolist()
    for t, row in enumerate(np.ascontiguousarray(values)):
        number = first_row + t
        if finite[t]:
            pattern, texts = patterns[min(t, 2)], texts_of(row)
        else:
            failing = np.isnan(row).tolist()
            cells, numbers = (start if t == 0 else following), by_repr(row)
            pattern = row_pattern(cells, last_row, t == 1, failing)
            texts = [ERROR.encode() if failed else text for text, failed in zip(numbers, failing, strict=True)]
        yield pattern.replace(b"{r}", b"%d" % number).replace(b"{p}", b"%d" % (number - 1)) % tuple(texts)


def shared(cells: Sequence[StreamedCell]) -> list[StreamedCell]:
    """The cells of the rows after the first, those that may share a formula numbered."""
    numbers = count()
    return [replace(c, shared=next(numbers)) if c.formula and may_be_shared(c.formula) else c for c in cells]


def may_be_shared(formula: str) -> bool:
    """Whether a formula refers to cells of its own sheet alone, by their addresses."""
    return not re.search("[!'\"]", formula) and all(map(REFERENCE.fullmatch, WORD.findall(formula)))


def row_pattern(
    cells: Sequence[StreamedCell], last_row: int = 0, is_first: bool = False, failing: Sequence[bool] = ()
) -> bytes:
    """The XML of a row with {r}, {p} and a place for each value; error cells are typed as such."""
    parts = []
    for index, cell in enumerate(cells):
        kind = ' t="e"' if failing and failing[index] else ""
        formula = _formula(cell, last_row, is_first)
        parts.append(f'<c r="{cell.letter}{{r}}"{cell.style}{kind}>{formula}<v>{VALUE}</v></c>')
    return f'<row r="{{r}}">{"".join(parts)}</row>'.encode()


def _formula(cell: StreamedCell, last_row: int, is_first: bool) -> str:
    if cell.formula is None:
        return ""
    text = escape(cell.formula).replace("%", "%%")
    if cell.shared is None:
        return f"<f>{text}</f>"
    if is_first:
        return f'<f t="shared" ref="{cell.letter}{{r}}:{cell.letter}{last_row}" si="{cell.shared}">{text}</f>'
    return f'<f t="shared" si="{cell.shared}"/>'
