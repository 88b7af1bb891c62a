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
Train = Callable[[Template], History]
DRAWS, FRESH = 100, 8  # at most, the best of them is taken; from so many on the best so far is changed
ANEW = (0.1, 0.4)  # of its numbers: a few, or enough to wake a unit
PATIENCE = 30  # draws in vain
UNIQUE = 200  # attempts at numbers that no other student has
SMALLEST, SHARE = 1e-4, 2e-3  # of a derivative: in itself, and beside the largest of its kind in its row
CORNER = 1e-3  # a pre-activation closer to 0 stands on a corner of ReLU


def personal(template: Template, numbers: Mapping[str, float]) -> Template:
    """The template with these initial parameters."""
    return replace(template, model=template.model.starting_from(numbers))


def draw_numbers(
    template: Template, program: Program, seed: int, student: str, train: Train, taken: set[tuple[float, ...]]
) -> Numbers:
    """A student's numbers, which are entered into ``taken``.  Raises UsageError if no draw gives finite numbers."""
    random = Random(f"xlbp exercise {seed} {student}")
    best: Numbers = {}
    fewest, since = BROKEN, 0
    for count, drawn in enumerate(_unique(template, random, taken)):
        numbers = _mixed(best, drawn, random) if best and count >= FRESH else drawn
        if tuple(numbers.values()) in taken or len(set(numbers.values())) < len(numbers):
            continue
        faults, since = _faults(template, program, train(personal(template, numbers))), since + 1
        if faults < fewest:
            best, fewest, since = numbers, faults, 0
        if fewest == 0 or since > PATIENCE:
            break
    if not best:
        remedy = f"take fewer iterations ({option('-n')})"
        raise UsageError(f"no numbers for {student!r} keep {template.name} finite; {remedy}")
    taken.add(tuple(best.values()))
    return best


def _mixed(best: Numbers, drawn: Numbers, random: Random) -> Numbers:
    """The best draw so far with some of its numbers anew: a large network is seldom good in all its cells at once."""
    share = random.choice(ANEW)
    return {name: drawn[name] if random.random() < share else value for name, value in best.items()}


def _unique(template: Template, random: Random, taken: set[tuple[float, ...]]) -> Iterator[Numbers]:
    """Draws that nobody has; after many clashes with a digit more."""
    free = tried = 0
    while free < DRAWS:
        numbers = _draw(template, random, more=tried // UNIQUE)
        tried += 1
        if tuple(numbers.values()) not in taken and len(set(numbers.values())) == len(numbers):
            free += 1
            yield numbers
        if tried > DRAWS * UNIQUE:
            return


def _draw(template: Template, random: Random, more: int) -> Numbers:
    """Each parameter about as large as those of its tensor in the template, mostly of the same sign, in few digits."""
    own = {template.model.quantity(name): value for name, value in template.model.parameters().items()}
    sizes: dict[str, list[float]] = {}
    for name, value in own.items():
        sizes.setdefault(name.tensor, []).append(abs(value))
    numbers: Numbers = {}
    for name, value in own.items():
        alike = sizes[name.tensor]
        size = sum(alike) / len(alike) or 0.4
        digits = max(0, 1 - math.floor(math.log10(size))) + more
        magnitude = size * (0.4 + 1.2 * random.random())
        sign = math.copysign(1, value or random.random() - 0.5) * (1 if random.random() < 0.75 else -1)
        smallest = 10.0**-digits
        numbers[str(name)] = snap(sign * max(round(magnitude, digits), smallest))
    return numbers


BROKEN = 1_000_000  # faults of a training that is not finite


def _faults(template: Template, program: Program, history: History) -> int:
    """How many numbers of the rows a student could learn nothing from."""
    model = template.model
    if not all(np.isfinite(history[name]).all() for name in program.names):
        return BROKEN
    faults = 0
    for phase in ("backward", "gradients"):
        derivatives = [c.name for c in program.columns if c.phase == phase and model.quantity(c.name).relation != NORM]
        if derivatives:
            sizes = np.stack([np.abs(history[name]) for name in derivatives])
            small = sizes < np.maximum(SMALLEST, SHARE * sizes.max(axis=0))
            if phase == "backward" and _has_masks(model):
                small &= sizes > 0
            faults += int(small.sum())
    return faults + _saturated(model, history) + _on_corners(model, history)


def _has_masks(model: Model) -> bool:
    """Whether a 0 on the way back is no fault, but what there is to learn of an activation."""
    functions = (node.block.activation for node, _ in model.each_tensor())
    return any(ACTIVATIONS[function].masks for function in functions if function)


def _saturated(model: Model, history: History) -> int:
    """How many slopes are so small that nothing is learnt through them."""
    faults = 0
    for node, tensor in model.each_tensor():
        least = ACTIVATIONS[node.block.activation].saturated if tensor.slope and node.block.activation else 0.0
        for element in tensor.elements(node.layer) if least else ():
            slopes = (element.lettered(tensor.slope).sampled(mark) for mark in model.marks)
            faults += sum(int((np.abs(history[slope]) < least).sum()) for slope in slopes if slope in history)
    return faults


def _on_corners(model: Model, history: History) -> int:
    """How many pre-activations are so close to 0 that they stand on the corner of a ReLU."""
    faults = 0
    for node, tensor in model.each_tensor():
        for mark in model.marks if tensor.role is Role.PRE_ACTIVATION else ():
            sums = tensor.elements(node.layer, mark)
            faults += sum(int((np.abs(history[name]) < CORNER).sum()) for name in sums)
    return faults
