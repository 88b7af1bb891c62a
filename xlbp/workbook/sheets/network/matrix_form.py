"""The chosen iteration in matrices, layer by layer; of a dense layer a product stands between its factors."""

from __future__ import annotations

import math

from openpyxl.utils import get_column_letter

from xlbp.template.blocks.block import Parameter
from xlbp.template.layer import Layer
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.header import put_header
from xlbp.workbook.sheets.network.dense_matrices import LABELS, DenseMatrices
from xlbp.workbook.sheets.network.grids import MATRIX, Grids, bands_of
from xlbp.workbook.sheets.network.parts import put_parts

LARGEST = 16  # samples, or numbers of a tensor side by side: more would not fit a screen
MOST_ROWS = 4 * LARGEST  # of the matrices of all samples, one below the other
FIRST_ROW = 7
COLUMN_WIDTH = 10.5  # in digits: of −1.23E-05


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
    if any(layer.is_dense for layer in model.layers):
        has_biases = any(layer.is_dense and layer.biases for layer in model.layers)
        key = "matrix.product" if has_biases else "matrix.product_plain"
        page.text(FIRST_ROW - 2, LABELS, contents.texts(key), "muted")
    row, widest = FIRST_ROW, 0
    lens = Lens(contents, facts)
    grids = Grids(page, lens, lens.of_any_sample)
    for layer in model.layers:
        if not any(model.tensors_of(node) for node in layer.nodes):
            continue  # it only hands on what is shown
        page.text(row, LABELS, contents.texts("training.layer", number=layer.number), "heading")
        if layer.is_dense:
            dense = DenseMatrices(grids, model, layer)
            row, last = dense.put(row + 1), dense.last
        else:
            row, after = grids.put_bands(row + 1, LABELS + 1, bands_of(contents, layer, model.marks))
            row, right = put_parts(grids, layer, row, LABELS + 1)
            last = max(after - 2, right)
        widest = max(widest, last)
    page.width([LABELS], 11)
    page.width(range(LABELS + 1, widest + 1), COLUMN_WIDTH)
    area = f"{get_column_letter(LABELS + 1)}{FIRST_ROW}:{get_column_letter(widest)}{row}"
    page.formats_numbers, page.print_columns = True, widest
    page.finishing.append(lambda sheet: style.colour_signs(sheet, area))
    return page
