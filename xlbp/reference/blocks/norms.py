"""Normalisation by hand: three paths lead back, straight, through the mean and through the deviation.

What is normalised together stands in the last axis of ``groups``: of a layer norm X with its features last,
(B, T, m), whose m features at a step make a group; of a batch norm (m, N), a feature's numbers at all steps, or
places, of all samples.
(Ba, Kiros and Hinton, Layer normalization, 2016; Ioffe and Szegedy, Batch normalization, 2015.)
"""

from __future__ import annotations

import math
from typing import NamedTuple, cast

import numpy as np

from xlbp.reference.arithmetic import features_back, features_last, in_order, samples_in_order
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import EVERYWHERE, Flags, LayerNotes, only, spread
from xlbp.template.blocks.block import FEATURES, Shape
from xlbp.template.blocks.norms import Norm


class Kept(NamedTuple):
    """For the way back: the groups of c, their deviations s, (..., 1), the groups of n, and n as (B, ...)."""

    c: Array
    s: Array
    groups: Array
    n: Array


def forward(notes: LayerNotes, block: Norm, p: Arrays, x: Array) -> tuple[Array, Kept | None]:
    """mu, c = x - mu, v = mean of c^2, s = sqrt(v + eps), n = c / s, and z = gamma n + beta.

    A batch norm goes by its running statistics where no training is; where there is, these follow the batch's.
    """
    if block.of_batch and not notes.training:
        return _by_running_statistics(notes, p, x), None
    groups = _grouped(notes, block, x)
    count = groups.shape[-1]
    mu = notes.put("mu", in_order(groups) / count)
    c = _grouped(notes, block, notes.put("c", _apart(notes, block, groups - mu[..., None])))
    v = notes.put("v", in_order(c * c) / count)
    s = notes.put("s", np.sqrt(notes.cleaned(v + p["normeps"])))[..., None]
    n = notes.put("n", _apart(notes, block, c / s))
    if block.of_batch:
        share = p["running"]
        notes.carry("rm", (1 - share) * p["rm"] + share * mu)
        notes.carry("rv", (1 - share) * p["rv"] + share * (v * count / (count - 1)))
    return _scaled(notes, p, n), Kept(c, s, _grouped(notes, block, n), n)


def backward(notes: LayerNotes, block: Norm, p: Arrays, kept: Kept, dz: Array) -> tuple[Arrays, Array]:
    """dn = gamma dz;  ds = - sum of dn n / s,  dv = ds / 2s;  dc = dn / s + 2 c dv / N;  dmu = - sum of dc.

    dE/dX = dc + dmu / N: what comes straight, what comes through the deviation, and what comes through the mean.
    """
    there = spread(notes.reached, notes.shapes[0])  # what other places than these have comes through mu and s alone
    dn = _grouped(notes, block, notes.put("dn", only(_by_feature(notes, dz, p["G"]), there)))
    count = dn.shape[-1]
    slopes = _grouped(notes, block, only(_apart(notes, block, -kept.groups / kept.s), there))
    ds = notes.put("ds", in_order(dn * slopes))
    dv = notes.put("dv", ds * (0.5 / kept.s[..., 0]))[..., None]
    dc = dv * (2 * kept.c / count) + dn * (1 / kept.s)
    dc = _grouped(notes, block, notes.put("dc", _apart(notes, block, dc), EVERYWHERE if block.of_batch else None))
    dmu = notes.put("dmu", in_order(-dc))[..., None]
    gradients = {"G": only(dz * kept.n, there), "B": only(dz, there)}
    parts = {letter: _by_place(notes, gradient) for letter, gradient in gradients.items()}
    return parts, _apart(notes, block, dmu / count + dc)


def _by_running_statistics(notes: LayerNotes, p: Arrays, x: Array) -> Array:
    """n = (x - mu_run) / sqrt(v_run + eps)."""
    shape = notes.shapes[0]
    c = notes.put("c", features_back(features_last(x, shape) - p["rm"], shape))
    deviation = np.sqrt(notes.cleaned(p["rv"] + p["normeps"]))
    return _scaled(notes, p, notes.put("n", features_back(features_last(c, shape) / deviation, shape)))


def _scaled(notes: LayerNotes, p: Arrays, n: Array) -> Array:
    """Z = gamma N + beta."""
    z = features_last(_by_feature(notes, n, p["G"]), notes.shapes[0]) + p["B"]
    return notes.put("z", features_back(z, notes.shapes[0]))


def _by_feature(notes: LayerNotes, value: Array, factor: Array) -> Array:
    """(B, ...) times a factor for each feature, or channel."""
    return features_back(features_last(value, notes.shapes[0]) * factor, notes.shapes[0])


def _by_place(notes: LayerNotes, value: Array) -> Array:
    """The sums over the samples of (B, ...), for each step, or place, and feature: (P, m)."""
    sums = samples_in_order(features_last(value, notes.shapes[0]))
    return sums.reshape(-1, sums.shape[-1])


def _grouped(notes: LayerNotes, block: Norm, x: Array) -> Array:
    """(B, ...) in groups: the samples of a step, or place, are side by side in a batch's."""
    by_feature = features_last(x, notes.shapes[0])
    if not block.of_batch:
        return by_feature
    samples, *_, features = by_feature.shape
    return cast(Array, by_feature.reshape(samples, -1, features).T.reshape(features, -1))


def _apart(notes: LayerNotes, block: Norm, groups: Array) -> Array:
    """The way back from :func:`_grouped`."""
    if not block.of_batch:
        return features_back(groups, notes.shapes[0])
    places = notes.shapes[0].without(*FEATURES)
    features = len(groups)
    by_sample = groups.reshape(features, math.prod(places), -1).T
    return features_back(by_sample.reshape(-1, *places, features), notes.shapes[0])


def reached(block: Norm, shape: Shape, places: Flags) -> Flags:
    """All steps, or places: each is in the batch's mean."""
    return np.ones(shape.without(*FEATURES), dtype=bool)
