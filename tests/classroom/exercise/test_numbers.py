"""Students' own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from tests.classes import plan
from xlbp.classroom import ahead
from xlbp.classroom.ahead import prepare
from xlbp.classroom.exercise.numbers import Drawing, personal
from xlbp.classroom.exercise.record import read_record
from xlbp.classroom.exercise.roster import Student, read_roster
from xlbp.classroom.make import make_class
from xlbp.classroom.order import Order, plan_of
from xlbp.classroom.versions import ClassDrawing, draw_class
from xlbp.reference.history import Enough, History, never
from xlbp.reference.train import train, trainer
from xlbp.results import silent
from xlbp.system.pool import Machines

pytestmark = pytest.mark.slow  # whole books, or many processes

TEMPLATES = ("mazur", "xor", "into-backprop", "sigmoid-graph", "dead-relu", "six-neurons")


def students(count: int) -> list[Student]:
    """A class without a file."""
    return [Student(n, f"S{n}", "", f"name s{n}", f"S{n}") for n in range(1, count + 1)]


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_has_other_numbers_that_can_be_written(template: str) -> None:
    """Ten students have ten sets of numbers; each has few digits, and none is 0 or like another of the set."""
    record = Order(template, "gradients", language="en").record(7)
    versions = draw_class(plan_of(record), record, students(10))
    assert len({tuple(numbers.values()) for _, numbers in versions}) == 10
    for _, numbers in versions:
        assert all(len(f"{abs(v):.10g}".replace(".", "").lstrip("0")) <= 3 for v in numbers.values())
        assert 0 not in numbers.values()
        assert len(set(numbers.values())) == len(numbers)


@pytest.mark.parametrize("template", ["mazur", "xor", "into-backprop", "six-neurons"])
def test_no_gradient_is_zero_or_saturated(template: str) -> None:
    """Every derivative of every row is big enough to be worth computing, beside the largest of its kind."""
    record = Order(template, "gradients", language="en").record(3)
    the_plan = plan_of(record)
    gradients = [c.name for c in the_plan.contents.program.columns if c.phase == "gradients" and c.name[0] != "|"]
    for _, numbers in draw_class(the_plan, record, students(8)):
        history = train(personal(the_plan.contents.template, numbers))
        sizes = np.abs(np.stack([history[name] for name in gradients]))
        assert sizes.min() >= 1e-4
        assert (sizes >= 2e-3 * sizes.max(axis=0)).all()
        slopes = [values for name, values in history.items() if name.startswith("f'")]
        assert all(np.abs(values).min() >= 0.02 for values in slopes)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_draw_that_is_given_up_would_not_have_been_taken(template: str) -> None:
    """The numbers are the same where every draw is trained to its last row."""
    record = Order(template, "gradients", ("training.iterations=5",), language="en").record(7)
    contents = plan_of(record).contents
    train_all = trainer(contents.template)

    def to_the_end(parameters: Mapping[str, float], enough: Enough = never) -> History:
        history = train_all(parameters)
        for row in np.stack([*history.values()], axis=1):
            enough([*history], row)
        return history

    both = [Drawing(contents.template, contents.program, train) for train in (train_all, to_the_end)]
    quick, whole = ([drawing.numbers(7, f"S{n}", set()) for n in range(4)] for drawing in both)
    assert quick == whole


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_draw_with_two_equal_numbers_takes_as_much_of_the_stream(template: str) -> None:
    """What is drawn behind it is the same, though the rest of its own numbers is not made."""
    contents = plan_of(Order(template, "gradients", language="en").record(7)).contents
    drawing, random = Drawing(contents.template, contents.program, trainer(contents.template)), Random(7)
    each = sum(2 if value else 3 for value in contents.template.model.parameters().values())
    stream = Random(7)
    lengths = set()
    for _ in range(200):
        lengths.add(len(drawing._draw(random, more=0)))
        for _ in range(each):
            stream.random()
        assert random.getstate() == stream.getstate()
    assert max(lengths) == len(drawing.usual) > min(lengths)


@pytest.mark.slow
def test_a_network_of_relus_is_alive_in_nearly_every_cell() -> None:
    """Of 46 gradients in two rows, which one draw at random seldom has all above 0, hardly one is 0."""
    record = Order("relu-softmax-three-layer", "gradients", language="en").record(3)
    the_plan = plan_of(record)
    gradients = [c.name for c in the_plan.contents.program.columns if c.phase == "gradients" and c.name[0] != "|"]
    zero = []
    for _, numbers in draw_class(the_plan, record, students(12)):
        history = train(personal(the_plan.contents.template, numbers))
        zero.append(int((np.stack([history[name] for name in gradients]) == 0).sum()))
    assert sum(count == 0 for count in zero) >= 10


def test_the_seed_and_the_name_decide() -> None:
    """The same seed gives the same numbers again, wherever a student stands in the roster; another seed others."""
    first, second = (Order("mazur", "gradients", language="en").record(seed) for seed in (1, 2))
    the_plan = plan_of(first)
    class_ = students(4)
    drawn = dict(draw_class(the_plan, first, class_))
    again = dict(draw_class(the_plan, first, class_[::-1]))
    assert drawn == again
    assert drawn != dict(draw_class(the_plan, second, class_))


def test_a_class_larger_than_the_numbers_there_are_gets_more_digits() -> None:
    """Two hundred students of a formula with two variables all differ."""
    record = Order("one-product", "gradients", language="en").record(1)
    versions = draw_class(plan_of(record), record, students(200))
    assert len({tuple(numbers.values()) for _, numbers in versions}) == 200


def test_the_rest_of_the_template_stays() -> None:
    """Inputs, targets and frozen biases are the same for all."""
    template = plan("mazur", "gradients").contents.template
    numbers = {name: 0.5 + 0.01 * n for n, name in enumerate(template.model.parameters())}
    own = personal(template, numbers)
    assert own.model.parameters() == numbers
    assert own.model.constants() == template.model.constants()


@pytest.mark.slow
def test_a_shortened_roster_changes_nobodys_numbers(tmp_path: Path) -> None:
    """Of a template with one variable most draws clash: the record, not the order of the list, says whose is what."""
    roster = tmp_path / "class.csv"
    roster.write_text("name\n" + "\n".join(f"Student {n}" for n in range(60)), "utf-8")
    made = make_class(Order("sigmoid-unit", "gradients", language="en", marked=False), roster, 7, tmp_path / "out", 1)
    record = read_record(made.record)
    before = {student.key: numbers for student, numbers in draw_class(plan_of(record), record, read_roster(roster))}
    roster.write_text("name\n" + "\n".join(f"Student {n}" for n in range(59, 4, -1)), "utf-8")
    after = {student.key: numbers for student, numbers in draw_class(plan_of(record), record, read_roster(roster))}
    assert after == {name: before[name] for name in after}


def test_a_new_student_gets_numbers_that_nobody_has(tmp_path: Path) -> None:
    """Also when the others' stand in the record."""
    class_ = students(40)
    record = Order("sigmoid-unit", "gradients").record(7)
    plan = plan_of(record)
    first = draw_class(plan, record, class_[:39])
    kept = replace(record, numbers={student.key: list(numbers.values()) for student, numbers in first})
    all_ = [tuple(numbers.values()) for _, numbers in draw_class(plan, kept, class_)]
    assert len(set(all_)) == 40


@pytest.mark.parametrize("template", ["mazur", "sigmoid-unit"])
def test_numbers_drawn_ahead_are_those_drawn_in_turn(template: str) -> None:
    """Of a template with two numbers many are drawn anew, for somebody in front has them."""
    record = Order(template, "gradients", language="en").record(7)
    the_plan, class_ = plan_of(record), students(12)
    apart = [ClassDrawing(the_plan, record).alone(student.key) for student in class_]
    drawing = ClassDrawing(the_plan, record)
    found = [tuple(drawing.numbers(student.key, drawn)) for student, drawn in zip(class_, apart, strict=True)]
    assert found == [tuple(numbers.values()) for _, numbers in draw_class(the_plan, record, class_)]


def test_what_several_processes_prepare_is_what_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers and mould, whoever draws; who asks for a class again gets the same."""
    record = Order("mazur", "gradients", language="en").record(7)
    the_plan, class_ = plan_of(record), students(6)
    alone, mould = prepare(the_plan, record, class_, True, Machines(1), silent)
    monkeypatch.setattr(ahead, "WORTH", 0.0)
    together, same = prepare(the_plan, record, class_, True, Machines(2), silent)
    assert dict(together) == dict(alone) == dict(draw_class(the_plan, record, class_))
    assert mould is not None
    assert same is not None
    assert (same.form, same.numbers, same.blanks) == (mould.form, mould.numbers, mould.blanks)
