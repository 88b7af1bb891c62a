"""The workbook as a graph of cells: values computed anew, and derivatives of any cell by reverse accumulation.

Every cell is a node; its formula gives the local derivatives with respect to the cells it refers to, so a loss
of thousands of cells is no longer a formula than its own.  Cells that were filled down share one expression.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from xlbp.audit.calculation.tape import Tape
from xlbp.audit.reading.algebra import Algebra
from xlbp.audit.reading.contents import Contents
from xlbp.audit.reading.functions import OF_KIND, OF_POSITION
from xlbp.audit.reading.syntax import Cell, Node, Ref, UnreadableFormulaError, parse, pattern
from xlbp.graph.derivatives import partials
from xlbp.graph.expr import Expr, names_in, ref

NAN = math.nan
Dependence: TypeAlias = tuple[bool, tuple[tuple[Ref, Ref], ...], tuple[Ref, ...]]
ANSWER = "="  # the leaf that stands for the cell's own value in its derivatives


@dataclass(frozen=True)
class Compiled:
    """A formula's expression, and the cells that its leaves are, relative to the formula's own."""

    expr: Expr
    slots: tuple[tuple[str, Ref], ...]

    def cells(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells that the formula refers to when it stands in ``cell``."""
        return tuple(reference.at(cell) for _, reference in self.slots)


@dataclass(frozen=True)
class Adjoint:
    """A derivative of the loss; ``size`` is that of its terms, which may cancel each other."""

    value: float
    size: float


class Cells:
    """Values, expressions and derivatives of a workbook's cells, each found when first asked for."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.unreadable: dict[Cell, str] = {}
        self._values: dict[Cell, float] = {}
        self._arguments: dict[Cell, tuple[Cell, ...]] = {}
        self._compiled: dict[Cell, Compiled | None] = {}
        self._by_pattern: dict[tuple[object, ...], Compiled] = {}
        self._trees: dict[str, Node] = {}
        self._tapes: dict[int, tuple[Compiled, Tape]] = {}
        self._slopes: dict[tuple[int, int | None], tuple[Compiled, Tape]] = {}
        self._references: dict[str, Dependence] = {}

    def formula(self, cell: Cell) -> str | None:
        """The text of the formula in a cell, that of the array it belongs to, or None."""
        if cell in self.contents.arrays:
            return self.contents.formulas[self.contents.arrays[cell][0]]
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
        home, i, j = self.contents.arrays.get(cell, (cell, 0, 0))
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

    def _is_named(self, tree: Node) -> bool:
        return tree.kind == "name" or any(map(self._is_named, tree.args))

    def _kinds(self, pair: tuple[Ref, Ref], home: Cell) -> str:
        (sheet, top, left), (_, bottom, right) = pair[0].at(home), pair[1].at(home)
        if (abs(bottom - top) + 1) * (abs(right - left) + 1) > 5_000:
            return f"{top}:{bottom}:{left}:{right}"
        return "".join(
            self.contents.kind((sheet, row, column))[0]
            for row in range(min(top, bottom), max(top, bottom) + 1)
            for column in range(min(left, right), max(left, right) + 1)
        )

    def forget(self, members: Iterable[Cell]) -> None:
        """The formulas in these cells are about to change."""
        for cell in members:
            self._values.pop(cell, None)
            self._compiled.pop(cell, None)
            self._arguments.pop(cell, None)

    def arguments(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells that a cell's formula refers to."""
        if cell not in self._arguments:
            compiled = self.compiled(cell)
            self._arguments[cell] = compiled.cells(cell) if compiled else ()
        return self._arguments[cell]

    def value(self, cell: Cell) -> float:
        """What the cell is worth, computed anew from the numbers that people typed; NaN for texts and errors."""
        if cell not in self._values:
            for member in self.below((cell,), lambda c: c in self._values):
                self._values[member] = self._evaluate(member, self._values)
        return self._values[cell]

    def _evaluate(self, cell: Cell, values: Mapping[Cell, float]) -> float:
        compiled = self.compiled(cell)
        if compiled is None:
            return self._plain(cell)
        leaves = [values[c] if c in values else self._plain(c, True) for c in self.arguments(cell)]
        return self.tape(compiled).run(leaves)[0]

    def _plain(self, cell: Cell, circular: bool = False) -> float:
        """A number as it stands; what can't be computed counts as the last program saved it."""
        contents = self.contents
        value = contents.saved.get(cell) if circular or self.is_formula(cell) else contents.cells.get(cell)
        if value is None:
            return 0.0
        return float(value) if isinstance(value, int | float) else NAN

    def tape(self, compiled: Compiled) -> Tape:
        """The steps that compute an expression."""
        key = id(compiled)
        if key not in self._tapes:
            self._tapes[key] = (compiled, Tape([compiled.expr], [name for name, _ in compiled.slots]))
        return self._tapes[key][1]

    def slopes(self, cell: Cell, tie: int | None = None) -> list[tuple[Cell, float]]:
        """The local derivatives of a cell with respect to the cells it refers to."""
        compiled = self.compiled(cell)
        if compiled is None:
            return []
        key = (id(compiled), tie)
        if key not in self._slopes:
            found = partials(compiled.expr, ref(ANSWER))
            names = [name for name, _ in compiled.slots]
            self._slopes[key] = (compiled, Tape([found[n] for n in names], [*names, ANSWER], True, tie))
        cells = self.arguments(cell)
        run = self._slopes[key][1].run([*map(self.value, cells), self.value(cell)])
        return list(zip(cells, run, strict=True))

    def adjoints(self, loss: Cell, stops: Collection[Cell], tie: int | None = None) -> dict[Cell, Adjoint]:
        """The derivative of ``loss`` with respect to every cell it is computed from, back to ``stops``."""
        order = list(self.below((loss,), lambda c: c in stops and c != loss))
        values: dict[Cell, float] = {loss: 1.0}
        sizes: dict[Cell, float] = {loss: 1.0}
        for cell in reversed(order):
            if cell not in values or (cell in stops and cell != loss):
                continue
            for argument, slope in self.slopes(cell, tie):
                flow = 0.0 if slope == 0 else values[cell] * slope
                values[argument] = values.get(argument, 0.0) + flow
                sizes[argument] = sizes.get(argument, 0.0) + (0.0 if slope == 0 else sizes[cell] * abs(slope))
        return {cell: Adjoint(value, sizes[cell]) for cell, value in values.items()}

    def below(self, roots: Iterable[Cell], known: Callable[[Cell], bool]) -> Iterator[Cell]:
        """The cells that ``roots`` are computed from, these first; not beyond what is ``known``; cycles are cut."""
        seen: set[Cell] = set()
        stack = [(root, False) for root in roots]
        while stack:
            cell, expanded = stack.pop()
            if expanded:
                yield cell
            elif cell not in seen:
                seen.add(cell)
                stack.append((cell, True))
                if not known(cell) or cell in roots:
                    stack.extend((c, False) for c in self.arguments(cell) if c not in seen)

    def changed(self, target: Cell, changes: Mapping[Cell, float | Compiled], stops: Collection[Cell] = ()) -> float:
        """What ``target`` would be worth with other numbers or formulas in some cells."""
        values: dict[Cell, float] = {}
        seen: set[Cell] = set()
        stack = [(target, False)]
        while stack:
            cell, expanded = stack.pop()
            if expanded:
                values[cell] = self._with(cell, changes.get(cell), values)
            elif cell not in seen:
                seen.add(cell)
                new = changes.get(cell)
                stack.append((cell, True))
                if isinstance(new, Compiled):
                    stack.extend((c, False) for c in new.cells(cell) if c not in seen)
                elif new is None and cell not in stops:
                    stack.extend((c, False) for c in self.arguments(cell) if c not in seen)
        return values[target]

    def worth(self, compiled: Compiled, cell: Cell) -> float:
        """What another formula would be worth in a cell."""
        return self.tape(compiled).run([self.value(c) for c in compiled.cells(cell)])[0]

    def _with(self, cell: Cell, new: float | Compiled | None, values: Mapping[Cell, float]) -> float:
        if isinstance(new, Compiled):
            return self.tape(new).run([values.get(c, NAN) for c in new.cells(cell)])[0]
        if new is not None:
            return new
        arguments = self.arguments(cell)
        if not arguments or any(c not in values for c in arguments):
            return self.value(cell)
        compiled = self.compiled(cell)
        assert compiled is not None
        return self.tape(compiled).run([values[c] for c in arguments])[0]


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
