"""Whether a book is of the template that it should be of.

A book carries its own template, and verification asks whether the two agree.  Someone who forges both
together is found out only by laying the book beside the template itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from xlbp.expectation.book import Book
from xlbp.template.load import load_template
from xlbp.template.template import Template

LONGEST = 60


def difference(book: Book, name: str, overrides: Sequence[str] = ()) -> str:
    """Where a book's template differs from the one called ``name``, changed by ``overrides``; '' where it does not.

    Comments, spaces and the order of keys make no difference; numbers that a person has set in the cells are
    none of the template's.  Raises TemplateError or UsageError if there is no such template.
    """
    for run in book.layout.runs:
        expected = load_template(name, (*overrides, *run.overrides), _takes_table(run.template))
        if differing := _first_difference(_meaning(expected), _meaning(run.template), ""):
            return f"differs from template {name}: {differing}"
    return ""


def _takes_table(template: Template) -> bool:
    data = getattr(template.model, "data", None)
    return bool(data is not None and data.table)


def _meaning(template: Template) -> Template:
    """A template without how it was written down, and without how it came here."""
    title = {} if template.title == {"en": template.name} else template.title  # by default that is the file's name
    return replace(template, name="", text="", overrides=(), files={}, title=title)


def _first_difference(expected: Any, actual: Any, where: str) -> str:
    """The first difference, as ``training.learning_rate is 5, not 0.5``; '' if there is none."""
    if expected == actual:
        return ""
    if is_dataclass(expected) and type(expected) is type(actual):
        parts = [(field.name, getattr(expected, field.name), getattr(actual, field.name)) for field in fields(expected)]
    elif isinstance(expected, Mapping) and isinstance(actual, Mapping) and expected.keys() == actual.keys():
        parts = [(str(key), value, actual[key]) for key, value in expected.items()]
    elif isinstance(expected, tuple) and isinstance(actual, tuple) and len(expected) == len(actual):
        parts = [(str(n), a, b) for n, (a, b) in enumerate(zip(expected, actual, strict=True), start=1)]
    else:
        return f"{where} is {_short(actual)}, not {_short(expected)}"
    inner = (_first_difference(a, b, f"{where}.{part}".lstrip(".")) for part, a, b in parts)
    return next((difference for difference in inner if difference), f"{where} is another")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
