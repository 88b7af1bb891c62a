"""The chosen iteration in the matrix form of the textbooks, the backward matrices under the forward ones.

Rows are samples.  With A′ the layer below and B samples,

    Z = A′ Wᵀ + b     A = f(Z)     ∂E/∂Wᵀ = A′ᵀ ∂E/∂Z / B     ∂E/∂A′ = ∂E/∂Z W
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from xlbp.template.blocks.block import Elements, Parameter
from xlbp.template.layer import DROPOUT, INPUT, Layer
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.header import put_header
from xlbp.workbook.sheets.network.grids import BACKWARD, FORWARD, MATRIX, Grid, Grids, bands_of, gradients
from xlbp.workbook.sheets.network.parts import put_parts

LARGEST = 16  # samples, or numbers of a tensor side by side: more would not fit a screen
MOST_ROWS = 4 * LARGEST  # of the matrices of all samples, one below the other
FIRST_ROW, LABELS = 6, 2
COLUMN_WIDTH = 9  # in digits


def fits(contents: Contents) -> bool:
    """Whether the matrices fit a screen; a computation graph has none."""
    if not contents.template.model.output:
        return False
    model = contents.network
    is_small = max(model.batch, model.input_shape[-1] if model.input_shape else 1) <= LARGEST
    return is_small and all(_fits(layer, model.batch) for layer in model.layers)


def _fits(layer: Layer, batch: int) -> bool:
    """Whether a layer's matrices do: of a dense one its units are the columns; else each tensor has its own."""
    if layer.is_dense:
        return layer.rows <= LARGEST
    network = layer.network
    for tensor in (t for node in layer.nodes for t in (*network.parameters_of(node), *network.tensors_of(node))):
        rows, columns = math.prod(tensor.shape[:-1]), math.prod(tensor.shape[-1:])
        samples = 1 if isinstance(tensor, Parameter) or len(tensor.shape) < MATRIX else batch
        if columns > LARGEST or rows * samples > MOST_ROWS:
            return False
    return True


def matrix_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number it must show."""
    page, model = Page(contents.texts("sheet.matrix")), contents.network
    has_rows_of_samples = all(layer.is_dense for layer in model.layers)
    put_header(page, contents, facts, "matrix", key_suffix="" if has_rows_of_samples else "tensors")
    row, widest = FIRST_ROW, 0
    lens = Lens(contents, facts)
    grids = Grids(page, lens, lens.of_any_sample)
    for layer in model.layers:
        if not any(model.tensors_of(node) for node in layer.nodes):
            continue  # it only hands on what is shown
        page.text(row, LABELS, contents.texts("training.layer", number=layer.number), "heading")
        if layer.is_dense:
            dense = _Dense(grids, model, layer)
            row = dense.put(row + 1, FORWARD)
            row, last = dense.put(row, BACKWARD) + 1, dense.last
        else:
            row, after = grids.put_bands(row + 1, LABELS + 1, bands_of(contents, layer, model.marks))
            row, right = put_parts(grids, layer, row, LABELS + 1)
            last = max(after - 2, right)
        widest = max(widest, last)
    page.width([LABELS], 8)
    page.width(range(LABELS + 1, widest + 1), COLUMN_WIDTH)
    area = f"{get_column_letter(LABELS + 1)}{FIRST_ROW}:{get_column_letter(widest)}{row}"
    page.formats_numbers, page.print_columns = True, widest
    page.finishing.append(lambda sheet: style.colour_signs(sheet, area))
    return page


@dataclass(frozen=True)
class _Dense:
    """One dense layer: A′ | Wᵀ over b | Z | A, from left to right, each under its formula."""

    grids: Grids
    network: Network
    layer: Layer

    @property
    def number(self) -> int:
        """The layer's number."""
        return self.layer.number

    @property
    def sources(self) -> int:
        """How many numbers come into the layer for each sample."""
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

    @property
    def below(self) -> tuple[str, str]:
        """What comes in, as the textbooks call it, and how it was made: ``H1`` is ``A1 ∘ Q1``, by element."""
        first = self.layer.nodes[0]
        if first.inputs[0] == INPUT:
            return "X", "X"
        source = self.network.nodes[first.inputs[0]]
        if source.block.kind == DROPOUT:
            return f"H{source.layer}", f"H{source.layer} = A{source.layer} ∘ Q{source.layer}"  # Q the mask
        taken = self.network.taken(first, "")
        if len({name.tensor for name in taken}) > 1:  # joined of several layers
            return f"A{source.layer}", f"A{source.layer}"
        called = f"{'A' if taken[0].letter == 'z' else taken[0].letter.upper()}{taken[0].block}"
        return called, called

    @property
    def bias(self) -> str:
        """What the layer's biases are called together."""
        return self.grids.lens.contents.whole_symbol(self.layer.biases, f"b{self.number}")

    def titles(self, look: str) -> tuple[str, str, str, str]:
        """Of A′, Wᵀ, Z and A: what each is, or how its derivative comes about."""
        contents = self.grids.lens.contents
        loss, n, batch = contents.symbol(contents.objective), self.number, self.network.batch
        below, made = self.below
        if look == FORWARD:
            bias = f" + {self.bias}" if self.layer.biases else ""
            return made, f"W{n}ᵀ", f"Z{n} = {below} · W{n}ᵀ{bias}", f"A{n} = {self.layer.activation}(Z{n})"
        mean = f" / {batch}" if batch > 1 else ""
        of_weights = f"∂{loss}/∂W{n}ᵀ = {below}ᵀ · ∂{loss}/∂Z{n}{mean}"
        return f"∂{loss}/∂{below} = ∂{loss}/∂Z{n} · W{n}", of_weights, f"∂{loss}/∂Z{n}", f"∂{loss}/∂A{n}"

    def put(self, row: int, look: str) -> int:
        """One band of matrices: titles, units, numbers; returns the row after it."""
        titles, columns = self.titles(look), self.columns
        sums, outputs = self.samples(self.layer.sums), self.samples(self.layer.outputs)
        matrices = {0: self.incoming(), 2: sums, 3: outputs if outputs != sums else []}
        for place, grid in matrices.items():
            self.put_samples(row, columns[place], titles[place], grid, look)
        self.put_weights(row, columns[1], titles[1], look)
        for place, _ in enumerate(self.network.marks):
            self.grids.page.text(row + 2 + place, LABELS, str(place + 1), "muted")
        return row + 2 + max(self.network.batch, self.sources + 1) + 1

    def samples(self, elements: Callable[[str], Elements]) -> Grid:
        """What the layer computes, a row for each sample."""
        return [elements(mark) for mark in self.network.marks]

    def incoming(self) -> Grid:
        """What comes into the layer, a row for each sample."""
        return [self.network.incoming(self.layer.nodes[0], mark) for mark in self.network.marks]

    def put_samples(self, row: int, column: int, title: str, grid: Grid, look: str) -> None:
        """A row per sample and a column per unit, if the book has these quantities."""
        shown = gradients(grid) if look == BACKWARD else grid
        if self.grids.have(shown):
            self.grids.page.text(row, column, title, "symbol")
            self.put_headings(row + 1, column, shown[0])
            self.grids.put(row + 2, column, shown, look)

    def put_headings(self, row: int, column: int, elements: Sequence[Quantity | None]) -> None:
        """The symbols of units side by side."""
        for offset, name in enumerate(elements):
            if name is not None:
                self.grids.page.text(row, column + offset, self.grids.lens.labelled(name), "column")

    def put_weights(self, row: int, column: int, title: str, look: str) -> None:
        """Wᵀ, a row per source and a column per unit, and the bias under it."""
        page, lens = self.grids.page, self.grids.lens
        page.text(row, column, title, "symbol")
        mark, rows = self.network.marks[0], range(1, self.layer.rows + 1)
        for offset, name in enumerate(self.network.incoming(self.layer.nodes[0], mark), start=2):
            page.text(row + offset, column - 1, lens.symbol(name), "label")
        self.put_headings(row + 1, column, self.layer.sums(mark))
        weights: list[Sequence[Quantity | None]] = [self.layer.weights[j :: self.sources] for j in range(self.sources)]
        biases = [self.layer.bias_of(r) for r in rows]
        grid = [*weights, biases]
        self.grids.put(row + 2, column, gradients(grid) if look == BACKWARD else grid, look)
        if self.layer.biases:
            page.text(row + 2 + self.sources, column - 1, self.bias, "label")
