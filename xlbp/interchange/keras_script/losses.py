"""The loss of a network as Keras's own, or as a function of a batch where Keras has it otherwise."""

from __future__ import annotations

import math

from xlbp.interchange.data_lines import takes_classes
from xlbp.interchange.samples import Data, with_channel
from xlbp.interchange.source import Source
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES, Role
from xlbp.template.network import Network

CLASSES = {  # Keras's own
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "huber": "Huber",
    "binary_cross_entropy": "BinaryCrossentropy",
    "cross_entropy": "CategoricalCrossentropy",
    "hinge": "Hinge",
}
SPARSE = "SparseCategoricalCrossentropy"  # of the numbers of classes


def loss_lines(source: Source, data: Data) -> tuple[list[str], str]:
    """What stands before the model is compiled, and the loss that it is compiled with."""
    network = source.template.model.network
    written = _written(source)
    if written is None:
        own = f"keras.losses.{_class(source, data)}({', '.join(_options(network))})"
        steps = _summed_steps(network)
        if steps == 1 and not untrained_penalty(source):
            return ([f"loss_function = {own}"], "loss_function") if data.tests else ([], own)
        about = f"Of all {steps} steps together." if steps > 1 else "With the penalty on weights that are not trained."
        written = f"{steps} * {own}(targets, outputs)" if steps > 1 else f"{own}(targets, outputs)", about
    value, about = written
    value += f" + {untrained_penalty(source)!r}" if untrained_penalty(source) else ""
    head = ["", "", "def loss_function(targets, outputs):", f'    """{about}"""']
    return [*head, *_body(value), "", ""], "loss_function"


def untrained_penalty(source: Source) -> float:
    """The penalty on weights that are not trained, which Keras leaves out."""
    network = source.template.model.network
    each = ((n, p) for n, p in network.each_parameter() if p.role is Role.WEIGHT and p.letter in n.frozen)
    weights = [source.numbers[name] for node, p in each for name in p.elements(node.layer)]
    squares, sizes = sum(w * w for w in weights) / 2, sum(map(abs, weights))
    sums = {"l2": squares, "l1": sizes}
    return sum(source.numbers[names.setting(kind)] * sums[kind] for kind in network.penalties)


def _body(value: str) -> list[str]:
    *before, last = value.splitlines()
    return [*(f"    {line}" for line in before), f"    return {last}"]


def _class(source: Source, data: Data) -> str:
    return SPARSE if takes_classes(source, data) else CLASSES[source.template.model.loss]


def _options(network: Network) -> list[str]:
    """From logits; along the axis of the classes where that is not the last; Huber's delta."""
    if network.loss == "huber":
        return [f"delta={network.loss_shape!r}"]
    if network.loss not in ("binary_cross_entropy", "cross_entropy"):
        return []
    shape = with_channel(network.output_shape)
    is_last = shape.place(*FEATURES) == len(shape) - 1
    return ["from_logits=True", *([] if is_last or network.loss == "binary_cross_entropy" else ["axis=1"])]


def _summed_steps(network: Network) -> int:
    """How many steps, or places, add their losses; 1 where these are averaged, or the loss is a sum anyway."""
    is_summed = network.sums_steps and network.loss != "half_squared_error"
    return math.prod(network.outputs_apart) if is_summed else 1


def _written(source: Source) -> tuple[str, str] | None:
    """What Keras has not: the value for a batch, and what it is."""
    network = source.template.model.network
    factor = f"{_summed_steps(network)} * " if _summed_steps(network) > 1 else ""
    if network.loss == "half_squared_error":
        axes = tuple(range(1, len(with_channel(network.output_shape)) + 1))
        along = "axis=1" if len(axes) == 1 else f"axis={axes}"
        about = "Half the squared error, summed over the outputs, of each sample."
        return f"ops.sum(ops.square(outputs - targets), {along}) / 2", about
    if network.loss == "half_mse":
        return f"{factor}ops.mean(ops.square(outputs - targets)) / 2", "Half the mean squared error."
    if network.class_weights:
        return _weighted(source, factor)
    return None


def _weighted(source: Source, factor: str) -> tuple[str, str]:
    """By the weight of the class, or of an output where that is to be 1."""
    network = source.template.model.network
    weights = [source.numbers[name] for name in network.weights_of_classes]
    shape = with_channel(network.output_shape)
    place = shape.place(*FEATURES) or 0
    if network.loss == "cross_entropy":
        beside = "" if len(shape) == 1 or place == len(shape) - 1 else f", axis={place + 1}"
        first = f'weights = ops.take(np.array({weights!r}), ops.cast(targets, "int32"))'
        entropy = f"keras.losses.sparse_categorical_crossentropy(targets, outputs, from_logits=True{beside})"
        return f"{first}\n{factor}ops.mean(weights * {entropy}) / ops.mean(weights)", "Each class by its weight."
    array = f"np.array({weights!r})"
    if place < len(shape) - 1:
        array += f".reshape(-1{', 1' * (len(shape) - 1 - place)})"
    first = f"weights = ops.where(targets == 1, {array}, 1.0)"
    entropy = "ops.binary_crossentropy(targets, outputs, from_logits=True)"
    return f"{first}\n{factor}ops.mean(weights * {entropy})", "Each output that is to be 1 by its weight."
