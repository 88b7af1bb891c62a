"""What mistakes can be made of: the row, what its quantities are for, and which belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from xlbp.misconceptions.misconception import Edge
from xlbp.misconceptions.relations import Relations
from xlbp.misconceptions.row import Row
from xlbp.symbols.expr import Expr
from xlbp.symbols.program import Column
from xlbp.template.quantity import Quantity
from xlbp.template.template import Template


class Problem:
    """A template with its row."""

    def __init__(self, template: Template, row: Row) -> None:
        self.template, self.model, self.row = template, template.model, row
        self.relations = Relations(template.model, row.program)

    @property
    def columns(self) -> dict[str, Column]:
        """Every column, by name."""
        return self.row.columns

    def quantity(self, name: str) -> Quantity:
        """What a name says."""
        return self.row.quantities[name]

    def of_phase(self, *phases: str) -> Iterator[Column]:
        """The columns of some phases, in their order."""
        return (column for column in self.columns.values() if column.phase in phases)

    @cached_property
    def edges(self) -> dict[Edge, Expr]:
        """Every local derivative, by the cell and what that uses."""
        return {(user, name): slope for user, slopes in self.row.slopes.items() for name, slope in slopes.items()}

    def by_tensor(self, names: Iterable[str]) -> dict[str, list[str]]:
        """The names, by the tensor that they are elements of; in a computation graph each is alone."""
        tensors: dict[str, list[str]] = {}
        for name in names:
            tensors.setdefault(self.tensor_of(name), []).append(name)
        return tensors

    def tensor_of(self, name: str) -> str:
        """What a quantity is an element of, for people: ``W2``, an array's name, or the quantity itself."""
        quantity = self.quantity(name)
        return self.model.array_of(quantity) or quantity.tensor

    @cached_property
    def activations(self) -> dict[str, dict[str, str]]:
        """By tensor: each cell that is a function of one other cell, with that other one."""
        found: dict[str, dict[str, str]] = {}
        for column in self.of_phase("forward"):
            if column.expr.op in FUNCTIONS and column.expr.args[0].op == "ref":
                argument = str(column.expr.args[0].payload)
                found.setdefault(self.tensor_of(column.name), {})[column.name] = argument
        return found


FUNCTIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "hard_sigmoid")  # of one number each
