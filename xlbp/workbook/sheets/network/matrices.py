"""A network too large for a picture, as matrices: the forward ones with the backward ones under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from xlbp.template.layer import Layer
from xlbp.template.quantity import Quantity
from xlbp.workbook.drawing import style
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.network.grids import BACKWARD, FORWARD, MOST_COLUMNS, Grid, Grids, bands_of, gradients

LABELS = 2  # the column of the units' symbols; W stands right of it


def put_matrices(page: Page, lens: Lens, row: int) -> None:
    """For each layer its parameters and what it computes, and under them the derivatives."""
    network = lens.contents.network
    first, widest = row, 0
    grids = Grids(page, lens, lens.formula)
    for layer in network.layers:
        page.text(row, LABELS, lens.contents.texts("training.layer", number=layer.number), "heading")
        row, last = put_layer(grids, layer, row + 1)
        widest = max(widest, last)
    page.width(range(LABELS + 1, widest + 1), 9)
    page.width([LABELS], 16)
    area = f"{get_column_letter(LABELS + 1)}{first}:{get_column_letter(widest)}{row}"
    page.formats_numbers = True
    page.finishing.append(lambda sheet: style.colour_signs(sheet, area))


def put_layer(grids: Grids, layer: Layer, row: int) -> tuple[int, int]:
    """A layer's matrices; returns the row and the column after them."""
    if not layer.is_dense:
        return grids.put_bands(row, LABELS + 1, bands_of(grids.lens.contents, layer, [grids.lens.mark]))
    sources = layer.network.incoming(layer.nodes[0], grids.lens.mark)[:MOST_COLUMNS]
    dense = _Dense(grids, layer, sources)
    row = dense.put(dense.put_sources(row), FORWARD)
    return dense.put(row + 1, BACKWARD) + 1, dense.bias + 2


def put_list(page: Page, lens: Lens, row: int) -> None:
    """A graph too large for a picture, as a list of its quantities."""
    for column in lens.columns():
        if column.phase in ("forward", "backward", "gradients"):
            page.text(row, 2, lens.symbol(column.name), "symbol")
            page.live(row, 3, lens.formula(column.name), lens.value(column.name), size=lens.size(column.name))
            row += 1


@dataclass(frozen=True)
class _Dense:
    """The matrices of a dense layer: W under what flows into it, with b, z and a at its right, a row for each sum."""

    grids: Grids
    layer: Layer
    sources: tuple[Quantity, ...]

    @property
    def bias(self) -> int:
        """The column of b; z and a come next."""
        return LABELS + 1 + len(self.sources) + 1

    def put_sources(self, row: int) -> int:
        """What flows into the layer: symbols, and values over the weights they meet; returns the row after them."""
        for column, name in enumerate(self.sources, start=LABELS + 1):
            self.grids.page.text(row, column, self.grids.lens.symbol(name), "column")
        self.grids.put(row + 1, LABELS + 1, [self.sources], FORWARD)
        return row + 2

    def put(self, row: int, look: str) -> int:
        """W | b | z | a, or the derivatives of the same; returns the row after it."""
        page, lens = self.grids.page, self.grids.lens
        page.text(row, LABELS, self.title("W", look), "column")
        self.put_grid(row, LABELS + 1, self.weights(), look)
        columns = {"b": self.biases(), "z": self.spread(self.sums), "a": self.spread(self.outputs)}
        for column, (letter, grid) in enumerate(columns.items(), start=self.bias):
            if self.put_grid(row, column, grid, look):
                page.text(row, column, self.title(letter, look), "column")
        for place, unit in enumerate(self.shown, start=row + 1):
            page.text(place, LABELS, lens.labelled(unit), "label")
        return row + self.layer.rows + 1

    def put_grid(self, row: int, column: int, grid: Grid, look: str) -> bool:
        """The numbers under their title, or the derivatives by them; returns whether the book has any."""
        shown = gradients(grid) if look == BACKWARD else grid
        self.grids.put(row + 1, column, shown, look)
        return self.grids.have(shown)

    def title(self, letter: str, look: str) -> str:
        """A matrix, or the loss's derivative by it."""
        contents = self.grids.lens.contents
        called = {"W": self.layer.weights, "b": self.layer.biases, "z": self.sums, "a": self.outputs}
        matrix = contents.whole_symbol(called[letter], f"{letter}{self.layer.number}")
        return f"∂{contents.symbol(contents.objective)}/∂{matrix}" if look == BACKWARD else matrix

    @property
    def sums(self) -> tuple[Quantity, ...]:
        """The pre-activations of the chosen sample."""
        return self.layer.sums(self.grids.lens.mark)

    @property
    def outputs(self) -> tuple[Quantity, ...]:
        """The activations, where they have cells of their own."""
        outputs = self.layer.outputs(self.grids.lens.mark)
        return () if outputs == self.sums else outputs

    @property
    def shown(self) -> list[Quantity]:
        """For each row the unit that it belongs to: a maxout unit has several."""
        units = self.outputs or self.sums
        return [unit for unit in units for _ in range(self.layer.rows // len(units))]

    def weights(self) -> Grid:
        """A row for each sum."""
        weights, each = self.layer.weights, self.layer.sources
        return [weights[r * each : (r + 1) * each][: len(self.sources)] for r in range(self.layer.rows)]

    def biases(self) -> Grid:
        """The bias of each sum, or the one that it shares."""
        return [[self.layer.bias_of(r)] for r in range(1, self.layer.rows + 1)]

    def spread(self, elements: Sequence[Quantity]) -> Grid:
        """A column in which each element stands beside the first of its sums."""
        each = self.layer.rows // max(1, len(elements))
        return [[name] if place == 0 else [None] for name in elements for place in range(each)]
