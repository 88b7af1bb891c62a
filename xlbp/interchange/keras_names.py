"""The model of Keras's that a network is exported as: what its layers and weights are called there.

A chain of layers that Keras has is a keras.Sequential, whose layers are counted, an activation being an option of the
dense layer, or the convolution, before it: ``0.kernel``.  Any other network is a keras.Model of its own, whose layers
are called by what they are, with the layer's number where there are several of a kind: ``lstm.cell.kernel``,
``dense3.kernel``.  What no layer of Keras's can hold is one of the model's own weights and called as in the sheet,
``b1``.

Kernels are (inputs, units), those of convolutions (places, channels, filters).  An LSTM has its gates in the order i,
f, c, o, as the sheet, a GRU in the order z, r, h.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlbp.interchange.held import (
    Held,
    Names,
    array_of,
    as_own,
    attribute_in,
    held_sums,
    is_used_elsewhere,
    own_parameters,
)
from xlbp.interchange.used import used_nodes
from xlbp.template.blocks.attention import PROJECTIONS, Attention
from xlbp.template.blocks.block import Axis
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.norms import BatchNorm
from xlbp.template.blocks.recurrent import BEFORE, Gru, Recurrent
from xlbp.template.layer import Node
from xlbp.template.network import Network

ATTRIBUTES = {  # what a layer is called in a model of its own
    **{"dense": "dense", "convolution": "conv", "embedding": "embedding", "positions": "positions"},
    **{"layer_norm": "layer_norm", "batch_norm": "batch_norm", "attention": "attention"},
    **{"rnn": "rnn", "lstm": "lstm", "gru": "gru"},
}
PROJECTED = {"Q": "query", "K": "key", "V": "value", "O": "out"}  # the layers of an attention that is written out
OF_MULTIHEAD = {"Q": "query_dense", "K": "key_dense", "V": "value_dense", "O": "output_dense"}
ACTIVATIONS = ("pointwise", "gated", "softmax")
WITH_ACTIVATION = ("dense", "convolution")  # whose option it is
RECURRENT = ("rnn", "lstm", "gru")
UNITS_LAST = ("dense", "layer_norm", *RECURRENT)
CHANNELS_FIRST = ("convolution", "max_pool", "avg_pool", "batch_norm")
Chain = list[tuple[Node, Node | None]]  # each layer, and the activation that is an option of it


def keras_names(network: Network) -> dict[str, Names]:
    """By layer and weight of the exported model, what its numbers are called here, in an array of Keras's shape.

    ``"0.kernel"`` of a dense layer of two units and three inputs are the six names from ``W1[1,1]`` to ``W1[2,3]`` in
    an array (3, 2).  The moving statistics of a batch normalisation are those that a row is entered with.
    """
    places = {id(node): str(place) for place, (node, _) in enumerate(chain(network))} if is_sequential(network) else {}
    by_key: dict[str, Names] = {}
    for node in network.nodes:
        held = held_by(network, node)
        for attribute, tensors in held.modules.items():
            prefix = places.get(id(node), attribute)
            by_key |= {f"{prefix}.{key}": called for key, called in tensors.items()}
        by_key |= held.own
    return by_key


def chain(network: Network) -> Chain:
    """The layers of a keras.Sequential, but for a last activation that the loss computes itself."""
    layers: Chain = []
    for node in used_nodes(network):
        before = layers[-1] if layers else None
        if node.block.kind in ACTIVATIONS and before and before[0].block.kind in WITH_ACTIVATION and not before[1]:
            layers[-1] = (before[0], node)
        else:
            layers.append((node, None))
    return layers


def is_sequential(network: Network) -> bool:
    """Whether it is a chain of Keras's own layers, each of which takes the numbers as they come."""
    nodes = network.nodes
    return all(node.inputs == (place - 1,) and _is_layer(network, node) for place, node in enumerate(nodes))


def _is_layer(network: Network, node: Node) -> bool:
    """Whether a node is one layer that takes and leaves the axes as they are, a recurrence one that starts from 0."""
    kind, shape = node.block.kind, network.inputs_of(node)[0]
    if node.shared or held_by(network, node).own:
        return False
    if kind in RECURRENT and any(any(start) for letter, start in node.start.items() if letter in ("start", "cstart")):
        return False
    if isinstance(node.block, Convolution) and not is_padded_by_keras(node.block):
        return False
    if kind in UNITS_LAST:
        return shape.axes[-1] is Axis.UNIT
    is_known = kind in (*ACTIVATIONS, "flatten", "embedding")
    return is_known or (kind in CHANNELS_FIRST and shape.axes != (Axis.STEP, Axis.UNIT))


def is_padded_by_keras(block: Convolution) -> bool:
    """Whether a convolution has no zeros around its maps, or as many as leave these as large as they are."""
    windows = block.windows
    is_same = all(2 * pad == size - 1 for pad, size in zip(windows.padding, windows.size, strict=True))
    return not any(windows.padding) or (is_same and set(windows.stride) == {1})


def attribute_of(network: Network, node: Node, base: str = "") -> str:
    """What a node's layer is called, or one of several that it has."""
    return attribute_in(ATTRIBUTES, network, node, base)


def held_by(network: Network, node: Node) -> Held:
    """Where the parameters of a node are kept, those that training leaves too, but for what a recurrence starts from.

    Parameters that it shares with another layer are kept there.
    """
    holder = HOLDERS.get(node.block.kind)
    return holder(network, node) if holder else Held()


def _of_sums(network: Network, node: Node) -> Held:
    """Dense, Conv1D or Conv2D: kernel (..., inputs, rows) and bias (rows)."""
    return held_sums(network, node, attribute_of(network, node), "kernel", lambda axes: (*range(2, axes), 1, 0))


def _of_embedding(network: Network, node: Node) -> Held:
    """Embedding: embeddings (tokens, size)."""
    own = own_parameters(network, node)
    return Held({attribute_of(network, node): {"embeddings": own["W"]}}) if own else Held()


def _of_positions(network: Network, node: Node) -> Held:
    """A weight (steps, features)."""
    own = own_parameters(network, node)
    return Held(own={attribute_of(network, node): own["P"]}) if own else Held()


def _of_norm(network: Network, node: Node) -> Held:
    """LayerNormalization or BatchNormalization: gamma, beta and moving statistics."""
    own = {letter: called for letter, called in own_parameters(network, node).items() if letter in "GB"}
    if is_used_elsewhere(network, node):
        return Held(own=as_own(node, own))
    tensors = {"gamma": own["G"], "beta": own["B"]}
    if isinstance(node.block, BatchNorm):
        by_letter = {tensor.letter: tensor for tensor in network.tensors_of(node)}
        for key, letter in (("moving_mean", "rm"), ("moving_variance", "rv")):
            tensors[key] = array_of(by_letter[letter].elements(node.layer), by_letter[letter].shape)
    return Held({attribute_of(network, node): tensors})


def _of_recurrence(network: Network, node: Node) -> Held:
    """SimpleRNN, LSTM or GRU: kernel, recurrent_kernel and bias of its cell; a GRU's update gate comes first."""
    block, own = node.block, own_parameters(network, node)
    assert isinstance(block, Recurrent)
    own = {letter: called for letter, called in own.items() if letter in ("W", "U", "b", "c", "bh")}
    if not is_of_keras(network, node):
        return Held(own=as_own(node, own))
    own["U"] = own["U"].reshape(block.rows, block.units)
    if isinstance(block, Gru):
        own = {letter: _update_first(called, block.units) for letter, called in own.items()}
    tensors = {"cell.kernel": own["W"].T, "cell.recurrent_kernel": own["U"].T}
    if "b" in own:
        tensors["cell.bias"] = np.stack([own["b"], own["c"]]) if "c" in own else own["b"].reshape(-1)
    return Held({attribute_of(network, node): tensors})


def _update_first(rows: Names, units: int) -> Names:
    """Rows of r, z and n in the order z, r, n."""
    r, z, n = rows[:units], rows[units : 2 * units], rows[2 * units :]
    return np.concatenate([z, r, n])


def is_of_keras(network: Network, node: Node) -> bool:
    """Whether SimpleRNN, LSTM or GRU computes what a recurrent layer does, with weights that no other layer has.

    A GRU that resets after the product has both biases in Keras, or none; of the others none has two.
    """
    block = node.block
    assert isinstance(block, Recurrent)
    learned = [p for p in network.parameters_of(node) if p.is_trainable]
    is_whole = not is_used_elsewhere(network, node) and all(p.shape or block.rows == 1 for p in learned)
    if not isinstance(block, Gru) or block.reset == BEFORE:
        return is_whole and all(p.letter != "bh" for p in learned)
    sizes = {p.letter: len(p.indices()) for p in learned if p.letter in "bc"}
    frozen = node.frozen & sizes.keys()
    has_both = sizes == {"b": block.rows, "c": block.rows} and len(frozen) != 1
    return is_whole and (not sizes or has_both)


def _of_attention(network: Network, node: Node) -> Held:
    """MultiHeadAttention, or a Dense layer for each of queries, keys, values and what is made of the heads."""
    block, own = node.block, own_parameters(network, node)
    assert isinstance(block, Attention)
    if is_used_elsewhere(network, node):
        return Held(own=as_own(node, own))
    biases = dict(zip("QKV", np.split(own["b"], len(PROJECTIONS)), strict=True)) if block.has_bias else {}
    biases |= {"O": own["c"]} if "c" in own else {}
    weights = {letter: own[letter] for letter in "QKVO" if letter in own}
    if is_multihead(network, node):
        tensors: dict[str, Names] = {}
        for letter, key in OF_MULTIHEAD.items():
            tensors[f"{key}.kernel"] = _by_head(weights[letter].T, block, before=letter == "O")
            if letter in biases:
                tensors[f"{key}.bias"] = biases[letter] if letter == "O" else _by_head(biases[letter], block)
        return Held({attribute_of(network, node): tensors})
    modules = {
        attribute_of(network, node, PROJECTED[letter]): {"kernel": called.T}
        | ({"bias": biases[letter]} if letter in biases else {})
        for letter, called in weights.items()
    }
    return Held(modules)


def _by_head(called: Names, block: Attention, before: bool = False) -> Names:
    """With the size of all heads, the last axis or the first, as heads and their widths."""
    shape = called.shape
    heads = (block.heads, block.width)
    return called.reshape(*heads, *shape[1:]) if before else called.reshape(*shape[:-1], *heads)


def is_multihead(network: Network, node: Node) -> bool:
    """Whether keras.layers.MultiHeadAttention computes what an attention does: it divides by the root of the width."""
    block = node.block
    assert isinstance(block, Attention)
    return not is_used_elsewhere(network, node) and block.has_out and block.divisor == block.width


HOLDERS: dict[str, Callable[[Network, Node], Held]] = {
    **{"dense": _of_sums, "convolution": _of_sums, "embedding": _of_embedding, "positions": _of_positions},
    **{"layer_norm": _of_norm, "batch_norm": _of_norm, "attention": _of_attention},
    **dict.fromkeys(RECURRENT, _of_recurrence),
}
