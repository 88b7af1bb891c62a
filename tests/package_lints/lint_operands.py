"""No formula takes a text or an empty cell for a number.

A formula that points at a label beside the number it means is an error in every program, and inside IFERROR or IF
nobody sees it.  Every operand of arithmetic, of a comparison by size and of a function of numbers is looked up in the
book as it was written: it must be a number there (or an error, which a chart leaves out on purpose).

What may hold a text is left alone: parts of ``&``, both sides of ``=``, what MATCH, COUNT or ISNUMBER look at, a cell
that the condition of an IF asks about first, and the branch that ISNUMBER or ISBLANK of a cell does not take.  A cell
that a person is to fill in may be empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from xml.etree.ElementTree import Element

from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.utils.cell import range_boundaries

from tests.package_lints.package import MAIN, Package
from xlbp.auditing.reading.syntax import Cell, Node, Ref, parse, pattern

ARITHMETIC = ("+", "-", "*", "/", "^")
BY_SIZE = ("<", ">", "<=", ">=")
OF_NUMBERS = {  # functions all of whose arguments are numbers
    *("ABS", "EXP", "LN", "LOG10", "SQRT", "SIGN", "SIN", "COS", "TANH", "ATANH", "INT", "MOD", "ROUND", "PRODUCT"),
    *("MAX", "MIN", "SUM", "SUMPRODUCT", "SUMSQ", "AVERAGE", "MEDIAN", "MMULT", "LARGE", "SMALL", "RANK"),
}
FIRST_OF_NUMBERS = ("TEXT", "FIXED")  # of which only the first argument must be one
BY_PLACE = ("ROW", "ROWS", "COLUMN", "COLUMNS", "ISFORMULA")  # that look at no content
ASKING = ("ISNUMBER", "ISBLANK", "ISTEXT", "COUNT", "COUNTA", "COUNTIF", "COUNTBLANK", "LEN", "N")
RULES = {"conditionalFormatting": ("formula",), "dataValidation": ("formula1", "formula2")}
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
NUMBER, TEXT, EMPTY = "a number", "a text", "nothing"
TREES: dict[str, Node] = {}  # of formulas as they read from their cells: most books have the same


def numbers_are_read_from_numbers(package: Package) -> Iterator[str]:
    """Each operand that must be a number is one: in cells, conditional formats, validation and charts."""
    book = _Book(package)
    for cell, tree in book.formulas():
        yield from _faults(_Reading(book, cell), tree)
    for cell, tree in book.rules():
        reading = _Reading(book, cell)  # an error within a rule counts as false: it may ask anywhere
        yield from _faults(replace(reading, asked=frozenset(reading.asked_in(tree))), tree)
    yield from _faults_of_charts(book)


def _faults(reading: _Reading, tree: Node) -> Iterator[str]:
    """Each fault of a formula once."""
    yield from (f"{_shown(reading.home)} reads {fault}" for fault in dict.fromkeys(reading.general(tree)))


@dataclass(frozen=True)
class _Book:
    """The cells and formulas of a package."""

    package: Package

    @cached_property
    def kinds(self) -> dict[Cell, str]:
        """What each cell that is not empty holds."""
        return {cell: kind for cell, element in self.cells() if (kind := _kind(element)) != EMPTY}

    @cached_property
    def open(self) -> set[Cell]:
        """The cells that a person is to fill in."""
        formats = list(self.package.root("xl/styles.xml").iterfind(f"{MAIN}cellXfs/{MAIN}xf"))
        unlocked = {
            str(place)
            for place, xf in enumerate(formats)
            if (protection := xf.find(f"{MAIN}protection")) is not None and protection.get("locked") in ("0", "false")
        }
        return {cell for cell, element in self.cells() if element.get("s") in unlocked}

    @cached_property
    def names(self) -> dict[str, str]:
        """What defined names stand for."""
        found = self.package.root("xl/workbook.xml").iter(f"{MAIN}definedName")
        return {name.attrib["name"].lower(): name.text or "" for name in found}

    def named_cells(self, name: str) -> list[Cell]:
        """The cells that a defined name means, looked up once: they are the same wherever it is read."""
        if name not in self._named:
            target = self.names.get(name, "")
            anywhere = ("", 1, 1)
            self._named[name] = _Reading(self, anywhere).cells_of(parse(f"={target}", anywhere)) if target else []
        return self._named[name]

    @cached_property
    def _named(self) -> dict[str, list[Cell]]:
        return {}

    def cells(self) -> Iterator[tuple[Cell, Element]]:
        """All cells that are written."""
        for title, root in self._roots.items():
            for element in root.iter(f"{MAIN}c"):
                yield (title, *coordinate_to_tuple(element.attrib["r"])), element

    @cached_property
    def _roots(self) -> Mapping[str, Element]:
        return {title: self.package.root(part) for title, part in self.package.sheets.items()}

    def formulas(self) -> Iterator[tuple[Cell, Node]]:
        """Every formula as a tree with the cell it stands in, shared ones in each of their cells."""
        shared: dict[tuple[str, str], Node] = {}
        for cell, element in self.cells():
            formula = element.find(f"{MAIN}f")
            if formula is None:
                continue
            key = cell[0], formula.get("si", "")
            if formula.text:
                relative = pattern(f"={formula.text}", cell)
                if relative not in TREES:
                    TREES[relative] = parse(f"={formula.text}", cell)
                if formula.get("t") == "shared":
                    shared[key] = TREES[relative]
                yield cell, TREES[relative]
            else:
                yield cell, shared[key]

    def rules(self) -> Iterator[tuple[Cell, Node]]:
        """The formulas of conditional formats and validation, as they are for their first cell."""
        for title, root in self._roots.items():
            for tag, children in RULES.items():
                for element in root.iter(f"{MAIN}{tag}"):
                    corner = re.split(r"[ :]", element.attrib["sqref"])[0]
                    home = (title, *coordinate_to_tuple(corner))
                    texts = (found.text for child in children for found in element.iter(f"{MAIN}{child}"))
                    yield from ((home, parse(f"={text.removeprefix('=')}", home)) for text in texts if text)


def _kind(element: Element) -> str:
    """What a cell holds: an error counts as a number that is missing on purpose."""
    value = element.findtext(f"{MAIN}v")
    if element.get("t") in ("s", "str", "inlineStr"):
        return TEXT
    return EMPTY if value is None else NUMBER


@dataclass(frozen=True)
class _Reading:
    """A formula in its cell; ``asked`` are the cells that a condition around has asked about."""

    book: _Book
    home: Cell
    asked: frozenset[Cell] = frozenset()

    def general(self, node: Node) -> Iterator[str]:
        """The faults within a node of which anything may be asked."""
        takes_numbers = node.kind == "op" and node.value in (*ARITHMETIC, *BY_SIZE)
        if takes_numbers or node.kind in ("unary", "percent"):
            for arg in node.args:
                yield from self.number(arg)
        elif node.kind == "call":
            yield from self._call(node, must_be_number=False)
        else:
            for arg in node.args:
                yield from self.general(arg)

    def number(self, node: Node) -> Iterator[str]:
        """The faults of a node that must be a number, or an array of them."""
        if node.kind in ("ref", "range", "name"):
            yield from self._cells(node)
        elif node.kind == "text":
            yield f"the text {str(node.value)[:20]!r} as a number"
        elif node.kind == "call":
            yield from self._call(node, must_be_number=True)
        else:
            yield from self.general(node)

    def _cells(self, node: Node) -> Iterator[str]:
        for cell in self.cells_of(node):
            kind = self.book.kinds.get(cell, EMPTY)
            is_open = kind == EMPTY and cell in self.book.open
            if kind != NUMBER and not is_open and cell not in self.asked:
                yield f"{_shown(cell)} as a number, which holds {kind}"

    def cells_of(self, node: Node) -> list[Cell]:
        """The cells that a reference or a defined name means."""
        if node.kind == "name":
            return self.book.named_cells(str(node.value).lower())
        if node.kind == "ref" and isinstance(node.value, Ref):
            return [node.value.at(self.home)]
        if node.kind == "range" and isinstance(node.value, tuple):
            (sheet, top, left), (_, bottom, right) = (corner.at(self.home) for corner in node.value)
            return [(sheet, row, column) for row, column in product(range(top, bottom + 1), range(left, right + 1))]
        return [cell for arg in node.args for cell in self.cells_of(arg)]

    def _call(self, node: Node, must_be_number: bool) -> Iterator[str]:
        name, args = str(node.value), node.args
        result = self.number if must_be_number else self.general
        if name == "IF":
            yield from self._if(node, must_be_number)
        elif name in ("IFERROR", "CHOOSE"):
            for arg in args:
                yield from result(arg)
        elif name in ("INDEX", "OFFSET"):
            yield from result(args[0])
            for arg in args[1:]:
                yield from self.number(arg)
        elif name in OF_NUMBERS or name in FIRST_OF_NUMBERS:
            for place, arg in enumerate(args):
                yield from self.number(arg) if name in OF_NUMBERS or place == 0 else self.general(arg)
        elif name not in BY_PLACE:
            for arg in args:
                yield from self.general(arg)

    def _if(self, node: Node, must_be_number: bool) -> Iterator[str]:
        condition, *branches = node.args
        yield from self.general(condition)
        if (holds := self._decided(condition)) is not None:
            branches = branches[:1] if holds else branches[1:]
        inside = _Reading(self.book, self.home, self.asked | frozenset(self.asked_in(condition)))
        for branch in branches:
            yield from inside.number(branch) if must_be_number and branch.kind != "text" else inside.general(branch)

    def _decided(self, condition: Node) -> bool | None:
        """Whether a condition on the kind of a single cell holds as the book is; None for any other condition."""
        if condition.kind != "call" or condition.value not in ("ISNUMBER", "ISBLANK"):
            return None
        (about,) = condition.args
        if about.kind != "ref":
            return None
        (cell,) = self.cells_of(about)
        return self.book.kinds.get(cell, EMPTY) == (NUMBER if condition.value == "ISNUMBER" else EMPTY)

    def asked_in(self, node: Node) -> Iterator[Cell]:
        """The cells whose kind a condition asks about, or that it compares with a text."""
        compares = node.kind == "op" and node.value in ("=", "<>") and any(arg.kind == "text" for arg in node.args)
        if compares or (node.kind == "call" and node.value in ASKING):
            yield from self.cells_of(node)
        for arg in node.args:
            yield from self.asked_in(arg)


def _faults_of_charts(book: _Book) -> Iterator[str]:
    """Texts among the numbers that a chart draws; an empty cell ends a line there."""
    for part in book.package.matching(r"xl/charts/chart\d+\.xml"):
        for reference in book.package.root(part).iter(f"{CHART}numRef"):
            sheet, _, area = (reference.findtext(f"{CHART}f") or "").rpartition("!")
            left, top, right, bottom = range_boundaries(area.replace("$", ""))
            title = sheet.strip("'").replace("''", "'")
            for row, column in product(range(top, bottom + 1), range(left, right + 1)):
                if book.kinds.get((title, row, column)) == TEXT:
                    yield f"{part} draws {_shown((title, row, column))}, which holds a text"


def _shown(cell: Cell) -> str:
    sheet, row, column = cell
    return f"{sheet}!{get_column_letter(column)}{row}"
