"""A formula of arrays as boxes: each array with its numbers and, under them, the derivatives by these.

Boxes stand from left to right in the order in which they are computed; a line leads from each to those that are
computed from it.  Arrays without a name in the template are seen through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from xlbp.template.array_graph import ArrayGraph
from xlbp.template.quantity import Quantity
from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.diagram import Layers, Node, diagram
from xlbp.workbook.drawing.overlay import Line, overlay
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.network.grids import BACKWARD, FORWARD, Grid, Grids, planes

FIRST = 7  # the picture's first row
LEFT = 2  # the first column of the first stage
CANVAS_WIDTH, NUMBER_WIDTH, LEAST = 7.0, 9.0, 2  # widths of columns, and the columns that a stage has at least
MOST_ROWS, MOST_COLUMNS = 24, 12  # of an array, that are shown
LONGEST_FORMULA = 32
SCRATCH = 4  # columns: behind the picture, the ends of a line as x, x, y, y


def put_arrays(page: Page, lens: Lens, graph: ArrayGraph) -> None:
    """The boxes stage by stage, and the lines between them."""
    _Boxes(page, lens, graph).put()


@dataclass(frozen=True)
class _Box:
    """What a box shows: a title, the formula, and grids of numbers, each under a title of its own."""

    name: str
    title: str
    formula: str = ""
    grids: tuple[tuple[str, Grid, str], ...] = ()  # title, quantities, look

    @property
    def rows(self) -> int:
        """The rows it takes, and one of air."""
        if not self.grids:
            return 1
        titles = sum(bool(title) for title, *_ in self.grids)
        return 1 + bool(self.formula) + titles + sum(len(grid) for _, grid, _ in self.grids) + 1

    @property
    def columns(self) -> int:
        """The columns it takes."""
        return max((len(row) for _, grid, _ in self.grids for row in grid), default=1)


@dataclass
class _Boxes:
    page: Page
    lens: Lens
    graph: ArrayGraph
    middle: dict[str, float] = field(default_factory=dict)  # of each box, in rows from the first

    def put(self) -> None:
        """The legend, the boxes, the lines; then widths and colours."""
        texts, objective = self.lens.contents.texts, self.lens.symbol(self.graph.objective)
        self.page.text(5, LEFT, texts("network.legend_arrays", objective=objective), "muted")
        self.grids = Grids(self.page, self.lens, self.lens.formula)
        drawn = diagram(self.lens)
        self.lined, layers = bool(drawn), drawn or self.without_lines()
        stages = [[self.box(node) for node in layer] for layer in layers]
        self.height = max(sum(box.rows for box in stage) for stage in stages)
        left = LEFT
        ends: list[int] = []
        for stage in stages:
            ends.append(self.put_stage(stage, left))
            left = ends[-1] + 1
        self.scratch = ends[-1] + 10
        for number, layer in enumerate(layers[1:], start=1):
            self.put_lines(layer, number, ends[number - 1])
        self.page.print_columns, self.page.formats_numbers = ends[-1] - 1, True
        area = f"{get_column_letter(LEFT)}{FIRST}:{get_column_letter(ends[-1])}{FIRST + self.height}"
        self.page.finishing.append(lambda sheet: style.colour_signs(sheet, area))

    def without_lines(self) -> Layers:
        """Where there are too many boxes for lines: the stages alone."""
        units = self.graph.units("")
        layers: Layers = [[] for _ in range(1 + max(unit.stage for unit in units))]
        for unit in units:
            layers[unit.stage].append(Node(unit.name, unit.name, unit.name))
        return layers

    def box(self, node: Node) -> _Box:
        """What a node of the picture shows; a line that passes has its name only."""
        if not node.forward:
            return _Box(node.key, node.symbol)
        name = node.key
        elements = self.graph.elements(name)
        grids = [(title, grid, FORWARD) for title, grid in _shown(elements)]
        if name in (*self.graph.derived, *self.graph.variables) and name != self.graph.objective:
            grids += self.derivatives(name, elements)
        formula = self.graph.formulas.get(name, "")
        formula = formula if len(formula) <= LONGEST_FORMULA else f"{formula[: LONGEST_FORMULA - 1]}…"
        return _Box(name, self.graph.called(name), f"= {formula}" if formula else "", tuple(grids))

    def derivatives(self, name: str, elements: Sequence[Quantity]) -> list[tuple[str, Grid, str]]:
        """The derivatives of the objective by the elements of an array."""
        of = f"∂{self.lens.symbol(self.graph.objective)}/∂{name}"
        return [
            (
                f"{of}{title}",
                [[quantity and self.graph.gradient(quantity) for quantity in row] for row in grid],
                BACKWARD,
            )
            for title, grid in _shown(elements)
        ]

    def put_stage(self, stage: Sequence[_Box], left: int) -> int:
        """The boxes of a stage, around the middle of the height; returns the column of the canvas behind them."""
        row = FIRST + (self.height - sum(box.rows for box in stage)) // 2
        width = max(LEAST, *(box.columns for box in stage))
        for box in stage:
            self.put_box(box, row, left, width)
            row += box.rows
        self.page.width(range(left, left + width), NUMBER_WIDTH)
        self.page.width([left + width], CANVAS_WIDTH)
        return left + width

    def put_box(self, box: _Box, row: int, column: int, width: int) -> None:
        """Title, formula, numbers, derivatives; of a line that passes its name between dashes."""
        if not box.grids:
            self.page.text(row, column, f"── {box.title} ──", "passing")
            for across in range(column + 1, column + width):
                self.page.text(row, across, "─", "dashes")
            self.middle[box.name] = row - FIRST + 0.5
            return
        height, across = len(box.grids[0][1]), max(map(len, box.grids[0][1]))
        middle = row + 1 + bool(box.formula) + height // 2
        self.middle[box.name] = middle - FIRST + 0.5
        for beside in range(column + across, column + width if self.lined and box.name != self.graph.objective else 0):
            self.page.text(middle, beside, "─", "dashes")
        self.page.text(row, column, box.title, "symbol")
        row += 1
        if box.formula:
            self.page.text(row, column, box.formula, "muted")
            row += 1
        for title, grid, look in box.grids:
            if title:
                self.page.text(row, column, title, "muted")
                row += 1
            self.grids.put(row, column, grid, look)
            row += len(grid)

    def put_lines(self, layer: Sequence[Node], number: int, canvas: int) -> None:
        """The lines that lead into a stage, over the canvas before it; their ends stand behind the picture."""
        lines = []
        column = self.scratch + (SCRATCH + 1) * (number - 1)
        pairs = ((edge.source, node.key) for node in layer for edge in node.edges)
        for row, (source, target) in enumerate(pairs, start=FIRST):
            ends = (0.0, 1.0, self.middle[source], self.middle[target])
            for offset, end in enumerate(ends):
                self.page.number(row, column + offset, end)
            lines.append(Line(((column, row), (column + 1, row)), ((column + 2, row), (column + 3, row)), style.GREY))
        height = self.height
        shows = self.lens.contents.texts("alt.edges_arrays", number=number)
        self.page.finishing.append(
            lambda sheet: overlay(sheet, FIRST, canvas, height, 1, (1.0, float(height)), lines, shows)
        )


def _shown(elements: Sequence[Quantity]) -> list[tuple[str, Grid]]:
    """The matrices of an array, as much of them as a screen shows."""
    shown: list[tuple[str, Grid]] = []
    rows = 0
    for title, grid in planes(elements):
        part = [row[:MOST_COLUMNS] for row in grid[: MOST_ROWS - rows]]
        rows += len(part)
        if part:
            shown.append((title, part))
    return shown
