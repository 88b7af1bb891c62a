"""Every kind of task as files, there and back: made, answered, marked; and that no book tells an answer."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.classes import roster
from xlbp.classroom.described import Described, described_by
from xlbp.classroom.exercise.credit import Credit
from xlbp.classroom.exercise.kinds.answers import FIRST, MARK, REVEALED, YOURS
from xlbp.classroom.exercise.kinds.find import Finding, affected, called, read, right_formula
from xlbp.classroom.exercise.kinds.task import EVERYBODY
from xlbp.classroom.exercise.record import Record, read_record
from xlbp.classroom.exercise.roster import Student, read_roster
from xlbp.classroom.make import MadeClass, MadeExercise, make_class, make_exercise
from xlbp.classroom.mark import untouched_formulas
from xlbp.classroom.marking.files import Found
from xlbp.classroom.marking.kinds.feedback import FIRST_ROW
from xlbp.classroom.marking.kinds.feedback import MARK as MARKED_AS
from xlbp.classroom.marking.marker import Job, MarkedFile, Marker
from xlbp.classroom.marking.result import MARKED
from xlbp.classroom.marking.scheme import scheme_of
from xlbp.classroom.order import Order, plan_of
from xlbp.classroom.versions import asked_of_all, draw_class, draw_tasks
from xlbp.errors import UsageError
from xlbp.recalc.bench import bench
from xlbp.reference.train import train

pytestmark = pytest.mark.slow  # whole books

CASES = [
    ("self-attention", "find", ""), ("lstm", "predict", ""), ("into-backprop", "rate", ""),
    ("layer-norm", "complete", "update"),
]  # fmt: skip
ADA = Student(1, "Ada", "", "name ada", "Ada")


def answered(source: Path, target: Path, sheet: str, answers: Mapping[int, str | float]) -> Path:
    """A book with answers in it, by the numbers of the questions from 0, saved by another program."""
    workbook = load_workbook(source)
    for number, answer in answers.items():
        cell = workbook[sheet].cell(FIRST + number, YOURS)
        cell.value = answer
        cell.data_type = "s" if isinstance(answer, str) else "n"
    workbook.save(target)
    return target


def one(template: str, kind: str, folder: Path, blank: str = "", *, marked: bool = True, seed: int = 1) -> MadeExercise:
    """A book for everybody."""
    order = Order(template, blank, (), "en", solution=marked, marked=marked, kind=kind)
    return make_exercise(order, folder / "book.xlsx", seed)


def marker_of(record: Record, students: Sequence[Student], partial: str = "1") -> Marker:
    """What a process of :func:`xlbp.classroom.mark.mark` has, in this one."""
    plan = plan_of(record)
    versions = draw_class(plan, record, students)
    tasks = draw_tasks(plan, 0, [(student.key, own) for student, own in versions], record.tasks)
    scheme = scheme_of(plan, Credit(Fraction(partial)), asked_of_all(plan, tasks))
    formulas = untouched_formulas(plan)
    return Marker(Job(record, versions, formulas, has_copies=True, formulas_only=False, scheme=scheme, tasks=tasks))


def feedback_of(marked: MarkedFile) -> tuple[str, str]:
    """What a student reads: the score, and what came of the first answer."""
    assert marked.feedback is not None
    sheet = load_workbook(io.BytesIO(marked.feedback)).worksheets[0]
    return str(sheet.cell(3, 1).value), str(sheet.cell(FIRST_ROW, MARKED_AS).value)


def marks_of(made: MadeExercise, folder: Path, answers: Mapping[int, str | float]) -> list[tuple[str, str]]:
    """What marking says to each answer, and what it tells."""
    assert made.record is not None
    target = answered(made.path, folder / "Ada.xlsx", "Answers", answers)
    return verdicts(marker_of(read_record(made.record), [ADA]), target)


def verdicts(marker: Marker, book: Path) -> list[tuple[str, str]]:
    """The status of each answer of a book, and what is told."""
    result = marker.mark(Found(book, ADA, is_trial=True)).result
    assert result.status == MARKED, result.reason
    return [(verdict.status, verdict.kind) for verdict in result.verdicts]


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def made_class(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[MadeClass, Path]:
    """A class of two, with keys."""
    template, kind, blank = request.param
    folder = tmp_path_factory.mktemp("kinds")
    order = Order(template, blank, (), "en", solution=True, kind=kind)
    return make_class(order, roster(folder / "c.csv", "Ada", "Bo"), 3, folder / "class", 1), folder


def test_a_key_has_all_points(made_class: tuple[MadeClass, Path]) -> None:
    """Of each kind; nothing in it counts as changed, and each student has numbers of their own."""
    made, folder = made_class
    assert made.solutions is not None
    students = read_roster(folder / "c.csv")
    marker = marker_of(read_record(made.record), students)
    files = [marker.mark(Found(made.solutions / f"{student.stem}.xlsx", student)) for student in students]
    results = [file.result for file in files]
    assert [result.score for result in results] == [len(result.verdicts) for result in results]
    assert max(len(result.verdicts) for result in results) == made.blanks
    assert [result.changed for result in results] == [[], []]
    assert [result.points for result in results] == [result.maximum for result in results]
    assert all(file.feedback for file in files)
    books = [made.solutions / f"{student.stem}.xlsx" for student in students]
    swapped = [Found(book, other) for book, other in zip(books, reversed(students), strict=True)]
    assert [marker.whose(file) for file in swapped] == [*students], "the numbers tell whose a book is, of every kind"
    assert [marker.mark(file).result.owner for file in swapped] == [student.name for student in students]


def test_an_empty_book_waits(tmp_path: Path) -> None:
    """Every mark says "to do", and marking says "empty"."""
    made = one("mazur", "rate", tmp_path)
    sheet = load_workbook(made.path, data_only=True)["Answers"]
    assert {sheet.cell(FIRST + n, MARK).value for n in range(made.blanks)} == {"to do"}
    assert {sheet.cell(FIRST + n, REVEALED).value for n in range(made.blanks)} <= {"", None}
    assert {status for status, _ in marks_of(made, tmp_path, {})} == {"empty"}


def test_nothing_in_a_book_tells_what_is_predicted(tmp_path: Path) -> None:
    """Neither as saved nor as recalculated, on no sheet, hidden or not, before something has been typed."""
    made = one("lstm", "predict", tmp_path)
    assert made.record is not None
    record = read_record(made.record)
    template = plan_of(record).contents.template
    telling = set()
    for guess in record.tasks[EVERYBODY]["guesses"]:
        history = train(template, {**template.inputs(), **guess["changes"]})
        telling.add(float(history[guess["quantity"]][guess["iteration"]]))
    for sheet in load_workbook(made.path, data_only=True).worksheets:
        numbers = [c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, float)]
        assert not [n for n in numbers if any(math.isclose(n, t, rel_tol=1e-6) for t in telling)], sheet.title
    assert not [text for text in _texts(made.path) if "guesses" in text]


def _texts(book: Path) -> list[str]:
    return [str(c.value) for s in load_workbook(book).worksheets for row in s.iter_rows() for c in row if c.value]


def test_a_guess_is_judged_by_how_near_and_on_which_side(tmp_path: Path) -> None:
    """By the book as by marking: near, the right side, the other side, no number."""
    made = one("lstm", "predict", tmp_path)
    assert made.record is not None
    record = read_record(made.record)
    template, guesses = plan_of(record).contents.template, record.tasks[EVERYBODY]["guesses"]
    answers: dict[int, str | float] = {}
    expected = {}
    shares = iter(((0.9, "right", ""), (0.3, "right direction", "way"), (-0.5, "wrong direction", "other_way")))
    for number, guess in enumerate(guesses):
        if guess["directed"]:
            answers[number], expected[number] = "up", ("choose from the list", "choose")
            continue
        then = train(template, {**template.inputs(), **guess["changes"]})[guess["quantity"]][guess["iteration"]]
        share, said, told = next(shares)
        answers[number] = float(guess["now"] + share * (then - guess["now"]))
        expected[number] = (said, told)
    assert [told for _, told in marks_of(made, tmp_path, answers)] == [told for _, told in expected.values()]
    with bench(tmp_path / "Ada.xlsx") as opened:
        said_live = [opened.value("Answers", FIRST + number, MARK) for number in expected]
    assert said_live == [said for said, _ in expected.values()]


def test_without_marks_nothing_is_revealed(tmp_path: Path) -> None:
    """A book for an examination has no trial, and is marked all the same."""
    made = one("into-backprop", "predict", tmp_path, marked=False)
    assert load_workbook(made.path).sheetnames == ["Start", "Answers", "Training", "_xlbp"]
    assert len(marks_of(made, tmp_path, {0: 1.0})) == made.blanks


@pytest.mark.parametrize("template", ["mazur", "softmax-delta"])
def test_where_a_student_points_is_told_apart(template: str, tmp_path: Path) -> None:
    """The cell itself, any other with the mistake, one that follows from it, one that is right, none at all."""
    made = one(template, "find", tmp_path)
    assert made.record is not None
    record = read_record(made.record)
    contents = plan_of(record).contents
    task = read(record.tasks[EVERYBODY])
    assert isinstance(task, Finding)
    name, plant = task.plant.quantity, task.plant
    touched = affected(contents, plant)
    follows = next((n, t) for n, t in sorted(touched) if n != name)
    whole = next((n, 0) for n in contents.program.names if (n, 0) not in touched)
    cell = contents.layout.cell
    tries = {
        cell(name, plant.iterations[-1]).lower(): ("right", ""),
        f"Training!${cell(name, plant.iterations[0])}": ("right", ""),
        cell(*follows): ("wrong", "follows"),
        cell(*whole): ("wrong", "whole"),
        "A1": ("wrong", "no_cell"),
    }
    marker = marker_of(record, [ADA])
    for text, expected in tries.items():
        assert verdicts(marker, answered(made.path, tmp_path / "Ada.xlsx", "Answers", {0: text}))[0] == expected, text
    book = answered(made.path, tmp_path / "Ada.xlsx", "Answers", {0: cell(*follows)})
    marks = [marker_of(record, [ADA], partial).mark(Found(book, ADA)) for partial in ("1", "1/2")]
    assert [marked.result.points for marked in marks] == [0, Fraction(1, 2)]  # near counts where a teacher says so
    assert [feedback_of(marked) for marked in marks] == [
        ("0 of 3 answers", "wrong"),
        ("0.5 of 3 points", "wrong (0.5 of 1)"),
    ]


def test_a_correction_may_have_any_form(tmp_path: Path) -> None:
    """A formula is tried with other inputs, a number is taken as it is; what fits by chance alone is no formula."""
    made = one("mazur", "find", tmp_path)
    assert made.record is not None
    record = read_record(made.record)
    plan = plan_of(record)
    task = read(record.tasks[EVERYBODY])
    assert isinstance(task, Finding)
    right = right_formula(plan.contents, task.plant)
    name, t = task.plant.first
    worth = float(train(plan.contents.template)[name][t])
    where = plan.contents.layout.cell(name, t)
    other = next(mistake for mistake in task.choices if mistake not in (task.plant.mistake, *task.plant.also))
    tries: dict[str | float, str] = {
        f"{right}*2/2": "", right.lstrip("="): "", f"=({right[1:]})+0*B9": "", f"{worth:.4g}": "",
        f"={worth!r}*1": "wrong_formula", "=)(": "wrong_formula", "=B9": "wrong_formula",
    }  # fmt: skip
    marker = marker_of(record, [ADA])
    for text, told in tries.items():
        answers = {0: where, 1: called(plan.contents, other), 2: text}
        said = verdicts(marker, answered(made.path, tmp_path / "Ada.xlsx", "Answers", answers))
        assert said[1:] == [("wrong", "other_mistake"), ("wrong" if told else "right", told)], text


def test_only_a_formula_completes_a_formula(tmp_path: Path) -> None:
    """A typed number, and a formula that fits these inputs alone, are told apart from another form of the right one."""
    order = Order("mazur", "AL9,AM9,AN9", ("training.iterations=1",), "en", kind="complete")
    made = make_exercise(order, tmp_path / "book.xlsx")
    plan = plan_of(order.record(None))
    exercise = plan.version()
    history = train(exercise.contents.template)
    first, second, third = exercise.blanks.cells
    workbook = load_workbook(made.path)
    sheet = workbook["Training"]
    sheet[exercise.cell(first)] = float(f"{history[first.name][0]:.5g}")
    sheet[exercise.cell(second)] = f"={float(history[second.name][0])!r}*1"
    sheet[exercise.cell(third)] = f"=-2*({exercise.formula(third)})/-2"
    workbook.save(tmp_path / "Ada.xlsx")
    assert verdicts(marker_of(order.record(None), [ADA]), tmp_path / "Ada.xlsx") == [
        ("wrong", "value"),
        ("wrong", "coincidence"),
        ("right", ""),
    ]
    with bench(tmp_path / "Ada.xlsx") as opened:
        row = exercise.contents.layout.first_row
        said = [opened.value("Training", row, exercise.marks[blank.name]) for blank in exercise.blanks.cells]
    assert said == ["a formula?", "right", "right"]


def test_what_is_0_here_needs_its_formula_all_the_same(tmp_path: Path) -> None:
    """Of a product with a 0, as behind a unit that is off, a factor too many shows where other inputs wake it."""
    order = Order("micrograd", "backward", ("training.iterations=1",), "en", kind="complete")
    made = make_exercise(order, tmp_path / "book.xlsx")
    exercise = plan_of(order.record(None)).version()
    history = train(exercise.contents.template)
    blanks = exercise.blanks.cells
    zero = [blank for blank in blanks if blank.iteration == 0 and not history[blank.name][0]]
    workbook = load_workbook(made.path)
    for blank in blanks:
        formula = exercise.formula(blank)
        workbook["Training"][exercise.cell(blank)] = f"=3*({formula})" if blank in zero else f"={formula}"
    workbook.save(tmp_path / "Ada.xlsx")
    told = dict(zip(blanks, verdicts(marker_of(order.record(None), [ADA]), tmp_path / "Ada.xlsx"), strict=True))
    assert zero
    assert {told[blank] for blank in zero} == {("wrong", "coincidence")}


def test_a_class_needs_its_record(tmp_path: Path) -> None:
    """What each student was asked is drawn once: it can't be told by the template."""
    with pytest.raises(UsageError, match="stands in the record alone"):
        described_by([tmp_path], [], None, Described("mazur", kind="find"))
