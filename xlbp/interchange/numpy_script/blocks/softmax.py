"""Softmax and maxout, which take several numbers together."""

from __future__ import annotations

from typing import cast

from xlbp.interchange.numpy_script.axes import features_back, features_last, over_features, sum_over_features
from xlbp.interchange.numpy_script.node import At
from xlbp.template.blocks.block import FEATURES
from xlbp.template.blocks.maxout import Maxout


def softmax(at: At) -> str:
    """A = e^Z / sum of e^Z over the features."""
    a = at.name("a")
    at.uses("softmax")
    at.line(f"{a} = {over_features('softmax', at.x, at.shapes[0])}", "a")
    return a


def softmax_backward(at: At) -> None:
    """dE/dz_k = a_k (dE/da_k - sum of dE/da_i a_i)."""
    a = at.name("a")
    at.below(f"{a} * ({at.flow} - {sum_over_features(f'{at.flow} * {a}', at.shapes[0])})")


def maxout(at: At) -> str:
    """A = the largest of each unit's pieces."""
    pieces, a = f"pieces{at.layer}{at.passes.suffix}", at.name("a")
    units, count = at.shape.extent(*FEATURES), cast(Maxout, at.block).pieces
    at.line(f"{pieces} = {features_last(at.x, at.shapes[0])}.reshape({_leading(at)}, {units}, {count})")
    at.line(f"{a} = {features_back(f'{pieces}.max(axis=-1)', at.shape)}", "a")
    return a


def maxout_backward(at: At) -> None:
    """dE/dZ goes to the winning piece alone, of equal ones to the first."""
    at.uses("first_largest")
    k, rows = at.name("k"), at.shapes[0].extent(*FEATURES)
    at.line(f"{k} = first_largest(pieces{at.layer})", "k")
    flow = f"({features_last(at.flow, at.shape)}[..., None] * {k}).reshape({_leading(at)}, {rows})"
    at.below(features_back(flow, at.shapes[0]))


def _leading(at: At) -> str:
    """The number of samples, and of steps or places."""
    return ", ".join([at.batch, *map(str, at.shapes[0].without(*FEATURES))])
