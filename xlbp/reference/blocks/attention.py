"""Self-attention by hand.  X is (B, T, m), queries, keys and values (B, T, n), of H heads; scores (B, H, T, T).

S = Q K^T / sqrt(d_k),  P = softmax of S row by row,  H = P V, head by head,  Z = H O^T + c; without O it is H.
Back: dP = dH V^T,  dS_ij = P_ij (dP_ij - sum over k of dP_ik P_ik),  dQ = dS K / sqrt(d_k),  dK = dS^T Q / sqrt(d_k),
dV = P^T dH.  (Vaswani et al., Attention is all you need, 2017.)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xlbp.reference.arithmetic import (
    by_place,
    exp,
    features_back,
    features_last,
    in_order,
    log,
    matmul,
    matmul_by_step,
    samples_in_order,
)
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import Flags, LayerNotes, only
from xlbp.template.blocks.attention import PROJECTIONS, Attention
from xlbp.template.blocks.block import Axis, Shape


class Kept(NamedTuple):
    """X, the queries, keys and values by letter, the shares P, and what the heads take H."""

    x: Array
    projected: Arrays
    p: Array
    h: Array


def forward(notes: LayerNotes, block: Attention, p: Arrays, x: Array) -> tuple[Array, Kept]:
    """Z, and what the way back needs."""
    projected, x = {}, features_last(x, notes.shapes[0])
    for number, (letter, (matrix, _)) in enumerate(PROJECTIONS.items()):
        value = matmul_by_step(x, p[matrix].T)
        bias = p["b"][number * block.size : (number + 1) * block.size] if "b" in p else None
        projected[letter] = notes.put(letter, value if bias is None else value + bias)
    q, k, v = (_by_head(block, projected[letter]) for letter in PROJECTIONS)
    there = seen(block, x.shape[1])
    scores = in_order(q[:, :, :, None] * k[:, :, None]) / np.sqrt(notes.cleaned(p["dk"]))
    shares = _softmax(notes, notes.put("s", scores, _of_all(block, there)), _of_all(block, there))
    taken = in_order(np.moveaxis(only(shares[..., None] * v[:, :, None], there[..., None]), 3, -1))
    h = notes.put("h" if block.has_out else "z", _of_heads(taken))
    kept = Kept(x, projected, shares, h)
    if not block.has_out:
        return h, kept
    z = matmul_by_step(h, p["O"].T)
    return notes.put("z", z + p["c"] if "c" in p else z), kept


def _softmax(notes: LayerNotes, scores: Array, there: Flags) -> Array:
    """The shares of what is seen, and 0 for the rest."""
    most = notes.put("m", np.max(np.where(there, scores, -np.inf), axis=-1))
    u = notes.put("u", exp(notes.cleaned(np.where(there, scores - most[..., None], 0.0))), there)
    sums = notes.put("S", in_order(only(u, there)))
    notes.put("lse", most + log(sums))
    return notes.put("p", only(u, there) / sums[..., None], there)


def backward(notes: LayerNotes, block: Attention, p: Arrays, kept: Kept, dz: Array) -> tuple[Arrays, Array]:
    """Step by step the gradients, and dE/dX."""
    there = seen(block, kept.x.shape[1])
    asking = there & notes.reached[:, None]  # a step that the loss does not depend on asks for nothing
    gradients: dict[str, Array] = {}
    dh = dz
    if block.has_out:
        gradients["O"] = _products(dz, only(kept.h, notes.reached[:, None]))
        if "c" in p:
            gradients["c"] = samples_in_order(dz)
        dh = notes.put("dh", matmul_by_step(dz, p["O"]))
    ds, dv = _through_softmax(notes, block, kept, _by_head(block, dh), asking)
    root = np.sqrt(p["dk"])
    q, k = (_by_head(block, kept.projected[letter]) / root for letter in "qk")
    dq = in_order(np.moveaxis(only(ds[..., None] * k[:, :, None], asking[..., None]), 3, -1))
    dk = in_order(np.moveaxis(only(ds[..., None] * q[:, :, :, None], asking[..., None]), 2, -1))
    asked: Flags = np.asarray(asking.any(axis=0))
    flows = {
        "q": notes.put("dq", _of_heads(dq), spread_over(notes.reached, block)),
        "k": notes.put("dk", _of_heads(dk), spread_over(asked, block)),
        "v": notes.put("dv", _of_heads(dv), spread_over(asked, block)),
    }
    for letter, flow in flows.items():
        gradients[PROJECTIONS[letter][0]] = _products(flow, kept.x)
    if "b" in p:
        gradients["b"] = np.concatenate([samples_in_order(flow) for flow in flows.values()], axis=1)
    every = np.concatenate(list(flows.values()), axis=-1)
    weights = np.concatenate([p[PROJECTIONS[letter][0]] for letter in flows], axis=0)
    return gradients, features_back(matmul_by_step(every, weights), notes.shapes[0])


def _through_softmax(notes: LayerNotes, block: Attention, kept: Kept, dh: Array, asking: Flags) -> tuple[Array, Array]:
    """dS (B, H, T, T), and dV by head, (B, H, T, n)."""
    v = _by_head(block, kept.projected["v"])
    dp = notes.put("dp", in_order(dh[:, :, :, None] * v[:, :, None]), _of_all(block, asking))
    flow = only(dp * kept.p, asking)
    dlse = notes.put("dlse", -in_order(flow))
    ds = notes.put("ds", only(dlse[..., None] * kept.p + flow, asking), _of_all(block, asking))
    dv = in_order(np.moveaxis(only(kept.p[..., None] * dh[:, :, :, None], asking[..., None]), 2, -1))
    return ds, dv


def seen(block: Attention, steps: int) -> Flags:
    """Which steps each one sees: (T, T)."""
    every = np.ones((steps, steps), dtype=bool)
    return np.tril(every) if block.causal else every


def reached(block: Attention, shape: Shape, steps: Flags) -> Flags:
    """The steps that the loss depends on as queries, and those that these see."""
    there: Flags = steps | (seen(block, shape.extent(Axis.STEP)) & steps[:, None]).any(axis=0)
    return there


def spread_over(steps: Flags, block: Attention) -> Flags:
    """From flags of the steps: those of all features at each, (T, n)."""
    return np.repeat(steps[:, None], block.size, axis=1)


def _of_all(block: Attention, pairs: Flags) -> Flags:
    """From flags of pairs of steps: those of all heads, (H, T, T)."""
    return np.repeat(pairs[None], block.heads, axis=0)


def _by_head(block: Attention, value: Array) -> Array:
    """(B, T, n) head by head: (B, H, T, n / H)."""
    samples, steps, _ = value.shape
    return np.moveaxis(value.reshape(samples, steps, block.heads, block.width), 2, 1)


def _of_heads(value: Array) -> Array:
    """(B, H, T, n / H) with the heads side by side: (B, T, n)."""
    by_step = np.moveaxis(value, 1, 2)
    return by_step.reshape(*by_step.shape[:2], -1)


def _products(flow: Array, x: Array) -> Array:
    """The sums over the samples of dE/dY^T X at each step: (T, n, m)."""
    return by_place([matmul(flow[:, t].T, x[:, t]) for t in range(x.shape[1])])
