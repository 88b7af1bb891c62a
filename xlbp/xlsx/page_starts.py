"""Where the pages of a sheet begin: columns that belong together stay together, and nothing is left alone or cut."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate

PAGE = 1.0  # what a further page costs
UNLIKE, ELSEWHERE = 0.4, 2.0  # what it costs to begin a page at each less welcome kind of column, and at any other
EMPTY = 0.5  # what a page costs that is empty, for the share of it that is
LONELY = 5.0  # what a page of a single column costs


def column_page_starts(widths: Sequence[int], starts: Sequence[Collection[int]], room: float) -> list[int]:
    """The first column of each page but the first, of columns so many pixels wide, the first on every page.

    A page begins where something begins, as ``starts`` has it: lists of columns, the most welcome ones first.  Pages
    are few and equally full, and have more than one column if that can be.
    """
    last = len(widths)
    before = [0, *accumulate(widths)]  # the widths of all columns before the (n + 1)th
    seen = [0, *accumulate(int(width > 0) for width in widths)]
    cheapest = {last + 1: (0.0, last + 1)}  # from a column on: what the pages cost, and where the second one begins
    for first in range(last, 1, -1):
        choices = []
        for end in range(first + 1, last + 2):
            used = widths[0] + before[end - 1] - before[first - 1]
            if used > room and end > first + 1:
                break
            is_lonely = seen[end - 1] - seen[first - 1] < 2
            page = PAGE + EMPTY * max(0.0, 1 - used / room) ** 2 + LONELY * is_lonely
            begins = _unwelcome(end, starts) if end <= last else 0.0
            choices.append((page + begins + cheapest[end][0], end))
        cheapest[first] = min(choices)
    found, start = [], cheapest[2][1] if last > 1 else last + 1
    while start <= last:
        found.append(start)
        start = cheapest[start][1]
    return found


def _unwelcome(column: int, starts: Sequence[Collection[int]]) -> float:
    """What it costs to begin a page at a column."""
    return next((UNLIKE * kind for kind, columns in enumerate(starts) if column in columns), ELSEWHERE)


def row_page_starts(heights: Sequence[float], whole: Iterable[tuple[int, int]], room: float) -> list[int]:
    """The first row of each page but the first, of rows so many points high.

    The blocks of rows (first, last) that are to stay ``whole`` are on one page each, if they fit on one at all.
    """
    blocks = list(whole)
    found: list[int] = []
    used, begin = 0.0, 1
    for row, height in enumerate(heights, start=1):
        used += height
        if used > room and row > begin:
            begin = min([row, *(first for first, last in blocks if begin < first < row <= last)])
            found.append(begin)
            used = sum(heights[begin - 1 : row])
    return found
