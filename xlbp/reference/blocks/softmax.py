"""Softmax: A = exp(Z) / sum of exp(Z), from each sample's largest Z down.  Shapes: (B, n)."""

from __future__ import annotations

import numpy as np

from xlbp.reference.arithmetic import exp, in_order, log
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.template.blocks.softmax import Softmax


def forward(notes: LayerNotes, block: Softmax, p: Arrays, z: Array) -> tuple[Array, Array]:
    """A, also for the way back; the log-sum-exp of Z is recorded for losses that start from it."""
    most = notes.put("m", np.max(z, axis=1))
    powers = notes.put("u", exp(notes.cleaned(z - most[:, None])))
    sums = notes.put("S", in_order(powers))
    notes.put("lse", most + log(sums))
    a = notes.put("a", powers / sums[:, None])
    return a, a


def backward(notes: LayerNotes, block: Softmax, p: Arrays, a: Array, da: Array) -> tuple[Arrays, Array]:
    """dE/dz_k = a_k (da_k - sum of da_i a_i)."""
    dlse = notes.put("dlse", -in_order(da * a))
    return {}, dlse[:, None] * a + da * a
