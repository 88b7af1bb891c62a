"""A student's own numbers: initial parameters of few digits, under which the exercise is neither flat nor trivial.

Drawn from a stream that the seed and the student name, so that the same seed gives the same book again.  A draw is
good if every number of the rows is finite, no unit is saturated, no derivative is zero or vanishes beside the
others of its kind, and no two parameters are equal: a mistake then shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from random import Random

import numpy as np
from numpy.typing import NDArray

from xlbp.datafile.numbers import snap
from xlbp.errors import UsageError, option
from xlbp.symbols.program import Program
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.blocks.block import Role
from xlbp.template.model import Model
from xlbp.template.quantity import NORM
from xlbp.template.template import Template

Numbers = dict[str, float]  # initial value of each trained parameter
History = Mapping[str, NDArray[np.float64]]
Train = Callable[[Numbers], History]
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

    ``train`` is the exercise's own training from other initial parameters.
    """

    def __init__(self, template: Template, program: Program, train: Train) -> None:
        self.template, self.train = template, train
        self.usual = _usual(template.model)
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
            faults, since = self.faults.count(self.train(numbers)), since + 1
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
            if tuple(numbers.values()) not in taken and len(set(numbers.values())) == len(numbers):
                free += 1
                yield numbers
            if tried > DRAWS * UNIQUE:
                return

    def _draw(self, random: Random, more: int) -> Numbers:
        """Each parameter about as large as those of its tensor in the template, mostly of the same sign."""
        numbers: Numbers = {}
        for name, size, value in self.usual:
            digits = max(0, 1 - math.floor(math.log10(size))) + more
            magnitude = size * (0.4 + 1.2 * random.random())
            sign = math.copysign(1, value or random.random() - 0.5) * (1 if random.random() < 0.75 else -1)
            smallest = 10.0**-digits
            numbers[name] = snap(sign * max(round(magnitude, digits), smallest))
        return numbers


def _usual(model: Model) -> list[tuple[str, float, float]]:
    """Each parameter, how large those of its tensor are on average, and its own value."""
    own = {model.quantity(name): value for name, value in model.parameters().items()}
    sizes: dict[str, list[float]] = {}
    for name, value in own.items():
        sizes.setdefault(name.tensor, []).append(abs(value))
    return [(str(name), sum(sizes[name.tensor]) / len(sizes[name.tensor]) or 0.4, value) for name, value in own.items()]


def _mixed(best: Numbers, drawn: Numbers, random: Random) -> Numbers:
    """The best draw so far with some of its numbers anew: a large network is seldom good in all its cells at once."""
    share = random.choice(ANEW)
    return {name: drawn[name] if random.random() < share else value for name, value in best.items()}


BROKEN = 1_000_000  # faults of a training that is not finite


class _Faults:
    """Counts the numbers of the rows that a student could learn nothing from."""

    def __init__(self, model: Model, program: Program) -> None:
        self.all = program.names
        phases = ("backward", "gradients")
        tasks = [column for column in program.columns if model.quantity(column.name).relation != NORM]
        by_phase = {phase: [column.name for column in tasks if column.phase == phase] for phase in phases}
        self.derivatives = {phase: names for phase, names in by_phase.items() if names}
        self.may_be_zero = {"backward"} if _has_masks(model) else set()
        self.slopes = _slopes(model)
        self.sums = _sums(model)

    def count(self, history: History) -> int:
        """The faults of one training."""
        if not np.isfinite(np.stack([history[name] for name in self.all])).all():
            return BROKEN
        faults = 0
        for phase, names in self.derivatives.items():
            sizes = np.abs(np.stack([history[name] for name in names]))
            small = sizes < np.maximum(SMALLEST, SHARE * sizes.max(axis=0))
            if phase in self.may_be_zero:
                small &= sizes > 0
            faults += int(small.sum())
        for least, names in self.slopes:
            there = [np.abs(history[name]) < least for name in names if name in history]
            faults += sum(int(saturated.sum()) for saturated in there)
        return faults + sum(int((np.abs(history[name]) < CORNER).sum()) for name in self.sums)


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
