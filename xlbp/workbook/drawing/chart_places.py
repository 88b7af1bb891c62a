"""Where charts stand: over blocks of cells, held at both corners.

A chart of a fixed size would cover other cells in each program, for a column is not equally wide in all of them.
"""

from __future__ import annotations

from openpyxl.chart._chart import ChartBase
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.worksheet.worksheet import Worksheet


def place_chart(sheet: Worksheet, chart: ChartBase, corner: tuple[int, int], rows: int, columns: int) -> None:
    """Add a chart over so many rows and columns from the corner (row, column) on."""
    row, column = corner
    start = AnchorMarker(col=column - 1, row=row - 1)
    end = AnchorMarker(col=column - 1 + columns, row=row - 1 + rows)
    chart.anchor = TwoCellAnchor(editAs="oneCell", _from=start, to=end)
    sheet.add_chart(chart)
