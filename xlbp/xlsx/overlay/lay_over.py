"""Lay marks and a sheet of lines over a workbook, and write the copy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from defusedxml.ElementTree import ParseError, fromstring
from openpyxl.utils import get_column_letter

from xlbp.errors import UnreadableError
from xlbp.xlsx.overlay.comments import add_comments, drawing_of
from xlbp.xlsx.overlay.marks import ListSheet, Mark
from xlbp.xlsx.overlay.package import Package
from xlbp.xlsx.overlay.sheets import add_sheet, coloured, sheet_parts, with_drawing
from xlbp.xlsx.overlay.styles import Styles

STYLESHEET = "xl/styles.xml"
NO_STYLES = (
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill>'
    b'<fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    b'<cellXfs count="1"><xf xfId="0"/></cellXfs></styleSheet>'
)


def lay_over(source: Path, target: Path, marks: Sequence[Mark], listed: ListSheet, author: str) -> None:
    """Write the copy, without macros.  Raises UnreadableError where the package can't take the marks."""
    package = Package(source)
    before = dict(package.parts)
    styles = Styles(package.parts.get(STYLESHEET, NO_STYLES))
    by_sheet: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_sheet[mark.sheet].append(mark)
    parts = sheet_parts(package)
    for sheet, own in by_sheet.items():
        if sheet in parts and parts[sheet] in package.parts:
            _mark(package, parts[sheet], own, styles, author)
    add_sheet(package, listed, styles)
    if STYLESHEET in package.parts:
        package.parts[STYLESHEET] = styles.sheet
    package.without_macros()
    _check(source, package, before)
    package.save(target)


def _mark(package: Package, part: str, marks: Sequence[Mark], styles: Styles, author: str) -> None:
    """The marks of one sheet; where a cell has several, the first one's colour and all comments."""
    colours = {f"{get_column_letter(mark.column)}{mark.row}": mark.colour for mark in reversed(marks)}
    package.parts[part] = coloured(package.parts[part], colours, styles)
    told: dict[tuple[int, int], Mark] = {}
    for mark in marks:
        place = (mark.row, mark.column)
        if mark.comment:
            text = f"{told[place].comment}\n\n{mark.comment}" if place in told else mark.comment
            told[place] = Mark(mark.sheet, *place, mark.colour, text)
    if told and add_comments(package, part, list(told.values()), author):
        package.parts[part] = with_drawing(package.parts[part], drawing_of(package, part))


def _check(source: Path, package: Package, before: dict[str, bytes]) -> None:
    """Every part that was changed must still be XML: a stranger's file may be written in unexpected ways."""
    for name, part in package.parts.items():
        if before.get(name) is not part and name.endswith((".xml", ".rels", ".vml")):
            try:
                fromstring(part)
            except ParseError:
                if name in before and not _is_xml(before[name]):
                    continue  # Excel's own drawings of comments are not always XML
                raise UnreadableError(f"{source}: it can't be marked, as {name} is written in an unusual way") from None


def _is_xml(part: bytes) -> bool:
    try:
        fromstring(part)
    except ParseError:
        return False
    return True
