"""The samples as the network sees them: features scaled, classes as one-hot targets, batches, dropout's masks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from xlbp.reference.arithmetic import cos, features_back, features_last, in_order, sin
from xlbp.reference.history import Array
from xlbp.reference.recorder import nan_for_infinite
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES, Role, Shape
from xlbp.template.model import Model
from xlbp.template.network import Network
from xlbp.template.scaling import TARGETS, Scaled

FUNCTIONS = {"sin": sin, "cos": cos}  # of one input, which features may take
MULTIPLIER, MODULUS = 16807, 2147483647  # Park and Miller, 1988


def table(model: Model, inputs: Mapping[str, float], letter: str, marks: Sequence[str]) -> Array:
    """The numbers named ``letter[1]#1`` and so on, those of the samples with these marks: (N, ...)."""
    called, shape = model.each_of(letter), _shape(model, letter)
    if model.data.features and letter == model.network.given[0].letter:
        given = [[inputs[name.sampled(mark)] for name in model.network.given] for mark in marks]
        return with_features(model, np.array(given))
    numbers = [[inputs[name.sampled(mark)] for name in called] for mark in marks]
    return np.array(numbers).reshape(len(marks), *shape)


def with_features(model: Model, given: Array) -> Array:
    """Inputs (N, m) as they are given, and behind them what is computed from them; NaN where a cell has an error."""
    columns = list(given.T)
    for feature in model.data.features:
        first, *others = (given[:, place] for place in feature.of)
        value = first if feature.function == "product" else FUNCTIONS[feature.function](first)
        for other in others:
            value = value * other
        columns.append(nan_for_infinite(value))
    return np.stack(columns, axis=1)


def _shape(model: Model, letter: str) -> Shape:
    """The shape of a sample's inputs, or of its targets."""
    return model.target_shape if letter in (TARGETS.letter, TARGETS.raw) else model.input_shape


def statistics(model: Model, inputs: Mapping[str, float], part: Scaled) -> tuple[Array, Array]:
    """What is taken off each feature, and what it is divided by: mean and deviation, or smallest and range.

    ``part`` is the inputs, or the targets.  All steps, or places, of a feature count, and only the samples that are
    trained on: what is kept for testing must not be known.  NaN where a cell shows an error.
    """
    raw, shape = table(model, inputs, part.raw, names.rows(model.samples)), _shape(model, part.raw)
    numbers = features_last(raw, shape).reshape(-1, shape.extent(*FEATURES))  # a row for each step of each sample
    with np.errstate(all="ignore"):
        if model.scalings[part] == "minmax":
            shift = numbers.min(axis=0)
            size = numbers.max(axis=0) - shift
        else:
            shift = nan_for_infinite(_mean(numbers, model.data.plain_mean))
            size = np.sqrt(in_order(((numbers - shift) * (numbers - shift)).T) / len(numbers))
    return shift, nan_for_infinite(size)


def _mean(raw: Array, plain: bool) -> Array:
    """Each column's mean: its first number and the mean distance from that, so that 1e9 beside it costs no digits."""
    if plain:
        return in_order(raw.T) / len(raw)
    return cast(Array, raw[0] + in_order((raw - raw[0]).T) / len(raw))


def scaled(raw: Array, shape: Shape, shift: Array, size: Array) -> Array:
    """Numbers (N, ...) as the network sees them: every feature less its shift, and divided by its size."""
    return nan_for_infinite(features_back((features_last(raw, shape) - shift) / size, shape))


def prepare(model: Model, inputs: Mapping[str, float]) -> dict[str, float]:
    """All numbers of the table: ``inputs`` and what is computed from them.  NaN where a cell shows an error."""
    found = dict(inputs)
    if not model.stored:
        return found
    rows = names.rows(len(model.inputs))
    if model.data.features:
        found |= _derived(model, inputs, rows)
    for part in model.scalings:
        shift, size = statistics(model, inputs, part)
        with np.errstate(all="ignore"):
            numbers = scaled(table(model, inputs, part.raw, rows), _shape(model, part.raw), shift, size)
        for i, (less, divisor) in enumerate(zip(shift.tolist(), size.tolist(), strict=True), start=1):
            found |= {names.of_input(part.shift, i): less, names.of_input(part.size, i): divisor}
        for row, values in zip(rows, numbers.reshape(len(rows), -1).tolist(), strict=True):
            found |= zip(model.each_of(part.letter, row), values, strict=True)
    for k in range(len(model.data.classes)):
        found |= {names.of_input("t", k + 1, row): float(inputs[names.CLASS + row] == k) for row in rows}
    return found


def _derived(model: Model, inputs: Mapping[str, float], rows: Sequence[str]) -> dict[str, float]:
    """The inputs that are computed from others, row by row."""
    network = model.network
    given = np.array([[inputs[name.sampled(row)] for name in network.given] for row in rows])
    with np.errstate(all="ignore"):
        computed = with_features(model, given)[:, len(network.given) :]
    each = zip(rows, computed.tolist(), strict=True)
    return {name.sampled(row): v for row, values in each for name, v in zip(network.derived, values, strict=True)}


class Samples:
    """Which samples stand in row t: all of them, or those that the row picks; and those kept from training."""

    def __init__(self, network: Network, inputs: Mapping[str, float]) -> None:
        self.network, self.batch = network, network.batch
        prepared = prepare(network, inputs)
        marks = names.rows(len(network.inputs)) if network.stored else network.marks
        x, t = (table(network, prepared, letter, marks) for letter in "xt")
        self.x, self.t = x[: network.samples], t[: network.samples]  # (N, ...)
        self.test_x, self.test_t = x[network.samples :], t[network.samples :]
        draws = range(1, len(network.data.order) + 1)
        self.order = [inputs[f"{names.ORDER}#{k}"] for k in draws]

    def numbers(self, t: int) -> list[int]:
        """The numbers of row t's samples, from 1; 0 for a draw that is none."""
        draws = range(t * self.batch, (t + 1) * self.batch)
        if not self.order:
            return [draw % len(self.x) + 1 for draw in draws]
        found = [self.order[draw] for draw in draws]
        return [int(n) if 1 <= n < len(self.x) + 1 else 0 for n in found]

    def row(self, t: int) -> tuple[Array, Array]:
        """Inputs and targets of row t, (B, ...) each."""
        if not self.network.picks:
            return self.x, self.t
        rows = np.array(self.numbers(t)) - 1
        return self._picked(self.x, rows), self._picked(self.t, rows)

    def _picked(self, numbers: Array, rows: NDArray[np.intp]) -> Array:
        """Those of the samples at ``rows``; NaN for a row below 0, a draw that is none."""
        picked: Array = numbers[rows]
        picked[rows < 0] = np.nan
        return picked


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
        """For each layer with dropout the random numbers, ``r1``, and the masks, ``q1``, of row t: (B, ...) each."""
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
