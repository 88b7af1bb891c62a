"""A network too large for a picture, as matrices: the forward ones with the backward ones under them."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from xlbp.template import names
from xlbp.template.network import Layer, Network
from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.diagram import input_namer
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page

MOST_COLUMNS = 40
LABELS = 2  # the column of the units' symbols; W stands right of it


def put_matrices(page: Page, lens: Lens, row: int) -> None:
    """For each layer W, b, z and a, and under them their derivatives.  A graph is shown as a list."""
    model = lens.contents.template.model
    if not isinstance(model, Network):
        _put_list(page, lens, row)
        return
    first, widest = row, 0
    own = input_namer(model, lens.mark)
    sources = [own(j) for j in range(1, len(model.inputs[0]) + 1)]
    for number, layer in enumerate(model.layers, start=1):
        block = _Block(page, lens, number, layer, sources[:MOST_COLUMNS])
        page.text(row, LABELS, lens.contents.texts("training.layer", number=number), "heading")
        row = block.put(block.put_sources(row + 1), backward=False)
        row = block.put(row + 1, backward=True) + 1
        sources, widest = [block.unit(i) for i in range(1, layer.units + 1)], max(widest, block.bias + 2)
    page.width(range(LABELS + 1, widest + 1), 9)
    page.width([LABELS], 16)
    area = f"{get_column_letter(LABELS + 1)}{first}:{get_column_letter(widest)}{row}"
    page.formats_numbers = True
    page.finishing.append(lambda sheet: style.colour_signs(sheet, area))


@dataclass
class _Block:
    """The matrices of a layer: W under what flows into it, with b, z and a at its right."""

    page: Page
    lens: Lens
    number: int
    layer: Layer
    sources: list[str]

    @property
    def bias(self) -> int:
        """The column of b; z and a come next."""
        return LABELS + 1 + len(self.sources) + 1

    def unit(self, i: int) -> str:
        """What unit i says."""
        return names.of_unit("z" if self.layer.activation == "identity" else "a", self.number, i, self.lens.mark)

    def put_sources(self, row: int) -> int:
        """What flows into the layer: symbols, and values over the weights they meet; returns the row after them."""
        for column, name in enumerate(self.sources, start=LABELS + 1):
            self.page.text(row, column, self.lens.symbol(name), "column")
            self.number_at(row + 1, column, name, "node value")
        return row + 2

    def put(self, row: int, backward: bool) -> int:
        """W | b | z | a, a row per unit, or the derivatives of the same; returns the row after it."""
        self.page.text(row, LABELS, self.title("W", backward), "column")
        for offset, letter in enumerate("bza"):
            if any(self.row_of(r, backward).get(self.bias + offset) for r in range(1, self.layer.rows + 1)):
                self.page.text(row, self.bias + offset, self.title(letter, backward), "column")
        for r in range(1, self.layer.rows + 1):
            self.page.text(row + r, LABELS, self.lens.symbol(self.unit((r - 1) // self.layer.sums.pieces + 1)), "label")
            for column, name in self.row_of(r, backward).items():
                self.number_at(row + r, column, name, "node delta" if backward else "node value")
        return row + self.layer.rows + 1

    def title(self, letter: str, backward: bool) -> str:
        """A matrix, or the loss's derivative by it."""
        loss = self.lens.contents.symbol(self.lens.contents.objective)
        return f"∂{loss}/∂{letter}{self.number}" if backward else f"{letter}{self.number}"

    def row_of(self, r: int, backward: bool) -> dict[int, str]:
        """The quantities of row r of W, by their columns; a book has not all of them.

        A maxout unit has several rows, but one activation.
        """
        bias = self.layer.bias_of(r)
        shown = {LABELS + j: names.weight(self.number, r, j) for j in range(1, len(self.sources) + 1)}
        shown |= {self.bias: bias} if bias else {}
        cells = {column: names.gradient(name) if backward else name for column, name in shown.items()}
        z, a = ("dz", "da") if backward else ("z", "a")
        cells[self.bias + 1] = names.of_unit(z, self.number, r, self.lens.mark)
        if (r - 1) % self.layer.sums.pieces == 0:
            cells[self.bias + 2] = names.of_unit(a, self.number, (r - 1) // self.layer.sums.pieces + 1, self.lens.mark)
        layout = self.lens.contents.layout
        return {column: name for column, name in cells.items() if name in layout.columns or name in layout.panel}

    def number_at(self, row: int, column: int, name: str, look: str) -> None:
        """A live quantity."""
        self.page.live(row, column, self.lens.formula(name), self.lens.value(name), look, self.lens.size(name))


def _put_list(page: Page, lens: Lens, row: int) -> None:
    for column in lens.columns():
        if column.phase in ("forward", "backward", "gradients"):
            page.text(row, 2, lens.symbol(column.name), "symbol")
            page.live(row, 3, lens.formula(column.name), lens.value(column.name), size=lens.size(column.name))
            row += 1
