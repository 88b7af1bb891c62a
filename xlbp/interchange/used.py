"""The nodes that a script computes."""

from __future__ import annotations

from xlbp.template.layer import Node
from xlbp.template.losses import LOSSES
from xlbp.template.network import Network


def used_nodes(network: Network) -> list[Node]:
    """In the order of computation, but for a last activation that the loss computes itself."""
    return list(network.nodes[:-1] if LOSSES[network.loss].logits_of else network.nodes)
