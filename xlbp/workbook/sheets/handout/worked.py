"""One parameter worked out on a page: given, forward pass, loss, backward pass, gradient, update."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from xlbp.symbols.expr import Expr, names_in
from xlbp.workbook.layout.legal import LONGEST_FORMULA
from xlbp.workbook.page.arithmetic import Arithmetic
from xlbp.workbook.page.chain import Path, factors_of
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.live_text import filled, gaps, literal
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.handout.derivation import Derivation
from xlbp.workbook.sheets.handout.paper import LAST, SYMBOL
from xlbp.xlsx.metrics import shortened

FORMULA, NUMBERS, VALUE, READABLE = 4, 5, LAST, LAST + 1  # columns; the last one is hidden
MOST_LINES, GIVEN_LINES = 4, 2  # of a formula in symbols, of one of what is given
MOST_SHOWN = 130  # characters of a formula with numbers
USUAL = "0.00000"  # as long as numbers mostly are
PIXELS = 200.0  # that a line of a formula has


class Worked(Arithmetic):
    """Writes the lines of a derivation from a row on down."""

    def __init__(self, page: Page, lens: Lens, derivation: Derivation, row: int) -> None:
        super().__init__(page, lens)
        self.derivation, self.row = derivation, row
        self.columns = {column.name: column for column in lens.contents.program.columns}

    def put(self) -> None:
        """All sections, in the order in which they are computed."""
        derivation = self.derivation
        self.band("parameters", self.texts("handout.given"))
        for name in (derivation.parameter, *derivation.given):
            self.quantity(name, None)
        for phase in ("forward", "loss", "backward"):
            columns = derivation.of(phase)
            if columns:
                self.band(phase, self.texts(f"phase.{phase}"))
            for column in columns:
                self.quantity(column.name, column.expr)
        self.band("gradients", self.texts("handout.chain", parameter=self.lens.symbol(derivation.parameter)))
        self.gradient()
        self.band("update", self.texts("phase.update"))
        for column in derivation.of("optimizer", "update"):
            self.quantity(column.name, column.expr)

    def band(self, phase: str, title: str) -> None:
        """A heading in the colour of its phase."""
        for column in range(SYMBOL, LAST + 1):
            self.page.text(self.row, column, title if column == SYMBOL else "", phase)
        self.row += 1

    def quantity(self, name: str, expr: Expr | None) -> None:
        """One line: symbol, formula in symbols and with numbers, value; of what is given, what it is."""
        page, lens = self.page, self.lens
        page.text(self.row, SYMBOL, self.label(name), "symbol")
        if expr is None:
            self.what_it_is(name)
        else:
            is_in_sight = all(map(lens.seen, names_in(expr)))
            self.in_symbols(f"= {(self.symbols if is_in_sight else self.full_symbols)(expr)}")
            if is_in_sight and not names_in(expr, "prev"):
                self.in_numbers(f"= {self.tokens(expr)}")
        value, size = lens.value(name), lens.size(name)
        page.live(self.row, VALUE, lens.formula(name), value, "significant", size)
        self.remember(name, value, size)
        self.row += 1

    def label(self, name: str) -> str:
        """The symbol; of a batch the sample's objective and the mean are called alike, so each says which it is."""
        label, objective = self.lens.labelled(name), self.lens.contents.objective
        if self.lens.samples == 1 or label != self.lens.symbol(objective):
            return label
        if name == objective:
            return self.texts("network.of_batch", symbol=label, samples=self.lens.samples)
        return self.texts("network.of_sample", symbol=label)

    def what_it_is(self, name: str) -> None:
        """A given number's kind; of what has a formula of its own, the formula."""
        column = self.columns.get(name)
        if column is None or column.phase in ("parameters", "batch"):
            self.page.text(self.row, FORMULA, self.texts(f"steps.{self.lens.kind(name)}"), "note")
        else:
            self.in_symbols(f"= {self.symbols(column.expr)}", GIVEN_LINES)

    def remember(self, name: str, value: float | None, size: float) -> None:
        """The readable text of a value, out of sight, for the formulas with numbers."""
        cell = f"{get_column_letter(VALUE)}{self.row}"
        self.put_readable(self.row, READABLE, cell, (value, size))
        self.places[name] = cell, f"{get_column_letter(READABLE)}{self.row}"

    def in_symbols(self, text: str, lines: int = MOST_LINES) -> None:
        """A formula in mathematics; one that there is no room for in so many lines stands on the sheet of steps."""
        if shortened(text, lines, PIXELS, language=self.texts.language) != text:
            text = self.texts("handout.see", cell=self.texts("sheet.steps"))
        self.page.text(self.row, FORMULA, text, "formula")

    def in_numbers(self, text: str) -> None:
        """A text in which each name is replaced by its live number; none where one of these has no line here."""
        if not all(name in self.places for name in gaps(text)):
            return
        formula, shown = filled(text, self.readable_of)
        _, usual = filled(text, lambda *_: literal(USUAL))  # there is room or there is none, whatever the numbers are
        if len(formula) < LONGEST_FORMULA and len(usual) <= MOST_SHOWN:
            size = max((self.lens.size(name) for name in gaps(text)), default=0.0)
            self.page.live(self.row, NUMBERS, formula, shown, "formula", size)

    def gradient(self) -> None:
        """The chain rule: a line for each path, and the gradient, their sum or mean."""
        derivation, lens = self.derivation, self.lens
        gradient = derivation.gradient
        is_path = len(derivation.paths) == 1 and not derivation.penalties and lens.samples == 1
        for place, path in enumerate(derivation.paths):
            if place == 0 and lens.samples == 1:
                self.page.text(self.row, SYMBOL, lens.symbol(gradient), "symbol")
            sign = "+ " if place else "= "
            self.in_symbols(sign + " · ".join(factor.symbol for factor in path))
            self.in_numbers(sign + " · ".join(factors_of(self.tokens, path)))
            if not is_path:
                self.share(path)
                self.row += 1
        for term in derivation.penalties:
            self.in_symbols(f"+ {self.symbols(term)}")
            self.in_numbers(f"+ {self.tokens(term)}")
            self.row += 1
        if not is_path:
            self.page.text(self.row, SYMBOL, lens.symbol(gradient), "symbol")
            self.page.text(self.row, FORMULA, self.whole(), "note")
        value, size = lens.value(gradient), lens.size(gradient)
        self.page.live(self.row, VALUE, lens.formula(gradient), value, "significant", size)
        self.remember(gradient, value, size)
        self.row += 1

    def whole(self) -> str:
        """How the gradient comes from its paths."""
        if self.derivation.left_out:
            return self.texts("handout.more_paths", count=self.derivation.left_out, steps=self.texts("sheet.steps"))
        if self.lens.samples > 1:
            return self.texts("steps.mean", samples=self.lens.samples)
        return self.texts("steps.sum" if self.derivation.paths else "steps.no_path")

    def share(self, path: Path) -> None:
        """What one path adds, multiplied from the values above."""
        if all(name in self.places for factor in path for name in names_in(factor.value)):
            self.put_product(self.row, VALUE, path)
