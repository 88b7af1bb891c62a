"""The gradient of a parameter that is used at several steps or places, as the sum of what each of these adds."""

from __future__ import annotations

from itertools import groupby

from xlbp.template.blocks.block import Parameter
from xlbp.template.layer import Layer, Node
from xlbp.template.quantity import Quantity
from xlbp.workbook.sheets.network.grids import BACKWARD, Grids

MOST_ROWS = 64  # of a parameter; the training sheet has the parts of all


def put_parts(grids: Grids, layer: Layer, row: int, column: int) -> tuple[int, int]:
    """A table for each of a layer's own parameters that has parts; returns the row and the column after them."""
    last = column
    for node in layer.nodes:
        for parameter in layer.network.parameters_of(node):
            if parameter.home is None and layer.network.parts_of(node, parameter):
                row, right = _put_table(grids, layer, node, parameter, row, column)
                last = max(last, right)
    return row, last


def _put_table(grids: Grids, layer: Layer, node: Node, parameter: Parameter, row: int, column: int) -> tuple[int, int]:
    """A row for each element: its parts side by side, and the gradient that they make."""
    network, contents = layer.network, grids.lens.contents
    parts = network.parts_of(node, parameter)
    by_element = [(name, list(group)) for name, group in groupby(parts, key=lambda part: part[0].of)]
    objective = contents.symbol(contents.objective)
    title = contents.texts("matrix.parts", gradient=f"∂{objective}/∂{parameter.letter}{layer.number}")
    grids.page.text(row, column, title, "symbol")
    words = [word for _, word in by_element[0][1]]
    total = "Σ" if network.batch == 1 else f"Σ / {network.batch}"
    for place, word in enumerate([*words, total]):
        grids.page.text(row + 1, column + place, word, "column")
    for offset, (gradient, of_element) in enumerate(by_element[:MOST_ROWS], start=row + 2):
        cells: list[Quantity | None] = [part for part, _ in of_element]
        if gradient is not None and gradient.of is not None:
            grids.page.text(offset, column - 1, grids.lens.symbol(gradient.of), "label")
        grids.put(offset, column, [[*cells, gradient]], BACKWARD)
    return row + 3 + min(len(by_element), MOST_ROWS), column + len(words) + 1
