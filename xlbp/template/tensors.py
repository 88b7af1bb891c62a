"""The tensors of a model by the names of their elements, what these are for, and which go into which."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlbp.template import names
from xlbp.template.blocks.block import Elements, Role, Tensor
from xlbp.template.quantity import Quantity, quantity

if TYPE_CHECKING:
    from xlbp.template.layer import Node
    from xlbp.template.model import Model

OUTSIDE = {  # the roles of what belongs to no block, by letter and block
    **{"x": Role.INPUT, "a0": Role.INPUT, "t": Role.TARGET, "e": Role.ERROR},
    **{names.LOSS: Role.LOSS, names.DATA_LOSS: Role.LOSS},
}


class Local(NamedTuple):
    """What a local derivative is of, and by what: ``f'1[2]@3`` is of ``a1[2]@3`` by ``z1[2]@3``."""

    of: Quantity
    by: Quantity


class Tensors:
    """Of a model whose nodes are all in place; none of a computation graph."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @cached_property
    def by_name(self) -> dict[str, Tensor]:
        """Every tensor and parameter, by letter and layer.  Raises ValueError where two in a layer have one letter."""
        found: dict[str, Tensor] = {}
        for node, tensor in (*self.model.each_parameter(), *self.model.each_tensor()):
            if found.setdefault(quantity(tensor.letter, node.layer).tensor, tensor) is not tensor:
                raise ValueError(f"layer {node.layer} has two tensors of the letter {tensor.letter!r}")
        return found

    @cached_property
    def _activations(self) -> dict[str, Quantity]:
        """By each pre-activation of a sample without a mark."""
        activations: dict[str, Quantity] = {}
        for node, tensor in self.model.each_tensor():
            sums = self._sums(node, tensor) if tensor.role is Role.ACTIVATION else ()
            elements = tensor.elements(node.layer)
            pieces = len(sums) // len(elements)
            for place, name in enumerate(sums):
                activations.setdefault(name, elements[place // pieces])
        return activations

    def _sums(self, node: Node, activation: Tensor) -> Elements:
        """The pre-activations that an activation is of: its block's own, or those that come in; without a mark."""
        if activation.activates:
            return self._own(node, activation.activates)
        taken = self.model.taken(node, "")
        if len(taken) != len(activation.indices()) * node.block.pieces:
            return ()
        tensors = (self.by_name.get(name.tensor) for name in taken)
        is_fed = all(tensor is not None and tensor.role is Role.PRE_ACTIVATION for tensor in tensors)
        return taken if is_fed else ()

    def _own(self, node: Node, letter: str) -> Elements:
        """The elements of a tensor in a node's layer, for a sample without a mark."""
        return self.by_name[quantity(letter, node.layer).tensor].elements(node.layer)

    def activated(self, name: Quantity) -> Quantity | None:
        """The activation that a pre-activation goes into: ``a1[2]@3`` for ``z1[2]@3``, one for all pieces of a unit."""
        tensor = self.by_name.get(name.tensor)
        if tensor is None or tensor.role is not Role.PRE_ACTIVATION:
            return None
        activation = self._activations.get(name.sampled(""))
        return activation.sampled(name.sample) if activation else None

    @cached_property
    def _slopes(self) -> dict[str, tuple[Node, Tensor]]:
        """The tensors that have a cell for each local derivative, by what these are called: letter and layer."""
        each = ((node, tensor) for node, tensor in self.model.each_tensor() if tensor.slope)
        return {quantity(tensor.slope, node.layer).tensor: (node, tensor) for node, tensor in each}

    def local(self, slope: Quantity) -> Local | None:
        """What a local derivative is of, and by what: the element of its pre-activations, or of the input."""
        if slope.tensor not in self._slopes:
            return None
        node, tensor = self._slopes[slope.tensor]
        if tensor.activates:
            return Local(slope.lettered(tensor.letter), slope.lettered(tensor.activates))
        place = tensor.indices().index(slope.indices)
        return Local(slope.lettered(tensor.letter), self.model.taken(node, slope.sample)[place])
