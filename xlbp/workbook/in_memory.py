"""openpyxl's package in memory: openpyxl itself writes each sheet into a temporary file first.

A kill leaves those files behind, and where lxml is installed a full disk is no OSError there.
"""

from __future__ import annotations

import datetime
import io
import zipfile

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter


class _Writer(ExcelWriter):  # type: ignore[misc,unused-ignore]  # openpyxl comes without types
    """Keeps each sheet in memory until it is in the package."""

    def write_worksheet(self, ws: Worksheet) -> None:
        """Write one sheet: what openpyxl does, but for the file."""
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        stream = io.BytesIO()
        writer = WorksheetWriter(ws, stream)
        writer.write()
        ws._rels = writer._rels
        self._archive.writestr(ws.path[1:], stream.getvalue())
        self.manifest.append(ws)


def saved(workbook: Workbook) -> io.BytesIO:
    """The workbook as a package."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        workbook.properties.modified = datetime.datetime.now(tz=datetime.timezone.utc).replace(tzinfo=None)
        _Writer(workbook, archive).save()
    return memory
