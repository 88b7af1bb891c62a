"""The numbers on top of a network's script besides its samples: parameters, and those of the training."""

from __future__ import annotations

import math

import numpy as np

from xlbp.interchange.numpy_script.facts import Facts
from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.literals import assigned_array, assigned_list, assigned_number
from xlbp.interchange.numpy_script.node import called, setting
from xlbp.interchange.numpy_script.optimizers import Update
from xlbp.template import names
from xlbp.template.blocks.block import Role


def put_parameters(facts: Facts, lines: Lines) -> None:
    """The initial parameters."""
    lines.heading("initial parameters: a row for each unit, a column for each of its inputs")
    for name, (_, parameter) in facts.homes.items():
        elements = facts.elements(name)
        values = np.array([facts.numbers[element] for element in elements]).reshape(parameter.shape)
        is_trained = name in facts.trained
        told = facts.sheet.about(elements) if is_trained else f"{facts.sheet.symbols(elements)}: not trained"
        is_constant = values.ndim == 0 and not is_trained
        written = [assigned_number(name, float(values))] if is_constant else assigned_array(name, values)
        lines.add(written[0], told)
        lines.lines += written[1:]


def put_settings(facts: Facts, update: Update, lines: Lines) -> None:
    """The other numbers of the panel."""
    network, numbers = facts.network, facts.numbers
    lines.heading("training")
    lines.lines += update.settings()
    for node in network.nodes:
        for key in node.block.settings:
            value = numbers[names.setting(f"{key}{node.layer}")]
            lines.add(assigned_number(setting(key, node.layer), value))
    if network.weighs:
        weights = np.array([numbers[name] for name in network.weights_of_classes])
        lines.lines += assigned_array("omega", weights)
    if network.is_random:
        lines.add(assigned_number("seed", math.floor(numbers[names.setting("seed")])))


def put_start(facts: Facts, update: Update, lines: Lines) -> None:
    """What the loop starts from besides numbers: random numbers, running statistics, what the optimizer keeps."""
    if facts.network.is_random:
        lines.functions.add("lehmer")
        lines.add("random = lehmer(69621 * (seed + 31337) % (2**31 - 1))")
    for node, tensor in facts.network.each_tensor():
        if tensor.role is Role.RUNNING:
            start = called(node.block.running[tensor.letter], node.layer)
            lines.add(f"{called(tensor.letter, node.layer)} = {start}", facts.sheet.about(tensor.elements(node.layer)))
    if facts.lists_weights:
        lines.lines += assigned_list("weights", facts.weights)
    lines.lines += update.before(facts.trained)
