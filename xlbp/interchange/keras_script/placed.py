"""A node where it stands in a script for Keras."""

from __future__ import annotations

from xlbp.interchange.held import Held
from xlbp.interchange.keras_names import attribute_of, held_by
from xlbp.interchange.placed import Placed
from xlbp.template.layer import Node


class KerasPlaced(Placed):
    """As tensors of the backend, and as attributes of a keras.Model."""

    def held_of(self, node: Node) -> Held:
        """In layers, or as the model's own weights."""
        return held_by(self.network, node)

    def turned(self, x: str) -> str:
        """The last two axes."""
        return f"ops.transpose({x}, (0, 2, 1))"

    def constant(self, numbers: str) -> str:
        """In double precision."""
        return f"np.array({numbers})"

    def amounts(self, tokens: str) -> str:
        """With one channel."""
        return f'ops.expand_dims(ops.cast({tokens}, "float64"), 1)'

    @property
    def attribute(self) -> str:
        """``dense1``."""
        return attribute_of(self.network, self.node)

    def factor(self, letter: str) -> str:
        """A matrix of ours, (units, inputs), as what inputs are multiplied by from the right: (inputs, units)."""
        elements = self.elements(letter)
        for node in self.network.nodes:
            for attribute, tensors in self.held_of(node).modules.items():
                for key, called in tensors.items():
                    if called.ndim == 2 and called.T.ravel().tolist() == list(elements):
                        return f"self.{attribute}.{key}"
        return f"ops.transpose({self.parameter(letter)})"

    def regularizer(self, key: str) -> list[str]:
        """The penalties on the layer's weights, as an option: ``kernel_regularizer=keras.regularizers.L2(0.05)``."""
        penalty = penalty_of(self)
        return [f"{key}={penalty}"] if penalty else []


def penalty_of(placed: Placed) -> str:
    """l2 / 2 times the squares and l1 times the sizes, as Keras has them; '' without a penalty."""
    sizes = {kind: placed.source.numbers[f"${kind}"] for kind in placed.network.penalties}
    options = {"l1": sizes.get("l1"), "l2": sizes["l2"] / 2 if "l2" in sizes else None}
    told = {key: value for key, value in options.items() if value is not None}
    if len(told) == 2:
        return f"keras.regularizers.L1L2(l1={told['l1']!r}, l2={told['l2']!r})"
    return "".join(f"keras.regularizers.{key.upper()}({value!r})" for key, value in told.items())
