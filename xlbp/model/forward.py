"""The forward pass of a network: node after node, each from what it takes."""

from __future__ import annotations

from typing import NamedTuple

from xlbp.model.blocks import BLOCKS
from xlbp.model.cells import Cells, Grid, Pass
from xlbp.template.layer import INPUT


class Outputs(NamedTuple):
    """What the last node passes on, and what it takes: for an activation, its pre-activations, or logits."""

    values: Grid
    logits: Grid


def forward(run: Pass, inputs: Grid) -> Outputs:
    """Write the cells of all nodes."""
    grids = {INPUT: inputs}
    for place, node in enumerate(run.network.nodes):
        taken = [grids[source] for source in node.inputs]
        grids[place] = BLOCKS[node.block.kind](Cells(run, node, taken), node.block, *taken)
    last = run.network.nodes[-1]
    return Outputs(grids[place], grids[last.inputs[0]] if last.block.activation else grids[place])
