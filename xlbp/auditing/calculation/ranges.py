"""The long ranges that formulas take: those of all formulas that take the same cells are one object."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Protocol

from xlbp.auditing.calculation.walks import Span, Wide
from xlbp.auditing.reading.contents import Contents
from xlbp.auditing.reading.syntax import Cell, Ref, UnreadableFormulaError, parse

FEW = 64  # cells that a formula may share with others and still be gone through for itself
MOST_KINDS = 5_000  # cells of a range whose kinds are told one by one


class Referring(Protocol):
    """A formula that could be read."""

    @property
    def slots(self) -> tuple[tuple[str, Ref], ...]:
        """Its references, with their names."""

    @property
    def held(self) -> int:
        """How many of them are held by ``$``."""


class LongRanges:
    """The ranges of a book's formulas, each told when first asked for."""

    def __init__(self, contents: Contents, same: dict[Cell, Cell]) -> None:
        self._contents, self._same = contents, same  # of equal cells one is kept
        self._spans: dict[Span, Span] = {}  # of equal ones one is kept
        self._held: dict[tuple[Referring, str], Span] = {}
        self._filled: dict[tuple[Cell, Cell], Span] = {}

    def is_wide(self, cell: Cell, compiled: Referring | None) -> bool:
        """Whether a formula takes so many cells that it shares them with others; None is one that can't be read."""
        if compiled is not None:
            return compiled.held > FEW
        return any(len(part) > FEW for part in self._named_parts(cell))

    def wide(self, cell: Cell, compiled: Referring | None) -> Wide:
        """The cells of a formula, its long ranges apart."""
        if compiled is None:
            parts = list(self._named_parts(cell))
            own = chain.from_iterable(part for part in parts if len(part) <= FEW)
            return Wide(tuple(dict.fromkeys(own)), tuple(part for part in parts if len(part) > FEW))
        moving = (reference.at(cell) for _, reference in compiled.slots if not reference.is_held)
        return Wide(tuple(moving), (self._held_by(compiled, cell[0]),))

    def named_in(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells that a formula refers to which can't be read: what it makes of them is unknown."""
        return tuple(dict.fromkeys(chain.from_iterable(self._named_parts(cell))))

    def _held_by(self, compiled: Referring, sheet: str) -> Span:
        """The cells that a formula holds by ``$``, wherever on a sheet it stands."""
        key = (compiled, sheet)
        if key not in self._held:
            held = tuple(reference.at((sheet, 0, 0)) for _, reference in compiled.slots if reference.is_held)
            self._held[key] = self._spans.setdefault(held, held)
        return self._held[key]

    def _named_parts(self, cell: Cell) -> Iterator[Span]:
        """The cells and the ranges that a formula names, those in front last."""
        home = self._contents.element(cell).home
        text = self._contents.formulas.get(home)
        if text is None:
            return
        try:
            tree = parse(text, home)
        except UnreadableFormulaError:
            return
        for node in reversed(tree.references):
            if isinstance(node.value, Ref):
                yield (node.value.at(home),)
            elif isinstance(node.value, tuple):
                yield self._cells_of(node.value[0].at(home), node.value[1].at(home))

    def _cells_of(self, first: Cell, last: Cell) -> Span:
        """The cells of a range, of a very long one those that hold anything."""
        if (first, last) not in self._filled:
            cells = inside(first, last) or self._contents.filled(first, last)
            span = tuple([self._same.setdefault(cell, cell) for cell in cells])
            self._filled[first, last] = self._spans.setdefault(span, span)
        return self._filled[first, last]


def inside(first: Cell, last: Cell) -> list[Cell]:
    """The cells of a range; none of one that is too large."""
    (sheet, top, left), (_, bottom, right) = first, last
    if (abs(bottom - top) + 1) * (abs(right - left) + 1) > MOST_KINDS:
        return []
    rows, columns = range(min(top, bottom), max(top, bottom) + 1), range(min(left, right), max(left, right) + 1)
    return [(sheet, row, column) for row in rows for column in columns]
