"""Parts of formulas that have no form as mathematics here: an engine computes them, and differences differentiate.

Such a part becomes one operation, ``outside``, of the cells that it takes; its payload says the rest: the part's text
with numbered blocks of cells in it, what stands in these blocks, and which element of the result is meant.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Protocol, TypeAlias

from xlbp.auditing.reading.matrices import Matrix, Reader
from xlbp.auditing.reading.syntax import CellKind, Node, UnreadableFormulaError
from xlbp.auditing.reading.trees import written
from xlbp.symbols.expr import Expr

Value: TypeAlias = float | str | bool | None
Item: TypeAlias = int | list[str] | bool | None  # which leaf, or a text in a list of its own, or what it is
Blocks: TypeAlias = Sequence[Sequence[Sequence[Item]]]
VARYING = frozenset({"FILTER", "UNIQUE", "TEXTSPLIT", "SORT", "SORTBY"})  # the shape or order of their results varies
REFERENCES = ("ref", "range", "span", "given", "union")
LITERALS = ("number", "text", "bool", "missing", "error", "array")
MOST_LEAVES = 5_000


class Engine(Protocol):
    """Computes formulas that stand alone."""

    def grids(self, text: str, blocks: Blocks, inputs: Sequence[Sequence[float]]) -> list[list[list[Value]]]:
        """What a formula makes for each list of inputs, row by row; nothing where it knows no such function."""


class OutsideCall:
    """A part of a formula as an engine is told it."""

    def __init__(self, reader: Reader, node: Node) -> None:
        self._reader = reader
        self._numbers: dict[Expr, int] = {}
        self.blocks: list[list[list[Item]]] = []
        self.text = self._recursive(node)

    @property
    def leaves(self) -> list[Expr]:
        """The numbers that the part is given."""
        return list(self._numbers)

    def elements(self, rows: int, columns: int) -> Matrix:
        """The operations that stand for the elements of the result."""
        leaves = tuple(self._numbers)

        def element(row: int, column: int) -> Expr:
            return Expr("outside", leaves, json.dumps([self.text, self.blocks, row, column]))

        return [[element(row, column) for column in range(columns)] for row in range(rows)]

    def _text(self, node: Node) -> str:
        """A node as the engine reads it: a block of cells where it can be read, or else its own words."""
        if node.kind in LITERALS:
            return written(node, self._reader.cell)
        if node.kind in REFERENCES:
            return self._block(self._reader.matrix(node))
        if node.kind == "name":
            return self._named(node)
        if has_call(node, VARYING) or has_text(node):
            return self._recursive(node)
        try:
            matrix = self._reader.matrix(node)
        except UnreadableFormulaError:
            return self._recursive(node)
        may_be_text = any(element.op == "outside" for row in matrix for element in row)
        return self._recursive(node) if may_be_text else self._block(matrix)

    def _named(self, node: Node) -> str:
        """A name that stands for cells, or a word that the engine knows."""
        try:
            return self._block(self._reader.matrix(node))
        except UnreadableFormulaError:
            return str(node.value)

    def _recursive(self, node: Node) -> str:
        """A node in its own words, its arguments each as they can be read."""
        if node.kind == "elsewhere":
            raise UnreadableFormulaError("it takes from another file, which is not followed")
        parts = [self._text(arg) for arg in node.args]
        if node.kind == "call":
            return f"{node.value}({','.join(parts)})"
        if node.kind == "apply":
            return f"{parts[0]}({','.join(parts[1:])})"
        if node.kind == "op":
            return f"({parts[0]}{node.value}{parts[1]})"
        if node.kind == "unary":
            return f"(-{parts[0]})"
        if node.kind == "percent":
            return f"({parts[0]}%)"
        return self._text(node)

    def _block(self, matrix: Matrix) -> str:
        """A block of cells for the elements of a matrix."""
        self.blocks.append([[self._item(element) for element in row] for row in matrix])
        if len(self._numbers) > MOST_LEAVES:
            raise UnreadableFormulaError(f"a function of over {MOST_LEAVES:,} cells")
        return f"{{{len(self.blocks) - 1}}}"

    def _item(self, element: Expr) -> Item:
        kind = self._reader.kind_of(element)
        if kind is CellKind.BLANK:
            return None
        if kind is CellKind.TEXT:
            content = self._reader.content_of(element)
            return content if isinstance(content, bool) else [str(content)]
        return self._numbers.setdefault(element, len(self._numbers))


def has_call(node: Node, names: Collection[str]) -> bool:
    """Whether a part calls one of these functions."""
    return (node.kind == "call" and node.value in names) or any(has_call(arg, names) for arg in node.args)


def has_text(node: Node) -> bool:
    """Whether texts stand in a part, or are made in it."""
    return node.kind == "text" or (node.kind == "op" and node.value == "&") or any(map(has_text, node.args))


def payload_of(expr: Expr) -> tuple[str, Blocks, int, int]:
    """The text, the blocks and the element that an operation stands for."""
    payload = str(expr.payload)  # that of a slope begins with the argument's number
    text, blocks, row, column = json.loads(payload[payload.index("[") :])
    return text, blocks, row, column


def function_of(expr: Expr) -> str:
    """The function that an operation computes, or the whole of it, as a person may be told it."""
    text = payload_of(expr)[0]
    return text.partition("(")[0] or text
