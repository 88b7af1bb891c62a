"""A node of the network where it stands in a script: what it takes and makes, and how its parameters are written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xlbp.interchange.held import Held
from xlbp.interchange.literals import literal
from xlbp.interchange.samples import with_channel
from xlbp.interchange.source import Source
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES, Axis, Shape
from xlbp.template.layer import INPUT, Node
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity

VIEWS = {"flatten": "flat", "concat": "joined"}  # what their outputs are called, which have no letter of their own


@dataclass(frozen=True)
class Placed(ABC):
    """A node, and the training it belongs to; a framework says how it writes things.

    Shapes are those of a script: without the samples' axis, the channel of an image or a signal written.
    """

    source: Source
    node: Node

    @abstractmethod
    def held_of(self, node: Node) -> Held:
        """Where a node's own parameters are kept."""

    @abstractmethod
    def turned(self, x: str) -> str:
        """A sequence as a signal, or a signal as a sequence."""

    @abstractmethod
    def constant(self, numbers: str) -> str:
        """A list of numbers as a tensor."""

    @abstractmethod
    def amounts(self, tokens: str) -> str:
        """Tokens (samples, steps) as a signal of numbers."""

    @property
    @abstractmethod
    def attribute(self) -> str:
        """What its layer is called."""

    @property
    def network(self) -> Network:
        """That the node belongs to."""
        return self.source.template.model.network

    @property
    def shape(self) -> Shape:
        """Of what comes in first."""
        return with_channel(self.network.inputs_of(self.node)[0])

    @property
    def features(self) -> int:
        """How many features, or channels, come in."""
        return self.shape.extent(*FEATURES)

    @property
    def takes_maps(self) -> bool:
        """Whether the channels of what comes in stand first, and not the units last."""
        return self.shape.place(Axis.CHANNEL) == 0

    def number(self, key: str) -> float:
        """One of the layer's numbers on the panel."""
        return self.source.numbers[names.setting(f"{key}{self.node.layer}")]

    @property
    def inputs(self) -> list[str]:
        """The variables that it takes."""
        return [self._variable(place) for place in self.node.inputs]

    @property
    def x(self) -> str:
        """The first of them."""
        return self.inputs[0]

    @property
    def units_last(self) -> str:
        """The first of them, with the features along the last axis."""
        return self.turned(self.x) if self.takes_maps else self.x

    @property
    def channels_first(self) -> str:
        """The first of them, with the channels, or features, along the axis behind the samples."""
        return self.x if self.takes_maps or len(self.shape) == 1 else self.turned(self.x)

    @property
    def made(self) -> str:
        """The variable that it makes, by the sheet's letter: ``a1``."""
        return variable(self.network, self.network.place_of(self.node))

    def _variable(self, place: int) -> str:
        if place != INPUT:
            return variable(self.network, place)
        is_amount = self.network.takes_tokens and self.node.block.kind != "embedding"
        return self.amounts("x") if is_amount else "x"

    @cached_property
    def held(self) -> Held:
        """Where its own parameters are kept."""
        return self.held_of(self.node)

    def has(self, letter: str) -> bool:
        """Whether it has such a parameter, of its own or another layer's."""
        return any(p.letter == letter for p in self.network.parameters_of(self.node))

    def starts_at_zero(self, letter: str) -> bool:
        """Whether a recurrence starts from 0, and not from another layer's parameter."""
        is_own = all(p.home is None for p in self.network.parameters_of(self.node) if p.letter == letter)
        return is_own and not self.numbers(letter).any()

    def is_in_module(self, key: str) -> bool:
        """Whether its layer holds this parameter of the framework's: ``bias``."""
        return key in self.held.modules.get(self.attribute, {})

    def parameter(self, letter: str) -> str:
        """How a parameter is written in a forward pass: ``self.linear1.weight``, or a part of a larger tensor.

        What a recurrence starts from is written as its numbers.
        """
        elements = self.elements(letter)
        for node in self.network.nodes:
            held = self.held_of(node)
            keys = {f"{a}.{key}": called for a, tensors in held.modules.items() for key, called in tensors.items()}
            for key, called in (keys | held.own).items():
                if elements[0] in called:
                    return f"self.{key}{_part(elements, called.ravel().tolist(), len(called) if called.ndim else 1)}"
        return self.constant(literal(self.numbers(letter)))

    def elements(self, letter: str) -> tuple[Quantity, ...]:
        """What the elements of a parameter are called."""
        parameters = self.network.parameters_of(self.node)
        return next(p.elements(self.node.layer) for p in parameters if p.letter == letter)

    def numbers(self, letter: str) -> NDArray[np.float64]:
        """What the elements of a parameter start from, in a row."""
        return np.array([self.source.numbers[name] for name in self.elements(letter)])


def _part(elements: tuple[Quantity, ...], all_of: list[Quantity | None], rows: int) -> str:
    """Which rows of a tensor these elements are; '' for all of it."""
    if len(elements) == len(all_of):
        return ""
    if len(elements) == 1:
        return "[0]"  # of several that are one and the same
    width = len(all_of) // rows
    first, count = all_of.index(elements[0]) // width, len(elements) // width
    return f"[{first or ''}:{'' if first + count == rows else first + count}]"


def variable(network: Network, place: int) -> str:
    """The variable of what the node at this place makes, by the sheet's letter and the layer's number."""
    node = network.nodes[place]
    if node.block.kind in VIEWS:
        return f"{VIEWS[node.block.kind]}{node.layer}"
    return f"{node.block.output(*network.inputs_of(node)).letter}{node.layer}"
