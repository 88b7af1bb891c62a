"""Charts without axes or ground, laid exactly over a block of cells: lines whose ends are cells.

Shapes drawn into a package stay as they are; a chart's lines follow the numbers, in every program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from openpyxl.chart import Reference, Series
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing.chart import empty_chart


class Frame(NamedTuple):
    """From where to where both coordinates run over a block of cells."""

    x: float
    y: float
    start: float = 0.0


@dataclass(frozen=True)
class Line:
    """A line through cells: the references of its x and of its y coordinates, as (column, row) ends."""

    x: tuple[tuple[int, int], tuple[int, int]]
    y: tuple[tuple[int, int], tuple[int, int]]
    colour: str
    width: float = 1.25  # points
    marker: bool = False


@dataclass(frozen=True)
class Dots:
    """Marks without a line; with a ``name``, it stands beside each of them, on that ``side``: r, l, t or b."""

    x: tuple[tuple[int, int], tuple[int, int]]
    y: tuple[tuple[int, int], tuple[int, int]]
    colour: str
    symbol: str
    size: int  # points
    name: str = ""
    side: str = "r"


def overlay(
    sheet: Worksheet,
    top: int,
    left: int,
    height: int,
    width: int,
    size: tuple[float, float] | Frame,
    lines: Sequence[Line | Dots],
    shows: str,
) -> None:
    """Draw ``lines`` and dots over the block of cells; x runs to size[0] rightward, y to size[1] downward.

    Both begin with 0, or as the frame says.  ``shows`` says in words what they are.
    """
    chart = empty_chart(lambda _: shows)
    chart.legend, chart.title = None, None
    chart.layout = Layout(
        manualLayout=ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", x=0.0, y=0.0, w=1.0, h=1.0)
    )
    frame = Frame(*size)
    for axis, most in ((chart.x_axis, frame.x), (chart.y_axis, frame.y)):
        axis.delete, axis.majorGridlines = True, None
        axis.scaling.min, axis.scaling.max = frame.start, most
    chart.y_axis.scaling.orientation = "maxMin"
    clear = GraphicalProperties(noFill=True)
    clear.line.noFill = True
    chart.graphical_properties = chart.plot_area.graphicalProperties = clear
    chart.series = [_series(sheet, line) for line in lines]
    start = AnchorMarker(col=left - 1, row=top - 1)
    end = AnchorMarker(col=left + width - 1, row=top + height - 1)
    chart.anchor = TwoCellAnchor(editAs="twoCell", _from=start, to=end)
    sheet.add_chart(chart)


def _series(sheet: Worksheet, line: Line | Dots) -> Series:
    def cells(ends: tuple[tuple[int, int], tuple[int, int]]) -> Reference:
        (column, row), (last_column, last_row) = ends
        return Reference(sheet, min_col=column, min_row=row, max_col=last_column, max_row=last_row)

    series = Series(cells(line.y), cells(line.x))
    series.smooth = False
    if isinstance(line, Dots):
        mark_only(series, line.colour, line.symbol, line.size)
        if line.name:
            series.tx = SeriesLabel(v=line.name)
            name_beside(series, line.side)
        return series
    properties = LineProperties(solidFill=line.colour, w=int(line.width * 12_700))
    series.graphicalProperties = GraphicalProperties(ln=properties)
    series.marker.symbol = "circle" if line.marker else "none"
    if line.marker:
        series.marker.size = 3
        series.marker.graphicalProperties = GraphicalProperties(solidFill=line.colour)
    return series


def mark_only(series: Series, colour: str, symbol: str, size: int) -> None:
    """Marks without a line, edged in white so that they stand out from each other (LibreOffice draws no edges)."""
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    series.marker.symbol, series.marker.size = symbol, size
    edge = LineProperties(solidFill="FFFFFF", w=6_350)
    series.marker.graphicalProperties = GraphicalProperties(solidFill=colour, ln=edge)


def name_beside(series: Series, side: str = "r") -> None:
    """The name of a series at the right of its marks, or on another side."""
    series.dLbls = DataLabelList(showSerName=True, showVal=False, showLegendKey=False, showCatName=False, dLblPos=side)
    series.dLbls.showPercent = series.dLbls.showBubbleSize = False
