"""The forward pass by hand, block after block, and the losses.  Rows are samples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from xlbp.reference.arithmetic import features_back, features_last, in_order, shared_out
from xlbp.reference.blocks import BLOCKS
from xlbp.reference.history import Array, Arrays
from xlbp.reference.losses import LOSSES, Outputs
from xlbp.reference.notes import LayerNotes, Notes
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES
from xlbp.template.layer import INPUT, Node
from xlbp.template.losses import LOSSES as RECORDS
from xlbp.template.losses import OUTPUTS, SAMPLES
from xlbp.template.network import Network


class Passed(NamedTuple):
    """By the place of each node: what it passed on, (B, ...), and what it keeps for the way back."""

    outputs: dict[int, Array]
    kept: dict[int, object]


def numbers_of(network: Network, node: Node, now: Arrays) -> dict[str, Array]:
    """What a node computes with, by letter, out of what all have by letter and layer: ``W1`` is layer 1's ``W``."""
    homes = {p.letter: p.home or (node.layer, p.letter) for p in network.parameters_of(node)}
    keys = {letter: f"{home}{layer}" for letter, (layer, home) in homes.items()}
    letters = [*(tensor.letter for tensor in network.tensors_of(node)), *node.block.settings]
    keys |= {letter: f"{letter}{node.layer}" for letter in letters}
    return {letter: now[key] for letter, key in keys.items() if key in now}


def settings_of(network: Network, inputs: Mapping[str, float]) -> dict[str, Array]:
    """The numbers of the blocks on the panel, by key and layer: ``dk1``."""
    keys = [f"{key}{node.layer}" for node in network.nodes for key in node.block.settings]
    return {key: np.asarray(inputs[names.setting(key)]) for key in keys}


def forward(notes: Notes, x: Array, now: Arrays) -> Passed:
    """Compute and record the tensors of all nodes.

    ``now`` holds parameters, running statistics and the blocks' settings, in training also masks.
    """
    outputs, kept = {INPUT: x}, {}
    for place, node in enumerate(notes.network.nodes):
        inputs = (outputs[source] for source in node.inputs)
        entry, own = BLOCKS[node.block.kind], numbers_of(notes.network, node, now)
        outputs[place], kept[place] = entry.forward(LayerNotes(notes, node), node.block, own, *inputs)
    return Passed(outputs, kept)


def weights_of_classes(network: Network, inputs: Mapping[str, float]) -> Array:
    """The weights of the classes, or outputs, on the panel."""
    return np.array([inputs[name] for name in network.weights_of_classes])


def _put_relative_weights(notes: Notes, target: Array, weights: Array) -> Array:
    """Record and return what each output, or each sample, or step of one, counts for; 1 where all do alike.

    Of outputs, (B, ...): 1 for a target of 0, the output's weight for one of 1.  Of samples, (B, ...) without the
    axis of the classes: the weight of the class, as a share of their mean.
    """
    network = notes.network
    if not network.weighs:
        return np.ones(())
    by_class = features_last(target, network.output_shape)
    if network.weighs == OUTPUTS:
        rho = 1 + features_back((weights - 1) * by_class, network.output_shape)
        return notes.put(names.RELATIVE_WEIGHT, "", rho)
    of_class = notes.put(names.CLASS_WEIGHT, "", in_order(weights * by_class))
    if of_class.size == 1:
        return np.ones(of_class.shape)
    whole = names.CLASS_WEIGHT + ("" if notes.training else names.TEST)
    mean = notes.put_one(whole, in_order(of_class.reshape(-1)) / of_class.size)
    return notes.put(names.RELATIVE_WEIGHT, "", of_class / mean)


def outputs_of(notes: Notes, passed: Passed, target: Array, weights: Array) -> Outputs:
    """What the loss is taken of: the last node's output, and its logits, which an activation takes."""
    network = notes.network
    last, place = network.nodes[-1], len(network.nodes) - 1
    a = passed.outputs[place]
    z = passed.outputs[last.inputs[0]] if last.block.activation else a
    lse = notes.tensors.get(f"lse{network.last}")
    shape = network.output_shape
    each = np.zeros(1) if lse is None else features_back(lse[..., None] * np.ones(shape.extent(*FEATURES)), shape)
    rho = _put_relative_weights(notes, target, weights)
    error = notes.cleaned(a - target)
    return Outputs(z, a, target, error, each, network.loss_shape, shape, rho, network.weighs)


def put_losses(notes: Notes, outputs: Outputs) -> tuple[Array, Array]:
    """Record and return E of each sample, and whether it is a hit; of a sequence those of its steps as well."""
    network = notes.network
    loss, n = LOSSES[network.loss], network.output_shape.extent(*FEATURES)
    notes.put("e", "", outputs.e)
    together = in_order(features_last(notes.put("E", "", loss.each(outputs)), network.output_shape))
    of_steps = shared_out(together, n) if RECORDS[network.loss].is_averaged else together
    of_steps = outputs.rho * of_steps if network.weighs == SAMPLES else of_steps
    if network.outputs_apart:
        of_steps = notes.put(names.LOSS, "", of_steps) if n > 1 else of_steps
        total = in_order(of_steps.reshape(len(of_steps), -1))
        of_steps = shared_out(total, averaged_steps(network))
    is_alone = network.penalties and notes.training and len(of_steps) == 1  # a penalty comes on top
    samples = notes.put(names.DATA_LOSS if is_alone else names.LOSS, "", of_steps)
    return samples, _put_hits(notes, outputs)


def averaged_steps(network: Network) -> int:
    """How many steps, or places, a sample's loss is the mean over; 1 where it is their sum."""
    return 1 if network.sums_steps else math.prod(network.outputs_apart)


def _put_hits(notes: Notes, outputs: Outputs) -> Array:
    """Record whether each sample is a hit, if that is asked for; of a sequence the share of its steps that are."""
    hits, is_asked = _hits(notes, outputs), notes.network.data.accuracy
    if notes.network.outputs_apart:
        steps = notes.put(names.HITS, "", hits) if is_asked else hits
        hits = shared_out(in_order(steps.reshape(len(steps), -1)), math.prod(notes.network.outputs_apart))
    return notes.put(names.HITS, "", hits) if is_asked else hits


def _hits(notes: Notes, o: Outputs) -> Array:
    """1 if the first of the largest outputs is the target's; of a single output, if it is on the target's side."""
    loss, shape = notes.network.loss, o.shape
    if shape.extent(*FEATURES) == 1:
        middle = 0.0 if loss == "hinge" else 0.5
        value = o.z if loss == "binary_cross_entropy" else o.a - middle  # the logit of 1/2 is 0
        value, aimed = (features_last(part, shape)[..., 0] for part in (value, o.t - middle))
        return np.where(np.isnan(value + aimed), np.nan, (value > 0) == (aimed > 0))
    is_softmax = notes.network.layers[-1].activation == "softmax"
    shown, targets = (features_last(part, shape) for part in (o.z if is_softmax else o.a, o.t))
    predicted = np.take_along_axis(targets, np.argmax(shown, axis=-1)[..., None], axis=-1)[..., 0]
    right = predicted == np.max(targets, axis=-1)
    return np.where(np.any(np.isnan(shown), axis=-1) | np.any(np.isnan(targets), axis=-1), np.nan, right)
