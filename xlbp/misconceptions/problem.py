"""What mistakes can be made of: the row, what its quantities are for, and which belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from xlbp.misconceptions.misconception import Edge
from xlbp.misconceptions.relations import Relations
from xlbp.misconceptions.row import Row
from xlbp.symbols.expr import Expr, total
from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.blocks.block import Role
from xlbp.template.blocks.recurrent import Gru, Lstm, Rnn
from xlbp.template.layer import Node
from xlbp.template.quantity import Quantity
from xlbp.template.template import Template

KINDS_OF_STEPS = (Rnn.kind, Lstm.kind, Gru.kind)
FUNCTIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "hard_sigmoid")  # of one number each


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
    def parameters(self) -> list[str]:
        """What training moves."""
        return [name for name in self.template.parameter_order if name in self.row.gradients]

    @cached_property
    def parameter_groups(self) -> list[tuple[str, list[str]]]:
        """The parameters tensor by tensor, each with its name; then all biases, and all that are none."""
        tensors = self.by_tensor(self.parameters)
        groups = list(tensors.items())
        for is_bias in (True, False):
            several = {tensor: own for tensor, own in tensors.items() if self.is_bias(own[0]) == is_bias}
            if 1 < len(several) < len(tensors):
                groups.append((", ".join(several), [name for own in several.values() for name in own]))
        return groups

    def is_bias(self, name: str) -> bool:
        """Whether a parameter is one by its role."""
        return self.relations.role(name) is Role.BIAS

    def penalties_of(self, name: str) -> Expr:
        """What the penalties add to the gradient of a parameter; 0 where there are none."""
        penalties = (str(names.penalty(kind)) for kind in ("l1", "l2"))
        slopes = (self.row.slopes.get(penalty, {}) for penalty in penalties)
        return total(each[name] for each in slopes if name in each)

    @cached_property
    def edges(self) -> dict[Edge, Expr]:
        """Every local derivative, by the cell and what that uses."""
        return {(user, name): slope for user, slopes in self.row.slopes.items() for name, slope in slopes.items()}

    def nodes(self, *kinds: str) -> list[Node]:
        """The blocks of some kinds, in their places; a computation graph has none."""
        if not self.relations.has_tensors:
            return []
        return [node for node in self.model.network.nodes if node.block.kind in kinds]

    def elements(self, node: Node, *letters: str) -> list[Quantity]:
        """What a block computes under some letters, of every sample of the batch, as far as it has columns."""
        tensors = [tensor for tensor in self.model.network.tensors_of(node) if tensor.letter in letters]
        each = (tensor.elements(node.layer, mark) for tensor in tensors for mark in self.model.marks)
        return [name for name in dict.fromkeys(name for elements in each for name in elements) if name in self.columns]

    def parameters_of(self, node: Node) -> list[Quantity]:
        """The parameters of a block, trained or not."""
        parameters = self.model.network.parameters_of(node)
        return [name for parameter in parameters for name in parameter.elements(node.layer)]

    def edges_between(self, users: Iterable[str], used: Iterable[str]) -> list[Edge]:
        """The local derivatives of some cells, by some others."""
        inside = set(used)
        return [(user, name) for user in users for name in self.row.slopes.get(user, ()) if name in inside]

    def edges_to_steps_before(self, node: Node) -> list[Edge]:
        """Where a cell of a recurrent block's step uses the state of the step before."""
        inside = set(self.elements(node, *(tensor.letter for tensor in self.model.network.tensors_of(node))))
        return [
            (user, name)
            for user in inside
            for name in self.row.slopes[user]
            if name in inside and self.quantity(name).indices[0] < self.quantity(user).indices[0]
        ]

    @cached_property
    def edges_between_steps(self) -> frozenset[Edge]:
        """Those of all recurrent blocks."""
        return frozenset(edge for node in self.nodes(*KINDS_OF_STEPS) for edge in self.edges_to_steps_before(node))

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

    def element_of(self, about: str) -> str:
        """The first element of the tensor that a mistake is about, or of the first of several; else that itself."""
        tensor = about.partition(", ")[0]
        return self._first_elements.get(tensor, about)

    @cached_property
    def _first_elements(self) -> dict[str, str]:
        return {tensor: names[0] for tensor, names in self.by_tensor(self.row.quantities).items()}

    @cached_property
    def activations(self) -> dict[str, dict[str, str]]:
        """By tensor: each cell that is a function of one other cell, with that other one."""
        functions = (c for c in self.of_phase("forward") if c.expr.op in FUNCTIONS and c.expr.args[0].op == "ref")
        arguments = {column.name: str(column.expr.args[0].payload) for column in functions}
        if self.relations.has_tensors:  # those with a gate, too, whose slope has a cell
            arguments |= {of: by for of, by in self.row.local_cells if of not in arguments}
        in_order = self.by_tensor(name for name in self.columns if name in arguments)
        return {tensor: {name: arguments[name] for name in own} for tensor, own in in_order.items()}
