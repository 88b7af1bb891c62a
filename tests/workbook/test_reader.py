"""Reading a book of ours back."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.books import TRAINING, contents_of, edit, put, rewrite
from tests.fuzzing import packed, read_parts
from xlbp.errors import UnreadableError
from xlbp.expectation.inspection import inspect
from xlbp.model.compile import compile_template
from xlbp.pipeline import verify
from xlbp.workbook.package import EXERCISE_VERSION, write_hidden
from xlbp.workbook.reader import count_formulas, open_book
from xlbp.workbook.restore import restore_book

pytestmark = pytest.mark.slow  # whole books, or many processes

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def hidden_cell(address: str, content: object) -> Callable[[Workbook], object]:
    """A change of one cell of the hidden sheet."""

    def change(workbook: Workbook) -> None:
        workbook["_xlbp"][address].value = content

    return change


def new_record(**changes: object) -> Callable[[Workbook], object]:
    """A hidden sheet whose record lacks, or has other, entries."""

    def change(workbook: Workbook) -> None:
        del workbook["_xlbp"]
        record = {"name": "mazur", "template": "", "overrides": [], "language": "en", "layout": {}} | changes
        write_hidden(workbook, {key: value for key, value in record.items() if value is not None})

    return change


DAMAGED: dict[str, tuple[Callable[[Workbook], object], str]] = {
    "newer format": (hidden_cell("B1", EXERCISE_VERSION + 1), "made by a newer xlbp .*upgrade xlbp"),
    "no format": (hidden_cell("B1", None), "the sheet '_xlbp' is damaged"),
    "no title": (hidden_cell("A1", "other"), "the sheet '_xlbp' is damaged"),
    "no marks": (hidden_cell("A2", "{}"), "the sheet '_xlbp' is damaged"),
    "a number": (hidden_cell("A2", 3), "the sheet '_xlbp' is damaged"),
    "no json": (hidden_cell("A2", '|{"name":|'), "the sheet '_xlbp' is damaged"),
    "no table": (hidden_cell("A2", "|[1]|"), "the sheet '_xlbp' is damaged"),
    "cleared": (lambda book: book["_xlbp"].delete_rows(1, 5), "the sheet '_xlbp' is damaged"),
    "no hidden sheet": (lambda book: book.remove(book["_xlbp"]), "no workbook of xlbp"),
    "no template": (new_record(template=None), "record is damaged"),
    "empty template": (new_record(), "record is damaged"),
    "template in error": (new_record(template="[network]\nlos = 3"), "record is damaged"),
    "unknown language": (new_record(language="xx"), "record is damaged"),
    "no overrides": (new_record(overrides=3), "record is damaged"),
    "training deleted": (
        lambda book: book.remove(book["Training"]),
        "'Training' is missing; it was deleted or renamed",
    ),
    "training renamed": (lambda book: setattr(book["Training"], "title", "Mine"), "'Training' is missing"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_book_is_refused_in_one_line(kind: str, tmp_path: Path, mazur: Path) -> None:
    """A book whose record or sheet is gone is refused with one line that says which."""
    change, words = DAMAGED[kind]
    book = edit(mazur, tmp_path / "damaged.xlsx", change)
    with pytest.raises(UnreadableError, match=words) as caught:
        verify(book)
    expected = (1, True)
    assert expected == (len(str(caught.value).splitlines()), "damaged.xlsx" in str(caught.value))


def test_a_layout_of_another_template_is_refused(tmp_path: Path, mazur: Path, xor: Path) -> None:
    """A record whose layout does not fit its template is damaged."""
    with open_book(mazur) as opened, open_book(xor) as other:
        record = opened.stamp | {"layout": other.stamp["layout"]}
    book = edit(mazur, tmp_path / "mixed.xlsx", new_record(**record))
    with pytest.raises(UnreadableError, match="its layout is not that of its template"):
        verify(book)


def test_a_workbook_of_someone_else_is_refused(tmp_path: Path) -> None:
    """A sound workbook that xlbp did not make is named so."""
    path = tmp_path / "other.xlsx"
    Workbook().save(path)
    with pytest.raises(UnreadableError, match="no workbook of xlbp"), open_book(path):
        pass


def test_broken_xml_is_refused_in_one_line(tmp_path: Path, mazur: Path) -> None:
    """A package with sound checksums and broken XML is unreadable."""
    book = rewrite(mazur, tmp_path / "broken.xlsx", {"xl/workbook.xml": lambda xml: xml[:-20]})
    with pytest.raises(UnreadableError, match="the workbook can't be read") as caught:
        verify(book)
    assert len(str(caught.value).splitlines()) == 1


def test_a_broken_sheet_is_refused_in_one_line(tmp_path: Path, mazur: Path) -> None:
    """Broken XML in the training sheet, which is read late, is unreadable too."""
    book = rewrite(mazur, tmp_path / "broken.xlsx", {TRAINING: lambda xml: xml[: len(xml) // 2]})
    with pytest.raises(UnreadableError) as caught:
        verify(book)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_a_part_in_another_encoding_than_it_says(part: str, encoding: str, tmp_path: Path, mazur: Path) -> None:
    """A part that one parser reads and another does not is unreadable, in one line, and no fault of ours."""
    parts = read_parts(mazur)
    text = HEAD + re.sub(r"^<\?xml.*?\?>", "", parts[part].decode())
    (tmp_path / "x.xlsx").write_bytes(packed({**parts, part: text.encode(encoding)}))
    with pytest.raises(UnreadableError, match="can't be read") as caught:
        inspect(tmp_path / "x.xlsx")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(("fixture", "name"), [("mazur", "mazur"), ("xor", "xor"), ("graph", "into-backprop")])
def test_a_book_gives_its_template_back(fixture: str, name: str, request: pytest.FixtureRequest) -> None:
    """The template and its language are read from the book alone."""
    with open_book(request.getfixturevalue(fixture)) as opened:
        contents = restore_book(opened, compile_template).first
    assert (contents_of(name, contents.layout.iterations).template, "en") == (
        contents.template,
        contents.texts.language,
    )


@pytest.mark.parametrize("fixture", ["mazur", "xor", "graph", "large_batch"])
def test_formula_cells_are_counted(fixture: str, request: pytest.FixtureRequest) -> None:
    """The count is that of all cells, on all sheets, that hold a formula."""
    book = request.getfixturevalue(fixture)
    sheets = load_workbook(book).worksheets
    expected = sum(cell.data_type == "f" for sheet in sheets for row in sheet.iter_rows() for cell in row)
    assert expected > 0
    assert expected == count_formulas(book)


@pytest.mark.parametrize("tag", [b"<f>", b"<f/>", b'<f t="shared" si="0"/>'])
@pytest.mark.parametrize("before", range(-6, 2))
def test_a_formula_between_two_pieces_is_counted_once(tmp_path: Path, tag: bytes, before: int) -> None:
    """A tag that straddles the pieces in which a part is read is counted, and once."""
    path = tmp_path / "long.xlsx"
    padding = b" " * ((1 << 20) + before)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", padding + tag + b" <font/> <family> " + padding + tag)
    assert count_formulas(path) == 2


def test_foreign_formulas_are_reported_as_unchecked(tmp_path: Path, mazur: Path) -> None:
    """A formula that a person added beside the table is counted as unchecked, and the book still agrees."""
    book = put(mazur, tmp_path / "more.xlsx", "C60", "=SUM(B9:B24)")
    [report] = verify(book)
    expected = (True, 1)
    assert expected == (report.ok, report.unchecked)


def test_inserted_rows_do_not_pass(tmp_path: Path, mazur: Path) -> None:
    """A row inserted above the table moves every cell, and the book no longer agrees."""
    book = edit(mazur, tmp_path / "moved.xlsx", lambda workbook: workbook["Training"].insert_rows(9))
    [report] = verify(book)
    assert not report.ok
