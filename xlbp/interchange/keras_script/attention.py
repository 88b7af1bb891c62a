"""Self-attention: MultiHeadAttention, or queries, keys and values written out where that computes something else."""

from __future__ import annotations

from xlbp.interchange.keras_names import PROJECTED, attribute_of, is_multihead
from xlbp.interchange.keras_script.placed import KerasPlaced
from xlbp.template.blocks.attention import Attention
from xlbp.template.blocks.block import Axis

ORDER = "QKV"  # of the parts of their common bias


def _block(placed: KerasPlaced) -> Attention:
    assert isinstance(placed.node.block, Attention)
    return placed.node.block


def attention_layers(placed: KerasPlaced) -> dict[str, str]:
    """``keras.layers.MultiHeadAttention(2, 2)``, or a Dense layer for each projection of its own."""
    block = _block(placed)
    options = [] if block.has_bias else ["use_bias=False"]
    options += placed.regularizer("kernel_regularizer")
    if is_multihead(placed.network, placed.node):
        if placed.features != block.size:
            options.append(f"output_shape={block.size}")
        made = ", ".join([str(block.heads), str(block.width), *options])
        return {placed.attribute: f"keras.layers.MultiHeadAttention({made})"}
    made = ", ".join([str(block.size), *options])
    return dict.fromkeys(placed.held.modules, f"keras.layers.Dense({made})")


def attention_lines(placed: KerasPlaced) -> list[str]:
    """z of every step."""
    if not is_multihead(placed.network, placed.node):
        return _by_hand(placed)
    x, causal = placed.units_last, ", use_causal_mask=True" if _block(placed).causal else ""
    return [f"{placed.made} = self.{placed.attribute}({x}, {x}{causal})"]


def _by_hand(placed: KerasPlaced) -> list[str]:
    block, n = _block(placed), placed.node.layer
    q, k, v, s, p = (f"{letter}{n}" for letter in "qkvsp")
    lines = [
        f"{name} = {_by_head(placed, _projected(placed, letter, placed.units_last))}"
        for name, letter in zip((q, k, v), ORDER, strict=True)
    ]
    axes = "(0, 2, 1)" if block.heads == 1 else "(0, 1, 3, 2)"
    divisor = placed.number("dk")
    root = "" if divisor == 1 else f" / {divisor!r} ** 0.5"
    lines.append(f"{s} = ops.matmul({q}, ops.transpose({k}, {axes})){root}")
    if block.causal:
        steps = placed.shape.extent(Axis.STEP)
        lines.append(f'{s} = ops.where(ops.tril(ops.ones(({steps}, {steps}))) == 1, {s}, -float("inf"))')
    lines.append(f"{p} = ops.softmax({s}, axis=-1)")
    taken = f"ops.matmul({p}, {v})"
    if block.heads > 1:
        steps = placed.shape.extent(Axis.STEP)
        taken = f"ops.reshape(ops.transpose({taken}, (0, 2, 1, 3)), (-1, {steps}, {block.size}))"
    return [*lines, f"{placed.made} = {_projected(placed, 'O', taken) if block.has_out else taken}"]


def _by_head(placed: KerasPlaced, projected: str) -> str:
    """(samples, heads, steps, width) of several heads."""
    block = _block(placed)
    if block.heads == 1:
        return projected
    parted = f"(-1, {placed.shape.extent(Axis.STEP)}, {block.heads}, {block.width})"
    return f"ops.transpose(ops.reshape({projected}, {parted}), (0, 2, 1, 3))"


def _projected(placed: KerasPlaced, letter: str, x: str) -> str:
    """Through a layer, or by a weight that another layer has, too."""
    block, attribute = _block(placed), attribute_of(placed.network, placed.node, PROJECTED[letter])
    if attribute in placed.held.modules:
        return f"self.{attribute}({x})"
    product = f"ops.matmul({x}, {placed.factor(letter)})"
    if not block.has_bias:
        return product
    if letter == "O":
        return f"{product} + {placed.parameter('c')}"
    first = ORDER.index(letter) * block.size
    return f"{product} + {placed.parameter('b')}[{first}:{first + block.size}]"
