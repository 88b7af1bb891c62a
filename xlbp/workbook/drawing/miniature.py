"""A small picture of the network or graph for the start sheet: a chart of circles with names, and lines.

It shows the shape only; the live numbers are on the network's own sheet.
"""

from __future__ import annotations

from openpyxl.chart import Reference, Series
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import schematic, style
from xlbp.workbook.drawing.chart import empty_chart
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.drawing.diagram import Layers
from xlbp.workbook.page.page import Page

TEXT = 3  # the column that the chart lies over
LINES, NODES = 12, 15  # columns: the lines' x and y, and the nodes' x and y; hidden
ROWS, ROW_HEIGHT = 9, 15.0  # how many rows of the sheet the chart takes, and their height in points
MARKER, RADIUS = 22, 0.08  # of a circle, in points, and in the distance from layer to layer
SMALLEST, NAME = 5, 18  # of a circle where many stand above each other, and how high a name is, in points
NARROWEST, WIDEST, ACROSS = 9, 20, 60  # letters of a name at least and at most; of all columns together
WIDE, SQUARE, BETWEEN = 32, 26, 5  # of a node that has its name inside, of a map, and between nodes, in points
PLOT = 0.8  # of the chart's height that the drawing takes
INPUT, UNIT = style.INPUT.fill, style.PHASES["forward"].fill  # what is put in, and what is computed forward


def put_miniature(page: Page, layers: Layers, row: int, shows: str, columns: int = 1) -> int:
    """The coordinates, from ``row`` on in hidden columns, and the chart over the texts; returns the next row.

    ``shows`` says in words what is drawn; the chart lies over so many ``columns``.
    """
    places = _places(layers)
    named = {node.key for layer in layers for node in layer if node.forward}
    at = row
    for layer in layers:
        for node in layer:
            for edge in node.edges:
                if edge.source:
                    ends = ((edge.source, node.key, 1), (node.key, edge.source, -1))
                    for key, other, side in ends:
                        x, y = _edge_of(layers, places, key, other, side) if key in named else places[key]
                        page.number(at, LINES, x)
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


def _edge_of(
    layers: Layers, places: dict[str, tuple[float, float]], key: str, other: str, side: int
) -> tuple[float, float]:
    """Where a line to another node leaves a circle: at its side, or above or below where both are in one column."""
    (x, y), (other_x, other_y) = places[key], places[other]
    size = _inside(layers) if _is_schematic(layers) else _marker(layers)
    if x != other_x:
        return x + side * RADIUS * size / MARKER, y
    height = 2 * _half(layers) * size / 2 / (ROWS * ROW_HEIGHT * PLOT)
    return x, y + (height if other_y > y else -height)


def _is_schematic(layers: Layers) -> bool:
    """Whether it draws what is typical, not each unit."""
    return any(node.kind in (schematic.CELL, schematic.MAP) for layer in layers for node in layer)


def _inside(layers: Layers) -> int:
    """The size of a circle that has its name inside."""
    return max(SMALLEST, min(WIDE, int(PLOT * ROWS * ROW_HEIGHT / (2 * _half(layers)) - BETWEEN)))


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
    for offset, (key, name) in enumerate(shown):
        if name:
            short = _brief(name, min(WIDEST, max(NARROWEST, ACROSS // len(layers))))  # a longer one wraps
            is_input = kinds[key] == schematic.INPUT or (kinds[key] != schematic.CELL and key in first)
            chart.series.append(
                _circle(
                    sheet, row + offset, short, INPUT if is_input else UNIT, sizes.get(kinds[key], marker), kinds[key]
                )
            )
    place_chart(sheet, chart, (row, TEXT), ROWS, columns)
    for column in "LMOP":
        sheet.column_dimensions[column].hidden = True


def _brief(name: str, most: int) -> str:
    """A name of at most so many letters: cut between words where it has several, and with an ellipsis."""
    if len(name) <= most:
        return name
    kept = name[: most - 1]
    ends = [kept.rfind(mark) for mark in " _-"]
    return f"{kept[: max(ends)] if max(ends) > most // 3 else kept}…"


def _circle(sheet: Worksheet, row: int, name: str, colour: str, marker: int, kind: str) -> Series:
    """One node: a circle, or of a map a square, with its name, which is the name of its series."""
    is_inside = kind in (schematic.CELL, schematic.INPUT)
    series = Series(
        Reference(sheet, NODES + 1, row, NODES + 1, row), Reference(sheet, NODES, row, NODES, row), title=name
    )
    series.marker.symbol = "square" if kind == schematic.MAP else "circle"
    series.marker.size = marker
    series.marker.graphicalProperties = GraphicalProperties(
        solidFill=colour, ln=LineProperties(solidFill=style.GREY, w=9_525)
    )
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    series.dLbls = DataLabelList(
        showSerName=True, showVal=False, showCatName=False, showLegendKey=False, showPercent=False
    )
    series.dLbls.dLblPos = "ctr" if is_inside else "t"
    return series
