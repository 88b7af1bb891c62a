"""Reads [network]: layers with their weights, biases and activations, and the loss."""

from __future__ import annotations

from xlbp.template.losses import LOSSES
from xlbp.template.model import Samples
from xlbp.template.network import Network, Node
from xlbp.template.read_data import Given
from xlbp.template.read_layer import read_layer
from xlbp.template.table import Table


def read_network(table: Table, data: Table, given: Given) -> Network:
    """The network for the data as given; how training takes the samples is not known here."""
    loss, delta = _loss(table)
    nodes: list[Node] = []
    for number, part in enumerate(table.tables("layers"), start=1):
        source = len(nodes) - 1  # of the first layer, INPUT
        before = Network(tuple(nodes), inputs=given.inputs)
        nodes += read_layer(part, number, len(nodes), source, before.shape_of(source))
    seed = table.integer("dropout_seed", 1)
    table.close()
    samples = Samples(test=given.test, scale=given.scale, classes=given.classes, accuracy=given.accuracy)
    network = Network(
        tuple(nodes), delta, seed=seed, loss=loss, inputs=given.inputs, targets=given.targets, data=samples
    )
    _must_suit(table, data, network)
    return network


def _loss(table: Table) -> tuple[str, float]:
    """``"huber"`` or ``{name = "huber", delta = 0.5}``."""
    value = table.get("loss", "half_squared_error")
    if not isinstance(value, dict):
        name = table.text("loss", "half_squared_error", choices=LOSSES)
        return name, LOSSES[name].default
    inner = Table(value, (*table.path, "loss"), table.document)
    name = inner.text("name", choices=LOSSES)
    option, value = LOSSES[name].option, LOSSES[name].default
    if option:
        value = inner.number(option, value)
        if value <= 0:
            inner.fail(option, f"{option} is {value:g}, but must be above 0")
    inner.close()
    return name, value


def _must_suit(table: Table, data: Table, network: Network) -> None:
    """Refuse targets and a loss that the last layer is not made for."""
    loss, last, outputs = network.loss, network.layers[-1], len(network.targets[0])
    if last.units != outputs:
        what = f"{outputs} classes" if network.data.classes else f"{outputs} columns"
        data.fail("targets", f"targets has {what}, but the last layer has {last.units} units")
    needed, aimed = LOSSES[loss].logits_of, LOSSES[loss].targets
    if needed and last.activation != needed:
        table.fail("loss", f"{loss} is computed from the logits of a {needed} layer; the last one is {last.activation}")
    if last.dropout:
        table.fail(
            ("layers", len(network.layers) - 1), "the last layer can't have dropout: its output is the network's"
        )
    if aimed and any(t not in aimed for row in network.targets for t in row):
        data.fail("targets", f"{loss} needs targets of {' and '.join(f'{t:g}' for t in aimed)}")
