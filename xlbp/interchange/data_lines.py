"""The lines that have the samples, scale them, and pick those of an iteration."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlbp.interchange.described import classes, columns_of_inputs, columns_of_targets
from xlbp.interchange.literals import statement
from xlbp.interchange.samples import Samples, seen_as, with_channel
from xlbp.interchange.source import Source
from xlbp.template.blocks.block import FEATURES, Shape
from xlbp.template.features import PRODUCT, Feature
from xlbp.template.scaling import INPUTS, TARGETS


class Dialect(NamedTuple):
    """How a library of arrays calls what is needed of it: ``torch.tensor``, an ``axis``, and so on."""

    module: str
    array: str
    axis: str
    keeps: str
    deviation: str
    least: str
    most: str


TORCH = Dialect("torch", "torch.tensor", "dim", "keepdim", "std({axes}, correction=0)", "amin", "amax")
NUMPY = Dialect("np", "np.array", "axis", "keepdims", "std({axes})", "min", "max")


def has_classes(source: Source, samples: Samples) -> bool:
    """Whether the targets stand in the script as numbers of classes, as a cross entropy takes them."""
    return source.template.model.loss == "cross_entropy" and samples.classes is not None


def data_lines(source: Source, samples: Samples, dialect: Dialect) -> list[str]:
    """``inputs`` and ``targets`` as the network sees them, and the ``order`` in which samples are drawn."""
    network = source.template.model.network
    lines = _array(dialect, "inputs", samples.inputs, columns_of_inputs(source), whole=network.takes_tokens)
    lines += _features(dialect, network.data.features)
    lines += _scaled(dialect, network.scalings.get(INPUTS, ""), "inputs", seen_as(network))
    if has_classes(source, samples):
        assert samples.classes is not None
        lines += _array(dialect, "targets", samples.classes, classes(source), whole=True)
    else:
        lines += _array(dialect, "targets", samples.targets, columns_of_targets(source))
        lines += _scaled(dialect, network.scalings.get(TARGETS, ""), "targets", with_channel(network.output_shape))
    if network.data.test:
        lines.append(f"# {network.data.test} more samples are kept from training")
    if samples.order:
        order = np.array(samples.order)
        lines += statement(
            f"order = {dialect.array}(", order, ")", "the samples, counted from 0, as iterations draw them"
        )
    return lines


def _array(dialect: Dialect, name: str, array: NDArray[Any], comment: str, whole: bool = False) -> list[str]:
    numbers = array.astype(np.int64) if whole else array
    return statement(f"{name} = {dialect.array}(", numbers, ")", comment)


def _features(dialect: Dialect, features: tuple[Feature, ...]) -> list[str]:
    """The inputs that are computed from those that are given, as columns behind them."""
    if not features:
        return []
    columns = [_column(dialect, feature) for feature in features]
    return [f"inputs = {dialect.module}.column_stack([inputs, {', '.join(columns)}])"]


def _column(dialect: Dialect, feature: Feature) -> str:
    if feature.function != PRODUCT:
        return f"{dialect.module}.{feature.function}(inputs[:, {feature.of[0]}])"
    powers = {place: feature.of.count(place) for place in feature.of}
    return " * ".join(f"inputs[:, {place}]" + (f" ** {n}" if n > 1 else "") for place, n in powers.items())


def _scaled(dialect: Dialect, scale: str, name: str, shape: Shape) -> list[str]:
    """Each feature, or channel, by its own statistics over all samples and their steps, or places."""
    if not scale:
        return []
    place = shape.place(*FEATURES)
    axes = (0, *(n + 1 for n in range(len(shape)) if n != place))
    along = f"{dialect.axis}=0" if len(axes) == 1 else f"{dialect.axis}={axes}, {dialect.keeps}=True"
    if scale == "standard":
        deviation = dialect.deviation.format(axes=along)
        made = f"mean, deviation = {name}.mean({along}), {name}.{deviation}"
        return [made, f"{name} = ({name} - mean) / deviation"]
    made = f"least, most = {name}.{dialect.least}({along}), {name}.{dialect.most}({along})"
    return [made, f"{name} = ({name} - least) / (most - least)"]


def pick_lines(source: Source, dialect: Dialect) -> list[str]:
    """The samples of an iteration as ``x`` and ``t``; none where it takes all."""
    network = source.template.model.network
    if not network.picks:
        return []
    size = network.batch
    drawn = f"order[iteration * {size} : (iteration + 1) * {size}]"
    if not network.data.order:
        drawn = f"{dialect.module}.arange(iteration * {size}, (iteration + 1) * {size}) % len(inputs)"
    return [f"drawn = {drawn}", "x, t = inputs[drawn], targets[drawn]"]
