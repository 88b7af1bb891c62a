"""Attention: as a function of the domain xlbp, and the masks of one that is written out as products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.interchange.draft import Numbers
from xlbp.interchange.onnx_operators.place import Constant, Place, Shown, letters
from xlbp.interchange.written_attention import Scores

ATTENTION = "a template has products of layers in attention alone: softmax(q k / sqrt(size)) v, with one head"


HIDDEN = -1e4  # at most what is added to the scores of steps that are not seen


def masked(at: Place, scores: Scores, hides: NDArray[Any]) -> Scores:
    """Scores of which some are hidden, as a matrix says: those of later steps."""
    steps = scores.query.axes[0].size
    later = np.triu(np.ones((steps, steps), dtype=bool), 1)
    mask = hides.reshape(hides.shape[-2:]) if hides.size == later.size else hides
    if not np.array_equal(mask, later):
        at.refuse("its mask is none that a template has; take a causal one, or none")
    return replace(scores, causal=True)


def where(at: Place, inputs: Sequence[Any]) -> Scores:
    """Scores where a mask says so, elsewhere -inf."""
    mask, kept, other = inputs
    is_kept = isinstance(kept, Scores)
    scores, number = (kept, other) if is_kept else (other, kept)
    if not isinstance(scores, Scores) or not isinstance(number, Constant) or float(number.array.max()) > HIDDEN:
        at.refuse(f"it chooses between layers; {ATTENTION}")
    seen = at.constant(mask, "mask").array.astype(bool)
    return masked(at, scores, ~seen if is_kept else seen)


def attention(at: Place, inputs: Sequence[Any]) -> Shown:
    """The function of the domain xlbp."""
    x, divisor, *arrays = inputs
    keys = {"Q": "query", "K": "key", "V": "value", "O": "out", "b": "bias", "c": "out_bias"}
    numbers: dict[str, Numbers | None] = {
        keys[letter]: at.constant(array, "parameters").numbers
        for letter, array in zip(letters(at), arrays, strict=True)
    }
    query = numbers["query"]
    assert query is not None
    size, heads = len(query.array), at.attributes["heads"]
    told: dict[str, Any] = {"size": size} | ({"heads": heads} if heads != 1 else {})
    told |= {"causal": True} if at.attributes["causal"] else {}
    dk = float(at.constant(divisor, "divisor").array)
    told |= {"divide_by_root_of": dk} if dk != size / heads else {}
    return at.shown(at.draft.attention(at.plain(x), numbers, told, at.told))
