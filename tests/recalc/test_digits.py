"""All digits of LibreOffice's numbers, from what it saves of each and what a helper tells of the rest."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from tests.books import put
from xlbp.pipeline import generate, verify
from xlbp.recalc.digits import LibreOfficeExact, join, write_with_helpers
from xlbp.recalc.ironcalc import IronCalc
from xlbp.recalc.libreoffice import LibreOffice
from xlbp.xlsx.areas import Area, CellError

pytestmark = pytest.mark.slow  # whole books, or many processes


def saved(number: float) -> float:
    """What is left of a number in a file with 15 digits."""
    return float(f"{number:.15g}")


def lower(x: float) -> float:
    """What a helper shows: x less its upper 26 bits."""
    p = x * (2**27 + 1)
    return x - (p - (p - x))


@given(st.floats(1e-280, 1e298) | st.floats(-1e298, -1e-280) | st.just(0.0) | st.floats(-1e9, 1e9).map(saved))
def test_two_times_fifteen_digits_are_all(x: float) -> None:
    """Every double comes back to the last bit from two numbers of 15 digits."""
    assert join([[saved(x)]], [[saved(lower(x))]]) == [[x]]


def test_fifteen_digits_are_not_all() -> None:
    """Without the helper the last bits are lost; the property above would see it."""
    assert saved(0.1 + 0.2) != 0.1 + 0.2


def test_what_has_no_rest_stays() -> None:
    """Texts, errors, blanks, and numbers whose helper failed are as they were."""
    row = ["text", CellError("#NUM!"), None, True, 1e305, 0.5]
    assert join([list(row)], [[CellError("#VALUE!"), CellError("#NUM!"), 0.0, 0.0, CellError("#NUM!"), None]]) == [row]


CONTENTS = ("=1/3", "=2/3*1E+300", "=EXP(1)*1E-300", "=LN(0)", '="1/3"', 0.1, "=1/3=1/3")


def odd_book(path: Path) -> Path:
    """A book of thirds, with an error and a text, on sheets with awkward names."""
    book = Workbook()
    book.remove(book.active)
    for title in ("It's <a> & b", "digits 1", "训练"):
        sheet = book.create_sheet(title)
        for row, content in enumerate(CONTENTS, 1):
            sheet.cell(row, 1, content)
    book.save(path)
    return path


AREAS = [Area(title, 1, 7, 1) for title in ("It's <a> & b", "digits 1", "训练")]


def test_the_copy_has_a_helper_for_each_formula(tmp_path: Path) -> None:
    """New sheets hold the helpers in the places of the formulas; their titles are nobody's; the rest is as it was."""
    book = odd_book(tmp_path / "odd.xlsx")
    helpers = write_with_helpers(book, tmp_path / "copy.xlsx")
    assert helpers == {"It's <a> & b": "digits 1_", "digits 1": "digits 2", "训练": "digits 3"}
    copy = load_workbook(tmp_path / "copy.xlsx")
    assert copy.sheetnames == [*load_workbook(book).sheetnames, *helpers.values()]
    cells = {cell.coordinate for row in copy["digits 1_"].iter_rows() for cell in row if cell.value is not None}
    assert cells == {"A1", "A2", "A3", "A4", "A5", "A7"}
    assert "'It''s <a> & b'!A1*134217729" in copy["digits 1_"]["A1"].value
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(tmp_path / "copy.xlsx") as after:
        assert set(before.namelist()) < set(after.namelist())
        assert before.read("xl/worksheets/sheet1.xml") == after.read("xl/worksheets/sheet1.xml")


def prefixed(book: Path, target: Path) -> Path:
    """The same book with a prefix before every tag, as the Open XML SDK writes them."""
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            part = source.read(name)
            if name.endswith((".xml", ".rels")):
                part = re.sub(rb"<(/?)(?![?\w]+:)(\w)", rb"<\1x:\2", part).replace(b"xmlns=", b"xmlns:x=")
            out.writestr(name, part)
    return target


def test_a_prefix_before_the_tags_hides_no_formula(tmp_path: Path) -> None:
    """Other programs write x:sheets and x:c: the copy has the same helpers, each in its row."""
    book = odd_book(tmp_path / "odd.xlsx")
    for place, name in ((book, "plain"), (prefixed(book, tmp_path / "prefixed.xlsx"), "copy")):
        write_with_helpers(place, tmp_path / f"{name}.xlsx")
    plain, copy = (load_workbook(tmp_path / f"{name}.xlsx") for name in ("plain", "copy"))
    assert copy.sheetnames == plain.sheetnames
    for title in ("digits 1_", "digits 2", "digits 3"):
        assert list(copy[title].values) == list(plain[title].values)
        assert copy[title].max_row == 7


@pytest.mark.office
def test_every_bit_of_a_book_with_prefixes(tmp_path: Path) -> None:
    """LibreOffice reads it, and its numbers come to the last bit."""
    book = prefixed(odd_book(tmp_path / "odd.xlsx"), tmp_path / "prefixed.xlsx")
    assert [grid[0] for grid in LibreOfficeExact().values(book, AREAS)] == [[1 / 3]] * 3


@pytest.mark.office
def test_every_bit_of_odd_sheets(tmp_path: Path) -> None:
    """Numbers large and small come to the last bit; errors and texts as LibreOffice gives them."""
    book = odd_book(tmp_path / "odd.xlsx")
    grids, short = LibreOfficeExact().values(book, AREAS), LibreOffice().values(book, AREAS)
    expected = IronCalc().values(book, AREAS)
    for grid, rounded, wanted in zip(grids, short, expected, strict=True):
        assert [row for n, row in enumerate(grid) if n != 3] == [row for n, row in enumerate(wanted) if n != 3]
        assert type(grid[3][0]) is CellError
        assert rounded[0] == [0.333333333333333] != grid[0]


@pytest.mark.office
def test_a_training_agrees_to_the_last_bit(tmp_path: Path) -> None:
    """Every cell of the rows is identical; on Proof, SUM of a column is more exact than adding one by one."""
    book = generate("mazur", tmp_path / "mazur.xlsx", ("training.iterations=300",), check_it=False).path
    [exact], [short] = verify(book, ("libreoffice-exact",)), verify(book, ("libreoffice",))
    assert exact.ok
    assert exact.checked - exact.identical < 200
    assert exact.identical > 2 * short.identical
    assert exact.max_ulp < 100


@pytest.mark.office
def test_the_last_bit_is_seen(tmp_path: Path) -> None:
    """A formula that changes one bit of one number is one cell that is not identical."""
    book = generate("mazur", tmp_path / "mazur.xlsx", ("training.iterations=2",), check_it=False).path
    [before] = verify(book, ("libreoffice-exact",))
    rows = load_workbook(book)["Training"].iter_rows()
    cell = next(cell for row in rows for cell in row if str(cell.value).startswith("=SQRT"))
    moved = put(book, tmp_path / "moved.xlsx", cell.coordinate, f"{cell.value}*(1+2^-52)")
    [after] = verify(moved, ("libreoffice-exact",))
    assert [changed.cell for changed in after.formulas_changed] == [f"Training!{cell.coordinate}"]
    assert after.mismatches == []
    assert after.identical < before.identical
