"""A class that hands in books with planted slips of every kind: what marking finds of them, and what it names.

A part of the books comes back as real ones do: saved by another program, with numbers as text,
under a name that says nothing, twice, as a macro book or a bomb.  Run by ``python tools/class_marks.py``.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import load_workbook

sys.path.insert(0, str(Path(__file__).resolve().parent))
from slips import SLIPS, Book

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.record import read_record
from xlbp.classroom.exercise.roster import Student, read_roster
from xlbp.classroom.make import make_class
from xlbp.classroom.mark import Marked, Options, mark
from xlbp.classroom.marking.result import Result
from xlbp.classroom.marking.verdict import Verdict
from xlbp.classroom.order import Order, plan_of
from xlbp.classroom.versions import draw_class
from xlbp.reference.train import train
from xlbp.system.process import find_program

CLASSES = (  # template, what is blank, how many students of 200
    ("mazur", "gradients", 26),
    ("mazur", "backward", 26),
    ("mazur", "forward", 26),
    ("mazur", "update", 22),
    ("xor", "gradients,backward", 26),
    ("xor", "forward", 14),
    ("relu-softmax-three-layer", "gradients,backward", 14),
    ("relu-softmax-three-layer", "update", 10),
    ("into-backprop", "gradients,backward", 14),
    ("sigmoid-graph", "forward", 10),
    ("six-neurons", "gradients", 12),
)
RIGHT_WAYS = ("formula", "rounded", "typed", "text")  # of answering a cell rightly
FATES = ("missing", "cut off", "copied", "macros", "bomb", "old .xls")  # of the last students, from behind
HABITS = ("as it is", "LibreOffice", "no name", "twice", "as it is")  # of handing in
PEOPLE = (
    "王小明",
    "Zoë O'Brien",
    "=cmd|'/c calc'!A0",
    "CON",
    "陳 美玲",
    "Ann Lee",
    "Ann Lee",
    "José Núñez",
    "@SUM(A1)",
)


@dataclass
class Tally:
    """Of one kind of slip: how many were planted, seen as wrong, and named rightly."""

    planted: int = 0
    found: int = 0
    named: int = 0
    called: Counter[str] = field(default_factory=Counter)


@dataclass
class Outcome:
    """What marking made of all classes; ``alarms``: cells that were right and not told so."""

    slips: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    cells: int = 0
    alarms: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    follows: int = 0
    files: Counter[str] = field(default_factory=Counter)
    copies: list[tuple[str, str]] = field(default_factory=list)
    accused: list[str] = field(default_factory=list)  # of copying, who did not
    seconds: float = 0.0
    books: int = 0


@dataclass
class Group:
    """A class before it is marked: everyone's book, what was planted in it, and what became of the file."""

    folder: Path
    students: Sequence[Student]
    books: Mapping[int, Book]
    planted: dict[int, dict[Blank, str]] = field(default_factory=dict)
    fates: dict[int, str] = field(default_factory=dict)


def answers_of(book: Book, chance: random.Random, wanted: list[str]) -> tuple[dict[Blank, object], dict[Blank, str]]:
    """A student's answers, with up to two planted slips; and which were planted."""
    way = chance.choice(RIGHT_WAYS)
    answers: dict[Blank, object] = {}
    for blank in book.exercise.blanks.cells:
        value = book.value(blank)
        short = float(f"{value:.4g}")
        plain = {"rounded": short, "typed": value, "text": f"{short} ".replace(".", ",")}.get(way, "")
        # numbers that were worked out with the right ones before do not follow from a slip
        answers[blank] = plain if plain != "" and blank.iteration == 0 else f"={book.key(blank)}"
    planted: dict[Blank, str] = {}
    for kind in wanted:
        for blank in chance.sample(book.exercise.blanks.cells, len(book.exercise.blanks.cells)):
            made = SLIPS[kind][0](book, blank)
            if made is not None and made != answers[blank] and blank not in planted:
                answers = {
                    b: a if b in planted or str(a).startswith("=") else f"={book.key(b)}" for b, a in answers.items()
                }
                answers[blank], planted[blank] = made, kind
                break
    return answers, planted


def hand_in(source: Path, target: Path, exercise: Exercise, answers: Mapping[Blank, object]) -> None:
    """Fill in a handed-out book and save it by another program."""
    workbook = load_workbook(source)
    sheet = workbook[exercise.contents.title]
    for blank, answer in answers.items():
        sheet[exercise.cell(blank)].value = answer if answer != "" else None
    workbook.save(target)


def run_class(
    folder: Path, template: str, blank: str, count: int, seed: int, jobs: int, outcome: Outcome, office: bool = False
) -> Marked:
    """Hand out, fill in, mark, and compare with what was planted; with ``office`` LibreOffice saves some again."""
    chance = random.Random(f"{template} {blank} {seed}")
    roster = folder / "class.csv"
    people = [f'"{name}",,s{n:03d}' for n, name in zip(range(count), _names(), strict=False)]
    roster.write_text("\ufeffname,note,id\n" + "\n".join([*people[:3], ",,", *people[3:]]) + "\n", "utf-8")
    made = make_class(Order(template, blank, language="en", marked=False), roster, seed, folder / "out", jobs)
    record, students = read_record(made.record), read_roster(roster)
    plan = plan_of(record)
    books = {}
    for s, numbers in draw_class(plan, record, students):
        exercise = plan.version(numbers, s.name)
        books[s.number] = Book(exercise, train(exercise.contents.template))
    group = Group(folder, students, books)
    _hand_in_all(group, made.books, chance, office)
    begun = time.perf_counter()
    done = mark(folder / "in", roster, record, folder / "marks.csv", Options(jobs=jobs))
    outcome.seconds += time.perf_counter() - begun
    outcome.books += count
    _compare(done, group, outcome)
    return done


def _names() -> Iterator[str]:
    """Odd ones first."""
    yield from PEOPLE
    yield from (f"Student {n:03d}" for n in range(10_000))


def _hand_in_all(group: Group, sources: Sequence[Path], chance: random.Random, office: bool) -> None:
    """Everyone's file, with slips in it and with its fate."""
    handed, count = group.folder / "in", len(group.students)
    handed.mkdir()
    kinds = _kinds_for(group.books[1], chance)
    habits: dict[str, list[Path]] = defaultdict(list)
    for student, source in zip(group.students, sources, strict=True):
        number = student.number
        fate = dict(enumerate(FATES)).get(count - number, "")
        group.fates[number] = fate
        if fate == "missing":
            continue
        habit = chance.choice(HABITS) if not fate else ""
        target = handed / (f"homework {number}.xlsx" if habit == "no name" else f"{source.stem}_{student.id}_file.xlsx")
        wanted = [next(kinds) for _ in range(chance.choice((1, 1, 2)))]
        answers, group.planted[number] = answers_of(group.books[number], chance, wanted)
        if fate == "copied":
            group.planted[number] = {}
            answers = {b: f"={group.books[1].key(b)}" for b in answers}
        hand_in(sources[0] if fate == "copied" else source, target, group.books[number].exercise, answers)
        _befall(target, fate)
        if habit == "twice":
            shutil.copy(target, handed / f"copy {number}.xlsx")
        habits[habit].append(target)
    if office:
        _save_again(habits["LibreOffice"], group.folder / "office")


def _befall(target: Path, fate: str) -> None:
    """What makes a file unreadable."""
    if fate == "cut off":
        target.write_bytes(target.read_bytes()[:5000])
    elif fate == "old .xls":
        target.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(5000))
    elif fate in ("macros", "bomb"):
        with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as package:
            part = ("xl/vbaProject.bin", b"x") if fate == "macros" else ("xl/media/image1.bin", bytes(250_000_000))
            package.writestr(*part)


def _save_again(books: Sequence[Path], folder: Path) -> None:
    """By LibreOffice, all at once."""
    if books:
        office = find_program(("soffice", "libreoffice"), "install LibreOffice Calc (Debian: libreoffice-calc)")
        run = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx"]
        subprocess.run([*run, "--outdir", str(folder), *map(str, books)], check=True, capture_output=True, timeout=600)
        for book in books:
            shutil.move(folder / book.name, book)


def _kinds_for(book: Book, chance: random.Random) -> Iterator[str]:
    """The kinds that fit this exercise, again and again in another order."""
    fitting = [
        k for k, (plant, _) in SLIPS.items() if any(plant(book, b) is not None for b in book.exercise.blanks.cells)
    ]
    while True:
        yield from chance.sample(fitting, len(fitting))


def _compare(done: Marked, group: Group, outcome: Outcome) -> None:
    """Every verdict with what was planted."""
    for result in done.results:
        number = result.student.number if result.student else 0
        fate = group.fates.get(number, "nobody's")
        outcome.files[f"{fate or 'whole'}: {result.status}"] += 1
        if fate == "copied":
            outcome.copies.append((result.owner, result.student.name if result.student else ""))
        elif not fate:
            outcome.accused += (
                [f"{result.file}: {result.owner}{result.answers_of}"] if result.owner + result.answers_of else []
            )
            _compare_cells(result, group.planted[number], outcome)


def _compare_cells(result: Result, planted: Mapping[Blank, str], outcome: Outcome) -> None:
    for verdict in result.verdicts:
        kind = planted.get(verdict.blank)
        said = f"{verdict.blank} {verdict.status} {verdict.kind!r}: {verdict.answer} {verdict.expected}"
        if kind is None:
            outcome.cells += 1
            outcome.follows += verdict.status == "follows"
            if not verdict.scores:
                outcome.alarms.append(f"{result.file} {said}; planted {planted}")
            continue
        wanted = SLIPS[kind][1]
        if wanted and verdict.scores and _without_effect(verdict):
            continue
        tally = outcome.slips[kind]
        seen = verdict.status == ("wrong" if wanted else "empty")
        named = seen and (not wanted or verdict.kind in wanted)
        tally.planted += 1
        tally.found += seen
        tally.named += named
        tally.called[verdict.kind if seen else verdict.status] += 1
        if not named:
            outcome.unseen.append(f"{kind}: {said}")


def _without_effect(verdict: Verdict) -> bool:
    """A slip that comes to the right number all the same is none."""
    value = verdict.answer.value
    return value is not None and abs(value - verdict.expected) <= 1e-12 * abs(verdict.expected)


def table(outcome: Outcome) -> str:
    """The shares, kind by kind."""
    lines = [f"{'slip':<42}{'planted':>8}{'found':>8}{'named':>8}   called"]
    for kind, tally in sorted(outcome.slips.items()):
        called = ", ".join(f"{name or 'no name'} {n}" for name, n in tally.called.most_common(5))
        lines.append(f"{kind:<42}{tally.planted:>8}{tally.found:>8}{tally.named:>8}   {called}")
    total = [sum(getattr(t, key) for t in outcome.slips.values()) for key in ("planted", "found", "named")]
    lines.append(f"{'all':<42}{total[0]:>8}{total[1]:>8}{total[2]:>8}")
    lines.append(
        f"{outcome.cells} cells without a slip: {len(outcome.alarms)} false alarms, {outcome.follows} follow one"
    )
    lines.append(f"files: {dict(sorted(outcome.files.items()))}; copied work: {outcome.copies}")
    lines.append(f"accused of copying without reason: {outcome.accused}")
    lines.append(f"marking {outcome.books} students took {outcome.seconds:.1f} s")
    return "\n".join(lines)


def main() -> None:
    """All classes, and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=1.0, help="of the 200 students")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--alarms", action="store_true", help="list false alarms, and slips that were not named")
    parser.add_argument("--office", action="store_true", help="LibreOffice saves a part of the books again")
    options = parser.parse_args()
    outcome = Outcome()
    for template, blank, count in CLASSES:
        folder = Path(tempfile.mkdtemp(prefix="xlbp-class-"))
        students = max(9, round(count * options.share))
        run_class(folder, template, blank, students, options.seed, options.jobs, outcome, options.office)
        shutil.rmtree(folder)
    print(table(outcome))
    if options.alarms:
        print("\n".join(outcome.alarms + outcome.unseen))


if __name__ == "__main__":
    main()
