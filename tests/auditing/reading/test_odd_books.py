"""Books as other programs and odd writers leave them: read all the same, or refused in one sentence."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.table import Table

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.contents import read
from xlbp.errors import UnreadableError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
Parts = dict[str, bytes]
SHEET = "xl/worksheets/sheet1.xml"


def plain_book(path: Path) -> Path:
    """Two numbers, a text, and formulas that add up to 5 and 10."""
    book = Workbook()
    sheet = book.active
    sheet.title = "S"
    for cell, content in {"A1": 2, "A2": 3, "B1": "w", "C1": "=A1+A2", "C2": "=SUM(A1:A2)*2"}.items():
        sheet[cell] = content
    book.save(path)
    return path


def rewritten(path: Path, change: Callable[[Parts], Parts]) -> Path:
    """The package with its parts changed."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in change(parts).items():
            package.writestr(name, data)
    return path


def replacing(part: str, old: str, new: str) -> Callable[[Parts], Parts]:
    """A change of one part's text, which must have something to change."""

    def change(parts: Parts) -> Parts:
        assert re.search(old, parts[part].decode(), re.S), (part, old)
        return {**parts, part: re.sub(old, new, parts[part].decode(), flags=re.S).encode()}

    return change


def without(*names: str) -> Callable[[Parts], Parts]:
    """The package without some parts."""
    return lambda parts: {name: data for name, data in parts.items() if name not in names}


def with_part(name: str, data: bytes) -> Callable[[Parts], Parts]:
    """The package with one more part."""
    return lambda parts: {**parts, name: data}


def prefixed(parts: Parts) -> Parts:
    """The sheet's elements with a prefix, as some writers have them."""
    text = parts[SHEET].decode().replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    return {**parts, SHEET: re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", text).encode()}


def strict(parts: Parts) -> Parts:
    """The namespaces of ISO 29500 Strict."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    others = b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    return {
        name: data.replace(MAIN.encode(), STRICT.encode()).replace(office.encode(), others)
        for name, data in parts.items()
    }


def moved(parts: Parts) -> Parts:
    """The sheet under another name, told by an absolute target."""
    rels = parts["xl/_rels/workbook.xml.rels"].decode()
    rels = re.sub(r'Target="/?(?:xl/)?worksheets/sheet1.xml"', 'Target="/xl/my%20cells/one.xml"', rels)
    rest = without(SHEET)(parts)
    return {**rest, "xl/_rels/workbook.xml.rels": rels.encode(), "xl/my cells/one.xml": parts[SHEET]}


TEXT = r'<c r="B1"[^>]*>.*?</c>'
RICH = b"<sst><si><t>v</t></si><si><r><rPr><b/></rPr><t>w</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si></sst>"
ODD: dict[str, Callable[[Parts], Parts]] = {
    "as it is": lambda parts: parts,
    "prefixed elements": prefixed,
    "strict": strict,
    "absolute target with a space": moved,
    "no styles": without("xl/styles.xml"),
    "broken styles": with_part("xl/styles.xml", b"<styleSheet><cellXfs count='-1'><xf/></styleSheet"),
    "no theme": without("xl/theme/theme1.xml"),
    "no properties": without("docProps/app.xml", "docProps/core.xml"),
    "no content types": replacing("[Content_Types].xml", r"<Override.*?/>", ""),
    "no relations of the workbook": without("xl/_rels/workbook.xml.rels"),
    "no relations of the package": without("_rels/.rels"),
    "dimension that lies": replacing(SHEET, r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"'),
    "no dimension": replacing(SHEET, r"<dimension[^>]*/>", ""),
    "cells without addresses": replacing(SHEET, r'<c r="[AB]1"', "<c"),
    "rows without numbers": replacing(SHEET, r'<row r="\d+"', "<row"),
    "1904": replacing("xl/workbook.xml", r"<workbookPr[^>]*/>", '<workbookPr date1904="1"/>'),
    "odd attributes": replacing(SHEET, r"<sheetData", '<sheetData wrong="1"'),
    "a pivot cache": with_part("xl/pivotCache/pivotCacheDefinition1.xml", b"<pivotCacheDefinition"),
    "links": with_part("xl/externalLinks/externalLink1.xml", b"<externalLink/>"),
    "queries": with_part("xl/queryTables/queryTable1.xml", b"<queryTable/>"),
    "connections": with_part("xl/connections.xml", b"<connections/>"),
    "macros": with_part("xl/vbaProject.bin", b"\1\2"),
    "a comment part that is no XML": with_part("xl/comments1.xml", b"<<<"),
    "white space in formulas": replacing(SHEET, r"<f>A1\+A2</f>", "<f>\n A1 + A2 </f>"),
    "an equals sign in the formula": replacing(SHEET, r"<f>A1\+A2</f>", "<f>=A1+A2</f>"),
    "a shared formula": replacing(SHEET, r"<f>A1\+A2</f>", '<f t="shared" ref="C1:D1" si="0">$A1+$A2</f>'),
    "an array formula of one cell": replacing(SHEET, r"<f>A1\+A2</f>", '<f t="array" ref="C1">A1+A2</f>'),
    "a spilled formula": replacing(
        SHEET, r'<c r="C1"><f>A1\+A2</f>', '<c r="C1" cm="1"><f t="array" ref="C1">A1+A2</f>'
    ),
    "shared rich text": lambda parts: with_part("xl/sharedStrings.xml", RICH)(
        replacing(SHEET, TEXT, '<c r="B1" t="s"><v>1</v></c>')(parts)
    ),
    "inline rich text": replacing(
        SHEET, TEXT, '<c r="B1" t="inlineStr"><is><r><t>w</t></r><rPh><t>x</t></rPh></is></c>'
    ),
    "a byte order mark": lambda parts: {**parts, SHEET: b"\xef\xbb\xbf" + parts[SHEET]},
    "UTF-16": lambda parts: {**parts, SHEET: parts[SHEET].decode().encode("utf-16")},
}


@pytest.mark.parametrize("oddity", ODD)
def test_an_odd_book_is_read_as_if_it_were_none(oddity: str, tmp_path: Path) -> None:
    """Neither looks, links nor what else a package has beside its cells keeps these from being read."""
    cells = Cells(read(rewritten(plain_book(tmp_path / "book.xlsx"), ODD[oddity])))
    assert [cells.value(("S", row, 3)) for row in (1, 2)] == [5, 10]
    assert cells.contents.text(("S", 1, 2)) == "w"
    assert not cells.unreadable


BROKEN: dict[str, Callable[[Parts], Parts]] = {
    "a cut sheet": lambda parts: {**parts, SHEET: parts[SHEET][:-80]},
    "no sheet at all": with_part("xl/workbook.xml", b"not XML"),
    "a declared entity": replacing(SHEET, r"<worksheet", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet'),
    "a cell beyond the last row": replacing(SHEET, r'r="A1"', 'r="A9999999"'),
    "a column of four letters": replacing(SHEET, r'r="A1"', 'r="AAAA1"'),
    "a call of the network": replacing(SHEET, r"<f>A1\+A2</f>", '<f>WEBSERVICE("x")</f>'),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_or_harmful_book_is_refused(fault: str, tmp_path: Path) -> None:
    """In one sentence, which names the file."""
    path = rewritten(plain_book(tmp_path / "book.xlsx"), BROKEN[fault])
    with pytest.raises(UnreadableError, match=r"book\.xlsx"):
        read(path)


def test_texts_that_are_missing_leave_the_numbers(tmp_path: Path) -> None:
    """A book without the part that its cells share their texts in is read all the same."""
    path = rewritten(plain_book(tmp_path / "book.xlsx"), replacing(SHEET, TEXT, '<c r="B1" t="s"><v>1</v></c>'))
    cells = Cells(read(path))
    assert (cells.value(("S", 1, 3)), cells.contents.text(("S", 1, 2))) == (5, "")


def test_a_missing_sheet_is_noted(tmp_path: Path) -> None:
    """The others are read."""
    book = Workbook()
    book.active["A1"] = 1
    book.create_sheet("Second")["A1"] = "=1+1"
    book.save(tmp_path / "book.xlsx")
    contents = read(rewritten(tmp_path / "book.xlsx", without(SHEET)))
    assert (contents.formulas, len(contents.notes)) == ({("Second", 1, 1): "=1+1"}, 1)


def test_structured_references_are_references(tmp_path: Path) -> None:
    """A table's row, columns, headings, all of it, its bare name; in brackets, with quotes, from outside."""
    book = Workbook()
    sheet = book.active
    sheet.title = "S"
    for row in (["x", "it's"], [1, 10], [2, 20], [4, 40]):
        sheet.append(row)
    sheet.add_table(Table(displayName="Data", ref="A1:B4"))
    formulas = {
        "D2": ("=Data[[#This Row],[x]]*2", 2),
        "D3": ("=Data[@x]+Data[@[it''s]]", 22),
        "D4": ("=SUM(Data[x])", 7),
        "D5": ("=SUM(Data[[x]:[it''s]])", 77),
        "D6": ("=ROWS(Data[#All])+10*ROWS(data)+SUM(Data)", 111),
        "D7": ("=SUMPRODUCT(Data[x],Data[it''s])", 210),
        "B6": ("=SUM(data[[#Data],[X]])", 7),
    }
    for cell, (formula, _) in formulas.items():
        sheet[cell] = formula
    book.save(tmp_path / "book.xlsx")
    cells = Cells(read(tmp_path / "book.xlsx"))
    values = {cell: cells.value(("S", int(cell[1]), ord(cell[0]) - 64)) for cell in formulas}
    assert values == {cell: value for cell, (_, value) in formulas.items()}


def test_what_google_sheets_computes_alone_is_computed(tmp_path: Path) -> None:
    """Behind IFERROR and DUMMYFUNCTION stands the formula itself, whose result fills the cells marked as computed."""
    book = Workbook()
    sheet = book.active
    sheet.title = "S"
    for row in (1, 2, 3):
        sheet.cell(row, 1, row)
    sheet["B1"] = '=IFERROR(__xludf.DUMMYFUNCTION("ARRAYFORMULA(A1:A3*2)"),2)'
    for row in (2, 3):
        sheet.cell(row, 2, f'=IFERROR(__xludf.DUMMYFUNCTION("""COMPUTED_VALUE"""),{2 * row})')
    sheet["C1"] = "=SUM(B1:B3)+POW(A2,3)+MULTIPLY(A1,5)"
    book.save(tmp_path / "book.xlsx")
    cells = Cells(read(tmp_path / "book.xlsx"))
    assert [cells.value(("S", row, 2)) for row in (1, 2, 3)] == [2, 4, 6]
    assert cells.value(("S", 1, 3)) == 12 + 8 + 5
    assert cells.adjoints(("S", 1, 3), ())["S", 3, 1].value == 2


def test_a_cell_of_another_file_counts_as_saved(tmp_path: Path) -> None:
    """Links are not followed: the formula is named, its saved number stands."""
    path = rewritten(
        plain_book(tmp_path / "book.xlsx"),
        replacing(SHEET, r"<f>A1\+A2</f><v */?>(</v>)?", "<f>[1]Data!A1+1</f><v>7</v>"),
    )
    cells = Cells(read(path))
    assert cells.value(("S", 1, 3)) == 7
    assert "another file" in cells.unreadable["S", 1, 3]


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="My data">
<table:table-row><table:table-cell office:value-type="string"><text:p>w</text:p></table:table-cell>
<table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="3"/>
<table:table-cell table:number-columns-repeated="16381"/></table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="float" office:value="2"/>
<table:table-cell table:formula="of:=[.A2]*[.B$1]" office:value-type="float" office:value="6"/></table:table-row>
<table:table-row>
<table:table-cell table:formula="of:=SUM([.A2:.A3];[.$B$1])" office:value-type="float" office:value="7"/>
<table:table-cell table:number-matrix-rows-spanned="1" table:number-matrix-columns-spanned="2"
 table:formula="of:=[.B1:.C1]*{2;5}" office:value-type="float" office:value="6"/>
<table:table-cell office:value-type="float" office:value="15"/></table:table-row>
<table:table-row table:number-rows-repeated="1048572">
<table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table>
<table:table table:name="S2"><table:table-row>
<table:table-cell table:formula="of:=[$'My data'.A4]+COM.MICROSOFT.STDEV.P([$'My data'.A2:.A3])+eta"/>
</table:table-row></table:table>
<table:named-expressions><table:named-range table:name="eta"
 table:cell-range-address="$'My data'.$B$1"/></table:named-expressions>
</office:spreadsheet></office:body></office:document-content>"""


def test_an_opendocument_sheet_is_read(tmp_path: Path) -> None:
    """Formulas as of: writes them, matrices, repeated cells and rows, references to other sheets, names."""
    with zipfile.ZipFile(tmp_path / "book.ods", "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", ODS)
    cells = Cells(read(tmp_path / "book.ods"))
    data = "My data"
    assert [cells.value((data, *at)) for at in ((2, 2), (4, 1), (4, 2), (4, 3))] == [6, 7, 6, 15]
    assert cells.value(("S2", 1, 1)) == 7 + 0 + 3
    assert cells.contents.formulas[data, 2, 2] == "=A2*B$1"
    assert len(cells.contents.cells) == 3 + 4 + 3 + 1
