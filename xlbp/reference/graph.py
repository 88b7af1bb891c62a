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
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from xlbp.reference.history import PIECE, Floors, History, Told, untold
from xlbp.reference.optimizers import Moved, Optimizer
from xlbp.reference.recorder import Table, nan_for_infinite
from xlbp.template import names
from xlbp.template.graph import Graph, Step
from xlbp.template.template import Training

ALL = "variables"  # they are moved together, as one array


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


def _cell(rule: Callable[..., float], values: list[float]) -> float:
    """What a cell shows: a finite number, or an error, which is NaN here."""
    try:
        result = rule(*values)
    except (ArithmeticError, ValueError):  # 1/0, exp(710), log(-1)
        return math.nan
    return result if math.isfinite(result) else math.nan


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
    moving = np.array([inputs[name] for name in graph.variables])
    optimizer = Optimizer(training, inputs, graph.maximize, floors.left if floors else 0.0)
    edges = Edges.of(graph)
    table: Table | None = None
    for iteration in range(iterations + 1):
        row = _row(graph, edges, {**inputs, **dict(zip(graph.variables, moving.tolist(), strict=True))})
        row[names.ITERATION] = float(iteration)
        flow = np.array([row[names.total(graph.objective, name)] for name in graph.variables])
        with np.errstate(all="ignore"):
            floor = {ALL: np.array([floors.levels[name][iteration] for name in graph.variables])} if floors else None
            moved = optimizer.step(iteration, {ALL: moving}, {ALL: flow}, nan_for_infinite, floor)
        row |= _moved(graph, moved)
        moving = moved.parameters[ALL]
        optimizer.commit(moved)
        table = table or Table(iterations + 1, list(row))
        table.numbers[iteration] = list(row.values())
        if not iteration % PIECE:
            told(iteration / (iterations + 1))
    assert table is not None
    return table.history()


def graph_rows_apart(
    graph: Graph,
    training: Training,
    inputs: Mapping[str, float],
    settings: Sequence[Mapping[str, float]],
    iteration: int,  # noqa: ARG001 - a formula is the same in every row
) -> History:
    """Every quantity of one row for each setting of the variables; it is the same in every iteration."""
    rows = [train_graph(graph, training, {**inputs, **setting}, 0) for setting in settings]
    return {name: np.array([row[name][0] for row in rows]) for name in rows[0]}


def _moved(graph: Graph, moved: Moved) -> dict[str, float]:
    """The variables after the update, and what the optimizer keeps."""
    variables = list(graph.variables)
    found = dict(zip(map(names.updated, variables), moved.parameters[ALL].tolist(), strict=True))
    for letter, values in moved.kept[ALL].items():
        found |= {names.kept(letter, v): x for v, x in zip(variables, values.tolist(), strict=True)}
    return found | {names.kept(letter, ""): number for letter, number in moved.shared.items()}


class Edges(NamedTuple):
    """What a row's derivatives flow along: the same for every row.

    ``local`` is (name of ∂step/∂source, step, source); ``backward`` (node, its name of df/dnode, its users with the
    names of ∂user/∂node), users before what they use.
    """

    local: list[tuple[str, Step, str]]
    backward: list[tuple[str, str, list[tuple[str, str]]]]

    @classmethod
    def of(cls, graph: Graph) -> Edges:
        """The edges of the active nodes; an adjoint comes only through users on which the objective depends."""
        users, active, reaching = graph.users(), graph.active(), graph.reaching()
        local: list[tuple[str, Step, str]] = [
            (names.local(step.name, source), step, source) for step, source in graph.edges()
        ]
        nodes = [node for node in reversed(users) if node in active and node != graph.objective]
        through: dict[str, list[tuple[str, str]]] = {
            node: [(user, names.local(user, node)) for user in users[node] if user in reaching] for node in nodes
        }
        return cls(local, [(node, names.total(graph.objective, node), through[node]) for node in nodes])


def _row(graph: Graph, edges: Edges, row: dict[str, float]) -> dict[str, float]:
    """Values, local and total derivatives of one row; ``row`` starts with the leaves."""
    for step in graph.steps:
        row[step.name] = _cell(OPERATIONS[step.operation].value, _values(step, row))
    for name, step, source in edges.local:
        row[name] = _local(step, source, row)
    adjoints = {graph.objective: 1.0}
    for node, total, through in edges.backward:
        terms = [_cell(operator.mul, [adjoints[user], row[local]]) for user, local in through]
        row[total] = adjoints[node] = _cell(_sum, terms)
    return row


def _sum(*terms: float) -> float:
    """One after the other, as cells add; Python's own sum, from 3.12 on, keeps what each rounding loses."""
    return functools.reduce(operator.add, terms, 0.0)


def _values(step: Step, row: Mapping[str, float]) -> list[float]:
    return [row[a] if isinstance(a, str) else a for a in step.arguments]


def _local(step: Step, source: str, row: Mapping[str, float]) -> float:
    """The derivative along one edge: the sum over the places where ``source`` is an argument."""
    slopes = OPERATIONS[step.operation].slopes
    places = [slope for slope, a in zip(slopes, step.arguments, strict=True) if a == source]
    return _cell(_sum, [_cell(slope, _values(step, row)) for slope in places])
