"""A copy of a book with only what calculation needs: cells, shared texts and defined names.

Engines stumble over what other programs add: comments, odd styles, extensions.  Formulas need none of
it.  The copy keeps every cell where it is, without its looks.
"""

from __future__ import annotations

import re
import zipfile
from operator import itemgetter
from pathlib import Path

from defusedxml.ElementTree import fromstring

from xlbp.recalc.sharing import with_shared_formulas

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
STYLES = (
    f'{HEADER}<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
SHEET_STYLE = re.compile(rb'(<(?:c|row)\b[^>]*?) s="\d+"')
EMPTY_CELL = re.compile(rb"<c\b[^>]*?(?:/>|>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>)")
SHEET_DATA = re.compile(rb"<sheetData\s*/>|<sheetData\b.*</sheetData>", re.DOTALL)
RICH = re.compile(rb"<rPr>.*?</rPr>|<rPh\b.*?</rPh>|<phoneticPr[^>]*/>", re.DOTALL)


def write_reduced(book: Path, target: Path, without_empty: bool = False, sharing: bool = False) -> None:
    """Write the reduced copy.  Raises KeyError or ParseError for a package it can't follow.

    It is read at once and goes, so nothing is deflated.  ``without_empty`` leaves out cells that have nothing but
    looks, which IronCalc takes for 0; ``sharing`` is for a book of ours that has no shared formulas.
    """
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w") as package:
        root = fromstring(source.read("xl/workbook.xml"))
        targets = _targets(source)
        sheets = [(s.attrib["name"], targets[s.attrib[f"{{{OFFICE}}}id"]]) for s in root.iter(f"{{{MAIN}}}sheet")]
        texts = "xl/sharedStrings.xml" in source.namelist()
        package.writestr("[Content_Types].xml", _content_types(len(sheets), texts))
        package.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        package.writestr("xl/workbook.xml", _workbook([name for name, _ in sheets], root))
        parts = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
        parts += [("styles", "styles.xml"), *([("sharedStrings", "sharedStrings.xml")] if texts else [])]
        package.writestr("xl/_rels/workbook.xml.rels", _relations(parts))
        package.writestr("xl/styles.xml", STYLES)
        if texts:
            package.writestr("xl/sharedStrings.xml", RICH.sub(b"", source.read("xl/sharedStrings.xml")))
        for number, (_, part) in enumerate(sheets, start=1):
            package.writestr(f"xl/worksheets/sheet{number}.xml", _sheet(source.read(part), without_empty, sharing))


def _targets(source: zipfile.ZipFile) -> dict[str, str]:
    """Relationship id -> part name, for the parts of the workbook."""
    root = fromstring(source.read("xl/_rels/workbook.xml.rels"))
    found = {}
    for relation in root.iter(f"{{{PACKAGE}/relationships}}Relationship"):
        target = relation.attrib["Target"]
        found[relation.attrib["Id"]] = target[1:] if target.startswith("/") else f"xl/{target}"
    return found


def _sheet(xml: bytes, without_empty: bool, sharing: bool) -> bytes:
    data = SHEET_DATA.search(xml)
    if data is None:
        raise KeyError("sheetData")
    cells = SHEET_STYLE.sub(itemgetter(1), with_shared_formulas(data[0]) if sharing else data[0])
    if without_empty:
        cells = EMPTY_CELL.sub(b"", cells)
    return f'{HEADER}<worksheet xmlns="{MAIN}">'.encode() + cells + b"</worksheet>"


def _workbook(names: list[str], root: object) -> str:
    sheets = "".join(
        f'<sheet name="{_attribute(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, start=1)
    )
    defined = "".join(
        f'<definedName name="{_attribute(item.attrib["name"])}">{_attribute(item.text or "")}</definedName>'
        for item in root.iter(f"{{{MAIN}}}definedName")  # type: ignore[attr-defined]
        if "localSheetId" not in item.attrib
    )
    names_part = f"<definedNames>{defined}</definedNames>" if defined else ""
    return f'{HEADER}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets>{names_part}</workbook>'


def _attribute(text: str) -> str:
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(mark, entity)
    return text


def _relations(parts: list[tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(parts, start=1)
    )
    return f'{HEADER}<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


def _content_types(sheets: int, texts: bool) -> str:
    parts = [("workbook.xml", "sheet.main+xml"), ("styles.xml", "styles+xml")]
    parts += [("sharedStrings.xml", "sharedStrings+xml")] if texts else []
    parts += [(f"worksheets/sheet{n}.xml", "worksheet+xml") for n in range(1, sheets + 1)]
    rows = "".join(f'<Override PartName="/xl/{part}" ContentType="{TYPES}.{kind}"/>' for part, kind in parts)
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    return f'{HEADER}<Types xmlns="{PACKAGE}/content-types">{rels}{xml}{rows}</Types>'
