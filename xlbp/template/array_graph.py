"""A formula of arrays as frozen values: variables, constants, and steps of one operation on whole arrays each.

Each element has a cell of its own, called ``W[1,2]`` with indices from 1.  What transposes, slices and joins only look
at is no step but a :class:`~xlbp.template.array_views.View`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import ClassVar

from xlbp.template import names
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.array_views import Argument, Extents, elements, names_of, seen
from xlbp.template.model import Model, Unit
from xlbp.template.optimizers import KEPT
from xlbp.template.quantity import GRADIENT, STATE, UPDATED, Quantity, parse, plain
from xlbp.template.tensors import Local

CURVED = ("exp", "log", "sqrt", "tanh", "sigmoid", "relu", "softplus", "sin", "cos", "abs", "pow", "max", "min")
# How many arguments derivatives flow to, of operations whose other arguments are values on the way to theirs.
FLOWS = {"logsumexp": 1, "softmax": 2, "variance": 1, "power_of_difference": 0, "winners": 0}
LARGEST = {"largest": "max", "smallest": "min"}  # of the numbers along some axes


@dataclass(frozen=True)
class Values:
    """An array of given numbers, the last index running fastest."""

    shape: Extents
    numbers: tuple[float, ...]


@dataclass(frozen=True)
class ArrayStep:
    """``name = operation(*arguments)``, an array of this shape; ``axes`` of the first argument are taken together.

    Element by element: copy, neg, add, sub, mul, div and those of :data:`CURVED`.  ``matmul`` is NumPy's.  Along
    ``axes``, counted from 0: sum, mean, largest, smallest, and
    ``power_of_difference``(x, m) exp(x - m), for softmax; ``winners``(x, m) 1 where x is m, else 0;
    ``logsumexp``(x, m, S, u) m + log S; ``softmax``(x, lse, u, S) u / S; ``variance``(x, d) the mean of d**2.
    """

    name: str
    operation: str
    arguments: tuple[Argument, ...]
    shape: Extents = ()
    axes: tuple[int, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The arrays that it is computed from, each once, in order."""
        return tuple(dict.fromkeys(name for each in self.arguments for name in names_of(each)))

    @property
    def flowing(self) -> tuple[Argument, ...]:
        """The arguments that derivatives flow to."""
        return self.arguments[: FLOWS.get(self.operation)]

    @property
    def differentiated(self) -> tuple[str, ...]:
        """The arrays that derivatives flow to, each once, in order."""
        return tuple(dict.fromkeys(name for each in self.flowing for name in names_of(each)))

    @property
    def is_curved(self) -> bool:
        """Whether its slopes have cells: of what is linear they are numbers, or the other factor."""
        return self.operation in CURVED


@dataclass(frozen=True)
class ArrayGraph(Model):
    """A formula of arrays, cut into steps."""

    kind: ClassVar[str] = "expression"
    computed_as: ClassVar[str] = "arrays"
    chains_by_users: ClassVar[bool] = True

    variables: dict[str, Values]
    fixed: dict[str, Values]
    steps: tuple[ArrayStep, ...]
    formulas: dict[str, str]  # of the steps that have a name in the template, as written there

    @cached_property
    def shapes(self) -> dict[str, Extents]:
        """The shape of each array by its name: variables, constants, steps."""
        given = {name: values.shape for name, values in (*self.variables.items(), *self.fixed.items())}
        return given | {step.name: step.shape for step in self.steps}

    def elements(self, name: str) -> tuple[Quantity, ...]:
        """What the numbers of an array are called."""
        return self._elements[name]

    @cached_property
    def _elements(self) -> dict[str, tuple[Quantity, ...]]:
        return {name: elements(name, shape) for name, shape in self.shapes.items()}

    def seen(self, argument: Argument) -> tuple[Quantity | float, ...]:
        """What stands at each place of an argument of a step."""
        return seen(argument, self._elements)

    @property
    def plain_rule(self) -> str:
        """Ascent where the objective is to grow."""
        return "ascent" if self.maximize else "descent"

    def outline(self, called: Callable[[str], str] = str) -> str:  # noqa: ARG002 - it has no blocks
        """``X 3×2, W 2×2 → Q 3×2 → E``: the arrays that the template names."""
        named = [name for name in self.formulas if name in self.shapes]
        return " → ".join([", ".join(map(self.called, (*self.variables, *self.fixed))), *map(self.called, named)])

    def called(self, name: str) -> str:
        """An array with its shape: ``Q 3×2``."""
        shape = self.shapes[name]
        return f"{name} {'×'.join(map(str, shape))}" if shape else name

    @property
    def conventions(self) -> tuple[str, ...]:
        """What its derivatives mean, and how operations differentiate that are functions with a convention."""
        operations = {LARGEST.get(step.operation, step.operation) for step in self.steps}
        stated = (name for name, activation in ACTIVATIONS.items() if activation.is_stated and name in operations)
        return ("local", *stated)

    def units(self, mark: str) -> tuple[Unit, ...]:  # noqa: ARG002
        """Arrays, each one stage behind the last of those it is computed from; what has no name is seen through."""
        stages = dict.fromkeys((*self.variables, *self.fixed), 0)
        units = [Unit(plain(name), 0) for name in stages]
        # the arrays in the picture that each is computed from
        behind: dict[str, tuple[str, ...]] = {name: (name,) for name in stages}
        for step in self.steps:
            sources = tuple(dict.fromkeys(name for source in step.sources for name in behind[source]))
            behind[step.name] = sources
            if step.name in self.formulas:
                behind[step.name] = (step.name,)
                stages[step.name] = 1 + max((stages[source] for source in sources), default=0)
                arguments = tuple((plain(source), plain(source)) for source in sources)
                units.append(Unit(plain(step.name), stages[step.name], arguments=arguments))
        return tuple(units)

    def word(self, quantity: Quantity) -> str:
        """An element of a variable or of a step, a local derivative or a total one."""
        if quantity.relation == GRADIENT:
            return "total"
        if quantity in self._locals:
            return "local"
        return "variable" if quantity.letter in self.variables else "node"

    def parameters(self) -> dict[str, float]:
        """Initial value of each element of a variable."""
        return self._numbers(self.variables)

    def constants(self) -> dict[str, float]:
        """What a person may change besides."""
        return self._numbers(self.fixed)

    def _numbers(self, group: Mapping[str, Values]) -> dict[str, float]:
        return {
            quantity: number
            for name, values in group.items()
            for quantity, number in zip(self.elements(name), values.numbers, strict=True)
        }

    def quantity(self, name: str) -> Quantity:
        """What a name of a quantity of the training row says: the template's own names are left whole."""
        return self._quantities.get(name) or parse(name)

    @cached_property
    def _quantities(self) -> dict[str, Quantity]:
        """Every name that the template's own names are part of."""
        nodes = [element for name in self.shapes for element in self.elements(name)]
        made = [*nodes, *map(self.gradient, nodes), *map(plain, self._locals)]
        for variable in self.parameters():
            parameter = plain(variable)
            made += [parameter.updated, *(parameter.state(letter) for letter in KEPT)]
        return {str(quantity): quantity for quantity in made}

    def gradient(self, parameter: str) -> Quantity:
        """The total derivative of the objective: ``dE/dW[1,2]``."""
        return names.total(self.objective, parameter)

    @cached_property
    def _locals(self) -> dict[str, Local]:
        """What each local derivative that has a cell is of, and by what."""
        return {names.local(of, by): Local(of, by) for step in self.steps for of, by in self.slopes(step)}

    def local(self, quantity: Quantity) -> Local | None:
        """An element of a step that is not linear, by what it is computed from."""
        return self._locals.get(quantity)

    def slopes(self, step: ArrayStep) -> tuple[tuple[Quantity, Quantity], ...]:
        """The local derivatives of a step that have cells: (element, what it is computed from)."""
        if not step.is_curved or step.name not in self.derived:
            return ()
        places = range(prod(step.shape))
        inside = [self.stretched(argument, step.shape) for argument in step.arguments]
        return tuple(
            (element, by)
            for place, element in zip(places, self.elements(step.name), strict=True)
            for by in dict.fromkeys(each[place] for each in inside)
            if isinstance(by, Quantity) and self._homes[by] in self.derived
        )

    def stretched(self, argument: Argument, shape: Extents) -> tuple[Quantity | float, ...]:
        """What stands at each place of an argument that is broadcast to this shape."""
        return stretched(self.seen(argument), self.shape_of(argument), shape)

    def shape_of(self, argument: Argument) -> Extents:
        """The shape of an argument of a step."""
        if isinstance(argument, str):
            return self.shapes[argument]
        return () if isinstance(argument, float | int) else argument.shape

    @cached_property
    def _homes(self) -> dict[str, str]:
        """The array that each element belongs to."""
        return {element: name for name in self.shapes for element in self.elements(name)}

    def array_of(self, quantity: Quantity) -> str:
        """The name of the array; single numbers have one as well."""
        return self._homes.get(quantity if quantity.of is None else quantity.of, "")

    def array_label(self, quantity: Quantity) -> str:
        """``Q 3×2``, ``dE/dQ``, ``∂A/∂S``, ``W_Q⁺``, ``m(W_Q)``; single numbers have none."""
        local = self.local(quantity)
        if local is not None:
            return f"∂{self._homes[local.of]}/∂{self._homes[local.by]}" if local.of.indices else ""
        name = self.array_of(quantity)
        if not name or not self.shapes[name]:
            return ""
        signs = {GRADIENT: f"d{self.objective}/d{name}", UPDATED: f"{name}⁺", STATE: f"{quantity.state_letter}({name})"}
        return signs.get(quantity.relation, self.called(name))

    def formula_of(self, quantity: Quantity) -> str:
        """Of an element of a named step; a derivative has none."""
        return self.formulas.get(self._homes.get(quantity, ""), "")

    @property
    def arrays(self) -> ArrayGraph:
        """Itself."""
        return self

    def starting_from(self, numbers: Mapping[str, float]) -> ArrayGraph:
        """The same formula with other initial values of the variables."""
        variables = {
            name: replace(values, numbers=tuple(numbers[element] for element in self.elements(name)))
            for name, values in self.variables.items()
        }
        return replace(self, variables=variables)

    @cached_property
    def derived(self) -> frozenset[str]:
        """The arrays that have derivatives: they depend on a variable, and the objective depends on them."""
        return active(self.variables, self.steps) & self._reaching()

    def _reaching(self) -> frozenset[str]:
        found = {self.objective}
        for step in reversed(self.steps):
            if step.name in found:
                found.update(step.differentiated)
        return frozenset(found)

    def step(self, name: Argument) -> ArrayStep:
        """The step that makes an array."""
        return next(step for step in self.steps if step.name == name)

    def winners_of(self, step: ArrayStep) -> tuple[ArrayStep, ArrayStep]:
        """Of a largest or smallest number: the steps that tell which numbers are, and how many."""
        argument = (step.arguments[0], step.name)
        winners = next(each for each in self.steps if each.operation == "winners" and each.arguments == argument)
        counts = (each for each in self.steps if each.operation == "sum" and each.arguments == (winners.name,))
        return winners, next(each for each in counts if (each.axes, each.shape) == (step.axes, step.shape))


def active(variables: Iterable[str], steps: Iterable[ArrayStep]) -> frozenset[str]:
    """The arrays that depend on a variable."""
    found = set(variables)
    for step in steps:
        if found.intersection(step.differentiated):
            found.add(step.name)
    return frozenset(found)


def stretched(cells: tuple[Quantity | float, ...], of: Extents, to: Extents) -> tuple[Quantity | float, ...]:
    """The numbers of an array as broadcasting repeats them, from the last axis on."""
    if of == to:
        return cells
    strides = [0] * len(to)
    step = 1
    for axis in range(1, len(of) + 1):
        strides[-axis] = step if of[-axis] > 1 else 0
        step *= of[-axis]
    places = [0]
    for extent, stride in zip(to, strides, strict=True):
        places = [place + at * stride for place in places for at in range(extent)]
    return tuple(cells[place] for place in places)
