"""A training whose network starts from the numbers that a person typed, where these say what it is made of."""

from __future__ import annotations

from dataclasses import replace

from xlbp.interchange.source import Source
from xlbp.template import names
from xlbp.template.blocks.attention import Attention
from xlbp.template.layer import Node
from xlbp.template.network import Network


def settled(source: Source) -> Source:
    """The same, with every parameter of the network and the divisor of its attentions as the numbers have them."""
    if source.template.model.computed_as != Network.computed_as:
        return source
    network = source.template.model.network

    def of_numbers(node: Node) -> Node:
        own = [p for p in network.parameters_of(node) if p.home is None]
        start = {p.letter: tuple(source.numbers[name] for name in p.elements(node.layer)) for p in own}
        block = node.block
        if isinstance(block, Attention):
            block = replace(block, divisor=source.numbers[names.setting(f"dk{node.layer}")])
        return replace(node, block=block, start=start)

    model = replace(network, nodes=tuple(map(of_numbers, network.nodes)))
    return replace(source, contents=replace(source.contents, template=replace(source.template, model=model)))
