"""Lines of a worked example: what it is, its value, the formula in symbols and in numbers, all live."""

from __future__ import annotations

import math
from collections.abc import Sequence

from openpyxl.utils import get_column_letter

from xlbp.symbols.expr import Expr, names_in
from xlbp.workbook.layout.legal import LONGEST_FORMULA
from xlbp.workbook.page.arithmetic import Arithmetic
from xlbp.workbook.page.facts import in_order
from xlbp.workbook.page.live_text import Piece, filled, joined, literal

LABEL, VALUE, TEXT = 2, 3, 4  # columns of a line
SCRATCH, FIRST = 140, 5  # out of sight: the column of the numbers that lines use, their texts next to it


class Worked(Arithmetic):
    """Puts lines on a page; each number that they use is fetched once, out of sight."""

    def cell(self, name: str) -> str:
        """Where a quantity stands for the lines' use."""
        if name not in self.places:
            row = FIRST + len(self.places)
            number, text = (get_column_letter(column) for column in (SCRATCH, SCRATCH + 1))
            self.places[name] = f"${number}${row}", f"${text}${row}"
            value, size = self.lens.value(name), self.lens.size(name)
            self.page.live(row, SCRATCH, self.lens.formula(name), value, "small", size)
            self.put_readable(row, SCRATCH + 1, f"{number}{row}", (value, size))
        return super().cell(name)

    def readable_of(self, name: str, in_brackets: bool = False) -> Piece:
        """A quantity's readable text, which is put out of sight first."""
        self.cell(name)
        return super().readable_of(name, in_brackets)

    def size(self, expr: Expr) -> float:
        """How large the terms of an expression are, which is one product."""
        sizes = math.prod(max(self.lens.size(name), abs(self.lens.value(name) or 0.0)) for name in names_in(expr))
        return max(sizes, abs(self.lens.worth(expr) or 0.0))

    def put(self, row: int, label: str, expr: Expr, size: float = 0.0) -> tuple[float | None, float]:
        """``label  0.0052  = ∂E/∂out · o = 0.018 · 0.29``; returns the value and the size of its terms."""
        value, size = self.lens.worth(expr), max(size, self.size(expr))
        self.page.text(row, LABEL, label, "label")
        self.page.live(row, VALUE, self.cells(expr), value, "finely", size)
        symbols = literal(f"= {self.symbols(expr)}")
        pieces = [symbols]
        if expr.op != "ref":
            pieces += [literal(" = "), filled(self.tokens(expr), self.readable_of)]
        formula, text = joined(pieces)
        if len(formula) < LONGEST_FORMULA:
            self.page.live(row, TEXT, formula, text, "text", size)
        return value, size

    def put_sum(self, row: int, label: str, terms: Sequence[tuple[float | None, float]]) -> None:
        """Under some lines, their sum."""
        letter, values = get_column_letter(VALUE), [value for value, _ in terms]
        total = None if None in values else in_order([value for value in values if value is not None])
        self.page.text(row, LABEL, label, "label")
        formula = f"SUM({letter}{row - len(terms)}:{letter}{row - 1})"
        self.page.live(row, VALUE, formula, total, "whole finely", sum(size for _, size in terms))
