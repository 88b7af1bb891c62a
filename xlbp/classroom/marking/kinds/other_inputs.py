"""Other numbers for the same exercise: what comes right by coincidence goes wrong with them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

import numpy as np

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.numbers import Numbers, personal
from xlbp.datafile.numbers import snap
from xlbp.recalc.bench import Cell
from xlbp.reference.history import History
from xlbp.reference.train import train
from xlbp.template.blocks.block import Role
from xlbp.template.names import LEARNING_RATE

SETS, TRIES = 2, 8  # sets of numbers that a formula must be right with, besides the student's own
MOST_SETS, MORE_TRIES = 6, 30  # with those that wake what is 0 in all others, as behind a unit or a maximum
FACTORS, FROM_ZERO = (0.8, 1.25), 0.05
FAR = (-2.0, 2.0)  # factors by which other units and places wake


@dataclass(frozen=True)
class OtherInputs:
    """``numbers`` of the trained parameters, all ``inputs``, the ``history`` they lead to, and where they are typed."""

    numbers: Numbers
    inputs: dict[str, float]
    history: History
    cells: dict[Cell, float]


def other_inputs(exercise: Exercise, blanks: Iterable[Blank] = ()) -> list[OtherInputs]:
    """Some sets, all of whose rows are numbers; with further ones in which those of the blanks are not 0 that were so.

    With a 0 in it, any product is right, whatever its sign and its other factors.
    """
    random = Random(f"xlbp other inputs {exercise.contents.template.name}")
    sets = list(islice(_sound(exercise, random, FACTORS, TRIES), SETS))
    asleep = {blank for blank in blanks if not any(_is_awake(blank, each) for each in sets)}
    further = list(_sound(exercise, random, FAR, MORE_TRIES)) if asleep else []
    while asleep and further and len(sets) < MOST_SETS:
        sets.append(max(further, key=lambda each: sum(_is_awake(blank, each) for blank in asleep)))
        still = {blank for blank in asleep if not _is_awake(blank, sets[-1])}
        if still == asleep:
            return sets[:-1]  # these are 0 with any numbers
        asleep = still
    return sets


def _sound(exercise: Exercise, random: Random, factors: tuple[float, float], tries: int) -> Iterator[OtherInputs]:
    """Sets of which every number is one, out of so many."""
    for _ in range(tries):
        drawn = _changed(exercise, random, factors)
        if all(np.isfinite(drawn.history[name]).all() for name in exercise.contents.program.names):
            yield drawn


def _is_awake(blank: Blank, drawn: OtherInputs) -> bool:
    """Whether a cell is not 0."""
    return bool(drawn.history[blank.name][blank.iteration])


def _changed(exercise: Exercise, random: Random, factors: tuple[float, float]) -> OtherInputs:
    contents, layout = exercise.contents, exercise.contents.layout
    own = contents.template.inputs()
    trained = set(contents.template.model.parameters())
    places = {name: (p.row, p.column) for name, p in layout.panel.items() if p.sheet == "training"}
    places |= {name: (layout.first_row, layout.columns[name]) for name in trained if name in layout.columns}
    may_change = [name for name in places if name in own and _may_change(exercise, name)]
    changed = {name: _other(own[name], random, factors, is_free=name in trained) for name in may_change}
    numbers = {name: changed.get(name, own[name]) for name in trained}
    template = personal(contents.template, numbers)
    inputs = {**template.inputs(), **changed}
    cells: dict[Cell, float] = {(contents.title, *places[name]): value for name, value in changed.items()}
    return OtherInputs(numbers, inputs, train(template, inputs), cells)


def _may_change(exercise: Exercise, name: str) -> bool:
    """Parameters, rates and plain numbers of the data; not what counts, chooses or shares."""
    contents = exercise.contents
    model, quantity = contents.template.model, contents.quantity(name)
    role = model.role(quantity)
    if name == LEARNING_RATE or quantity in contents.template.parameter_order:
        return True
    if quantity.is_setting or (role is Role.TARGET and "entropy" in (model.loss or "")):
        return False
    looks_up = any(node.block.kind == "embedding" for node, _ in model.each_tensor())
    return not (role is Role.INPUT and looks_up)


def _other(value: float, random: Random, factors: tuple[float, float], is_free: bool) -> float:
    """Another number of about the size; what is 0 may have to stay so, unless it is trained."""
    if value == 0:
        return snap(round(FROM_ZERO * (1 + random.random()), 4)) if is_free else 0.0
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    return snap(round(value * random.uniform(*factors), digits))
