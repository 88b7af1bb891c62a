"""The formulas of a workbook as expressions, each compiled when first asked for; those filled down share one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from xlbp.auditing.reading.algebra import Algebra
from xlbp.auditing.reading.contents import Contents
from xlbp.auditing.reading.functions import OF_KIND, OF_POSITION
from xlbp.auditing.reading.syntax import Cell, Node, Ref, UnreadableFormulaError, parse, pattern
from xlbp.symbols.expr import Expr, names_in

Dependence: TypeAlias = tuple[bool, tuple[tuple[Ref, Ref], ...], tuple[Ref, ...]]
MOST_KINDS = 5_000  # cells of a range whose kinds are told one by one


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
        self._references: dict[str, Dependence] = {}

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
            self._references[key] = _what_it_depends_on(tree)
        of_position, ranges, compared = self._references[key]
        mask: tuple[str | None, ...] = tuple(self._kinds(pair, home) for pair in ranges)
        mask += tuple(self.contents.text(one.at(home)) for one in compared)
        full = (key, i, j, mask, home if of_position else None, home[0] if self._is_named(tree) else None)
        if full not in self._by_pattern:
            algebra = Algebra(home, self.contents.names, self.contents.kind, self.contents.text)
            matrix = algebra.matrix(tree)
            element = matrix[min(i, len(matrix) - 1) if len(matrix) == 1 else i][j if len(matrix[0]) > 1 else 0]
            used = dict.fromkeys(names_in(element))
            self._by_pattern[full] = Compiled(element, tuple((name, algebra.slots[name]) for name in used))
        found = self._by_pattern[full]
        return found if cell is None or cell == home else _moved(found, home, cell)

    def tree(self, cell: Cell) -> Node | None:
        """The tree of the formula that a cell has a part in; None for a number and for what can't be parsed."""
        text = self.formula(cell)
        try:
            return parse(text, self.contents.element(cell).home) if text is not None else None
        except UnreadableFormulaError:
            return None

    def compile_tree(self, tree: Node, home: Cell, elements: Iterable[tuple[int, int]] = ((0, 0),)) -> list[Compiled]:
        """The expressions of some elements of what a tree makes that stands in ``home``."""
        algebra = Algebra(home, self.contents.names, self.contents.kind, self.contents.text)
        matrix = algebra.matrix(tree)
        found = []
        for i, j in elements:
            line = matrix[i] if len(matrix) > 1 else matrix[0]
            element = line[j] if len(line) > 1 else line[0]
            used = dict.fromkeys(names_in(element))
            found.append(Compiled(element, tuple((name, algebra.slots[name]) for name in used)))
        return found

    def _is_named(self, tree: Node) -> bool:
        return tree.kind == "name" or any(map(self._is_named, tree.args))

    def _kinds(self, pair: tuple[Ref, Ref], home: Cell) -> str:
        (sheet, top, left), (_, bottom, right) = pair[0].at(home), pair[1].at(home)
        if (abs(bottom - top) + 1) * (abs(right - left) + 1) > MOST_KINDS:
            return f"{top}:{bottom}:{left}:{right}"
        return "".join(
            self.contents.kind((sheet, row, column))[0]
            for row in range(min(top, bottom), max(top, bottom) + 1)
            for column in range(min(left, right), max(left, right) + 1)
        )

    def forget(self, members: Iterable[Cell]) -> None:
        """The formulas in these cells are about to change."""
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
            nodes, found = [parse(text, home)], list[Cell]()
        except UnreadableFormulaError:
            return ()
        while nodes:
            node = nodes.pop()
            nodes.extend(node.args)
            if isinstance(node.value, Ref):
                found.append(node.value.at(home))
            elif node.kind == "range" and isinstance(node.value, tuple):
                found += _inside(node.value[0].at(home), node.value[1].at(home))
        return tuple(dict.fromkeys(found))


def _inside(first: Cell, last: Cell) -> list[Cell]:
    (sheet, top, left), (_, bottom, right) = first, last
    if (abs(bottom - top) + 1) * (abs(right - left) + 1) > MOST_KINDS:
        return []
    rows, columns = range(min(top, bottom), max(top, bottom) + 1), range(min(left, right), max(left, right) + 1)
    return [(sheet, row, column) for row in rows for column in columns]


def _what_it_depends_on(tree: Node) -> Dependence:
    """Whether the place of the cell matters, the ranges whose blanks and texts do, and the cells whose texts do."""
    nodes = [tree]
    ranges: list[tuple[Ref, Ref]] = []
    compared: list[Ref] = []
    of_position = False
    while nodes:
        node = nodes.pop()
        nodes.extend(node.args)
        of_position = of_position or (node.kind == "call" and node.value in OF_POSITION)
        singles = [arg.value for arg in node.args if isinstance(arg.value, Ref)]
        if node.kind == "range" and isinstance(node.value, tuple):
            ranges.append(node.value)
        elif node.kind == "call" and node.value in OF_KIND:
            ranges += [(one, one) for one in singles]
        elif node.kind == "op" and node.value in ("=", "<>"):
            compared += singles
    return of_position, tuple(ranges), tuple(compared)


def _moved(compiled: Compiled, home: Cell, cell: Cell) -> Compiled:
    """The same expression as seen from another cell of the array's range."""

    def seen(reference: Ref) -> Ref:
        row = reference.row if reference.row_fixed else reference.row + home[1] - cell[1]
        column = reference.column if reference.column_fixed else reference.column + home[2] - cell[2]
        return Ref(reference.sheet, row, column, reference.row_fixed, reference.column_fixed)

    return Compiled(compiled.expr, tuple((name, seen(reference)) for name, reference in compiled.slots))
