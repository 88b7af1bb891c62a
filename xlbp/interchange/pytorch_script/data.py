"""The lines that have the samples, scale them, and pick those of an iteration."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.interchange.described import classes, columns_of_inputs, columns_of_targets
from xlbp.interchange.literals import statement
from xlbp.interchange.samples import Samples, seen_as, with_channel
from xlbp.interchange.source import Source
from xlbp.template.blocks.block import FEATURES, Shape
from xlbp.template.features import PRODUCT, Feature
from xlbp.template.scaling import INPUTS, TARGETS

SCALES = {  # by the template's word: what is taken off, what it is divided by, and what both are called
    "standard": ("{x}.mean({axes})", "{x}.std({axes}, correction=0)", ("mean", "deviation"), "{x} - mean", "deviation"),
    "minmax": ("{x}.amin({axes})", "{x}.amax({axes})", ("least", "most"), "{x} - least", "(most - least)"),
}


def has_classes(source: Source, samples: Samples) -> bool:
    """Whether the targets stand in the script as numbers of classes, as a cross entropy takes them."""
    return source.template.model.loss == "cross_entropy" and samples.classes is not None


def data_lines(source: Source, samples: Samples) -> list[str]:
    """``inputs`` and ``targets`` as the network sees them, and the ``order`` in which samples are drawn."""
    network = source.template.model.network
    lines = _tensor("inputs", samples.inputs, columns_of_inputs(source), whole=network.takes_tokens)
    lines += _features(network.data.features)
    lines += _scaled(network.scalings.get(INPUTS, ""), "inputs", seen_as(network))
    if has_classes(source, samples):
        assert samples.classes is not None
        lines += _tensor("targets", samples.classes, classes(source), whole=True)
    else:
        lines += _tensor("targets", samples.targets, columns_of_targets(source))
        lines += _scaled(network.scalings.get(TARGETS, ""), "targets", with_channel(network.output_shape))
    if network.data.test:
        lines.append(f"# {network.data.test} more samples are kept from training")
    if samples.order:
        order = np.array(samples.order)
        lines += statement("order = torch.tensor(", order, ")", "the samples, counted from 0, as iterations draw them")
    return lines


def _tensor(name: str, array: NDArray[Any], comment: str, whole: bool = False) -> list[str]:
    numbers = array.astype(np.int64) if whole else array
    return statement(f"{name} = torch.tensor(", numbers, ")", comment)


def _features(features: tuple[Feature, ...]) -> list[str]:
    """The inputs that are computed from those that are given, as columns behind them."""
    if not features:
        return []
    columns = [_column(feature) for feature in features]
    return [f"inputs = torch.column_stack([inputs, {', '.join(columns)}])"]


def _column(feature: Feature) -> str:
    if feature.function != PRODUCT:
        return f"torch.{feature.function}(inputs[:, {feature.of[0]}])"
    powers = {place: feature.of.count(place) for place in feature.of}
    return " * ".join(f"inputs[:, {place}]" + (f" ** {n}" if n > 1 else "") for place, n in powers.items())


def _scaled(scale: str, name: str, shape: Shape) -> list[str]:
    """Each feature, or channel, by its own statistics over all samples and their steps, or places."""
    if not scale:
        return []
    place = shape.place(*FEATURES)
    axes = [0, *(n + 1 for n in range(len(shape)) if n != place)]
    shift, size, called, less, divisor = SCALES[scale]
    along = "dim=0" if len(axes) == 1 else f"dim={tuple(axes)}, keepdim=True"
    made = (part.format(x=name, axes=along) for part in (shift, size))
    return [f"{', '.join(called)} = {', '.join(made)}", f"{name} = ({less.format(x=name)}) / {divisor}"]


def pick_lines(source: Source) -> list[str]:
    """The samples of an iteration as ``x`` and ``t``; none where it takes all."""
    network = source.template.model.network
    if not network.picks:
        return []
    size = network.batch
    until = f"iteration * {size} : (iteration + 1) * {size}"
    drawn = f"order[{until}]"
    if not network.data.order:
        drawn = f"torch.arange(iteration * {size}, (iteration + 1) * {size}) % len(inputs)"
    return [f"drawn = {drawn}", "x, t = inputs[drawn], targets[drawn]"]
