"""The layers one below the other, with the arrows that pass some of them by: residual arrows, and other joins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from openpyxl.worksheet.worksheet import Worksheet

from xlbp.template.layer import INPUT
from xlbp.template.network import Network
from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.overlay import Line, overlay
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.page import Page

BOX, CANVAS = 4, 4  # how many columns a box, and the arrows right of it, take
SCRATCH = 120  # the column from which on the lines' ends stand, far from all that is shown
HEIGHT = 18.0  # of a box, in points
CORNERS = 4  # of an arrow
NEAREST, STEP = 0.8, 0.5  # where the first arrow runs, and how far the next one is from it, in columns
COLOUR = style.PHASES["gradients"].fill


class Arrow(NamedTuple):
    """From the row of a box to that of a later one, counted from 0, where the data stand."""

    first: int
    last: int


def arrows_of(network: Network) -> list[Arrow]:
    """Every arrow into a layer that does not come from the box above it, the short ones first."""
    rows = {INPUT: 0} | {
        network.place_of(node): number for number, layer in enumerate(network.layers, start=1) for node in layer.nodes
    }
    edges = {(rows[source], rows[network.place_of(node)]) for node in network.nodes for source in node.inputs}
    return sorted((Arrow(*edge) for edge in edges if edge[1] - edge[0] > 1), key=lambda arrow: arrow.last - arrow.first)


@dataclass(frozen=True)
class Joins:
    """Puts the picture on a page, from a column on; there is none where each layer takes the one before."""

    page: Page
    contents: Contents
    column: int
    titles: list[str]  # of the data and of each layer

    @property
    def width(self) -> int:
        """How many columns it takes."""
        return BOX + CANVAS

    def put(self, row: int) -> int:
        """Boxes and arrows; returns the row after them."""
        arrows = arrows_of(self.contents.network)
        if not arrows:
            return row
        self.page.text(row, self.column - 1, self.contents.texts("network.joins"), "heading")
        top = row + 1
        for offset, title in enumerate(self.titles):
            for column in range(self.column, self.column + BOX):
                self.page.text(top + offset, column, title if column == self.column else "", "box")
            self.page.merge(top + offset, self.column, BOX)
            self.page.heights[top + offset] = HEIGHT
        lines = [self.line(top + place, arrow, place) for place, arrow in enumerate(arrows)]
        for arrow in arrows:
            self.page.text(top + arrow.last, self.column + BOX, "◄", "arrow head")
        self.page.finishing.append(lambda sheet: self.draw(sheet, top, lines))
        return top + len(self.titles) + 1

    def line(self, row: int, arrow: Arrow, place: int) -> Line:
        """Out of the box, down, and back to the other: four corners, in columns and boxes."""
        out = NEAREST + STEP * place
        for offset, x in enumerate((0.0, out, out, 0.0)):
            self.page.number(row, SCRATCH + offset, x)
            y = (arrow.first if offset < CORNERS // 2 else arrow.last) + 0.5
            self.page.number(row, SCRATCH + CORNERS + offset, y)
        x_cells, y_cells = (((first, row), (first + CORNERS - 1, row)) for first in (SCRATCH, SCRATCH + CORNERS))
        return Line(x_cells, y_cells, COLOUR)

    def draw(self, sheet: Worksheet, top: int, lines: list[Line]) -> None:
        """Lay the lines over the columns right of the boxes."""
        height = len(self.titles)
        shows = self.contents.texts("alt.joins", count=len(lines))
        left = self.column + BOX
        overlay(sheet, top, left, height, CANVAS, (float(CANVAS), float(height)), lines, shows)
