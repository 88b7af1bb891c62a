"""What a person should look at before training: rows that total others, classes that hardly occur."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from xlbp.starter.columns import Column

FEWEST_ROWS = 3  # that a total is made of: of two, chance makes one easily
FEWEST_COLUMNS = 2  # in which all numbers must be totals
CLOSE = 1e-9  # by how much a total that was written out may differ, as a share


def totals(columns: Sequence[Column]) -> tuple[int, ...]:
    """The lines whose every number is the sum, or in all the mean, of the rows above that are no totals themselves."""
    numeric = [column for column in columns if column.numeric and not column.has_gaps and not column.is_constant]
    if len(numeric) < FEWEST_COLUMNS:
        return ()
    lines = [line for line, _ in numeric[0].cells]
    rows = list(zip(*(column.values for column in numeric), strict=True))
    return tuple(_lines_of_totals(lines, rows))


def _lines_of_totals(lines: Sequence[int], rows: Sequence[tuple[float, ...]]) -> Iterator[int]:
    sums, count = [0.0] * len(rows[0]), 0
    for line, row in zip(lines, rows, strict=True):
        if count >= FEWEST_ROWS and any(_are_close(row, sums, divisor) for divisor in (1, count)):
            yield line
            continue
        sums, count = [total + value for total, value in zip(sums, row, strict=True)], count + 1


def _are_close(row: Sequence[float], sums: Sequence[float], divisor: int) -> bool:
    """Whether each number of a row is a sum by a divisor; sums of nothing but zeros say nothing."""
    pairs = [(value, total / divisor) for value, total in zip(row, sums, strict=True)]
    return any(total for _, total in pairs) and all(math.isclose(a, b, rel_tol=CLOSE, abs_tol=0.0) for a, b in pairs)


def single_classes(column: Column) -> tuple[str, ...]:
    """The classes of which there is but one sample, where others have more."""
    counts = Counter(text for _, text in column.known)
    return tuple(text for text, count in counts.items() if count == 1) if max(counts.values()) > 1 else ()
