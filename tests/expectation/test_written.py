"""A book that has just been written is compared with what was written, where its own record asks for just that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.books import retype
from xlbp.expectation import inspection
from xlbp.expectation.book import Book, expect
from xlbp.expectation.contents import lay_out_one
from xlbp.expectation.inspection import inspect
from xlbp.template.load import load_template
from xlbp.workbook.book import write_book

pytestmark = pytest.mark.slow  # whole books


@pytest.fixture(scope="module")
def book() -> Book:
    """What a small book of mazur holds."""
    return expect(lay_out_one(load_template("mazur", ("training.iterations=3",)), "en"))


@pytest.fixture
def path(book: Book, tmp_path: Path) -> Path:
    """The book's file."""
    place = tmp_path / "book.xlsx"
    write_book(book.layout, book.values, book.loss_values, book.pages, place)
    return place


def test_nothing_is_computed_again(book: Book, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record of a new book gives the very template it was made of: no second training, and the same findings."""
    anew = inspect(path)
    monkeypatch.setattr(inspection, "expect", None)
    known = inspect(path, written=book)
    assert known.shown is book
    assert (known.findings, known.cells, known.areas) == (anew.findings, anew.cells, anew.areas)


def test_another_record_is_computed(book: Book, path: Path) -> None:
    """What was written elsewhere counts for nothing: a book is measured by its own record."""
    other = expect(lay_out_one(load_template("mazur", ("training.iterations=3", "training.learning_rate=5")), "en"))
    assert inspect(path, written=other).shown.first.losses[-1] == book.first.losses[-1] != other.first.losses[-1]


def test_a_number_that_was_changed_is_computed(book: Book, path: Path) -> None:
    """The file's own cells count: with another learning rate in its cell the training is another."""
    rate = book.layout.first.layout.panel["eta"].address.replace("$", "")
    changed = retype(path, path.with_name("changed.xlsx"), {f"Training!{rate}": 0.25})
    shown = inspect(changed, written=book).shown
    assert shown is not book
    assert shown.first.facts.inputs["eta"] == 0.25
