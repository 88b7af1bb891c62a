"""The module of PyTorch's that a network is exported as: what its layers and parameters are called there.

A chain of layers is an nn.Sequential, whose modules are counted, activations too: ``0.weight``.  Any other network
is a module of its own, whose layers are called by what they are, with the layer's number where there are several of a
kind: ``lstm.weight_ih_l0``, ``linear3.weight``.  A parameter that no module of PyTorch's can hold (a bias that all
units share, the gates of a recurrence that PyTorch has not) is one of the network's own and called as in the sheet,
``b1``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from xlbp.interchange.held import Held, Names, array_of, as_own, attribute_in, held_sums, layer_name, own_parameters
from xlbp.template.blocks.attention import PROJECTIONS, Attention
from xlbp.template.blocks.block import FEATURES, Axis
from xlbp.template.blocks.norms import BatchNorm
from xlbp.template.blocks.recurrent import AFTER, Gru, Recurrent
from xlbp.template.layer import Node
from xlbp.template.network import Network

ATTRIBUTES = {  # what a layer is called in a module of its own
    **{"dense": "linear", "convolution": "conv", "embedding": "embedding", "positions": "positions"},
    **{"layer_norm": "layer_norm", "batch_norm": "batch_norm", "attention": "attention"},
    **{"rnn": "rnn", "lstm": "lstm", "gru": "gru"},
}
ANY_SHAPE = ("pointwise", "gated", "softmax", "maxout", "dropout", "flatten", "embedding")
UNITS_LAST = ("dense", "layer_norm")
CHANNELS_FIRST = ("convolution", "max_pool", "avg_pool", "batch_norm")


def torch_names(network: Network) -> dict[str, Names]:
    """By the key in the state dict of the exported module, what its numbers are called here.

    ``"0.weight"`` of a dense layer of two units and three inputs are the six names from ``W1[1,1]`` to ``W1[2,3]`` in
    an array (2, 3); where PyTorch has a number that the sheet has not, such as a second bias, there is None.  The
    running statistics of a batch norm are those that a row is entered with.
    """
    by_key: dict[str, Names] = {}
    for place, node in enumerate(network.nodes):
        held = held_by(network, node)
        for attribute, tensors in held.modules.items():
            prefix = str(place) if is_sequential(network) else attribute
            by_key |= {f"{prefix}.{key}": called for key, called in tensors.items()}
        by_key |= held.own
    return by_key


def names_of_modules(network: Network) -> dict[str, Names]:
    """The same by the key in a person's own module, where the template's layers are called as the modules of that.

    ``"head.weight"`` are the numbers of the layer with ``name = "head"``, whose other modules are called as in
    :func:`torch_names`.
    """
    by_key: dict[str, Names] = {}
    for node in network.nodes:
        held = held_by(network, node)
        for attribute, tensors in held.modules.items():
            prefix = node.name if node.name and len(held.modules) == 1 else attribute
            by_key |= {f"{prefix}.{key}": called for key, called in tensors.items()}
        by_key |= held.own
    return by_key


def torch_names_for(network: Network, keys: Iterable[str]) -> dict[str, Names]:
    """By each of these keys of a state dict, and by those that it lacks, what the numbers are called here.

    They are those of the exported module, or of a person's own, whichever has more of them.
    """
    exported = torch_names(network)
    own = names_of_modules(network)
    spelled = {layer_key(key): key for key in keys}
    if len(own.keys() & spelled.keys()) <= len(exported.keys() & set(spelled.values())):
        return exported
    return {spelled.get(key, key): called for key, called in own.items()}


def layer_key(key: str) -> str:
    """A key of a state dict with its module called as the layer is in a template: ``encoder_fc1.weight``."""
    module, _, parameter = key.rpartition(".")
    inner = "out_proj"  # the module within an nn.MultiheadAttention
    module, inside = (module.removesuffix(f".{inner}"), f"{inner}.") if module.endswith(f".{inner}") else (module, "")
    return f"{layer_name(module)}.{inside}{parameter}" if module else key


def is_sequential(network: Network) -> bool:
    """Whether it is a chain of PyTorch's own modules, each of which takes the numbers as they come."""
    return all(node.inputs == (place - 1,) and _is_module(network, node) for place, node in enumerate(network.nodes))


def _is_module(network: Network, node: Node) -> bool:
    """Whether a node is one module, from one tensor to another, that takes and leaves the axes as they are."""
    kind, shape = node.block.kind, network.inputs_of(node)[0]
    if node.shared or held_by(network, node).own:
        return False
    if kind in UNITS_LAST:
        return shape.axes[-1] is Axis.UNIT
    return kind in ANY_SHAPE or (kind in CHANNELS_FIRST and shape.axes != (Axis.STEP, Axis.UNIT))


def attribute_of(network: Network, node: Node, base: str = "") -> str:
    """What a layer's module is called, or one of several that it has; by its number if there are more of the kind."""
    return attribute_in(ATTRIBUTES, network, node, base)


def held_by(network: Network, node: Node) -> Held:
    """Where the parameters of a node are kept, those that training leaves too, but for what a recurrence starts from.

    Parameters that it shares with another layer are kept there.
    """
    holder = HOLDERS.get(node.block.kind)
    return holder(network, node) if holder else Held()


def _of_sums(network: Network, node: Node) -> Held:
    """nn.Linear, nn.Conv1d or Conv2d: weight (rows, ...) and bias (rows)."""
    return held_sums(network, node, attribute_of(network, node), "weight")


def _of_embedding(network: Network, node: Node) -> Held:
    """nn.Embedding: weight (tokens, size)."""
    own = own_parameters(network, node)
    return Held({attribute_of(network, node): {"weight": own["W"]}}) if own else Held()


def _of_positions(network: Network, node: Node) -> Held:
    """A parameter (steps, features)."""
    own = own_parameters(network, node)
    return Held(own={attribute_of(network, node): own["P"]}) if own else Held()


def _of_norm(network: Network, node: Node) -> Held:
    """nn.LayerNorm, nn.BatchNorm1d or 2d: weight and bias (features), and running statistics.

    Where one of weight and bias is another layer's, the other one is the network's own.
    """
    own = {letter: called for letter, called in own_parameters(network, node).items() if letter in "GB"}
    tensors: dict[str, Names] = {}
    if len(own) == len("GB"):
        tensors = {"weight": own.pop("G"), "bias": own.pop("B")}
    if isinstance(node.block, BatchNorm):
        by_letter = {tensor.letter: tensor for tensor in network.tensors_of(node)}
        for key, letter in (("running_mean", "rm"), ("running_var", "rv")):
            tensors[key] = array_of(by_letter[letter].elements(node.layer), by_letter[letter].shape)
    return Held({attribute_of(network, node): tensors} if tensors else {}, as_own(node, own))


def _of_recurrence(network: Network, node: Node) -> Held:
    """nn.RNN, nn.LSTM or nn.GRU: weight_ih_l0, weight_hh_l0, bias_ih_l0 and bias_hh_l0."""
    block, own = node.block, own_parameters(network, node)
    assert isinstance(block, Recurrent)
    own = {letter: called for letter, called in own.items() if letter in ("W", "U", "b", "c", "bh")}
    if not is_of_pytorch(network, node):
        return Held(own=as_own(node, own))
    square = own["U"].reshape(block.rows, block.units)
    tensors = {"weight_ih_l0": own["W"], "weight_hh_l0": square}
    if own.keys() & {"b", "c", "bh"}:
        first = own.get("b", _none(block.rows)).reshape(-1)
        second = own.get("c", own.get("bh", _none(block.rows)))
        second = np.concatenate([_none(block.rows - len(second)), second])
        tensors |= {"bias_ih_l0": first, "bias_hh_l0": second}
    return Held({attribute_of(network, node): tensors})


def is_of_pytorch(network: Network, node: Node) -> bool:
    """Whether nn.RNN, LSTM or GRU computes what a recurrent layer does, with parameters of its own."""
    block = node.block
    assert isinstance(block, Recurrent)
    learned = [p for p in network.parameters_of(node) if p.is_trainable]
    is_whole = all(p.home is None and (p.shape or block.rows == 1) for p in learned)
    return is_whole and not (isinstance(block, Gru) and block.reset != AFTER)


def _none(count: int) -> Names:
    return np.full(count, None, dtype=object)


def _of_attention(network: Network, node: Node) -> Held:
    """nn.MultiheadAttention, or an nn.Linear for each of queries, keys, values and what is made of the heads."""
    block, own = node.block, own_parameters(network, node)
    assert isinstance(block, Attention)
    if is_multihead(network, node):
        tensors = {"in_proj_weight": np.concatenate([own[letter] for letter, _ in PROJECTIONS.values()])}
        tensors |= {"in_proj_bias": own["b"]} if block.has_bias else {}
        tensors |= {"out_proj.weight": own["O"]} | ({"out_proj.bias": own["c"]} if block.has_bias else {})
        return Held({attribute_of(network, node): tensors})
    modules: dict[str, dict[str, Names]] = {}
    weights = {letter: own.pop(letter) for letter in "QKVO" if letter in own}
    biases = _biases_of_projections(block, own) if len(weights) == len("QKV") + block.has_out else {}
    for letter, called in weights.items():
        attribute = attribute_of(network, node, PROJECTED[letter])
        modules[attribute] = {"weight": called} | ({"bias": biases[letter]} if letter in biases else {})
    kept = {letter: called for letter, called in own.items() if not biases}
    return Held(modules, as_own(node, kept))


PROJECTED = {"Q": "query", "K": "key", "V": "value", "O": "out"}  # the modules of an attention that is written out


def _biases_of_projections(block: Attention, own: Mapping[str, Names]) -> dict[str, Names]:
    """The bias of each module; none where some belong to another layer."""
    if set(own) != ({"b", "c"} if block.has_out else {"b"}):
        return {}
    parts = dict(zip("QKV", np.split(own["b"], len(PROJECTIONS)), strict=True))
    return parts | ({"O": own["c"]} if block.has_out else {})


def is_multihead(network: Network, node: Node) -> bool:
    """Whether nn.MultiheadAttention computes what an attention does.

    It projects to the features that come in, divides by the root of a head's width, and has one parameter for queries,
    keys and values.
    """
    block, features = node.block, network.inputs_of(node)[0].extent(*FEATURES)
    assert isinstance(block, Attention)
    projections = {letter for letter, _ in PROJECTIONS.values()}
    is_whole = not node.shared and len(projections & node.frozen) in (0, len(projections))
    return is_whole and block.has_out and features == block.size and block.divisor == block.width


HOLDERS: dict[str, Callable[[Network, Node], Held]] = {
    **{"dense": _of_sums, "convolution": _of_sums, "embedding": _of_embedding, "positions": _of_positions},
    **{"layer_norm": _of_norm, "batch_norm": _of_norm, "attention": _of_attention},
    **{"rnn": _of_recurrence, "lstm": _of_recurrence, "gru": _of_recurrence},
}
