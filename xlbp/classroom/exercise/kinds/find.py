"""Find: a mistake is planted in the rows of each book; asked for are where, what, and what should stand there.

Only the formulas of the planted cells differ from those of the right book: headings, looks and widths are the same,
and every number is live, so that what follows from the mistake is wrong, too.  A mistake shows: the first planted cell
differs from the right one by more than roundings, no number becomes an error, and no cell depends on itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from random import Random
from typing import Any

import numpy as np

from xlbp.classroom.exercise.kinds.kind import Class, Kind
from xlbp.classroom.exercise.kinds.task import Live, Question, Standing, Task
from xlbp.classroom.exercise.kinds.task_front import TaskFront
from xlbp.classroom.exercise.layout import Exercise
from xlbp.datafile.numbers import snap
from xlbp.errors import UsageError, option
from xlbp.misconceptions.mutants import Setting, mutants
from xlbp.misconceptions.relations import Relations
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, names_in, prev
from xlbp.symbols.interpret import Interpreter
from xlbp.symbols.program import Column, Program
from xlbp.template import names
from xlbp.template.quantity import NORM
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Array, Facts
from xlbp.workbook.page.live_text import literal

PHASES = ("forward", "loss", "backward", "gradients", "update")
VISIBLE = 0.02  # relative: a smaller change may be taken for a rounding
SMALLEST = 1e-3  # of the largest number of its phase: what is smaller shows too few digits
TRIES = 2_000
MOST_COLUMNS, MOST_CHOICES = 60, 14  # that are looked at for the list of mistakes, and that it has
LONGER, SHORT = 1.4, 8  # than the right formula, and characters besides: one that is longer is seen from afar
MOST_OF_A_MISTAKE = 8  # formulas of a column
CELL, WHAT, RIGHT_FORMULA = "find.cell", "find.mistake", "find.formula"
ABOUT = re.compile(r"\s*[(（][^()（）]*…[^()（）]*[)）]")
UNFAIR = {  # what can't be told from the cell alone, or is only told of a person's numbers
    *(Mistake.WITH_RATE, Mistake.STEP_ALONE, Mistake.MEAN_FOR_SUM),
}


@dataclass(frozen=True)
class Plant:
    """A mistake in some cells of one quantity.

    ``content`` is the pattern of the wrong formula, without '=', or the typed number; ``also`` are mistakes that come
    to the same formula.
    """

    quantity: str
    iterations: tuple[int, ...]
    content: str | float
    mistake: Mistake
    about: str = ""
    also: tuple[Mistake, ...] = ()

    @property
    def sign(self) -> str:
        """By which two plants are told apart."""
        return f"{self.quantity} {self.iterations} {self.content}"

    @property
    def first(self) -> tuple[str, int]:
        """The first planted cell."""
        return self.quantity, self.iterations[0]


@dataclass(frozen=True)
class Finding(Task):
    """The mistake of one student, and the list from which its name is to be chosen."""

    plant: Plant
    choices: tuple[Mistake, ...]

    @property
    def hides_formulas(self) -> bool:
        """Over the columns stand the right formulas."""
        return True

    @property
    def sign(self) -> str:
        """No two students have the same mistake."""
        return self.plant.sign

    def questions(self, contents: Contents) -> tuple[Question, ...]:
        """Where, what, and what should stand there."""
        texts = contents.texts
        choices = tuple(called(contents, mistake) for mistake in self.choices)
        words = {"training": texts("sheet.training")}
        return (
            Question(CELL, 0, texts("task.title_cell"), texts("task.cell", **words), is_text=True),
            Question(WHAT, 0, texts("task.title_mistake"), texts("task.mistake", **words), choices, is_text=True),
            Question(RIGHT_FORMULA, 0, texts("task.title_formula"), texts("task.formula", **words), is_text=True),
        )

    def live(self, exercise: Exercise, number: int, answer: str) -> Live:  # noqa: ARG002
        """Whether something has been answered; whether it is right, no cell could tell without telling what it is."""
        todo, done = (literal(exercise.contents.texts(f"marks.{word}"))[0] for word in ("todo", "answered"))
        return Live(f"IF(ISBLANK({answer}),{todo},{done})")

    def standing(self, exercise: Exercise) -> Standing:  # noqa: ARG002
        """The planted cells."""
        return {(self.plant.quantity, t): self.plant.content for t in self.plant.iterations}

    def to_dict(self) -> dict[str, Any]:
        """The mistake to the letter, so that a later version of xlbp marks it as it is."""
        plant = self.plant
        return {
            "quantity": plant.quantity,
            "iterations": list(plant.iterations),
            "content": plant.content,
            "mistake": plant.mistake.key,
            "about": plant.about,
            "also": [mistake.key for mistake in plant.also],
            "choices": [mistake.key for mistake in self.choices],
        }


def read(data: Mapping[str, Any]) -> Task:
    """The task from the record.  Raises KeyError, TypeError or ValueError if it is none."""
    content = data["content"]
    plant = Plant(
        str(data["quantity"]),
        tuple(map(int, data["iterations"])),
        content if isinstance(content, str) else float(content),
        _mistake(data["mistake"]),
        str(data["about"]),
        tuple(map(_mistake, data["also"])),
    )
    return Finding(plant, tuple(map(_mistake, data["choices"])))


def _mistake(key: str) -> Mistake:
    return Mistake[key.upper()]


def called(contents: Contents, mistake: Mistake) -> str:
    """A mistake as the list has it, without what it is about."""
    words, own = contents.texts.words, f"task.what_{mistake.key}"
    return words[own] if own in words else ABOUT.sub("", contents.texts(f"mistake.{mistake.key}", about="…"))


def draw(contents: Contents, facts: Facts, random: Random, together: Class) -> Task:
    """A mistake that nobody else has, if there are enough.  Raises UsageError where none shows."""
    plants = together.contents.worked_out(_Plants)
    shown = None
    for _ in range(TRIES):
        plant = plants.any(random, facts)
        if plant is None:
            continue
        if plant.sign not in together.taken and plants.leads_somewhere(plant, facts):
            shown = plant
            break
    if shown is None:
        shown = next((p for p in plants.every(random, facts) if plants.leads_somewhere(p, facts)), None)
    if shown is None:
        raise UsageError(
            f"no mistake shows in the numbers of {contents.template.name}; take other numbers ({option('--set')}) "
            f"or more iterations ({option('-n')})"
        )
    together.taken.add(shown.sign)
    return Finding(plants.with_other_names(shown), plants.choices(shown))


class _Plants:
    """Every mistake that may be planted in a row, for all students of a class."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.program: Program = contents.program
        self.relations = Relations(contents.template.model, contents.program)
        self.write = contents.layout.writer()
        self.columns = [column for column in contents.program.columns if self._is_fit(column)]
        self.known: dict[str, dict[Mistake, list[Plant]]] = {}
        self.exprs: dict[str, Expr] = {}
        self.listed = self._listed()

    def _is_fit(self, column: Column) -> bool:
        quantity = self.contents.quantity(column.name)
        is_task = column.expr.op != "const" and quantity.relation != NORM and quantity.letter != names.HITS
        return column.phase in PHASES and not column.given and is_task

    def _listed(self) -> tuple[Mistake, ...]:
        """The mistakes of the list: those that many of the columns may have."""
        random = Random(f"xlbp find {self.contents.template.name}")
        some = random.sample(self.columns, min(MOST_COLUMNS, len(self.columns)))
        counts: dict[Mistake, int] = {}
        for column in some:
            for mistake in self.of(column):
                counts[mistake] = counts.get(mistake, 0) + 1
        common = sorted(counts, key=lambda mistake: -counts[mistake])[:MOST_CHOICES]
        return tuple(mistake for mistake in Mistake if mistake in common)

    def choices(self, plant: Plant) -> tuple[Mistake, ...]:
        """The list, which has the student's own mistake in any case."""
        return tuple(m for m in Mistake if m in self.listed or m is plant.mistake)

    def with_other_names(self, plant: Plant) -> Plant:
        """The plant with every mistake that comes to the same formula."""
        column = next(column for column in self.columns if column.name == plant.quantity)
        wrong = self.exprs.get(str(plant.content))
        for mutant in mutants(column.expr, Setting(self.relations, column.phase)) if wrong is not None else ():
            if mutant.expr is wrong:
                plant = _with(plant, mutant.mistake)
        return plant

    def any(self, random: Random, facts: Facts) -> Plant | None:
        """One that shows, at random: first the column, then the mistake."""
        by_mistake = self.of(random.choice(self.columns))
        listed = [mistake for mistake in by_mistake if mistake in self.listed]
        if not listed:
            return None
        plant = random.choice(by_mistake[random.choice(listed)])
        return self._shown(plant, facts, random)

    def every(self, random: Random, facts: Facts) -> Iterator[Plant]:
        """All that show."""
        for column in self.columns:
            for plants in self.of(column).values():
                yield from filter(None, (self._shown(plant, facts, random) for plant in plants))

    def of(self, column: Column) -> dict[Mistake, list[Plant]]:
        """What may be planted in a column, by its mistake."""
        if column.name not in self.known:
            self.known[column.name] = self._of(column)
        return self.known[column.name]

    def _of(self, column: Column) -> dict[Mistake, list[Plant]]:
        last = self.contents.layout.iterations
        right = self.write(column.expr)
        plants: dict[str, Plant] = {}
        for mistake, about, expr, begins in self._candidates(column):
            text = self._written(expr)
            if begins > last or not text or text == right or len(text) > LONGER * len(right) + SHORT:
                continue
            if text in plants:
                plants[text] = _with(plants[text], mistake)
                continue
            self.exprs[text] = expr
            plants[text] = Plant(column.name, tuple(range(begins, last + 1)), text, mistake, about)
        by_mistake: dict[Mistake, list[Plant]] = {}
        for plant in plants.values():
            by_mistake.setdefault(plant.mistake, []).append(plant)
        if last:
            by_mistake[Mistake.VALUE] = [Plant(column.name, (t,), 0.0, Mistake.VALUE) for t in range(1, last + 1)]
        return by_mistake

    def _candidates(self, column: Column) -> Iterator[tuple[Mistake, str, Expr, int]]:
        """Some formulas of each mistake, with the first iteration that they may stand in; there may be thousands."""
        first = 0 if column.start is None else 1
        found: dict[Mistake, dict[Expr, tuple[str, int]]] = {}
        for mutant in mutants(column.expr, Setting(self.relations, column.phase)):
            if mutant.mistake not in UNFAIR:
                found.setdefault(mutant.mistake, {}).setdefault(mutant.expr, (mutant.about, first))
        found[Mistake.OTHER_ROW] = dict.fromkeys(_slipped(column.expr), ("", 1))
        random = Random(f"xlbp find {column.name}")
        for mistake, exprs in found.items():
            some = exprs if len(exprs) <= MOST_OF_A_MISTAKE else random.sample(list(exprs), MOST_OF_A_MISTAKE)
            yield from ((mistake, exprs[expr][0], expr, exprs[expr][1]) for expr in some)

    def _written(self, expr: Expr) -> str:
        """The pattern, '' for what has no cell."""
        used = {*names_in(expr), *names_in(expr, "prev")}
        known = self.contents.layout
        return self.write(expr) if all(name in known.columns or name in known.panel for name in used) else ""

    def _shown(self, plant: Plant, facts: Facts, random: Random) -> Plant | None:
        """The plant, with a number if it is one, where the first planted cell visibly differs."""
        name, t = plant.first
        history = facts.history
        right = float(history[name][t])
        if plant.mistake is Mistake.VALUE:
            value = self._typed(name, t, history, random)
            plant = Plant(name, plant.iterations, value, plant.mistake)
        else:
            value = self._worth(self.exprs[str(plant.content)], t, facts)
        if not (math.isfinite(value) and math.isfinite(right)) or abs(right) > 1e6 or abs(value) > 1e6:
            return None
        phase = next(c.phase for c in self.columns if c.name == name)
        size = max(float(np.max(np.abs(history[c.name][t]))) for c in self.columns if c.phase == phase)
        apart = abs(value - right)
        is_seen = apart > VISIBLE * max(abs(value), abs(right)) and apart > SMALLEST * size
        return plant if is_seen else None

    def _typed(self, name: str, t: int, history: Mapping[str, Array], random: Random) -> float:
        """What somebody pasted: the number of the row above where that differs, or one with a slip of the hand."""
        above, right = float(history[name][t - 1]), float(history[name][t])
        if abs(above - right) > 2 * VISIBLE * max(abs(above), abs(right)):
            return snap(above)
        return snap(float(f"{right * random.choice((0.9, 1.1, 0.8, 1.2)):.6g}"))

    def _worth(self, expr: Expr, t: int, facts: Facts) -> float:
        """What an expression comes to among the right numbers."""
        used = {*names_in(expr), *names_in(expr, "prev")} & facts.history.keys()
        values = {**_panel(facts), **{name: _pair(facts.history[name], t) for name in used}}
        with np.errstate(all="ignore"):
            return float(np.ravel(Interpreter(values)(expr))[-1])

    def leads_somewhere(self, plant: Plant, facts: Facts) -> bool:
        """Whether no cell depends on itself with the plant, and all numbers stay numbers."""
        columns = {column.name: column for column in self.program.columns}
        own = columns[plant.quantity]
        wrong = self.exprs.get(str(plant.content)) if isinstance(plant.content, str) else None
        uses = {name: set(names_in(column.expr)) & columns.keys() for name, column in columns.items()}
        if wrong is not None:
            uses[own.name] = set(names_in(wrong)) & columns.keys()
        try:
            order = list(TopologicalSorter(uses).static_order())
        except CycleError:
            return False
        return self._stays_finite(plant, wrong, order, facts)

    def _stays_finite(self, plant: Plant, wrong: Expr | None, order: list[str], facts: Facts) -> bool:
        """Every row again, with the plant."""
        columns = {column.name: column for column in self.program.columns}
        panel = _panel(facts)
        above: dict[str, float] = {}
        for t in range(self.contents.layout.iterations + 1):
            values: dict[str, Array] = {**panel, **{n: np.array([above.get(n, math.nan), math.nan]) for n in columns}}
            interpret = Interpreter(values)
            for name in order:
                if t == 0 and columns[name].given:
                    values[name] = np.array([math.nan, float(facts.history[name][0])])
                    continue
                expr = columns[name].at(t)
                if name == plant.quantity and t in plant.iterations:
                    if wrong is None:
                        values[name] = np.array([above.get(name, math.nan), float(plant.content)])
                        continue
                    expr = wrong
                with np.errstate(all="ignore"):
                    value = float(np.ravel(interpret(expr))[-1])
                if not math.isfinite(value) or abs(value) > 1e9:
                    return False
                values[name] = np.array([above.get(name, math.nan), value])
            above = {name: float(values[name][-1]) for name in columns}
        return True


def _with(plant: Plant, mistake: Mistake) -> Plant:
    """The plant, which may be called so, too."""
    if mistake in (plant.mistake, *plant.also):
        return plant
    return Plant(plant.quantity, plant.iterations, plant.content, plant.mistake, plant.about, (*plant.also, mistake))


def _panel(facts: Facts) -> dict[str, Array]:
    return {name: np.asarray(value, dtype=np.float64) for name, value in facts.inputs.items()}


def _pair(values: Array, t: int) -> Array:
    return np.array([values[t - 1] if t else math.nan, values[t]])


def _slipped(expr: Expr) -> Iterator[Expr]:
    """One reference of the row slips to the row above."""
    for name in names_in(expr):
        yield _put(expr, name)


def _put(expr: Expr, name: str) -> Expr:
    if expr.op == "ref":
        return prev(name) if expr.payload == name else expr
    return Expr(expr.op, tuple(_put(arg, name) for arg in expr.args), expr.payload) if expr.args else expr


def affected(contents: Contents, plant: Plant) -> set[tuple[str, int]]:
    """The cells whose numbers rest on a planted one, the planted ones among them."""
    touched: set[tuple[str, int]] = set()
    above: set[str] = set()
    users = [(c, {0: c.at(0), 1: c.expr}) for c in contents.program.columns]
    for t in range(contents.layout.iterations + 1):
        now = {plant.quantity} if t in plant.iterations else set()
        grew = True
        while grew:
            more = {
                c.name
                for c, at in users
                if c.name not in now
                and (now & set(names_in(at[min(t, 1)])) or above & set(names_in(at[min(t, 1)], "prev")))
            }
            now |= more
            grew = bool(more)
        touched |= {(name, t) for name in now}
        above = now
    return touched


def answers(task: Task, contents: Contents, facts: Facts) -> dict[int, str | float]:  # noqa: ARG001
    """Where it is, what it is, and the right formula."""
    assert isinstance(task, Finding)
    plant = task.plant
    return {
        0: contents.layout.cell(*plant.first),
        1: called(contents, plant.mistake),
        2: right_formula(contents, plant),
    }


def right_formula(contents: Contents, plant: Plant, iteration: int | None = None) -> str:
    """What should stand in a planted cell, the first one if no iteration is named, with its '='."""
    name, t = plant.quantity, plant.iterations[0] if iteration is None else iteration
    column = next(c for c in contents.program.columns if c.name == name)
    row = contents.layout.row_of(t)
    text = contents.layout.writer()(column.at(t)).replace("{r}", str(row)).replace("{p}", str(row - 1))
    return f"={text}"


FIND = Kind(
    "find", 2, TaskFront.page_of, draw=draw, read=read, answers=answers, counts=("answered", "todo")
)  # fmt: skip
