"""The nodes that a script computes."""

from __future__ import annotations

from xlbp.template.layer import INPUT, Node
from xlbp.template.losses import LOSSES
from xlbp.template.network import Network


def used_nodes(network: Network) -> list[Node]:
    """In the order of computation, but for a last activation that the loss computes itself, and what leads nowhere.

    All are computed where some draw random numbers, one after the other.
    """
    nodes = network.nodes[:-1] if LOSSES[network.loss].logits_of else network.nodes
    if network.is_random:
        return list(nodes)
    last = len(network.nodes) - 1
    reached = {last, *network.nodes[last].inputs}
    for place in range(last, INPUT, -1):
        if place in reached:
            reached.update(network.nodes[place].inputs)
    return [node for place, node in enumerate(nodes) if place in reached]
