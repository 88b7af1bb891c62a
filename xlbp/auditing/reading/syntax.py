"""Formulas as trees, whatever the cell they stand in: references are kept relative, as R1C1 has them.

The tokens are openpyxl's; the parser is Pratt's with a spreadsheet's precedence: unary minus binds tighter
than ``^`` (``-2^2`` is 4) and ``^`` is left-associative (``2^3^2`` is 64).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from typing import TypeAlias

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.utils import column_index_from_string, get_column_letter

Cell: TypeAlias = tuple[str, int, int]  # sheet, row, column; both count from 1

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # of a sheet

BINARY = {"=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
SHEET = r"(?:(?P<sheet>'(?:[^']|'')+'|[^\s'!()\[\]:*/+,;=<>&^-]+)!)?"
ONE = r"(\$?)([A-Za-z]{1,3})(\$?)([1-9]\d{0,6})"
REFERENCE = re.compile(rf"{SHEET}{ONE}(?::{ONE})?")
COLUMNS = re.compile(rf"{SHEET}\$?([A-Za-z]{{1,3}}):\$?([A-Za-z]{{1,3}})")  # B:B
OPEN_ENDED = re.compile(rf"{SHEET}{ONE}:\$?([A-Za-z]{{1,3}})")  # B2:B, in Google Sheets
ROWS = re.compile(rf"{SHEET}\$?([1-9]\d{{0,6}}):\$?([1-9]\d{{0,6}})")  # 3:4
ELSEWHERE = re.compile(r"'?(?:[^'!]*[\\/])?\[[^\]]*\]")  # the beginning of a reference to another file
SPILLED = re.compile(
    r"\"(?:[^\"]|\"\")*\"|(?P<anchor>(?:(?:'(?:[^']|'')+'|[\w.]+)!)?\$?[A-Z]{1,3}\$?\d+)#", re.IGNORECASE
)
IN_TEXT = re.compile(
    r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')+\'!|(?<![\w.$])(\$?)([A-Za-z]{1,3})(\$?)([1-9]\d{0,6})(?![\w(.!])'
)


class Turned(str):
    """The name of a sheet that is read on its side, its columns as rows: a table that has an iteration in each column.

    Cells of such a sheet have row and column exchanged; only what people read or write has them as in the book.
    """

    __slots__ = ()
    MARK = "\x1f"

    def __new__(cls, title: str) -> Turned:
        """The sheet of this title; the name itself is another, as both may be looked at."""
        return super().__new__(cls, cls.MARK + title)


def title(sheet: str) -> str:
    """A sheet's name as its tab has it."""
    return sheet.removeprefix(Turned.MARK) if isinstance(sheet, Turned) else sheet


def moved(cell: Cell, rows: int, columns: int) -> Cell:
    """The cell so many rows below and columns to the right, or above and to the left."""
    return (cell[0], cell[1] + rows, cell[2] + columns)


def in_book(cell: Cell) -> Cell:
    """A cell's sheet, row and column as in the book."""
    return (title(cell[0]), cell[2], cell[1]) if isinstance(cell[0], Turned) else cell


class CellKind(Enum):
    """What a cell counts as where a function takes a range."""

    NUMBER = "n"
    TEXT = "t"
    BLANK = "b"


class UnreadableFormulaError(ValueError):
    """A formula says something that this room can't turn into mathematics."""


class TooLargeError(UnreadableFormulaError):
    """A formula takes more cells than are turned into mathematics, wherever it stands."""


@dataclass(frozen=True)
class Ref:
    """A cell as a formula tells it: offsets where it is relative, places where a ``$`` holds it."""

    sheet: str  # "" for the formula's own
    row: int
    column: int
    row_fixed: bool
    column_fixed: bool

    @classmethod
    def moving(cls, cell: Cell, home: Cell) -> Ref:
        """To a cell, as a formula in ``home`` writes it without ``$``."""
        return cls.to(cell, home, False, False)

    @classmethod
    def held(cls, cell: Cell, home: Cell) -> Ref:
        """To a cell, held by ``$`` on both sides."""
        return cls.to(cell, home, True, True)

    @classmethod
    def to(cls, cell: Cell, home: Cell, row_fixed: bool, column_fixed: bool) -> Ref:
        """To a cell, as a formula in ``home`` writes it with ``$`` where it is held."""
        sheet, row, column = cell
        return cls(
            "" if sheet == home[0] else sheet,
            row if row_fixed else row - home[1],
            column if column_fixed else column - home[2],
            row_fixed,
            column_fixed,
        )

    @property
    def is_held(self) -> bool:
        """Whether it means one cell, wherever the formula stands."""
        return self.row_fixed and self.column_fixed

    def at(self, cell: Cell) -> Cell:
        """The cell meant by a formula that stands in ``cell``."""
        row = self.row if self.row_fixed else cell[1] + self.row
        column = self.column if self.column_fixed else cell[2] + self.column
        return (self.sheet or cell[0], row, column)

    def text(self, cell: Cell) -> str:
        """As the formula in ``cell`` writes it."""
        place = self.at(cell)
        sheet, row, column = in_book(place)
        held = (self.row_fixed, self.column_fixed)
        rows, columns = held[::-1] if isinstance(place[0], Turned) else held
        prefix = "" if not self.sheet else f"{quoted(sheet)}!"
        return f"{prefix}{'$' if columns else ''}{get_column_letter(max(column, 1))}{'$' if rows else ''}{row}"


@dataclass(frozen=True)
class Node:
    """``kind`` is number, text, bool, error, ref, range, name, op, unary, percent, call, array or missing.

    Rarer are span (``A1:INDEX(...)``), apply (``LAMBDA(...)(...)``), elsewhere (a cell of another file) and given (a
    matrix that stands where an argument would).
    """

    kind: str
    value: object = None
    args: tuple[Node, ...] = ()

    @cached_property
    def parts(self) -> tuple[Node, ...]:
        """Every part of the tree, each before its arguments; gathered once for all cells that share the tree."""
        gathered: list[Node] = []
        waiting = [self]
        while waiting:
            node = waiting.pop()
            gathered.append(node)
            waiting.extend(reversed(node.args))
        return tuple(gathered)

    @cached_property
    def references(self) -> tuple[Node, ...]:
        """The parts that name cells."""
        return tuple(node for node in self.parts if node.kind in ("ref", "range"))

    @cached_property
    def functions(self) -> frozenset[str]:
        """The functions that are called in the tree."""
        return frozenset(str(node.value) for node in self.parts if node.kind == "call")


def quoted(sheet: str) -> str:
    """A sheet's name as a reference writes it."""
    return sheet if re.fullmatch(r"[A-Za-z_]\w*", sheet) else "'" + sheet.replace("'", "''") + "'"


def address(cell: Cell, home: str = "") -> str:
    """``AB12``, or with its sheet where that is not ``home``."""
    sheet, row, column = in_book(cell)
    plain = f"{get_column_letter(max(column, 1))}{row}"
    return plain if cell[0] == home or not sheet else f"{quoted(sheet)}!{plain}"


def pattern(formula: str, cell: Cell) -> str:
    """The formula with its references made relative: the same for all cells that it was filled into."""
    place = in_book(cell)

    def relative(match: re.Match[str]) -> str:
        if match[2] is None:
            return match[0]
        ref = _ref("", match.groups(), place)
        row = f"R{ref.row}" if ref.row_fixed else f"R[{ref.row}]"
        return row + (f"C{ref.column}" if ref.column_fixed else f"C[{ref.column}]")

    return (Turned.MARK if isinstance(cell[0], Turned) else "") + IN_TEXT.sub(relative, formula)


class FilledColumn:
    """A formula that was filled down a column: how it reads in each row."""

    def __init__(self, formula: str, cell: Cell) -> None:
        self._row = cell[1]
        self._rows: list[int] = []
        escaped = formula.replace("%", "%%")
        self._text = IN_TEXT.sub(self._place, escaped)

    def _place(self, match: re.Match[str]) -> str:
        column_fixed, letters, row_fixed, digits = match.groups()
        if letters is None or row_fixed:
            return match[0]
        self._rows.append(int(digits) - self._row)
        return f"{column_fixed}{letters}%d"

    def text(self, row: int) -> str:
        """How it reads in this row."""
        return self._text % tuple([row + offset for offset in self._rows])


def moved_text(formula: str, down: int, right: int) -> str:
    """A formula as a program fills it into another cell, so many rows below and columns to the right."""

    def moved(match: re.Match[str]) -> str:
        column_fixed, letters, row_fixed, digits = match.groups()
        if letters is None:
            return match[0]
        column = letters if column_fixed else get_column_letter(column_index_from_string(letters.upper()) + right)
        row = digits if row_fixed else str(int(digits) + down)
        return f"{column_fixed}{column}{row_fixed}{row}"

    return IN_TEXT.sub(moved, formula)


def reference(text: str, cell: Cell) -> tuple[Ref, Ref] | None:
    """``A1``, ``$A$1:B2`` or ``'My sheet'!A1`` as first and last cell; None if it is no reference."""
    match, place = REFERENCE.fullmatch(text), in_book(cell)
    if match is None:
        ends = _whole_lines(text, place)
        if ends is None:
            return None
        first, last = ends
    else:
        parts = match.groups()[1:]
        first = _ref(_sheet(match), parts[:4], place)
        last = _ref(_sheet(match), parts[4:], place) if parts[5] else first
    return (_turned(first, cell), _turned(last, cell)) if isinstance(cell[0], Turned) else (first, last)


def _sheet(match: re.Match[str]) -> str:
    """The sheet that a reference names; "" where it names none."""
    sheet = match["sheet"] or ""
    return sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet


def _whole_lines(text: str, cell: Cell) -> tuple[Ref, Ref] | None:
    """``B:C``, ``3:4`` or ``B2:C`` as first and last cell, to the end of the sheet; None if it is none of these.

    Ends without a row or a column are held, wherever the formula stands: a pattern has them as they are written.
    """
    columns, rows, open_ended = (each.fullmatch(text) for each in (COLUMNS, ROWS, OPEN_ENDED))
    if columns:
        first, last = (column_index_from_string(letters.upper()) for letters in columns.groups()[1:])
        sheet = _sheet(columns)
        return Ref(sheet, 1, first, True, True), Ref(sheet, LAST_ROW, last, True, True)
    if rows:
        upper, lower = map(int, rows.groups()[1:])
        sheet = _sheet(rows)
        return Ref(sheet, upper, 1, True, True), Ref(sheet, lower, LAST_COLUMN, True, True)
    if open_ended:
        sheet, parts = _sheet(open_ended), open_ended.groups()[1:]
        end = Ref(sheet, LAST_ROW, column_index_from_string(parts[4].upper()), True, True)
        return _ref(sheet, parts[:4], cell), end
    return None


def _turned(ref: Ref, cell: Cell) -> Ref:
    """A reference of a sheet on its side: to itself with row and column exchanged, to others as it stands."""
    if ref.sheet in ("", title(cell[0])):
        return Ref("", ref.column, ref.row, ref.column_fixed, ref.row_fixed)
    if not (ref.row_fixed and ref.column_fixed):
        raise UnreadableFormulaError("a table on its side takes from another sheet without $, which can't be read")
    return ref


def _ref(sheet: str, parts: Sequence[str], cell: Cell) -> Ref:
    """A reference from its parts: ``$`` or not, letters, ``$`` or not, digits."""
    column_fixed, letters, row_fixed, digits = parts
    row = int(digits) - (0 if row_fixed else cell[1])
    column = column_index_from_string(letters.upper()) - (0 if column_fixed else cell[2])
    return Ref(sheet, row, column, bool(row_fixed), bool(column_fixed))


@lru_cache(maxsize=50_000)
def parse(formula: str, cell: Cell) -> Node:
    """The tree of a formula, ``=`` and all, that stands in ``cell``.  Raises UnreadableFormulaError."""
    try:
        spilled = SPILLED.sub(_anchor, formula) if "#" in formula else formula
        tokens = [t for t in Tokenizer(spilled).items if t.type != Token.WSPACE]
        parser = _Parser(tokens, cell)
        tree = parser.expression(0)
    except UnreadableFormulaError:
        raise
    except Exception as error:  # a stranger's text can break the tokenizer in any way
        raise UnreadableFormulaError(f"the formula can't be parsed ({str(error)[:60]})") from None
    if parser.at < len(tokens):
        raise UnreadableFormulaError(f"the formula can't be parsed at {tokens[parser.at].value!r}")
    return tree


def _anchor(match: re.Match[str]) -> str:
    """``A1#``, the range that A1's result fills, as files have it."""
    return f"ANCHORARRAY({match['anchor']})" if match["anchor"] else match[0]


class _Parser:
    """Pratt's: an operand, then operators as long as they bind tighter than the one before."""

    def __init__(self, tokens: list[Token], cell: Cell) -> None:
        self.tokens, self.cell, self.at = tokens, cell, 0

    def peek(self) -> Token | None:
        """The next token; None at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> Token:
        """Return the next token, and go on to the one after it."""
        token = self.peek()
        if token is None:
            raise UnreadableFormulaError("the formula ends too early")
        self.at += 1
        return token

    def expression(self, binding: int) -> Node:
        """The longest expression whose operators bind tighter than ``binding``."""
        left = self.operand()
        while (token := self.peek()) is not None:
            if token.type == Token.OP_POST:
                self.take()
                left = Node("percent", None, (left,))
            elif token.subtype == Token.OPEN and token.type == Token.PAREN:
                self.take()
                left = Node("apply", None, (left, *self.arguments()))
            elif token.type in (Token.FUNC, Token.OPERAND) and token.value.startswith(":"):
                left = Node("span", None, (left, self.after_colon()))
            elif token.type == Token.OP_IN and BINARY.get(token.value.strip(), 0) > binding:
                self.take()
                operator = token.value.strip()
                left = Node("op", operator, (left, self.expression(BINARY[operator])))
            else:
                break
        return left

    def operand(self) -> Node:
        """A number, a reference, a call, or an expression in brackets, with the signs before it."""
        token = self.take()
        if token.type == Token.OP_PRE:
            inner = self.expression(BINARY["^"])
            return inner if token.value == "+" else Node("unary", "-", (inner,))
        if token.type == Token.OPERAND:
            return self.leaf(token)
        if token.subtype == Token.OPEN and token.type == Token.PAREN:
            inner = self.expression(0)
            while (token := self.peek()) is not None and token.value == ",":
                self.take()
                inner = Node("union", None, (inner, self.expression(0)))
            self.close()
            return inner
        if token.subtype == Token.OPEN and token.type == Token.FUNC:
            return self.call(token.value)
        if token.subtype == Token.OPEN and token.type == Token.ARRAY:
            return self.array()
        raise UnreadableFormulaError(f"the formula can't be parsed at {token.value!r}")

    def call(self, text: str) -> Node:
        """A function with its arguments; of ``A1:INDEX(`` the range to what it gives."""
        start, colon, name = text.rpartition(":")
        call = Node("call", _function_name(name), self.arguments())
        ends = reference(start, self.cell) if colon and "!" not in name else None
        return call if ends is None else Node("span", None, (Node("ref", ends[0]), call))

    def after_colon(self) -> Node:
        """The second end of a range whose first one is computed."""
        token = self.take()
        text = token.value[1:]
        if token.type == Token.FUNC:
            return self.call(text)
        ends = reference(text, self.cell)
        if ends is None:
            raise UnreadableFormulaError(f"the formula can't be parsed at {token.value!r}")
        return Node("ref", ends[0])

    def close(self) -> None:
        """A closing bracket."""
        token = self.take()
        if token.subtype != Token.CLOSE:
            raise UnreadableFormulaError(f"a bracket is not closed before {token.value!r}")

    def arguments(self) -> tuple[Node, ...]:
        """The arguments of a function, up to its closing bracket."""
        arguments: list[Node] = []
        while (token := self.peek()) is not None and token.subtype != Token.CLOSE:
            if token.value.strip() == ",":
                self.take()
                arguments.append(Node("missing"))
                continue
            arguments.append(self.expression(0))
            token = self.peek()
            if token is not None and token.value.strip() == ",":
                self.take()
        self.close()
        return tuple(arguments)

    def array(self) -> Node:
        """The rows of an array constant."""
        rows: list[list[Node]] = [[]]
        while (token := self.peek()) is not None and token.subtype != Token.CLOSE:
            if token.type == Token.SEP:
                self.take()
                rows += [[]] if token.subtype == Token.ROW else []
            else:
                rows[-1].append(self.expression(0))
        self.close()
        return Node("array", None, tuple(Node("row", None, tuple(row)) for row in rows))

    def leaf(self, token: Token) -> Node:
        """A number, a text, a truth value, an error, a reference or a name."""
        text = token.value.strip()
        if token.subtype in CONSTANTS:
            return CONSTANTS[token.subtype](text)
        if ELSEWHERE.match(text):
            return Node("elsewhere", text)
        ends = reference(text.removeprefix("@"), self.cell)
        if ends is None:
            return Node("name", text.removeprefix("_xlpm."))
        node = _reference_node(ends, text)
        return Node("call", "SINGLE", (node,)) if text.startswith("@") else node


def _error(text: str) -> Node:
    if "#REF!" in text:
        raise UnreadableFormulaError(f"the formula refers to what is gone ({text})")
    return Node("error", text)


CONSTANTS: dict[str, Callable[[str], Node]] = {
    Token.NUMBER: lambda text: Node("number", float(text)),
    Token.LOGICAL: lambda text: Node("bool", text.upper() == "TRUE"),
    Token.TEXT: lambda text: Node("text", text[1:-1].replace('""', '"')),
    Token.ERROR: _error,
}


def _reference_node(ends: tuple[Ref, Ref], text: str) -> Node:
    """A reference to a cell, or to a range."""
    return Node("ref", ends[0]) if ends[0] == ends[1] and ":" not in text else Node("range", ends)


def _function_name(text: str) -> str:
    return text.removesuffix("(").upper().removeprefix("_XLFN.").removeprefix("_XLWS.").removeprefix("_XLPM.")
