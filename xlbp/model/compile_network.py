"""A network as a row: its samples side by side, forward, loss, backward, gradients, update.

The forward half is the blocks'; the backward half is written nowhere, it follows: :mod:`xlbp.model.backward`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from xlbp.model import rows
from xlbp.model.answer import answer_columns
from xlbp.model.backward import gradients, through_cells
from xlbp.model.blocks.dropout import add_masks
from xlbp.model.blocks.norms import add_running
from xlbp.model.cells import Pass
from xlbp.model.class_weights import relative_weights
from xlbp.model.forward import forward
from xlbp.model.losses import add_losses, of_losses, of_penalties, over_batch
from xlbp.model.samples import add_batch, tested
from xlbp.symbols.expr import ref, total
from xlbp.symbols.program import Adjoints, Builder, Program
from xlbp.template import names
from xlbp.template.network import Network
from xlbp.template.scaling import BY_RAW
from xlbp.template.template import Training


def compile_network(network: Network, training: Training, order: tuple[str, ...]) -> Program:
    """The training row of a network, its parameters in the source's ``order``.

    Raises ProgramError if it makes no row.
    """
    builder = Builder()
    layers = {name: int(network.quantity(name).block) for name in order}
    rows.begin(builder, network.parameters(), order, layers)
    inputs, targets = add_batch(builder, network)
    run = Pass(builder, network, network.marks)
    add_running(run)
    add_masks(run)
    add_losses(run, forward(run, inputs), targets, relative_weights(run, targets))
    over_batch(builder, network)
    of_penalties(builder, network)
    adjoints = Adjoints(builder, seeds=[network.loss_of(mark) for mark in network.marks])
    of_losses(run, adjoints)
    through_cells(run, adjoints)
    gradients(run, adjoints, order)
    _add_tests(builder, network)
    by_name = {name: network.gradient(name) for name in order}
    program = rows.finish(builder, training, by_name, layers, tuple(_panel(network)))
    return replace(program, answer=answer_columns(network))


def _panel(network: Network) -> dict[str, None]:
    """What formulas of the row may refer to: the table's numbers as the network sees them, or the panel's."""
    panel = dict.fromkeys(network.constants())
    if network.stored:
        raw = [name for name in panel if network.quantity(name).letter in (*BY_RAW, names.CLASS)]
        for name in raw:
            del panel[name]
        for called in (network.each_input(), network.each_target()):
            rows_of = product(called, names.rows(len(network.inputs)))
            panel |= dict.fromkeys(number.sampled(row) for number, row in rows_of)
    return panel


def _add_tests(builder: Builder, network: Network) -> None:
    """The loss, and the share of hits, of the samples that are kept from training, by the row's own parameters."""
    samples = {mark: tested(network, place, mark) for place, mark in enumerate(network.test_marks)}
    aims = {mark: targets[mark] for mark, (_, targets) in samples.items()}
    weights = relative_weights(Pass(builder, network, network.test_marks, "test", training=False), aims)
    for mark, (inputs, targets) in samples.items():
        run = Pass(builder, network, (mark,), "test", training=False)
        add_losses(run, forward(run, inputs), targets, weights)
    if network.test_marks:
        count = len(network.test_marks)
        mean = total(ref(names.LOSS + mark) for mark in network.test_marks) / count
        builder.define(names.LOSS + names.TEST, mean, "test")
        if network.data.accuracy:
            hits = total(ref(names.HITS + mark) for mark in network.test_marks) / count
            builder.define(names.HITS + names.TEST, hits, "test")
