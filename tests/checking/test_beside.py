"""A book with a person's numbers beside the truth: what it shows, and that it verifies, changed inputs and all."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

from tests.books import put
from tests.checking.students import Log, mazur
from tests.package_lints.lints import LINTS
from tests.package_lints.package import Package
from xlbp.errors import WriteError
from xlbp.lang import LANGUAGES, load_texts
from xlbp.pipeline import check, verify
from xlbp.workbook.layout.mine import OwnColumn, OwnMistake, OwnNumbers, read_own_numbers

pytestmark = pytest.mark.slow  # whole books


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mazur's network without the outer slope, with a NaN."""
    path = tmp_path_factory.mktemp("beside") / "mine.xlsx"
    check("mazur", broken(), ("training.iterations=4",), into=path, language="en")
    return path


def broken() -> Log:
    """A wrong program's log."""
    log = mazur(4, "no outer slope")
    log["loss"][3] = math.nan
    return log


def rows_of(path: Path) -> list[list[Any]]:
    """What a reader sees on the sheet, row by row."""
    sheet = load_workbook(path, data_only=True)["My numbers"]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_it_verifies_with_all_formulas(book: Path) -> None:
    """The book's own record gives every formula and value of the sheet back."""
    [report] = verify(book, ["ironcalc"])
    assert (report.ok, report.unchecked) == (True, 0)


def test_a_changed_input_moves_the_truth(book: Path, tmp_path: Path) -> None:
    """The truth is live: with another input, other numbers depart, and the book verifies still."""
    changed = tmp_path / "changed.xlsx"
    put(book, changed, "B3", 0.06)
    [report] = verify(changed, ["ironcalc"])
    assert report.ok, report.mismatches[:3]


def test_yours_the_truth_and_the_difference(book: Path) -> None:
    """The first departure comes first, with three columns and a mark; its count stands above."""
    rows = rows_of(book)
    heading = next(n for n, row in enumerate(rows) if row[2] == "∂E_total/∂w5")
    departing, table = rows[heading + 1], rows[heading + 5 : heading + 10]
    assert departing[4] == 5
    for t, row in enumerate(table):
        own, truth, difference, mark = row[2:6]
        assert (row[1], mark) == (t, "≠")
        assert own == pytest.approx(broken()["dW2"][t, 0, 0])
        assert difference == pytest.approx(own - truth)


def test_the_summary_leads_to_the_cells(book: Path) -> None:
    """How many depart, the first of them and the mistake, each a way to its number."""
    sheet = load_workbook(book)["My numbers"]
    rows = rows_of(book)
    departing = check("mazur", broken(), ("training.iterations=4",)).departing
    assert rows[3][1:3] == ["numbers that depart", departing]
    assert rows[4][1:3] == ["first departure", "∂E_total/∂w5, iteration 0"]
    assert rows[5][1] == "probable mistake"
    assert "derivative of the activation is missing" in rows[5][2]
    for row in (5, 6):
        place = sheet.cell(row, 3).hyperlink.location
        assert place.startswith("'My numbers'!C")


def test_an_error_is_marked(book: Path) -> None:
    """NaN beside a number stands as #NUM!, without a difference, and departs."""
    rows = rows_of(book)
    heading = next(n for n, row in enumerate(rows) if "E_total" in row)
    place = rows[heading].index("E_total")
    assert rows[heading + 8][place : place + 4] == ["#NUM!", pytest.approx(0.277, abs=0.01), None, "≠"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_every_language(language: str, tmp_path: Path) -> None:
    """The sheet has its title in each, the book is verified before it is kept, and no lint finds a fault in it."""
    path = tmp_path / "mine.xlsx"
    log = {"f": [1.0, np.nan], "df/da": [7.0, 6.5]}
    checked = check("into-backprop", log, ("training.iterations=2",), into=path, language=language)
    assert checked.book == path
    assert load_texts(language)("sheet.my_numbers") in load_workbook(path, read_only=True).sheetnames
    package = Package.read(path)
    assert [(name, fault) for name, lint in LINTS.items() for fault in lint(package)] == []


def test_an_existing_book_is_kept(book: Path) -> None:
    """Unless it is to be replaced."""
    with pytest.raises(WriteError):
        check("mazur", broken(), into=book)


@pytest.mark.parametrize("numbers", ["one", "many"])
def test_the_record_reads_back(numbers: str) -> None:
    """All of it, errors and gaps too."""
    columns = (OwnColumn("E", (0.1, None, 2.0), 1e-9, 1e-15), OwnColumn("W1[1,1]", (0.3,), 1e-5, 0.0))
    mistakes = (OwnMistake("no_slope", "f'2[1]", 3, "E", 1),)
    own = OwnNumbers(columns, 2, ("E", 0), mistakes) if numbers == "many" else OwnNumbers(columns)
    assert read_own_numbers(own.to_data()) == own
    [column] = read_own_numbers(OwnNumbers((OwnColumn("E", (math.nan,), 0.0, 0.0),)).to_data()).columns
    assert np.isnan(column.values[0])  # type: ignore[arg-type]
