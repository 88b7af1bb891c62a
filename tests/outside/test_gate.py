"""A made-up block, a file for each side, gets a verified book with every sheet, and its exercise is marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.classes import fill_in, key, roster
from tests.outside import gate_by_hand, gate_in_symbols
from tests.outside.gate import read_gate
from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.record import read_record
from xlbp.classroom.exercise.roster import read_roster
from xlbp.classroom.make import make_class
from xlbp.classroom.mark import Options, mark
from xlbp.classroom.order import Order, plan_of
from xlbp.classroom.versions import draw_class
from xlbp.errors import TemplateError
from xlbp.model import blocks as in_symbols
from xlbp.pipeline import explain, generate, verify
from xlbp.reference import blocks as by_hand
from xlbp.reference.train import train
from xlbp.template import layer_kinds
from xlbp.template.load import load_template, parse_template
from xlbp.workbook.explain import as_text

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures]  # whole books, or many processes

TEMPLATE = """[template]
title = "A gate of two parameters"

[network]
[[network.layers]]
units = 3
weights = [[0.5, -0.4], [0.3, 0.8], [-0.6, 0.2]]
bias = 0.1
[[network.layers]]
kind = "gate"
slopes = [0.7, -0.9, 1.1]
bias = [0.2, 0.1, -0.3]
[[network.layers]]
units = 2
activation = "sigmoid"
weights = [[0.4, -0.7, 0.5], [-0.2, 0.6, 0.9]]
bias = 0.2

[data]
inputs = [[0.5, 1.0], [-1.0, 0.4], [0.8, -0.6], [-0.3, -0.9]]
targets = [[1, 0], [0, 1], [0.5, 0.2], [0.1, 0.7]]

[training]
iterations = 6
learning_rate = 0.4
"""

SHEETS = {
    *("Start", "Training", "Step by step", "Network", "Matrices", "Gradient check", "Loss landscape"),
    *("Learned function", "Proof", "Charts"),
}
TOLD = {  # symbols that must stand on a sheet
    "Step by step": ("p2[1]", "open_2[1]", "y2[1]", "k2[1]", "c2[1]"),
    "Matrices": ("k2", "c2"),
    "Network": ("y2[1]",),
}
SLIP = Blank("do2[1]@1", 1)
EXPLAINED = {  # quantities, and symbols of what they are derived from
    "p2[1]@1": ("k2[1]", "c2[1]"),
    "y2[2]@2": ("open_2[2]",),
    "dp2[1]@1": ("open_2[1]",),
    "dk2[3]": ("p2[3]",),
}


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A template with a gate between two dense layers; xlbp knows of it by three entries, and nothing else of it."""
    monkeypatch.setitem(layer_kinds.KINDS, "gate", read_gate)
    monkeypatch.setitem(in_symbols.BLOCKS, "gate", gate_in_symbols.forward)
    monkeypatch.setitem(by_hand.BLOCKS, "gate", by_hand.Entry(gate_by_hand.forward, gate_by_hand.backward))
    path = tmp_path / "gate.toml"
    path.write_text(TEMPLATE, "utf-8")
    return str(path)


@pytest.fixture
def book(template: str, tmp_path: Path) -> Path:
    """Its book, with every sheet."""
    return generate(template, tmp_path / "gate.xlsx", check_it=False).path


def test_both_entries_agree_with_differences(template: str) -> None:
    """The gradients of the gate's parameters are those of the loss, in the symbols as by hand."""
    loaded = load_template(template)
    history, step = train(loaded), 1e-6
    for name in ("k2[1]", "k2[3]", "c2[2]", "W1[3,1]"):
        inputs = loaded.inputs()
        losses = [train(loaded, inputs | {name: inputs[name] + sign * step})["E"][0] for sign in (1, -1)]
        assert history[f"d{name}"][0] == pytest.approx((losses[0] - losses[1]) / (2 * step), rel=1e-6)


def test_a_template_may_be_silent_of_what_has_a_fallback(template: str) -> None:
    """A weight starts from the number that its record has for all; a parameter that has none is asked for."""
    text = Path(template).read_text("utf-8")
    silent = parse_template(text.replace("slopes = [0.7, -0.9, 1.1]\n", ""), "gate", "gate")
    assert [silent.inputs()[f"k2[{gate}]"] for gate in (1, 2, 3)] == [1, 1, 1]
    with pytest.raises(TemplateError, match="lacks the key 'bias'"):
        parse_template(text.replace("bias = [0.2, 0.1, -0.3]\n", ""), "gate", "gate")


def test_its_book_is_verified(book: Path) -> None:
    """Every cell of every sheet agrees with NumPy in IronCalc, and the formulas are the template's."""
    assert [(report.ok, report.unchecked) for report in verify(book, ["ironcalc", "saved"])] == [(True, 0)] * 2


@pytest.mark.office
def test_its_book_is_verified_by_libreoffice(book: Path) -> None:
    """LibreOffice computes the same."""
    [report] = verify(book, ["libreoffice"])
    assert (report.ok, report.unchecked) == (True, 0)


def test_its_book_has_every_sheet(book: Path) -> None:
    """All the teaching sheets that a small network has; the gate's own quantities stand on them."""
    workbook = load_workbook(book)
    assert set(workbook.sheetnames) >= SHEETS
    for title, symbols in TOLD.items():
        told = {str(cell.value) for row in workbook[title].iter_rows() for cell in row if cell.value is not None}
        assert [symbol for symbol in symbols if not any(symbol in text for text in told)] == [], title


@pytest.mark.parametrize(("name", "terms"), EXPLAINED.items())
def test_explain_derives_its_quantities(template: str, name: str, terms: tuple[str, ...]) -> None:
    """Each of the gate's quantities is derived from what it is made of."""
    text = as_text(explain(template, name))
    assert [term for term in terms if term not in text] == []


def _of_another_gate(exercise: Exercise) -> str:
    """The formula of what comes back to the first gate, with what comes back to the output of the second one."""
    own, other = (exercise.cell(Blank(f"dy2[{gate}]@1", 1)) for gate in (1, 2))
    return f"={exercise.formula(SLIP).replace(own, other)}"


@pytest.mark.slow
def test_its_exercise_is_marked(template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A class gets numbers of its own; a key has all points, and another gate's delta is named as one."""
    monkeypatch.setattr("xlbp.classroom.mark.LIMITS", None)  # here, and not in processes that don't know the gate
    order = Order(template, "backward,gradients", ("training.iterations=1",), "en")
    students = roster(tmp_path / "class.csv", "Ann Lee", "Bob Ray")
    made = make_class(order, students, 5, tmp_path / "out", jobs=1)
    record = read_record(made.record)
    plan, known = plan_of(record), read_roster(students)
    exercises = [plan.version(numbers, student.name) for student, numbers in draw_class(plan, record, known)]
    handed = tmp_path / "in"
    handed.mkdir()
    for student, exercise in zip(known, exercises, strict=True):
        answers = dict(key(exercise))
        if student is known[1]:
            answers[SLIP] = _of_another_gate(exercise)
        fill_in(made.folder / f"{student.stem}.xlsx", handed / f"{student.stem}.xlsx", exercise, answers)
    done = mark(handed, students, record, tmp_path / "marks.csv", Options(jobs=1))
    right, wrong = done.results
    assert (right.reason, right.score) == ("", len(right.verdicts))
    [slip] = [verdict for verdict in wrong.verdicts if verdict.status == "wrong"]
    assert (slip.blank, slip.kind) == (SLIP, "other_delta")
