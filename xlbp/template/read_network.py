"""Reads [network]: layers with their weights, biases and activations, and the loss."""

from __future__ import annotations

import math

from xlbp.template import initial
from xlbp.template.catalogue import ACTIVATIONS, HUBER_DELTA, LOSSES, OUTPUT_FOR_LOSS, SHAPES
from xlbp.template.model import Matrix, Samples
from xlbp.template.network import Bias, Layer, Network
from xlbp.template.read_data import Given
from xlbp.template.table import Table, clip

MOST_WEIGHTS = 1_000_000
MOST_DIGITS = 12


def read_network(table: Table, data: Table, given: Given) -> Network:
    """The network for the data as given; how training takes the samples is not known here."""
    loss, delta = _loss(table)
    layers: list[Layer] = []
    width = len(given.inputs[0])
    for number, part in enumerate(table.tables("layers"), start=1):
        layers.append(_layer(part, number, width))
        width = layers[-1].units
    seed = table.integer("dropout_seed", 1)
    table.close()
    outputs = len(given.targets[0])
    if width != outputs:
        what = f"{outputs} classes" if given.classes else f"{outputs} columns"
        data.fail("targets", f"targets has {what}, but the last layer has {width} units")
    _must_suit(table, data, loss, layers, given)
    samples = Samples(test=given.test, scale=given.scale, classes=given.classes, accuracy=given.accuracy)
    return Network(tuple(layers), loss, delta, seed=seed, inputs=given.inputs, targets=given.targets, data=samples)


def _loss(table: Table) -> tuple[str, float]:
    """``"huber"`` or ``{name = "huber", delta = 0.5}``."""
    value = table.get("loss", "half_squared_error")
    if not isinstance(value, dict):
        name = table.text("loss", "half_squared_error", choices=LOSSES)
        return name, HUBER_DELTA if name == "huber" else 0.0
    inner = Table(value, (*table.path, "loss"), table.document)
    name = inner.text("name", choices=LOSSES)
    delta = inner.number("delta", HUBER_DELTA) if name == "huber" else 0.0
    if delta < 0 or (name == "huber" and not delta):
        inner.fail("delta", f"delta is {delta:g}, but must be above 0")
    inner.close()
    return name, delta


def _must_suit(table: Table, data: Table, loss: str, layers: list[Layer], given: Given) -> None:
    needed, last = OUTPUT_FOR_LOSS.get(loss), layers[-1]
    if needed and last.activation != needed:
        table.fail("loss", f"{loss} is computed from the logits of a {needed} layer; the last one is {last.activation}")
    if last.dropout:
        table.fail(("layers", len(layers) - 1), "the last layer can't have dropout: its output is the network's")
    if loss == "hinge" and any(t not in (-1.0, 1.0) for row in given.targets for t in row):
        data.fail("targets", "hinge needs targets of -1 and 1")


def _layer(table: Table, number: int, inputs: int) -> Layer:
    units = table.integer("units", minimum=1)
    activation, pieces, shape = _activation(table)
    weights = _weights(table, number, units * pieces, inputs)
    dropout = table.number("dropout", 0.0)
    if not 0 <= dropout < 1:
        table.fail("dropout", f"dropout is {dropout:g}, but must be from 0 to below 1: the share of units left out")
    layer = Layer(units, activation, weights, _bias(table, units * pieces), pieces, shape, dropout)
    table.close()
    return layer


def _activation(table: Table) -> tuple[str, int, float]:
    """``"elu"`` or ``{name = "elu", alpha = 0.5}``: the name, maxout's pieces, the number of its shape."""
    value = table.get("activation", "identity")
    plain = not isinstance(value, dict)
    inner = Table({} if plain else value, (*table.path, "activation"), table.document)
    if plain:
        name = table.text("activation", "identity", choices=ACTIVATIONS)
    else:
        name = inner.text("name", choices=ACTIVATIONS)
    pieces = inner.integer("pieces", 2, minimum=2) if name == "maxout" else 1
    key, default = SHAPES.get(name, ("", 0.0))
    shape = inner.number(key, default) if key else 0.0
    inner.close()
    return name, pieces, shape


def _weights(table: Table, number: int, rows: int, inputs: int) -> Matrix:
    value = table.get("weights", {"init": "xavier_uniform"})
    if isinstance(value, dict):
        return _drawn(table, Table(value, (*table.path, "weights"), table.document), number, rows, inputs)
    weights = table.matrix("weights")
    if (len(weights), len(weights[0])) != (rows, inputs):
        met = f"{len(weights)} x {len(weights[0])}"
        what = "rows (units x pieces)" if "pieces" in str(table.get("activation", "")) else "units"
        needed = f"{clip(rows)} {what} x {inputs} inputs need {clip(rows)} x {inputs}"
        table.fail("weights", f"weights of layer {number} are {met}, but {needed}")
    return weights


def _drawn(table: Table, inner: Table, number: int, rows: int, inputs: int) -> Matrix:
    """Weights from a scheme and a seed."""
    if rows * inputs > MOST_WEIGHTS:
        met = f"{clip(rows)} units x {inputs} inputs"
        table.fail("units", f"{met} are more weights than a sheet has columns (16,384)")
    init = inner.text("init", "xavier_uniform", choices=initial.OPTIONS)
    seed, digits = inner.integer("seed", 0), inner.integer("digits", initial.DIGITS, minimum=1)
    if digits > MOST_DIGITS:
        inner.fail("digits", f"digits is {digits}, but a cell holds at most {MOST_DIGITS} after the point reliably")
    options = {key: inner.number(key, default) for key, default in initial.OPTIONS[init].items()}
    inner.close()
    drawn = initial.draw(init, seed, number, rows, inputs, options, digits)
    if not all(math.isfinite(weight) for row in drawn for weight in row):
        table.fail("weights", f"{init} draws weights beyond 1.8e308, but a cell holds finite numbers below that only")
    return drawn


def _bias(table: Table, units: int) -> Bias | None:
    shared = table.boolean("bias_shared", False)
    trainable = table.boolean("bias_trainable", True)
    value = table.get("bias", 0)
    if value is False:
        return None
    if not isinstance(value, list):
        return Bias((table.as_number(value, "bias"),) * (1 if shared else units), shared, trainable)
    values = table.as_row(value, "bias")
    wanted = 1 if shared else units
    if len(values) != wanted:
        table.fail(
            "bias", f"bias has {len(values)} numbers, but {wanted} are needed{' (it is shared)' if shared else ''}"
        )
    return Bias(values, shared, trainable)
