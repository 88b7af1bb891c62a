"""A computation graph by reverse accumulation, in plain Python floats.

The adjoint of a node v is df/dv = sum over its users u of df/du * ∂u/∂v; one pass from the objective back gives
it for every node.  Each ∂u/∂v comes from the operation's own exact rule, so there is no step size and no
truncation, only rounding; and the terms are added in the order in which the users stand, as a person adds them, so
that the sum has the same last bit wherever it is computed in doubles.
(Linnainmaa, BIT 16, 1976; Griewank and Walther, Evaluating Derivatives, 2008, 3.2.)
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from xlbp.reference.history import Array, Floors, History, Told, untold
from xlbp.reference.variables import train_variables
from xlbp.template import names
from xlbp.template.graph import Graph, Step
from xlbp.template.template import Training


class Operation(NamedTuple):
    """The value, and the derivative with respect to each argument, of the arguments' values."""

    value: Callable[..., float]
    slopes: tuple[Callable[..., float], ...]


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _power(x: float, y: float) -> float:
    """Small whole powers by repeated multiplication, as a person does it; x**0 is 1 for every x."""
    if math.isnan(y):
        return y
    if y != int(y) or not 1 <= abs(y) <= 8:
        return math.pow(x, y)
    product = math.prod([x] * abs(int(y)), start=1.0)
    return product if y > 0 else 1 / product


def _larger(x: float, y: float) -> float:
    return x + y if math.isnan(x + y) else max(x, y)


def _sign(x: float) -> float:
    return x if math.isnan(x) else float((x > 0) - (x < 0))


def _wins(x: float, y: float) -> float:
    """1 for the larger one, 0 for the smaller, 1/2 each at a tie."""
    return (1 + _sign(x - y)) / 2


OPERATIONS: dict[str, Operation] = {
    "copy": Operation(lambda x: x, (lambda x: 1.0,)),
    "neg": Operation(lambda x: -x, (lambda x: -1.0,)),
    "add": Operation(lambda x, y: x + y, (lambda x, y: 1.0, lambda x, y: 1.0)),
    "sub": Operation(lambda x, y: x - y, (lambda x, y: 1.0, lambda x, y: -1.0)),
    "mul": Operation(lambda x, y: x * y, (lambda x, y: y, lambda x, y: x)),
    "div": Operation(lambda x, y: x / y, (lambda x, y: 1 / y, lambda x, y: -(x / y) / y)),
    "pow": Operation(
        _power,
        (lambda x, y: y * _power(x, y - 1) if y else 0.0, lambda x, y: _power(x, y) * (math.log(x) if x else 0.0)),
    ),
    "exp": Operation(math.exp, (math.exp,)),
    "log": Operation(math.log, (lambda x: 1 / x,)),
    "sqrt": Operation(math.sqrt, (lambda x: 0.5 / math.sqrt(x),)),
    "sin": Operation(math.sin, (math.cos,)),
    "cos": Operation(math.cos, (lambda x: -math.sin(x),)),
    "tanh": Operation(math.tanh, (lambda x: (1 - math.tanh(x)) * (1 + math.tanh(x)),)),
    "sigmoid": Operation(_sigmoid, (lambda x: _sigmoid(x) * (1 - _sigmoid(x)),)),
    "softplus": Operation(lambda x: _larger(x, 0) + math.log(1 + math.exp(-abs(x))), (_sigmoid,)),
    "relu": Operation(lambda x: _larger(x, 0), (lambda x: x if math.isnan(x) else float(x > 0),)),
    "abs": Operation(abs, (_sign,)),
    "max": Operation(_larger, (_wins, lambda x, y: _wins(y, x))),
    "min": Operation(lambda x, y: -_larger(-x, -y), (lambda x, y: _wins(y, x), _wins)),
}


def train_graph(
    graph: Graph,
    training: Training,
    inputs: Mapping[str, float],
    iterations: int,
    told: Told = untold,
    floors: Floors | None = None,
) -> History:
    """Every quantity of rows 0 to ``iterations``, from the numbers in ``inputs``; ``told`` hears the share done.

    What becomes of derivatives that are very small, ``floors`` say.
    """
    row = GraphRow.of(graph, inputs)

    def computed(moving: Array) -> tuple[list[float], Array]:
        numbers = row.done({**inputs, **dict(zip(graph.variables, moving.tolist(), strict=True))})
        return numbers, np.array([numbers[place] for place in row.gradients])

    return train_variables(graph, training, inputs, (row.names, computed), iterations, told, floors)


def graph_rows_apart(
    graph: Graph,
    training: Training,  # noqa: ARG001 - a step is the same however the variables are moved
    inputs: Mapping[str, float],
    settings: Sequence[Mapping[str, float]],
    iteration: int,  # noqa: ARG001 - and in every row
) -> History:
    """A row as far as the objective for each setting of the variables."""
    row = GraphRow.of(graph, inputs)
    numbers = np.array([row.to_objective({**inputs, **setting}) for setting in settings])
    return {name: numbers[:, place] for place, name in enumerate(row.names[: len(row.leaves) + len(row.steps)])}


class Cell(NamedTuple):
    """A number of the row: its place, the rule, and the places of the rule's arguments."""

    place: int
    rule: Callable[..., float]
    arguments: tuple[int, ...]


class Adjoint(NamedTuple):
    """A node's df/dnode: its place, and for each user those of df/duser and of ∂user/∂node."""

    place: int
    through: list[tuple[int, int]]


class GraphRow(NamedTuple):
    """The calculations of a row, the same in every one, with a place for each number.

    First stand the ``leaves``, then the steps, the derivatives along the edges, and the total ones; behind all that has
    ``names`` the ``fixed`` numbers that stand in the steps, and the 1 that the objective is by itself.  ``gradients``
    are the places of the variables' total derivatives.
    """

    leaves: list[str]
    names: list[str]
    fixed: list[float]
    steps: list[Cell]
    edges: list[Cell]
    adjoints: list[Adjoint]
    gradients: list[int]

    @classmethod
    def of(cls, graph: Graph, inputs: Iterable[str]) -> GraphRow:
        """The row of a graph with these inputs; an adjoint comes only through users on which the objective depends."""
        users, active, reaching = graph.users(), graph.active(), graph.reaching()
        edges = [(step, source, str(names.local(step.name, source))) for step, source in graph.edges()]
        nodes = [node for node in reversed(users) if node in active and node != graph.objective]
        totals = {node: str(names.total(graph.objective, node)) for node in nodes}
        leaves = list(inputs)
        called = [*leaves, *(step.name for step in graph.steps), *(name for _, _, name in edges), *totals.values()]
        places = {name: place for place, name in enumerate(called)}
        arguments, fixed = _arguments(graph, places)
        steps = [Cell(places[s.name], OPERATIONS[s.operation].value, arguments[s.name]) for s in graph.steps]
        slopes = [Cell(places[name], _slope(step, source), arguments[step.name]) for step, source, name in edges]
        adjoint = {node: places[total] for node, total in totals.items()} | {graph.objective: len(called) + len(fixed)}
        along = {(step.name, source): places[name] for step, source, name in edges}
        adjoints = [
            Adjoint(adjoint[node], [(adjoint[user], along[user, node]) for user in users[node] if user in reaching])
            for node in nodes
        ]
        return cls(leaves, called, [*fixed, 1.0], steps, slopes, adjoints, [adjoint[name] for name in graph.variables])

    def to_objective(self, inputs: Mapping[str, float]) -> list[float]:
        """The numbers of a row as far as the steps have their values; those behind them are still to come."""
        numbers = [inputs[name] for name in self.leaves]
        numbers += [0.0] * (len(self.names) - len(numbers)) + self.fixed
        _fill(numbers, self.steps)
        return numbers

    def done(self, inputs: Mapping[str, float]) -> list[float]:
        """The numbers of a row, to its names."""
        numbers = self.to_objective(inputs)
        _fill(numbers, self.edges)
        for place, through in self.adjoints:
            numbers[place] = _finite(_sum(*[numbers[user] * numbers[local] for user, local in through]))
        return numbers[: len(self.names)]


def _arguments(graph: Graph, places: Mapping[str, int]) -> tuple[dict[str, tuple[int, ...]], list[float]]:
    """The places of each step's arguments, and the numbers among these, which stand behind all that has names."""
    fixed = [float(a) for step in graph.steps for a in step.arguments if not isinstance(a, str)]
    behind = iter(range(len(places), len(places) + len(fixed)))
    of = {s.name: tuple(places[a] if isinstance(a, str) else next(behind) for a in s.arguments) for s in graph.steps}
    return of, fixed


def _fill(numbers: list[float], cells: Sequence[Cell]) -> None:
    """Compute the cells, each from numbers that are there."""
    for place, rule, arguments in cells:
        numbers[place] = shown(rule, [numbers[argument] for argument in arguments])


def shown(rule: Callable[..., float], values: Sequence[float]) -> float:
    """What a cell shows: a finite number, or an error, which is NaN here."""
    try:
        return _finite(rule(*values))
    except (ArithmeticError, ValueError):  # 1/0, exp(710), log(-1)
        return math.nan


def _finite(number: float) -> float:
    return number if math.isfinite(number) else math.nan


def _sum(*terms: float) -> float:
    """One after the other, as cells add; Python's own sum, from 3.12 on, keeps what each rounding loses."""
    return functools.reduce(operator.add, terms, 0.0)


def _slope(step: Step, source: str) -> Callable[..., float]:
    """The derivative along one edge: the sum over the places where ``source`` is an argument."""
    slopes = OPERATIONS[step.operation].slopes
    first, *others = at_places = [slope for slope, a in zip(slopes, step.arguments, strict=True) if a == source]
    if not others:
        return lambda *values: 0.0 + first(*values)
    return lambda *values: _sum(*[slope(*values) for slope in at_places])
