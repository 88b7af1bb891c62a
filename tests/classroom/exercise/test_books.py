"""Student books as files: the marks, and that nothing in a book tells an answer."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.classes import fill_in, key, plan, roster
from xlbp.classroom.exercise.layout import FIRST, MARK_COLUMN, Exercise
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.make import make_class, make_exercise
from xlbp.classroom.order import Order
from xlbp.errors import UnreadableError, UsageError, WriteError
from xlbp.lang import LANGUAGES, load_texts
from xlbp.pipeline import verify
from xlbp.recalc.bench import bench
from xlbp.recalc.libreoffice import LibreOffice
from xlbp.reference.train import train
from xlbp.xlsx.areas import Area

pytestmark = pytest.mark.slow  # whole books, many of them

GROUPS = ("gradients", "backward", "forward", "update")
CASES = [(t, b) for t in ("mazur", "into-backprop") for b in GROUPS]
CASES += [("xor", "backward"), ("xor", "gradients"), ("relu-softmax-three-layer", "backward")]
CASES += [("uneven-slopes-adam", "update"), ("dead-relu", "forward"), ("softmax-delta", "backward")]


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Path, Path]:
    """A plan, its book and its key."""
    template, blank = request.param
    path = tmp_path_factory.mktemp("exercise") / "book.xlsx"
    order = Order(template, blank, ("training.iterations=1",), "en", solution=True)
    exercise = make_exercise(order, path)
    assert exercise.solution is not None
    return plan(template, blank), exercise.path, exercise.solution


def marks(book: Path, exercise: Exercise) -> list[object]:
    """What the live marks say."""
    with bench(book) as opened:
        return [opened.value("Marks", FIRST + n, MARK_COLUMN) for n in range(len(exercise.blanks.cells))]


def test_an_empty_book_says_to_do_and_its_key_right(made: tuple[Plan, Path, Path]) -> None:
    """Every mark of the book waits; every mark of the key is content."""
    the_plan, book, solution = made
    assert set(marks(book, the_plan.version())) == {"to do"}
    assert set(marks(solution, the_plan.version())) == {"right"}


def test_a_wrong_answer_is_told(made: tuple[Plan, Path, Path], tmp_path: Path) -> None:
    """An answer that is off by a percent, typed with all its digits, is told; and none before it.

    Derivatives that rest on it are told, too: they are compared with the loss. All else is judged by the row.
    """
    the_plan, book, _ = made
    exercise = the_plan.version()
    answers = key(exercise)
    history = train(exercise.contents.template)
    wrong = next(b for b in exercise.blanks.cells if abs(history[b.name][b.iteration]) > 0.01)
    answers[wrong] = float(history[wrong.name][wrong.iteration]) * 1.0123456789
    found = marks(fill_in(book, tmp_path / "in.xlsx", exercise, answers), exercise)
    told = dict(zip(exercise.blanks.cells, found, strict=True))
    assert told[wrong] == "look again"
    assert set(found[: exercise.blanks.cells.index(wrong)]) <= {"right"}
    if not the_plan.blanks.asked.startswith(("backward", "gradients")):
        assert Counter(found)["look again"] == 1


@pytest.mark.parametrize("answer", ["0,5", "=1/0", '="0.5"'])
def test_an_answer_that_is_no_number_is_told_as_such(answer: str, tmp_path: Path) -> None:
    """A text and an error get a mark of their own; the other marks wait."""
    exercise = plan("mazur", "gradients").version()
    book = make_exercise(Order("mazur", "gradients", ("training.iterations=1",), "en"), tmp_path / "book.xlsx").path
    first, *rest = exercise.blanks.cells
    found = marks(fill_in(book, tmp_path / "in.xlsx", exercise, {first: answer}), exercise)
    assert found == ["a number?"] + ["to do"] * len(rest)


def test_without_marks_a_line_names_the_answer_that_is_no_number(tmp_path: Path) -> None:
    """In an examination nothing is marked, but a comma for a point is told: below the panel, by its cell."""
    exercise = plan("mazur", "gradients", marked=False).version()
    order = Order("mazur", "gradients", ("training.iterations=1",), "en", marked=False)
    book = make_exercise(order, tmp_path / "book.xlsx").path
    second = exercise.blanks.cells[1]
    lines = []
    for answer in (0.5, "0,5"):
        with bench(fill_in(book, tmp_path / "in.xlsx", exercise, {second: answer})) as opened:
            lines.append(opened.value("Training", 4, 2))
    assert lines == ["", f"← {exercise.cell(second)}: a number is needed"]


def test_no_formula_of_a_blank_stands_anywhere(made: tuple[Plan, Path, Path]) -> None:
    """Neither in a cell, nor in the words over a column, nor in a defined name."""
    the_plan, book, _ = made
    exercise = the_plan.version()
    formulas = {exercise.formula(blank) for blank in exercise.blanks.cells}
    telling = {f for f in formulas if re.search(r"[-+*/(]", f)}
    workbook = load_workbook(book)
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                text = str(cell.value or "").replace("Training!", "").replace("$", "")
                found = [f for f in telling if re.search(rf"(?<![A-Z0-9_]){re.escape(f)}(?![A-Z0-9_])", text)]
                assert not found, f"{sheet.title}!{cell.coordinate}: {text}"
    row = exercise.contents.layout.first_row - 1
    columns = exercise.contents.layout.columns
    shown = {workbook["Training"].cell(row, columns[name]).value for name in exercise.blanks.names}
    assert shown == {"?"}


def test_no_number_of_an_answer_stands_anywhere(made: tuple[Plan, Path, Path]) -> None:
    """No cell, as saved or as recalculated, holds an answer that is not there for another reason."""
    the_plan, book, _ = made
    exercise = the_plan.version()
    history = train(exercise.contents.template)
    blanks = set(exercise.blanks.names)
    others = [float(v) for n in exercise.contents.program.names if n not in blanks for v in history[n]]
    others += list(exercise.contents.template.inputs().values())
    answers = {float(history[b.name][b.iteration]) for b in exercise.blanks.cells}
    telling = {a for a in answers if abs(a) > 1e-6 and all(abs(a - o) > 1e-9 * abs(a) for o in others) and a % 1}
    for sheet in load_workbook(book, data_only=True).worksheets:
        numbers = [c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, float)]
        assert not [n for n in numbers if any(abs(n - a) < 1e-7 * abs(a) for a in telling)], sheet.title


def test_the_book_says_which_exercise_it_is_and_no_more(made: tuple[Plan, Path, Path]) -> None:
    """The hidden sheet names template, blanks and format; neither template text nor layout is in it."""
    the_plan, book, _ = made
    text = " ".join(str(c.value) for row in load_workbook(book)["_xlbp"].iter_rows() for c in row)
    assert the_plan.contents.template.name in text
    assert the_plan.blanks.asked in text
    assert "learning_rate" not in text
    assert "columns" not in text


def test_only_blanks_are_unlocked(made: tuple[Plan, Path, Path]) -> None:
    """The training sheet is protected, its blanks are not; mark formulas are hidden."""
    the_plan, book, _ = made
    exercise = the_plan.version()
    workbook = load_workbook(book)
    sheet = workbook["Training"]
    unlocked = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    assert sheet.protection.sheet
    assert unlocked == {exercise.cell(blank) for blank in exercise.blanks.cells}
    assert workbook["Marks"].cell(FIRST, MARK_COLUMN).protection.hidden
    assert workbook["Marks"].protection.sheet


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_book(language: str, tmp_path: Path) -> None:
    """Marks speak the language of the book."""
    made = make_exercise(Order("mazur", "update", ("training.iterations=1",), language), tmp_path / "b.xlsx")
    texts = load_texts(language)
    with bench(made.path) as opened:
        assert opened.value(texts("sheet.marks"), FIRST, MARK_COLUMN) == texts("marks.todo")


def test_rounded_answers_are_right(tmp_path: Path) -> None:
    """Four digits of a gradient are enough, two are not, and a formula's answer must be exact."""
    the_plan = plan("mazur", "gradients", "training.iterations=1")
    exercise = the_plan.version()
    made = make_exercise(Order("mazur", "gradients", ("training.iterations=1",), "en"), tmp_path / "b.xlsx")
    history = train(exercise.contents.template)
    first, second, third, *_ = (b for b in exercise.blanks.cells if b.name.startswith("dW2"))
    truth = {b: float(history[b.name][0]) for b in (first, second, third)}
    answers = {
        first: float(f"{truth[first]:.4g}"),
        second: float(f"{truth[second]:.1e}") + 0.001,
        third: f"={truth[third]!r}*1.00001",
    }
    found = marks(fill_in(made.path, tmp_path / "in.xlsx", exercise, answers), exercise)
    told = dict(zip(exercise.blanks.cells, found, strict=True))
    assert [told[first], told[second], told[third]] == ["right", "look again", "look again"]


def test_a_later_cell_is_judged_by_the_students_own(tmp_path: Path) -> None:
    """A wrong delta is told, the cell that follows from it rightly is not."""
    the_plan = plan("mazur", "update", "training.iterations=1")
    exercise = the_plan.version()
    made = make_exercise(Order("mazur", "update", ("training.iterations=1",), "en"), tmp_path / "b.xlsx")
    answers = key(exercise)
    answers[exercise.blanks.cells[0]] = "=B9"
    found = marks(fill_in(made.path, tmp_path / "in.xlsx", exercise, answers), exercise)
    assert found == ["look again"] + ["right"] * (len(found) - 1)


def test_without_marks_nothing_computes(tmp_path: Path) -> None:
    """A book for an examination has neither marks nor passes."""
    made = make_exercise(Order("mazur", "gradients", language="en", marked=False), tmp_path / "b.xlsx")
    assert load_workbook(made.path).sheetnames == ["Start", "Training", "_xlbp"]


def test_verify_says_what_it_is(tmp_path: Path) -> None:
    """An exercise can't be verified, and the error says what can be done with it."""
    made = make_exercise(Order("mazur", "update", ("training.iterations=1",), "en"), tmp_path / "b.xlsx")
    with pytest.raises(UnreadableError, match=r"xlbp\.mark"):
        verify(made.path)


def test_a_mark_that_would_not_know_its_answer_is_refused(tmp_path: Path) -> None:
    """At a corner of ReLU a difference of passes is no derivative, so that no such book leaves."""
    settings = ("training.iterations=1", "network.layers.1.weights=[[0.0,0.0],[0.0,0.0]]", "network.layers.1.bias=0.0")
    settings += ('network.layers.1.activation="relu"',)
    with pytest.raises(UsageError, match="corner"):
        make_exercise(Order("mazur", "backward", settings, "en"), tmp_path / "b.xlsx")
    assert not (tmp_path / "b.xlsx").exists()


def test_an_old_book_stays(tmp_path: Path) -> None:
    """Nothing is replaced without --force."""
    (tmp_path / "b.xlsx").write_text("old")
    with pytest.raises(WriteError, match="force=True"):
        make_exercise(Order("mazur", "update", language="en"), tmp_path / "b.xlsx")
    assert (tmp_path / "b.xlsx").read_text() == "old"


@pytest.mark.office
@pytest.mark.slow
def test_libreoffice_agrees(tmp_path: Path) -> None:
    """Another program's marks say the same, of the book and of its key."""
    order = Order("xor", "backward", ("training.iterations=1",), "en", solution=True)
    made = make_exercise(order, tmp_path / "b.xlsx")
    for book, word in ((made.path, "to do"), (made.solution, "right")):
        assert book is not None
        [grid] = LibreOffice().values(book, [Area("Marks", FIRST, FIRST + made.blanks - 1, MARK_COLUMN)])
        assert {row[MARK_COLUMN - 1] for row in grid} == {word}


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("sigmoid-graph", ["d = a + b", "e = d · c", "f = σ(e)"]),
        ("mazur", ["net_h2 comes from i1 by w3, i2 by w4, bias b1."]),
        ("xor", ["z_y comes from h1 by w5, h2 by w6, bias b3."]),
    ],
)
def test_the_book_alone_says_what_is_to_be_computed(tmp_path: Path, template: str, words: list[str]) -> None:
    """Where the forward pass is blank the headings say "?": the first sheet tells what feeds what."""
    path = make_exercise(Order(template, "forward", language="en"), tmp_path / "b.xlsx").path
    texts = {cell.value for row in load_workbook(path)["Start"].iter_rows() for cell in row}
    assert set(words) <= texts


def test_no_comment_calls_a_given_cell_yellow(tmp_path: Path) -> None:
    """Only what is to be filled in is yellow, and a given parameter can't be changed."""
    path = make_exercise(Order("mazur", "gradients", language="en"), tmp_path / "b.xlsx").path
    comments = [c.comment.text for row in load_workbook(path)["Training"].iter_rows() for c in row if c.comment]
    assert comments
    assert not [text for text in comments if "yellow" in text]


def test_a_folder_with_books_says_what_is_there(tmp_path: Path) -> None:
    """After an interruption: how many of the class's books exist; a stranger's book stops even --force."""
    list_, order = roster(tmp_path / "class.csv", "Ann", "Bob", "Cay"), Order("one-product", "gradients", language="en")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "Ann.xlsx").write_text("x")
    with pytest.raises(WriteError, match="1 of the 3 books are there already"):
        make_class(order, list_, 1, folder, 1)
    assert len(make_class(replace(order, force=True), list_, 1, folder, 1).books) == 3
    (folder / "Dan.xlsx").write_text("x")
    with pytest.raises(WriteError, match=r"nobody's in this roster .*Dan"):
        make_class(replace(order, force=True), list_, 1, folder, 1)


@pytest.mark.parametrize("force", [False, True])
def test_a_book_that_came_meanwhile_is_kept(tmp_path: Path, force: bool) -> None:
    """A second command for the same class replaces no book of the first without --force."""
    list_, order = roster(tmp_path / "class.csv", "Ann", "Bob"), Order("one-product", "gradients", language="en")
    book = tmp_path / "out" / "Bob.xlsx"

    def other_command(step: str, share: float | None = None) -> None:
        if step == "1 of 2 books":
            book.write_text("theirs")

    def make() -> None:
        make_class(replace(order, force=force), list_, 1, tmp_path / "out", 1, other_command)

    if force:
        make()
        assert zipfile.is_zipfile(book)
    else:
        with pytest.raises(WriteError, match=r"Bob\.xlsx exists; .*force=True"):
            make()
        assert book.read_text() == "theirs"


@pytest.mark.parametrize("lock", ["~$Ann.xlsx", ".~lock.Ann.xlsx#"])
def test_no_book_that_is_open_is_replaced(tmp_path: Path, lock: str) -> None:
    """Not even by --force: Excel and LibreOffice keep a file beside an open book, which is nobody's hand-in."""
    list_, order = roster(tmp_path / "class.csv", "Ann"), Order("one-product", "gradients", language="en", force=True)
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / lock).touch()
    assert len(make_class(order, list_, 1, folder, 1).books) == 1
    before = (folder / "Ann.xlsx").read_bytes()
    with pytest.raises(WriteError, match=r"Ann\.xlsx is open in another program"):
        make_class(order, list_, 2, folder, 1)
    assert (folder / "Ann.xlsx").read_bytes() == before


def test_no_book_that_is_read_only_is_replaced(tmp_path: Path) -> None:
    """Not even by --force, as with every other result."""
    list_, order = roster(tmp_path / "class.csv", "Ann"), Order("one-product", "gradients", language="en", force=True)
    [book] = make_class(order, list_, 1, tmp_path / "out", 1).books
    book.chmod(0o444)
    with pytest.raises(WriteError, match=r"Ann\.xlsx is read-only"):
        make_class(order, list_, 2, tmp_path / "out", 1)
