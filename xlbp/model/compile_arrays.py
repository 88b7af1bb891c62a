"""A formula of arrays as a row: each element, each slope of what is not linear, each total derivative a cell.

The chain rule for an element x with users u:  dE/dx = sum over u of dE/du * ∂u/∂x, the users in the order in which
they stand.  Where ∂u/∂x is a number or the other factor of a product it stands in that sum itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import NamedTuple

from xlbp.model import rows
from xlbp.symbols.expr import Expr, const, dot, exp, function, if_positive, log, ref, total
from xlbp.symbols.program import Builder, Column, Program
from xlbp.symbols.simplify import simplify
from xlbp.template import names
from xlbp.template.array_graph import ArrayGraph, ArrayStep
from xlbp.template.array_views import Extents, indices, place_of
from xlbp.template.quantity import Quantity
from xlbp.template.template import Training

Cells = Sequence[Expr]  # of an array, the last index running fastest
Jacobian = tuple[tuple[str, Expr], ...]


class Formula(NamedTuple):
    """What an element is; and its derivatives, where they are known in closed form."""

    value: Expr
    jacobian: Jacobian = ()


def compile_arrays(graph: ArrayGraph, training: Training, order: tuple[str, ...]) -> Program:
    """The training row of a formula of arrays.  Raises ProgramError if it makes no row."""
    builder = Builder()
    rows.begin(builder, graph.parameters(), order, {})
    for step in graph.steps:
        formulas = FORMULAS.get(step.operation, _elementwise)(_Step(graph, step))
        for name, formula in zip(graph.elements(step.name), formulas, strict=True):
            # as it is: of what refers to another element instead, derivatives would flow there
            builder.add(Column(name, simplify(formula.value), "forward", jacobian=formula.jacobian))
    _Backward(builder, graph).fill()
    gradients = {name: graph.gradient(name) for name in order}
    return rows.finish(builder, training, gradients, {}, tuple(graph.constants()), graph.maximize)


class _Step(NamedTuple):
    """A step, with its arguments as cells."""

    graph: ArrayGraph
    step: ArrayStep

    def cells(self, number: int) -> Cells:
        """The numbers of an argument."""
        return [_cell(each) for each in self.graph.seen(self.step.arguments[number])]

    def shape(self, number: int) -> Extents:
        """The shape of an argument."""
        return self.graph.shape_of(self.step.arguments[number])

    def groups(self) -> list[list[int]]:
        """For each number that is left along the axes, the places in the first argument that it is taken from."""
        kept = [axis for axis in range(len(self.shape(0))) if axis not in self.step.axes]
        groups: dict[tuple[int, ...], list[int]] = {}
        for place, index in enumerate(indices(self.shape(0))):
            groups.setdefault(tuple(index[axis] for axis in kept), []).append(place)
        return list(groups.values())

    def group_of(self) -> list[int]:
        """For each place in the first argument the number of its group."""
        numbers = {place: number for number, group in enumerate(self.groups()) for place in group}
        return [numbers[place] for place in range(len(numbers))]


def _cell(each: Quantity | float) -> Expr:
    return ref(each) if isinstance(each, Quantity) else const(each)


def _elementwise(of: _Step) -> Iterator[Formula]:
    """One operation at each place, the arguments broadcast to the shape of the step."""
    build = function(of.step.operation)
    stretched = [of.graph.stretched(argument, of.step.shape) for argument in of.step.arguments]
    for place in range(prod(of.step.shape)):
        yield Formula(build(*(_cell(each[place]) for each in stretched)))


def _matmul(of: _Step) -> Iterator[Formula]:
    """A dot product for each element; a vector is a row on the left, a column on the right."""
    x, y = of.cells(0), of.cells(1)
    left = of.shape(0) if len(of.shape(0)) > 1 else (1, *of.shape(0))
    right = of.shape(1) if len(of.shape(1)) > 1 else (*of.shape(1), 1)
    stacks = of.step.shape[: max(len(left), len(right)) - 2]
    for stack in indices(stacks):
        x_at, y_at = (_in_stack(stack, shape) for shape in (left, right))
        for i in range(left[-2]):
            for j in range(right[-1]):
                row = (x[place_of((*x_at, i, k), left)] for k in range(left[-1]))
                column = (y[place_of((*y_at, k, j), right)] for k in range(left[-1]))
                yield Formula(dot(row, column))


def _in_stack(index: tuple[int, ...], shape: Extents) -> tuple[int, ...]:
    """Which matrix of a stack belongs to this index: one that is alone belongs to all."""
    stack = shape[:-2]
    own = index[len(index) - len(stack) :]
    return tuple(0 if extent == 1 else at for at, extent in zip(own, stack, strict=True))


def _sum(of: _Step) -> Iterator[Formula]:
    x = of.cells(0)
    return (Formula(total(x[place] for place in group)) for group in of.groups())


def _mean(of: _Step) -> Iterator[Formula]:
    x = of.cells(0)
    return (Formula(total(x[place] for place in group) / len(group)) for group in of.groups())


def _extreme(of: _Step) -> Iterator[Formula]:
    """The largest or the smallest; all that are it share the derivative: k / n, k 1 for these, n how many they are."""
    x, slopes, build = of.cells(0), _shared(of), function(of.step.operation)
    for group in of.groups():
        yield Formula(build(*(x[place] for place in group)), _by_name(x, slopes, group) if slopes else ())


def _shared(of: _Step) -> list[Expr]:
    """The derivative of the largest number by each, where it has one."""
    if of.step.name not in of.graph.derived:
        return []
    winners, counts = of.graph.winners_of(of.step)
    winner, count = (list(map(ref, of.graph.elements(each.name))) for each in (winners, counts))
    return [k / count[group] for k, group in zip(winner, of.group_of(), strict=True)]


def _by_name(x: Cells, slopes: Cells, group: Sequence[int]) -> Jacobian:
    """The derivatives by the cells at some places; one that stands at several has the sum of theirs."""
    found: dict[str, list[Expr]] = {}
    for place in group:
        if x[place].op == "ref":
            found.setdefault(str(x[place].payload), []).append(slopes[place])
    return tuple((name, total(each)) for name, each in found.items())


def _winners(of: _Step) -> Iterator[Formula]:
    """1 where a number is the largest, or the smallest, else 0."""
    x, m = of.cells(0), of.cells(1)
    is_largest = of.graph.step(of.step.arguments[1]).operation == "largest"
    for cell, group in zip(x, of.group_of(), strict=True):
        yield Formula(if_positive(m[group] - cell if is_largest else cell - m[group], 0, 1))


def _power_of_difference(of: _Step) -> Iterator[Formula]:
    x, m = of.cells(0), of.cells(1)
    return (Formula(exp(cell - m[group])) for cell, group in zip(x, of.group_of(), strict=True))


def _logsumexp(of: _Step) -> Iterator[Formula]:
    """lse = m + log S; dlse/dx_i = u_i / S, which is the softmax."""
    x, m, sums, u = map(of.cells, range(4))
    slopes = [power / sums[group] for power, group in zip(u, of.group_of(), strict=True)]
    for number, group in enumerate(of.groups()):
        yield Formula(m[number] + log(sums[number]), _by_name(x, slopes, group))


def _softmax(of: _Step) -> Iterator[Formula]:
    """a_i = u_i / S.  As it is exp(x_i - lse), da_i/dx_i = a_i and da_i/dlse = -a_i."""
    x, lse, u, sums = map(of.cells, range(4))
    answers = list(map(ref, of.graph.elements(of.step.name)))
    for place, (a, group) in enumerate(zip(answers, of.group_of(), strict=True)):
        yield Formula(u[place] / sums[group], (*_by_name(x, answers, [place]), (str(lse[group].payload), -a)))


def _variance(of: _Step) -> Iterator[Formula]:
    """The mean of d_i², d_i the distance from the mean; by x_i it is 2 d_i / n, for the distances sum to 0."""
    x, d = of.cells(0), of.cells(1)
    for group in of.groups():
        slopes = [2 * distance / len(group) for distance in d]
        squares = dot([d[at] for at in group], [d[at] for at in group])
        yield Formula(squares / len(group), _by_name(x, slopes, group))


FORMULAS: dict[str, Callable[[_Step], Iterator[Formula]]] = {
    "matmul": _matmul,
    "sum": _sum,
    "mean": _mean,
    "largest": _extreme,
    "smallest": _extreme,
    "winners": _winners,
    "power_of_difference": _power_of_difference,
    "logsumexp": _logsumexp,
    "softmax": _softmax,
    "variance": _variance,
}


class _Backward:
    """From the objective back to the variables; the users of an array come before it."""

    def __init__(self, builder: Builder, graph: ArrayGraph) -> None:
        self.builder, self.graph = builder, graph
        self.users: dict[str, list[str]] = {}  # of each element: those that derivatives come from
        for step in graph.steps:
            if step.name in graph.derived:
                self.add_users(step)

    def add_users(self, step: ArrayStep) -> None:
        """Every element of a step uses what its formula refers to, as far as derivatives flow there."""
        flowing = {str(each) for argument in step.flowing for each in self.graph.seen(argument)}
        for user in self.graph.elements(step.name):
            for name in self.builder.partials(user):
                if name in flowing:
                    self.users.setdefault(name, []).append(user)

    def fill(self) -> None:
        """Array after array: the slopes of what uses it, then the derivatives by its elements."""
        graph = self.graph
        for step in reversed(graph.steps):
            if step.name in graph.derived and step.name != graph.objective:
                self.put_slopes(step.name)
                self.put_totals(step.name, "backward")
        for variable in graph.variables:
            self.put_slopes(variable)
        for variable in graph.variables:
            self.put_totals(variable, "gradients")

    def put_slopes(self, name: str) -> None:
        """The local derivatives, by the elements of an array, of what is not linear."""
        for element in self.graph.elements(name):
            for user in self.users.get(element, ()):
                local = names.local(user, element)
                if self.graph.local(local) is not None:
                    self.builder.define(local, self.builder.partials(user)[element], "backward")

    def put_totals(self, name: str, phase: str) -> None:
        """The derivatives of the objective by the elements of an array."""
        for element in self.graph.elements(name):
            terms = (self.flow(user) * self.slope(user, element) for user in self.users.get(element, ()))
            self.builder.add(Column(self.graph.gradient(element), simplify(total(terms)), phase))

    def flow(self, user: str) -> Expr:
        """dE/duser."""
        return const(1) if user == self.graph.objective else ref(self.graph.gradient(user))

    def slope(self, user: str, element: str) -> Expr:
        """∂user/∂element: its cell, or what it is."""
        local = names.local(user, element)
        return ref(local) if local in self.builder.columns else self.builder.partials(user)[element]
