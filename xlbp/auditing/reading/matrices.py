"""What the functions of a spreadsheet work on: matrices of expressions, and the formula that asks for them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from xlbp.auditing.reading.contents import Contents
from xlbp.auditing.reading.syntax import Cell, CellKind, Node, Ref, UnreadableFormulaError
from xlbp.symbols.expr import Expr, const, log

Matrix: TypeAlias = list[list[Expr]]
Function: TypeAlias = Callable[..., Matrix]  # what a LAMBDA does
ZERO, ONE, TEN = const(0), const(1), const(10)
NO_NUMBER = log(const(-1))  # what a spreadsheet shows as an error


class Reader(Protocol):
    """What a function may ask of the formula that it stands in: its arguments as mathematics."""

    cell: Cell
    contents: Contents
    scope: dict[str, Matrix | Function]
    of_place: bool

    def within(self, scope: dict[str, Matrix | Function]) -> AbstractContextManager[None]:
        """Read with these names."""

    def matrix(self, node: Node) -> Matrix:
        """The matrix that an argument is worth."""

    def scalar(self, node: Node) -> Expr:
        """An argument that must be a single number."""

    def integer(self, node: Node) -> int:
        """An argument that is a whole number, as it is worth now."""

    def references(self, node: Node) -> list[Cell]:
        """The cells that an argument means."""

    def function(self, node: Node) -> Function:
        """An argument that is a function."""

    def outside(self, node: Node) -> Matrix:
        """What an engine makes of a part of the formula."""

    def content_of(self, element: Expr) -> object:
        """What stands in a cell."""

    def numbers(self, *nodes: Node) -> list[Expr]:
        """The elements of all arguments that are numbers."""

    def leaf(self, reference: Ref) -> Expr:
        """A cell."""

    def kind_of(self, element: Expr) -> CellKind:
        """What a cell holds: number, text or blank."""


def broadcast(function: Callable[..., Expr], *matrices: Matrix) -> Matrix:
    """An operation element by element; a single row, column or number is repeated."""
    if not matrices:
        return [[function()]]  # as NA() is
    height, width = max(map(len, matrices)), max(len(m[0]) for m in matrices)
    for matrix in matrices:
        if len(matrix) not in (1, height) or len(matrix[0]) not in (1, width):
            raise UnreadableFormulaError("ranges of different shapes stand in one operation")

    def at(matrix: Matrix, i: int, j: int) -> Expr:
        return matrix[i if len(matrix) > 1 else 0][j if len(matrix[0]) > 1 else 0]

    return [[function(*(at(m, i, j) for m in matrices)) for j in range(width)] for i in range(height)]
