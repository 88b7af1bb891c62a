"""A network as an ONNX model: what it answers to new samples, with the parameters of one iteration.

Inputs and outputs are in the units of the data: what a template scales, and what it computes of its inputs, is part of
the model.  Dropout is left out, a batch norm goes by its running statistics.  All is in double precision, so that
onnx's reference evaluator gives the book's numbers to 1e-12.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp import __version__
from xlbp.errors import UsageError
from xlbp.interchange.onnx_graph import OnnxGraph
from xlbp.interchange.onnx_layers import BLOCKS, Place, features_back, features_last
from xlbp.interchange.source import Source
from xlbp.reference.train import prepared, train
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES, Role, Shape
from xlbp.template.features import PRODUCT
from xlbp.template.layer import INPUT, Node
from xlbp.template.network import Network
from xlbp.template.scaling import INPUTS, TARGETS, Scaled
from xlbp.template.template import Template

Numbers = Mapping[str, float]
INPUT_NAME, OUTPUT_NAME = "x", "y"  # what the model calls its input and its output
SAMPLES = "N"  # the axis of the samples, of which there may be any number


def write(source: Source, iteration: int) -> bytes:
    """The model with the parameters of ``iteration``, as the bytes of its file.

    Raises UsageError for a formula, for an iteration that there is none of, and for parameters that are no numbers;
    EngineError where onnx is not installed.
    """
    template = source.template
    if template.kind != "network":
        raise UsageError(
            f"{template.name} is a formula, which has no inputs to answer to; export it to numpy or pytorch"
        )
    last = template.training.iterations
    if not 0 <= iteration <= last:
        raise UsageError(f"there is no iteration {iteration}; choose one from 0 to {last}")
    graph, network = OnnxGraph(), template.model.network
    numbers = prepared(template, source.numbers) | _moved(source, iteration)
    x = np.int64 if network.takes_tokens else np.float64
    output = _written(graph, network, numbers)
    graph.nodes.append(graph.helper.make_node("Identity", [output], [OUTPUT_NAME], name=OUTPUT_NAME))
    return graph.model(
        template.name,
        [_told(graph, INPUT_NAME, _given_shape(network), x)],
        [_told(graph, OUTPUT_NAME, network.output_shape, np.float64)],
        _about(template, iteration),
        {"xlbp": __version__, "template": template.name, "iteration": str(iteration), "loss": network.loss},
    )


def _moved(source: Source, iteration: int) -> dict[str, float]:
    """The parameters and the running statistics as row ``iteration`` has them."""
    template = source.template
    history = train(template, source.numbers, iterations=iteration)
    moved = {name: float(history[name][iteration]) for name in template.entered_with}
    broken = next((name for name, value in moved.items() if not np.isfinite(value)), None)
    if broken is not None:
        what = f"the training diverges: {broken} is no number at iteration {iteration}"
        raise UsageError(f"{what}; export an earlier iteration, or lower the learning rate")
    return moved


def _about(template: Template, iteration: int) -> str:
    """What a reader of the model is told."""
    network = template.model.network
    answer = "probabilities" if network.nodes[-1].block.kind == "softmax" else "outputs"
    return (
        f"{template.title['en']}: {network.outline()}, with the parameters of iteration {iteration}. "
        f"{INPUT_NAME} are samples in the units of the data, {OUTPUT_NAME} the {answer}. "
        f"Parameters are called as in the workbook that xlbp makes of it."
    )


def _told(graph: OnnxGraph, name: str, shape: tuple[int, ...], kind: Any) -> Any:
    """The name, type and shape of an input or an output; any number of samples."""
    kind = graph.helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    return graph.helper.make_tensor_value_info(name, kind, [SAMPLES, *shape])


def _given_shape(network: Network) -> tuple[int, ...]:
    """The shape of a sample's inputs as they are given: without those that are computed of others."""
    return (len(network.given),) if network.data.features else network.input_shape


def _written(graph: OnnxGraph, network: Network, numbers: Numbers) -> str:
    """All nodes, from what is given to the outputs in the units of the data; returns what these are called."""
    values = {INPUT: _entering(graph, network, numbers)}
    for place, node in enumerate(network.nodes):
        at = Place(
            graph, node, network.inputs_of(node), network.shapes[place], _arrays_of(graph, network, node, numbers)
        )
        values[place] = BLOCKS[node.block.kind](at, node.block, tuple(values[source] for source in node.inputs))
    output = values[len(network.nodes) - 1]
    if TARGETS not in network.scalings:
        return output
    shift, size = _statistics(graph, network, TARGETS, numbers)
    back = graph.add("Add", graph.add("Mul", features_last(graph, output, network.output_shape), size), shift)
    return features_back(graph, back, network.output_shape)


def _arrays_of(graph: OnnxGraph, network: Network, node: Node, numbers: Numbers) -> dict[str, str]:
    """By letter, the arrays of a node's parameters and running statistics, each put into the graph at home."""
    arrays = {}
    for parameter in network.parameters_of(node):
        layer, letter = parameter.home or (node.layer, parameter.letter)
        values = [numbers[name] for name in parameter.elements(node.layer)]
        arrays[parameter.letter] = graph.array(f"{letter}{layer}", np.array(values).reshape(tuple(parameter.shape)))
    for tensor in network.tensors_of(node):
        if tensor.role is Role.RUNNING:
            values = [numbers[name] for name in tensor.elements(node.layer)]
            arrays[tensor.letter] = graph.array(f"{tensor.letter}{node.layer}", np.array(values))
    return arrays


def _entering(graph: OnnxGraph, network: Network, numbers: Numbers) -> str:
    """The inputs as the first layer sees them: with those that are computed, and scaled."""
    value = INPUT_NAME
    graph.called |= {INPUT_NAME, OUTPUT_NAME}
    if network.data.features:
        value = _with_features(graph, network, value)
    if INPUTS not in network.scalings:
        return value
    shift, size = _statistics(graph, network, INPUTS, numbers)
    last = features_last(graph, value, network.input_shape)
    scaled = graph.add("Div", graph.add("Sub", last, shift), size)
    return features_back(graph, scaled, network.input_shape)


def _with_features(graph: OnnxGraph, network: Network, x: str) -> str:
    """The inputs, and behind them what is computed of them: products, sines and cosines."""
    columns = [x]
    for feature in network.data.features:
        first, *others = (graph.add("Gather", x, graph.whole(place), axis=1) for place in feature.of)
        value = first if feature.function == PRODUCT else graph.add(feature.function.capitalize(), first)
        for other in others:
            value = graph.add("Mul", value, other)
        columns.append(value)
    return graph.add("Concat", *columns, axis=1)


def _statistics(graph: OnnxGraph, network: Network, part: Scaled, numbers: Numbers) -> tuple[str, str]:
    """What each feature is shifted by and divided by, as arrays along the last axis."""
    shape: Shape = network.input_shape if part is INPUTS else network.target_shape
    places = range(1, shape.extent(*FEATURES) + 1)
    shift, size = (graph.array(letter, _of_features(numbers, letter, places)) for letter in (part.shift, part.size))
    return shift, size


def _of_features(numbers: Numbers, letter: str, places: range) -> NDArray[np.float64]:
    return np.array([numbers[names.of_input(letter, place)] for place in places])
