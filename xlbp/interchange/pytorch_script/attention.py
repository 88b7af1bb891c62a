"""Self-attention: nn.MultiheadAttention, or queries, keys and values written out where that computes something else."""

from __future__ import annotations

from xlbp.interchange.pytorch_script.placed import TorchPlaced
from xlbp.interchange.torch_names import PROJECTED, attribute_of, is_multihead
from xlbp.template.blocks.attention import Attention
from xlbp.template.blocks.block import Axis

ORDER = "QKV"  # of the parts of their common bias


def _block(placed: TorchPlaced) -> Attention:
    assert isinstance(placed.node.block, Attention)
    return placed.node.block


def attention_modules(placed: TorchPlaced) -> dict[str, str]:
    """``nn.MultiheadAttention(4, 2, ...)``, or an nn.Linear for each projection of its own."""
    block = _block(placed)
    if is_multihead(placed.network, placed.node):
        bias = "" if block.has_bias else "bias=False, "
        return {placed.attribute: f"nn.MultiheadAttention({block.size}, {block.heads}, {bias}batch_first=True)"}
    modules: dict[str, str] = {}
    for attribute, tensors in placed.held.modules.items():
        rows, columns = tensors["weight"].shape
        bias = "" if "bias" in tensors else ", bias=False"
        modules[attribute] = f"nn.Linear({columns}, {rows}{bias})"
    return modules


def attention_lines(placed: TorchPlaced) -> list[str]:
    """z of every step."""
    return _by_module(placed) if is_multihead(placed.network, placed.node) else _by_hand(placed)


def _later(placed: TorchPlaced) -> str:
    """True where a step would see a later one, (steps, steps)."""
    steps = placed.shape.extent(Axis.STEP)
    return f"torch.ones({steps}, {steps}, dtype=torch.bool).triu(diagonal=1)"


def _by_module(placed: TorchPlaced) -> list[str]:
    lines, x = [], placed.units_last
    mask = ""
    if _block(placed).causal:
        lines, mask = [f"later = {_later(placed)}"], ", attn_mask=later"
    return [*lines, f"{placed.made}, _ = self.{placed.attribute}({x}, {x}, {x}{mask}, need_weights=False)"]


def _by_hand(placed: TorchPlaced) -> list[str]:
    block, n = _block(placed), placed.node.layer
    q, k, v, s, p = (f"{letter}{n}" for letter in "qkvsp")
    several = f".unflatten(2, ({block.heads}, {block.width})).transpose(1, 2)" if block.heads > 1 else ""
    lines = [
        f"{name} = {_projected(placed, letter, placed.units_last)}{several}"
        for name, letter in zip((q, k, v), ORDER, strict=True)
    ]
    divisor = placed.number("dk")
    score = f"{q} @ {k}.transpose(-2, -1)" + ("" if divisor == 1 else f" / math.sqrt({_short(divisor)})")
    lines.append(f"{s} = {score}")
    if block.causal:
        lines += [f"later = {_later(placed)}", f"{s} = {s}.masked_fill(later, -math.inf)"]
    lines.append(f"{p} = torch.softmax({s}, dim=-1)")
    taken = f"{p} @ {v}" if block.heads == 1 else f"({p} @ {v}).transpose(1, 2).flatten(2)"
    return [*lines, f"{placed.made} = {_projected(placed, 'O', taken) if block.has_out else taken}"]


def _short(number: float) -> str:
    return repr(int(number)) if number == int(number) else repr(number)


def _projected(placed: TorchPlaced, letter: str, x: str) -> str:
    """Through a module, or by a parameter that another layer has, too."""
    block, attribute = _block(placed), attribute_of(placed.network, placed.node, PROJECTED[letter])
    tensors = placed.held.modules.get(attribute, {})
    is_whole = bool(tensors) and ("bias" in tensors or not block.has_bias)
    if is_whole:
        return f"self.{attribute}({x})"
    bias = ""
    if block.has_bias and letter == "O":
        bias = f", {placed.parameter('c')}"
    elif block.has_bias:
        first = ORDER.index(letter) * block.size
        bias = f", {placed.parameter('b')}[{first}:{first + block.size}]"
    return f"functional.linear({x}, {placed.parameter(letter)}{bias})"
