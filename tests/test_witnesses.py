"""Engines by others recalculate a book from its formulas alone, and agree with NumPy, in any country."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from tests.books import FORGED, put
from tests.conftest import MakeBook
from tests.readers import by_openpyxl
from tests.witnesses.differences import known_of, needed, unexplained
from tests.witnesses.engines import WITNESSES, Formulon, contents_for_hyperformula, verified_by
from tests.witnesses.node import PACKAGES, require_node
from xlbp.verification.compare import Mismatch, Report
from xlbp.xlsx.areas import Area, CellError

pytestmark = [pytest.mark.slow, pytest.mark.office, pytest.mark.whole_pictures]  # thousands of cells of each book

BOOKS = {"mazur": 3, "xor": 2, "fastai-line-adam": 3}  # a network, a batch, samples on a sheet of their own with Adam
QUICK = ("betteroffice", "cellrune", "hyperformula")  # Formulon is slow to start, and has tests of its own
LOCALES = ("de_DE", "fr_FR", "es_ES", "zh_CN", "zh_TW")
SAVED_VALUE = re.compile(r"(</f>|<f\b[^>]*/>)<v>[^<#][^<]*</v>")  # errors stay


@pytest.fixture(autouse=True)
def node_programs() -> None:
    """HyperFormula must be there where a whole run is asked for; elsewhere one may do without."""
    require_node()


def with_false_values(book: Path, target: Path) -> Path:
    """A copy in which every formula cell has a false value saved, and shared formulas are shared as they were."""
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for part in source.namelist():
            content = source.read(part)
            if part.startswith("xl/worksheets/sheet"):
                content = SAVED_VALUE.sub(rf"\1<v>{FORGED}</v>", content.decode("utf-8")).encode("utf-8")
            copy.writestr(part, content)
    return target


@pytest.mark.parametrize("witness", QUICK)
def test_a_witness_agrees_with_numpy_in_every_cell(witness: str, make_book: MakeBook, tmp_path: Path) -> None:
    """No formula cell differs but for a reason that is written down, whatever value was saved in it.

    Every reason that is written down is needed.
    """
    reports = []
    for template, iterations in BOOKS.items():
        book = make_book(template, iterations)
        report = verified_by(witness, with_false_values(book, tmp_path / book.name))
        assert report.formulas_changed == []
        assert unexplained(report) == []
        assert report.unchecked == 0
        assert report.checked > 2000
        assert report.identical / report.checked > 0.95
        reports.append(report)
    assert max(report.max_rel for report in reports) < 1e-8  # of a small central difference, which loses digits
    assert needed(witness, reports) == known_of(witness)


@pytest.mark.parametrize("witness", QUICK)
def test_a_witness_finds_another_formula(witness: str, make_book: MakeBook, tmp_path: Path) -> None:
    """A book in which one formula of the training is another one is not what NumPy says, and no reason explains it."""
    book = put(make_book("into-backprop", 3), tmp_path / "damaged.xlsx", "E10", "=B10-C10")
    wrong = {mismatch.cell for mismatch in unexplained(verified_by(witness, book))}
    assert "Training!E10" in wrong
    assert {"Training!L10", "Training!D11"} <= wrong  # and what depends on it


def texts(values: dict[str, dict[tuple[int, int], object]]) -> dict[tuple[str, int, int], str]:
    """The texts among the values of all sheets, with a point where a locale has a comma."""
    return {
        (sheet, row, column): value.replace(",", ".")
        for sheet, cells in values.items()
        for (row, column), value in cells.items()
        if isinstance(value, str) and not isinstance(value, CellError)
    }


def test_a_book_says_the_same_in_every_country(make_book: MakeBook) -> None:
    """Excel of another country shows the same texts but for the sign before the decimals, and no text is lost."""
    book = make_book("into-backprop", 3, "training.learning_rate=1e-7")
    by_sheet: dict[str, dict[tuple[int, int], object]] = {}
    for (sheet, row, column), value in by_openpyxl(book).items():
        by_sheet.setdefault(sheet, {})[row, column] = value
    saved = texts(by_sheet)
    assert sum("E-" in text for text in saved.values()) >= 5  # numbers so small that they need an exponent
    for locale in LOCALES:
        shown = texts(Formulon(locale).recalculated(book))
        assert {place: shown.get(place) for place in saved} == saved, locale


def test_excel_in_a_country_reads_formats_as_formulon_does(tmp_path: Path, make_book: MakeBook) -> None:
    """A format with a point in it is garbled where the point parts thousands, so the witness can tell such a book."""
    book = put(make_book("into-backprop", 3), tmp_path / "format.xlsx", "H2", '=TEXT(0.05,"0.00E+00")')
    [english], [german] = (
        Formulon(locale).values(book, [Area("Training", 2, 2, 8)])[0] for locale in ("en_US", "de_DE")
    )
    assert (english[7], german[7]) == ("5.00E-02", "500E-04")


def test_formulon_agrees_with_numpy_in_every_cell(make_book: MakeBook, tmp_path: Path) -> None:
    """So does the engine that is held against Excel itself, whatever value was saved."""
    book = make_book("into-backprop", 3)
    report = verified_by("formulon", with_false_values(book, tmp_path / "false.xlsx"))
    assert (report.formulas_changed, report.mismatches, report.unchecked) == ([], [], 0)
    assert report.checked > 1000


def test_hyperformula_gets_formulas_in_its_own_spelling(make_book: MakeBook) -> None:
    """It gets names that look like no cell, a small e before exponents, and texts as texts; never a saved value."""
    contents = contents_for_hyperformula(make_book("fastai-line-adam", 3))
    formulas = [
        content for rows in contents["sheets"].values() for row in rows for content in row if isinstance(content, str)
    ]
    assert {"beta1_", "eta_"} <= set(contents["names"])
    assert any("beta1_*" in formula for formula in formulas)
    assert not any(re.search(r"\dE[-+]?\d", text) for text in formulas if text.startswith("=") and '"' not in text)
    assert all(text[:1] in ("=", "'") for text in formulas)


def a_report(*wrong: tuple[str, object, object, str]) -> Report:
    """A report of HyperFormula: cells, what is expected, what it computed, and the formula."""
    mismatches = [Mismatch(cell, cell, None, expected, computed, text) for cell, expected, computed, text in wrong]
    return Report("book.xlsx", "hyperformula", mismatches=mismatches)


def test_a_cell_is_explained_by_its_reason_or_by_what_it_reads() -> None:
    """A reason explains cells of its kind and those that read one, alone or in a range; no other text and no number."""
    text = ("Step by step!G8", "= (−0.0500) · x1", "= (#NUM!) · x1", '="= ("&FIXED(E8,4,1)&") · x1"')
    row = ("Proof!J9", "=", "#VALUE!", '=IF(SUMPRODUCT(Data!$B$8:$B$9,ROW(Data!$B$8:$B$9))=I9,"=","≠")')
    readers = [
        ("Proof!C4", 0.0, "#VALUE!", '=SUMPRODUCT((J8:J12="≠")*1)'),
        ("Start!B6", "fine", "damaged", '=IF(Proof!$C$4=0,"fine","damaged")'),
    ]
    others = [
        ("Step by step!G9", "= 0.0500 · x1", "= #NUM! · x2", '="= "&FIXED(E9,4,1)&" · x1"'),
        ("Training!C4", 1.5, 2.5, "=D4+1"),
        ("Training!J9", 1.5, 2.5, "=SUM(J10:J12)"),  # another sheet's J9 is explained
        ("Step by step!E9", 0.0, 1.0, "=Training!J9"),
    ]
    assert unexplained(a_report(text, row, *readers)) == []
    assert [wrong.cell for wrong in unexplained(a_report(text, row, *readers, *others))] == [c for c, *_ in others]
    assert [wrong.cell for wrong in unexplained(a_report(*readers))] == ["Proof!C4", "Start!B6"]
    assert {known.reason for known in needed("hyperformula", [a_report(text)])} == {"there is no FIXED"}


def test_make_office_installs_what_runs_on_node() -> None:
    """The packages that a whole run must have are those that `make office` installs, each with its version."""
    script = (Path(__file__).parent.parent / "tools" / "office.sh").read_text("utf-8")
    [listed] = re.findall(r'npm_packages="(.*)"', script)
    assert [package.rpartition("@")[0] for package in listed.split()] == list(PACKAGES)


def test_every_witness_is_known_by_its_name() -> None:
    """Each is asked for under the name that its reports and its known differences have."""
    assert [record.make().name for record in WITNESSES.values()] == list(WITNESSES)
    assert all(len(known_of(name)) == len({known.reason for known in known_of(name)}) for name in WITNESSES)
