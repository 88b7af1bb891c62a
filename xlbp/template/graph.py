"""A computation graph as frozen values: variables, constants, and steps of one operation each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

from xlbp.template import names
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.model import Model, Unit
from xlbp.template.optimizers import KEPT
from xlbp.template.quantity import GRADIENT, Quantity, parse, plain
from xlbp.template.tensors import Local


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
    computed_as: ClassVar[str] = "scalars"

    variables: dict[str, float]
    fixed: dict[str, float]
    steps: tuple[Step, ...]

    @property
    def plain_rule(self) -> str:
        """Ascent where the objective is to grow."""
        return "ascent" if self.maximize else "descent"

    def outline(self, called: Callable[[str], str] = str) -> str:  # noqa: ARG002 - it has no blocks
        """``a, b, c → d → f``."""
        return " → ".join([", ".join(self.variables), *(step.name for step in self.steps)])

    @property
    def conventions(self) -> tuple[str, ...]:
        """What its derivatives mean, and how operations differentiate that are functions with a convention."""
        operations = {step.operation for step in self.steps}
        stated = (name for name, activation in ACTIVATIONS.items() if activation.is_stated and name in operations)
        return ("local", *stated)

    def units(self, mark: str) -> tuple[Unit, ...]:  # noqa: ARG002
        """Variables, constants and steps, each one stage behind the last of its arguments."""
        stages = dict.fromkeys((*self.variables, *self.fixed), 0)
        units = [Unit(plain(name), 0, self.gradient(name)) for name in stages]
        edges = self._edges()
        for step in self.steps:
            stages[step.name] = 1 + max((stages[source] for source in step.sources), default=0)
            arguments = tuple((plain(source), edges.get((step.name, source), plain(source))) for source in step.sources)
            units.append(Unit(plain(step.name), stages[step.name], self.gradient(step.name), arguments))
        return tuple(units)

    def _edges(self) -> dict[tuple[str, str], Quantity]:
        """What stands on each edge (step, argument): the local derivative, or the total one where that is the same."""
        users = self.users()
        return {
            (step.name, source): (
                self.gradient(source) if users[source] == [self.objective] else names.local(step.name, source)
            )
            for step, source in self.edges()
        }

    def word(self, quantity: Quantity) -> str:
        """A variable, a node, a local derivative or a total one."""
        if quantity in self.variables:
            return "variable"
        if any(step.name == quantity for step in self.steps):
            return "node"
        return "total" if quantity.relation == GRADIENT else "local"

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

    @cached_property
    def _locals(self) -> dict[str, Local]:
        """What each local derivative is of, and by what."""
        return {names.local(step.name, source): Local(plain(step.name), plain(source)) for step, source in self.edges()}

    def local(self, quantity: Quantity) -> Local | None:
        """A step, by one of its arguments."""
        return self._locals.get(quantity)

    def starting_from(self, numbers: Mapping[str, float]) -> Graph:
        """The same graph with other initial values of the variables."""
        return replace(self, variables={name: numbers[name] for name in self.variables})

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
