"""A node where it stands in a script for Keras."""

from __future__ import annotations

from xlbp.interchange.held import Held
from xlbp.interchange.keras_names import attribute_of, held_by
from xlbp.interchange.placed import Placed
from xlbp.interchange.source import Source
from xlbp.template import names
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
        """The penalties on the layer's weights, as an option: ``kernel_regularizer=penalty``."""
        return [f"{key}=penalty"] if self.network.penalties else []


def penalty_lines(source: Source) -> list[str]:
    """``penalty``: l2 / 2 times the squares and l1 times the sizes, as Keras has them."""
    penalties = source.template.model.network.penalties
    numbers = {kind: source.numbers[names.setting(kind)] / (2 if kind == "l2" else 1) for kind in penalties}
    kind = "".join(key.upper() for key in sorted(numbers))
    options = ", ".join(f"{key}={numbers[key]!r}" for key in sorted(numbers))
    return [f"penalty = keras.regularizers.{kind}({options})"] if numbers else []
