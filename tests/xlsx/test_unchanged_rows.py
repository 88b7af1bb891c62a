"""Rows as xlbp writes them are known by their bytes; anything else is not."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from tests.books import TRAINING, expanded
from xlbp.expectation.inspection import inspect
from xlbp.pipeline import verify
from xlbp.workbook.reader import Opened
from xlbp.xlsx.unchanged_rows import rows_are_ours

pytestmark = pytest.mark.slow  # whole books, or many processes

START = 9  # the first iteration's row of mazur's book


@pytest.fixture(scope="module")
def sheet(mazur: Path) -> bytes:
    """The training sheet's XML."""
    with zipfile.ZipFile(mazur) as package:
        return package.read(TRAINING)


def ours(sheet: bytes, book: Path) -> bool:
    """Whether the rows of a sheet are those of a book of mazur."""
    block = inspect(book).shown.blocks[0]
    return rows_are_ours(io.BytesIO(sheet), block.first_row, len(block.expected), block.letters, block.later)


def test_rows_as_written_are_ours(sheet: bytes, mazur: Path) -> None:
    """The bytes of a new book are known; a changed value, or an error in its place, changes nothing."""
    assert ours(sheet, mazur)
    assert ours(re.sub(rb"<v>[0-9.e-]+</v>", b"<v>7</v>", sheet), mazur)
    assert ours(sheet.replace(b'<c r="C12" s=', b'<c r="C12" t="e" s=').replace(b' t="e" s="', b' s="'), mazur)


# what is replaced, by what, how often
FAULTS = {
    "a formula of the first row": (rb'(<c r="F10"[^>]*><f t="shared"[^>]*>)', rb"\g<1>0+"),
    "a value for a formula": (rb'(<c r="F12"[^>]*>)<f t="shared" si="\d+"/>', rb"\g<1>"),
    "another column's formula": (rb'(<c r="F12"[^>]*><f t="shared" si=")(\d+)', rb"\g<1>1\2"),
    "a formula of its own": (rb'(<c r="F12"[^>]*>)<f t="shared" si="\d+"/>', rb"\g<1><f>F11</f>"),
    "a cell twice": (rb'(<c r="F12".*?</c>)', rb"\1\1"),
    "a cell that is gone": (rb'<c r="F12".*?</c>', rb""),
    "a cell of another column": (rb'<c r="F12"', rb'<c r="G12"'),
    "a cell of another row": (rb'<c r="F12"', rb'<c r="F11"'),
    "another number of a row": (rb'<row r="12">', rb'<row r="13">'),
    "a hidden row": (rb'<row r="12">', rb'<row r="12" hidden="1">'),
    "a row twice": (rb'(<row r="12">.*?</row>)', rb"\1\1"),
    "a row that is gone": (rb'<row r="12">.*?</row>', rb""),
    "a row too many": (rb"</sheetData>", rb'<row r="99"><c r="F12"><v>1</v></c></row></sheetData>'),
    "a row before": (rb"<sheetData>", rb'<sheetData><row r="12"><c r="F12"><v>1</v></c></row>'),
    "a cell before": (rb"<sheetData>", rb'<sheetData><row r="1"><c r="F12"><v>1</v></c></row>'),
    "a comment around": (rb"<sheetData>", rb"<!-- <sheetData>"),
    "a comment after": (rb"</worksheet>", rb"--></worksheet>"),
    "two tables": (rb"<sheetData>", rb"<sheetData></sheetData><sheetData>"),
    "another encoding": (rb"^", rb'<?xml version="1.0" encoding="UTF-7"?>'),
    "a text in a value": (rb"(<c r=\"F12\"[^>]*>.*?<v>)[^<]*", rb"\g<1></v><v>"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_otherwise_is_not_known(fault: str, sheet: bytes, mazur: Path) -> None:
    """Whatever differs but a value sends the sheet to the reader that looks at each formula."""
    pattern, replacement = FAULTS[fault]
    changed, count = re.subn(pattern, replacement, sheet, count=1, flags=re.DOTALL)
    assert count == 1
    if fault == "a comment after":  # by itself no XML, and of no matter
        changed = changed.replace(b"-->", b"<!-- -->")
    assert not ours(changed, mazur)


# those of the faults that are a wrong formula, not only another shape
WRONG = ["a formula of the first row", "a value for a formula", "another column's formula", "a formula of its own"]


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_shared_formula_is_found(fault: str, mazur: Path, tmp_path: Path) -> None:
    """A fault planted in the XML of a shared formula is reported, with its cell."""
    pattern, replacement = FAULTS[fault]
    book = tmp_path / "fault.xlsx"
    with zipfile.ZipFile(mazur) as source, zipfile.ZipFile(book, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, re.sub(pattern, replacement, data, count=1) if name == TRAINING else data)
    [report] = verify(book)
    assert not report.ok
    assert [m.cell for m in report.formulas_changed if m.cell in ("Training!F10", "Training!F12")]


def test_formulas_written_out_are_read_one_by_one(sheet: bytes, mazur: Path, tmp_path: Path) -> None:
    """A program that shares no formulas changes the bytes, and the book verifies all the same."""
    book = tmp_path / "expanded.xlsx"
    with zipfile.ZipFile(mazur) as source, zipfile.ZipFile(book, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, expanded(data.decode()).encode() if name == TRAINING else data)
    assert not ours(expanded(sheet.decode()).encode(), mazur)
    [report] = verify(book)
    assert (report.ok, report.unchecked) == (True, 0)


def test_a_book_of_ours_takes_the_short_way(mazur: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a new book's training sheet only the first iteration is read cell by cell."""
    asked: list[tuple[int, int]] = []
    read = Opened.rows

    def rows(self: Opened, sheet: str, first: int, last: int, columns: int) -> list[list[object]]:
        if sheet == "Training" and first >= START:
            asked.append((first, last))
        return read(self, sheet, first, last, columns)

    monkeypatch.setattr(Opened, "rows", rows)
    inspect(mazur)
    assert set(asked) == {(START, START)}
