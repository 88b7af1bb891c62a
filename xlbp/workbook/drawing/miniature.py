"""A small picture of the network or graph for the start sheet: a chart of circles with names, and lines.

It shows the shape only; the live numbers are on the network's own sheet.
"""

from __future__ import annotations

import math

from openpyxl.chart import Reference, Series
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RichTextProperties
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import schematic, style
from xlbp.workbook.drawing.chart import empty_chart
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.drawing.diagram import Layers
from xlbp.workbook.page.page import Page

TEXT = 3  # the column that the chart lies over
LINES, NODES = 12, 15  # columns: the lines' x and y, and the nodes' x and y; hidden
ROWS, MORE_ROWS, ROW_HEIGHT = 9, 12, 15.0  # rows of the sheet under the chart, of a tall one, their height in points
TALL = 4  # nodes above each other that have their names inside: from here on the chart is tall
ACROSS, GAP = 600.0, 3.0  # the width that all columns share, and between a circle and a line to it, in points
MARKER = 22  # of a circle, in points
LONG = 6  # letters of a name that stands beside its circle, where it is in the first or in the last column
SMALLEST, NAME = 5, 18  # of a circle where many stand above each other, and how high a name is, in points
NARROWEST, WIDEST, LETTERS = 9, 20, 60  # letters of a name at least and at most; of all columns together
WIDE, SQUARE, BETWEEN = 32, 26, 9  # of a node that has its name inside, of a map, and between nodes, in points
NAME_SIZE = 900  # of a name, in hundredths of a point
BESIDE = ("l", "r")  # of the first and of the last column, in the words of the file format
PLOT = 0.8  # of the chart's height that the drawing takes
Place = tuple[float, float]  # x, from layer to layer, and y, from node to node
INPUT, UNIT = style.INPUT.fill, style.PHASES["forward"].fill  # what is put in, and what is computed forward


def put_miniature(page: Page, layers: Layers, row: int, shows: str, columns: int = 1) -> int:
    """The coordinates, from ``row`` on in hidden columns, and the chart over the texts; returns the next row.

    ``shows`` says in words what is drawn; the chart lies over so many ``columns``.
    """
    places, rows = _places(layers), _rows(layers)
    named = {node.key for layer in layers for node in layer if node.forward}
    at = row
    for layer in layers:
        for node in layer:
            for edge in node.edges:
                if edge.source:
                    for key, other in ((edge.source, node.key), (node.key, edge.source)):
                        x, y = _edge_of(layers, places[key], places[other]) if key in named else places[key]
                        page.number(at, LINES, x)
                        page.number(at, LINES + 1, y)
                        at += 1
                    at += 1  # an empty row ends the line
    shown = [(node.key, node.symbol if node.forward else "") for layer in layers for node in layer]
    for offset, (key, _) in enumerate(shown):
        page.number(row + offset, NODES, places[key][0])
        page.number(row + offset, NODES + 1, places[key][1])
    last_line = max(at - 2, row)
    page.heights.update(dict.fromkeys(range(row, row + rows), ROW_HEIGHT))
    page.finishing.append(lambda sheet: _draw(sheet, layers, shown, (row, last_line), shows, columns))
    return row + rows


def _places(layers: Layers) -> dict[str, Place]:
    """Layers from left to right, the nodes of each around the middle."""
    return {
        node.key: (float(x), (len(layer) - 1) / 2 - y) for x, layer in enumerate(layers) for y, node in enumerate(layer)
    }


def _edge_of(layers: Layers, here: Place, there: Place) -> Place:
    """Where the straight line from the middle of a circle to that of another one leaves it."""
    size = _inside(layers) if _is_schematic(layers) else _marker(layers)
    across = (size / 2 + GAP) * len(layers) / ACROSS
    up = 2 * _half(layers) * (size / 2) / (_rows(layers) * ROW_HEIGHT * PLOT)
    (x, y), (other_x, other_y) = here, there
    part = 1 / math.hypot((other_x - x) / across, (other_y - y) / up)
    return x + part * (other_x - x), y + part * (other_y - y)


def _rows(layers: Layers) -> int:
    """How many rows of the sheet the chart lies over."""
    is_tall = _is_schematic(layers) and max(map(len, layers)) >= TALL
    return MORE_ROWS if is_tall else ROWS


def _is_schematic(layers: Layers) -> bool:
    """Whether it draws what is typical, not each unit."""
    return any(node.kind in (schematic.CELL, schematic.MAP) for layer in layers for node in layer)


def _inside(layers: Layers) -> int:
    """The size of a circle that has its name inside."""
    return max(SMALLEST, min(WIDE, int(PLOT * _rows(layers) * ROW_HEIGHT / (2 * _half(layers)) - BETWEEN)))


def _half(layers: Layers) -> float:
    """Half the height, in the distance from node to node, with room for the names above the circles."""
    return max(len(layer) for layer in layers) / 2 + 0.2


def _marker(layers: Layers) -> int:
    """The size of a circle: what the names leave of the distance from node to node."""
    return max(SMALLEST, min(MARKER, int(ROWS * ROW_HEIGHT / (2 * _half(layers)) - NAME)))


def _draw(
    sheet: Worksheet, layers: Layers, shown: list[tuple[str, str]], rows: tuple[int, int], shows: str, columns: int
) -> None:
    row, last_line = rows
    chart = empty_chart(lambda _: shows)
    chart.legend, chart.title = None, None
    bounds = ((chart.x_axis, -0.5, len(layers) - 0.5), (chart.y_axis, -_half(layers), _half(layers)))
    for axis, least, most in bounds:
        axis.delete, axis.majorGridlines = True, None
        axis.scaling.min, axis.scaling.max = least, most
    lines = Series(
        Reference(sheet, LINES + 1, row, LINES + 1, last_line), Reference(sheet, LINES, row, LINES, last_line)
    )
    lines.marker.symbol, lines.smooth = "none", False
    lines.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=style.GREY, w=12_700))
    chart.series = [lines]
    marker, inside = _marker(layers), _inside(layers)
    sizes = {schematic.MAP: SQUARE, schematic.CELL: inside, schematic.INPUT: inside}
    kinds = {node.key: node.kind for layer in layers for node in layer}
    first = {node.key for node in layers[0]}
    most = min(WIDEST, max(NARROWEST, LETTERS // len(layers)))
    for offset, (key, name) in enumerate(shown):
        if name:
            kind, side = kinds[key], _side_of_name(layers, key, kinds[key])
            is_input = kind == schematic.INPUT or (kind != schematic.CELL and key in first)
            circle = _circle(sheet, row + offset, INPUT if is_input else UNIT, sizes.get(kind, marker), kind)
            circle.tx = SeriesLabel(v=_brief(_in_words(name, side), most))
            circle.dLbls = _label(side)
            chart.series.append(circle)
    place_chart(sheet, chart, (row, TEXT), _rows(layers), columns)
    for column in "LMOP":
        sheet.column_dimensions[column].hidden = True


def _in_words(name: str, side: str) -> str:
    """A name as it is shown: one beside its circle wraps between its words only, which blanks part."""
    return " ".join((name.replace("_", " ") if side in BESIDE else name).split())


def _brief(name: str, most: int) -> str:
    """A name of at most so many letters: cut between words where it has several, and with an ellipsis."""
    if len(name) <= most:
        return name
    kept = name[: most - 1]
    ends = [kept.rfind(mark) for mark in " _-"]
    return f"{kept[: max(ends)] if max(ends) > most // 3 else kept}…"


def _side_of_name(layers: Layers, key: str, kind: str) -> str:
    """Where a node has its name: inside, above, or beside it where long names would stand over each other."""
    if kind in (schematic.CELL, schematic.INPUT):
        return "ctr"
    for side, layer in zip(BESIDE, (layers[0], layers[-1]), strict=True):
        if any(node.key == key for node in layer) and max(len(node.symbol) for node in layer) > LONG:
            return side
    return "t"


def _label(side: str) -> DataLabelList:
    """The name of a series beside its mark, in one line."""
    letters = CharacterProperties(sz=NAME_SIZE)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=letters), endParaRPr=letters)
    return DataLabelList(
        showSerName=True,
        showVal=False,
        showCatName=False,
        showLegendKey=False,
        showPercent=False,
        dLblPos=side,
        txPr=RichText(bodyPr=RichTextProperties(wrap="none"), p=[paragraph]),
    )


def _circle(sheet: Worksheet, row: int, colour: str, marker: int, kind: str) -> Series:
    """One node: a circle, or of a map a square."""
    series = Series(Reference(sheet, NODES + 1, row, NODES + 1, row), Reference(sheet, NODES, row, NODES, row))
    series.marker.symbol = "square" if kind == schematic.MAP else "circle"
    series.marker.size = marker
    series.marker.graphicalProperties = GraphicalProperties(
        solidFill=colour, ln=LineProperties(solidFill=style.GREY, w=9_525)
    )
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    return series
