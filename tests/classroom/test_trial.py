"""Students' books from one skeleton and one open engine: what comes out is what a book of one's own would be."""

from __future__ import annotations

import io
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

from tests.classes import plan
from xlbp.classroom.exercise.book import (
    Values,
    build_exercise,
    form_of,
    formulas_of,
    skeleton_of,
    texts_of,
    write_exercise,
)
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.marks import MINUS, PLUS
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.sheet import places_of_numbers
from xlbp.classroom.resting import Resting
from xlbp.classroom.trial import MOST_OPEN, Mould, Trial, Trials
from xlbp.errors import XlbpError
from xlbp.recalc.bench import bench
from xlbp.reference.train import trainer
from xlbp.symbols.interpret import OF_NUMBERS
from xlbp.xlsx.areas import CellError

TIMES = "docProps/core.xml"
KINDS = [  # what is exercised, which blanks, and the language
    ("mazur", "update", "de"),
    ("rnn", "gradients", "en"),
    ("self-attention", "gradients", "zh-CN"),
    ("layer-norm", "backward", "zh-TW"),
    ("attention-formula", "backward", "en"),
    ("fastai-line-adam", "forward", "en"),  # whose samples stand in a table
]
NAMES = (
    '"Max" <b>&amp; Co</b> 王小明 𠀀',
    "=cmd|'/c calc'!A0",
    "-",
    "@SUM(A1)",
    "A name of many words, " * 7 + "and its end",
    "Exercise",  # with the title behind it, that is what stands on the first sheet
)


def student(the_plan: Plan, name: str, by: float) -> Exercise:
    """A version with numbers that nobody else has."""
    own = the_plan.contents.template.model.parameters()
    return the_plan.version({n: round(v + by * (k + 1), 9) for k, (n, v) in enumerate(own.items())}, name)


def parts(book: bytes) -> dict[str, bytes]:
    """The parts of a package, in their order, without that which says when it was made."""
    with zipfile.ZipFile(io.BytesIO(book)) as package:
        return {name: package.read(name) for name in package.namelist() if name != TIMES}


@pytest.mark.slow
@pytest.mark.parametrize(("template", "blank", "language"), KINDS)
def test_a_later_book_is_what_a_first_one_would_be(template: str, blank: str, language: str) -> None:
    """Every part of book and key is the same, byte by byte, whoever's book the mould was made from, and wherever."""
    the_plan = plan(template, blank, language=language)
    anna = student(the_plan, "Anna", 0.003)
    trials = Trial(pickle.loads(pickle.dumps(Mould.of(anna, has_key=True))))
    trials.tried(anna)
    later, own = student(the_plan, "王 <&> Ben", -0.002), student(the_plan, "王 <&> Ben", -0.002)
    book, key = trials.tried(later)
    first_book, first_key = Trial(Mould.of(own, has_key=True)).tried(own)
    assert key is not None
    assert first_key is not None
    assert parts(book) == parts(first_book)
    assert list(parts(book)) == list(parts(first_book))
    assert parts(key) == parts(first_key)


@pytest.mark.slow
def test_a_book_is_what_the_plain_way_writes(tmp_path: Path) -> None:
    """Built as a workbook, opened in the engine, and written with the values found there."""
    the_plan = plan("mazur", "gradients")
    exercise = student(the_plan, "Anna", 0.01)
    workbook = build_exercise(exercise, None, {})
    write_exercise(workbook, {}, tmp_path / "empty.xlsx")
    with bench(tmp_path / "empty.xlsx") as opened:
        found = {
            sheet: {address: opened.value(sheet, *place) for address, place in cells.items()}
            for sheet, cells in formulas_of(workbook).items()
        }
    assert not [value for cells in found.values() for value in cells.values() if isinstance(value, CellError | bool)]
    values: Values = {
        sheet: {a: v if v is not None else 0.0 for a, v in cells.items()} for sheet, cells in found.items()
    }
    write_exercise(workbook, values, tmp_path / "plain.xlsx")
    assert parts(Trials(has_key=False).tried(exercise).book) == parts((tmp_path / "plain.xlsx").read_bytes())


def filled(skeleton: Exercise, exercise: Exercise) -> bytes:
    """One student's book from another's skeleton, with 0 for every value."""
    mould = skeleton_of(skeleton)
    own = exercise.contents.template.model.parameters()
    numbers = {place: own[name] for place, name in places_of_numbers(exercise).items()}
    return mould.without_values(numbers, texts_of(exercise))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_name_breaks_a_book(name: str) -> None:
    """It stands where it should, as a text; the book is that of its own skeleton where the forms are the same."""
    the_plan = plan("mazur", "gradients")
    anna, exercise = student(the_plan, "Anna", 0.01), student(the_plan, name, 0.02)
    is_alike = form_of(anna) == form_of(exercise)
    assert is_alike == (name[0] not in "=+-@" and len(name) < 100)
    other = anna if is_alike else student(the_plan, f"{name[:1]}{name[1:-1]}x", 0.03)  # whose name is of that form
    book = filled(other, exercise)
    if name != "Exercise":
        assert parts(book) == parts(filled(exercise, exercise))
    workbook = load_workbook(io.BytesIO(book))
    texts = {str(cell.value) for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row}
    title = the_plan.contents.texts.of(the_plan.contents.template.title)
    assert {f"{name}: {title}", f"For {name}"} <= texts
    assert "Anna" not in " ".join(texts)
    assert workbook["Training"]["B1"].data_type == "s"


@pytest.mark.slow
def test_the_skeleton_of_a_name_like_another_text_is_as_good(tmp_path: Path) -> None:
    """Where a student's title is what the first sheet is called, the next student's name stands in one of them only."""
    the_plan = plan("mazur", "gradients")
    (tmp_path / "book.xlsx").write_bytes(filled(student(the_plan, "Exercise", 0.01), student(the_plan, "Ben", 0.02)))
    workbook = load_workbook(tmp_path / "book.xlsx")
    shown = [cell.value for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row if cell.value]
    title = the_plan.contents.texts.of(the_plan.contents.template.title)
    assert [shown.count(f"{name}: {title}") for name in ("Ben", "Exercise")] == [1, 1]


@pytest.mark.slow
def test_few_engines_are_open_and_a_refused_book_spoils_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many forms of name a class has; and after a book that was refused the next one is as ever."""
    the_plan = plan("mazur", "gradients")
    trials = Trials(has_key=False)
    anna = student(the_plan, "Anna", 0.01)
    book = trials.tried(anna).book
    with monkeypatch.context() as context:
        [opened] = trials.open.values()
        right = opened.train
        assert right is not None
        context.setattr(opened, "train", lambda numbers: {n: -v for n, v in right(numbers).items()})
        with pytest.raises(XlbpError, match=r"but .* in the reference"):
            trials.tried(student(the_plan, "Ben", 0.02))
    assert parts(trials.tried(anna).book) == parts(book)
    for name in ("=a", "+a " + "long " * 40, "long " * 40, "longer " * 60):
        trials.tried(student(the_plan, name.strip(), 0.01))
    assert len(trials.open) == MOST_OPEN


@pytest.mark.slow
@pytest.mark.parametrize(("template", "blank", "rests"), [("mazur", "gradients", True), ("mazur", "update", False)])
def test_an_empty_book_is_computed_without_its_passes(template: str, blank: str, rests: bool) -> None:
    """What the smaller engine and the rows say is what the whole book says, of the first student and of a later one."""
    the_plan = plan(template, blank)
    trial = Trial(Mould.of(student(the_plan, "Anna", 0.003), has_key=False))
    assert (trial.mould.resting is not None) == rests
    for exercise in (student(the_plan, "Anna", 0.003), student(the_plan, "Ben", -0.002)):
        trial.tried(exercise)
        own = exercise.contents.template.model.parameters()
        numbers = {place: own[name] for place, name in trial.mould.numbers.items()}
        assert trial._empty(exercise, numbers) == trial._whole(exercise, numbers)
    assert (trial.still is not None) == rests


@pytest.mark.slow
@pytest.mark.parametrize("template", ["mazur", "layer-norm"])
def test_a_key_is_tried_without_an_engine_for_its_passes(template: str) -> None:
    """The class's mould has shown that NumPy's passes are the engine's; a later book needs no engine for them."""
    the_plan = plan(template, "gradients")
    mould = Mould.of(student(the_plan, "Anna", 0.003), has_key=False)
    assert mould.passes is not None
    assert mould.is_key_compared
    trial = Trial(replace(mould, engine=b""))
    assert parts(trial.tried(student(the_plan, "Ben", -0.002)).book)


@pytest.mark.slow
def test_passes_that_are_not_the_engines_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function of NumPy whose last bit is another is found out with the mould, and the engine computes all passes."""
    sigmoid = OF_NUMBERS["sigmoid"]
    other = {**OF_NUMBERS, "sigmoid": lambda x: np.nextafter(sigmoid(x), 1)}
    monkeypatch.setattr("xlbp.classroom.key_passes.OF_NUMBERS", other)
    anna = student(plan("mazur", "gradients"), "Anna", 0.003)
    mould = Mould.of(anna, has_key=False)
    assert mould.passes is None
    assert Trial(mould).tried(anna).book


@pytest.mark.slow
def test_a_number_that_is_none_is_for_the_engine_to_tell() -> None:
    """NumPy's infinity would be an error in a cell, of which a formula may make something else."""
    anna = student(plan("mazur", "gradients"), "Anna", 0.003)
    passes = Mould.of(anna, has_key=False).passes
    assert passes is not None
    template = anna.contents.template
    rows = trainer(template)(template.model.parameters())
    known = {**{name: np.asarray(value) for name, value in template.inputs().items()}, **rows}
    ends = passes.numbers(known)
    assert ends is not None
    assert {column for _, _, column in ends} == {PLUS, MINUS}
    assert passes.numbers({**known, "W2[1,1]": np.full(2, np.inf)}) is None
    assert passes.numbers({name: values for name, values in known.items() if name != "W2[1,1]"}) is None


@pytest.mark.slow
def test_a_pass_of_another_form_than_the_rows_is_computed() -> None:
    """A softmax has its derivatives in closed form, whose last digit may be another."""
    assert Mould.of(student(plan("self-attention", "backward"), "Anna", 0.003), has_key=False).resting is None


def test_nothing_rests_on_an_error_or_on_a_negative_zero() -> None:
    """−0 and 0 are 0; of an error a formula may make another one."""
    resting = Resting("Training", {"Passes": ((0,), (1,))}, frozenset({"Passes"}), (1,))
    assert resting.added({"Training": [1.0, 2.0]}, [3.0]) == {"Training": [1.0, 2.0], "Passes": [2.0]}
    assert resting.added({"Training": [1.0, -0.0]}, [3.0]) is None
    assert resting.added({"Training": [1.0, None]}, [3.0]) is None
