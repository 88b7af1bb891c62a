"""Softmax: A = exp(Z) / sum of exp(Z), from each sample's largest Z down.

Shapes: (B, n), of a sequence (B, steps, n) and of maps (B, n, height, width), with a softmax at each step or place.
"""

from __future__ import annotations

import numpy as np

from xlbp.reference.arithmetic import exp, features_back, features_last, in_order, log
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.template.blocks.softmax import Softmax


def forward(notes: LayerNotes, block: Softmax, p: Arrays, z: Array) -> tuple[Array, Array]:
    """A, also for the way back; the log-sum-exp of Z is recorded for losses that start from it."""
    shape = notes.shapes[0]
    logits = features_last(z, shape)
    most = notes.put("m", np.max(logits, axis=-1))
    u = notes.put("u", features_back(exp(notes.cleaned(logits - most[..., None])), shape))
    powers = features_last(u, shape)
    sums = notes.put("S", in_order(powers))
    notes.put("lse", most + log(sums))
    a = notes.put("a", features_back(powers / sums[..., None], shape))
    return a, a


def backward(notes: LayerNotes, block: Softmax, p: Arrays, a: Array, da: Array) -> tuple[Arrays, Array]:
    """dE/dz_k = a_k (da_k - sum of da_i a_i)."""
    shape = notes.shapes[0]
    shares, flow = features_last(a, shape), features_last(da, shape)
    dlse = notes.put("dlse", -in_order(flow * shares))
    return {}, features_back(dlse[..., None] * shares + flow * shares, shape)
