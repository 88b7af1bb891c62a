"""Formulas that are one when they are filled down, written once: an engine reads each formula that it is given.

A cell may refer to its own row without $, and to other rows by $ alone.  Two cells of one column then have the same
formula if they differ in nothing but the number of their row.  Of the passes of an exercise that are six in seven.
"""

from __future__ import annotations

import re
from itertools import count

ROW, ROW_END, CELL = re.compile(rb'<row r="([0-9]+)"'), b"</row>", b"<c r="
FORMULA = re.compile(rb'"([A-Z]+\0)"([^>]*><f)>([^<]*)</f>')
OWN_ROW = b"\0"  # stands for its number; no XML has it
QUOTED = re.compile(rb"'[^']*'|\"[^\"]*\"")
WORD = re.compile(rb"[\w$\\.:\0\x80-\xff]+[!(]?")
CALLED = re.compile(rb"[A-Za-z_\x80-\xff][\w.\x80-\xff]*[!(]?")  # a function, a sheet, or a name
REFERENCE = re.compile(rb"\$?[A-Z]{1,3}\0(:\$?[A-Z]{1,3}\0)?|\$[A-Z]{1,3}\$[0-9]+(:\$[A-Z]{1,3}\$[0-9]+)?")
ADDRESS = re.compile(rb"[A-Za-z]{1,3}[0-9]+")  # in another row, without $
NUMBER = re.compile(rb"[0-9.]+(E[0-9]*)?")


def with_shared_formulas(sheet: bytes) -> bytes:
    """The XML of a sheet that has none, in which what several cells have as a formula is written in the first alone."""
    rows = _Rows()
    return ROW_END.join(map(rows.shared, sheet.split(ROW_END)))


class _Rows:
    """The rows of a sheet, from the first on; cells are looked up with their values, of which there are none yet."""

    def __init__(self) -> None:
        self.again: dict[bytes, bytes] = {}  # how a cell is written that was there before
        self.fine: set[bytes] = set()  # words that may be filled down
        self.count = count()

    def shared(self, row: bytes) -> bytes:
        """A row in which a formula that was there before is named by its number."""
        numbers, again = ROW.findall(row), self.again
        if not numbers:
            return row
        number = numbers[-1]  # in front may be rows that are empty
        head, *cells = _in_any_row(row, number).split(CELL)
        written = CELL.join([head, *(again.get(cell) or self._first(cell) for cell in cells)])
        return written.replace(OWN_ROW, number)

    def _first(self, cell: bytes) -> bytes:
        """A cell that is there for the first time."""
        found = FORMULA.match(cell)
        if found is None or not self._may_be_filled_down(found[3]):
            self.again[cell] = cell
            return cell
        address, look, formula = found.groups()
        number, rest = next(self.count), cell[found.end() :]
        self.again[cell] = b'"%b"%b t="shared" si="%d"/>%b' % (address, look, number, rest)
        return b'"%b"%b t="shared" ref="%b" si="%d">%b</f>%b' % (address, look, address, number, formula, rest)

    def _may_be_filled_down(self, formula: bytes) -> bool:
        """Whether all that it refers to is in its own row, or fixed by $, and no part of a text was taken for that."""
        if any(OWN_ROW in quoted for quoted in QUOTED.findall(formula)):
            return False
        unknown = {*WORD.findall(QUOTED.sub(b"", formula))} - self.fine
        if not all(map(_is_fine, unknown)):
            return False
        self.fine |= unknown
        return True


def _in_any_row(row: bytes, number: bytes) -> bytes:
    """A row with OWN_ROW for its number wherever that stands behind a column's letters."""
    before, *pieces = row.split(number)
    written = [before]
    for piece in pieces:
        written += (OWN_ROW if before[-1:].isupper() and not piece[:1].isdigit() else number, piece)
        before = piece
    return b"".join(written)


def _is_fine(word: bytes) -> bool:
    """Whether a word means the same in every row but for the row itself."""
    is_called = CALLED.fullmatch(word) and (word[-1:] in b"!(" or not ADDRESS.fullmatch(word))
    return bool(is_called or REFERENCE.fullmatch(word) or NUMBER.fullmatch(word))
