"""The samples as the network sees them: features scaled, classes as one-hot targets, batches, dropout's masks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

import numpy as np

from xlbp.reference.arithmetic import in_order
from xlbp.reference.history import Array
from xlbp.reference.recorder import nan_for_infinite
from xlbp.template import names
from xlbp.template.blocks.block import Role
from xlbp.template.model import Model
from xlbp.template.network import Network

MULTIPLIER, MODULUS = 16807, 2147483647  # Park and Miller, 1988


def table(model: Model, inputs: Mapping[str, float], letter: str, width: int) -> Array:
    """The numbers named ``letter[1]#1`` and so on, a row per sample: (N, width)."""
    rows = names.rows(len(model.inputs))
    return np.array([[inputs[names.of_input(letter, i, row)] for i in range(1, width + 1)] for row in rows])


def statistics(model: Model, inputs: Mapping[str, float]) -> tuple[Array, Array]:
    """What is taken off each feature, and what it is divided by: mean and deviation, or smallest and range.

    Only the samples that are trained on count: what is kept for testing must not be known.  NaN where a cell shows
    an error.
    """
    raw = table(model, inputs, "raw", len(model.inputs[0]))[: model.samples]
    with np.errstate(all="ignore"):
        if model.data.scale == "minmax":
            shift = raw.min(axis=0)
            size = raw.max(axis=0) - shift
        else:
            shift = nan_for_infinite(_mean(raw, model.data.plain_mean))
            size = np.sqrt(in_order(((raw - shift) * (raw - shift)).T) / len(raw))
    return shift, nan_for_infinite(size)


def _mean(raw: Array, plain: bool) -> Array:
    """Each column's mean: its first number and the mean distance from that, so that 1e9 beside it costs no digits."""
    if plain:
        return in_order(raw.T) / len(raw)
    return cast(Array, raw[0] + in_order((raw - raw[0]).T) / len(raw))


def prepare(model: Model, inputs: Mapping[str, float]) -> dict[str, float]:
    """All numbers of the table: ``inputs`` and what is computed from them.  NaN where a cell shows an error."""
    found = dict(inputs)
    if not model.stored:
        return found
    rows = names.rows(len(model.inputs))
    if model.data.scale != "none":
        shift, size = statistics(model, inputs)
        with np.errstate(all="ignore"):
            scaled = (table(model, inputs, "raw", len(shift)) - shift) / size
        scaled = np.where(np.isfinite(scaled), scaled, np.nan)
        for i, (less, divisor) in enumerate(zip(shift.tolist(), size.tolist(), strict=True), start=1):
            found |= {names.of_input("shift", i): less, names.of_input("size", i): divisor}
        for row, values in zip(rows, scaled.tolist(), strict=True):
            found |= {names.of_input("x", i, row): v for i, v in enumerate(values, start=1)}
    for k in range(len(model.data.classes)):
        found |= {names.of_input("t", k + 1, row): float(inputs[names.CLASS + row] == k) for row in rows}
    return found


class Samples:
    """Which samples stand in row t: all of them, or those that the row picks; and those kept from training."""

    def __init__(self, network: Network, inputs: Mapping[str, float]) -> None:
        self.network, self.batch = network, network.batch
        width, outputs = len(network.inputs[0]), len(network.targets[0])
        if network.stored:
            prepared = prepare(network, inputs)
            x, t = table(network, prepared, "x", width), table(network, prepared, "t", outputs)
        else:
            x, t = (self._of_panel(inputs, letter, n) for letter, n in (("x", width), ("t", outputs)))
        self.x, self.t = x[: network.samples], t[: network.samples]  # (N, m), (N, n)
        self.test_x, self.test_t = x[network.samples :], t[network.samples :]
        draws = range(1, len(network.data.order) + 1)
        self.order = [inputs[f"{names.ORDER}#{k}"] for k in draws]

    def _of_panel(self, inputs: Mapping[str, float], letter: str, width: int) -> Array:
        columns = range(1, width + 1)
        return np.array([[inputs[names.of_input(letter, i, mark)] for i in columns] for mark in self.network.marks])

    def numbers(self, t: int) -> list[int]:
        """The numbers of row t's samples, from 1; 0 for a draw that is none."""
        draws = range(t * self.batch, (t + 1) * self.batch)
        if not self.order:
            return [draw % len(self.x) + 1 for draw in draws]
        found = [self.order[draw] for draw in draws]
        return [int(n) if 1 <= n < len(self.x) + 1 else 0 for n in found]

    def row(self, t: int) -> tuple[Array, Array]:
        """Inputs (B, m) and targets (B, n) of row t."""
        if not self.network.picks:
            return self.x, self.t
        rows = np.array(self.numbers(t)) - 1
        known = (rows >= 0)[:, None]
        return np.where(known, self.x[rows], np.nan), np.where(known, self.t[rows], np.nan)


def _random(network: Network) -> list[tuple[int, int]]:
    """The places of the nodes that draw random numbers, and their layers."""
    nodes = enumerate(network.nodes)
    return [(p, n.layer) for p, n in nodes if any(t.role is Role.RANDOM for t in network.tensors_of(n))]


class Masks:
    """Dropout's random numbers: r = 16807 r' mod (2^31 - 1), through all masks of a row and on to the next."""

    def __init__(self, network: Network, inputs: Mapping[str, float]) -> None:
        self.layers = [(n, network.shapes[p]) for p, n in _random(network)]
        self.batch, self.inputs = network.batch, inputs
        self.count = sum(math.prod(shape) for _, shape in self.layers) * network.batch
        if self.layers:
            self.start = 69621 * (math.floor(inputs[names.setting("seed")]) + 31337) % MODULUS

    def row(self, t: int) -> dict[str, Array]:
        """For each layer with dropout the random numbers, ``r1``, and the masks, ``q1``, of row t: (B, n) each."""
        masks: dict[str, Array] = {}
        state = pow(MULTIPLIER, t * self.count, MODULUS) * self.start % MODULUS if self.layers else 0
        for number, shape in self.layers:
            drawn: list[float] = []
            for _ in range(math.prod(shape) * self.batch):
                state = MULTIPLIER * state % MODULUS
                drawn.append(float(state))
            r = np.moveaxis(np.array(drawn).reshape(*shape, self.batch), -1, 0)
            share = self.inputs[names.setting(f"drop{number}")]
            kept = r + 1 - share * MODULUS > 0  # none where the share is 1 or more
            masks |= {f"r{number}": r, f"q{number}": np.where(kept, 1 / (1 - share) if share < 1 else 0.0, 0.0)}
        return masks
