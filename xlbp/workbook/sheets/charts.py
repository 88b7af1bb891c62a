"""The charts sheet: the loss, or the objective, by iteration."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook import style
from xlbp.workbook.contents import Contents


def add_charts(workbook: Workbook, contents: Contents, training: Worksheet) -> Worksheet:
    """Add the sheet with its chart, which reads the training sheet's cells."""
    sheet = workbook.create_sheet(contents.texts("sheet.charts"))
    sheet.sheet_view.showGridLines = False
    sheet.add_chart(_loss_chart(contents, training), "B2")
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    return sheet


def _loss_chart(contents: Contents, training: Worksheet) -> ScatterChart:
    layout = contents.layout
    column = layout.columns[contents.objective]
    rows = {"min_row": layout.first_row, "max_row": layout.last_row}
    symbol = contents.symbol(contents.objective)
    chart = ScatterChart(style=2, scatterStyle="lineMarker")
    key = "chart.loss" if contents.template.kind == "network" else "chart.objective"
    title = contents.texts(key, loss=symbol, objective=symbol)
    chart.title, chart.legend = title, None
    chart.x_axis.title, chart.y_axis.title = contents.texts("chart.iteration"), symbol
    chart.x_axis.delete = chart.y_axis.delete = False  # else recent Excel shows no axes
    chart.x_axis.scaling.min, chart.x_axis.scaling.max = 0, layout.iterations
    chart.x_axis.number_format, chart.x_axis.majorGridlines = "0", None
    chart.y_axis.number_format = "General"
    chart.width, chart.height = 26, 14
    line = Series(Reference(training, min_col=column, **rows), Reference(training, min_col=1, **rows), title=symbol)
    line.marker.symbol = "none"
    line.smooth = False
    line.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=style.PHASES["loss"].fill, w=28000))
    chart.series.append(line)
    return chart
