"""A network too large for a picture, as matrices: the forward ones with the backward ones under them."""

from __future__ import annotations

from xlbp.spec import names
from xlbp.spec.model import Layer, Network
from xlbp.workbook.lookup import Lens
from xlbp.workbook.page import Page

MOST_COLUMNS = 40


def put_matrices(page: Page, lens: Lens, row: int) -> None:
    """For each layer W, b, z and a, and under them their derivatives.  A graph is shown as a list."""
    model = lens.contents.template.model
    if not isinstance(model, Network):
        _put_list(page, lens, row)
        return
    for number, layer in model.numbered():
        page.text(row, 2, lens.contents.texts("training.layer", number=number), "heading")
        row = _put_block(page, lens, row + 1, number, layer, backward=False)
        row = _put_block(page, lens, row + 1, number, layer, backward=True) + 1


def _put_block(page: Page, lens: Lens, row: int, number: int, layer: Layer, backward: bool) -> int:
    """W | b | z | a, a row per unit, or the derivatives of the same; returns the row after it."""
    look = "node delta" if backward else "node value"
    loss = lens.contents.symbol(lens.contents.objective)
    sources = min(len(layer.weights[0]), MOST_COLUMNS)
    first = 3 + sources + 1
    titles = {2: f"W{number}", first: f"b{number}", first + 1: f"z{number}", first + 2: f"a{number}"}
    for column, title in titles.items():
        page.text(row, column, f"∂{loss}/∂{title}" if backward else title, "column")
    for i in range(1, layer.rows + 1):
        weights = {3 + j: names.weight(number, i, j + 1) for j in range(sources)}
        biases = layer.bias.names(number) if layer.bias else ()
        shown = {**weights, **({first: biases[0 if len(biases) == 1 else i - 1]} if biases else {})}
        cells = {column: names.gradient(name) if backward else name for column, name in shown.items()}
        letters = ("dz", "da") if backward else ("z", "a")
        cells[first + 1] = names.of_unit(letters[0], number, i, lens.mark)
        if (i - 1) % layer.pieces == 0:  # a maxout unit has several rows, but one activation
            cells[first + 2] = names.of_unit(letters[1], number, (i - 1) // layer.pieces + 1, lens.mark)
        for column, name in cells.items():
            if name in lens.contents.layout.columns or name in lens.contents.layout.panel:
                page.live(row + i, column, lens.formula(name), lens.value(name), look, lens.size(name))
    page.width(range(3, first + 3), 9)
    page.width([2], 16)
    return row + layer.rows + 1


def _put_list(page: Page, lens: Lens, row: int) -> None:
    for column in lens.columns():
        if column.phase in ("forward", "backward", "gradients"):
            page.text(row, 2, lens.symbol(column.name), "symbol")
            page.live(row, 3, lens.formula(column.name), lens.value(column.name), size=lens.size(column.name))
            row += 1
