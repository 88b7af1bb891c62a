"""Line charts that look alike on every sheet, with axes, titles and a legible legend."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.data_source import StrData, StrRef, StrVal
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.chart.title import title_maker
from openpyxl.descriptors import MinMax
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties

from xlbp.lang import Texts
from xlbp.workbook.drawing.chart import empty_chart, lines_said
from xlbp.workbook.drawing.overlay import name_beside
from xlbp.workbook.layout.layout import LAST_ROW


class Cells(Reference):  # type: ignore[misc,unused-ignore]  # openpyxl has no types
    """A reference to cells down to a sheet's last row: openpyxl's own ends at row 1,000,000."""

    min_row = MinMax(min=1, max=LAST_ROW, expected_type=int)
    max_row = MinMax(min=1, max=LAST_ROW, expected_type=int, allow_none=True)


# Okabe and Ito's colours, the darker first: thin lines need contrast
COLOURS = ("0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9", "000000", "8C6D00")
DASHES = ("solid", "dash", "sysDot", "dashDot")  # so that colour never stands alone
MARK = 8  # points
TITLE, TEXT = 12, 9  # points; the programs' own titles are large enough for a poster


def line_chart(texts: Texts, title: str, x_title: str, y_title: str) -> ScatterChart:
    """An empty chart; lines come by :func:`add_line`."""
    chart = empty_chart(lines_said(texts, title, x_title, y_title))
    chart.style = 2
    chart.title = _title(title, TITLE, bold=True)
    chart.x_axis.title, chart.y_axis.title = _title(x_title, TEXT), _title(y_title, TEXT) if y_title else None
    chart.x_axis.delete = chart.y_axis.delete = False  # else recent Excel shows no axes
    chart.x_axis.majorGridlines = None
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6350))
    chart.x_axis.number_format = chart.y_axis.number_format = "General"
    chart.x_axis.tickLblPos = chart.y_axis.tickLblPos = "low"  # at the edge, even where an axis crosses at 0
    chart.y_axis.crosses = "min"  # at the left edge, even where x begins below 0
    chart.legend.position = "r"
    for part in (chart.x_axis, chart.y_axis, chart.legend):
        part.txPr = RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=_letters(TEXT)), endParaRPr=_letters(TEXT))])
    return chart


def _letters(size: int, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(sz=size * 100, b=bold)


def _title(text: str, size: int, bold: bool = False) -> Any:
    """A title of moderate size, beside the drawing, never over it."""
    title = title_maker(text)
    for paragraph in title.tx.rich.p:
        paragraph.pPr = ParagraphProperties(defRPr=_letters(size, bold))
        for run in paragraph.r:
            run.rPr = _letters(size, bold)
    title.overlay = False
    return title


def name_only(chart: ScatterChart, named: Collection[int]) -> None:
    """Leave in the legend only these lines, counted from 0; without any there is no legend."""
    if not named:
        chart.legend = None
        return
    unnamed = (number for number in range(len(chart.series)) if number not in named)
    chart.legend.legendEntry = [LegendEntry(idx=number, delete=True) for number in unnamed]


def add_named_point(chart: ScatterChart, title: str, x: Reference, y: Reference, colour: str) -> None:
    """One mark with its name beside it."""
    series = Series(y, x, title=title)
    series.marker.symbol, series.marker.size, series.smooth = "circle", MARK, False
    series.marker.graphicalProperties = GraphicalProperties(solidFill=colour, ln=LineProperties(solidFill=colour))
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    name_beside(series)
    chart.series.append(series)


def add_line(
    chart: ScatterChart,
    title: str,
    x: Reference,
    y: Reference,
    colour: str = "",
    width: float = 2.0,
    dash: str = "",
    title_cell: str = "",
) -> None:
    """One line; without a colour, the next of the palette, dashed from the second round on.

    ``title_cell`` is the cell from which the legend takes the title, so that it stays live.
    """
    number = len(chart.series)
    series = Series(y, x, title=title)
    if title_cell:
        known = StrData(ptCount=1, pt=[StrVal(idx=0, v=title)])
        series.tx = SeriesLabel(strRef=StrRef(f=title_cell, strCache=known))
    series.marker.symbol, series.smooth = "none", False
    properties = LineProperties(solidFill=colour or COLOURS[number % len(COLOURS)], w=int(width * 12_700))
    if dash:
        properties.prstDash = dash
    elif not colour:
        properties.prstDash = DASHES[number // len(COLOURS) % len(DASHES)]
    series.graphicalProperties = GraphicalProperties(ln=properties)
    chart.series.append(series)
