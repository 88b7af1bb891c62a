"""Layer norm and batch norm: three paths lead back, straight, through the mean and through the deviation."""

from __future__ import annotations

import math
from typing import cast

from xlbp.interchange.numpy_script.axes import along_features, others, per_feature
from xlbp.interchange.numpy_script.node import At, called
from xlbp.template.blocks.block import FEATURES
from xlbp.template.blocks.norms import Norm

NORMALISED = {
    "mu": "{x}.mean({axis}, keepdims=True)",
    "c": "{x} - {mu}",
    "v": "np.mean({c}**2, {axis}, keepdims=True)",
    "s": "np.sqrt({v} + {eps})",
    "n": "{c} / {s}",
}
BY_RUNNING_STATISTICS = {"n": "({x} - {mean}) / np.sqrt({variance} + {eps})"}
SCALED = {"z": "{gamma} * {n} + {beta}"}
BACK = {
    "dn": "{flow} * {gamma}",
    "ds": "-np.sum({dn} * {n}, {axis}, keepdims=True) / {s}",
    "dv": "{ds} / (2 * {s})",
    "dc": "{dn} / {s} + 2 * {c} * {dv} / {count}",
    "dmu": "-{dc}.sum({axis}, keepdims=True)",
}
CARRIED = {  # to the next row; the variance by one less than there are numbers
    "rm": "(1 - {share}) * {rm} + {share} * {mu}.ravel()",
    "rv": "(1 - {share}) * {rv} + {share} * {v}.ravel() * {count} / ({count} - 1)",
}


def of_batch(at: At) -> bool:
    """Whether it normalises each feature over the batch, and not each step over its features."""
    return cast(Norm, at.block).of_batch


def texts_of(at: At) -> dict[str, str]:
    """The axes that have one mean, how many numbers that is of, the parameters, and epsilon."""
    shape = at.shapes[0]
    places = math.prod(shape.without(*FEATURES))
    over_batch = at.batch if places == 1 else f"({places} * {at.batch})"
    return {
        "axis": others(shape) if of_batch(at) else along_features(shape),
        "count": over_batch if of_batch(at) else str(shape.extent(*FEATURES)),
        "gamma": per_feature(at.p("G"), shape),
        "beta": per_feature(at.p("B"), shape),
        "eps": at.setting("normeps"),
    }


def norm(at: At) -> str:
    """Z = gamma N + beta; a batch norm goes by its running statistics where no training is."""
    texts = texts_of(at)
    if of_batch(at) and not at.training:
        mean, variance = (per_feature(called(letter, at.layer), at.shapes[0]) for letter in ("rm", "rv"))
        at.compute(BY_RUNNING_STATISTICS, **texts, mean=mean, variance=variance)
    else:
        at.compute(NORMALISED, **texts)
    if of_batch(at) and at.training:
        at.carry(CARRIED, share=at.setting("running"), count=texts["count"])
    at.compute(SCALED, **texts)
    return at.name("z")


def norm_backward(at: At) -> None:
    """dE/dX = dc + dmu / N: what comes straight and through the deviation, and what comes through the mean."""
    shape, texts = at.shapes[0], texts_of(at)
    at.gradient("G", f"np.sum({at.flow} * {at.name('n')}, {others(shape)})")
    at.gradient("B", f"{at.flow}.sum({others(shape)})")
    if at.needs():
        at.compute(BACK, **texts)
        at.below(f"{at.d('c')} + {at.d('mu')} / {texts['count']}")
