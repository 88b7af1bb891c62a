"""The chosen iteration in the matrix form of the textbooks, the backward matrices under the forward ones.

Rows are samples.  With A′ the layer below and B samples,

    Z = A′ Wᵀ + b     A = f(Z)     ∂E/∂Wᵀ = A′ᵀ ∂E/∂Z / B     ∂E/∂A′ = ∂E/∂Z W
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from xlbp.template import names
from xlbp.template.network import Layer, Network
from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.diagram import input_namer
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.header import put_header

LARGEST = 16  # samples, or units of a layer: more would not fit a screen
FIRST_ROW, LABELS = 6, 2
COLUMN_WIDTH = 9  # in digits
OfUnit = Callable[[str, int], str]  # (sample mark, unit) -> name


def fits(contents: Contents) -> bool:
    """Whether the matrices fit a screen; a computation graph has none."""
    model = contents.template.model
    if not isinstance(model, Network):
        return False
    return max(model.batch, len(model.inputs[0]), *(layer.rows for layer in model.layers)) <= LARGEST


def matrix_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number it must show."""
    page, model = Page(contents.texts("sheet.matrix")), contents.template.model
    assert isinstance(model, Network)
    put_header(page, contents, facts, "matrix")
    row, widest = FIRST_ROW, 0
    for number, layer in enumerate(model.layers, start=1):
        block = _Layer(page, Lens(contents, facts), model, number, layer)
        page.text(row, LABELS, contents.texts("training.layer", number=number), "heading")
        row = block.put(row + 1, backward=False)
        row = block.put(row, backward=True) + 1
        widest = max(widest, block.last)
    page.width([LABELS], 8)
    page.width(range(LABELS + 1, widest + 1), COLUMN_WIDTH)
    area = f"{get_column_letter(LABELS + 1)}{FIRST_ROW}:{get_column_letter(widest)}{row}"
    page.formats_numbers, page.print_columns = True, widest
    page.finishing.append(lambda sheet: style.colour_signs(sheet, area))
    return page


@dataclass
class _Layer:
    """One layer: A′ | Wᵀ over b | Z | A, from left to right, each under its formula."""

    page: Page
    lens: Lens
    network: Network
    number: int
    layer: Layer

    @property
    def sources(self) -> int:
        """How many units the layer below has."""
        return self.layer.sources

    @property
    def columns(self) -> tuple[int, int, int, int]:
        """Where A′, Wᵀ, Z and A begin; an empty column stands between, and room for the titles."""
        weights = LABELS + 1 + max(self.sources, 3) + 1
        pre = weights + max(self.layer.rows, 4) + 1
        return LABELS + 1, weights, pre, pre + max(self.layer.rows, 2) + 1

    @property
    def last(self) -> int:
        """The last column."""
        return self.columns[3] + self.layer.units - 1

    def titles(self, backward: bool) -> tuple[str, str, str, str]:
        """Of A′, Wᵀ, Z and A: what each is, or how its derivative comes about."""
        loss, n, batch = self.lens.contents.symbol(self.lens.contents.objective), self.number, self.network.batch
        thinned = n > 1 and bool(self.network.layers[n - 2].dropout)
        below = "X" if n == 1 else f"H{n - 1}" if thinned else f"A{n - 1}"
        if not backward:
            made = f"{below} = A{n - 1} ∘ Q{n - 1}" if thinned else below  # ∘ is by element, Q the mask
            return made, f"W{n}ᵀ", f"Z{n} = {below} · W{n}ᵀ + b{n}", f"A{n} = {self.layer.activation}(Z{n})"
        mean = f" / {batch}" if batch > 1 else ""
        of_weights = f"∂{loss}/∂W{n}ᵀ = {below}ᵀ · ∂{loss}/∂Z{n}{mean}"
        return f"∂{loss}/∂{below} = ∂{loss}/∂Z{n} · W{n}", of_weights, f"∂{loss}/∂Z{n}", f"∂{loss}/∂A{n}"

    def put(self, row: int, backward: bool) -> int:
        """One band of matrices: titles, units, numbers; returns the row after it."""
        look = "node delta" if backward else "node value"
        titles, columns = self.titles(backward), self.columns
        blocks = {
            0: (self.sources, self.below(backward)),
            2: (self.layer.rows, self.own("dz" if backward else "z")),
            3: (self.layer.units, self.own("da" if backward else "a")),
        }
        for place, (units, of_unit) in blocks.items():
            self.by_sample(row, columns[place], titles[place], units, of_unit, look)
        self.weights(row, columns[1], titles[1], backward, look)
        for place, _ in enumerate(self.network.marks):
            self.page.text(row + 2 + place, LABELS, str(place + 1), "muted")
        return row + 2 + max(self.network.batch, self.sources + 1) + 1

    def own(self, letter: str) -> OfUnit:
        """A quantity of the layer's units."""
        return lambda mark, i: names.of_unit(letter, self.number, i, mark)

    def below(self, backward: bool) -> OfUnit:
        """What comes in, or how the loss changes with it; nothing is known of the inputs' derivatives."""
        if self.number == 1:
            return lambda mark, i: "" if backward else input_namer(self.network, mark)(i)
        letters = ("dh", "da", "dz") if backward else ("h", "a", "z")
        return lambda mark, i: self.first_known(names.of_unit(letter, self.number - 1, i, mark) for letter in letters)

    def first_known(self, found: Iterable[str]) -> str:
        """The first of some names that the book has, or ''."""
        known = self.lens.contents.layout
        return next((name for name in found if name in known.columns or name in known.panel), "")

    def by_sample(self, row: int, column: int, title: str, units: int, of_unit: OfUnit, look: str) -> None:
        """A row per sample and a column per unit, if the book has these quantities."""
        marks = self.network.marks
        if not self.first_known([of_unit(marks[0], 1)]):
            return
        self.page.text(row, column, title, "symbol")
        for i in range(1, units + 1):
            self.page.text(row + 1, column + i - 1, self.lens.contents.bare_symbol(of_unit(marks[0], i)), "column")
            for place, mark in enumerate(marks):
                self.number_at(row + 2 + place, column + i - 1, of_unit(mark, i), look)

    def weights(self, row: int, column: int, title: str, backward: bool, look: str) -> None:
        """Wᵀ, a row per source and a column per unit, and the bias under it."""
        self.page.text(row, column, title, "symbol")
        incoming, mark = self.below(False), self.network.marks[0]
        for j in range(1, self.sources + 1):
            self.page.text(row + 1 + j, column - 1, self.lens.contents.bare_symbol(incoming(mark, j)), "label")
        for r in range(1, self.layer.rows + 1):
            unit = names.of_unit("z", self.number, r, mark)
            self.page.text(row + 1, column + r - 1, self.lens.contents.bare_symbol(unit), "column")
            bias = self.layer.bias_of(r) or ""
            cells = [names.weight(self.number, r, j) for j in range(1, self.sources + 1)] + ([bias] if bias else [])
            for place, name in enumerate(names.gradient(cell) if backward else cell for cell in cells):
                if self.first_known([name]):
                    self.number_at(row + 2 + place, column + r - 1, name, look)
        if self.layer.biases:
            self.page.text(row + 2 + self.sources, column - 1, f"b{self.number}", "label")

    def number_at(self, row: int, column: int, name: str, look: str) -> None:
        """A live quantity of the chosen iteration, whatever the chosen sample."""
        lens = self.lens
        formula = lens.in_row(name) if name in lens.contents.layout.columns else lens.contents.address_of(name)
        self.page.live(row, column, formula, lens.value(name), look, lens.size(name))
