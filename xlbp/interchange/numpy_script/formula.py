"""What the scripts of all formulas have: names that Python takes, variables, constants, the update."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlbp.interchange.numpy_script.functions import FUNCTIONS
from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.literals import assigned_array, number
from xlbp.interchange.numpy_script.optimizers import Update
from xlbp.interchange.numpy_script.script import Script
from xlbp.interchange.numpy_script.sheet import Sheet
from xlbp.interchange.source import Source
from xlbp.template.array_views import Extents, elements
from xlbp.template.model import Model
from xlbp.template.quantity import Quantity

TAKEN = {*keyword.kwlist, *FUNCTIONS, "np", "iteration", "iterations", "eta", "rate", "print", "range", "wins"}
WORD = re.compile(r"\b[^\W\d]\w*")


@dataclass(frozen=True)
class Formula:
    """A formula's script; ``shapes`` are those of its quantities by name, of single numbers all ()."""

    source: Source
    shapes: Mapping[str, Extents]
    variables: tuple[str, ...]
    constants: tuple[str, ...]

    @property
    def model(self) -> Model:
        """The formula."""
        return self.source.template.model

    @cached_property
    def sheet(self) -> Sheet:
        """What comments say."""
        return Sheet(self.source.contents)

    @cached_property
    def update(self) -> Update:
        """How the variables move."""
        sign = "+" if self.model.maximize else "-"
        return Update(self.source.template.training, self.source.numbers, sign)

    @cached_property
    def taken(self) -> set[str]:
        """The names that Python has, or the script itself."""
        lines = Lines()
        self.update.put({}, lines)
        ours = [*lines.lines, *self.update.settings(), *self.update.before([])]
        return TAKEN | set(WORD.findall("\n".join(ours)))

    @cached_property
    def names(self) -> dict[str, str]:
        """What each quantity is called in the script: as in the template, unless that is taken."""
        return {name: _free(name, self.taken | (set(self.shapes) - {name})) for name in self.shapes}

    @cached_property
    def derivatives(self) -> dict[str, str]:
        """What the derivative of the objective by each quantity is called: ``dE_dW``."""
        objective, taken = self.names[self.model.objective], self.taken | set(self.names.values())
        return {name: _free(f"d{objective}_d{text}", taken) for name, text in self.names.items()}

    def d(self, name: str) -> str:
        """The derivative of the objective by a quantity."""
        return self.derivatives[name]

    def about(self, name: str) -> str:
        """What the sheet says of a quantity; its name there, if it had to have another one here."""
        told = self.sheet.about(elements(name, self.shapes[name]))
        return told if self.names[name] == name else f"{name}: {told}"

    def about_derivative(self, name: str) -> str:
        """What the sheet says of the derivative by it."""
        derivatives: list[Quantity] = [self.model.gradient(element) for element in elements(name, self.shapes[name])]
        return self.sheet.about(derivatives)

    def script(self, forward: Lines, backward: Lines) -> Script:
        """The whole script."""
        top, before, loop = Lines(), Lines(), Lines()
        self._put_numbers("variables, which training moves", self.variables, top, self.about)
        if self.constants:
            self._put_numbers("constants", self.constants, top, lambda name: "")
        top.heading("training")
        top.lines += self.update.settings()
        before.lines += self.update.before([self.names[name] for name in self.variables])
        loop.heading("forward")
        loop.lines += forward.lines
        loop.add(f"print(iteration, {self.names[self.model.objective]})")
        loop.heading("backward")
        loop.lines += backward.lines
        loop.heading("update" + (", uphill" if self.model.maximize else ""))
        self.update.put({self.names[name]: self.d(name) for name in self.variables}, loop)
        loop.functions |= forward.functions | backward.functions
        return Script(top, before, loop)

    def _put_numbers(self, title: str, names: Iterable[str], lines: Lines, told: Callable[[str], str]) -> None:
        lines.heading(title)
        for name in names:
            shape = self.shapes[name]
            values = np.array([self.source.numbers[element] for element in elements(name, shape)]).reshape(shape)
            if shape or not self.update.is_plain:
                first, *others = assigned_array(self.names[name], values)
            else:
                first, others = f"{self.names[name]} = np.float64({number(float(values))})", []
            lines.add(first, told(name))
            lines.lines += others


def _free(name: str, taken: set[str]) -> str:
    """A name that is not taken: the same, or with a line behind it."""
    while name in taken:
        name += "_"
    return name
