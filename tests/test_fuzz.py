"""Spoiled books are read or refused in one line; `make fuzz` tries ten thousand, here are a hundred."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MakeBook
from tests.fuzzing import Random as Draw
from tests.fuzzing import case, packed, read_parts, spoil_record
from xlbp.errors import UnreadableError
from xlbp.expectation.inspection import inspect
from xlbp.recalc.saved import Saved

pytestmark = pytest.mark.slow

SHARES, CASES = 4, 30


@pytest.mark.parametrize("share", range(SHARES))
def test_a_spoiled_book_is_read_or_refused(share: int, make_book: MakeBook, tmp_path: Path) -> None:
    """Whatever was spoiled, the outcome is a book with its findings or one line of UnreadableError."""
    made = [make_book(name, 2) for name in ("one-product", "chain-rule-1")]
    books = [(path.read_bytes(), read_parts(path)) for path in made]
    path = tmp_path / "case.xlsx"
    outcomes, lines = set(), {}
    for seed in range(share * CASES, (share + 1) * CASES):
        _, data = case(seed, books)
        path.write_bytes(data)
        try:
            inspection = inspect(path)
            Saved().values(path, inspection.areas)
            outcomes.add("read")
        except UnreadableError as error:
            outcomes.add("refused")
            lines[seed] = len(str(error).splitlines())
    assert (outcomes, [seed for seed, count in lines.items() if count != 1]) == ({"read", "refused"}, [])


def test_a_seed_makes_its_case_again(make_book: MakeBook) -> None:
    """A case that was found can be looked at."""
    book = make_book("one-product", 2)
    books = [(book.read_bytes(), read_parts(book))]
    assert [case(seed, books)[0] for seed in range(9)] == [case(seed, books)[0] for seed in range(9)]
    assert spoil_record(books[0][1], Draw(5)) == spoil_record(books[0][1], Draw(5))


def test_an_unspoiled_package_is_a_book(make_book: MakeBook, tmp_path: Path) -> None:
    """What is taken apart and packed again without a change is read: the harness itself spoils nothing."""
    path = tmp_path / "same.xlsx"
    path.write_bytes(packed(read_parts(make_book("one-product", 2))))
    assert not inspect(path).findings.changed
