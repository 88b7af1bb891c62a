"""The forward pass by hand, block after block, and the losses.  Rows are samples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xlbp.reference.arithmetic import in_order, shared_out
from xlbp.reference.blocks import BLOCKS
from xlbp.reference.history import Array, Arrays
from xlbp.reference.losses import LOSSES, Outputs
from xlbp.reference.notes import LayerNotes, Notes
from xlbp.template import names
from xlbp.template.layer import INPUT, Node
from xlbp.template.losses import LOSSES as RECORDS
from xlbp.template.network import Network


class Passed(NamedTuple):
    """By the place of each node: what it passed on, (B, ...), and what it keeps for the way back."""

    outputs: dict[int, Array]
    kept: dict[int, object]


def numbers_of(network: Network, node: Node, now: Arrays) -> dict[str, Array]:
    """What a node computes with, by letter, out of what all have by letter and layer: ``W1`` is layer 1's ``W``."""
    letters = [tensor.letter for tensor in (*network.parameters_of(node), *network.tensors_of(node))]
    keys = {letter: f"{letter}{node.layer}" for letter in letters}
    return {letter: now[key] for letter, key in keys.items() if key in now}


def forward(notes: Notes, x: Array, now: Arrays) -> Passed:
    """Compute and record the tensors of all nodes; ``now`` holds parameters, and masks in training."""
    outputs, kept = {INPUT: x}, {}
    for place, node in enumerate(notes.network.nodes):
        inputs = (outputs[source] for source in node.inputs)
        entry, own = BLOCKS[node.block.kind], numbers_of(notes.network, node, now)
        outputs[place], kept[place] = entry.forward(LayerNotes(notes, node.layer), node.block, own, *inputs)
    return Passed(outputs, kept)


def outputs_of(notes: Notes, passed: Passed, target: Array) -> Outputs:
    """What the loss is taken of: the last node's output, and its logits, which an activation takes."""
    network = notes.network
    last, place = network.nodes[-1], len(network.nodes) - 1
    a = passed.outputs[place]
    z = passed.outputs[last.inputs[0]] if last.block.activation else a
    lse = notes.tensors.get(f"lse{network.last}", np.zeros(len(a)))
    return Outputs(z, a, target, notes.cleaned(a - target), lse[:, None], network.loss_shape)


def put_losses(notes: Notes, outputs: Outputs) -> tuple[Array, Array]:
    """Record and return E of each sample, and whether it is a hit."""
    network = notes.network
    loss, n = LOSSES[network.loss], outputs.a.shape[1]
    notes.put("e", "", outputs.e)
    sums = in_order(notes.put("E", "", loss.each(outputs)))
    is_alone = network.penalties and notes.training and len(sums) == 1  # a penalty comes on top
    each = shared_out(sums, n) if RECORDS[network.loss].is_averaged else sums
    samples = notes.put(names.DATA_LOSS if is_alone else names.LOSS, "", each)
    hits = _hits(notes, outputs)
    return samples, notes.put(names.HITS, "", hits) if network.data.accuracy else hits


def _hits(notes: Notes, o: Outputs) -> Array:
    """1 if the first of the largest outputs is the target's; of a single output, if it is on the target's side."""
    loss = notes.network.loss
    if o.a.shape[1] == 1:
        middle = 0.0 if loss == "hinge" else 0.5
        value = o.z if loss == "binary_cross_entropy" else o.a - middle  # the logit of 1/2 is 0
        value, aimed = value[:, 0], o.t[:, 0] - middle
        return np.where(np.isnan(value + aimed), np.nan, (value > 0) == (aimed > 0))
    shown = o.z if notes.network.layers[-1].activation == "softmax" else o.a
    predicted = np.take_along_axis(o.t, np.argmax(shown, axis=1)[:, None], axis=1)[:, 0]
    right = predicted == np.max(o.t, axis=1)
    return np.where(np.any(np.isnan(shown), axis=1) | np.any(np.isnan(o.t), axis=1), np.nan, right)
