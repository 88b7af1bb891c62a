"""Quantities that stand on a page, and formulas of them: in symbols, with their numbers, and live."""

from __future__ import annotations

import math
from dataclasses import replace

from xlbp.symbols.expr import names_in
from xlbp.workbook.layout.formula import mathematics
from xlbp.workbook.page.chain import Path, factors_of
from xlbp.workbook.page.facts import readable, readable_formula
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.live_text import Piece, gap, number
from xlbp.workbook.page.page import Page


class Arithmetic:
    """What writes formulas on a page, and remembers where each quantity's value and its readable text stand.

    ``symbols`` writes in the source's symbols, ``full_symbols`` with the samples too, ``tokens`` with a gap for each
    number, ``cells`` with the page's own cells.
    """

    def __init__(self, page: Page, lens: Lens) -> None:
        self.page, self.lens, self.texts = page, lens, lens.contents.texts
        self.places: dict[str, tuple[str, str]] = {}  # by name the cells of the value and of its readable text
        symbols = {name: lens.symbol(name) for name in lens.contents.template.symbols}
        self.symbols = mathematics(symbols)
        self.full_symbols = mathematics(lens.contents.template.symbols)
        self.tokens = mathematics({name: gap(name) for name in symbols})
        writer = lens.contents.layout.writer()
        self.cells = replace(writer, leaf=lambda of: self.cell(str(of.payload)), short=lambda *_: None)

    def cell(self, name: str) -> str:
        """Where the value of a quantity stands on this page."""
        return self.places[name][0]

    def put_readable(
        self, row: int, column: int, cell: str, of: tuple[float | None, float], whole: bool = False
    ) -> None:
        """The readable text of the number in a cell; ``of`` has its value and the size of its terms."""
        value, size = of
        self.page.live(row, column, readable_formula(cell, whole), readable(value, whole), "small", size)

    def readable_of(self, name: str, in_brackets: bool = False) -> Piece:
        """A quantity's readable text; a negative one in brackets where it needs them."""
        cell, text = self.places[name]
        return number(text, cell, self.lens.value(name), in_brackets)

    def put_product(self, row: int, column: int, path: Path) -> None:
        """One path's share of a gradient, multiplied from the values on this page."""
        values = [self.lens.worth(factor.value) for factor in path]
        value = None if None in values else math.prod(v for v in values if v is not None)
        size = math.prod(self.lens.size(name) for factor in path for name in names_in(factor.value))
        self.page.live(row, column, "*".join(factors_of(self.cells, path)), value, "significant", size)
