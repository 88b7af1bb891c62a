"""The truth that a person's numbers are laid beside: a training of the reference, with the sizes of all terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlbp.checking.log import Array, Flags
from xlbp.expectation.training import Trained, train_run
from xlbp.symbols.expr import names_in
from xlbp.template import names
from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.contents import Contents

GRADIENTS = "gradients"  # the phase
GIVEN_FIRST = -1  # the place of what is given, before all that is computed


@dataclass(frozen=True)
class Truth:
    """A training with its numbers: quantities of the row by iteration, those of the panel the same in all."""

    trained: Trained

    @property
    def contents(self) -> Contents:
        """What was asked for."""
        return self.trained.contents

    @property
    def iterations(self) -> int:
        """The last iteration."""
        return self.contents.layout.iterations

    def values(self, name: str) -> Array:
        """A quantity over the iterations; NaN where a cell shows an error."""
        if name in self.trained.history:
            return self.trained.history[name]
        return np.full(self.iterations + 1, float(self.trained.facts.inputs[name]))

    def sizes(self, name: str) -> Array:
        """How large the terms are that each of its numbers is made from."""
        own = np.abs(self.values(name))
        sizes = self.trained.facts.sizes
        return np.fmax(own, np.broadcast_to(sizes[name], own.shape)) if name in sizes else own

    def driven(self, name: str) -> Flags:
        """Which of its numbers follow from rounding noise, so that nobody else's need be the same."""
        noise = self.trained.noise
        none = np.zeros(self.iterations + 1, dtype=np.bool_)
        return noise.driven.get(name, none) if noise is not None else none

    def is_given(self, name: str) -> bool:
        """Whether it is a number of the template's: on the panel, or the start of a parameter."""
        return name in self.contents.template.inputs()

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of each quantity in the order of computation.

        That is their order on the sheet, but that a parameter's gradient comes right behind the last quantity that it
        is made from: backward, the last layer's comes before anything of the layer below.
        """
        behind: dict[str, int] = {}
        for place, column in enumerate(self.contents.program.columns):
            made_from = [behind[name] for name in names_in(column.expr) if name in behind]
            behind[column.name] = max(made_from, default=place) if column.phase == GRADIENTS else place
        places = {name: place for place, name in enumerate(self.contents.program.names)}
        columns = sorted(places, key=lambda name: (behind[name], places[name]))
        return dict.fromkeys(self.contents.layout.panel, GIVEN_FIRST) | {n: place for place, n in enumerate(columns)}

    @cached_property
    def rate(self) -> Array:
        """The learning rate of each row."""
        return self.values(names.RATE if names.RATE in self.trained.history else names.LEARNING_RATE)

    @property
    def is_plain_descent(self) -> bool:
        """Whether a step is the rate times the gradient, so that this follows from two rows of the parameters."""
        training = self.contents.template.training
        return training.optimizer == "sgd" and not training.clip

    def gradient(self, parameter: str) -> Quantity:
        """What the derivative of the objective by a parameter is called."""
        return self.contents.gradient(parameter)


def truth_of(contents: Contents, inputs: Mapping[str, float] | None = None) -> Truth:
    """Train on the template's own inputs, or on others."""
    return Truth(train_run(contents, inputs))
