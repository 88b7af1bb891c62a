"""Reads the [notation] of a network: the source's own numbering and symbols."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
    )


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
        table.fail(key, f"{key} names {len(found)} quantities, but there are {size}")
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
    return [x for part in row for x in _flat(part)] if isinstance(row, list) else [row]
