"""A formula of arrays by reverse accumulation, array by array in NumPy.

The adjoint of an array x is dE/dx = sum over what uses it; one pass from the objective back gives it for every array.
(Linnainmaa, BIT 16, 1976; Griewank and Walther, Evaluating Derivatives, 2008, 3.2.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from xlbp.reference.arithmetic import in_order
from xlbp.reference.array_operations import Backward, Terms, cells, hand_back, looked_at, terms_of, value_of
from xlbp.reference.graph import OPERATIONS
from xlbp.reference.history import Array, Floors, History, Told, untold
from xlbp.reference.recorder import nan_for_infinite
from xlbp.reference.variables import train_variables
from xlbp.template import names
from xlbp.template.array_graph import LARGEST, ArrayGraph, ArrayStep
from xlbp.template.array_views import Argument
from xlbp.template.template import Training


def train_arrays(
    graph: ArrayGraph,
    training: Training,
    inputs: Mapping[str, float],
    iterations: int,
    told: Told = untold,
    floors: Floors | None = None,
) -> History:
    """Every quantity of rows 0 to ``iterations``, from the numbers in ``inputs``; ``told`` hears the share done.

    What becomes of derivatives that are very small, ``floors`` say.
    """
    row = _Row(graph, inputs)
    trained = train_variables(graph, training, inputs, (row.names, row.computed), iterations, told, floors)
    return {**_level(graph, inputs, iterations + 1), **trained}


def array_rows_apart(
    graph: ArrayGraph,
    training: Training,  # noqa: ARG001 - a step is the same however the variables are moved
    inputs: Mapping[str, float],
    settings: Sequence[Mapping[str, float]],
    iteration: int,  # noqa: ARG001 - and in every row
) -> History:
    """A row as far as the objective for each setting of the variables."""
    row, parameters = _Row(graph, inputs), graph.parameters()
    found = []
    with np.errstate(all="ignore"):
        for setting in settings:
            numbers = {**inputs, **setting}
            found.append(row.shown(row.forward(np.array([numbers[name] for name in parameters]))))
    columns = zip(row.names, np.array(found).T, strict=False)  # the names of derivatives follow
    return {**_level(graph, inputs, len(settings)), **dict(columns)}


def _level(graph: ArrayGraph, inputs: Mapping[str, float], rows: int) -> History:
    """What does not move: constants and settings."""
    parameters = graph.parameters()
    return {name: np.full(rows, value) for name, value in inputs.items() if name not in parameters}


class _Row:
    """Computes a row again and again, always in the same order; ``names`` are those of its numbers."""

    def __init__(self, graph: ArrayGraph, inputs: Mapping[str, float]) -> None:
        self.graph = graph
        self.fixed = {
            name: np.array([inputs[element] for element in graph.elements(name)]).reshape(graph.shapes[name])
            for name in graph.fixed
        }
        self.derived = [name for name in graph.shapes if name in graph.derived or name in graph.variables]
        self.slopes = [(name, *pair) for name, pair in self._named_slopes()]
        self.places = {element: n for name in graph.shapes for n, element in enumerate(graph.elements(name))}
        shown = (*graph.variables, *(step.name for step in graph.steps))
        self.names: list[str] = [element for name in shown for element in graph.elements(name)]
        self.names += [
            graph.gradient(e) for name in self.derived for e in graph.elements(name) if name != graph.objective
        ]
        self.names += [name for name, *_ in self.slopes]

    def _named_slopes(self) -> list[tuple[str, tuple[ArrayStep, str, str]]]:
        return [
            (names.local(of, by), (step, of, by)) for step in self.graph.steps for of, by in self.graph.slopes(step)
        ]

    def computed(self, moving: Array) -> tuple[list[float], Array]:
        """The numbers of a row, and the derivatives by all variables, in their order."""
        values = self.forward(moving)
        flows = self.backward(values)
        derivatives = [flows[name].ravel() for name in self.derived if name != self.graph.objective]
        numbers = np.concatenate([self.shown(values), *derivatives]).tolist()
        return [*numbers, *self.local(values)], np.concatenate([flows[name].ravel() for name in self.graph.variables])

    def shown(self, values: Mapping[str, Array]) -> Array:
        """The numbers of the variables and the steps, in the order of ``names``."""
        arrays = (*self.graph.variables, *(step.name for step in self.graph.steps))
        return np.concatenate([values[name].ravel() for name in arrays])

    def forward(self, moving: Array) -> dict[str, Array]:
        """Every array by its name."""
        values, at = dict(self.fixed), 0
        for name, start in self.graph.variables.items():
            size = len(start.numbers)
            values[name] = moving[at : at + size].reshape(start.shape)
            at += size
        for step in self.graph.steps:
            values[step.name] = value_of(step, [looked_at(each, values) for each in step.arguments])
        return values

    def backward(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """dE/dx of every array that has it, from the objective back."""
        terms: list[Terms] = []  # of each step that has been passed, the last first
        flows: dict[str, Array] = {self.graph.objective: np.array(1.0)}
        for step in reversed(self.graph.steps):
            if step.name in self.graph.derived:
                flows.setdefault(step.name, self.summed(step.name, terms))
                terms.append(self.handed_back(step, values, flows[step.name]))
        return {**flows, **{name: self.summed(name, terms) for name in self.graph.variables}}

    def handed_back(self, step: ArrayStep, values: Mapping[str, Array], flow: Array) -> Terms:
        """The terms that a step adds to the derivatives of what it is computed from."""
        arguments = [looked_at(each, values) for each in step.arguments]
        winners = None
        if step.operation in LARGEST:
            winner, count = self.graph.winners_of(step)
            winners = values[winner.name], values[count.name]
        found: Terms = {}
        parts = terms_of(Backward(step, arguments, values[step.name], flow, winners))
        for argument, part in zip(step.flowing, parts, strict=True):
            hand_back(argument, part, found)
        return found

    def summed(self, name: str, terms: Sequence[Terms]) -> Array:
        """The sum of all terms of an array's derivative, in the order of the steps that they come from."""
        parts = [part for of_step in reversed(terms) for part in of_step.get(name, [])]
        if not parts:
            return np.zeros(self.graph.shapes[name])
        return nan_for_infinite(in_order(np.concatenate(parts, axis=-1)))

    def local(self, values: Mapping[str, Array]) -> list[float]:
        """The local derivatives that have cells: the sum over the places where an element is an argument."""
        found: list[float] = []
        before, by_element = None, {}
        for _, step, of, by in self.slopes:
            if step is not before:
                before, by_element = step, self.slopes_of(step, values)
            found.append(by_element[of, by])
        return found

    def slopes_of(self, step: ArrayStep, values: Mapping[str, Array]) -> dict[tuple[str, str], float]:
        """By element of a step and what it is computed from."""
        arguments = [looked_at(each, values) for each in step.arguments]
        found: dict[tuple[str, str], float] = {}
        elements = self.graph.elements(step.name)
        for slope, argument in zip(OPERATIONS[step.operation].slopes, step.arguments, strict=True):
            numbers = np.broadcast_to(cells(slope, *arguments), step.shape).ravel().tolist()
            for of, by, number in zip(elements, self.stretched(argument, step), numbers, strict=True):
                found[of, by] = found[of, by] + number if (of, by) in found else number
        return found

    def stretched(self, argument: Argument, step: ArrayStep) -> list[str]:
        """What an argument, broadcast, is called at each place of a step."""
        return [str(each) for each in self.graph.stretched(argument, step.shape)]
