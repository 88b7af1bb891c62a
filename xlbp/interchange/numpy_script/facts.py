"""What the parts of a network's script have to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xlbp.interchange.numpy_script.node import called
from xlbp.interchange.numpy_script.sheet import Sheet
from xlbp.interchange.source import Source
from xlbp.template import names
from xlbp.template.blocks.block import Elements, Parameter, Role
from xlbp.template.layer import Node
from xlbp.template.network import Network

MOST_PENALTIES = 3  # whose sum is written out


@dataclass(frozen=True)
class Facts:
    """A network's training, and what of it leads where."""

    source: Source

    @cached_property
    def network(self) -> Network:
        """What is trained."""
        return self.source.template.model.network

    @property
    def numbers(self) -> Mapping[str, float]:
        """What it starts from, by name."""
        return self.source.numbers

    @cached_property
    def sheet(self) -> Sheet:
        """What comments say."""
        return Sheet(self.source.contents)

    # samples

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """Of all samples, those kept from training last."""
        return names.rows(len(self.network.inputs)) if self.network.stored else self.network.marks

    def table(self, elements: Elements, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """The numbers called so, sample by sample: (N, ...)."""
        rows = [[self.numbers[name.sampled(mark)] for name in elements] for mark in self.marks]
        return np.array(rows).reshape(len(self.marks), *shape)

    # parameters

    @cached_property
    def homes(self) -> dict[str, tuple[Node, Parameter]]:
        """Every parameter by what it is called, with the node whose own it is."""
        return {called(p.letter, node.layer): (node, p) for node, p in self.network.each_parameter()}

    @cached_property
    def trained(self) -> list[str]:
        """The parameters that training moves."""
        return [name for name, (node, p) in self.homes.items() if p.letter not in node.frozen]

    @property
    def weights(self) -> list[str]:
        """The parameters that penalties are on."""
        return [name for name, (_, parameter) in self.homes.items() if parameter.role is Role.WEIGHT]

    @property
    def lists_weights(self) -> bool:
        """Whether penalties are summed over a list of weights, and not written out."""
        return bool(self.network.penalties) and len(self.weights) > MOST_PENALTIES

    def elements(self, name: str) -> Elements:
        """What the numbers of a parameter are called."""
        node, parameter = self.homes[name]
        return parameter.elements(node.layer)

    # nodes

    @cached_property
    def needed(self) -> frozenset[int]:
        """The places of the nodes whose derivatives lead to a parameter that is trained."""
        found: set[int] = set()
        for place, node in enumerate(self.network.nodes):
            if found.intersection(node.inputs) or self._parameters_of(node).intersection(self.trained):
                found.add(place)
        return frozenset(found)

    def _parameters_of(self, node: Node) -> set[str]:
        """What the parameters of a node are called, its own and those that it shares."""
        parameters = self.network.parameters_of(node)
        homes = (p.home or (node.layer, p.letter) for p in parameters)
        return {called(letter, layer) for layer, letter in homes}

    @cached_property
    def first_users(self) -> dict[str, int]:
        """The lowest place at which each trained parameter is used."""
        users = {name: self.network.users_of(*self.homes[name]) for name in self.trained}
        return {name: min(map(self.network.place_of, nodes)) for name, nodes in users.items()}
