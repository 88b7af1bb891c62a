"""Sums of layers, numbers in another order, and dropout."""

from __future__ import annotations

from itertools import accumulate, pairwise

from xlbp.interchange.numpy_script.axes import features_axis
from xlbp.interchange.numpy_script.literals import assigned_list
from xlbp.interchange.numpy_script.node import At
from xlbp.template.blocks.block import FEATURES

MOST_INPUTS = 6  # that are put side by side in one line


def add(at: At) -> str:
    """Z = X + Y + ..."""
    z = at.name("z")
    at.line(f"{z} = {' + '.join(at.inputs)}", "z")
    return z


def add_backward(at: At) -> None:
    """The derivative by each input is that by the sum."""
    for number in range(len(at.inputs)):
        at.below(at.flow, number)


def flatten(at: At) -> str:
    """All numbers of a sample in a row."""
    flat = at.name("flat")
    at.line(f"{flat} = {at.x}.reshape({at.batch}, -1)", note="all numbers of a sample in a row")
    return flat


def flatten_backward(at: At) -> None:
    """The derivatives in the shape of what came in."""
    at.below(f"{at.flow}.reshape({at.x}.shape)")


def concat(at: At) -> str:
    """The features, or the channels, side by side."""
    joined, inputs = at.name("joined"), f"[{', '.join(at.inputs)}]"
    if len(at.inputs) > MOST_INPUTS:
        inputs = at.name("branches")
        at.passes.lines.lines += assigned_list(inputs, at.inputs)
    at.line(f"{joined} = np.concatenate({inputs}, axis={_axis(at)})", note="side by side")
    return joined


def concat_backward(at: At) -> None:
    """To each input its share."""
    ends = accumulate((shape.extent(*FEATURES) for shape in at.shapes), initial=0)
    before = ":, " * _axis(at)
    for number, (first, end) in enumerate(pairwise(ends)):
        at.below(f"{at.flow}[{before}{first}:{end}]", number)


def _axis(at: At) -> int:
    """Where the inputs stand side by side; images without channels above one another."""
    return features_axis(at.shapes[0]) or 1


def dropout(at: At) -> str:
    """H = A Q with a mask Q that is drawn for each row; A itself where no training is."""
    if not at.training:
        return at.x
    r, q, h = at.name("r"), at.name("q"), at.name("h")
    numbers = f"np.fromiter(random, dtype=float, count={' * '.join([*map(str, at.shape), at.batch])})"
    by_unit = f"{numbers}.reshape({', '.join(map(str, at.shape))}, {at.batch})"
    at.line(f"{r} = {by_unit}.T" if len(at.shape) == 1 else f"{r} = np.moveaxis({by_unit}, -1, 0)", "r")
    share = at.setting("drop")
    if at.number("drop") < 1:
        at.line(f"{q} = ({r} + 1 > {share} * (2**31 - 1)) / (1 - {share})", "q")
    else:
        at.line(f"{q} = np.zeros_like({r})", "q", "nothing stays")
    at.line(f"{h} = {at.x} * {q}", "h")
    return h


def dropout_backward(at: At) -> None:
    """dE/dA = dE/dH Q."""
    at.below(f"{at.flow} * {at.name('q')}")
