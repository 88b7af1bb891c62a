"""What stands in each cell, for a reader: the formula in symbols, whose names a page fills in with numbers.

A formula is a pattern, the same for all cells that are computed alike, and the places of what stands in it.  Patterns
are the mathematics' own printing, with marks in the place of names.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

from xlbp.livepage.code import Place, Places
from xlbp.livepage.folding import Item, Loop, folded
from xlbp.symbols.expr import Expr, pick, ref, topological
from xlbp.symbols.program import Column
from xlbp.workbook.layout.formula import mathematics

MARK = "\ue000{0}\ue001"  # no text of a formula has these characters
MARKED = re.compile("\ue000(\\d+)\ue001")
ABOVE = "U"  # the array of the row above


class Pattern(NamedTuple):
    """A formula's text between its names, and in which array each of these stands."""

    pieces: tuple[str, ...]
    arrays: tuple[str, ...]


class Formulas:
    """Collects the patterns of formulas, each once."""

    def __init__(self, places: Places, symbols: dict[str, str]) -> None:
        self.places, self.write = places, mathematics(symbols)
        self.patterns: dict[Pattern, int] = {}
        self.printed: dict[Expr, tuple[str, list[int]]] = {}

    def item(self, expr: Expr) -> Item:
        """The number of an expression's pattern, and the places of the names that are seen in it."""
        leaves = [node for node in topological(expr) if node.op in ("ref", "prev")]
        marks = {leaf: ref(MARK.format(n)) for n, leaf in enumerate(leaves)}
        text, seen = self._text(_with(expr, marks))
        places = [self._place(leaves[n]) for n in seen]
        pattern = Pattern(tuple(MARKED.split(text)[::2]), tuple(place.array for place in places))
        number = self.patterns.setdefault(pattern, len(self.patterns))
        return Item(number, tuple(place.number for place in places))

    def _text(self, marked: Expr) -> tuple[str, list[int]]:
        """A pattern's text, and which of its marks are seen: of a long sum the ends alone."""
        if marked not in self.printed:
            text = self.write(marked)
            self.printed[marked] = text, [int(n) for n in MARKED.findall(text)]
        return self.printed[marked]

    def _place(self, leaf: Expr) -> Place:
        place = self.places[str(leaf.payload)]
        return Place(ABOVE, place.number) if leaf.op == "prev" else place

    def of_columns(self, columns: Sequence[Column]) -> list[Any]:
        """The formulas of a row's columns in their order, what recurs as loops; see :func:`plain`."""
        return plain(folded([self.item(column.expr) for column in columns]))

    def of_starts(self, columns: Sequence[Column]) -> list[list[Any]]:
        """Those of the first row where it has others, each with the number of its column."""
        first = ((n, c.start) for n, c in enumerate(columns) if c.start is not None and not c.given)
        return [[n, *plain([self.item(start)])[0]] for n, start in first]

    def to_data(self) -> list[list[Any]]:
        """Each pattern: the arrays of its names, as ``RRP``, and its pieces."""
        return [["".join(pattern.arrays), *pattern.pieces] for pattern in self.patterns]


def _with(expr: Expr, marks: dict[Expr, Expr]) -> Expr:
    """An expression with marks in the place of its names."""
    done: dict[Expr, Expr] = {}
    for node in topological(expr):
        args = tuple(done[arg] for arg in node.args)
        done[node] = marks.get(node) or (
            pick(str(node.payload), *_row(args)) if node.op == "pick" else _same(node, args)
        )
    return done[expr]


def _row(args: tuple[Expr, ...]) -> tuple[Expr, int]:
    row, rows = args
    return row, int(rows.payload or 0)


def _same(node: Expr, args: tuple[Expr, ...]) -> Expr:
    return node if args == node.args else Expr(node.op, args, node.payload)


def plain(items: Sequence[Item]) -> list[Any]:
    """Items as lists of numbers: key and numbers; a loop is minus its count, its steps, and the items in it."""
    return [_plain(item.key, item.numbers) for item in items]


def _plain(key: Hashable, numbers: Sequence[int]) -> list[Any]:
    if not isinstance(key, Loop):
        return [key, *numbers]
    inside, at = [], 0
    for form, length in zip(key.body, key.lengths, strict=True):
        inside.append(_plain(form, numbers[at : at + length]))
        at += length
    return [-key.times, list(key.steps), inside]
