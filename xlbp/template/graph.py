"""A computation graph as frozen values: variables, constants, and steps of one operation each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from xlbp.template import names
from xlbp.template.model import Model
from xlbp.template.optimizers import KEPT
from xlbp.template.quantity import Quantity, parse, plain


@dataclass(frozen=True)
class Step:
    """One operation of a graph: ``name = operation(*arguments)``; an argument is a name or a number."""

    name: str
    operation: str
    arguments: tuple[str | float, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The names among the arguments, each once, in order."""
        return tuple(dict.fromkeys(a for a in self.arguments if isinstance(a, str)))


@dataclass(frozen=True)
class Graph(Model):
    """A computation graph: named variables, constants, and steps with one operation each."""

    kind: ClassVar[str] = "expression"

    variables: dict[str, float]
    fixed: dict[str, float]
    steps: tuple[Step, ...]

    def parameters(self) -> dict[str, float]:
        """Initial value of each variable that training moves."""
        return dict(self.variables)

    def constants(self) -> dict[str, float]:
        """What a person may change besides."""
        return dict(self.fixed)

    def quantity(self, name: str) -> Quantity:
        """What a name of a quantity of the training row says: the template's own names are left whole."""
        return self._quantities.get(name) or parse(name)

    @cached_property
    def _quantities(self) -> dict[str, Quantity]:
        """Every name that the template's own names are part of."""
        nodes = [plain(name) for name in (*self.variables, *self.fixed, *(step.name for step in self.steps))]
        made = [*nodes, *(self.gradient(node) for node in nodes)]
        made += [names.local(step.name, source) for step, source in self.edges()]
        for variable in map(plain, self.variables):
            made += [variable.updated, *(variable.state(letter) for letter in KEPT)]
        return {str(quantity): quantity for quantity in made}

    def gradient(self, parameter: str) -> Quantity:
        """The total derivative of the objective: ``df/da``."""
        return names.total(self.objective, parameter)

    def active(self) -> frozenset[str]:
        """The names that depend on a variable: only these have derivatives."""
        found = set(self.variables)
        for step in self.steps:
            if found.intersection(step.sources):
                found.add(step.name)
        return frozenset(found)

    def edges(self) -> tuple[tuple[Step, str], ...]:
        """Each (step, argument) that a derivative flows along, in the order of the steps."""
        active = self.active()
        return tuple((s, source) for s in self.steps for source in s.sources if source in active)

    def users(self) -> dict[str, list[str]]:
        """The steps that use each active name, in order."""
        found: dict[str, list[str]] = {name: [] for name in (*self.variables, *(s.name for s in self.steps))}
        for step, source in self.edges():
            found[source].append(step.name)
        return found

    def reaching(self) -> frozenset[str]:
        """The names that the objective depends on, itself included."""
        found = {self.objective}
        for step in reversed(self.steps):
            if step.name in found:
                found.update(step.sources)
        return frozenset(found)
