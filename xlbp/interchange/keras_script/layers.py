"""Each layer as a layer of Keras's, and as lines of a forward pass.

All tensors have the samples along their first axis, then the axes that the sheet has, channels first; the channel of an
image, or of a signal, is written where there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from xlbp.interchange.keras_names import is_padded_by_keras
from xlbp.interchange.keras_script import activations
from xlbp.interchange.keras_script.attention import attention_layers, attention_lines
from xlbp.interchange.keras_script.placed import KerasPlaced
from xlbp.interchange.keras_script.recurrent import recurrent_layers, recurrent_lines
from xlbp.template.blocks.block import FEATURES, Role
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.blocks.pool import AveragePool, MaxPool
from xlbp.template.blocks.windows import Windows
from xlbp.template.layer import Node

KERAS_EPSILON, KERAS_MOMENTUM = 1e-3, 0.99  # of both normalisations, unless they are told


class Layer(NamedTuple):
    """What a kind of node becomes: ``layers`` that the model has, by attribute, and ``lines`` of its forward pass.

    In a keras.Sequential it is the ``alone`` ones, of what has no parameters, or its layer with an activation.
    """

    lines: Callable[[KerasPlaced], list[str]]
    layers: Callable[[KerasPlaced], dict[str, str]] = lambda placed: {}
    alone: Callable[[KerasPlaced], list[str]] = lambda placed: []


def line_of(value: Callable[[KerasPlaced], str]) -> Callable[[KerasPlaced], list[str]]:
    """A node that one expression computes."""
    return lambda placed: [f"{placed.made} = {value(placed)}"]


def _biased(placed: KerasPlaced, sums: str, beside: str = "") -> str:
    """Sums, and the bias where that is not the layer's: one for all, or another layer's."""
    if not placed.has("b") or placed.is_in_module("bias"):
        return sums
    bias = placed.parameter("b")
    return f"{sums} + ops.reshape({bias}, {beside})" if beside and len(placed.elements("b")) > 1 else f"{sums} + {bias}"


def _dense_layers(placed: KerasPlaced) -> dict[str, str]:
    tensors = placed.held.modules.get(placed.attribute)
    if tensors is None:
        return {}
    options = [str(tensors["kernel"].shape[1])] + ([] if "bias" in tensors else ["use_bias=False"])
    return {placed.attribute: f"keras.layers.Dense({', '.join([*options, *placed.regularizer('kernel_regularizer')])})"}


def _dense(placed: KerasPlaced) -> str:
    """W x + b."""
    if placed.attribute in placed.held.modules:
        return _biased(placed, f"self.{placed.attribute}({placed.units_last})")
    return _biased(placed, f"ops.matmul({placed.units_last}, {placed.factor('W')})")


def _extents(extents: tuple[int, ...]) -> str:
    """``2`` of (2, 2)."""
    return repr(extents[0] if len(set(extents)) == 1 else tuple(extents))


def _strides(windows: Windows, usual: tuple[int, ...]) -> list[str]:
    return [] if windows.stride == usual else [f"strides={_extents(windows.stride)}"]


def _windows_of(placed: KerasPlaced) -> Windows:
    block = placed.node.block
    assert isinstance(block, Convolution | MaxPool | AveragePool)
    return block.windows


def _ones(windows: Windows) -> tuple[int, ...]:
    return (1,) * len(windows.size)


def _convolution_layers(placed: KerasPlaced) -> dict[str, str]:
    tensors, windows = placed.held.modules.get(placed.attribute), _windows_of(placed)
    if tensors is None:
        return {}
    options = [str(tensors["kernel"].shape[-1]), _extents(windows.size), *_strides(windows, _ones(windows))]
    options += ['padding="same"'] if _is_same(placed) else []
    options += [] if "bias" in tensors else ["use_bias=False"]
    options += placed.regularizer("kernel_regularizer")
    return {placed.attribute: f"keras.layers.Conv{len(windows.size)}D({', '.join(options)})"}


def _convolution(placed: KerasPlaced) -> str:
    windows, x = _windows_of(placed), placed.channels_first
    is_layer = placed.attribute in placed.held.modules
    if any(windows.padding) and not (is_layer and _is_same(placed)):
        margins = ", ".join(f"({pad}, {pad})" for pad in windows.padding)
        x = f"ops.pad({x}, ((0, 0), (0, 0), {margins}))"
    beside = f"(-1{', 1' * len(windows.size)})"
    if is_layer:
        return _biased(placed, f"self.{placed.attribute}({x})", beside)
    options = ["", *_strides(windows, _ones(windows)), 'data_format="channels_first"']
    return _biased(placed, f"ops.conv({x}, {_kernel(placed)}{', '.join(options)})", beside)


def _is_same(placed: KerasPlaced) -> bool:
    """Whether the zeros around maps are those of Keras's padding of that name."""
    block = placed.node.block
    assert isinstance(block, Convolution)
    return any(block.windows.padding) and is_padded_by_keras(block)


def _kernel(placed: KerasPlaced) -> str:
    """K as Keras has kernels, the filters last."""
    elements = placed.elements("K")
    for node in placed.network.nodes:
        for attribute, tensors in placed.held_of(node).modules.items():
            if "kernel" in tensors and elements[0] in tensors["kernel"]:
                return f"self.{attribute}.kernel"
    axes = (*range(2, 2 + len(_windows_of(placed).size)), 1, 0)
    return f"ops.transpose({placed.parameter('K')}, {axes})"


def _pool_options(placed: KerasPlaced) -> str:
    windows = _windows_of(placed)
    return ", ".join([_extents(windows.size), *_strides(windows, windows.size)])


def _pool_alone(placed: KerasPlaced) -> list[str]:
    kind = "MaxPooling" if isinstance(placed.node.block, MaxPool) else "AveragePooling"
    return [f"keras.layers.{kind}{len(_windows_of(placed).size)}D({_pool_options(placed)})"]


def _pool(placed: KerasPlaced) -> str:
    kind, options = "max_pool" if isinstance(placed.node.block, MaxPool) else "average_pool", _pool_options(placed)
    return f'ops.{kind}({placed.channels_first}, {options}, data_format="channels_first")'


def _embedding_layers(placed: KerasPlaced) -> dict[str, str]:
    block = placed.node.block
    assert isinstance(block, Embedding)
    options = [str(block.rows), str(block.size), *placed.regularizer("embeddings_regularizer")]
    return {placed.attribute: f"keras.layers.Embedding({', '.join(options)})"} if placed.held.modules else {}


def _embedding(placed: KerasPlaced) -> str:
    if placed.held.modules:
        return f"self.{placed.attribute}({placed.x})"
    return f"ops.take({placed.parameter('W')}, {placed.x}, axis=0)"


def _norm_options(placed: KerasPlaced) -> list[str]:
    epsilon = placed.number("normeps")
    return [] if epsilon == KERAS_EPSILON else [f"epsilon={epsilon!r}"]


def _layer_norm_layers(placed: KerasPlaced) -> dict[str, str]:
    made = f"keras.layers.LayerNormalization({', '.join(_norm_options(placed))})"
    return {placed.attribute: made} if placed.held.modules else {}


def _layer_norm(placed: KerasPlaced) -> list[str]:
    """The features stand last, and go back to where they were."""
    if placed.held.modules:
        normalised = f"self.{placed.attribute}({placed.units_last})"
        return [f"{placed.made} = {placed.turned(normalised) if placed.takes_maps else normalised}"]
    x = placed.units_last
    lines = _normalised(placed, x, "axis=-1, keepdims=True", "")
    return [*lines, f"{placed.made} = {placed.turned(placed.made)}"] if placed.takes_maps else lines


def _normalised(placed: KerasPlaced, x: str, axes: str, beside: str) -> list[str]:
    """Less the mean, over the deviation; gamma and beta are another layer's, too."""
    mean, n = f"mean{placed.node.layer}", placed.made
    gamma, beta = (placed.parameter(letter) for letter in "GB")
    if beside:
        gamma, beta = f"ops.reshape({gamma}, {beside})", f"ops.reshape({beta}, {beside})"
    return [
        f"{mean}, variance = ops.moments({x}, {axes.replace('axis', 'axes')})",
        f"{n} = {gamma} * ({x} - {mean}) / ops.sqrt(variance + {placed.number('normeps')!r}) + {beta}",
    ]


def _batch_norm_layers(placed: KerasPlaced) -> dict[str, str]:
    if not placed.held.modules:
        return {}
    kept = 1 - placed.number("running")
    options = (["axis=1"] if len(placed.shape) > 1 else []) + [f"momentum={kept!r}"] * (kept != KERAS_MOMENTUM)
    return {placed.attribute: f"keras.layers.BatchNormalization({', '.join([*options, *_norm_options(placed)])})"}


def _batch_norm(placed: KerasPlaced) -> list[str]:
    """The features stand behind the samples, and go back to where they were."""
    x, is_turned = placed.channels_first, placed.channels_first != placed.x
    if placed.held.modules:
        normalised = f"self.{placed.attribute}({x})"
        return [f"{placed.made} = {placed.turned(normalised) if is_turned else normalised}"]
    axes = tuple(axis for axis in range(len(placed.shape) + 1) if axis != 1)
    beside = f"(-1{', 1' * (len(placed.shape) - 1)})" if len(placed.shape) > 1 else ""
    lines = _normalised(placed, x, f"axis={list(axes)}, keepdims=True", beside)
    return [*lines, f"{placed.made} = {placed.turned(placed.made)}"] if is_turned else lines


def _activation_alone(placed: KerasPlaced) -> list[str]:
    return [f"keras.layers.Activation({activations.option(placed.network, placed.node)})"]


def _flatten_alone(placed: KerasPlaced) -> list[str]:
    """Channel after channel: of maps with the channels first Keras's Flatten would take these last."""
    return ["keras.layers.Reshape((-1,))" if placed.takes_maps else "keras.layers.Flatten()"]


def _concat(placed: KerasPlaced) -> str:
    place = placed.shape.place(*FEATURES)
    return f"ops.concatenate([{', '.join(placed.inputs)}], axis={1 if place is None else place + 1})"


ACTIVATION = Layer(
    line_of(lambda placed: activations.function(placed.network, placed.node, placed.x)), alone=_activation_alone
)
POOL = Layer(line_of(_pool), alone=_pool_alone)

LAYERS: dict[str, Layer] = {
    "dense": Layer(line_of(_dense), _dense_layers),
    "convolution": Layer(line_of(_convolution), _convolution_layers),
    **dict.fromkeys(("pointwise", "gated", "softmax"), ACTIVATION),
    "maxout": Layer(lambda placed: activations.maxout_lines(placed.network, placed.node, placed.x, placed.made)),
    **dict.fromkeys(("rnn", "lstm", "gru"), Layer(recurrent_lines, recurrent_layers)),
    **dict.fromkeys(("max_pool", "avg_pool"), POOL),
    "dropout": Layer(line_of(lambda placed: f"{placed.x} * mask{placed.node.layer}")),
    "embedding": Layer(line_of(_embedding), _embedding_layers),
    "positions": Layer(line_of(lambda placed: f"{placed.units_last} + {placed.parameter('P')}")),
    "layer_norm": Layer(_layer_norm, _layer_norm_layers),
    "batch_norm": Layer(_batch_norm, _batch_norm_layers),
    "attention": Layer(attention_lines, attention_layers),
    "flatten": Layer(
        line_of(lambda placed: f"ops.reshape({placed.x}, (-1, {_count(placed)}))"),
        alone=_flatten_alone,
    ),
    "add": Layer(line_of(lambda placed: " + ".join(placed.inputs))),
    "concat": Layer(line_of(_concat)),
}


def _count(placed: KerasPlaced) -> int:
    count = 1
    for extent in placed.shape:
        count *= extent
    return count


def layers_alone(placed: KerasPlaced, activation: Node | None) -> list[str]:
    """What a node, with its activation, is in a keras.Sequential."""
    layer = LAYERS[placed.node.block.kind]
    own = list(layer.layers(placed).values())
    if own and activation is not None:
        own[-1] = f"{own[-1][:-1]}, activation={activations.option(placed.network, activation)})"
    return [*layer.alone(placed), *own]


def attributes_of(placed: KerasPlaced) -> dict[str, str]:
    """What a model has for a node: its layers, and the weights that no layer holds, by attribute."""
    roles = {f"{p.letter}{placed.node.layer}": p.role for p in placed.network.parameters_of(placed.node)}
    kept: dict[str, str] = {}
    for key, called in placed.held.own.items():
        more = ", regularizer=penalty" if placed.network.penalties and roles.get(key) is Role.WEIGHT else ""
        kept[key] = f'self.add_weight(shape={called.shape}, name="{key}"{more})'
    return LAYERS[placed.node.block.kind].layers(placed) | kept


def forward_lines(placed: KerasPlaced) -> list[str]:
    """What a forward pass does for a node."""
    return LAYERS[placed.node.block.kind].lines(placed)
