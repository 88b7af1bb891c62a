"""Reads the [notation] of a network: the source's own numbering and symbols."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from xlbp.errors import counted
from xlbp.template.blocks.block import Tensor
from xlbp.template.layer import Node
from xlbp.template.network import Network
from xlbp.template.notation import Notation, bias_names, network_symbols, parameter_order, repeated
from xlbp.template.samples.given import Given
from xlbp.template.table import Table
from xlbp.template.template import Training


def read_network_notation(
    network: Network, training: Training, given: Given, table: Table
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The symbols of every quantity, and the parameters in the source's order."""
    notation = _notation(network, table)
    named = replace(
        notation, inputs=notation.inputs or given.input_names, targets=notation.targets or given.target_names
    )
    symbols = network_symbols(network, training, named)
    if repeated(symbols):  # by the columns of a data file, or by the template itself
        symbols = network_symbols(network, training, notation)
    must_differ(symbols, table)
    return symbols, parameter_order(network, notation)


def _notation(network: Network, table: Table) -> Notation:
    units = tuple(layer.units for layer in network.layers)
    sizes = tuple(len(layer.weights) for layer in network.layers)
    weights = table.get("weights", "")
    return Notation(
        weights=_lists(table, "weights", sizes) if isinstance(weights, list) else _numbering(table),
        biases=_list(table, "biases", len(bias_names(network))),
        inputs=_list(table, "inputs", len(network.inputs[0])),
        targets=_list(table, "targets", len(network.targets[0])),
        units=_lists(table, "units", units),
        pre_activation=_patterns(table, "pre_activation", len(network.layers)),
        activation=_patterns(table, "activation", len(network.layers)),
        loss=table.text("loss", "E"),
        unit_loss=table.text("unit_loss", ""),
        learning_rate=table.text("learning_rate", "η"),
        symbols=_symbols(network, table.table("symbols")),
    )


def _symbols(network: Network, table: Table) -> dict[str, str]:
    """The symbols of single parameters and tensors, by the names of their elements without a sample.

    A key is the number or the name of a layer, a dot, and a parameter's key or a tensor's letter: ``2.recurrent``.
    """
    symbols: dict[str, str] = {}
    for key in table.data:
        node, tensor = _named(network, table, key)
        elements = tensor.elements(node.layer)
        if not symbols.keys().isdisjoint(elements):
            table.fail(
                key, f"{key!r} names what another key of [notation.symbols] names already; leave one of them out"
            )
        symbols |= zip(elements, _texts_of(table, key, tensor), strict=True)
    return symbols


def _named(network: Network, table: Table, key: str) -> tuple[Node, Tensor]:
    """The parameter or the tensor that a key names, and its node."""
    layer, _, called = key.rpartition(".")
    nodes = [node for node in network.nodes if layer in (str(node.layer), node.name)]
    if not layer or not nodes:
        named = dict.fromkeys(text for node in network.nodes for text in (str(node.layer), node.name) if text)
        table.fail(key, f"{key!r} names no layer; write one of {', '.join(named)} before the dot, as in '1.weights'")
    parameters = {
        parameter.key: (node, parameter)
        for node in nodes
        for parameter in network.parameters_of(node)
        if parameter.home is None
    }
    tensors = {tensor.letter: (node, tensor) for node in nodes for tensor in network.tensors_of(node)}
    every: dict[str, tuple[Node, Tensor]] = {**tensors, **parameters}
    if called not in every:
        has = f"it has {', '.join((*parameters, *tensors))}" if every else "it has none"
        table.fail(key, f"layer {layer!r} has no quantity {called!r} of its own; {has}")
    return every[called]


def _texts_of(table: Table, key: str, tensor: Tensor) -> list[str]:
    """A text for each element; what a causal mask hides may be named, too, and is left out."""
    shown = tensor.indices()
    if tensor.causal and len(_flat(table.get(key))) == len(shown):
        return list(_as_shaped(table, key, (len(shown),)))
    every = replace(tensor, causal=False).indices()
    texts = dict(zip(every, _as_shaped(table, key, tensor.shape), strict=True))
    return [texts[index] for index in shown]


def _as_shaped(table: Table, key: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Texts in lists nested like the shape, or in one list; axes of one number may be left out."""
    met, texts = _shape_and_texts(table.get(key))
    if not all(isinstance(text, str) and text for text in texts):
        table.fail(key, f"{key} must be symbols: texts, nested as the numbers are")
    if met != (math.prod(shape),) and [n for n in met if n > 1] != [n for n in shape if n > 1]:
        by, needed = (" x ".join(map(str, extents)) or "1" for extents in (met, shape))
        table.fail(key, f"{key} names {by} quantities, but there are {needed}")
    return tuple(texts)


def _shape_and_texts(value: object) -> tuple[tuple[int, ...], list[Any]]:
    """How far nested lists go, by the first of each depth, and all that stands in them; ragged ones as flat."""
    texts = _flat(value)
    shape, part = [], value
    while isinstance(part, list):
        shape.append(len(part))
        part = part[0] if part else None
    return (tuple(shape) if math.prod(shape) == len(texts) else (len(texts),)), texts


def must_differ(symbols: dict[str, str], table: Table) -> None:
    """Refuse a notation that gives one symbol to two quantities."""
    if twice := repeated(symbols):
        table.fail((), f"[notation] gives the symbol {twice!r} to two quantities; make them differ")


def _numbering(table: Table) -> str:
    return table.text("weights", "", choices=("by_unit", "by_input", ""))


def _patterns(table: Table, key: str, layers: int) -> tuple[str, ...]:
    """One pattern for all layers, or one per layer."""
    if isinstance(table.get(key, ""), list):
        return _list(table, key, layers)
    pattern = table.text(key, "")
    return (pattern,) * layers if pattern else ()


def _list(table: Table, key: str, size: int) -> tuple[str, ...]:
    found = table.texts(key, ())
    if found and len(found) != size:
        table.fail(key, f"{key} names {counted(len(found), 'quantity')}, but there are {size}")
    return found


def _lists(table: Table, key: str, sizes: tuple[int, ...]) -> tuple[tuple[str, ...], ...]:
    """One list of symbols per layer; a matrix of weights may also be given row by row."""
    value = table.get(key, [])
    if value == []:
        return ()
    rows = [_flat(row) for row in value] if isinstance(value, list) else []
    if [len(row) for row in rows] != list(sizes) or not all(isinstance(s, str) for row in rows for s in row):
        wanted = ", ".join(map(str, sizes))
        table.fail(key, f"{key} needs one list of texts per layer, with {wanted} entries")
    return tuple(tuple(row) for row in rows)


def _flat(row: object) -> list[Any]:
    """All that stands in nested lists, from the first to the last."""
    return [x for part in row for x in _flat(part)] if isinstance(row, list) else [row]
