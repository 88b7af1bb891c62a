"""The sheets of a package as bytes, for those who need no more of them than their rows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO

from defusedxml.ElementTree import fromstring

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
PARTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
PIECE = 1 << 20
START, END = b"<sheetData>", b"</sheetData>"
HEAD = re.compile(  # what stands before the rows; no comment or other thing that hides tags
    rb'(?:<\?xml version="1\.0"(?: encoding="[Uu][Tt][Ff]-8")?(?: standalone="(?:yes|no)")?\s*\?>\s*)?'
    rb"<worksheet (?:[^<\0]|<(?![!?]))*<sheetData>"
)


def part_of(package: zipfile.ZipFile, title: str) -> str | None:
    """The file of a sheet in the package; None unless there is one sheet of this title, and its file."""
    workbook, relations = (fromstring(package.read(name)) for name in PARTS)
    targets = {item.attrib.get("Id"): item.attrib.get("Target", "") for item in relations}
    found = [targets.get(s.attrib.get(RELATION), "") for s in workbook.iter(f"{MAIN}sheet") if s.get("name") == title]
    if len(found) != 1:
        return None
    part = found[0][1:] if found[0].startswith("/") else f"xl/{found[0]}"
    return part if part in package.namelist() else None


def titles(package: zipfile.ZipFile) -> list[str]:
    """The titles of all sheets, in their order."""
    return [sheet.get("name", "") for sheet in fromstring(package.read(PARTS[0])).iter(f"{MAIN}sheet")]


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The sheet cut behind each row, without the row's closing tag; the last piece is what follows the rows."""
    rest = b""
    while piece := stream.read(PIECE):
        *whole, rest = (rest + piece).split(b"</row>")
        yield from whole
    yield rest
