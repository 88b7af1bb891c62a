"""The formulas of a workbook as expressions, each compiled when first asked for; those filled down share one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xlbp.auditing.reading.algebra import Algebra
from xlbp.auditing.reading.contents import Contents
from xlbp.auditing.reading.functions import OF_KIND, OF_POSITION
from xlbp.auditing.reading.syntax import Cell, Node, Ref, UnreadableFormulaError, parse, pattern
from xlbp.symbols.expr import Expr, names_in

MOST_KINDS = 5_000  # cells of a range whose kinds are told one by one


@dataclass(frozen=True)
class Dependence:
    """What a formula's expression depends on besides its text."""

    on_place: bool  # where the formula stands, as ROW() does
    ranges: tuple[tuple[Ref, Ref], ...]  # whose blanks and texts matter
    compared: tuple[Ref, ...]  # the cells whose texts matter


@dataclass(frozen=True)
class Compiled:
    """A formula's expression, and the cells that its leaves are, relative to the formula's own."""

    expr: Expr
    slots: tuple[tuple[str, Ref], ...]

    def cells(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells that the formula refers to when it stands in ``cell``."""
        return tuple(reference.at(cell) for _, reference in self.slots)


class Formulas:
    """What every cell computes, and from which others."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.unreadable: dict[Cell, str] = {}
        self._arguments: dict[Cell, tuple[Cell, ...]] = {}
        self._compiled: dict[Cell, Compiled | None] = {}
        self._by_pattern: dict[tuple[object, ...], Compiled] = {}
        self._trees: dict[str, Node] = {}
        self._dependences: dict[str, Dependence] = {}

    def formula(self, cell: Cell) -> str | None:
        """The text of the formula in a cell, that of the array it belongs to, or None."""
        if cell in self.contents.arrays:
            return self.contents.formulas[self.contents.arrays[cell].home]
        return self.contents.formulas.get(cell)

    def shown(self, cell: Cell) -> str:
        """What stands in a cell: its formula, or the number or text that was typed."""
        text = self.formula(cell)
        return text if text is not None else str(self.contents.cells.get(cell, ""))

    def is_formula(self, cell: Cell) -> bool:
        """Whether the cell computes something."""
        return cell in self.contents.formulas or cell in self.contents.arrays

    def compiled(self, cell: Cell) -> Compiled | None:
        """The cell's expression; None for a plain value and for what can't be read."""
        if cell not in self._compiled:
            self._compiled[cell] = self._compile(cell)
        return self._compiled[cell]

    def _compile(self, cell: Cell) -> Compiled | None:
        """The expression of the formula that a cell has a part in; None where there is none, or it can't be read."""
        home, i, j = self.contents.element(cell)
        text = self.contents.formulas.get(home)
        if text is None:
            return None
        try:
            return self.compile_text(text, home, i, j, cell)
        except UnreadableFormulaError as error:
            self.unreadable[cell] = str(error)
        except RecursionError:
            self.unreadable[cell] = "the formula is nested too deeply"
        return None

    def compile_text(self, text: str, home: Cell, i: int = 0, j: int = 0, cell: Cell | None = None) -> Compiled:
        """The expression of a formula that stands in ``home``; element i, j of its result, moved to ``cell``."""
        key = pattern(text, home)
        tree = self._trees.get(key)
        if tree is None:
            tree = self._trees[key] = parse(text, home)
            self._dependences[key] = _dependence(tree)
        full_key = (key, i, j, *self._circumstances(tree, self._dependences[key], home))
        if full_key not in self._by_pattern:
            algebra = self._algebra(home)
            matrix = algebra.matrix(tree)
            row = matrix[min(i, len(matrix) - 1) if len(matrix) == 1 else i]
            self._by_pattern[full_key] = _compiled(row[j if len(matrix[0]) > 1 else 0], algebra)
        compiled = self._by_pattern[full_key]
        return compiled if cell is None or cell == home else _moved(compiled, home, cell)

    def _circumstances(self, tree: Node, dependence: Dependence, home: Cell) -> tuple[object, ...]:
        """All that makes formulas of one pattern different: kinds and texts of cells, the place, the sheet's names."""
        kinds = tuple(self._kinds(ends, home) for ends in dependence.ranges)
        texts = tuple(self.contents.text(reference.at(home)) for reference in dependence.compared)
        return (kinds, texts, home if dependence.on_place else None, home[0] if self._is_named(tree) else None)

    def _algebra(self, home: Cell) -> Algebra:
        return Algebra(home, self.contents.names, self.contents.kind, self.contents.text)

    def tree(self, cell: Cell) -> Node | None:
        """The tree of the formula that a cell has a part in; None for a number and for what can't be parsed."""
        text = self.formula(cell)
        try:
            return parse(text, self.contents.element(cell).home) if text is not None else None
        except UnreadableFormulaError:
            return None

    def compile_tree(self, tree: Node, home: Cell, elements: Iterable[tuple[int, int]] = ((0, 0),)) -> list[Compiled]:
        """The expressions of some elements of what a tree makes that stands in ``home``."""
        algebra = self._algebra(home)
        matrix = algebra.matrix(tree)
        compiled: list[Compiled] = []
        for i, j in elements:
            row = matrix[i] if len(matrix) > 1 else matrix[0]
            compiled.append(_compiled(row[j] if len(row) > 1 else row[0], algebra))
        return compiled

    def _is_named(self, tree: Node) -> bool:
        return tree.kind == "name" or any(map(self._is_named, tree.args))

    def _kinds(self, pair: tuple[Ref, Ref], home: Cell) -> str:
        """The kinds of a range's cells, a letter for each; of one that is too large, its corners instead."""
        first, last = pair[0].at(home), pair[1].at(home)
        cells = _inside(first, last)
        return "".join(self.contents.kind(cell).value for cell in cells) if cells else f"{first[1:]}:{last[1:]}"

    def forget(self, members: Iterable[Cell]) -> None:
        """Forget the expressions of these cells, as their formulas are about to change."""
        for cell in members:
            self._compiled.pop(cell, None)
            self._arguments.pop(cell, None)

    def arguments(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells that a cell's formula refers to."""
        if cell not in self._arguments:
            compiled = self.compiled(cell)
            self._arguments[cell] = compiled.cells(cell) if compiled else self._named_in(cell)
        return self._arguments[cell]

    def _named_in(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells that a formula refers to which can't be read: what it makes of them is unknown."""
        home = self.contents.element(cell).home
        text = self.contents.formulas.get(home)
        if text is None:
            return ()
        try:
            tree = parse(text, home)
        except UnreadableFormulaError:
            return ()
        named: list[Cell] = []
        for node in _nodes(tree):
            if isinstance(node.value, Ref):
                named.append(node.value.at(home))
            elif node.kind == "range" and isinstance(node.value, tuple):
                named += _inside(node.value[0].at(home), node.value[1].at(home))
        return tuple(dict.fromkeys(named))


def _nodes(tree: Node) -> Iterator[Node]:
    """Every part of a tree, the last ones first."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        waiting.extend(node.args)
        yield node


def _compiled(element: Expr, algebra: Algebra) -> Compiled:
    """One element of what a formula makes, with the cells that it refers to."""
    names = dict.fromkeys(names_in(element))
    return Compiled(element, tuple((name, algebra.slots[name]) for name in names))


def _inside(first: Cell, last: Cell) -> list[Cell]:
    """The cells of a range; none of one that is too large."""
    (sheet, top, left), (_, bottom, right) = first, last
    if (abs(bottom - top) + 1) * (abs(right - left) + 1) > MOST_KINDS:
        return []
    rows, columns = range(min(top, bottom), max(top, bottom) + 1), range(min(left, right), max(left, right) + 1)
    return [(sheet, row, column) for row in rows for column in columns]


def _dependence(tree: Node) -> Dependence:
    """What the expression of a formula depends on besides its text."""
    ranges: list[tuple[Ref, Ref]] = []
    compared: list[Ref] = []
    on_place = False
    for node in _nodes(tree):
        on_place = on_place or (node.kind == "call" and node.value in OF_POSITION)
        cells = [arg.value for arg in node.args if isinstance(arg.value, Ref)]
        if node.kind == "range" and isinstance(node.value, tuple):
            ranges.append(node.value)
        elif node.kind == "call" and node.value in OF_KIND:
            ranges += [(cell, cell) for cell in cells]
        elif node.kind == "op" and node.value in ("=", "<>"):
            compared += cells
    return Dependence(on_place, tuple(ranges), tuple(compared))


def _moved(compiled: Compiled, home: Cell, cell: Cell) -> Compiled:
    """The same expression as seen from another cell of the array's range."""

    def seen(reference: Ref) -> Ref:
        row = reference.row if reference.row_fixed else reference.row + home[1] - cell[1]
        column = reference.column if reference.column_fixed else reference.column + home[2] - cell[2]
        return Ref(reference.sheet, row, column, reference.row_fixed, reference.column_fixed)

    return Compiled(compiled.expr, tuple((name, seen(reference)) for name, reference in compiled.slots))
