"""A class that hands in books with planted slips of every kind: what marking finds of them, and what it names.

The slips are written as a student writes them, into the cells of the handed-out books, by the text of formulas;
they share no code with the guesses that marking makes.  Run by ``python tools/class_marks.py``.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import load_workbook

from xlbp.classroom import Order, draw_class, make_class, plan_of
from xlbp.exercise.blanks import Blank
from xlbp.exercise.layout import Exercise
from xlbp.exercise.record import read_record
from xlbp.exercise.roster import read_roster
from xlbp.marked import Marked, Wishes, mark
from xlbp.marking.judge import Verdict
from xlbp.reference.train import train

CLASSES = (  # template, what is blank, how many students of 200
    ("mazur", "gradients", 36),
    ("mazur", "backward", 36),
    ("mazur", "forward", 36),
    ("mazur", "update", 28),
    ("xor", "gradients,backward", 36),
    ("into-backprop", "gradients,backward", 14),
    ("six-neurons", "gradients", 14),
)
OTHERS = (  # the answer of another cell may be told by what is different in it
    *("other_cell", "other_input", "other_delta", "transposed", "other_gradient", "other_weight", "other_slope"),
    *("other_error", "other_unit", "other_quantity", "other_target", "no_term"),  # E1 for E1 + E2 lacks a term
)
RIGHT_WAYS = ("formula", "rounded", "typed")  # of answering a cell rightly


@dataclass(frozen=True)
class Book:
    """A student's exercise, and the right numbers of its own rows."""

    exercise: Exercise
    history: dict

    def key(self, blank: Blank) -> str:
        """The right formula, without '='."""
        return self.exercise.formula(blank)

    def value(self, blank: Blank) -> float:
        """The right number, where there was no slip before."""
        return float(self.history[blank.name][blank.iteration])

    def cell(self, name: str, t: int) -> str:
        """Where a quantity stands."""
        layout = self.exercise.contents.layout
        if name in layout.columns:
            return layout.cell(name, t)
        return layout.panel[name].defined

    def has(self, name: str) -> bool:
        """Whether there is such a quantity."""
        return name in self.exercise.contents.layout.columns or name in self.exercise.contents.layout.panel

    def put(self, formula: str, changes: dict[str, str]) -> str | None:
        """The formula with cells replaced, or None if that changes nothing."""
        found = re.sub(r"\b[A-Za-z_]+[A-Za-z_0-9]*\b", lambda m: changes.get(m[0], m[0]), formula)
        return None if found == formula else f"={found}"


Plant = Callable[[Book, Blank], "str | float | None"]
INDEXED = re.compile(r"([^\[]+)\[(\d+)(?:,(\d+))?\](@\d+)?")


def other(name: str, first: int | None = None, second: int | None = None, stem: str = "") -> str:
    """The name with other indices, or with another letter."""
    found = INDEXED.fullmatch(name)
    if not found:
        return ""
    i, j = first or int(found[2]), second or (int(found[3]) if found[3] else None)
    return f"{stem or found[1]}[{i}{f',{j}' if j else ''}]{found[4] or ''}"


def swapped(pattern: str, change: Callable[[str], str]) -> Plant:
    """Every quantity of the formula whose name fits the pattern is taken for another one."""

    def plant(book: Book, blank: Blank) -> str | None:
        layout, changes = book.exercise.contents.layout, {}
        for name in (*layout.columns, *layout.panel):
            new = change(name) if re.fullmatch(pattern, name) else ""
            if new and new != name and book.has(new) and book.cell(name, blank.iteration):
                changes[book.cell(name, blank.iteration)] = book.cell(new, blank.iteration)
        return book.put(book.key(blank), changes)

    return plant


def turned(n: str) -> str:
    """2 for 1, and 1 for 2."""
    return "2" if n == "1" else "1" if n == "2" else ""


def next_index(name: str) -> str:
    """The other of two units."""
    found = INDEXED.fullmatch(name)
    return other(name, int(turned(found[2]) or 0)) if found and turned(found[2]) else ""


def transposed(name: str) -> str:
    """W[j,i]."""
    found = INDEXED.fullmatch(name)
    return other(name, int(found[3]), int(found[2])) if found and found[3] and found[2] != found[3] else ""


def text_change(pattern: str, new: str, only: str = ".*") -> Plant:
    """A change of the formula's text, in quantities whose name fits ``only``."""

    def plant(book: Book, blank: Blank) -> str | None:
        if not re.fullmatch(only, blank.name):
            return None
        key = book.key(blank)
        found = re.sub(pattern, new, key)
        return None if found in (key, "") else f"={found}"

    return plant


def only_in(names: str, plant: Plant) -> Plant:
    """The slip, in quantities whose name fits."""
    return lambda book, blank: plant(book, blank) if re.fullmatch(names, blank.name) else None


def rate_forgotten(book: Book, blank: Blank) -> str | None:
    """Without eta."""
    return book.put(book.key(blank), {"eta": "1"}) if "+" in blank.name else None


def of_another_cell(book: Book, blank: Blank) -> str | None:
    """The formula of the next blank of the same row."""
    letter = re.match(r"[a-zA-Z]*", blank.name)
    rest = [
        b
        for b in book.exercise.blanks.cells
        if b.iteration == blank.iteration and b != blank and re.match(r"[a-zA-Z]*", b.name)[0] == letter[0]
    ]
    return f"={book.key(rest[0])}" if rest else None


def of_another_row(book: Book, blank: Blank) -> str | None:
    """The right formula, slipped by a row."""
    layout = book.exercise.contents.layout
    if blank.iteration == 0:
        return None
    row = layout.row_of(blank.iteration)
    found = re.sub(rf"(?<=[A-Z]){row}\b", str(row - 1), book.key(blank))
    return None if found == book.key(blank) else f"={found}"


def two_digits(book: Book, blank: Blank) -> float | None:
    """Two digits where three are asked for, if that is too little."""
    value = book.value(blank)
    short = float(f"{value:.1e}")
    return short if 0.006 * abs(value) < abs(short - value) and abs(value) > 1e-3 and blank.iteration == 0 else None


SLIPS: dict[str, tuple[Plant, tuple[str, ...]]] = {  # how it is planted, and the names that are right for it
    "sign": (lambda book, blank: f"=-({book.key(blank)})", ("sign", "direction", "other_slope", "other_cell")),
    "twice as large": (lambda book, blank: f"=2*({book.key(blank)})", ("factor_two", "no_half", "sum_for_mean")),
    "missing derivative of the activation": (
        swapped(r"dz\d+\[\d+\](@\d+)?", lambda n: other(n, stem="da" + n[2 : n.index("[")])),
        ("no_slope",),
    ),
    "missing derivative, in the delta": (
        text_change(r"^([A-Z]+\d+)\*([A-Z]+\d+)$", r"\1", r"dz\d+\[\d+\](@\d+)?"),
        ("no_slope", "no_factor"),
    ),
    "transposed weights": (swapped(r"W\d+\[\d+,\d+\]", transposed), ("transposed", "other_weight")),
    "updated weights": (
        only_in(r"da.*", swapped(r"W2\[\d+,\d+\]", lambda n: n.replace("W2[", "W2+["))),
        ("updated_weights",),
    ),
    "a path of the chain rule missing": (
        text_change(r"^([A-Z]+\d+\*[A-Z]+\d+)\+[A-Z]+\d+\*[A-Z]+\d+$", r"\1", r"(da|d).*"),
        ("no_path", "no_term"),
    ),
    "another unit's delta": (
        only_in(r"dW.*", swapped(r"dz\d+\[\d+\](@\d+)?", next_index)),
        ("other_delta", "other_cell"),
    ),
    "another unit's derivative": (
        only_in(r"dz.*", swapped(r"f'\d+\[\d+\](@\d+)?", next_index)),
        ("other_slope",),
    ),
    "another input": (
        only_in(r"dW.*|z.*", swapped(r"x\[\d+\]|a\d\[\d+\](@\d+)?", next_index)),
        ("other_input", "other_cell", "other_weight", "transposed"),
    ),
    "another target": (only_in(r"e.*", swapped(r"t\[\d+\]", next_index)), ("other_target",)),
    "sum for mean": (text_change(r"/4$", "", r"dW.*|db.*"), ("sum_for_mean",)),
    "1/2 missing": (text_change(r"/2$", "", r"E.*"), ("no_half",)),
    "not squared": (text_change(r"^([A-Z]+\d+)\*\1/2$", r"\1/2", r"E.*"), ("not_squared", "no_factor")),
    "bias left out": (text_change(r"\+b_\d+$", "", r"z.*"), ("no_bias",)),
    "activation left out": (
        only_in(r"a\d.*", swapped(r"never", lambda n: "")),
        ("no_activation",),
    ),
    "plus for minus": (text_change(r"-", "+", r"e.*"), ("operator",)),
    "learning rate left out": (rate_forgotten, ("no_rate",)),
    "step in the wrong direction": (text_change(r"-eta", "+eta", r"W.*\+.*"), ("direction",)),
    "the step alone": (text_change(r"^[A-Z]+\d+(-eta)", r"\1", r"W.*\+.*"), ("step_alone",)),
    "another parameter's gradient": (
        only_in(r"W.*\+.*", swapped(r"dW\d+\[1,\d+\]", lambda n: other(n, 2))),
        ("other_gradient",),
    ),
    "the answer of another cell": (of_another_cell, OTHERS),
    "a row above": (of_another_row, ("other_row", "not_moved")),
    "too few digits": (two_digits, ("rounding",)),
    "a text": (lambda book, blank: "0,5", ("no_number",)),
    "left empty": (lambda book, blank: "", ()),
    "a typing error": (lambda book, blank: f"=({book.key(blank)})*1.3717", ("",)),
}  # fmt: skip


def _no_activation(book: Book, blank: Blank) -> str | None:
    """The input of the activation itself."""
    return f"={book.cell('z' + blank.name[1:], blank.iteration)}" if re.fullmatch(r"a\d\[.*", blank.name) else None


SLIPS["activation left out"] = (_no_activation, ("no_activation",))


@dataclass
class Tally:
    """Of one kind of slip: how many were planted, seen as wrong, and named rightly."""

    planted: int = 0
    found: int = 0
    named: int = 0
    called: Counter = field(default_factory=Counter)


@dataclass
class Outcome:
    """What marking made of all classes; ``alarms``: cells that were right and not told so."""

    slips: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    cells: int = 0
    alarms: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    follows: int = 0
    files: Counter = field(default_factory=Counter)
    copies: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0


def answers_of(book: Book, chance: random.Random, wanted: list[str]) -> tuple[dict[Blank, object], dict[Blank, str]]:
    """A student's answers, with up to two planted slips; and which were planted."""
    way = chance.choice(RIGHT_WAYS)
    answers: dict[Blank, object] = {}
    for blank in book.exercise.blanks.cells:
        value = book.value(blank)
        plain = {"formula": f"={book.key(blank)}", "rounded": float(f"{value:.4g}"), "typed": value}[way]
        # numbers that were worked out with the right ones before do not follow from a slip
        answers[blank] = plain if way == "formula" or blank.iteration == 0 else f"={book.key(blank)}"
    planted: dict[Blank, str] = {}
    for kind in wanted:
        for blank in chance.sample(book.exercise.blanks.cells, len(book.exercise.blanks.cells)):
            made = SLIPS[kind][0](book, blank)
            if made is not None and not _same(made, answers[blank]) and blank not in planted:
                answers = {
                    b: a if isinstance(a, str) or b in planted else f"={book.key(b)}" for b, a in answers.items()
                }
                answers[blank], planted[blank] = made, kind
                break
    return answers, planted


def _same(made: object, plain: object) -> bool:
    return made == plain


def hand_in(source: Path, target: Path, exercise: Exercise, answers: dict[Blank, object]) -> None:
    """Fill in a handed-out book and save it by another program."""
    workbook = load_workbook(source)
    sheet = workbook[exercise.contents.title]
    for blank, answer in answers.items():
        sheet[exercise.cell(blank)].value = answer if answer != "" else None
    workbook.save(target)


def run_class(folder: Path, template: str, blank: str, count: int, seed: int, jobs: int, outcome: Outcome) -> Marked:
    """Hand out, fill in, mark, and compare with what was planted."""
    chance = random.Random(f"{template} {blank} {seed}")
    roster = folder / "class.csv"
    people = "\n".join(f"Student {n:03d},s{n:03d}" for n in range(count))
    roster.write_text(f"name,id\n{people}\n", "utf-8")
    made = make_class(Order(template, blank, language="en", marked=False), roster, seed, folder / "out", jobs)
    record, students = read_record(made.record), read_roster(roster)
    plan = plan_of(record)
    books = {
        s.number: Book(plan.version(numbers, s.name), train(plan.version(numbers).contents.template))
        for s, numbers in draw_class(plan, record, students)
    }
    handed = folder / "in"
    handed.mkdir()
    planted: dict[int, dict[Blank, str]] = {}
    kinds = _kinds_for(books[1], chance)
    for student, source in zip(students, made.books, strict=True):
        fate = {count - 1: "missing", count - 2: "unreadable", count - 3: "copied"}.get(student.number, "")
        outcome.files[fate or "marked"] += 1
        target = handed / f"{student.name}_{student.id}_assignsubmission.xlsx"
        if fate == "missing":
            continue
        if fate == "unreadable":
            target.write_bytes(source.read_bytes()[:5000])
            continue
        wanted = [next(kinds) for _ in range(chance.choice((1, 1, 2)))]
        answers, planted[student.number] = answers_of(books[student.number], chance, wanted)
        if fate == "copied":
            planted[student.number] = {}
            answers = {b: f"={books[1].key(b)}" for b in books[1].exercise.blanks.cells}
        hand_in(made.books[0] if fate == "copied" else source, target, books[student.number].exercise, answers)
    begun = time.perf_counter()
    done = mark(handed, roster, record, folder / "marks.csv", Wishes(jobs=jobs))
    outcome.seconds += time.perf_counter() - begun
    _compare(done, planted, count, outcome)
    return done


def _kinds_for(book: Book, chance: random.Random) -> Iterator[str]:
    """The kinds that fit this exercise, again and again in another order."""
    fitting = [
        k for k, (plant, _) in SLIPS.items() if any(plant(book, b) is not None for b in book.exercise.blanks.cells)
    ]
    while True:
        yield from chance.sample(fitting, len(fitting))


def _compare(done: Marked, planted: dict[int, dict[Blank, str]], count: int, outcome: Outcome) -> None:
    for result in done.results:
        number = result.student.number if result.student else 0
        if number == count - 3:
            outcome.copies.append((result.owner, result.student.name))
            continue
        if number in (count - 1, count - 2):
            outcome.files[f"told {result.status}"] += 1
            continue
        for verdict in result.verdicts:
            kind = planted[number].get(verdict.blank)
            if kind is None:
                outcome.cells += 1
                outcome.follows += verdict.status == "follows"
                if verdict.status not in ("right", "follows"):
                    said = f"{verdict.blank} {verdict.status} {verdict.kind}: {verdict.answer} {verdict.wanted}"
                    outcome.alarms.append(f"{result.file} {said}; planted {planted[number]}")
                continue
            if SLIPS[kind][1] and verdict.scores and _without_effect(verdict):
                continue
            tally = outcome.slips[kind]
            tally.planted += 1
            wanted = SLIPS[kind][1]
            seen = verdict.status == ("wrong" if wanted else "empty")
            tally.found += seen
            named = seen and (not wanted or verdict.kind in wanted)
            if not named:
                said = f"{verdict.blank} {verdict.status} {verdict.kind!r}: {verdict.answer} {verdict.wanted}"
                outcome.unseen.append(f"{kind}: {said}")
            tally.named += named
            tally.called[verdict.kind if seen else verdict.status] += 1


def _without_effect(verdict: Verdict) -> bool:
    """A slip that comes to the right number all the same is none."""
    value = verdict.answer.value
    return value is not None and abs(value - verdict.wanted) <= 1e-12 * abs(verdict.wanted)


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
    lines.append(f"files: {dict(outcome.files)}; copied work: {outcome.copies}")
    lines.append(f"marking took {outcome.seconds:.1f} s")
    return "\n".join(lines)


def main() -> None:
    """All classes, and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=1.0, help="of the 200 students")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--alarms", action="store_true", help="list false alarms, and slips that were not named")
    options = parser.parse_args()
    outcome = Outcome()
    for template, blank, count in CLASSES:
        folder = Path(tempfile.mkdtemp(prefix="xlbp-class-"))
        run_class(folder, template, blank, max(8, round(count * options.share)), options.seed, options.jobs, outcome)
        shutil.rmtree(folder)
    print(table(outcome))
    if options.alarms:
        print("\n".join(outcome.alarms + outcome.unseen))


if __name__ == "__main__":
    main()
