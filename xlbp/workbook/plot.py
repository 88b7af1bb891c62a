"""Line charts that look alike on every sheet, with axes, titles and a legible legend."""

from __future__ import annotations

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties

# Okabe and Ito's colours, the darker first: thin lines need contrast
COLOURS = ("0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9", "000000", "8C6D00")
DASHES = ("solid", "dash", "sysDot", "dashDot")  # so that colour never stands alone


def line_chart(title: str, x_title: str, y_title: str) -> ScatterChart:
    """An empty chart; lines come by :func:`add_line`."""
    chart = ScatterChart(style=2, scatterStyle="lineMarker")
    chart.title, chart.x_axis.title, chart.y_axis.title = title, x_title, y_title
    chart.x_axis.delete = chart.y_axis.delete = False  # else recent Excel shows no axes
    chart.x_axis.majorGridlines = None
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6350))
    chart.x_axis.number_format = chart.y_axis.number_format = "General"
    chart.x_axis.tickLblPos = chart.y_axis.tickLblPos = "low"  # at the edge, even where an axis crosses at 0
    chart.legend.position = "r"
    return chart


def add_line(
    chart: ScatterChart, title: str, x: Reference, y: Reference, colour: str = "", width: float = 2.0, dash: str = ""
) -> None:
    """One line; without a colour, the next of the palette, dashed from the second round on."""
    number = len(chart.series)
    series = Series(y, x, title=title)
    series.marker.symbol, series.smooth = "none", False
    properties = LineProperties(solidFill=colour or COLOURS[number % len(COLOURS)], w=int(width * 12_700))
    if dash:
        properties.prstDash = dash
    elif not colour:
        properties.prstDash = DASHES[number // len(COLOURS) % len(DASHES)]
    series.graphicalProperties = GraphicalProperties(ln=properties)
    chart.series.append(series)
