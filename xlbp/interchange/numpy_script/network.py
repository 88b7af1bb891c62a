"""A network as a script: data, parameters, then the loop with forward pass, loss, backward pass and update."""

from __future__ import annotations

import re

from xlbp.interchange.numpy_script.backward import put_backward
from xlbp.interchange.numpy_script.data import Data
from xlbp.interchange.numpy_script.facts import Facts
from xlbp.interchange.numpy_script.forward import put_forward, put_penalties
from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.node import TESTS, Passes
from xlbp.interchange.numpy_script.numbers import put_parameters, put_settings, put_start
from xlbp.interchange.numpy_script.optimizers import Update
from xlbp.interchange.numpy_script.script import Script
from xlbp.interchange.source import Source
from xlbp.template import names
from xlbp.template.layer import INPUT


def network_script(source: Source) -> Script:
    """The script of a network's training."""
    facts, update = Facts(source), Update(source.template.training, source.numbers)
    data, numbers, start = Data(facts), Lines(), Lines()
    data.put(numbers)
    put_parameters(facts, numbers)
    put_settings(facts, update, numbers)
    loop = _loop(facts, data, update)
    _put_sizes(facts, numbers, loop)
    put_start(facts, update, start)
    return Script(numbers, start, loop)


def _loop(facts: Facts, data: Data, update: Update) -> Lines:
    """What an iteration does."""
    lines = Lines()
    data.put_choice(lines)
    training = _passes(facts, data, "", lines)
    outputs = put_forward(facts, training, "forward")
    put_penalties(facts, lines)
    printed = ["iteration", names.LOSS]
    if facts.network.data.test:
        put_forward(facts, _passes(facts, data, TESTS, lines), "the samples that are kept from training")
        printed.append(f"{names.LOSS}{TESTS}")
    lines.add(f"print({', '.join(printed)})")
    put_backward(facts, training, outputs)
    lines.heading("update")
    update.put({name: f"d{name}" for name in facts.trained}, lines)
    lines.lines += training.after.lines
    return lines


def _passes(facts: Facts, data: Data, suffix: str, lines: Lines) -> Passes:
    """A forward pass, and its way back, that are not written yet."""
    trained, outputs = frozenset(facts.trained), {INPUT: f"X{suffix}"}
    return Passes(facts.network, facts.sheet, trained, facts.numbers, data.indexes, suffix, lines, outputs=outputs)


def _put_sizes(facts: Facts, numbers: Lines, loop: Lines) -> None:
    """How many samples there are, where the loop asks for it."""
    sizes = {"B": (facts.network.batch, "samples in a row"), f"B{TESTS}": (facts.network.data.test, "for testing")}
    for name, (size, told) in sizes.items():
        if any(re.search(rf"\b{name}\b", line.partition("#")[0]) for line in loop.lines):
            numbers.add(f"{name} = {size}", told)
