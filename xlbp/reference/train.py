"""From a template to the value of every quantity at every iteration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from xlbp.reference.answers import answers as answers_of
from xlbp.reference.data import prepare
from xlbp.reference.graph import train_graph
from xlbp.reference.history import Array, Floors, History, Told, untold
from xlbp.reference.run import rows_apart, train_network
from xlbp.template.graph import Graph
from xlbp.template.network import Network
from xlbp.template.template import Template


def train(
    template: Template,
    inputs: Mapping[str, float] | None = None,
    told: Told = untold,
    floors: Floors | None = None,
) -> History:
    """Every quantity by name, each an array over the iterations 0 to T.

    ``inputs`` replaces the template's own numbers: the panel of a book that a person has changed.
    NaN stands where a cell would show an error.  ``told`` hears the share that is done.  What becomes of gradients that
    are very small, ``floors`` say.
    """
    numbers = template.inputs() if inputs is None else inputs
    training = template.training
    if isinstance(template.model, Graph):
        return train_graph(template.model, training, numbers, training.iterations, told, floors)
    assert isinstance(template.model, Network)
    return train_network(template.model, training, numbers, training.iterations, told, floors)


def prepared(template: Template, inputs: Mapping[str, float]) -> dict[str, float]:
    """``inputs`` and what is computed from them before any training: features scaled, classes as targets."""
    return prepare(template.model, inputs) if isinstance(template.model, Network) else dict(inputs)


def answers(template: Template, inputs: Mapping[str, float], moved: Mapping[str, float], points: Array) -> History:
    """What a network answers to inputs that are no samples, with the parameters ``moved``; see there."""
    assert isinstance(template.model, Network)
    return answers_of(template.model, inputs, moved, points)


def forward_passes(
    template: Template, inputs: Mapping[str, float], settings: Sequence[Mapping[str, float]], iteration: int = 0
) -> History:
    """Every quantity of a row for each setting of the parameters, each an array over the settings.

    The row has the samples of ``iteration``.
    """
    if isinstance(template.model, Network):
        return rows_apart(template.model, template.training, inputs, settings, iteration)
    assert isinstance(template.model, Graph)
    rows = [train_graph(template.model, template.training, {**inputs, **setting}, 0) for setting in settings]
    return {name: np.array([row[name][0] for row in rows]) for name in rows[0]}
