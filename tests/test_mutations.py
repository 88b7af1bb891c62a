"""Verification can't be fooled: of every fault planted in every formula cell of every sheet, none gets through."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.conftest import MakeBook
from tests.mutant_files import part_of, write_consistent, write_moved_name, write_mutant
from tests.mutants import (
    AS_TEXT,
    FORGED,
    KINDS,
    OF_NAMES,
    REPLACED,
    Mutant,
    Subject,
)
from xlbp.pipeline import verify

pytestmark = pytest.mark.slow

ALL = (*KINDS, *REPLACED, *FORGED, *OF_NAMES)
TEMPLATES = ("mazur", "sigmoid-unit", "into-backprop", "fastai-line-adam", "dead-relu")  # `make mutations` takes all
END_TO_END = ("mazur", "fastai-line-adam")
MOST_UNSURE = 5


@cache
def subject(book: Path) -> Subject:
    """A book read once."""
    return Subject(book)


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_mutant_gets_through(template: str, make_book: MakeBook) -> None:
    """Each fault, planted in each formula cell and each defined name it applies to, is named at its cell."""
    book = subject(make_book(template, 4))
    tallies = {kind: book.tally(kind) for kind in ALL}
    assert {kind: tally.escaped for kind, tally in tallies.items() if tally.escaped} == {}
    formulas = sum(1 for _ in book.formulas())
    for kind in ("formula to its value", "formula deleted", "sign", "harmless term"):
        assert tallies[kind].planted.total() == formulas
    for kind in FORGED:  # but for cells on which roundings decide
        assert formulas - MOST_UNSURE <= tallies[kind].planted.total() <= formulas
    assert all(tallies[kind].planted.total() for kind in ("neighbouring column", "neighbouring row", "function"))


def test_no_mutant_of_several_trainings_gets_through(make_comparison: MakeBook) -> None:
    """The same holds for a book that compares trainings, on each of its sheets."""
    book = subject(make_comparison("mazur", 4, "training.learning_rate=0.1,0.5"))
    tallies = {kind: book.tally(kind) for kind in ALL}
    assert {kind: tally.escaped for kind, tally in tallies.items() if tally.escaped} == {}
    sheets = {"Comparison", "Losses", "1 η=0.1", "2 η=0.5"}
    assert set(tallies["formula deleted"].planted) == sheets


def test_a_mutant_that_is_let_through_would_be_seen(make_book: MakeBook, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison that takes any formula for right lets all mutants escape, and the tally says so."""
    book = subject(make_book("mazur", 4))
    monkeypatch.setattr("xlbp.verification.compare.same_formula", lambda wanted, found: True)
    tally = book.tally("sign")
    assert len(tally.escaped) == tally.planted.total() > 0


@pytest.mark.parametrize("kind", [*KINDS, *REPLACED])
@pytest.mark.parametrize("template", END_TO_END)
def test_a_mutant_in_a_file_is_named(template: str, kind: str, make_book: MakeBook, tmp_path: Path) -> None:
    """One fault in one cell of a file, on a sheet drawn by lot, fails the book, and that cell is named."""
    book = make_book(template, 4)
    mutant = subject(book).mutant(kind, "test")
    if mutant is None:
        pytest.skip(f"no formula of {template} can have this fault")
    reports = verify(write_mutant(book, tmp_path / "mutant.xlsx", mutant), ("ironcalc",))
    named = {m.cell for report in reports for m in report.formulas_changed}
    assert (False, {f"{mutant.sheet}!{mutant.address}"}) == (reports[0].ok, named)


@pytest.mark.parametrize("template", END_TO_END)
def test_a_forged_value_in_a_file_is_named(template: str, make_book: MakeBook, tmp_path: Path) -> None:
    """One saved value forged, its formula untouched, fails the book as it is verified by default, and only that."""
    book = make_book(template, 4)
    drawn = subject(book).mutant("formula to its value", "forged")
    assert drawn is not None
    lie = Mutant(FORGED[0], drawn.sheet, drawn.address, 0.12345 if isinstance(drawn.content, float) else "a lie")
    engine, saved = verify(write_mutant(book, tmp_path / "mutant.xlsx", lie), None)
    assert (engine.ok, saved.ok, [m.cell for m in saved.mismatches]) == (True, False, [f"{lie.sheet}!{lie.address}"])


@pytest.mark.parametrize("kind", ["operator", "neighbouring row", "constant"])
def test_a_fault_with_all_values_made_to_fit_is_named(kind: str, make_book: MakeBook, tmp_path: Path) -> None:
    """A changed formula with every saved value of the book recomputed to fit it is found by text and by value."""
    book = make_book("mazur", 4)
    mutant = subject(book).mutant(kind, "fit")
    assert mutant is not None
    changed = write_mutant(book, tmp_path / "changed.xlsx", mutant)
    reports = verify(write_consistent(changed, tmp_path / "mutant.xlsx"), None)
    cell = f"{mutant.sheet}!{mutant.address}"
    assert [(r.ok, [m.cell for m in r.formulas_changed]) for r in reports] == [(False, [cell])] * 2


def test_a_consistent_book_is_what_it_was(make_book: MakeBook, tmp_path: Path) -> None:
    """Making the values fit changes nothing in a book whose values fit: the forger above forges, and not the copy."""
    book = make_book("mazur", 4)
    assert all(report.ok for report in verify(write_consistent(book, tmp_path / "same.xlsx"), None))


@pytest.mark.parametrize("template", END_TO_END)
def test_a_moved_name_in_a_file_is_named(template: str, make_book: MakeBook, tmp_path: Path) -> None:
    """A defined name that stands for another cell in the file fails the book, and is named."""
    book = make_book(template, 4)
    name = sorted(subject(book).names)[0]
    [report] = verify(write_moved_name(book, tmp_path / "mutant.xlsx", name))
    assert (False, [name]) == (report.ok, [m.cell for m in report.formulas_changed])


def test_sheets_are_found_in_the_package(make_book: MakeBook) -> None:
    """A mutant is written where its sheet is."""
    book = make_book("mazur", 4)
    assert [part_of(book, sheet) for sheet in ("Start", "Training")] == [f"xl/worksheets/sheet{n}.xml" for n in (1, 2)]


def test_a_text_that_reads_as_a_formula_is_none(make_book: MakeBook, tmp_path: Path) -> None:
    """The formula's text in place of the formula, letter by letter, is a changed cell and no formula."""
    book = make_book("mazur", 4)
    mutant = subject(book).mutant(AS_TEXT, "text")
    assert mutant is not None
    [report] = verify(write_mutant(book, tmp_path / "mutant.xlsx", mutant))
    assert [m.found for m in report.formulas_changed] == [mutant.content]
