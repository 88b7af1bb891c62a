"""The lines that have the samples, scale them, and pick those of an iteration."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlbp.interchange.described import classes, columns_of_inputs, columns_of_targets
from xlbp.interchange.literals import statement
from xlbp.interchange.samples import Data, seen_as, with_channel
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


def takes_classes(source: Source, data: Data) -> bool:
    """Whether the targets stand in the script as numbers of classes, as a cross entropy takes them."""
    return source.template.model.loss == "cross_entropy" and data.has_classes


def data_lines(source: Source, data: Data, dialect: Dialect) -> list[str]:
    """``inputs`` and ``targets`` as the network sees them, those for testing, and the ``order`` of the samples."""
    network = source.template.model.network
    each = {"": data.training} | ({"test_": data.tests} if data.tests is not None else {})
    as_classes = takes_classes(source, data)
    lines: list[str] = []
    for kept, samples in each.items():
        comment = columns_of_inputs(source) + (", of samples that are kept from training" if kept else "")
        lines += _array(dialect, f"{kept}inputs", samples.inputs, comment, whole=network.takes_tokens)
    for kept in each:
        lines += _features(dialect, f"{kept}inputs", network.data.features)
    lines += _scaled(dialect, network.scalings.get(INPUTS, ""), [f"{kept}inputs" for kept in each], seen_as(network))
    comment = classes(source) if as_classes else columns_of_targets(source)
    for kept, samples in each.items():
        targets = samples.classes if as_classes else samples.targets
        assert targets is not None
        lines += _array(dialect, f"{kept}targets", targets, comment, whole=as_classes)
    shape = with_channel(network.output_shape)
    lines += _scaled(dialect, network.scalings.get(TARGETS, ""), [f"{kept}targets" for kept in each], shape)
    if data.order:
        comment = "the samples, counted from 0, as iterations draw them"
        lines += statement(f"order = {dialect.array}(", np.array(data.order), ")", comment)
    return lines


def _array(dialect: Dialect, name: str, array: NDArray[Any], comment: str, whole: bool = False) -> list[str]:
    numbers = array.astype(np.int64) if whole else array
    return statement(f"{name} = {dialect.array}(", numbers, ")", comment)


def _features(dialect: Dialect, name: str, features: tuple[Feature, ...]) -> list[str]:
    """The inputs that are computed from those that are given, as columns behind them."""
    if not features:
        return []
    columns = [_column(dialect, name, feature) for feature in features]
    return [f"{name} = {dialect.module}.column_stack([{name}, {', '.join(columns)}])"]


def _column(dialect: Dialect, name: str, feature: Feature) -> str:
    if feature.function != PRODUCT:
        return f"{dialect.module}.{feature.function}({name}[:, {feature.of[0]}])"
    powers = {place: feature.of.count(place) for place in feature.of}
    return " * ".join(f"{name}[:, {place}]" + (f" ** {n}" if n > 1 else "") for place, n in powers.items())


def _scaled(dialect: Dialect, scale: str, called: list[str], shape: Shape) -> list[str]:
    """Each feature, or channel, by its own statistics over all samples to train on and their steps, or places."""
    if not scale:
        return []
    name, place = called[0], shape.place(*FEATURES)
    axes = (0, *(n + 1 for n in range(len(shape)) if n != place))
    along = f"{dialect.axis}=0" if len(axes) == 1 else f"{dialect.axis}={axes}, {dialect.keeps}=True"
    if scale == "standard":
        deviation = dialect.deviation.format(axes=along)
        made = f"mean, deviation = {name}.mean({along}), {name}.{deviation}"
        return [made, *(f"{each} = ({each} - mean) / deviation" for each in called)]
    made = f"least, most = {name}.{dialect.least}({along}), {name}.{dialect.most}({along})"
    return [made, *(f"{each} = ({each} - least) / (most - least)" for each in called)]


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
