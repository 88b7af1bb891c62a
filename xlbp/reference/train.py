"""From a template to the value of every quantity at every iteration."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xlbp.reference.graph import train_graph
from xlbp.reference.network import History, train_network
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


def diverged_at(history: History) -> int | None:
    """The first iteration at which some quantity is not a finite number, or None."""
    bad = np.zeros(len(next(iter(history.values()))), dtype=bool)
    for values in history.values():
        bad |= ~np.isfinite(values)
    return int(bad.argmax()) if bad.any() else None
