"""Whether the iteration rows of a sheet are, byte for byte, those that xlbp writes; only their values are free.

To read each formula and compare it takes far longer than to write what must stand there and compare the bytes.
Whoever saves the book with another program changes the bytes: then, and whenever anything is unusual, the answer is
no, and the formulas are read one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO

from xlbp.xlsx.row_xml import StreamedCell, row_pattern, shared
from xlbp.xlsx.sheet_xml import END, HEAD, PIECE, START, pieces

VALUE = re.compile(rb'<v>[^<]*</v>(?=</c>)| t="e"')
STYLE = re.compile(rb'<c r="[A-Z]+[0-9]+"((?: s="[0-9]+")?)')
NUMBERED = re.compile(rb' r="[A-Z]*([0-9]+)"')


def rows_are_ours(
    stream: IO[bytes], first_row: int, count: int, letters: Sequence[str], formulas: Sequence[str | None]
) -> bool:
    """Whether the sheet's rows from the second iteration on are the last ones, in order, with these formulas.

    ``formulas`` are the patterns of these rows, column by column, with {r} and {p} for a row's number and the one
    above; the first of the ``count`` rows, which is different, stands in ``first_row`` and is not looked at.
    """
    rows = pieces(stream)
    if not _is_plain_head(rows, first_row):
        return False
    patterns: list[bytes] = []
    number = first_row
    for row in rows:
        if row.startswith(END):
            return number == first_row + count - 1 and b"<row" not in row and b"<!" not in row
        number += 1
        if len(patterns) < 2:  # that of the first row, which has the shared formulas' texts, and that of the others
            patterns.append(_expected(row, letters, formulas, first_row + count - 1, is_first=not patterns))
        wanted = patterns[-1].replace(b"{r}", b"%d" % number).replace(b"{p}", b"%d" % (number - 1))
        if VALUE.sub(b"", row) != wanted:
            return False
    return False


def _is_plain_head(rows: Iterator[bytes], first_row: int) -> bool:
    """Go on to the row ``first_row``; whether all before it is above it, in a sheet of the usual kind."""
    head = b""
    for row in rows:
        head += row
        if row.startswith(b'<row r="%d"' % first_row) or len(head) > 100 * PIECE:
            break
    numbers = list(map(int, NUMBERED.findall(head)))
    return (
        HEAD.match(head) is not None
        and head.count(START) == 1
        and b"<!" not in head
        and END not in head
        and max(numbers, default=0) == first_row
    )


def _expected(
    row: bytes, letters: Sequence[str], formulas: Sequence[str | None], last_row: int, is_first: bool
) -> bytes:
    """What the row must be without values, in the styles that it has."""
    styles = [style.decode() for style in STYLE.findall(row)]
    if len(styles) != len(letters):
        return b""
    cells = [StreamedCell(*cell) for cell in zip(letters, styles, formulas, strict=True)]
    pattern = row_pattern(shared(cells), last_row, is_first).replace(b"%%", b"%")
    return VALUE.sub(b"", pattern).removesuffix(b"</row>")
