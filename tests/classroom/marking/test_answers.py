"""What stands in a hand-in, as a person meant it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.classes import fill_in, key, plan
from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.make import make_exercise
from xlbp.classroom.marking.answers import Answer, _place, number_in, own_formulas, read_handin
from xlbp.classroom.order import Order
from xlbp.recalc.bench import Bench, Cell
from xlbp.reference.train import train


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0,41", 0.41),
        ("0.41 ", 0.41),
        ("−0.5", -0.5),
        ("０．４１", 0.41),
        ("1e-3", 0.001),
        (",5", 0.5),
        ("1,234.5", None),
        ("1_000", None),
        ("nan", None),
        ("1e999", None),
        ("0.41 m", None),
        ("=1", None),
        ("", None),
    ],
)
def test_a_number_in_a_text_is_read_where_it_can_be_one_only(text: str, number: float | None) -> None:
    """Comma or point, spaces around, wide digits; nothing that a person may have meant otherwise."""
    assert number_in(text) == number


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    """The backward pass of the 2-2-2 example, without marks."""
    return plan("mazur", "backward,gradients", marked=False).version()


def read(exercise: Exercise, folder: Path, changes: Mapping[Blank, str | float | None]) -> dict[Blank, Answer]:
    """The answers of a book in which all else is right."""
    book = make_exercise(Order("mazur", "backward,gradients", language="en", marked=False), folder / "b.xlsx").path
    handed = fill_in(book, folder / "h.xlsx", exercise, {**key(exercise), **changes})
    history = train(exercise.contents.template)
    truth = {blank: float(history[blank.name][blank.iteration]) for blank in exercise.blanks.cells}
    return dict(read_handin(handed, exercise, own_formulas(book, exercise), truth).answers)


def test_what_follows_a_text_is_computed_with_its_number(exercise: Exercise, tmp_path: Path) -> None:
    """The delta stands as text; the gradient that multiplies it is a number all the same."""
    found = read(exercise, tmp_path, {Blank("dz2[1]", 0): "0,5"})
    history = train(exercise.contents.template)
    assert (found[Blank("dz2[1]", 0)].value, found[Blank("dz2[1]", 0)].as_text) == (0.5, True)
    assert found[Blank("dW2[1,1]", 0)].value == pytest.approx(0.5 * history["a1[1]"][0])


@pytest.mark.parametrize("nothing", [None, "what?", "=1/0"])
def test_what_follows_nothing_is_computed_with_the_right_number(
    exercise: Exercise, tmp_path: Path, nothing: str | None
) -> None:
    """Neither an error nor 0 goes on through what is computed after an empty cell, a text or an error."""
    found = read(exercise, tmp_path, {Blank("dz2[1]", 0): nothing})
    history = train(exercise.contents.template)
    assert not found[Blank("dz2[1]", 0)].is_number
    assert found[Blank("dW2[1,1]", 0)].value == pytest.approx(history["dW2[1,1]"][0])


def test_a_book_left_empty_is_not_recalculated_for_each_cell(
    exercise: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right numbers take the places of all empty cells at once: of 2,000 each would take the time of all."""
    calls: list[set[Cell]] = []
    put = Bench.put
    monkeypatch.setattr(Bench, "put", lambda self, cells, *more: [calls.append({*cells}), put(self, cells, *more)])
    first, *rest = exercise.blanks.cells
    found = read(exercise, tmp_path, dict.fromkeys(rest))
    assert [blank for blank, answer in found.items() if not answer.empty] == [first]
    blanks = {_place(exercise, blank) for blank in rest}
    assert [cells for cells in calls if cells & blanks] == [blanks], "besides what trying the book has put"
