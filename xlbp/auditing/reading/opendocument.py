"""An .ods package's cells: LibreOffice's own kind of file, its formulas written as Excel writes them."""

from __future__ import annotations

import re

from xlbp.auditing.reading.excel import as_number
from xlbp.auditing.reading.grid import Grid
from xlbp.auditing.reading.package import BrokenPartError, LocalNames, Package, walk

CONTENT = "content.xml"
PREFIX = re.compile(r"(?:of|oooc|msoxl):\s*=?")
IN_FORMULA = re.compile(r'"(?:[^"]|"")*"|\[[^\[\]]*\]|[{};|~!]')
ONE = r"(?:(?P<sheet>\$?(?:'(?:[^']|'')*'|[^.'\[\]]*))\.)?(?P<place>[^.:]+)"
REFERENCE = re.compile(rf"{ONE}(?::(?:\$?(?:'(?:[^']|'')*'|[^.'\[\]]*)\.)?(?P<last>[^.:]+))?")
OWN_FUNCTIONS = re.compile(
    r"\b(?:COM\.MICROSOFT|ORG\.LIBREOFFICE|ORG\.OPENOFFICE|COM\.SUN\.STAR[\w.]*)\.", re.IGNORECASE
)
NUMBERS = ("float", "percentage", "currency")


def read_opendocument(package: Package, grid: Grid) -> None:
    """Put what the document's sheets hold into the grid."""
    if CONTENT not in package:
        raise BrokenPartError("no part of it holds the sheets")
    reader = _Reader(grid)
    walk(package.pieces(CONTENT), reader.start, reader.end, reader.text)


class _Reader:
    """The cells of all sheets; what is repeated is put as often, unless it is blank."""

    def __init__(self, grid: Grid) -> None:
        self._grid, self._names = grid, LocalNames()
        self._sheet, self._row, self._column = "", 1, 1
        self._row_repeated = 1
        self._line: list[tuple[int, int, dict[str, str], str]] = []  # column, times, attributes, text
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[list[str]] = []
        self._in_paragraph = self._in_note = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A sheet, a row, a cell, a paragraph or a name."""
        name = self._names[tag]
        if name in ("table-cell", "covered-table-cell"):
            self._cell = {self._names[key]: value for key, value in attributes.items()}
            self._paragraphs = []
        elif name == "p" and self._cell is not None and not self._in_note:
            self._paragraphs.append([])
            self._in_paragraph += 1
        elif name == "annotation":
            self._in_note += 1
        elif name == "s" and self._in_paragraph:
            self._paragraphs[-1].append(" ")
        elif name == "table-row":
            self._row_repeated = int(self._get(attributes, "number-rows-repeated", "1"))
            self._column, self._line = 1, []
        elif name == "table" and not self._cell:
            self._sheet, self._row = self._get(attributes, "name", f"Sheet{len(self._grid.sheets) + 1}"), 1
            self._grid.add_sheet(self._sheet)
        elif name in ("named-range", "named-expression"):
            self._put_name(attributes)

    def end(self, tag: str) -> None:
        """The end of one of these."""
        name = self._names[tag]
        if name in ("table-cell", "covered-table-cell") and self._cell is not None:
            times = int(self._cell.get("number-columns-repeated", "1"))
            text = "\n".join("".join(parts) for parts in self._paragraphs)
            if "value-type" in self._cell or "formula" in self._cell:
                self._line.append((self._column, times, self._cell, text))
            self._column += times
            self._cell = None
        elif name == "p" and self._in_paragraph:
            self._in_paragraph -= 1
        elif name == "annotation":
            self._in_note -= 1
        elif name == "table-row":
            self._put_line()
            self._row += self._row_repeated

    def text(self, text: str) -> None:
        """Characters of a paragraph."""
        if self._in_paragraph:
            self._paragraphs[-1].append(text)

    def _get(self, attributes: dict[str, str], name: str, usual: str) -> str:
        return next((value for key, value in attributes.items() if self._names[key] == name), usual)

    def _put_name(self, attributes: dict[str, str]) -> None:
        """A name that stands for cells, or for a formula."""
        place = self._get(attributes, "cell-range-address", "")
        text = _reference(place) if place else plain_formula(self._get(attributes, "expression", ""))
        self._grid.names.setdefault(self._get(attributes, "name", "").casefold(), text)

    def _put_line(self) -> None:
        """The cells of a row, as often as it is repeated."""
        for row in range(self._row, self._row + self._row_repeated if self._line else 0):
            for column, times, attributes, text in self._line:
                for each in range(column, column + times):
                    self._put((self._sheet, row, each), attributes, text)

    def _put(self, cell: tuple[str, int, int], attributes: dict[str, str], text: str) -> None:
        value = _value(attributes, text)
        written = attributes.get("formula")
        if written is None:
            if value is not None:
                self._grid.put_value(cell, value)
            return
        self._grid.put_formula(cell, plain_formula(written), value)
        rows, columns = (int(attributes.get(f"number-matrix-{which}-spanned", "0")) for which in ("rows", "columns"))
        if rows and columns:
            self._grid.spread(cell, rows, columns)


def _value(attributes: dict[str, str], text: str) -> object:
    """What a cell holds, or what a program saved beside its formula."""
    kind = attributes.get("value-type", "")
    if kind in NUMBERS and text.startswith(("#", "Err:")) and "formula" in attributes:
        return "#VALUE!"
    if kind in NUMBERS:
        return as_number(attributes.get("value", ""))
    if kind == "boolean":
        return attributes.get("boolean-value") == "true"
    if kind == "string" and text.startswith(("#", "Err:")) and "formula" in attributes:
        return "#VALUE!"
    return attributes.get("string-value", text) if kind else None


def plain_formula(written: str) -> str:
    """An OpenFormula as Excel writes it, without ``=``: ``of:=[.A1]*[.B$1]`` is ``A1*B$1``."""
    braces = 0

    def plain(match: re.Match[str]) -> str:
        nonlocal braces
        part = match[0]
        if part.startswith("["):
            return _reference(part[1:-1])
        braces += (part == "{") - (part == "}")
        if part == "|":
            return ";"
        if part == ";":
            return ","
        return {"~": ",", "!": " "}.get(part, part)

    prefix = PREFIX.match(written)
    body = written[prefix.end() :] if prefix else written
    return OWN_FUNCTIONS.sub("", IN_FORMULA.sub(plain, body.strip().removeprefix("=")))


def _reference(text: str) -> str:
    """``$'My sheet'.$A$1:.B2`` as ``'My sheet'!$A$1:B2``; what is no reference, as one to another file, in brackets."""
    match = REFERENCE.fullmatch(text)
    if match is None or "#" in text:
        return "#REF!" if "#REF!" in text else f"[{text.partition('#')[0].strip(chr(39))}]"
    sheet = (match["sheet"] or "").removeprefix("$")
    last = f":{match['last']}" if match["last"] else ""
    return f"{sheet}!{match['place']}{last}" if sheet else f"{match['place']}{last}"
