"""A formula's tree as mathematics: scalars of :mod:`xlbp.symbols.expr` over cells, arranged in a matrix.

A range is a matrix of leaves, so MMULT, TRANSPOSE and SUMPRODUCT become sums of products of cells, which the
derivative table knows.  A comparison is 1 or 0; ``IF(a>b, x, y)`` is ``if_positive(a-b, x, y)``.  What has no such
form is left to an engine, as one operation of which only numbers are known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeAlias

from xlbp.auditing.reading.contents import Contents
from xlbp.auditing.reading.functions import BRANCHING, ELEMENTWISE, FUNCTIONS, OF_ONE_NUMBER, OPERATORS, SAME_AS
from xlbp.auditing.reading.matrices import NO_NUMBER, ONE, ZERO, Function, Matrix, broadcast
from xlbp.auditing.reading.outside import VARYING, Engine, OutsideCall, has_call
from xlbp.auditing.reading.syntax import (
    LAST_COLUMN,
    Cell,
    CellKind,
    Node,
    Ref,
    TooLargeError,
    Turned,
    UnreadableFormulaError,
    parse,
)
from xlbp.symbols.expr import Expr, const, ref

MOST_CELLS = 20_000  # of one range: more would fill the memory
SHOWN = 40
Bound: TypeAlias = "Matrix | Function"


class Sheet(Protocol):
    """What a formula may ask of the workbook around it, besides what its cells hold: what they are worth."""

    engine: Engine | None

    def worth_of(self, expr: Expr, slots: Mapping[str, Ref], cell: Cell) -> float:
        """What an expression is worth in a cell."""

    def guess_of(self, exprs: Sequence[Expr], slots: Mapping[str, Ref], cell: Cell) -> list[float]:
        """About what expressions are worth, told without computing other cells."""


def slot(reference: Ref) -> str:
    """The name of a leaf: the reference as R1C1 writes it."""
    row = f"R{reference.row}" if reference.row_fixed else f"R[{reference.row}]"
    column = f"C{reference.column}" if reference.column_fixed else f"C[{reference.column}]"
    return f"{reference.sheet}!{row}{column}"


class Algebra:
    """Turns one tree into a matrix of expressions; ``slots`` then says which cell each leaf is.

    ``of_place`` tells that the result holds for this cell alone, not for those that the formula was filled into.
    """

    def __init__(self, cell: Cell, contents: Contents, sheet: Sheet) -> None:
        self.cell, self.contents, self.sheet = cell, contents, sheet
        self.slots: dict[str, Ref] = {}
        self.of_place = False
        self.scope: dict[str, Bound] = {}
        self._failed: dict[int, tuple[Node, UnreadableFormulaError]] = {}

    def leaf(self, reference: Ref) -> Expr:
        """A cell."""
        name = slot(reference)
        self.slots[name] = reference
        return ref(name)

    def matrix(self, node: Node) -> Matrix:
        """The matrix that a node is worth; a scalar is one of a single element."""
        builder = getattr(self, f"_{node.kind}", None)
        if builder is None:
            raise UnreadableFormulaError(f"a {node.kind} can't be read here")
        matrix: Matrix = builder(node)
        return matrix

    def scalar(self, node: Node) -> Expr:
        """A node that must be a single number."""
        matrix = self.matrix(node)
        if len(matrix) == 1 and len(matrix[0]) == 1:
            return matrix[0][0]
        raise UnreadableFormulaError("a range stands where a single number belongs")

    def integer(self, node: Node) -> int:
        """A whole number that decides which cells are meant: as it is worth now."""
        expr = self.scalar(node)
        worth = float(str(expr.payload)) if expr.op == "const" else self.worth(expr)
        if not math.isfinite(worth):
            raise UnreadableFormulaError("the number that says which cells are meant can't be computed")
        return int(worth)

    def worth(self, expr: Expr) -> float:
        """What an expression is worth in this formula's cell."""
        self.of_place = True
        return self.sheet.worth_of(expr, self.slots, self.cell)

    def kind_of(self, element: Expr) -> CellKind:
        """What a cell holds; anything computed counts as a number."""
        if element.op != "ref":
            return CellKind.NUMBER
        return self.contents.kind(self.slots[str(element.payload)].at(self.cell))

    def content_of(self, element: Expr) -> object:
        """What stands in a cell, or was saved of it."""
        return self.contents.shown(self.slots[str(element.payload)].at(self.cell))

    def _number(self, node: Node) -> Matrix:
        return [[const(float(str(node.value)))]]

    def _bool(self, node: Node) -> Matrix:
        return [[ONE if node.value else ZERO]]

    def _missing(self, node: Node) -> Matrix:  # noqa: ARG002
        return [[ZERO]]

    def _error(self, node: Node) -> Matrix:  # noqa: ARG002
        return [[NO_NUMBER]]

    def _given(self, node: Node) -> Matrix:
        matrix: Matrix = node.value  # type: ignore[assignment]
        return matrix

    def _elsewhere(self, node: Node) -> Matrix:  # noqa: ARG002
        raise UnreadableFormulaError("it takes from another file, which is not followed")

    def _ref(self, node: Node) -> Matrix:
        assert isinstance(node.value, Ref)
        return [[self.leaf(node.value)]]

    def _range(self, node: Node) -> Matrix:
        """A matrix of leaves, as the sheet shows them."""
        assert isinstance(node.value, tuple)
        first, last = node.value
        (sheet, top, left), (_, bottom, right) = first.at(self.cell), last.at(self.cell)
        top, bottom, left, right = min(top, bottom), max(top, bottom), min(left, right), max(left, right)
        if bottom - top >= LAST_COLUMN - 1 or right - left >= LAST_COLUMN - 1:  # whole columns or rows
            bottom, right = self._ends(sheet, (top, bottom), (left, right))
        if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
            raise TooLargeError(f"a range of over {MOST_CELLS:,} cells")
        rows = [
            [self.leaf(_between(first, last, row, column, self.cell)) for column in range(left, right + 1)]
            for row in range(top, bottom + 1)
        ]
        is_turned = isinstance(first.at(self.cell)[0], Turned)
        return [list(column) for column in zip(*rows, strict=True)] if is_turned else rows

    def _ends(self, sheet: str, rows: tuple[int, int], columns: tuple[int, int]) -> tuple[int, int]:
        """The last row and column of a range that have anything on the sheet."""
        used = self.contents.extent(sheet)
        return max(rows[0], min(rows[1], used[0])), max(columns[0], min(columns[1], used[1]))

    def _union(self, node: Node) -> Matrix:
        return [[item] for arg in node.args for row in self.matrix(arg) for item in row]

    def _span(self, node: Node) -> Matrix:
        """The range between two references, one of which is computed."""
        corners = [self.references(arg) for arg in node.args]
        cells = [cell for corner in corners for cell in corner]
        rows, columns = [cell[1] for cell in cells], [cell[2] for cell in cells]
        ends = ((cells[0][0], min(rows), min(columns)), (cells[0][0], max(rows), max(columns)))
        return self._range(Node("range", tuple(Ref.held(end, self.cell) for end in ends)))

    def references(self, node: Node) -> list[Cell]:
        """The cells that a reference means, row by row."""
        elements = [item for row in self.matrix(node) for item in row]
        if any(element.op != "ref" for element in elements):
            raise UnreadableFormulaError("what should be a reference is none")
        self.of_place = True
        return [self.slots[str(element.payload)].at(self.cell) for element in elements]

    def _name(self, node: Node) -> Matrix:
        name = str(node.value)
        bound = self.scope.get(name.casefold())
        if isinstance(bound, list):
            return bound
        text = self.contents.names.get(name.casefold())
        if text is None or bound is not None:
            raise UnreadableFormulaError(f"the name {name[:SHOWN]!r} is unknown")
        tree = parse(f"={text}", self.cell)
        if tree.kind == "name":
            raise UnreadableFormulaError(f"the name {name[:SHOWN]!r} stands for {text[:SHOWN]!r}")
        return self.matrix(tree)

    def _array(self, node: Node) -> Matrix:
        return [[self.scalar(item) for item in row.args] for row in node.args]

    def _unary(self, node: Node) -> Matrix:
        return _map(_negative, self.matrix(node.args[0]))

    def _percent(self, node: Node) -> Matrix:
        return _map(lambda x: x / 100, self.matrix(node.args[0]))

    def _op(self, node: Node) -> Matrix:
        build = OPERATORS.get(str(node.value))
        if build is None:
            return self.outside(node)
        are_equal = self._are_equal_texts(node) if node.value in ("=", "<>") else None
        if are_equal is not None:
            return [[ONE if are_equal == (node.value == "=") else ZERO]]
        if any(arg.kind == "text" for arg in node.args):
            return self.outside(node)
        return broadcast(build, self.matrix(node.args[0]), self.matrix(node.args[1]))

    def _are_equal_texts(self, node: Node) -> bool | None:
        """Whether two texts are equal, which letter case does not decide; None where a number is compared.

        What was typed is no text, or none: ``A1=""`` asks for a blank, as where nobody has rated a film.
        """
        left, right = (self._text_of(arg) for arg in node.args)
        if any(arg.kind == "text" for arg in node.args) and any(map(self._is_typed, node.args)):
            return None not in (left, right) and str(left).casefold() == str(right).casefold()
        if left is None or right is None or not (left or right):
            return None
        return left.casefold() == right.casefold()

    def _is_typed(self, node: Node) -> bool:
        """Whether a node is a cell that computes nothing."""
        cell = node.value.at(self.cell) if node.kind == "ref" and isinstance(node.value, Ref) else None
        return cell is not None and cell not in self.contents.formulas and cell not in self.contents.arrays

    def _text_of(self, node: Node) -> str | None:
        """The text that a node is; None for a number, and "" for a blank."""
        if node.kind == "text":
            return str(node.value)
        return self.contents.text(node.value.at(self.cell)) if isinstance(node.value, Ref) else None

    def _call(self, node: Node) -> Matrix:
        """A function by its name: as mathematics, or where it has no such form as an engine computes it."""
        if id(node) in self._failed:
            raise self._failed[id(node)][1]
        name = SAME_AS.get(str(node.value), str(node.value))
        try:
            return self._as_mathematics(name, node)
        except UnreadableFormulaError as error:
            try:
                return self.outside(node)
            except UnreadableFormulaError:
                self._failed[id(node)] = (node, error)
                raise error from None

    def _as_mathematics(self, name: str, node: Node) -> Matrix:
        args = node.args
        if name.casefold() in self.scope or name.casefold() in self.contents.names:
            return self.function(Node("name", name))(*map(self.matrix, args))
        if any(has_call(arg, VARYING) for arg in args) and (name in FUNCTIONS and name not in BRANCHING):
            raise UnreadableFormulaError(f"how many numbers {name[:SHOWN]} is given depends on their values")
        if name in BRANCHING:  # a text in one of the branches is no number
            args = tuple(Node("error") if arg.kind == "text" else arg for arg in args)
        if name in ELEMENTWISE:
            return broadcast(ELEMENTWISE[name], *(self.matrix(arg) for arg in args))
        if name in OF_ONE_NUMBER:
            return self._each(name, [self.matrix(arg) for arg in args])
        if name in FUNCTIONS:
            try:
                return FUNCTIONS[name](self, *args)
            except TypeError:
                raise UnreadableFormulaError(f"{name} has arguments that can't be read") from None
        raise UnreadableFormulaError(f"the function {name[:SHOWN]} can't be read")

    def _each(self, name: str, matrices: list[Matrix]) -> Matrix:
        """A function of single numbers, which an engine computes, of every element."""

        def of_numbers(*numbers: Expr) -> Expr:
            args = tuple(Node("given", [[number]]) for number in numbers)
            return self.outside(Node("call", name, args))[0][0]

        return broadcast(of_numbers, *matrices)

    def _apply(self, node: Node) -> Matrix:
        return self.function(node.args[0])(*map(self.matrix, node.args[1:]))

    def function(self, node: Node) -> Function:
        """What a node does with matrices that is a LAMBDA, a name for one, or a function's name."""
        if node.kind == "call" and node.value == "LAMBDA":
            return self._lambda(node)
        name = str(node.value).upper().removeprefix("_XLETA.")
        bound = self.scope.get(name.casefold())
        if bound is not None and not isinstance(bound, list):
            return bound
        text = self.contents.names.get(name.casefold())
        if text is not None:
            return self.function(parse(f"={text}", self.cell))
        if node.kind == "name" and (name in FUNCTIONS or name in ELEMENTWISE):
            return lambda *matrices: self._call(Node("call", name, tuple(Node("given", m) for m in matrices)))
        raise UnreadableFormulaError(f"{name[:SHOWN]} is no function")

    def _lambda(self, node: Node) -> Function:
        *parameters, body = node.args
        outer = dict(self.scope)

        def function(*matrices: Matrix) -> Matrix:
            if len(matrices) != len(parameters):
                raise UnreadableFormulaError("a LAMBDA is given another number of arguments than it takes")
            names = (str(parameter.value).casefold() for parameter in parameters)
            with self.within({**outer, **dict(zip(names, matrices, strict=True))}):
                return self.matrix(body)

        return function

    @contextmanager
    def within(self, scope: dict[str, Bound]) -> Iterator[None]:
        """Read with these names."""
        before, self.scope = self.scope, scope
        failed, self._failed = self._failed, {}
        try:
            yield
        finally:
            self.scope, self._failed = before, failed

    def outside(self, node: Node) -> Matrix:
        """What an engine makes of a node: each element an operation of the cells that it takes."""
        engine = self.sheet.engine
        if engine is None:
            raise UnreadableFormulaError(f"{node.kind} {str(node.value)[:SHOWN]} can't be read")
        call = OutsideCall(self, node)
        guesses = self.sheet.guess_of(call.leaves, self.slots, self.cell)
        grids = engine.grids(call.text, call.blocks, [guesses])
        if not grids:
            raise UnreadableFormulaError(f"the function {str(node.value)[:SHOWN]} can't be read")
        return call.elements(len(grids[0]), len(grids[0][0]))

    def numbers(self, *nodes: Node) -> list[Expr]:
        """The elements of all arguments; in a range, texts and blanks do not count."""
        elements = (item for node in nodes for row in self.matrix(node) for item in row)
        return [each for each in elements if each.op != "ref" or self.kind_of(each) is CellKind.NUMBER]


def _between(first: Ref, last: Ref, row: int, column: int, cell: Cell) -> Ref:
    """A cell inside a range, held by ``$`` as the range's corners are."""
    row_fixed, column_fixed = first.row_fixed and last.row_fixed, first.column_fixed and last.column_fixed
    return Ref(
        first.sheet,
        row if row_fixed else row - cell[1],
        column if column_fixed else column - cell[2],
        row_fixed,
        column_fixed,
    )


def _map(function: Callable[[Expr], Expr], matrix: Matrix) -> Matrix:
    return [[function(item) for item in row] for row in matrix]


def _negative(x: Expr) -> Expr:
    return const(-float(x.payload)) if x.op == "const" and isinstance(x.payload, float) else -x
