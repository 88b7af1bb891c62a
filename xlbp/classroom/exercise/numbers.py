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

from xlbp.errors import UsageError
from xlbp.symbols.program import Program
from xlbp.template import names
from xlbp.template.graph import Graph
from xlbp.template.network import Network
from xlbp.template.table import snap
from xlbp.template.template import Template

Numbers = dict[str, float]  # initial value of each trained parameter
History = Mapping[str, NDArray[np.float64]]
Train = Callable[[Template], History]
DRAWS, FRESH = 100, 8  # at most, the best of them is taken; from so many on the best so far is changed
ANEW = (0.1, 0.4)  # of its numbers: a few, or enough to wake a unit
PATIENCE = 30  # draws in vain
UNIQUE = 200  # attempts at numbers that no other student has
SMALLEST, SHARE = 1e-4, 2e-3  # of a derivative: in itself, and beside the largest of its kind in its row
FLAT = {"sigmoid": 0.02, "tanh": 0.05}  # a slope below: saturated
MASKS = ("relu", "hard_sigmoid", "maxout")  # a 0 on the way back through these is no fault, but what there is to learn
CORNER = 1e-3  # a pre-activation closer to 0 stands on a corner of ReLU


def personal(template: Template, numbers: Mapping[str, float]) -> Template:
    """The template with these initial parameters."""
    model = template.model
    if isinstance(model, Graph):
        return replace(template, model=replace(model, variables={v: numbers[v] for v in model.variables}))
    assert isinstance(model, Network)
    return replace(template, model=model.starting_from(numbers))


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
        raise UsageError(f"no numbers for {student!r} keep {template.name} finite; take fewer iterations (-n)")
    taken.add(tuple(best.values()))
    return best


def _mixed(best: Numbers, drawn: Numbers, random: Random) -> Numbers:
    """The best draw so far with some of its numbers anew: a large network is seldom good in all its cells at once."""
    share = random.choice(ANEW)
    return {name: drawn[name] if random.random() < share else value for name, value in best.items()}


def _unique(template: Template, random: Random, taken: set[tuple[float, ...]]) -> Iterator[Numbers]:
    """Draws that nobody has; after many clashes with a digit more."""
    found = tried = 0
    while found < DRAWS:
        numbers = _draw(template, random, more=tried // UNIQUE)
        tried += 1
        if tuple(numbers.values()) not in taken and len(set(numbers.values())) == len(numbers):
            found += 1
            yield numbers
        if tried > DRAWS * UNIQUE:
            return


def _draw(template: Template, random: Random, more: int) -> Numbers:
    """Each parameter about as large as the template's, mostly of the same sign, in few digits."""
    own = template.model.parameters()
    kinds: dict[str, list[float]] = {}
    for name, value in own.items():
        kinds.setdefault(_kind(name, template), []).append(abs(value))
    found: Numbers = {}
    for name, value in own.items():
        of_kind = kinds[_kind(name, template)]
        size = sum(of_kind) / len(of_kind) or 0.4
        base = abs(value) if isinstance(template.model, Graph) and value else size
        digits = max(0, 1 - math.floor(math.log10(base))) + more
        magnitude = base * (0.4 + 1.2 * random.random())
        sign = math.copysign(1, value or random.random() - 0.5) * (1 if random.random() < 0.75 else -1)
        smallest = 10.0**-digits
        found[name] = snap(sign * max(round(magnitude, digits), smallest))
    return found


def _kind(name: str, template: Template) -> str:
    """Parameters that are of a size: a layer's weights, a layer's biases; each variable of a formula by itself."""
    return name if isinstance(template.model, Graph) else name.partition("[")[0]


BROKEN = 1_000_000  # faults of a training that is not finite


def _faults(template: Template, program: Program, history: History) -> int:
    """How many numbers of the rows a student could learn nothing from."""
    phases = {column.name: column.phase for column in program.columns}
    if not all(np.isfinite(history[name]).all() for name in phases):
        return BROKEN
    faults = 0
    masked = isinstance(template.model, Network) and any(layer.activation in MASKS for layer in template.model.layers)
    for phase in ("backward", "gradients"):
        found = [np.abs(history[name]) for name, of in phases.items() if of == phase and not name.startswith("|")]
        if found:
            sizes = np.stack(found)
            least = np.maximum(SMALLEST, SHARE * sizes.max(axis=0))
            small = (sizes < least) & (sizes > 0) if masked and phase == "backward" else sizes < least
            faults += int(small.sum())
    return faults + (_flat(template.model, history) if isinstance(template.model, Network) else 0)


def _flat(network: Network, history: History) -> int:
    """Saturated units, and those that stand on a corner."""
    faults = 0
    for number, layer in enumerate(network.layers, start=1):
        for unit in range(1, layer.rows + 1):
            for mark in network.marks:
                slope = names.of_unit("f'", number, unit, mark)
                if slope in history:
                    faults += int((np.abs(history[slope]) < FLAT.get(layer.activation, 0.0)).sum())
                faults += int((np.abs(history[names.of_unit("z", number, unit, mark)]) < CORNER).sum())
    return faults
