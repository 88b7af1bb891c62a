"""Which layers' biases never move in exact arithmetic, in a training that rounding noise drives."""

from __future__ import annotations

import numpy as np

from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import train_run
from xlbp.template.template import Template


def resting_layers(template: Template) -> frozenset[int] | None:
    """The numbers of these layers, perhaps none; None where no gradient is nothing but noise."""
    noise = train_run(lay_out(template, "en")).noise
    if noise is None or not noise.parameters or not template.model.layers:
        return None
    resting = set()
    initial = template.model.parameters()
    for layer in template.model.layers:
        if layer.trains_bias and all(np.all(noise.without[name.updated] == initial[name]) for name in layer.biases):
            resting.add(layer.number)
    return frozenset(resting)
