"""The picture of a network or of a graph, drawn in cells and lines, with the numbers of the chosen iteration.

A node shows its value and its derivative.  A line leads from a node to a label, which shows the weight and the weight's
gradient (in a graph the local derivative), and from there into the next node.  Lines are coloured by the weight's sign;
the paths of the chosen parameter are thick, for each edge knows by a formula whether it lies on one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.diagram import Edge, Layers, Node
from xlbp.workbook.drawing.overlay import Line, overlay
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import NOT_AVAILABLE, Content, Page

CANVAS, SYMBOL, WEIGHT, GRADIENT, STUB, NODE = range(6)  # the parts of a stage, from left to right
WIDTHS = {CANVAS: 10.0, SYMBOL: 7.0, WEIGHT: 9.0, GRADIENT: 10.0, STUB: 5.0, NODE: 13.0}
HEIGHT = 18.0  # of a row, in points
# Out of sight, in each row of an edge: the heights of its lines' ends, two cells each, the weight of a line that
# passes, and whether the edge, or the node that stands there, is on a chosen path
SIGNED, WEIGHT_OF_PASSING, ON_PATH, ACTIVE, THICK_END, ON, THICK_ON = 0, 4, 5, 6, 7, 9, 13
SCRATCH, STAGE = 16, 6  # columns of a stage: out of sight, and, at most, in the picture
TO_LABEL, TO_END = 0, 2  # in the first row of the first stage, which has no edges: from 0 to a label, and to 1
GAP = 0.04  # between a line and its label
AIR = 0.3  # how far below its name a line passes, in rows
AHEAD = 12  # columns between the picture and what is out of sight
POSITIVE, NEGATIVE = style.PHASES["gradients"].fill, style.PHASES["loss"].fill
PATH, THICK = style.HIGHLIGHT, 5.0  # colour and width in points of a chosen path
LOOKS = {"unit": ("node", "node value"), "target": ("target", "target value"), "loss": ("loss node", "loss value")}

Cells: TypeAlias = tuple[tuple[int, int], tuple[int, int]]  # two of them, as (column, row)


@dataclass(frozen=True)
class Chosen:
    """The parameter whose paths are thick: the cell of its number, the number, and all that may be chosen."""

    cell: str
    number: int  # from 1
    order: tuple[str, ...]

    def is_on(self, name: str) -> str:
        """A formula: whether a quantity is the chosen one; '' where it is no parameter."""
        return f"{self.cell}={self.order.index(name) + 1}" if name in self.order else ""

    def is_now(self, name: str) -> bool:
        """Whether a quantity is the chosen one."""
        return self.order[self.number - 1] == name


@dataclass(frozen=True)
class _Stage:
    """Where the parts of a layer stand; without labels it is a canvas and the nodes."""

    columns: dict[int, int]
    scratch: int

    @property
    def has_labels(self) -> bool:
        """Whether its edges have labels."""
        return SYMBOL in self.columns

    def letter(self, part: int) -> str:
        """The column of a part."""
        return str(get_column_letter(self.columns[part]))


@dataclass
class Picture:
    """Puts the layers on a page, from a row on."""

    page: Page
    lens: Lens
    layers: Layers
    chosen: Chosen
    first: int
    scratch: int  # the column from which on there are helper cells
    middle: dict[str, float] = field(default_factory=dict)  # the vertical middle of each node, in rows
    active: dict[str, tuple[str, bool]] = field(default_factory=dict)  # by node: the cell that tells it, and its value

    def put(self) -> int:
        """Nodes and labels as cells, then the lines over the canvases; returns the row after them."""
        self.height = max(sum(node.rows for node in layer) for layer in self.layers)
        self.page.heights.update(dict.fromkeys(range(self.first, self.first + self.height), HEIGHT))
        left = 2
        for offset, x in enumerate((0.0, 1.0 - GAP, 0.0, 1.0)):
            self.page.number(self.first, self.scratch + offset, x)
        for place, layer in enumerate(self.layers):
            stage = self.stage(place, left)
            self.put_stage(place, layer, stage)
            left = stage.columns[NODE] + 1
        self.last = left - 1
        area = f"B{self.first}:{get_column_letter(self.last)}{self.first + self.height}"
        self.page.finishing.append(lambda sheet: style.colour_signs(sheet, area))
        return self.first + self.height

    def stage(self, place: int, left: int) -> _Stage:
        """The columns of a layer: the first has nodes only; labels stand where an edge has one."""
        parts = [NODE]
        if place:
            edges = [edge for node in self.layers[place] for edge in node.edges]
            shown = {
                SYMBOL: any(edge.symbol for edge in edges),
                WEIGHT: any(edge.symbol and edge.quantity for edge in edges),
                GRADIENT: any(edge.gradient for edge in edges),
            }
            labels = [part for part, is_shown in shown.items() if is_shown]
            parts = [CANVAS, *([*labels, STUB] if labels else []), NODE]
        columns = {part: left + offset for offset, part in enumerate(parts)}
        for part, column in columns.items():
            self.page.width([column], WIDTHS[part] if place else 16)
        return _Stage(columns, self.scratch + SCRATCH * place)

    def put_stage(self, place: int, layer: list[Node], stage: _Stage) -> None:
        """A layer, in the middle of the height, with the edges that lead into it."""
        row = self.first + (self.height - sum(node.rows for node in layer)) // 2
        strokes = _Strokes(self, stage)
        if WEIGHT in stage.columns:
            self.put_headings(stage)
        for node in layer:
            self.put_node(stage, row, node)
            for offset, edge in enumerate(node.edges):
                strokes.put(row + offset, edge, node, self.key_of(node, offset))
            self.put_active(stage, row, node)
            row += node.rows
        strokes.draw(place)

    def put_headings(self, stage: _Stage) -> None:
        """What the numbers of an edge are."""
        texts, kind = self.lens.contents.texts, self.lens.contents.template.kind
        gradient = "gradient.mean" if self.lens.samples > 1 else "gradient.network"
        is_weighted = GRADIENT in stage.columns
        keys = {SYMBOL: f"symbol.{kind}", WEIGHT: f"weight.{kind}", GRADIENT: gradient}
        if kind == "network" and not is_weighted:
            keys = {SYMBOL: "symbol.expression", WEIGHT: "weight.expression"}
        for part, key in keys.items():
            if part in stage.columns:
                look = "muted" if part == SYMBOL else "small heading"
                self.page.text(self.first - 1, stage.columns[part], texts(f"network.{key}"), look)

    def put_node(self, stage: _Stage, row: int, node: Node) -> None:
        """Symbol, value, derivative; a line that passes shows whose it is."""
        column = stage.columns[NODE]
        if not node.forward:
            self.page.text(row, column, node.symbol, "line name")
            self.middle[node.key] = row - self.first + 0.5 + AIR
            return
        head, value = LOOKS[node.kind]
        self.page.text(row, column, node.symbol, head)
        for offset, (name, look) in enumerate(((node.forward, value), (node.backward, "node delta")), start=1):
            if name:
                self.put_number(row + offset, column, name, look)
        self.middle[node.key] = row - self.first + 1.5

    def put_number(self, row: int, column: int, name: str, look: str) -> None:
        """A live quantity."""
        lens = self.lens
        self.page.live(row, column, lens.formula(name), lens.value(name), look, lens.size(name))

    @staticmethod
    def key_of(node: Node, number: int) -> str:
        """What an edge into a node is remembered by."""
        return f"{node.key}<{number}"

    def put_active(self, stage: _Stage, row: int, node: Node) -> None:
        """Whether a chosen path goes through a node: along one of its edges, or because it is the chosen one."""
        keys = (self.key_of(node, number) for number in range(len(node.edges)))
        edges = [self.active[key] for key in keys if key in self.active]
        own = self.chosen.is_on(node.key)
        if not edges and not own:
            return
        column = stage.scratch + ACTIVE
        is_active = any(value for _, value in edges) or self.chosen.is_now(node.key)
        conditions = [own, *(f"{cell}=1" for cell, _ in edges)]
        formula = f"IF(OR({','.join(filter(None, conditions))}),1,0)"
        self.page.live(row, column, formula, float(is_active), "small")
        self.active[node.key] = f"{get_column_letter(column)}{row}", is_active
        if node.forward:
            area = f"{stage.letter(NODE)}{row}"
            highlight(self.page, area, f"{self.active[node.key][0]}=1")


def highlight(page: Page, area: str, formula: str) -> None:
    """Give an area the ground of a chosen path while a formula is true; this rule comes before all others."""
    rule = style.when(formula, style.change(ground=style.HIGHLIGHTED))
    page.finishing.insert(0, lambda sheet: sheet.conditional_formatting.add(area, rule))


class _Strokes:
    """The lines of a stage: in its canvas, across its labels where there is none, and from labels into nodes."""

    def __init__(self, picture: Picture, stage: _Stage) -> None:
        self.picture, self.stage, self.page = picture, stage, picture.page
        self.lines: dict[int, list[Line]] = {}  # by the part that they lie over
        self.thick: dict[int, list[Line]] = {}  # of chosen paths, below the others

    def put(self, row: int, edge: Edge, node: Node, key: str) -> None:
        """The label of an edge, and its lines."""
        picture, has_labels = self.picture, self.stage.has_labels
        self.put_label(row, edge)
        self.put_flag(row, edge, key)
        middle, into = row - picture.first + 0.5, picture.middle[node.key]
        stops = has_labels and bool(node.forward)
        if edge.source:
            ends = (picture.middle[edge.source], middle if stops else into)
            self.put_lines(row, edge, CANVAS, ends, SIGNED, bool(edge.symbol))
            self.put_thick(row, key, CANVAS, ends, THICK_END)
        if not node.forward:
            for part in (part for part in self.stage.columns if part != CANVAS):
                self.put_lines(row, edge, part, (into, into), ON)
                self.put_thick(row, key, part, (into, into), THICK_ON)
        elif stops:
            self.put_grey(row, STUB, (middle, into), ON)
            self.put_thick(row, key, STUB, (middle, into), THICK_ON)
            if not edge.symbol:
                for part in (part for part in self.stage.columns if CANVAS < part < STUB):
                    self.put_grey(row, part, (middle, middle), ON + 2)

    def put_label(self, row: int, edge: Edge) -> None:
        """The symbol on an edge, its value, and the gradient."""
        columns = self.stage.columns
        if not edge.symbol:
            return
        self.page.text(row, columns[SYMBOL], edge.symbol, "symbol")
        if edge.quantity:
            self.picture.put_number(row, columns[WEIGHT], edge.quantity, "edge")
        if edge.gradient:
            self.picture.put_number(row, columns[GRADIENT], edge.gradient, "edge gradient")

    def put_flag(self, row: int, edge: Edge, key: str) -> None:
        """Whether an edge is on a chosen path: it is the chosen one, or comes from where such a path goes through."""
        chosen, source = self.picture.chosen, self.picture.active.get(edge.source)
        own = chosen.is_on(edge.quantity) if edge.symbol else ""
        if not own and source is None:
            return
        is_on = bool(source and source[1]) or (bool(own) and chosen.is_now(edge.quantity))
        conditions = [condition for condition in (own, source and f"{source[0]}=1") if condition]
        column = self.stage.scratch + ON_PATH
        self.page.live(row, column, f"IF(OR({','.join(conditions)}),1,0)", float(is_on), "small")
        self.picture.active[key] = f"${get_column_letter(column)}${row}", is_on
        if edge.symbol:
            highlight(self.page, f"{self.stage.letter(SYMBOL)}{row}", f"{self.picture.active[key][0]}=1")

    def put_lines(
        self,
        row: int,
        edge: Edge,
        part: int,
        ends: tuple[float, float],
        offset: int,
        to_label: bool = False,
    ) -> None:
        """Two lines of which one shows while the weight is positive, one while it is not; else a grey one."""
        if not edge.quantity:
            self.put_grey(row, part, ends, offset)
            return
        weight, value = self.weight_cell(row, edge), self.picture.lens.value(edge.quantity)
        for place, (test, colour) in enumerate(((">=0", POSITIVE), ("<0", NEGATIVE))):
            is_shown = value is not None and (value >= 0) == (place == 0)
            hidden = None if value is None else NOT_AVAILABLE
            formulas = [f"IF(SIGN({weight}){test},{y:g},NA())" for y in ends]
            cells = self.put_ends(row, offset + 2 * place, formulas, [y if is_shown else hidden for y in ends])
            self.add(self.lines, part, cells, colour, to_label=to_label)

    def weight_cell(self, row: int, edge: Edge) -> str:
        """The cell of this sheet that shows an edge's weight: its label, or of a line that passes a helper cell."""
        if edge.symbol:
            return f"{self.stage.letter(WEIGHT)}{row}"
        column = self.stage.scratch + WEIGHT_OF_PASSING
        cell = f"{get_column_letter(column)}{row}"
        if (row, column) not in self.page.looks:
            self.picture.put_number(row, column, edge.quantity, "small")
        return cell

    def put_thick(self, row: int, key: str, part: int, ends: tuple[float, float], offset: int) -> None:
        """A line that shows while the edge is on a chosen path."""
        if key not in self.picture.active:
            return
        cell, is_on = self.picture.active[key]
        formulas = [f"IF({cell}=1,{y:g},NA())" for y in ends]
        cells = self.put_ends(row, offset, formulas, [y if is_on else NOT_AVAILABLE for y in ends])
        self.add(self.thick, part, cells, PATH, THICK)

    def put_grey(self, row: int, part: int, ends: tuple[float, float], offset: int) -> None:
        """A line that always shows."""
        for column, y in enumerate(ends, start=self.stage.scratch + offset):
            if (row, column) not in self.page.looks:  # a line that passes has the same ends in each part
                self.page.number(row, column, y)
        self.add(self.lines, part, self.cells(row, offset), style.GREY)

    def put_ends(self, row: int, offset: int, formulas: Sequence[str], values: Sequence[Content]) -> Cells:
        """The heights of a line's ends as live cells."""
        for column, (formula, value) in enumerate(zip(formulas, values, strict=True), self.stage.scratch + offset):
            if (row, column) not in self.page.looks:  # lines over several parts share the cells
                self.page.live(row, column, formula, value, "small")
        return self.cells(row, offset)

    def cells(self, row: int, offset: int) -> Cells:
        """Two helper cells side by side."""
        return (self.stage.scratch + offset, row), (self.stage.scratch + offset + 1, row)

    def add(
        self,
        lines: dict[int, list[Line]],
        part: int,
        heights: Cells,
        colour: str,
        width: float = 1.25,
        to_label: bool = False,
    ) -> None:
        """Note a line over a part of the stage, from its left edge to its right one, or to a label."""
        column, row = self.picture.scratch + (TO_LABEL if to_label else TO_END), self.picture.first
        lines.setdefault(part, []).append(Line(((column, row), (column + 1, row)), heights, colour, width))

    def draw(self, number: int) -> None:
        """Lay a chart with its lines over each part, the thick ones below the others; none lies over two columns."""
        picture, columns = self.picture, self.stage.columns
        kind, height = picture.lens.contents.template.kind, picture.height
        shows = picture.lens.contents.texts(f"alt.edges_{kind}", number=number)
        for part in sorted({*self.lines, *self.thick}):
            lines = [*self.thick.get(part, []), *self.lines.get(part, [])]
            picture.page.finishing.append(partial(_lay, picture.first, columns[part], height, lines, shows))


def _lay(top: int, left: int, height: int, lines: list[Line], shows: str, sheet: Worksheet) -> None:
    """Lay lines over a column, whose width counts as 1."""
    overlay(sheet, top, left, height, 1, (1.0, float(height)), lines, shows)
