"""The forward pass by hand: Z = A' W^T + b, A = f(Z), and the losses.  Rows are samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

import numpy as np

from xlbp.reference.activations import ACTIVATIONS, GATED, exp, log
from xlbp.reference.history import Array
from xlbp.reference.losses import LOSSES, Outputs, in_order, shared_out
from xlbp.reference.recorder import Names, Recorder
from xlbp.template import names
from xlbp.template.network import Layer, Network


def matmul(x: Array, y: Array) -> Array:
    """``x @ y``, each sum taken from left to right."""
    if x.shape[1] == 1:  # sums of one term
        return x * y
    if len(x) == 1:  # one sample needs no third axis, which takes NumPy longer
        return _down(x.T * y)[None, :]
    return _down(x.T[:, :, None] * y[:, None, :])  # (m, B, n)


def _down(terms: Array) -> Array:
    """The sums over the first axis, where NumPy adds one after the other, unless there is no other axis."""
    sums = np.add.reduce(terms, axis=0) if terms[0].size > 1 else np.add.accumulate(terms, axis=0)[-1]
    return cast(Array, sums)


class Passed(NamedTuple):
    """What a layer made: (B, n) each but ``z``, which has a column per piece of a maxout unit, and ``lse`` (B,).

    ``wins`` (B, n, pieces) is 1 for the piece of a maxout unit that its slope passes through.
    """

    z: Array
    a: Array
    lse: Array
    wins: Array


class Forward:
    """Computes and records for the samples with these marks; ``training`` is false for those kept from it."""

    def __init__(self, network: Network, record: Recorder, marks: Names, training: bool = True) -> None:
        self.network, self.record, self.marks, self.training = network, record, marks, training

    def put_units(self, quantity: str, value: Array) -> Array:
        """Record (B, n)."""
        units = range(1, value.shape[1] + 1)
        return self.record.put([f"{quantity}[{i}]{mark}" for mark in self.marks for i in units], value)

    def put_samples(self, quantity: str, value: Array) -> Array:
        """Record (B,)."""
        return self.record.put([f"{quantity}{mark}" for mark in self.marks], value)

    def layer(self, number: int, layer: Layer, below: Array, now: Mapping[str, Array]) -> Passed:
        """One layer, from what the layer below hands on."""
        z = matmul(below, now[f"W{number}"].T)
        if layer.bias:
            z = z + now[f"b{number}"]
        z = self.put_units(f"z{number}", z)
        lse, wins = np.zeros(len(z)), np.ones((len(z), layer.units, 1))
        if layer.activation == "softmax":
            lse, a = self._softmax(number, z)
        elif layer.activation == "maxout":
            a, wins = self._maxout(number, z.reshape(len(z), layer.units, layer.pieces))
        elif layer.activation in GATED:
            rule = GATED[layer.activation]
            g = self.put_units(f"g{number}", rule.gate(z))
            a = rule.f(z, g)
        else:
            a = ACTIVATIONS[layer.activation].f(z, layer.shape)
        return Passed(z, self.put_units(f"a{number}", a), lse, wins)

    def _softmax(self, number: int, z: Array) -> tuple[Array, Array]:
        most = self.put_samples(f"m{number}", np.max(z, axis=1))
        powers = self.put_units(f"u{number}", exp(self.record.cleaned(z - most[:, None])))
        sums = self.put_samples(f"S{number}", in_order(powers))
        return self.put_samples(f"lse{number}", most + log(sums)), powers / sums[:, None]

    def _maxout(self, number: int, pieces: Array) -> tuple[Array, Array]:
        """The largest of each unit's pieces (B, n, k), and which has the slope: of equal ones the first."""
        peak = np.max(pieces, axis=2)
        gap = self.record.cleaned(peak[:, :, None] - pieces)
        found, free = [], np.ones_like(peak)
        for k in range(pieces.shape[2]):  # one cell after the other, so that an error reaches what it would there
            found.append(np.where(np.isnan(gap[:, :, k]), np.nan, np.where(gap[:, :, k] > 0, 0.0, free)))
            free = free - found[-1]
        wins = np.stack(found, axis=2)
        if self.training:
            self.put_units(f"k{number}", wins.reshape(len(pieces), -1))
        return peak, wins

    def losses(self, outputs: Outputs) -> tuple[Array, Array]:
        """E of each sample, and whether it is a hit."""
        loss, n = LOSSES[self.network.loss], outputs.a.shape[1]
        self.put_units("e", outputs.e)
        each = self.put_units("E", loss.each(outputs))
        sums = in_order(each)
        alone = self.network.penalties and self.training and len(sums) == 1  # a penalty comes on top
        each_loss = shared_out(sums, n) if loss.averaged else sums
        samples = self.put_samples(names.DATA_LOSS if alone else names.LOSS, each_loss)
        hits = self._hits(outputs)
        return samples, self.put_samples(names.HITS, hits) if self.network.data.accuracy else hits

    def _hits(self, o: Outputs) -> Array:
        """1 if the first of the largest outputs is the target's; of a single output, if it is on the target's side."""
        if o.a.shape[1] == 1:
            middle = 0.0 if self.network.loss == "hinge" else 0.5
            value = o.z if self.network.loss == "binary_cross_entropy" else o.a - middle  # the logit of 1/2 is 0
            value, wanted = value[:, 0], o.t[:, 0] - middle
            return np.where(np.isnan(value + wanted), np.nan, (value > 0) == (wanted > 0))
        shown = o.z if self.network.layers[-1].activation == "softmax" else o.a
        predicted = np.take_along_axis(o.t, np.argmax(shown, axis=1)[:, None], axis=1)[:, 0]
        right = predicted == np.max(o.t, axis=1)
        return np.where(np.any(np.isnan(shown), axis=1) | np.any(np.isnan(o.t), axis=1), np.nan, right)
