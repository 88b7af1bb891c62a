"""Reads one [[network.layers]]: its block with the numbers it starts from, its activation, its dropout."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from xlbp.template import initial
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.blocks.block import Block, Parameter, Role, Shape
from xlbp.template.blocks.dropout import Dropout
from xlbp.template.layer_kinds import KINDS
from xlbp.template.network import Node
from xlbp.template.table import MATRIX, MISSING, Table, clip

MOST_WEIGHTS = 1_000_000
MOST_DIGITS = 12


def read_layer(table: Table, number: int, place: int, source: int, shape: Shape) -> Iterator[Node]:
    """The nodes of layer ``number``, the first of them at ``place``; it takes what ``source`` passes on."""
    kind = table.text("kind", "dense", choices=KINDS)
    activation = _activation(table)
    block = KINDS[kind](table, (shape,), activation.pieces if activation else 1)
    parameters = block.parameters(shape)
    weights = {p.letter: _weights(table, number, p) for p in parameters if p.role is Role.WEIGHT}
    share = _dropout(table)
    biases = {p.letter: _biases(table, p) for p in parameters if p.role is Role.BIAS}
    frozen = frozenset() if table.boolean("bias_trainable", True) else frozenset(biases)
    table.close()
    yield Node(number, block, (source,), weights | biases, frozen)
    after = [activation, Dropout(share) if share else None]
    for before, follower in enumerate(filter(None, after), start=place):
        yield Node(number, follower, (before,))


def _activation(table: Table) -> Block | None:
    """``"elu"`` or ``{name = "elu", alpha = 0.5}``; None where a is z."""
    value = table.get("activation", "identity")
    is_name = not isinstance(value, dict)
    inner = Table({} if is_name else value, (*table.path, "activation"), table.document)
    if is_name:
        name = table.text("activation", "identity", choices=ACTIVATIONS)
    else:
        name = inner.text("name", choices=ACTIVATIONS)
    activation = ACTIVATIONS[name]
    option = activation.default
    if activation.is_counted:
        option = inner.integer(activation.option, int(activation.default), minimum=2)
    elif activation.option:
        option = inner.number(activation.option, activation.default)
    inner.close()
    return activation.block(name, option)


def _dropout(table: Table) -> float:
    share = table.number("dropout", 0.0)
    if not 0 <= share < 1:
        table.fail("dropout", f"dropout is {share:g}, but must be from 0 to below 1: the share of units left out")
    return share


def _given(table: Table, parameter: Parameter) -> Any:
    """What the template says of a parameter, or what that starts from where it is silent."""
    return table.get(parameter.key, MISSING if parameter.fallback is None else parameter.fallback)


def _weights(table: Table, number: int, parameter: Parameter) -> tuple[float, ...]:
    """A parameter's numbers in row-major order, as written or as drawn."""
    key, value = parameter.key, _given(table, parameter)
    if isinstance(value, dict):
        return _drawn(table, Table(value, (*table.path, key), table.document), number, parameter)
    if not table.has(key):
        return (table.as_number(value, key),) * len(parameter.indices())
    shape, values = table.array(key, len(parameter.shape))
    if shape != parameter.shape:
        table.fail(key, f"{key} of layer {number} are {_by(shape)}, but {_needed(parameter)}")
    return values


def _needed(parameter: Parameter) -> str:
    """``2 units x 3 inputs need 2 x 3``; of what is no matrix, its shape alone."""
    if len(parameter.shape) != MATRIX:
        return f"{_by(parameter.shape)} are needed"
    rows, inputs = map(clip, parameter.shape)
    what = "rows (units x pieces)" if parameter.pieces > 1 else "units"
    return f"{rows} {what} x {inputs} inputs need {rows} x {inputs}"


def _by(shape: Shape) -> str:
    return " x ".join(map(clip, shape))


def _drawn(table: Table, inner: Table, number: int, parameter: Parameter) -> tuple[float, ...]:
    """Weights from a scheme and a seed."""
    key, rows, inputs = parameter.key, parameter.shape[0], math.prod(parameter.shape[1:])
    if rows * inputs > MOST_WEIGHTS:
        met = f"{clip(rows)} units x {clip(inputs)} inputs"
        table.fail("units", f"{met} are more weights than a sheet has columns (16,384)")
    init = inner.text("init", "xavier_uniform", choices=initial.OPTIONS)
    seed, digits = inner.integer("seed", 0), inner.integer("digits", initial.DIGITS, minimum=1)
    if digits > MOST_DIGITS:
        inner.fail("digits", f"digits is {digits}, but a cell holds at most {MOST_DIGITS} after the point reliably")
    options = {key: inner.number(key, default) for key, default in initial.OPTIONS[init].items()}
    inner.close()
    drawn = initial.draw(init, seed, number, rows, inputs, options, digits)
    weights = tuple(weight for row in drawn for weight in row)
    if not all(map(math.isfinite, weights)):
        table.fail(key, f"{init} draws {key} beyond 1.8e308, but a cell holds finite numbers below that only")
    return weights


def _biases(table: Table, parameter: Parameter) -> tuple[float, ...]:
    """One number for all, or one for each."""
    key, count, value = parameter.key, len(parameter.indices()), _given(table, parameter)
    if not isinstance(value, list):
        return (table.as_number(value, key),) * count
    values = table.as_row(value, key)
    if len(values) != count:
        shared = "" if parameter.shape else " (it is shared)"
        table.fail(key, f"{key} has {len(values)} numbers, but {count} are needed{shared}")
    return values
