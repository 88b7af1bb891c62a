"""The kinds of task: which options they take, what they draw, what their record keeps; no book is written here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from xlbp.classroom.exercise.book import build_exercise
from xlbp.classroom.exercise.kinds.complete import HOLE, OPERAND, holed
from xlbp.classroom.exercise.kinds.find import Finding, Plant, affected, called, right_formula
from xlbp.classroom.exercise.kinds.predict import LARGER, SAME, SMALLER, Guess
from xlbp.classroom.exercise.kinds.rate import FAR_ENOUGH, OFF, TOO_SLOW, Goal
from xlbp.classroom.exercise.kinds.registry import KINDS
from xlbp.classroom.exercise.kinds.task import EVERYBODY, Task
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.record import read_record, write_record
from xlbp.classroom.order import Order, plan_of
from xlbp.classroom.versions import draw_tasks
from xlbp.errors import UsageError
from xlbp.lang import LANGUAGES, load_texts
from xlbp.mistakes import Mistake
from xlbp.reference.train import train

STUDENTS = [f"name s{n}" for n in range(12)]


def plan_for(kind: str, template: str = "mazur", blank: str = "", **wishes: Any) -> Plan:
    """An exercise of a kind, laid out."""
    return plan_of(Order(template, blank, (), "en", kind=kind, **wishes).record(None))


def task_for(kind: str, template: str = "mazur", seed: int = 1) -> tuple[Plan, Task]:
    """The task of everybody."""
    plan = plan_for(kind, template)
    return plan, draw_tasks(plan, seed, [(EVERYBODY, None)], {})[EVERYBODY]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"kind": "predict", "blank": "gradients"}, r"--blank goes with --kind blanks or --kind complete, not with"),
        ({"kind": "complete"}, r"--kind complete needs --blank: gradients"),
        ({"kind": "blanks"}, r"--kind blanks needs --blank"),
        ({"kind": "find", "tolerance": 0.1}, r"--tolerance goes with --kind predict, not with --kind find"),
        ({"kind": "rate", "holes": False}, r"--no-holes goes with --kind complete"),
        ({"kind": "guess"}, r"--kind guess: there is no such kind of task; give blanks, predict"),
    ],
)
def test_an_option_of_another_kind_is_refused(order: dict[str, Any], said: str) -> None:
    """In one sentence that names the kinds which take it, or what is missing."""
    with pytest.raises(UsageError) as refused:
        Order("mazur", **order).record(None)
    assert re.search(said, refused.value.at_the_command_line)


def test_a_tolerance_is_a_share() -> None:
    """Neither 0 nor 25, which may be meant as percent."""
    plan = plan_for("predict", tolerance=25.0)
    with pytest.raises(UsageError, match="between 0 and 1"):
        draw_tasks(plan, 1, [(EVERYBODY, None)], {})


@pytest.mark.parametrize("kind", ["predict", "find", "rate"])
def test_a_record_keeps_the_task(kind: str, tmp_path: Path) -> None:
    """To the last number: what a later version draws does not matter."""
    _, task = task_for(kind)
    record = Order("mazur", kind=kind).record(None)
    path = tmp_path / "r.exercise.json"
    path.write_text(
        write_record(record).replace('"tasks": {}', f'"tasks": {json.dumps({"": task.to_dict()})}'), "utf-8"
    )
    again = KINDS[kind].read
    assert again is not None
    assert again(read_record(path).tasks[EVERYBODY]) == task


def test_a_record_of_an_earlier_version_is_one_of_blanks(tmp_path: Path) -> None:
    """It says nothing of kinds."""
    data = json.loads(write_record(Order("mazur", "gradients").record(None)))
    for key in ("kind", "tolerance", "holes", "tasks"):
        del data[key]
    path = tmp_path / "old.exercise.json"
    path.write_text(json.dumps(data), "utf-8")
    assert plan_of(read_record(path)) == plan_for("blanks", blank="gradients")


def test_a_record_with_a_damaged_task_is_refused() -> None:
    """Not with a traceback."""
    with pytest.raises(UsageError, match="no task of the kind find"):
        draw_tasks(plan_for("find"), 1, [], {"name ada": {"quantity": "dW1[1,1]"}})


def test_a_guess_knows_its_direction() -> None:
    """What is too large for a cell has grown; roundings are no change."""
    guess = Guess({"eta": 5.0}, "E", 1, 0.5, directed=True)
    assert [guess.direction(x) for x in (0.6, 0.4, 0.5, float("nan"))] == [LARGER, SMALLER, SAME, LARGER]


def test_predictions_ask_for_changes_that_show() -> None:
    """A number that is asked for differs from the present one by more than a fiftieth; no change comes too often."""
    plan, task = task_for("predict", "lstm")
    data = task.to_dict()["guesses"]
    assert len(data) >= 3
    for guess in data:
        inputs = {**plan.contents.template.inputs(), **guess["changes"]}
        then = float(train(plan.contents.template, inputs)[guess["quantity"]][guess["iteration"]])
        assert guess["directed"] or abs(then - guess["now"]) > 0.019 * abs(guess["now"])


@pytest.mark.parametrize(
    ("way", "ends"), [(FAR_ENOUGH, [True, False, False, False]), (TOO_SLOW, [False, True, False, False]),
                      (OFF, [False, False, True, True])]
)  # fmt: skip
def test_a_goal_is_met_by_its_own_ends(way: str, ends: list[bool]) -> None:
    """Of a loss that begins at 1: near enough, hardly moved, larger, an error; turned round where it is to grow."""
    goal = Goal(way, 1.0, 0.5, 0.1)
    assert [goal.is_met(end, maximize=False) for end in (0.4, 0.9, 1.5, float("nan"))] == ends
    up = Goal(way, -1.0, -0.5, 0.1)
    assert [up.is_met(end, maximize=True) for end in (-0.4, -0.9, -1.5, float("nan"))] == ends


@pytest.mark.parametrize("template", ["mazur", "into-backprop"])
def test_no_two_students_have_the_same_mistake(template: str) -> None:
    """Each shows in the first planted cell, and is on the list to choose from."""
    plan = plan_for("find", template)
    tasks = draw_tasks(plan, 1, [(key, None) for key in STUDENTS], {})
    assert len({task.sign for task in tasks.values()}) == len(STUDENTS)
    history = train(plan.contents.template)
    for task in tasks.values():
        assert isinstance(task, Finding)
        name, t = task.plant.first
        assert task.plant.mistake in task.choices
        if isinstance(task.plant.content, float):
            assert abs(task.plant.content - history[name][t]) > 0.019 * abs(history[name][t])
        else:
            assert f"={task.plant.content}".replace("{r}", "9") != right_formula(plan.contents, task.plant)


def test_what_rests_on_a_mistake_is_known() -> None:
    """Behind the planted cell: its gradients and updates, and all rows that follow; nothing before it."""
    plan = plan_for("find")
    plant = Plant("dz2[1]", (1,), "0", Mistake.NO_SLOPE)
    touched = affected(plan.contents, plant)
    assert {("dz2[1]", 1), ("dW2[1,1]", 1), ("W2+[1,1]", 1), ("E", 2)} <= touched
    assert not touched & {("dz2[1]", 0), ("z2[1]", 1), ("E", 1), ("dz2[2]", 1), ("dW2[2,1]", 1)}


def test_a_mistake_stands_in_its_cells_alone() -> None:
    """Whatever else a reader sees is as in a book without one: looks, widths, heights, comments, names, order."""
    plan, task = task_for("find")
    assert isinstance(task, Finding)
    planted, right = (build_exercise(plan.version(task=t), None, {}) for t in (task, _without_mistake(task)))
    assert planted.sheetnames == right.sheetnames
    assert planted.defined_names.keys() == right.defined_names.keys()
    sheet, other = planted["Training"], right["Training"]
    cells = {plan.contents.layout.cell(task.plant.quantity, t) for t in task.plant.iterations}
    for row in sheet.iter_rows():
        for cell in row:
            twin = other[cell.coordinate]
            assert cell._style == twin._style
            assert (cell.comment and cell.comment.text) == (twin.comment and twin.comment.text)
            assert (cell.value != twin.value) == (cell.coordinate in cells)
    for letter, dimension in sheet.column_dimensions.items():
        assert dimension.width == other.column_dimensions[letter].width
    assert {n: d.height for n, d in sheet.row_dimensions.items()} == {
        n: d.height for n, d in other.row_dimensions.items()
    }


def _without_mistake(task: Finding) -> Finding:
    """The same task in a book that is right."""
    plant = Plant(task.plant.quantity, (), task.plant.content, task.plant.mistake)
    return Finding(plant, task.choices)


def test_no_formula_stands_over_a_column_with_a_mistake() -> None:
    """It would be the right one."""
    plan, task = task_for("find")
    sheet = build_exercise(plan.version(task=task), None, {})["Training"]
    row = plan.contents.layout.first_row - 1
    assert [cell.value for cell in sheet[row] if cell.value] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_mistakes_are_called_without_what_they_are_about(language: str) -> None:
    """So that the list tells nothing of one student's book, and no two of it are the same."""
    plan = plan_of(Order("xor", kind="find", language=language).record(None))
    [task] = draw_tasks(plan, 1, [(EVERYBODY, None)], {}).values()
    assert isinstance(task, Finding)
    names = [called(plan.contents, mistake) for mistake in task.choices]
    assert len(names) == len(set(names)) > 5
    assert not [name for name in names if "…" in name or not name]
    assert load_texts(language)("task.what_value") in names


@pytest.mark.parametrize(("template", "blank"), [("mazur", "backward"), ("xor", "gradients"), ("lstm", "forward")])
def test_a_formula_has_holes(template: str, blank: str) -> None:
    """Of what it refers to, at least half is missing; put back, it is the formula again."""
    exercise = plan_for("complete", template, blank).version()
    for cell in exercise.blanks.cells:
        formula, text = exercise.formula(cell), holed(exercise, cell)
        operands = OPERAND.findall(formula)
        kept = set(OPERAND.findall(text.replace(HOLE, "0")))
        assert HOLE in text
        assert 2 * len(kept) <= len(set(operands))
        pieces = text.split(HOLE)
        assert formula.startswith(pieces[0])
        assert formula.endswith(pieces[-1])


def test_without_holes_nothing_is_told() -> None:
    """--no-holes leaves a question mark over the columns, and no list on the first sheet."""
    plan = plan_for("complete", blank="update", holes=False)
    workbook = build_exercise(plan.version(), None, {})
    texts = [str(c.value) for sheet in workbook.worksheets for row in sheet.iter_rows() for c in row if c.value]
    assert not [text for text in texts if HOLE in text]
