"""The picture, drawn in cells and lines, with the numbers of the chosen iteration.

A node shows its value and its derivative; an edge ends at its own label, which shows the weight and the
weight's gradient (in a computation graph the local derivative).  Lines are coloured by the weight's sign.
"""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.diagram import Edge, Layers, Node, diagram
from xlbp.workbook.drawing.overlay import Line, overlay
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import NOT_AVAILABLE, Page
from xlbp.workbook.sheets.header import put_header
from xlbp.workbook.sheets.network.arrays import put_arrays
from xlbp.workbook.sheets.network.matrices import put_list, put_matrices
from xlbp.workbook.sheets.network.tensors import has_tensors, put_tensors

FIRST = 9  # the picture's first row
CANVAS, SYMBOL, WEIGHT, GRADIENT, NODE, STRIDE = 0, 1, 2, 3, 4, 5  # columns of a layer
PASSING = 6  # of the eight columns that hold a layer's coordinates, the one with the weight of a line that passes
POSITIVE, NEGATIVE = style.PHASES["gradients"].fill, style.PHASES["loss"].fill


def network_page(contents: Contents, facts: Facts) -> Page:
    """The sheet: the picture, or for a large network its matrices."""
    page, lens = Page(contents.texts("sheet.network")), Lens(contents, facts)
    put_header(page, contents, facts, "network", key_suffix=contents.template.kind, with_sample=True)
    if contents.template.model.computed_as == "arrays":
        put_arrays(page, lens, contents.template.model.arrays)
    elif has_tensors(contents):
        put_tensors(page, lens)
    elif layers := diagram(lens):
        _Picture(page, lens, layers).put()
    else:
        put_large = {"network": put_matrices, "expression": put_list}[contents.template.kind]
        put_large(page, lens, FIRST)
    return page


@dataclass
class _Picture:
    page: Page
    lens: Lens
    layers: Layers

    def put(self) -> None:
        """Nodes and labels as cells, then the lines over the canvas between them."""
        texts = self.lens.contents.texts
        self.page.text(5, 2, texts(f"network.legend_{self.lens.contents.template.kind}", **self.words()), "muted")
        self.page.text(6, 2, texts("network.lines"), "muted")
        self.height = max(sum(node.rows for node in layer) for layer in self.layers)
        self.middle: dict[str, float] = {}  # the vertical middle of each node, in rows
        self.scratch = 2 + STRIDE * len(self.layers) + 12  # the lines' coordinates stand from here on
        for place, layer in enumerate(self.layers):
            self.layer(place, layer)
        last = 2 + STRIDE * (len(self.layers) - 1)
        self.page.width([2], 22)
        self.page.heights.update(dict.fromkeys(range(FIRST, FIRST + self.height), 18.0))
        area = f"B{FIRST}:{get_column_letter(last)}{FIRST + self.height}"
        self.page.finishing.append(lambda sheet: style.colour_signs(sheet, area))
        self.page.print_columns, self.page.formats_numbers = last, True

    def column(self, place: int, part: int) -> int:
        """The column of a part of a layer; the inputs have a node column only."""
        return 2 + STRIDE * (place - 1) + 1 + part if place else 2

    def layer(self, place: int, layer: list[Node]) -> None:
        """One layer, in the middle of the height, with the edges that lead into it."""
        row = FIRST + (self.height - sum(node.rows for node in layer)) // 2
        lines: list[Line] = []
        if place:
            self.columns_of(place)
        for node in layer:
            self.node(place, row, node)
            for offset, edge in enumerate(node.edges):
                lines += self.edge(place, row + offset, edge, bool(node.forward))
            row += node.rows
        if lines:
            left = self.column(place, CANVAS)
            top, height = FIRST, self.height
            shows = self.lens.contents.texts(f"alt.edges_{self.lens.contents.template.kind}", number=place)
            self.page.finishing.append(
                lambda sheet: overlay(sheet, top, left, height, 1, (1.0, float(height)), lines, shows)
            )

    def columns_of(self, place: int) -> None:
        """Headings and widths; the edges of a graph have no gradients, but air before the node."""
        network = self.lens.contents.template.kind == "network"
        headings = [(SYMBOL, "symbol", "muted"), (WEIGHT, "weight", "small heading")]
        for part, key, look in [*headings, *([(GRADIENT, "gradient", "small heading")] if network else [])]:
            self.page.text(FIRST - 1, self.column(place, part), self.heading(key), look)
        widths = ((CANVAS, 16.0), (SYMBOL, 9.0), (WEIGHT, 9.0), (GRADIENT, 10.0 if network else 2.0), (NODE, 14.0))
        for part, width in widths:
            self.page.width([self.column(place, part)], width)

    def words(self) -> dict[str, str]:
        """What the legend is filled in with."""
        return {"objective": self.lens.contents.symbol(self.lens.contents.objective)}

    def heading(self, key: str) -> str:
        """What the three numbers of an edge are."""
        return self.lens.contents.texts(f"network.{key}.{self.lens.contents.template.kind}")

    def node(self, place: int, row: int, node: Node) -> None:
        """Symbol, value, derivative; a line that passes shows whose it is."""
        column = self.column(place, NODE)
        if not node.forward:
            self.passing(place, row, node)
            self.middle[node.key] = row - FIRST + 0.5
            return
        self.page.text(row, column, node.symbol, "node")
        for offset, (name, look) in enumerate(((node.forward, "node value"), (node.backward, "node delta")), start=1):
            if name:
                self.number(row + offset, column, name, look)
        self.middle[node.key] = row - FIRST + 1.5

    def passing(self, place: int, row: int, node: Node) -> None:
        """A line that goes on to a later layer: dashes across the columns, and whose it is."""
        for part in (SYMBOL, WEIGHT, GRADIENT):
            self.page.text(row, self.column(place, part), "─", "dashes")
        self.page.text(row, self.column(place, NODE), f"── {node.symbol} ──", "passing")
        self.number(row, self.scratch + 8 * place + PASSING, node.edges[0].quantity, "small")
        weight = self.weight_cell(place, row, labelled=False)
        area = (
            f"{get_column_letter(self.column(place, SYMBOL))}{row}:{get_column_letter(self.column(place, NODE))}{row}"
        )
        self.page.finishing.append(lambda sheet: _colour_passing(sheet, area, f"${weight}"))

    def weight_cell(self, place: int, row: int, labelled: bool) -> str:
        """The cell of this sheet that shows an edge's weight: its label, or of a line that passes a helper cell."""
        column = self.column(place, WEIGHT) if labelled else self.scratch + 8 * place + PASSING
        return f"{get_column_letter(column)}{row}"

    def number(self, row: int, column: int, name: str, look: str) -> None:
        """A live quantity."""
        lens = self.lens
        self.page.live(row, column, lens.formula(name), lens.value(name), look, lens.size(name))

    def edge(self, place: int, row: int, edge: Edge, labelled: bool) -> list[Line]:
        """The label of an edge, and its two lines: one shows while the weight is positive, one while it is not."""
        if labelled:
            self.page.text(row, self.column(place, SYMBOL), edge.symbol, "symbol")
            self.number(row, self.column(place, WEIGHT), edge.quantity, "edge")
            if edge.gradient:
                self.number(row, self.column(place, GRADIENT), edge.gradient, "edge gradient")
        if not edge.source:
            return []
        return self.lines(place, row, edge, labelled)

    def lines(self, place: int, row: int, edge: Edge, labelled: bool) -> list[Line]:
        """The coordinates of an edge's line, in cells: x, then y if positive, then y if negative."""
        weight = self.weight_cell(place, row, labelled)
        value = self.lens.value(edge.quantity)
        column, lines = self.scratch + 8 * place, []
        ends = (self.middle[edge.source], row - FIRST + 0.5)
        for offset, x in enumerate((0.0, 0.96 if labelled else 1.0)):  # a little air before a label
            self.page.number(row, column + offset, x)
        for first, test, colour in ((2, ">=0", POSITIVE), (4, "<0", NEGATIVE)):
            for offset, y in enumerate(ends):
                shown = value is not None and (value >= 0) == (first == 2)
                formula = f"IF(SIGN({weight}){test},{y:g},NA())"
                error = None if value is None else NOT_AVAILABLE
                self.page.live(row, column + first + offset, formula, y if shown else error, "small")
            ends_of = tuple((column + k, row) for k in (0, 1)), tuple((column + first + k, row) for k in (0, 1))
            lines.append(Line((ends_of[0][0], ends_of[0][1]), (ends_of[1][0], ends_of[1][1]), colour))
        return lines


def _colour_passing(sheet: Worksheet, area: str, weight: str) -> None:
    """A line that passes is coloured as the rest of it."""
    for test, colour in ((">=0", POSITIVE), ("<0", NEGATIVE)):
        sheet.conditional_formatting.add(area, style.when(f"{weight}{test}", style.change(ink=colour)))
