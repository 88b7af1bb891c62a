"""A class: its books made, and marked when they come back, beside the engine's own load and evaluate of one of them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from openpyxl import load_workbook

from tools.bench.measure import Case, figures, in_turns, ratio, task
from tools.bench.plan import NETWORK, Say, Section, Sizes
from tools.bench.writers import Work
from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.make import Maker
from xlbp.classroom.mark import untouched_formulas
from xlbp.classroom.marking.class_answers import ClassAnswers
from xlbp.classroom.marking.files import Found
from xlbp.classroom.marking.marker import Job, Marker
from xlbp.classroom.order import Order, plan_of
from xlbp.classroom.versions import draw_class

SEED = 7


def order_of(exercise: str, rows: int) -> Order:
    """The gradients of a template of ours, or of the network, over so many rows."""
    return Order(
        network() if exercise == NETWORK else exercise, "gradients", (f"training.iterations={rows - 1}",), "en"
    )


def network() -> str:
    """Three inputs, four tanh units, two sigmoid ones, and sixteen samples in a batch."""
    inputs = [[round(((7 * i + 3 * j) % 19 - 9) / 10, 1) for j in range(3)] for i in range(16)]
    targets = [[round((5 * i + 4 * j) % 11 / 10, 1) for j in range(2)] for i in range(16)]
    layers = "".join(
        f'[[network.layers]]\nunits = {units}\nactivation = "{activation}"\n'
        f'weights = {{init = "xavier_uniform", seed = {units}}}\nbias = {[0.1 * (k + 1) for k in range(units)]}\n'
        for units, activation in ((4, "tanh"), (2, "sigmoid"))
    )
    data = f"[data]\ninputs = {inputs}\ntargets = {targets}\n"
    return f'[template]\ntitle = "3-4-2"\n[network]\nloss = "mse"\n{layers}{data}[training]\nlearning_rate = 0.5\n'


def books(folder: str, exercise: str, rows: int, students: int) -> Work:
    """The books of a class in one process, the first apart, for which the exercise is put together."""
    record = order_of(exercise, rows).record(SEED)
    class_ = [Student(n, f"Student {n}", "", f"name student {n}", f"Student {n}") for n in range(1, students + 2)]
    drawing = time.process_time()
    versions = draw_class(plan_of(record), record, class_)
    drawing = time.process_time() - drawing
    maker = Maker(record, has_key=False)
    book = Path(folder) / "book.xlsx"
    first = time.process_time()
    book.write_bytes(maker.make((class_[0].name, versions[0][1], None)).book)
    first = time.process_time() - first

    def work() -> dict[str, float]:
        for student, numbers in versions[1:]:
            (Path(folder) / f"{student.stem}.xlsx").write_bytes(maker.make((student.name, numbers, None)).book)
        return {"first": first, "drawing": drawing / len(class_)}

    return work


def engine(folder: str, times: int) -> Work:
    """IronCalc's own load and evaluate of such a book, as often as there are students."""
    import ironcalc

    def work() -> dict[str, float]:
        for _ in range(times):
            ironcalc.load_from_xlsx(str(Path(folder) / "book.xlsx"), "en", "UTC", "en").evaluate()
        return {}

    return work


def marks(folder: str, exercise: str, rows: int, students: int) -> Work:
    """The hand-ins of a class marked in one process, feedback included; in each a sign is turned round."""
    record = order_of(exercise, rows).record(SEED)
    plan = plan_of(record)
    class_ = [Student(n, f"Student {n}", "", f"name student {n}", f"Student {n}") for n in range(1, students + 2)]
    versions = draw_class(plan, record, class_)
    answers = ClassAnswers.of(plan, versions)
    untouched = untouched_formulas(plan)
    marker = Marker(Job(record, versions, untouched, has_copies=True, formulas_only=False, answers=answers))
    first, *rest = plan.blanks.cells
    exercise_ = plan.version()
    filled = {blank: f"={exercise_.formula(blank)}" for blank in rest} | {first: f"=-({exercise_.formula(first)})"}
    files = []
    for student in class_[1:]:
        path = Path(folder) / f"{student.stem}.xlsx"
        workbook = load_workbook(path)
        for blank, formula in filled.items():
            workbook[plan.contents.title][exercise_.cell(blank)].value = formula
        workbook.save(path)
        files.append(Found(path, student))

    def work() -> dict[str, float]:
        marked = [marker.mark(file) for file in files]
        results = [each.result for each in marked]
        assert all(each.feedback for each in marked)
        assert {result.verdicts[0].status for result in results} == {"wrong"}
        assert all(result.score == len(rest) for result in results)
        return {}

    return work


def classes(sizes: Sizes, say: Say) -> Section:
    """Books of a class and their marking against the engine alone."""
    section = Section(
        "A class",
        "Exercises on gradients, each student with other numbers: books made and, a sign turned round in each, marked "
        "with their feedback, by one process; against a Python that does nothing but let IronCalc load and evaluate "
        "such a book. Seconds of the processor for a book. The first book of a process, for which the exercise is put "
        "together and the engine opened, stands apart; so does drawing a student's numbers.",
        (
            *("exercise", "rows", "first book, s", "numbers, s", "further book, s", "marking, s", "IronCalc alone, s"),
            *("making ÷ IronCalc", "marking ÷ IronCalc", "largest process, MB"),
        ),
    )
    section.rows = list(_rows(sizes, say))
    return section


def _rows(sizes: Sizes, say: Say) -> Iterator[tuple[str, ...]]:
    for exercise, rows, students in sizes.classes:
        say(f"{students} books of {exercise}")
        with tempfile.TemporaryDirectory() as folder:
            given = {"folder": folder, "exercise": exercise, "rows": rows, "students": students}
            cases: dict[str, Case] = {
                "books": partial(task, "classes.books", **given),
                "engine": partial(task, "classes.engine", folder=folder, times=students),
                "marks": partial(task, "classes.marks", **given),
            }
            runs = in_turns(cases, sizes.rounds)
        made, alone, marked = (runs[name] for name in ("books", "engine", "marks"))
        each = [min(run.processor for run in taken) / students for taken in (made, marked, alone)]
        once = [min(run.facts[fact] for run in made) for fact in ("first", "drawing")]
        peak = figures(max(run.peak for run in (*made, *marked)))
        making = ratio(made, alone, "processor")
        marking = ratio(marked, alone, "processor")
        yield exercise, f"{rows}", *map(figures, (*once, *each)), str(making), str(marking), peak
