"""From a template to the value of every quantity at every iteration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from xlbp.reference.graph import train_graph
from xlbp.reference.history import History
from xlbp.reference.network import train_network
from xlbp.spec.model import Graph, Template


def train(template: Template, inputs: Mapping[str, float] | None = None) -> History:
    """Every quantity by name, each an array over the iterations 0 to T.

    ``inputs`` replaces the template's own numbers: the panel of a book that a person has changed.
    NaN stands where a cell would show an error.
    """
    numbers = template.inputs() if inputs is None else inputs
    iterations = template.training.iterations
    if isinstance(template.model, Graph):
        return train_graph(template.model, numbers, iterations)
    return train_network(template.model, numbers, iterations)


def forward_passes(template: Template, inputs: Mapping[str, float], settings: Sequence[Mapping[str, float]]) -> History:
    """Every quantity of a row for each setting of the parameters, each an array over the settings."""
    train_model = train_graph if isinstance(template.model, Graph) else train_network
    rows = [train_model(template.model, {**inputs, **setting}, 0) for setting in settings]  # type: ignore[arg-type]
    return {name: np.array([row[name][0] for row in rows]) for name in rows[0]}
