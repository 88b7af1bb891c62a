"""Self-attention: each step asks, is asked, and hands on; with several heads side by side.

(Vaswani et al., Attention is all you need, 2017.)
"""

from __future__ import annotations

from typing import cast

from xlbp.interchange.numpy_script.axes import features_back, features_last, product_of_features
from xlbp.interchange.numpy_script.blocks.dense import plus_bias, steps_of
from xlbp.interchange.numpy_script.node import At
from xlbp.template.blocks.attention import PROJECTIONS, Attention

SCORES = {"s": "{q} @ {k}.swapaxes(-1, -2) / {root}"}
SHARES = {"p": "softmax({s})"}
BACK = {  # from what comes back to each head
    "dp": "{taken} @ {v}.swapaxes(-1, -2)",
    "ds": "{p} * ({dp} - np.sum({dp} * {p}, axis=-1, keepdims=True))",
}
PRODUCTS_BACK = {  # of each head
    "dq": "{ds} @ {k} / {root}",
    "dk": "{ds}.swapaxes(-1, -2) @ {q} / {root}",
    "dv": "{p}.swapaxes(-1, -2) @ {taken}",
}


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
    """P = softmax of Q K^T / sqrt(d_k), row by row;  H = P V;  Z = H O^T + c, or H itself."""
    block, root = block_of(at), f"np.sqrt({at.setting('dk')})"
    _project(at)
    at.compute(SCORES, root=root)
    if block.causal:
        s = at.name("s")
        at.line(
            f"{s} = np.where(np.tri({steps_of(at.shapes[0])}, dtype=bool), {s}, -np.inf)", note="none sees a later one"
        )
    at.uses("softmax")
    at.compute(SHARES)
    taken = of_heads(at, f"{at.name('p')} @ {at.name('v')}")
    if not block.has_out:
        at.compute({"z": taken})
    else:
        at.compute({"h": taken, "z": f"{{h}} @ {at.p('O')}.T{plus_bias(at, 'c')}"})
    return at.name("z")


def _project(at: At) -> None:
    """Queries, keys and values; their biases stand one after the other in b."""
    size, x = block_of(at).size, features_last(at.x, at.shapes[0])
    for number, (letter, (matrix, _)) in enumerate(PROJECTIONS.items()):
        rows = f"[{number * size}:{(number + 1) * size}]"
        bias = f" + {at.p('b')}{rows}" if at.has("b") else ""
        at.compute({letter: by_head(at, f"{x} @ {at.p(matrix)}.T{bias}")})


def attention_backward(at: At) -> None:
    """dP = dH V^T;  dS = P (dP - sum of dP P);  dQ = dS K / sqrt(d_k),  dK = dS^T Q / sqrt(d_k),  dV = P^T dH."""
    block, taken = block_of(at), at.flow
    if block.has_out:
        at.gradient("O", product_of_features(at.flow, at.name("h"), at.shapes[0]))
        at.gradient("c", f"{at.flow}.sum(axis=(0, 1))")
        at.compute({"dh": f"{{flow}} @ {at.p('O')}"})
        taken = at.d("h")
    if block.heads > 1:
        heads = f"dheads{at.layer}"
        at.line(f"{heads} = {by_head(at, taken)}")
        taken = heads
    at.compute(BACK, taken=taken)
    products = {letter: of_heads(at, product) for letter, product in PRODUCTS_BACK.items()}
    at.compute(products, taken=taken, root=f"np.sqrt({at.setting('dk')})")
    _to_parameters(at)


def _to_parameters(at: At) -> None:
    """The gradients of the three matrices and their biases, and dE/dX."""
    shape = at.shapes[0]
    x, flows = features_last(at.x, shape), {at.d(letter): matrix for letter, (matrix, _) in PROJECTIONS.items()}
    for flow, matrix in flows.items():
        at.gradient(matrix, product_of_features(flow, x, shape))
    sums = ", ".join(f"{flow}.sum(axis=(0, 1))" for flow in flows)
    at.gradient("b", f"np.concatenate([{sums}])")
    at.below(features_back(" + ".join(f"{flow} @ {at.p(matrix)}" for flow, matrix in flows.items()), shape))
