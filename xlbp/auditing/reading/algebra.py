"""A formula's tree as mathematics: scalars of :mod:`xlbp.symbols.expr` over cells, arranged in a matrix.

A range is a matrix of leaves, so MMULT, TRANSPOSE and SUMPRODUCT become sums of products of cells, which the
derivative table knows.  A comparison is 1 or 0; ``IF(a>b, x, y)`` is ``if_positive(a-b, x, y)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xlbp.auditing.reading.functions import ELEMENTWISE, FUNCTIONS, OPERATORS
from xlbp.auditing.reading.matrices import ONE, ZERO, Matrix, broadcast
from xlbp.auditing.reading.syntax import Cell, CellKind, Node, Ref, Turned, UnreadableFormulaError, parse
from xlbp.symbols.expr import Expr, const, ref

Kind = Callable[[Cell], CellKind]
Text = Callable[[Cell], str | None]
MOST_CELLS = 20_000  # of one range: more would fill the memory
SHOWN = 40


def slot(reference: Ref) -> str:
    """The name of a leaf: the reference as R1C1 writes it."""
    row = f"R{reference.row}" if reference.row_fixed else f"R[{reference.row}]"
    column = f"C{reference.column}" if reference.column_fixed else f"C[{reference.column}]"
    return f"{reference.sheet}!{row}{column}"


class Algebra:
    """Turns one tree into a matrix of expressions; ``slots`` then says which cell each leaf is."""

    def __init__(self, cell: Cell, names: Mapping[str, str], kind: Kind, text: Text) -> None:
        self.cell, self.names, self.kind, self.text = cell, names, kind, text
        self.slots: dict[str, Ref] = {}

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

    def kind_of(self, element: Expr) -> CellKind:
        """What a cell holds; anything computed counts as a number."""
        if element.op != "ref":
            return CellKind.NUMBER
        return self.kind(self.slots[str(element.payload)].at(self.cell))

    def _number(self, node: Node) -> Matrix:
        return [[const(float(str(node.value)))]]

    def _bool(self, node: Node) -> Matrix:
        return [[ONE if node.value else ZERO]]

    def _missing(self, node: Node) -> Matrix:  # noqa: ARG002
        return [[ZERO]]

    def _ref(self, node: Node) -> Matrix:
        assert isinstance(node.value, Ref)
        return [[self.leaf(node.value)]]

    def _range(self, node: Node) -> Matrix:
        """A matrix of leaves, as the sheet shows them."""
        assert isinstance(node.value, tuple)
        first, last = node.value
        (_, top, left), (_, bottom, right) = first.at(self.cell), last.at(self.cell)
        top, bottom, left, right = min(top, bottom), max(top, bottom), min(left, right), max(left, right)
        if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
            raise UnreadableFormulaError(f"a range of over {MOST_CELLS:,} cells")
        rows = [
            [self.leaf(_between(first, last, row, column, self.cell)) for column in range(left, right + 1)]
            for row in range(top, bottom + 1)
        ]
        is_turned = isinstance(first.at(self.cell)[0], Turned)
        return [list(column) for column in zip(*rows, strict=True)] if is_turned else rows

    def _name(self, node: Node) -> Matrix:
        text = self.names.get(str(node.value).casefold())
        if text is None:
            raise UnreadableFormulaError(f"the name {str(node.value)[:SHOWN]!r} is unknown")
        tree = parse(f"={text}", self.cell)
        if tree.kind == "name":
            raise UnreadableFormulaError(f"the name {str(node.value)[:SHOWN]!r} stands for {text[:SHOWN]!r}")
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
            raise UnreadableFormulaError(f"the operator {node.value!s} makes no number")
        are_equal = self._are_equal_texts(node) if node.value in ("=", "<>") else None
        if are_equal is not None:
            return [[ONE if are_equal == (node.value == "=") else ZERO]]
        return broadcast(build, self.matrix(node.args[0]), self.matrix(node.args[1]))

    def _are_equal_texts(self, node: Node) -> bool | None:
        """Whether two texts are equal, which letter case does not decide; None where a number is compared."""
        left, right = (self._text_of(arg) for arg in node.args)
        if left is None or right is None or not (left or right):
            return None
        return left.casefold() == right.casefold()

    def _text_of(self, node: Node) -> str | None:
        """The text that a node is; None for a number, and "" for a blank."""
        if node.kind == "text":
            return str(node.value)
        return self.text(node.value.at(self.cell)) if isinstance(node.value, Ref) else None

    def _call(self, node: Node) -> Matrix:
        """A function by its name, element by element or as a whole."""
        name = str(node.value)
        if name in ELEMENTWISE:
            return broadcast(ELEMENTWISE[name], *(self.matrix(arg) for arg in node.args))
        if name in FUNCTIONS:
            try:
                return FUNCTIONS[name](self, *node.args)
            except TypeError:
                raise UnreadableFormulaError(f"{name} has arguments that can't be read") from None
        raise UnreadableFormulaError(f"the function {name[:SHOWN]} can't be read")

    def numbers(self, *nodes: Node) -> list[Expr]:
        """The elements of all arguments; in a range, texts and blanks do not count."""
        numbers: list[Expr] = []
        for node in nodes:
            for element in (item for row in self.matrix(node) for item in row):
                is_cell = element.op == "ref" and node.kind in ("range", "ref", "name")
                if not is_cell or self.kind_of(element) is CellKind.NUMBER:
                    numbers.append(element)
        return numbers


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
