"""What comments of an exported script say: the sheet's symbols of numbers, and the columns in which they stand."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.utils import get_column_letter

from xlbp.interchange.literals import WIDTH
from xlbp.interchange.quoting import docstring
from xlbp.interchange.source import Source
from xlbp.template import names
from xlbp.template.quantity import Quantity

MOST = 6  # that are named one by one


def listed(symbols: Sequence[str]) -> str:
    """``w1, w2, w3``; of many the first and the last: ``w1 to w24``."""
    each = list(dict.fromkeys(" ".join(symbol.split()) for symbol in symbols))  # a column's name may have two lines
    listing = ", ".join(each)
    return listing if len(each) <= MOST and len(listing) <= WIDTH - 20 else f"{each[0]} to {each[-1]}"


def parameters(source: Source, elements: Sequence[Quantity]) -> str:
    """``w1, w2, w3, w4: columns B:E`` of trained parameters; of others, which stand on the panel, the symbols."""
    contents = source.contents
    symbols = listed([contents.symbol(name) for name in elements])
    columns = sorted(contents.layout.columns[name] for name in elements if name in contents.layout.columns)
    if not columns:
        return symbols
    first, last = get_column_letter(columns[0]), get_column_letter(columns[-1])
    if columns[-1] - columns[0] >= len(columns):  # others stand between
        return symbols
    return f"{symbols}: column {first}" if first == last else f"{symbols}: columns {first}:{last}"


def columns_of_inputs(source: Source) -> str:
    """What a sample's inputs are called."""
    network = source.template.model.network
    return _columns(source, network.each_input()[: len(network.given)])


def columns_of_targets(source: Source) -> str:
    """What a sample's targets are called."""
    return _columns(source, source.template.model.network.each_target())


def classes(source: Source) -> str:
    """What the classes are called, in the order of their numbers."""
    called = listed(list(source.template.model.network.output_names.values()))
    return f"classes, counted from 0: {called}" if called else "classes, counted from 0"


def _columns(source: Source, elements: Sequence[Quantity]) -> str:
    model, contents = source.template.model, source.contents
    if model.stored:
        return listed([contents.column_symbol(name) for name in elements])
    return listed([contents.bare_symbol(name.sampled(model.marks[0])) for name in elements])


def loss(source: Source) -> str:
    """What the sheet calls the loss."""
    return source.contents.symbol(source.contents.objective)


def heading(source: Source, framework: str) -> list[str]:
    """The docstring of a script: what it trains, where that comes from, and what it prints."""
    template, iteration = source.template, source.contents.symbol(names.ITERATION)
    origin = template.source.get("en", "")
    about = (
        f"Written by xlbp from the template {template.name}, for {framework}.  Each line that it prints is an iteration"
        f" and its loss, {iteration} and {loss(source)} of the sheet Training, whose columns the comments name."
    )
    about += "  Behind it stands the loss of the samples for testing." if template.model.data.test else ""
    return [*docstring([template.title["en"], *([f"Source: {origin}"] if origin else []), about]), ""]
