"""A workbook's package in memory, with what openpyxl leaves out: shared texts, usual prefixes, outlines, alt texts.

openpyxl itself writes each sheet into a temporary file first.  A kill leaves those files behind, and where lxml is
installed a full disk is no OSError there.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.drawing.graphic import GraphicFrame
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from xlbp.xlsx.application import APPLICATION, application_properties
from xlbp.xlsx.prefixes import DRAWN, with_usual_prefixes
from xlbp.xlsx.shared_texts import SharedTexts, rows_xml

TYPES, RELATIONS, TEXTS = "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
USUAL_NAMES = {b"xl/comments/comment": b"xl/comments", b"xl/drawings/commentsDrawing": b"xl/drawings/vmlDrawing"}
NO_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData></sheetData>")


class _Parts(dict[str, bytes]):
    """The parts by their names, in place of openpyxl's archive."""

    def writestr(self, name: str, data: str | bytes) -> None:
        """Take a part."""
        self[name] = data.encode("utf-8") if isinstance(data, str) else data

    def namelist(self) -> list[str]:
        """The names of the parts so far."""
        return list(self)

    def close(self) -> None:
        """Nothing is open."""


class _Drawing(SpreadsheetDrawing):  # type: ignore[misc,unused-ignore]  # openpyxl comes without types
    """Says of each chart in words what it shows, for those who do not see it."""

    __elements__ = SpreadsheetDrawing.__elements__

    def _chart_frame(self, idx: int) -> GraphicFrame:
        frame = super()._chart_frame(idx)
        frame.nvGraphicFramePr.cNvPr.descr = alt_text(self.charts[idx - 1]) or None
        return frame


def alt_text(chart: Any) -> str:
    """The words about a chart; '' for one of another's book."""
    says = getattr(chart, "says", None)
    return says(chart) if says else ""


class _SheetWriter(WorksheetWriter):  # type: ignore[misc,unused-ignore]
    """Leaves the rows to :func:`rows_xml`, and says how deep rows and columns are grouped."""

    def __init__(self, sheet: Worksheet, texts: SharedTexts) -> None:
        links = sheet._hyperlinks
        super().__init__(sheet, io.BytesIO())  # which forgets the links
        sheet._hyperlinks = links
        self.texts, self.rows = texts, ""

    def write_format(self) -> None:
        """The sheet's own measures; openpyxl counts the groups of columns after it has written their depth."""
        for kind, dimensions in (("Col", self.ws.column_dimensions), ("Row", self.ws.row_dimensions)):
            deepest = max((dimension.outlineLevel for dimension in dimensions.values()), default=0)
            setattr(self.ws.sheet_format, f"outlineLevel{kind}", deepest or None)
        self.xf.send(self.ws.sheet_format.to_tree())

    def write_rows(self) -> None:
        """The rows are put in when the sheet is complete."""
        self.rows = rows_xml(self.ws, self.texts)
        with self.xf.send(True).element("sheetData"):
            pass
        self.xf.send(None)

    def sheet(self) -> bytes:
        """The whole sheet."""
        self.write()
        head, tail = NO_ROWS.split(self.out.getvalue(), maxsplit=1)
        return b"".join((head, b"<sheetData>", self.rows.encode(), b"</sheetData>", tail))


class _TextsPart:
    """The shared texts as openpyxl's list of parts wants them."""

    path = f"/{TEXTS}"
    mime_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


class _Writer(ExcelWriter):  # type: ignore[misc,unused-ignore]
    """Keeps all parts in memory."""

    def __init__(self, workbook: Workbook) -> None:
        self.parts, self.texts = _Parts(), SharedTexts()
        super().__init__(workbook, self.parts)

    def write_worksheet(self, ws: Worksheet) -> None:
        """Write one sheet."""
        ws._drawing = _Drawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        writer = _SheetWriter(ws, self.texts)
        self.parts.writestr(ws.path[1:], writer.sheet())
        ws._rels = writer._rels
        self.manifest.append(ws)

    def _write_external_links(self) -> None:
        """Behind the sheets, for then the texts are known."""
        super()._write_external_links()
        self.parts.writestr(TEXTS, self.texts.xml())
        self.manifest.append(_TextsPart)


FONT = re.compile(rb"<font>(.*?)</font>", re.DOTALL)
CHILD = re.compile(rb"<(\w+)[^>]*/>")
IN_ORDER = b"b i strike condense extend outline shadow u vertAlign sz color name family charset scheme".split()


def with_fonts_in_order(styles: bytes) -> bytes:
    """The stylesheet with each font's parts in the order of the schema, which openpyxl does not keep."""

    def ordered(found: re.Match[bytes]) -> bytes:
        parts = sorted(CHILD.finditer(found[1]), key=lambda part: IN_ORDER.index(part[1]))
        return b"<font>" + b"".join(part[0] for part in parts) + b"</font>"

    return FONT.sub(ordered, styles)


def saved(workbook: Workbook) -> dict[str, bytes]:
    """The workbook's parts by their names, the list of their types first, as programs expect that know a file by it."""
    workbook.properties.modified = datetime.datetime.now(tz=datetime.timezone.utc).replace(tzinfo=None)
    writer = _Writer(workbook)
    writer.save()
    parts: dict[str, bytes] = {TYPES: b"", **writer.parts}
    return {_usual(name.encode()).decode(): _mended(name, part) for name, part in parts.items()}


def save(workbook: Workbook, path: Path) -> None:
    """Write a workbook to a file that is replaced."""
    parts = saved(workbook)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)


def _usual(text: bytes) -> bytes:
    """A part's name, or what names it, with the names that Excel gives; exceljs finds comments by these only."""
    for openpyxls, excels in USUAL_NAMES.items():
        text = text.replace(openpyxls, excels)
    return text


def _mended(name: str, part: bytes) -> bytes:
    """A part as other programs want it."""
    if DRAWN.fullmatch(name):
        return with_usual_prefixes(part)
    if name == "xl/styles.xml":
        return with_fonts_in_order(part)
    if name.startswith("xl/worksheets/_rels/"):
        return _usual(part).replace(b'Target="/xl/', b'Target="../')  # IronCalc stumbles at absolute targets
    if name == TYPES:
        return _usual(part)
    if name == RELATIONS:
        texts = f'<Relationship Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml" Id="texts"/>'
        return part.replace(b"</Relationships>", f"{texts}</Relationships>".encode())
    return application_properties() if name == APPLICATION else part
