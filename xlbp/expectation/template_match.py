"""Whether a book is of the template that it should be of.

A book carries its own template, and verification asks whether the two agree.  Someone who forges both
together is found out only by laying the book beside the template itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from xlbp.expectation.book import Book
from xlbp.template.layer import Layer
from xlbp.template.load import load_template
from xlbp.template.model import Model
from xlbp.template.sources import Overrides, Source, called, overrides_of
from xlbp.template.template import Template
from xlbp.template.translation import in_language

LONGEST = 60
WORDS = {"function": "activation", "share": "dropout"}  # what the template calls a block's field


def difference(book: Book, source: Source, overrides: Overrides = ()) -> str:
    """Where a book's template differs from ``source``, changed by ``overrides``; '' where it does not.

    Comments, spaces and the order of keys make no difference; numbers that a person has set in the cells are
    none of the template's.  Raises TemplateError or UsageError if there is no such template.
    """
    for run in book.layout.runs:
        loaded = load_template(source, (*overrides_of(overrides), *run.overrides), run.template.model.data.table)
        expected = in_language(loaded, book.layout.first.texts)
        if differing := _first_difference(_meaning(expected), _meaning(run.template), ""):
            return f"differs from template {called(source)}: {differing}"
    return ""


def _meaning(template: Template) -> Template:
    """A template without how it was written down, and without how it came here."""
    title = {} if template.title == {"en": template.name} else template.title  # by default that is the file's name
    return replace(template, name="", text="", overrides=(), files={}, title=title)


def _first_difference(expected: Any, actual: Any, where: str) -> str:
    """The first difference, as ``training.learning_rate is 5, not 0.5``; '' if there is none."""
    if expected == actual:
        return ""
    if isinstance(expected, Model) and expected.layers and type(expected) is type(actual):
        return _first_difference(_in_layers(expected), _in_layers(actual), where)
    if is_dataclass(expected) and type(expected) is type(actual):
        parts = [(field.name, getattr(expected, field.name), getattr(actual, field.name)) for field in fields(expected)]
    elif isinstance(expected, Mapping) and isinstance(actual, Mapping):
        parts = [(str(key), expected.get(key), actual.get(key)) for key in {**expected, **actual}]
    elif isinstance(expected, tuple) and isinstance(actual, tuple) and len(expected) == len(actual):
        parts = [(str(n), a, b) for n, (a, b) in enumerate(zip(expected, actual, strict=True), start=1)]
    else:
        return f"{where} is {_short(actual)}, not {_short(expected)}"
    inner = (_first_difference(a, b, f"{where}.{part}".lstrip(".")) for part, a, b in parts)
    return next((difference for difference in inner if difference), f"{where} is another")


def _in_layers(model: Model) -> dict[str, Any]:
    """A network as its template has it: layer by layer, by the template's own words."""
    others = {field.name: getattr(model, field.name) for field in fields(model) if field.name != "nodes"}
    return {"layers": tuple(map(_layer, model.layers)), **others}


def _layer(layer: Layer) -> dict[str, Any]:
    """The options of a layer's blocks, and what its parameters start from, in lists of lists."""
    options: dict[str, Any] = {"frozen": sorted(layer.frozen), "activation": layer.activation, "dropout": 0.0}
    for node in layer.nodes:
        words = {field.name: getattr(node.block, field.name) for field in fields(node.block)}  # type: ignore[arg-type]
        options |= {WORDS.get(field, field): value for field, value in words.items()}
        for parameter in layer.network.parameters_of(node):
            numbers = node.start.get(parameter.letter)
            options[parameter.key] = _nested(numbers, parameter.shape) if numbers else parameter.home
    return options


def _nested(numbers: tuple[float, ...], shape: tuple[int, ...]) -> Any:
    """Numbers in row-major order, as lists within each other."""
    if len(shape) <= 1:
        return numbers
    size = len(numbers) // shape[0]
    return tuple(_nested(numbers[i : i + size], shape[1:]) for i in range(0, len(numbers), size))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
