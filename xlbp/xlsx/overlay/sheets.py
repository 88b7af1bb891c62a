"""A sheet's own part: other formats for some of its cells, its new drawing named; and a whole new sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping

from openpyxl.utils import get_column_letter

from xlbp.xlsx.escaping import escape, quoted, without_control_characters
from xlbp.xlsx.overlay.marks import Line, ListSheet, lines_in
from xlbp.xlsx.overlay.package import RELATIONS, Package, attributes, put_before_end
from xlbp.xlsx.overlay.styles import Styles

CELL = re.compile(rb"""<(?:\w+:)?c\b(?=[^>]*?\sr=["']([A-Z]{1,3}[0-9]{1,7})["'])[^>]*?/?>""")
STYLE = re.compile(rb"""\ss=["'](\d+)["']""")
BEHIND_DRAWING = ("legacyDrawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts")
WORKBOOK, STYLESHEET = "xl/workbook.xml", "xl/styles.xml"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
LONGEST_TITLE, LONGEST_TEXT = 31, 32_000
FILLED = 0.9  # of the letters that a column is wide, as words end before its end
LINE_HEIGHT, TALLEST = 15, 409  # points of a line, and of a row at most
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet_parts(package: Package) -> dict[str, str]:
    """The parts of a workbook's sheets, by the names on their tabs."""
    book = workbook_part(package)
    relations = package.relations(book)
    found: dict[str, str] = {}
    for element in re.findall(rb"<(?:\w+:)?sheet\b[^>]*>", package.parts[book]):
        values = attributes(element)
        own = next((value for name, value in values.items() if name == "id" or name.endswith(":id")), "")
        if own in relations:
            found[values.get("name", "")] = relations[own][1]
    return found


def workbook_part(package: Package) -> str:
    """The part that lists the sheets."""
    return next((target for kind, target in package.relations("").values() if kind == "officeDocument"), WORKBOOK)


def coloured(sheet: bytes, colours: Mapping[str, str], styles: Styles) -> bytes:
    """The sheet's part with other formats for these cells, by their addresses."""

    def changed(found: re.Match[bytes]) -> bytes:
        colour = colours.get(found[1].decode())
        if colour is None:
            return found[0]
        tag = found[0]
        own = STYLE.search(tag)
        number = str(styles.coloured(int(own[1]) if own is not None else 0, colour)).encode()
        if own is not None:
            return tag[: own.start(1)] + number + tag[own.end(1) :]
        end = -2 if tag.endswith(b"/>") else -1
        return tag[:end] + b' s="' + number + b'"' + tag[end:]

    return CELL.sub(changed, sheet)


def with_drawing(sheet: bytes, relation: str) -> bytes:
    """The sheet's part with its drawing named, in the place that the format has for it."""
    start = re.search(rb"<((?:\w+:)?)worksheet\b", sheet)
    prefix = start[1].decode() if start is not None else ""
    element = f'<{prefix}legacyDrawing xmlns:r="{RELATIONS}" r:id="{relation}"/>'.encode()
    at = _place_behind_drawing(sheet, prefix)
    return sheet[:at] + element + sheet[at:]


def _place_behind_drawing(sheet: bytes, prefix: str) -> int:
    """Where the first of those parts begins that come behind a drawing, else where the sheet ends."""
    end = sheet.rfind(f"</{prefix}worksheet".encode())
    rows = sheet.rfind(b"sheetData")
    rules = sheet.rfind(f"</{prefix}conditionalFormatting>".encode())
    start = max(rows, rules)
    places = [sheet.find(f"<{prefix}{name}".encode(), start) for name in BEHIND_DRAWING]
    places.append(sheet.find(b"<mc:AlternateContent", start))
    own_extension = sheet.rfind(f"<{prefix}extLst".encode())
    places.append(own_extension if own_extension > start else -1)
    return min((place for place in places if place >= 0), default=end)


def add_sheet(package: Package, listed: ListSheet, styles: Styles) -> None:
    """Add a sheet behind all others."""
    book = workbook_part(package)
    part = package.free_name("xl/worksheets/sheet{}.xml")
    package.parts[part] = _sheet_xml(listed, styles)
    package.say_type(part, SHEET_TYPE)
    relation = package.relate(book, "worksheet", part)
    sheets = [attributes(element) for element in re.findall(rb"<(?:\w+:)?sheet\b[^>]*>", package.parts[book])]
    number = max((int(sheet.get("sheetId", "0")) for sheet in sheets), default=0) + 1
    title = free_title(listed.title, {sheet.get("name", "").casefold() for sheet in sheets})
    element = f'<sheet name={quoted(title)} sheetId="{number}" xmlns:r="{RELATIONS}" r:id="{relation}"/>'
    package.parts[book] = put_before_end(package.parts[book], element, "sheets")


def free_title(title: str, taken: set[str]) -> str:
    """The title, or with a number where a sheet has that name already."""
    names = (title if n == 1 else f"{title[: LONGEST_TITLE - 4]} ({n})" for n in range(1, len(taken) + 2))
    return next(name for name in names if name.casefold() not in taken)


def _sheet_xml(listed: ListSheet, styles: Styles) -> bytes:
    head = styles.coloured(0, "FFE7E6E6")
    wrapped = styles.wrapped()
    columns = "".join(
        f'<col min="{k}" max="{k}" width="{width}" customWidth="1"/>' for k, width in enumerate(listed.widths, 1)
    )
    rows = [_row(1, listed.headings, head, listed.widths)]
    rows += [_row(n, line.texts, wrapped, listed.widths) for n, line in enumerate(listed.lines, 2)]
    links = "".join(_link(n, line) for n, line in enumerate(listed.lines, 2) if line.link)
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft"'
        ' state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{''.join(rows)}</sheetData>"
        + (f"<hyperlinks>{links}</hyperlinks>" if links else "")
        + '<pageSetup orientation="landscape" fitToHeight="0"/></worksheet>'
    ).encode()


def _row(number: int, texts: tuple[str, ...], style: int, widths: tuple[int, ...]) -> str:
    """A row, as high as its texts need: not every program finds that out for itself."""
    cells = "".join(
        f'<c r="{get_column_letter(k)}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(without_control_characters(text[:LONGEST_TEXT]))}</t></is></c>"
        for k, text in enumerate(texts, 1)
    )
    lines = max(lines_in(text, round(FILLED * width)) for text, width in zip(texts, widths, strict=False))
    return f'<row r="{number}" ht="{min(TALLEST, LINE_HEIGHT * lines)}" customHeight="1">{cells}</row>'


def _link(number: int, line: Line) -> str:
    return f'<hyperlink ref="A{number}" location={quoted(line.link)} display={quoted(line.texts[0])}/>'
