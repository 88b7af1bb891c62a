"""A student's own numbers: initial parameters of few digits, under which the exercise is neither flat nor trivial.

Drawn from a stream that the seed and the student name, so that the same seed gives the same book again.  A draw is
good if every number of the rows is finite, no unit is saturated, no derivative is zero or vanishes beside the
others of its kind, and no two parameters are equal: a mistake then shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlbp.datafile.numbers import snap
from xlbp.errors import UsageError, option
from xlbp.reference.history import Array, Trainer
from xlbp.symbols.program import Program
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.blocks.block import Role
from xlbp.template.model import Model
from xlbp.template.names import ITERATION
from xlbp.template.quantity import NORM
from xlbp.template.template import Template

Numbers = dict[str, float]  # initial value of each trained parameter
DRAWS, FRESH = 100, 8  # at most, the best of them is taken; from so many on the best so far is changed
ANEW = (0.1, 0.4)  # of its numbers: a few, or enough to wake a unit
PATIENCE = 30  # draws in vain
UNIQUE = 200  # attempts at numbers that no other student has
SMALLEST, SHARE = 1e-4, 2e-3  # of a derivative: in itself, and beside the largest of its kind in its row
CORNER = 1e-3  # a pre-activation closer to 0 stands on a corner of ReLU


def personal(template: Template, numbers: Mapping[str, float]) -> Template:
    """The template with these initial parameters."""
    return replace(template, model=template.model.starting_from(numbers))


class Drawing:
    """Draws one student's numbers after another's; what all have in common is looked up once.

    ``train`` is the exercise's own training from other initial parameters; a draw is given up at the row in which it
    has as many faults as the best one in all.
    """

    def __init__(self, template: Template, program: Program, train: Trainer) -> None:
        self.template, self.train = template, train
        self.usual = _usual(template.model)
        drawn = [2 if value else 3 for _, _, value, _ in self.usual]  # numbers of the stream that each one takes
        self.draws_behind = [sum(drawn[at + 1 :]) for at in range(len(drawn))]
        self.faults = _Faults(template.model, program)

    def numbers(self, seed: int, student: str, taken: set[tuple[float, ...]]) -> Numbers:
        """A student's numbers, which are entered into ``taken``.  Raises UsageError if no draw gives finite numbers."""
        random = Random(f"xlbp exercise {seed} {student}")
        best: Numbers = {}
        fewest, since = BROKEN, 0
        for count, drawn in enumerate(self._unique(random, taken)):
            numbers = _mixed(best, drawn, random) if best and count >= FRESH else drawn
            if tuple(numbers.values()) in taken or len(set(numbers.values())) < len(numbers):
                continue
            faults, since = self.faults.count(self.train, numbers, fewest), since + 1
            if faults < fewest:
                best, fewest, since = numbers, faults, 0
            if fewest == 0 or since > PATIENCE:
                break
        if not best:
            remedy = f"take fewer iterations ({option('-n')})"
            raise UsageError(f"no numbers for {student!r} keep {self.template.name} finite; {remedy}")
        taken.add(tuple(best.values()))
        return best

    def _unique(self, random: Random, taken: set[tuple[float, ...]]) -> Iterator[Numbers]:
        """Draws that nobody has; after many clashes with a digit more."""
        free = tried = 0
        while free < DRAWS:
            numbers = self._draw(random, more=tried // UNIQUE)
            tried += 1
            if len(numbers) == len(self.usual) and tuple(numbers.values()) not in taken:
                free += 1
                yield numbers
            if tried > DRAWS * UNIQUE:
                return

    def _draw(self, random: Random, more: int) -> Numbers:
        """Each parameter about as large as those of its tensor in the template, mostly of the same sign.

        As far as no two are equal: behind the first that equals another, the stream alone goes on.
        """
        numbers: dict[float, str] = {}
        draw = random.random
        for at, (name, size, value, usual_digits) in enumerate(self.usual):
            digits = usual_digits + more
            magnitude = size * (0.4 + 1.2 * draw())
            sign = math.copysign(1, value or draw() - 0.5) * (1 if draw() < 0.75 else -1)
            number = snap(sign * max(round(magnitude, digits), 10.0**-digits))
            if number in numbers:
                for _ in range(self.draws_behind[at]):
                    draw()
                break
            numbers[number] = name
        return {name: number for number, name in numbers.items()}


def _usual(model: Model) -> list[tuple[str, float, float, int]]:
    """Each parameter, how large those of its tensor are on average, its own value, and its decimals."""
    own = {model.quantity(name): value for name, value in model.parameters().items()}
    sizes: dict[str, list[float]] = {}
    for name, value in own.items():
        sizes.setdefault(name.tensor, []).append(abs(value))
    usual = {tensor: sum(each) / len(each) or 0.4 for tensor, each in sizes.items()}
    decimals = {tensor: max(0, 1 - math.floor(math.log10(size))) for tensor, size in usual.items()}
    return [(str(name), usual[name.tensor], value, decimals[name.tensor]) for name, value in own.items()]


def _mixed(best: Numbers, drawn: Numbers, random: Random) -> Numbers:
    """The best draw so far with some of its numbers anew: a large network is seldom good in all its cells at once."""
    share = random.choice(ANEW)
    return {name: drawn[name] if random.random() < share else value for name, value in best.items()}


BROKEN = 1_000_000  # faults of a training that is not finite


class _Columns(NamedTuple):
    """The places in a row of all quantities, of the derivatives of each phase, and whether these may be 0.

    What is ``bounded`` must not be smaller than ``least``: slopes of a saturated unit, sums on a corner.
    """

    all: NDArray[np.intp]
    derivatives: list[tuple[NDArray[np.intp], bool]]
    bounded: NDArray[np.intp]
    least: Array


class _Faults:
    """Counts the numbers of the rows that a student could learn nothing from."""

    def __init__(self, model: Model, program: Program) -> None:
        self.all = [name for name in program.names if name != ITERATION]
        phases = ("backward", "gradients")
        tasks = [column for column in program.columns if model.quantity(column.name).relation != NORM]
        by_phase = {phase: [column.name for column in tasks if column.phase == phase] for phase in phases}
        self.derivatives = {phase: names for phase, names in by_phase.items() if names}
        self.may_be_zero = {"backward"} if _has_masks(model) else set()
        self.slopes = _slopes(model)
        self.sums = _sums(model)
        self.known: _Columns | None = None

    def count(self, train: Trainer, numbers: Numbers, most: int) -> int:
        """The faults of one training; ``most`` for one that has as many, or more."""
        faults = 0

        def enough(names: Sequence[str], row: Array) -> bool:
            nonlocal faults
            faults += self.of_row(self.columns(names), row)
            return faults >= most

        train(numbers, enough)
        return min(faults, most)

    def columns(self, names: Sequence[str]) -> _Columns:
        """Where the numbers of a row stand; they are in the same order in all rows."""
        if self.known is None:
            place = {name: at for at, name in enumerate(names)}
            derivatives = [
                (np.array([place[name] for name in group]), phase in self.may_be_zero)
                for phase, group in self.derivatives.items()
            ]
            bounds = [(place[name], least) for least, group in self.slopes for name in group if name in place]
            bounds += [(place[name], CORNER) for name in self.sums]
            at, least = np.array([at for at, _ in bounds], dtype=int), np.array([least for _, least in bounds])
            self.known = _Columns(np.array([place[name] for name in self.all]), derivatives, at, least)
        return self.known

    @staticmethod
    def of_row(columns: _Columns, row: Array) -> int:
        """The faults of one row."""
        if not np.isfinite(row[columns.all]).all():
            return BROKEN
        sizes = np.abs(row)
        faults = np.count_nonzero(sizes[columns.bounded] < columns.least)
        for places, may_be_zero in columns.derivatives:
            of_phase = sizes[places]
            small = of_phase < max(SMALLEST, SHARE * of_phase.max())
            faults += np.count_nonzero(small & (of_phase > 0) if may_be_zero else small)
        return int(faults)


def _slopes(model: Model) -> list[tuple[float, list[str]]]:
    """The slopes of each activation, and how small they may be: less is saturated, nothing is learnt through it."""
    found = []
    for node, tensor in model.each_tensor():
        least = ACTIVATIONS[node.block.activation].saturated if tensor.slope and node.block.activation else 0.0
        elements = [element.lettered(tensor.slope) for element in tensor.elements(node.layer)] if least else []
        if elements:
            found.append((least, [str(element.sampled(mark)) for element in elements for mark in model.marks]))
    return found


def _sums(model: Model) -> list[str]:
    """All pre-activations; close to 0 they stand on the corner of a ReLU."""
    return [
        str(name)
        for node, tensor in model.each_tensor()
        for mark in (model.marks if tensor.role is Role.PRE_ACTIVATION else ())
        for name in tensor.elements(node.layer, mark)
    ]


def _has_masks(model: Model) -> bool:
    """Whether a 0 on the way back is no fault, but what there is to learn of an activation."""
    functions = (node.block.activation for node, _ in model.each_tensor())
    return any(ACTIVATIONS[function].masks for function in functions if function)
