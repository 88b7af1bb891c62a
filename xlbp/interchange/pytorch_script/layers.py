"""Each layer as a module of PyTorch's, and as lines of a forward pass.

All tensors have the samples along their first axis, then the axes that the sheet has; the channel of an image, or of a
signal, is written where there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from xlbp.interchange.pytorch_script import activations
from xlbp.interchange.pytorch_script.attention import attention_lines, attention_modules
from xlbp.interchange.pytorch_script.placed import TorchPlaced
from xlbp.interchange.pytorch_script.recurrent import recurrent_lines, recurrent_modules
from xlbp.template.blocks.block import FEATURES
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.blocks.norms import EPSILON, MOMENTUM
from xlbp.template.blocks.pool import AveragePool, MaxPool
from xlbp.template.blocks.windows import Windows


class Layer(NamedTuple):
    """What a kind of node becomes: ``modules`` that the network has, by attribute, and ``lines`` of its forward pass.

    In an nn.Sequential its module is that one, or, of what has none, as ``alone`` says.
    """

    lines: Callable[[TorchPlaced], list[str]]
    modules: Callable[[TorchPlaced], dict[str, str]] = lambda placed: {}
    alone: Callable[[TorchPlaced], str] = lambda placed: ""


def line_of(value: Callable[[TorchPlaced], str]) -> Callable[[TorchPlaced], list[str]]:
    """A node that one expression computes."""
    return lambda placed: [f"{placed.made} = {value(placed)}"]


def _biased(placed: TorchPlaced, sums: str, shape: str = "") -> str:
    """Sums, and the bias where that is not the module's: one for all, or another layer's."""
    if not placed.has("b") or placed.is_in_module("bias"):
        return sums
    bias = placed.parameter("b")
    return f"{sums} + {bias}{shape if len(placed.elements('b')) > 1 else ''}"


def _linear_modules(placed: TorchPlaced) -> dict[str, str]:
    tensors = placed.held.modules.get(placed.attribute)
    if tensors is None:
        return {}
    rows, columns = tensors["weight"].shape
    return {placed.attribute: f"nn.Linear({columns}, {rows}{'' if 'bias' in tensors else ', bias=False'})"}


def _linear(placed: TorchPlaced) -> str:
    """W x + b."""
    if placed.attribute in placed.held.modules:
        return _biased(placed, f"self.{placed.attribute}({placed.units_last})")
    return _biased(placed, f"functional.linear({placed.units_last}, {placed.parameter('W')})")


def _windows(windows: Windows) -> list[str]:
    """Stride and padding, where they are not PyTorch's own."""
    told = {"stride": windows.stride, "padding": windows.padding}
    usual = {"stride": (1,) * len(windows.size), "padding": (0,) * len(windows.size)}
    return [f"{key}={_extents(value)}" for key, value in told.items() if value != usual[key]]


def _extents(extents: tuple[int, ...]) -> str:
    """``2`` of (2, 2)."""
    return repr(extents[0] if len(set(extents)) == 1 else tuple(extents))


def _convolution_modules(placed: TorchPlaced) -> dict[str, str]:
    block, tensors = placed.node.block, placed.held.modules.get(placed.attribute)
    assert isinstance(block, Convolution)
    if tensors is None:
        return {}
    windows = block.windows
    options = [f"kernel_size={_extents(windows.size)}", *_windows(windows)]
    options += [] if "bias" in tensors else ["bias=False"]
    rows, channels = tensors["weight"].shape[:2]
    return {placed.attribute: f"nn.Conv{len(windows.size)}d({channels}, {rows}, {', '.join(options)})"}


def _convolution(placed: TorchPlaced) -> str:
    block = placed.node.block
    assert isinstance(block, Convolution)
    x, dimensions = placed.channels_first, len(block.windows.size)
    beside = f".reshape(-1{', 1' * dimensions})"
    if placed.attribute in placed.held.modules:
        return _biased(placed, f"self.{placed.attribute}({x})", beside)
    given = ", ".join([x, placed.parameter("K"), *_windows(block.windows)])
    return _biased(placed, f"functional.conv{dimensions}d({given})", beside)


def _pool_options(placed: TorchPlaced) -> tuple[Windows, str]:
    block = placed.node.block
    assert isinstance(block, MaxPool | AveragePool)
    windows = block.windows
    stride = "" if windows.stride == windows.size else f", stride={_extents(windows.stride)}"
    return windows, f"{_extents(windows.size)}{stride}"


def _pool_alone(placed: TorchPlaced) -> str:
    windows, options = _pool_options(placed)
    kind = "MaxPool" if isinstance(placed.node.block, MaxPool) else "AvgPool"
    return f"nn.{kind}{len(windows.size)}d({options})"


def _pool(placed: TorchPlaced) -> str:
    windows, options = _pool_options(placed)
    return f"functional.{placed.node.block.kind}{len(windows.size)}d({placed.channels_first}, {options})"


def _embedding_modules(placed: TorchPlaced) -> dict[str, str]:
    block = placed.node.block
    assert isinstance(block, Embedding)
    return {placed.attribute: f"nn.Embedding({block.rows}, {block.size})"} if placed.held.modules else {}


def _embedding(placed: TorchPlaced) -> str:
    if placed.held.modules:
        return f"self.{placed.attribute}({placed.x})"
    return f"functional.embedding({placed.x}, {placed.parameter('W')})"


def _positions(placed: TorchPlaced) -> str:
    return f"{placed.units_last} + {placed.parameter('P')}"


def _epsilon(placed: TorchPlaced) -> str:
    epsilon = placed.number("normeps")
    return "" if epsilon == EPSILON else f", eps={epsilon!r}"


def _layer_norm_modules(placed: TorchPlaced) -> dict[str, str]:
    return {placed.attribute: f"nn.LayerNorm({placed.features}{_epsilon(placed)})"} if placed.held.modules else {}


def _layer_norm(placed: TorchPlaced) -> str:
    """The features stand last, and go back to where they were."""
    back = ".transpose(1, 2)" if placed.takes_maps else ""
    if placed.held.modules:
        return f"self.{placed.attribute}({placed.units_last}){back}"
    scales = f"{placed.parameter('G')}, {placed.parameter('B')}"
    return f"functional.layer_norm({placed.units_last}, ({placed.features},), {scales}{_epsilon(placed)}){back}"


def _batch_norm_modules(placed: TorchPlaced) -> dict[str, str]:
    momentum = placed.number("running")
    told = "" if momentum == MOMENTUM else f", momentum={momentum!r}"
    told += "" if placed.is_in_module("weight") else ", affine=False"
    dimensions = max(len(placed.shape) - 1, 1)
    return {placed.attribute: f"nn.BatchNorm{dimensions}d({placed.features}{_epsilon(placed)}{told})"}


def _batch_norm(placed: TorchPlaced) -> str:
    """The features stand behind the samples, and go back to where they were."""
    is_turned = placed.channels_first != placed.x
    normalised = f"self.{placed.attribute}({placed.channels_first}){'.transpose(1, 2)' if is_turned else ''}"
    if placed.is_in_module("weight"):
        return normalised
    beside = f".reshape(-1{', 1' * (len(placed.shape) - 1)})" if placed.takes_maps else ""
    return f"{normalised} * {placed.parameter('G')}{beside} + {placed.parameter('B')}{beside}"


def _dropout_modules(placed: TorchPlaced) -> dict[str, str]:
    return {f"dropout{placed.node.layer}": f"Dropout({placed.number('drop')!r})"}


def _concat(placed: TorchPlaced) -> str:
    place = placed.shape.place(*FEATURES)
    return f"torch.cat([{', '.join(placed.inputs)}], dim={1 if place is None else place + 1})"


def _activation(placed: TorchPlaced) -> str:
    return activations.function(placed.network, placed.node, placed.x)


ACTIVATION = Layer(line_of(_activation), alone=lambda placed: activations.module(placed.network, placed.node))
RECURRENT = Layer(recurrent_lines, recurrent_modules)
POOL = Layer(line_of(_pool), alone=_pool_alone)

LAYERS: dict[str, Layer] = {
    "dense": Layer(line_of(_linear), _linear_modules),
    "convolution": Layer(line_of(_convolution), _convolution_modules),
    **dict.fromkeys(("pointwise", "gated", "softmax", "maxout"), ACTIVATION),
    **dict.fromkeys(("rnn", "lstm", "gru"), RECURRENT),
    **dict.fromkeys(("max_pool", "avg_pool"), POOL),
    "dropout": Layer(line_of(lambda placed: f"self.dropout{placed.node.layer}({placed.x})"), _dropout_modules),
    "embedding": Layer(line_of(_embedding), _embedding_modules),
    "positions": Layer(line_of(_positions)),
    "layer_norm": Layer(line_of(_layer_norm), _layer_norm_modules),
    "batch_norm": Layer(line_of(_batch_norm), _batch_norm_modules),
    "attention": Layer(attention_lines, attention_modules),
    "flatten": Layer(line_of(lambda placed: f"{placed.x}.flatten(1)"), alone=lambda placed: "nn.Flatten()"),
    "add": Layer(line_of(lambda placed: " + ".join(placed.inputs))),
    "concat": Layer(line_of(_concat)),
}


def module_alone(placed: TorchPlaced) -> str:
    """The one module that a node is in an nn.Sequential."""
    layer = LAYERS[placed.node.block.kind]
    return layer.alone(placed) or next(iter(layer.modules(placed).values()))


def attributes_of(placed: TorchPlaced) -> dict[str, str]:
    """What a network has for a node: its modules, and the parameters that no module holds, by attribute."""
    kept = {key: _empty(called.shape) for key, called in placed.held.own.items()}
    return LAYERS[placed.node.block.kind].modules(placed) | kept


def _empty(shape: tuple[int, ...]) -> str:
    return f"nn.Parameter(torch.zeros({', '.join(map(str, shape)) or '()'}))"


def forward_lines(placed: TorchPlaced) -> list[str]:
    """What a forward pass does for a node."""
    return LAYERS[placed.node.block.kind].lines(placed)
