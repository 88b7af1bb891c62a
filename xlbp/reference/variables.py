"""Training of a formula's variables, numbers or elements of arrays alike: all are moved together, as one array."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from xlbp.reference.history import PIECE, Array, Floors, History, Told
from xlbp.reference.optimizers import Moved, Optimizer
from xlbp.reference.recorder import Table, nan_for_infinite
from xlbp.template import names
from xlbp.template.model import Model
from xlbp.template.template import Training

ALL = "variables"


def train_variables(
    model: Model,
    training: Training,
    inputs: Mapping[str, float],
    row: tuple[Sequence[str], Callable[[Array], tuple[list[float], Array]]],
    iterations: int,
    told: Told,
    floors: Floors | None,
) -> History:
    """Every quantity of rows 0 to ``iterations``; ``told`` hears the share done.

    ``row`` has the names of a row's numbers, and what computes these and the derivatives by the variables, from the
    variables.  What becomes of derivatives that are very small, ``floors`` say.
    """
    called, computed = row
    variables = list(model.parameters())
    moving = np.array([inputs[name] for name in variables])
    optimizer = Optimizer(training, inputs, model.maximize, floors.left if floors else 0.0)
    table: Table | None = None
    for iteration in range(iterations + 1):
        with np.errstate(all="ignore"):
            numbers, flow = computed(moving)
            floor = {ALL: np.array([floors.levels[name][iteration] for name in variables])} if floors else None
            moved = optimizer.step(iteration, {ALL: moving}, {ALL: flow}, nan_for_infinite, floor)
        moving = moved.parameters[ALL]
        optimizer.commit(moved)
        table = table or Table(iterations + 1, [*called, names.ITERATION, *_names_moved(variables, moved)])
        table.numbers[iteration] = [*numbers, float(iteration), *_numbers_moved(moved)]
        if not iteration % PIECE:
            told(iteration / (iterations + 1))
    assert table is not None
    return table.history()


def _names_moved(variables: Sequence[str], moved: Moved) -> list[str]:
    """What the variables after the update, and what the optimizer keeps, are called."""
    kept = [names.kept(letter, variable) for letter in moved.kept[ALL] for variable in variables]
    return [*map(names.updated, variables), *kept, *(names.kept(letter, "") for letter in moved.shared)]


def _numbers_moved(moved: Moved) -> list[float]:
    """The numbers to these names."""
    kept = [number for values in moved.kept[ALL].values() for number in values.tolist()]
    return [*moved.parameters[ALL].tolist(), *kept, *moved.shared.values()]
