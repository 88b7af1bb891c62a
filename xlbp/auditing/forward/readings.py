"""Which cells of a book any formula reads: a number that none reads was forgotten, or is a result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from xlbp.auditing.forward.forms import Forms
from xlbp.auditing.reading.syntax import Cell, Node, UnreadableFormulaError, parse
from xlbp.auditing.reading.trees import corners

FOUND_BY_NUMBERS = frozenset({"INDIRECT", "OFFSET", "CELL", "GETPIVOTDATA"})  # which cells they take, only numbers tell
UNTOLD = frozenset({"span", "apply", "elsewhere"})
NOWHERE = ("", 1, 1)
FEW_ROWS = 64  # a range of so many is listed by its rows


class Area(NamedTuple):
    """A rectangle of cells."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int


class Readings:
    """The cells that the formulas of a book read, found when first asked for."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._known: dict[Cell, bool] = {}

    def is_unread(self, cell: Cell) -> bool:
        """Whether no formula of the book reads a cell; never where one takes cells that only numbers tell."""
        if cell not in self._known:
            self._known[cell] = self._is_unread(cell)
        return self._known[cell]

    def _is_unread(self, cell: Cell) -> bool:
        sheet, row, column = cell
        by_row, tall = self._listed
        if not self._all_told:
            return False
        areas = (*by_row.get((sheet, row), ()), *tall.get(sheet, ()))
        return not any(area.top <= row <= area.bottom and area.left <= column <= area.right for area in areas)

    @cached_property
    def _trees(self) -> list[tuple[Cell, Node | None]]:
        """The formulas, and the defined names; None for what can't be read."""
        contents = self._forms.cells.contents
        named = [(NOWHERE, _tree_of_name(text)) for text in contents.names.values()]
        return [*((cell, self._forms.tree_of(cell)) for cell in contents.formulas), *named]

    @cached_property
    def _all_told(self) -> bool:
        return all(tree is not None and _tells(tree) for _, tree in self._trees)

    @cached_property
    def _listed(self) -> tuple[dict[tuple[str, int], list[Area]], dict[str, list[Area]]]:
        """The areas that are read, by sheet and row; those of many rows by sheet."""
        areas = {area for home, tree in self._trees if tree is not None for area in _areas(tree, home)}
        by_row: dict[tuple[str, int], list[Area]] = defaultdict(list)
        tall: dict[str, list[Area]] = defaultdict(list)
        for area in areas:
            if area.bottom - area.top >= FEW_ROWS:
                tall[area.sheet].append(area)
                continue
            for row in range(area.top, area.bottom + 1):
                by_row[area.sheet, row].append(area)
        return by_row, tall


def _tree_of_name(text: str) -> Node | None:
    try:
        return parse(f"={text.removeprefix('=')}", NOWHERE)
    except UnreadableFormulaError:
        return None


def _tells(tree: Node) -> bool:
    return tree.functions.isdisjoint(FOUND_BY_NUMBERS) and not any(part.kind in UNTOLD for part in tree.parts)


def _areas(tree: Node, home: Cell) -> Iterator[Area]:
    for reference in tree.references:
        ends = corners(reference, home)
        if ends is not None:
            (sheet, top, left), (_, bottom, right) = ends
            yield Area(sheet, min(top, bottom), min(left, right), max(top, bottom), max(left, right))
