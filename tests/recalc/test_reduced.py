"""The reduced copy: what calculation needs, and nothing that makes an engine stumble."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import ParseError

import ironcalc
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from tests.books import contents_of, edit, rewrite
from xlbp.pipeline import verify
from xlbp.recalc.ironcalc import IronCalc
from xlbp.recalc.reduced import write_reduced
from xlbp.xlsx.areas import Area

pytestmark = pytest.mark.slow  # many whole books


def with_comment(workbook: Workbook) -> None:
    """A comment as openpyxl writes it, which IronCalc can't follow."""
    workbook["Training"]["B9"].comment = Comment("note", "me")


@pytest.fixture
def commented(mazur: Path, tmp_path: Path) -> Path:
    """A book with a comment."""
    return edit(mazur, tmp_path / "commented.xlsx", with_comment)


def contents(book: Path) -> dict[str, dict[str, object]]:
    """Sheet -> address -> content of every cell."""
    return {
        sheet.title: {c.coordinate: c.value for row in sheet.iter_rows() for c in row if c.value is not None}
        for sheet in load_workbook(book).worksheets
    }


@pytest.mark.parametrize("fixture", ["mazur", "xor", "graph", "large_batch", "commented"])
def test_every_cell_stays_where_it_is(fixture: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The copy has the same sheets in the same order, with the same contents in the same cells."""
    book = request.getfixturevalue(fixture)
    write_reduced(book, tmp_path / "reduced.xlsx")
    assert list(contents(book).items()) == list(contents(tmp_path / "reduced.xlsx").items())


@pytest.mark.parametrize("fixture", ["mazur", "xor", "graph"])
def test_defined_names_stay(fixture: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The copy has the same defined names."""
    book = request.getfixturevalue(fixture)
    write_reduced(book, tmp_path / "reduced.xlsx")
    expected, found = (
        {name: item.attr_text for name, item in load_workbook(path).defined_names.items()}
        for path in (book, tmp_path / "reduced.xlsx")
    )
    assert expected == found


def test_looks_and_comments_go(commented: Path, tmp_path: Path) -> None:
    """Nothing but cells, texts, names and one plain style is left in the package."""
    write_reduced(commented, tmp_path / "reduced.xlsx")
    with zipfile.ZipFile(tmp_path / "reduced.xlsx") as package:
        names = {name for name in package.namelist() if not name.startswith("xl/worksheets/sheet")}
    plumbing = {"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
    assert plumbing | {"xl/styles.xml", "xl/sharedStrings.xml"} == names | {"xl/sharedStrings.xml"}


def test_no_cell_refers_to_a_style(mazur: Path, tmp_path: Path) -> None:
    """Cells of the copy have no style number, as the styles are gone."""
    write_reduced(mazur, tmp_path / "reduced.xlsx")
    with zipfile.ZipFile(tmp_path / "reduced.xlsx") as package:
        sheets = [package.read(name) for name in package.namelist() if "worksheets/" in name]
    assert not any(b' s="' in xml for xml in sheets)


def test_ironcalc_refuses_the_comment_itself(commented: Path) -> None:
    """The reason for all this: the engine does not load a book with such a comment."""
    with pytest.raises(Exception, match="Zip Error"):
        ironcalc.load_from_xlsx(str(commented), "en", "UTC", "en")


def test_a_book_with_comments_is_verified(commented: Path) -> None:
    """Through the reduced copy a book with comments is recalculated and agrees."""
    [report] = verify(commented)
    expected = (True, 0)
    assert expected == (report.ok, report.unchecked)


def test_the_reduced_copy_is_worth_the_same(xor: Path, tmp_path: Path) -> None:
    """An engine gives the same values for the copy as for the book."""
    layout = contents_of("xor", 5).layout
    area = Area("Training", 1, layout.last_row, len(layout.columns))
    write_reduced(xor, tmp_path / "reduced.xlsx")
    expected, found = (IronCalc().values(path, [area]) for path in (xor, tmp_path / "reduced.xlsx"))
    assert expected == found


@pytest.mark.parametrize("title", ["A & B", 'say "x"', "a<b", "it's", "训练"])
def test_sheet_names_are_escaped(title: str, tmp_path: Path) -> None:
    """A sheet's name survives, whatever XML thinks of its characters."""
    workbook = Workbook()
    workbook.active.title = title
    workbook.active["A1"] = "=1+1"
    workbook.save(tmp_path / "book.xlsx")
    write_reduced(tmp_path / "book.xlsx", tmp_path / "reduced.xlsx")
    assert {title: {"A1": "=1+1"}} == contents(tmp_path / "reduced.xlsx")


def test_texts_stay(tmp_path: Path) -> None:
    """Shared texts and texts in cells stay texts."""
    workbook = Workbook()
    for row, text in enumerate(("plain", " spaces ", "a<b & c", "训练"), start=1):
        workbook.active.cell(row, 1, text)
    workbook.save(tmp_path / "book.xlsx")
    write_reduced(tmp_path / "book.xlsx", tmp_path / "reduced.xlsx")
    assert contents(tmp_path / "book.xlsx") == contents(tmp_path / "reduced.xlsx")


def cut(xml: str) -> str:
    """The first half."""
    return xml[: len(xml) // 2]


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/workbook.xml", cut),
        ("xl/_rels/workbook.xml.rels", cut),
        ("xl/_rels/workbook.xml.rels", lambda xml: xml.replace("sheet2.xml", "sheet99.xml")),
        ("xl/worksheets/sheet2.xml", lambda xml: xml.replace("sheetData", "other")),
    ],
)
def test_a_package_that_leads_nowhere_is_refused(
    part: str, change: Callable[[str], str], mazur: Path, tmp_path: Path
) -> None:
    """A package it can't follow raises one of the errors that the engine expects."""
    book = rewrite(mazur, tmp_path / "odd.xlsx", {part: change})
    with pytest.raises((KeyError, ParseError, ValueError)):
        write_reduced(book, tmp_path / "reduced.xlsx")
