"""A small picture of the network or graph for the start sheet: a chart of circles with names, and lines.

It shows the shape only; the live numbers are on the network's own sheet.
"""

from __future__ import annotations

from openpyxl.chart import Reference, Series
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.chart import empty_chart
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.drawing.diagram import Layers
from xlbp.workbook.page.page import Page

TEXT = 3  # the column that the chart lies over
LINES, NODES = 12, 15  # columns: the lines' x and y, and the nodes' x and y; hidden
ROWS, ROW_HEIGHT = 9, 15.0  # how many rows of the sheet the chart takes, and their height in points
MARKER, RADIUS = 22, 0.08  # of a circle, in points, and in the distance from layer to layer
SMALLEST, NAME = 5, 18  # of a circle where many stand above each other, and how high a name is, in points
LONGEST_NAME = 9
INPUT, UNIT = style.INPUT.fill, style.PHASES["forward"].fill  # what is put in, and what is computed forward


def put_miniature(page: Page, layers: Layers, row: int, shows: str, columns: int = 1) -> int:
    """The coordinates, from ``row`` on in hidden columns, and the chart over the texts; returns the next row.

    ``shows`` says in words what is drawn; the chart lies over so many ``columns``.
    """
    places = _places(layers)
    named = {node.key for layer in layers for node in layer if node.forward}
    at, radius = row, RADIUS * _marker(layers) / MARKER
    for layer in layers:
        for node in layer:
            for edge in node.edges:
                if edge.source:
                    for key, side in ((edge.source, 1), (node.key, -1)):
                        x, y = places[key]
                        page.number(at, LINES, x if key not in named else x + side * radius)
                        page.number(at, LINES + 1, y)
                        at += 1
                    at += 1  # an empty row ends the line
    shown = [(node.key, node.symbol if node.forward else "") for layer in layers for node in layer]
    for offset, (key, _) in enumerate(shown):
        page.number(row + offset, NODES, places[key][0])
        page.number(row + offset, NODES + 1, places[key][1])
    last_line = max(at - 2, row)
    page.heights.update(dict.fromkeys(range(row, row + ROWS), ROW_HEIGHT))
    page.finishing.append(lambda sheet: _draw(sheet, layers, shown, (row, last_line), shows, columns))
    return row + ROWS


def _places(layers: Layers) -> dict[str, tuple[float, float]]:
    """Layers from left to right, the nodes of each around the middle."""
    return {
        node.key: (float(x), (len(layer) - 1) / 2 - y) for x, layer in enumerate(layers) for y, node in enumerate(layer)
    }


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
    marker = _marker(layers)
    depth = {node.key: place for place, layer in enumerate(layers) for node in layer}
    for offset, (key, name) in enumerate(shown):
        if name:
            short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"  # a longer one wraps
            chart.series.append(_circle(sheet, row + offset, short, UNIT if depth[key] else INPUT, marker))
    place_chart(sheet, chart, (row, TEXT), ROWS, columns)
    for column in "LMOP":
        sheet.column_dimensions[column].hidden = True


def _circle(sheet: Worksheet, row: int, name: str, colour: str, marker: int) -> Series:
    """One node: a circle with its name, which is the name of its series."""
    series = Series(
        Reference(sheet, NODES + 1, row, NODES + 1, row), Reference(sheet, NODES, row, NODES, row), title=name
    )
    series.marker.symbol, series.marker.size = "circle", marker
    series.marker.graphicalProperties = GraphicalProperties(
        solidFill=colour, ln=LineProperties(solidFill=style.GREY, w=9_525)
    )
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    series.dLbls = DataLabelList(
        showSerName=True, showVal=False, showCatName=False, showLegendKey=False, showPercent=False, dLblPos="t"
    )
    return series
