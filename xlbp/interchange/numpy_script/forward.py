"""The forward pass of a network's script, as far as the loss."""

from __future__ import annotations

import numpy as np

from xlbp.interchange.numpy_script.blocks import rule_of
from xlbp.interchange.numpy_script.class_weights import put_weights
from xlbp.interchange.numpy_script.facts import Facts
from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.losses import Outputs, outputs_of, put_loss
from xlbp.interchange.numpy_script.node import At, Passes
from xlbp.interchange.numpy_script.terms import added, as_factor
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES

PENALTIES = {"l1": ("l1", "np.sum(np.abs({}))"), "l2": ("l2 / 2", "np.sum({}**2)")}


def put_forward(facts: Facts, passes: Passes, title: str) -> Outputs:
    """The forward pass and its loss; what the loss is taken of."""
    network, lines = facts.network, passes.lines
    lines.heading(title)
    for place, node in enumerate(network.nodes):
        rule = rule_of(node.block)
        lines.lines += [f"# {rule.title}"] if rule.title and passes.training else []
        passes.outputs[place] = rule.forward(At(passes, node))
    if passes.training:
        lines.heading("loss")
    outputs = outputs_of(passes, put_weights(passes), targets_sum_to_one(facts))
    put_loss(passes, outputs, f"{names.LOSS}{passes.suffix}")
    return outputs


def targets_sum_to_one(facts: Facts) -> bool:
    """Whether the targets of each sample, or step, are shares of a whole."""
    network = facts.network
    if network.data.classes:
        numbers = [facts.numbers[names.CLASS + mark] for mark in facts.marks]
        return all(number in range(len(network.data.classes)) for number in numbers)
    axis = network.target_shape.place(*FEATURES)
    if axis is None:
        return False
    targets = facts.table(network.aimed_at, network.target_shape)
    return bool(np.all(targets.sum(axis=axis + 1) == 1))


def put_penalties(facts: Facts, lines: Lines) -> None:
    """What l1 and l2 add to the loss."""
    for kind in facts.network.penalties:
        factor, each = PENALTIES[kind]
        total = f"sum({each.format('W')} for W in weights)"
        if not facts.lists_weights:
            total = as_factor(added([each.format(name) for name in facts.weights]))
        lines.add(f"E = E + {factor} * {total}", facts.sheet.about([names.penalty(kind)]))
