"""The audit of a forward pass: silent on right books of any layout, and one finding for each slip."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from tests.auditing.forward.books import BOOKS, Page, Slip, page_of
from tests.auditing.forward.peculiar_books import PECULIAR
from tests.auditing.forward.turned import turned
from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.explanations import explained
from xlbp.auditing.findings import Finding
from xlbp.auditing.forward.run import audit_forward
from xlbp.auditing.reading.contents import read
from xlbp.lang import LANGUAGES


def findings_of(path: Path) -> list[Finding]:
    """What the forward audit says of a book."""
    return audit_forward(Cells(read(path))).findings


def plain(finding: Finding) -> str:
    """A finding's first cell without its sheet."""
    return finding.place.rpartition("!")[2]


def book_of(path: Path, cells: dict[str, object]) -> Path:
    """A book of these cells."""
    book = Workbook()
    for cell, content in cells.items():
        book.active[cell] = content
    book.save(path)
    return path


@pytest.mark.parametrize("name", BOOKS)
def test_a_right_book_is_passed_over_in_silence(name: str, tmp_path: Path) -> None:
    """Of other sizes and in Chinese, too."""
    for seed in (11, 14):
        assert findings_of(page_of(name, seed).save(tmp_path / "book.xlsx")) == []


@pytest.mark.parametrize("name", PECULIAR)
def test_what_differs_with_good_reason_is_no_finding(name: str, tmp_path: Path) -> None:
    """First steps, masks, gates, tokens, subtotals, borders: the law is broken and nothing is wrong."""
    for seed in range(2):
        page = Page(random.Random(f"{name} {seed}"))
        PECULIAR[name](page)
        assert findings_of(page.save(tmp_path / "book.xlsx")) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", BOOKS)
def test_every_slip_is_one_finding_with_its_cell_and_its_name(name: str, tmp_path: Path) -> None:
    """And nothing is said besides."""
    page = page_of(name, 0)
    for slip in page.slips:
        said = findings_of(page.save(tmp_path / "book.xlsx", slip))
        assert [finding.kind for finding in said][1:] == [], slip.name
        assert plain(said[0]) in slip.cells, slip.name
        assert said[0].kind in {kind.audited for kind in slip.kinds}, slip.name


ON_THEIR_SIDE = sorted({*BOOKS} - {"dense_arrays", "lstm_arrays"})


@pytest.mark.slow
@pytest.mark.parametrize("name", ON_THEIR_SIDE)
def test_rows_and_columns_are_alike(name: str, tmp_path: Path) -> None:
    """A book on its side is right or wrong as the book is, and its slip is found, but for one by its band's heading."""
    page = page_of(name, 1)
    page.cells = turned(page.cells)
    assert findings_of(page.save(tmp_path / "right.xlsx")) == []
    for slip in page.slips:
        if slip.name == "n - 1 everywhere":
            continue  # told by a heading above the whole band, which is looked for above and not at the side
        on_its_side = Slip(slip.name, turned(slip.cells), slip.kinds)
        assert len(findings_of(page.save(tmp_path / "wrong.xlsx", on_its_side))) == 1, slip.name


def test_what_should_stand_is_a_formula_in_the_sheets_own_form(tmp_path: Path) -> None:
    """With the neighbours' ``$``, so that it can be typed as it is."""
    page = page_of("dense_filled", 0)
    slip = next(slip for slip in page.slips if slip.name == "another weight")
    (finding,) = findings_of(page.save(tmp_path / "book.xlsx", slip))
    assert finding.expected == page.cells[plain(finding)]
    assert finding.max_rel > 0


def test_a_softplus_with_log_is_told_in_every_cell(tmp_path: Path) -> None:
    """Though all its cells agree: no softplus is meant to base 10."""
    cells = {f"A{r}": r / 10 for r in range(1, 5)} | {f"B{r}": f"=LOG(1+EXP(A{r}))" for r in range(1, 5)}
    (finding,) = findings_of(book_of(tmp_path / "book.xlsx", cells))
    assert (finding.kind, len(finding.cells), finding.expected) == (kinds.LOGARITHM, 4, "=LN(1+EXP(A1))")


def test_a_binary_cross_entropy_with_log_is_told_by_its_form(tmp_path: Path) -> None:
    """p and 1 - p, with no heading at all."""
    cells = {"A1": 1, "B1": 0.8, "C1": "=-(A1*LOG(B1)+(1-A1)*LOG(1-B1))"}
    (finding,) = findings_of(book_of(tmp_path / "book.xlsx", cells))
    assert finding.expected == "=-(A1*LN(B1)+(1-A1)*LN(1-B1))"


def test_a_named_norm_that_divides_by_n_minus_1_is_told_where_it_is_called(tmp_path: Path) -> None:
    """The formula is that of the name, as it should be."""
    book = Workbook()
    for r in range(1, 5):
        book.active[f"A{r}"] = r * r
        book.active[f"B{r}"] = f"=NORMALIZE(A$1:A$4,A{r})"
    text = "_xlfn.LAMBDA(_xlpm.x,_xlpm.y,(_xlpm.y-AVERAGE(_xlpm.x))/(STDEV(_xlpm.x)+0.001))"
    book.defined_names["NORMALIZE"] = DefinedName("NORMALIZE", attr_text=text)
    book.save(tmp_path / "book.xlsx")
    (finding,) = findings_of(tmp_path / "book.xlsx")
    assert (finding.kind, len(finding.cells)) == (kinds.VARIANCE, 4)
    assert "STDEVP(" in finding.expected


def test_a_pasted_number_says_whether_it_makes_a_difference(tmp_path: Path) -> None:
    """A number that equals what the formula gives is told, and that it is right for now."""
    cells: dict[str, object] = {f"A{r}": float(r) for r in range(1, 7)}
    cells |= {f"B{r}": f"=A{r}*$D$1" for r in range(1, 7)} | {"D1": 0.5}
    (same,) = findings_of(book_of(tmp_path / "same.xlsx", cells | {"B3": 1.5}))
    (other,) = findings_of(book_of(tmp_path / "other.xlsx", cells | {"B3": 1.7}))
    assert (same.kind, same.max_rel, other.kind) == (kinds.PASTED, 0, kinds.PASTED)
    assert "no difference" in same.explanation
    assert "12 %" in other.explanation


def test_a_formula_whose_argument_is_gone_is_told(tmp_path: Path) -> None:
    """Even where the argument is not used."""
    (finding,) = findings_of(book_of(tmp_path / "book.xlsx", {"A1": 1, "B1": "=IF(A1>0,A1,#REF!)"}))
    assert finding.kind == kinds.GONE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_can_be_told_in_every_language(language: str, tmp_path: Path) -> None:
    """With all that fills it."""
    for name in ("dense_filled", "softmax_line", "attention", "norm", "autoencoder"):
        page = page_of(name, 0)
        for finding in findings_of(page.save(tmp_path / "book.xlsx", page.slips[-1])):
            assert finding.reason is not None
            assert "{" not in explained(finding.reason, language)
