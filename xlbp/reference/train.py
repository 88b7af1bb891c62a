"""From a template to the value of every quantity at every iteration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from xlbp.reference.answers import network_answers
from xlbp.reference.array_graph import array_rows_apart, train_arrays
from xlbp.reference.data import prepare
from xlbp.reference.graph import graph_rows_apart, train_graph
from xlbp.reference.history import Array, Enough, Floors, History, Told, Trainer, never, untold
from xlbp.reference.run import network_rows_apart, network_trainer, train_network
from xlbp.template.model import Model
from xlbp.template.template import Template, Training


class Entry(NamedTuple):
    """How a kind of model is trained, once or for many parameters, computed for settings, and asked for answers."""

    train: Callable[..., History]
    trainer: Callable[..., Trainer]
    rows_apart: Callable[..., History]
    answers: Callable[..., History]


def _no_answers(*_: object) -> History:
    raise TypeError("a computation graph takes no inputs but its own numbers")


def _anew(train_once: Callable[..., History]) -> Callable[..., Trainer]:
    """A trainer that has nothing to do once for all, and whose rows are there all at once."""

    def trainer_of(model: Model, training: Training, inputs: Mapping[str, float], iterations: int) -> Trainer:
        def trained(parameters: Mapping[str, float], enough: Enough = never) -> History:
            history = train_once(model, training, {**inputs, **parameters}, iterations)
            rows = np.stack([*history.values()], axis=1) if enough is not never else ()
            return {} if any(enough([*history], row) for row in rows) else history

        return trained

    return trainer_of


ENTRIES: dict[str, Entry] = {
    "network": Entry(train_network, network_trainer, network_rows_apart, network_answers),
    "scalars": Entry(train_graph, _anew(train_graph), graph_rows_apart, _no_answers),
    "arrays": Entry(train_arrays, _anew(train_arrays), array_rows_apart, _no_answers),
}


def train(
    template: Template,
    inputs: Mapping[str, float] | None = None,
    told: Told = untold,
    floors: Floors | None = None,
    iterations: int | None = None,
) -> History:
    """Every quantity by name, each an array over the iterations 0 to T, or to ``iterations``.

    ``inputs`` replaces the template's own numbers: the panel of a book that a person has changed.
    NaN stands where a cell would show an error.  ``told`` hears the share that is done.  What becomes of gradients that
    are very small, ``floors`` say.
    """
    numbers = template.inputs() if inputs is None else inputs
    training = template.training
    last = training.iterations if iterations is None else iterations
    return ENTRIES[template.model.computed_as].train(template.model, training, numbers, last, told, floors)


def trainer(template: Template) -> Trainer:
    """Trains the template from other parameters than its own, again and again: of a class, each student's.

    What does not depend on the parameters is done once, where the kind of model allows it.
    """
    begin, training = ENTRIES[template.model.computed_as].trainer, template.training
    return begin(template.model, training, template.inputs(), training.iterations)


def prepared(template: Template, inputs: Mapping[str, float]) -> dict[str, float]:
    """``inputs`` and what is computed from them before any training: features scaled, classes as targets."""
    return prepare(template.model, inputs)


def answers(template: Template, inputs: Mapping[str, float], moved: Mapping[str, float], points: Array) -> History:
    """What a network answers to inputs that are no samples, with the parameters ``moved``; see there."""
    return ENTRIES[template.model.computed_as].answers(template.model, inputs, moved, points)


def forward_passes(
    template: Template, inputs: Mapping[str, float], settings: Sequence[Mapping[str, float]], iteration: int = 0
) -> History:
    """The quantities of a row as far as the loss for each setting of the parameters, each an array over the settings.

    The row has the samples of ``iteration``.
    """
    return ENTRIES[template.model.computed_as].rows_apart(
        template.model, template.training, inputs, settings, iteration
    )
