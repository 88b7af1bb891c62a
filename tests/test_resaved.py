"""What other programs make of a book when they save it is the same book."""

from __future__ import annotations

import re
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest

from tests.conftest import MakeBook
from xlbp.pipeline import generate, verify
from xlbp.recalc.libreoffice import recalculated_copy

pytestmark = pytest.mark.slow

TEMPLATES = ("chain-rule-1", "noisy-sine")  # one parameter only; a data sheet with scaled columns
NUMERAL = re.compile(r"(?<![A-Za-z0-9_$.])(\d+\.?\d*(?:[Ee][+-]?\d+)?)(?![A-Za-z0-9_.(!])")


@pytest.mark.office
@pytest.mark.parametrize("template", TEMPLATES)
def test_saved_by_libreoffice(template: str, make_book: MakeBook, tmp_path: Path) -> None:
    """A book that LibreOffice saved verifies, by an engine and by the values it saved."""
    reports = verify(recalculated_copy("soffice", make_book(template, 4), tmp_path), None)
    assert [(report.engine, report.ok) for report in reports] == [("ironcalc", True), ("saved", True)]


@pytest.mark.office
@pytest.mark.parametrize("template", TEMPLATES)
def test_saved_by_gnumeric(template: str, make_book: MakeBook, tmp_path: Path) -> None:
    """A book that Gnumeric saved verifies; it writes a range of one cell as the cell, so that books have none."""
    saved = tmp_path / "saved.xlsx"
    command = ["ssconvert", "--recalc", "--export-type=Gnumeric_Excel:xlsx", str(make_book(template, 4)), str(saved)]
    subprocess.run(command, check=True, capture_output=True)
    assert [(report.engine, report.ok) for report in verify(saved, None)] == [("ironcalc", True), ("saved", True)]


@pytest.mark.parametrize("template", ["iris", "noisy-sine", "chain-rule-1", "mazur"])
def test_what_programs_rewrite_is_not_in_a_book(template: str, make_book: MakeBook) -> None:
    """No formula has a number of more than 15 digits, which LibreOffice cuts, nor a range of one cell."""
    with zipfile.ZipFile(make_book(template, 4)) as package:
        sheets = [package.read(name).decode("utf-8") for name in package.namelist() if "worksheets/sheet" in name]
    formulas = [re.sub('"[^"]*"', "", text) for xml in sheets for text in re.findall("<f>([^<]*)</f>", xml)]
    numbers = {number for formula in formulas for number in NUMERAL.findall(formula)}
    assert numbers
    assert {number for number in numbers if float(f"{float(number):.15g}") != float(number)} == set()
    assert [formula for formula in formulas if re.search(r"(\$?[A-Z]{1,3}\$?\d+):\1(?!\d)", formula)] == []


def test_a_book_needs_no_zip64(make_book: MakeBook) -> None:
    """No part of a book is written in the form for more than 4 GB, which SheetJS and formualizer can't read."""
    data = make_book("mazur", 4).read_bytes()
    with zipfile.ZipFile(make_book("mazur", 4)) as package:
        versions = {entry.extract_version for entry in package.infolist()}
        headers = [data[entry.header_offset + 4] for entry in package.infolist()]
    assert (versions, set(headers)) == ({20}, {20})


def test_a_large_book_needs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a sheet may grow beyond what the plain form holds, it is written in the other, and verifies."""
    monkeypatch.setattr("xlbp.workbook.package.MOST_PLAIN", 10_000)
    made = generate("mazur", tmp_path / "m.xlsx", ("training.iterations=20",), "en")
    with zipfile.ZipFile(made.path) as package:
        assert 45 in {entry.extract_version for entry in package.infolist()}


def test_nothing_is_written_beside_the_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Openpyxl keeps its sheets in memory: a temporary folder that does not exist is none of its business."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert generate("mazur", tmp_path / "m.xlsx", ("training.iterations=3",), "en", check_it=False).path.exists()
