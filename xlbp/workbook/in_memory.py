"""openpyxl's package in memory: openpyxl itself writes each sheet into a temporary file first.

A kill leaves those files behind, and where lxml is installed a full disk is no OSError there.
"""

from __future__ import annotations

import datetime
import io
import re
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


FONT = re.compile(rb"<font>(.*?)</font>", re.DOTALL)
CHILD = re.compile(rb"<(\w+)[^>]*/>")
IN_ORDER = b"b i strike condense extend outline shadow u vertAlign sz color name family charset scheme".split()


def with_fonts_in_order(styles: bytes) -> bytes:
    """The stylesheet with each font's parts in the order of the schema, which openpyxl does not keep."""

    def ordered(found: re.Match[bytes]) -> bytes:
        parts = sorted(CHILD.finditer(found[1]), key=lambda part: IN_ORDER.index(part[1]))
        return b"<font>" + b"".join(part[0] for part in parts) + b"</font>"

    return FONT.sub(ordered, styles)


def saved(workbook: Workbook) -> io.BytesIO:
    """The workbook as a package."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        workbook.properties.modified = datetime.datetime.now(tz=datetime.timezone.utc).replace(tzinfo=None)
        _Writer(workbook, archive).save()
    return memory
