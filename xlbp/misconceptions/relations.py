"""Which quantities of a row a person may take for one another: what a mistake needs to know of a problem.

All of it follows from the tensors that quantities are elements of, their roles, and the formulas of the row.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property

from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, topological
from xlbp.symbols.program import Program
from xlbp.template.blocks.block import FEATURES, Role
from xlbp.template.model import Model
from xlbp.template.quantity import GRADIENT, Quantity

PARAMETERS = (Role.WEIGHT, Role.BIAS)
TAKEN = {  # by role: what it is to take another one of the kind
    Role.WEIGHT: Mistake.OTHER_WEIGHT,
    Role.BIAS: Mistake.OTHER_BIAS,
    Role.INPUT: Mistake.OTHER_INPUT,
    Role.ACTIVATION: Mistake.OTHER_INPUT,
    Role.TARGET: Mistake.OTHER_TARGET,
    Role.PRE_ACTIVATION: Mistake.OTHER_UNIT,
    Role.LOSS: Mistake.OTHER_UNIT,
    Role.ERROR: Mistake.OTHER_ERROR,
}
MATRIX = 2  # how many indices the elements of one have


class Relations:
    """Of the quantities of a row and of the panel."""

    def __init__(self, model: Model, program: Program) -> None:
        self.model, self.program = model, program
        every = (*program.names, *program.panel)
        self.quantities = {name: model.quantity(name) for name in every}
        self.has_tensors = bool(model.tensors.by_name)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a quantity."""
        return name in self.quantities

    def role(self, name: str) -> Role | None:
        """What a quantity is for."""
        return self.model.role(self.quantities[name])

    def mistake(self, name: str) -> Mistake:
        """What it is to take another quantity of the same kind."""
        if not self.has_tensors:
            return Mistake.OTHER_QUANTITY
        quantity = self.quantities[name]
        if self.is_slope(name):
            return Mistake.OTHER_SLOPE
        if quantity.relation == GRADIENT and quantity.of is not None:
            of_parameter = self.model.role(quantity.of) in PARAMETERS
            return Mistake.OTHER_GRADIENT if of_parameter else Mistake.OTHER_DELTA
        role = self.role(name)
        return TAKEN.get(role, Mistake.OTHER_QUANTITY) if role else Mistake.OTHER_QUANTITY

    def siblings(self, name: str) -> list[str]:
        """The other elements of the same tensor and sample; where there are no tensors, all others of the row."""
        if not self.has_tensors:
            return [other for other in self._without_tensors if other != name]
        return [other for other in self._elements.get(self._tensor(name), ()) if other != name]

    def are_siblings(self, name: str, other: str) -> bool:
        """Whether both are elements of the same tensor and sample."""
        tensor = self._tensor(name) if self.has_tensors and name != other else None
        return tensor is not None and tensor == self._tensor(other)

    def _tensor(self, name: str) -> tuple[str, str] | None:
        """The tensor and the sample of an element; None for what has no index."""
        quantity = self.quantities[name]
        return (quantity.tensor, quantity.sample) if quantity.indices else None

    @cached_property
    def _elements(self) -> dict[tuple[str, str] | None, list[str]]:
        """By tensor and sample."""
        elements: dict[tuple[str, str] | None, list[str]] = {}
        for name in sorted(self.quantities):
            elements.setdefault(self._tensor(name), []).append(name)
        elements.pop(None, None)
        return elements

    @cached_property
    def _without_tensors(self) -> list[str]:
        """All but settings, and what a row has once, whatever it trains."""
        by_name = sorted(self.quantities.items())
        return [name for name, quantity in by_name if not (quantity.is_setting or quantity.is_common)]

    def is_slope(self, name: str) -> bool:
        """Whether a quantity is a local derivative."""
        return self.model.local(self.quantities[name]) is not None

    @cached_property
    def slopes(self) -> dict[str, list[str]]:
        """The local derivatives of each tensor that has some, in the order of the nodes."""
        slopes: dict[str, list[str]] = {}
        for node, tensor in self.model.each_tensor():
            elements = tensor.elements(node.layer) if tensor.slope else ()
            for slope in (element.lettered(tensor.slope) for element in elements):
                marked = (slope.sampled(mark) for mark in self.model.marks)
                slopes.setdefault(slope.tensor, []).extend(name for name in marked if name in self)
        return slopes

    def without_slope(self, name: str) -> tuple[Quantity, str] | None:
        """For the derivative by a pre-activation: that by its activation, and what is the slope between them."""
        quantity = self.quantities[name]
        of = quantity.of if quantity.relation == GRADIENT else None
        activation = self.model.tensors.activated(of) if of is not None else None
        if activation is None or activation.gradient not in self:
            return None
        tensor = self.model.tensor(activation)
        return activation.gradient, activation.lettered(tensor.slope) if tensor and tensor.slope else name

    @cached_property
    def pre_activations(self) -> dict[str, str]:
        """By each activation: the first pre-activation that goes into it."""
        made: dict[str, str] = {}
        for name, quantity in self.quantities.items():
            if activation := self.model.tensors.activated(quantity):
                made.setdefault(activation, name)
        return made

    def transposed(self, name: str) -> str | None:
        """For an element of a matrix of weights, or its gradient: the one with its indices in the other order."""
        quantity = self.quantities[name]
        of = quantity.of if quantity.relation == GRADIENT and quantity.of is not None else quantity
        if len(quantity.indices) != MATRIX or self.model.role(of) is not Role.WEIGHT:
            return None
        other = quantity.at(*reversed(quantity.indices))
        return other if other != name and other in self else None

    def updated(self, name: str) -> str | None:
        """A parameter after the update."""
        other = self.quantities[name].updated
        return other if other in self else None

    def next_target(self, name: str) -> str | None:
        """For a target in the row: that of the next output, behind the last the first."""
        quantity = self.quantities[name]
        if self.role(name) is not Role.TARGET or quantity.sample not in self.model.marks:
            return None
        targets = self._elements[self._tensor(name)]
        in_order = sorted(targets, key=lambda target: self.quantities[target].indices)
        other = in_order[(in_order.index(name) + 1) % len(in_order)]
        return other if other != name else None

    @cached_property
    def means(self) -> tuple[tuple[int, Mistake], ...]:
        """Of how many numbers the loss takes a mean, and what it is to take their sum: of samples, then of outputs."""
        losses = [column for column in reversed(self.program.columns) if self.role(column.name) is Role.LOSS]
        formulas = [column for column in losses if column.phase == "loss"]
        each = [(count, self._sum_in(column.name, count)) for column in formulas for count in _means(column.expr)]
        return tuple(dict.fromkeys(each))

    def _sum_in(self, loss: str, count: int) -> Mistake:
        """What it is to take the sum for the mean in a loss: of the samples, of the steps, or of the outputs."""
        if not self.has_tensors or (loss == self.model.objective and len(self.model.marks) == count > 1):
            return Mistake.SUM_FOR_MEAN
        steps = math.prod(self.model.network.output_shape.without(*FEATURES))
        return Mistake.SUM_OVER_STEPS if count == steps > 1 else Mistake.SUM_OVER_OUTPUTS


def _means(formula: Expr) -> Iterator[int]:
    """How many terms have the sums that are divided by just as many."""
    for node in topological(formula):
        if node.op == "div" and node.args[0].op == "add" and node.args[1].payload == len(node.args[0].args):
            yield len(node.args[0].args)
