"""Lines of a worked example: what it is, its value, the formula in symbols and in numbers, all live."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from openpyxl.utils import get_column_letter

from xlbp.symbols.expr import Expr, names_in
from xlbp.workbook.layout.formula import mathematics
from xlbp.workbook.layout.legal import LONGEST_FORMULA
from xlbp.workbook.page.facts import in_order, readable, readable_formula
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.live_text import Piece, filled, gap, joined, literal, number
from xlbp.workbook.page.page import Page

LABEL, VALUE, TEXT = 2, 3, 4  # columns of a line
SCRATCH, FIRST = 140, 5  # out of sight: the column of the numbers that lines use, their texts next to it


@dataclass
class Worked:
    """Puts lines on a page; each number that they use is fetched once, out of sight."""

    page: Page
    lens: Lens
    places: dict[str, int] = field(default_factory=dict)  # the rows of the numbers

    def __post_init__(self) -> None:
        symbols = {name: self.lens.symbol(name) for name in self.lens.contents.template.symbols}
        self.in_symbols = mathematics(symbols)
        self.in_gaps = mathematics({name: gap(name) for name in symbols})
        writer = self.lens.contents.layout.writer()
        self.in_cells = replace(writer, leaf=lambda of: self.cell(str(of.payload)), short=lambda *_: None)

    def cell(self, name: str) -> str:
        """Where a quantity stands for the lines' use."""
        if name not in self.places:
            row = FIRST + len(self.places)
            self.places[name] = row
            cell, value, size = f"{get_column_letter(SCRATCH)}{row}", self.lens.value(name), self.lens.size(name)
            self.page.live(row, SCRATCH, self.lens.formula(name), value, "small", size)
            self.page.live(row, SCRATCH + 1, readable_formula(cell), readable(value), "small", size)
        return f"${get_column_letter(SCRATCH)}${self.places[name]}"

    def size(self, expr: Expr) -> float:
        """How large the terms of an expression are, which is one product."""
        sizes = math.prod(max(self.lens.size(name), abs(self.lens.value(name) or 0.0)) for name in names_in(expr))
        return max(sizes, abs(self.lens.worth(expr) or 0.0))

    def put(self, row: int, label: str, expr: Expr, size: float = 0.0) -> tuple[float | None, float]:
        """``label  0.0052  = ∂E/∂out · o = 0.018 · 0.29``; returns the value and the size of its terms."""
        value, size = self.lens.worth(expr), max(size, self.size(expr))
        self.page.text(row, LABEL, label, "label")
        self.page.live(row, VALUE, self.in_cells(expr), value, "finely", size)
        symbols = literal(f"= {self.in_symbols(expr)}")
        pieces = [symbols]
        if expr.op != "ref":
            pieces += [literal(" = "), filled(self.in_gaps(expr), self.piece)]
        formula, text = joined(pieces)
        if len(formula) < LONGEST_FORMULA:
            self.page.live(row, TEXT, formula, text, "text", size)
        return value, size

    def piece(self, name: str, in_brackets: bool) -> Piece:
        """A quantity as a readable text; a negative one in brackets where it needs them."""
        cell = self.cell(name)
        text = f"${get_column_letter(SCRATCH + 1)}${self.places[name]}"
        return number(text, cell, self.lens.value(name), in_brackets)

    def put_sum(self, row: int, label: str, terms: Sequence[tuple[float | None, float]]) -> None:
        """Under some lines, their sum."""
        letter, values = get_column_letter(VALUE), [value for value, _ in terms]
        total = None if None in values else in_order([value for value in values if value is not None])
        self.page.text(row, LABEL, label, "label")
        formula = f"SUM({letter}{row - len(terms)}:{letter}{row - 1})"
        self.page.live(row, VALUE, formula, total, "whole finely", sum(size for _, size in terms))
