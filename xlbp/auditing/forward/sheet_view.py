"""A book as the checks see it: each formula's tree, the references in it, and the headings near a cell."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from xlbp.auditing.forward.forms import Forms
from xlbp.auditing.forward.lines import is_number_at
from xlbp.auditing.forward.readings import Readings
from xlbp.auditing.reading.contents import Contents
from xlbp.auditing.reading.syntax import Cell, Node
from xlbp.auditing.reading.trees import corners, parts, written
from xlbp.mistakes import Mistake

TO_THE_LEFT, UPWARDS, LONGEST_HEADING = 12, 40, 60
MOST_CELLS = 5_000  # of one range


@dataclass(frozen=True)
class Slip:
    """A slip: the cells that it is in, the first in front, what should stand there, and why, as a text's key."""

    mistake: Mistake
    cells: tuple[Cell, ...]
    expected: str
    why: str
    values: Mapping[str, object] = field(default_factory=dict)


class SheetView:
    """The formulas of one sheet, each cell by itself; those of an array as their first cell."""

    def __init__(
        self, forms: Forms, numeric: set[Cell], texts: Mapping[tuple[int, int], str], readings: Readings
    ) -> None:
        self.forms, self.cells, self.numeric, self.readings = forms, forms.cells, numeric, readings
        self.sheet = next(iter(numeric))[0]
        contents = forms.cells.contents
        self.trees: dict[Cell, Node] = {}
        self.titles = f"{contents.path.stem.replace('_', ' ')} {self.sheet.replace('_', ' ')}"
        self.texts, self.in_order = texts, sorted(numeric)
        self._rows_of_texts: dict[int, list[int]] = defaultdict(list)
        self._columns_of_texts: dict[int, list[int]] = defaultdict(list)
        for row, column in sorted(self.texts):
            self._rows_of_texts[column].append(row)
            self._columns_of_texts[row].append(column)
        for cell in self.in_order:
            tree = forms.tree_of(cell) if cell in contents.formulas else None
            if tree is not None:
                self.trees[cell] = tree

    def tree(self, cell: Cell) -> Node | None:
        """The tree of the formula that a cell has a part in, on whatever sheet."""
        return self.trees.get(cell) or self.forms.tree_of(cell)

    def is_number(self, cell: Cell) -> bool:
        """Whether a cell holds a number or computes one."""
        return cell in self.numeric or (cell[0] != self.sheet and is_number_at(self.cells, cell))

    def is_typed(self, cell: Cell) -> bool:
        """Whether a person typed the cell's number."""
        return self.is_number(cell) and not self.cells.is_formula(cell)

    @cached_property
    def readers(self) -> dict[Cell, list[Cell]]:
        """The cells whose formulas name a cell."""
        found: dict[Cell, list[Cell]] = defaultdict(list)
        for home, tree in self.trees.items():
            for reference in tree.references:
                for cell in members(reference, home):
                    found[cell].append(home)
        return found

    def headings(self, cell: Cell) -> Iterator[str]:
        """The texts near a cell: to its left, above it, and above the columns of its block."""
        _, row, column = cell
        columns = self._columns_of_texts.get(row, [])
        at = bisect_left(columns, column) - 1
        left = columns[at] if at >= 0 and column - columns[at] < TO_THE_LEFT else column - TO_THE_LEFT // 2
        beside = left
        while (row, beside) in self.texts:  # and those that stand right before it
            yield self.texts[row, beside]
            beside -= 1
        for other in range(column, max(0, min(left, column - 1)), -1):
            yield from self._stacked_above(row, other)

    def _stacked_above(self, row: int, column: int) -> Iterator[str]:
        """The texts above a cell: the first one, and those that stand right above that."""
        rows = self._rows_of_texts.get(column, [])
        at = bisect_left(rows, row) - 1
        if at >= 0 and row - rows[at] < UPWARDS:
            yield self.texts[rows[at], column]
            while at > 0 and rows[at - 1] == rows[at] - 1:
                at -= 1
                yield self.texts[rows[at], column]

    def heading_above(self, cell: Cell) -> str:
        """The first text above a cell in its column; '' if there is none."""
        _, row, column = cell
        rows = self._rows_of_texts.get(column, [])
        at = bisect_left(rows, row) - 1
        return self.texts[rows[at], column] if at >= 0 and row - rows[at] < UPWARDS else ""

    def title_above(self, cell: Cell) -> str:
        """The nearest text that stands alone in a row above, no further right than the cell; '' if there is none."""
        _, row, column = cell
        above = (self._columns_of_texts.get(other, []) for other in range(row - 1, max(0, row - UPWARDS), -1))
        other = next(((row - k, columns[0]) for k, columns in enumerate(above, 1) if len(columns) == 1), None)
        return self.texts[other] if other is not None and other[1] <= column else ""

    def says(self, cell: Cell, pattern: re.Pattern[str]) -> bool:
        """Whether a heading near a cell says it."""
        return any(pattern.search(text) for text in self.headings(cell))

    def written(self, tree: Node, cell: Cell) -> str:
        """The formula of a tree, as the cell writes it."""
        return f"={written(tree, cell)}"


def short_texts(contents: Contents) -> dict[str, dict[tuple[int, int], str]]:
    """The short texts of each sheet by row and column."""
    found: dict[str, dict[tuple[int, int], str]] = defaultdict(dict)
    for cell in contents.cells:
        text = contents.shown(cell)
        if isinstance(text, str) and len(text) <= LONGEST_HEADING and text.strip():
            found[cell[0]][cell[1:]] = unicodedata.normalize("NFKC", text).strip()
    return found


def calls(tree: Node, *names: str) -> Iterator[Node]:
    """Every call of one of these functions in a tree."""
    if tree.functions.isdisjoint(names):
        return
    yield from (node for node in tree.parts if node.kind == "call" and node.value in names)


def is_call(node: Node | None, *names: str) -> bool:
    """Whether a part is a call of one of these functions."""
    return node is not None and node.kind == "call" and node.value in names


def is_op(node: Node | None, *signs: str) -> bool:
    """Whether a part joins two by one of these signs."""
    return node is not None and node.kind == "op" and node.value in signs


def with_part(tree: Node, old: Node, new: Node) -> Node:
    """The tree with one of its parts, the first that is this very one, replaced."""
    for node, put in parts(tree):
        if node is old:
            return put(new)
    return tree


def members(node: Node, home: Cell) -> list[Cell]:
    """The cells of a reference or a range; none of another part, and of one that is too large."""
    ends = corners(node, home)
    if ends is None:
        return []
    (sheet, top, left), (_, bottom, right) = ends
    top, bottom, left, right = min(top, bottom), max(top, bottom), min(left, right), max(left, right)
    if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
        return []
    return [(sheet, row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]


def size(node: Node, home: Cell) -> tuple[int, int] | None:
    """The rows and columns of a reference; None of another part."""
    ends = corners(node, home)
    if ends is None:
        return None
    (_, top, left), (_, bottom, right) = ends
    return abs(bottom - top) + 1, abs(right - left) + 1
