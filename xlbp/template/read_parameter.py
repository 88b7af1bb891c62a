"""Reads the numbers that a parameter starts from: as written, or drawn by a scheme and a seed."""

from __future__ import annotations

import math
from typing import Any

from xlbp.errors import counted
from xlbp.template import initial
from xlbp.template.blocks.block import Parameter, Role
from xlbp.template.table import MATRIX, MISSING, Table, clip

MOST_WEIGHTS = 1_000_000
MOST_DIGITS = 12
SAME_AS = "same_as"  # in place of a scheme: the layer whose parameter it is
ONE_CHANNEL = 1  # the axis of a kernel that may be left out where there is one channel


def read_parameter(table: Table, number: int, parameter: Parameter) -> tuple[float, ...]:
    """The numbers of a parameter of layer ``number``, the last index running fastest."""
    if parameter.role is Role.WEIGHT or len(parameter.shape) >= MATRIX:
        return _weights(table, number, parameter)
    return _one_for_all_or_each(table, parameter)


def _told(table: Table, parameter: Parameter) -> Any:
    """What the template says of a parameter, or what that starts from where it is silent."""
    return table.get(parameter.key, MISSING if parameter.fallback is None else parameter.fallback)


def _weights(table: Table, number: int, parameter: Parameter) -> tuple[float, ...]:
    """As written in lists as deep as the parameter's shape, or as drawn."""
    key, value = parameter.key, _told(table, parameter)
    if isinstance(value, dict):
        return _drawn(table, Table(value, (*table.path, key), table.document), number, parameter)
    if not table.has(key) or not parameter.shape:
        return (table.as_number(value, key),) * len(parameter.indices())
    expected = _as_deep(value, parameter.shape)
    shape, values = table.array(key, len(expected))
    if shape != expected:
        table.fail(key, f"{key} of layer {number} are {_by(shape)}, but {_needed(parameter)}")
    return values


def _as_deep(value: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape, without the axis of a single channel where the lists leave that out."""
    depth, part = 0, value
    while isinstance(part, list):
        depth, part = depth + 1, part[0] if part else None
    if len(shape) > MATRIX and shape[ONE_CHANNEL] == 1 and depth == len(shape) - 1:
        return (*shape[:ONE_CHANNEL], *shape[ONE_CHANNEL + 1 :])
    return tuple(shape)


def _needed(parameter: Parameter) -> str:
    """``2 units x 3 inputs need 2 x 3``; of what is no matrix, its shape alone."""
    if len(parameter.shape) != MATRIX:
        return f"{_by(parameter.shape)} are needed"
    rows, inputs = map(clip, parameter.shape)
    what = "rows (units x pieces)" if parameter.pieces > 1 else "units"
    if parameter.gates:
        what = f"rows ({len(parameter.gates)} gates x units)"
    return f"{rows} {what} x {inputs} inputs need {rows} x {inputs}"


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(clip, shape))


def _drawn(table: Table, inner: Table, number: int, parameter: Parameter) -> tuple[float, ...]:
    """Weights from a scheme and a seed, each gate's for itself."""
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
    scheme = initial.Scheme(init, seed, options, digits, parameter.window)
    own = f"{number}" if key == "weights" else f"{number} {key}"
    streams = [own, *(f"{own} {gate}" for gate in parameter.gates[1:])]
    drawn = [initial.draw(scheme, stream, rows // len(streams), inputs) for stream in streams]
    weights = tuple(weight for gate in drawn for row in gate for weight in row)
    if not all(map(math.isfinite, weights)):
        table.fail(key, f"{init} draws {key} beyond 1.8e308, but a cell holds finite numbers below that only")
    return weights


def _one_for_all_or_each(table: Table, parameter: Parameter) -> tuple[float, ...]:
    """One number for all, or one for each."""
    key, count, value = parameter.key, len(parameter.indices()), _told(table, parameter)
    if not isinstance(value, list):
        return (table.as_number(value, key),) * count
    values = table.as_row(value, key)
    if len(values) != count:
        shared = "" if parameter.shape else " (it is shared)"
        table.fail(key, f"{key} has {counted(len(values), 'number')}, but {count} are needed{shared}")
    return values
