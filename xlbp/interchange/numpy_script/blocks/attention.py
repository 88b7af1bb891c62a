"""Self-attention: each step asks, is asked, and hands on; with several heads side by side.

(Vaswani et al., Attention is all you need, 2017.)
"""

from __future__ import annotations

from typing import cast

from xlbp.interchange.numpy_script.axes import features_back, features_last, product_of_features
from xlbp.interchange.numpy_script.blocks.dense import plus_bias, steps_of
from xlbp.interchange.numpy_script.node import At
from xlbp.template.blocks.attention import PROJECTIONS, Attention


def block_of(at: At) -> Attention:
    """The block itself."""
    return cast(Attention, at.block)


def by_head(at: At, text: str) -> str:
    """(B, steps, size) head by head, unless there is one head."""
    heads = block_of(at).heads
    if heads == 1:
        return text
    at.uses("split_heads")
    return f"split_heads({text}, {heads})"


def of_heads(at: At, text: str) -> str:
    """The heads side by side again."""
    if block_of(at).heads == 1:
        return text
    at.uses("join_heads")
    return f"join_heads({text})"


def attention(at: At) -> str:
    """P = softmax of Q K^T / sqrt(d_k), row by row;  H = P V;  Z = H O^T + c."""
    block, x = block_of(at), features_last(at.x, at.shapes[0])
    for number, (letter, (matrix, _)) in enumerate(PROJECTIONS.items()):
        first, end = number * block.size, (number + 1) * block.size
        bias = f" + {at.p('b')}[{first}:{end}]" if at.has("b") else ""
        at.line(f"{at.name(letter)} = {by_head(at, f'{x} @ {at.p(matrix)}.T{bias}')}", letter)
    q, k, v, s, p = (at.name(letter) for letter in "qkvsp")
    at.line(f"{s} = {q} @ {k}.swapaxes(-1, -2) / np.sqrt({at.setting('dk')})", "s")
    if block.causal:
        steps = steps_of(at.shapes[0])
        at.line(f"{s} = np.where(np.tri({steps}, dtype=bool), {s}, -np.inf)", note="no step sees a later one")
    at.uses("softmax")
    at.line(f"{p} = softmax({s})", "p")
    taken = at.name("h" if block.has_out else "z")
    at.line(f"{taken} = {of_heads(at, f'{p} @ {v}')}", "h" if block.has_out else "z")
    if not block.has_out:
        return taken
    z = at.name("z")
    at.line(f"{z} = {taken} @ {at.p('O')}.T{plus_bias(at, 'c')}", "z")
    return z


def attention_backward(at: At) -> None:
    """dP = dH V^T;  dS = P (dP - sum of dP P);  dQ = dS K / sqrt(d_k),  dK = dS^T Q / sqrt(d_k),  dV = P^T dH."""
    block, shape = block_of(at), at.shapes[0]
    q, k, v, p, h = (at.name(letter) for letter in "qkvph")
    dq, dk, dv, ds, dp, dh = (at.d(letter) for letter in ("q", "k", "v", "s", "p", "h"))
    taken = at.flow
    if block.has_out:
        at.gradient("O", product_of_features(at.flow, h, shape))
        at.gradient("c", f"{at.flow}.sum(axis=(0, 1))")
        at.line(f"{dh} = {at.flow} @ {at.p('O')}", "dh")
        taken = dh
    if block.heads > 1:
        heads = f"dheads{at.layer}"
        at.line(f"{heads} = {by_head(at, taken)}")
        taken = heads
    root = f"np.sqrt({at.setting('dk')})"
    at.line(f"{dp} = {taken} @ {v}.swapaxes(-1, -2)", "dp")
    at.line(f"{ds} = {p} * ({dp} - np.sum({dp} * {p}, axis=-1, keepdims=True))", "ds")
    at.line(f"{dq} = {of_heads(at, f'{ds} @ {k} / {root}')}", "dq")
    at.line(f"{dk} = {of_heads(at, f'{ds}.swapaxes(-1, -2) @ {q} / {root}')}", "dk")
    at.line(f"{dv} = {of_heads(at, f'{p}.swapaxes(-1, -2) @ {taken}')}", "dv")
    _to_parameters(at, {"q": dq, "k": dk, "v": dv})


def _to_parameters(at: At, flows: dict[str, str]) -> None:
    """The gradients of the three matrices and their biases, and dE/dX."""
    shape = at.shapes[0]
    x = features_last(at.x, shape)
    for letter, flow in flows.items():
        at.gradient(PROJECTIONS[letter][0], product_of_features(flow, x, shape))
    sums = ", ".join(f"{flow}.sum(axis=(0, 1))" for flow in flows.values())
    at.gradient("b", f"np.concatenate([{sums}])")
    products = (f"{flow} @ {at.p(PROJECTIONS[letter][0])}" for letter, flow in flows.items())
    at.below(features_back(" + ".join(products), shape))
