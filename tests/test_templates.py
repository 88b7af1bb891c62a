"""The templates that stand for all show whatever any shipped template shows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from tests.templates import ALL, FEW, REPRESENTATIVES
from xlbp.expectation.contents import lay_out
from xlbp.template.document import Document
from xlbp.template.load import load_template
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.sheets.registry import SHEETS

OF_AN_AUTHOR = ("variables", "constants")  # their keys are names that an author is free to choose
FREE_TEXTS = ("objective", "file")


@cache
def features(name: str) -> frozenset[str]:
    """What a shipped template shows: the keys it sets, the words it chooses, its sizes, the sheets of its book."""
    contents = lay_out(load_template(name, ("training.iterations=1",)), "en")
    stated = Document(contents.template.text, name).data
    return frozenset((*stated_in(stated), *sizes_of(contents), *sheets_of(contents)))


def stated_in(value: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Each key of a template's text, with its value where that is one of several words; titles and notes apart."""
    if path[:1] == ("template",):
        return
    if isinstance(value, dict) and path[-1:] not in [(key,) for key in OF_AN_AUTHOR]:
        for key, inner in value.items():
            yield from stated_in(inner, (*path, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for inner in value:
            yield from stated_in(inner, path)
    else:
        yield ".".join(path) + word_of(value, path)


def word_of(value: Any, path: tuple[str, ...]) -> str:
    """What is chosen there, of what is no number and no free text."""
    is_free = path[-1] in FREE_TEXTS or (path[0] == "notation" and path[-1] != "weights")
    if isinstance(value, bool) or (isinstance(value, str) and not is_free):
        return f" = {value}"
    return " is a list" if isinstance(value, list) else ""


def sizes_of(contents: Contents) -> Iterator[str]:
    """How many layers, outputs and samples there are, as far as it makes a difference, and the operations."""
    model = contents.template.model
    yield ("no layers", "one layer", "two layers", "more layers")[min(len(model.layers), 3)]
    yield "one sample" if model.samples == 1 else "several samples"
    if model.layers:
        yield f"{model.layers[-1].activation} with {model.loss}"
    yield from (f"operation {step.operation}" for step in getattr(model, "steps", ()))


def sheets_of(contents: Contents) -> Iterator[str]:
    """The sheets that the book has, and those that it has not, for one output or several."""
    outputs = "several outputs" if len(contents.template.model.output) > 1 else "one output"
    for sheet in SHEETS:
        yield f"{'a' if sheet.is_in(contents) else 'no'} sheet {sheet.key} for {outputs}"


@pytest.mark.parametrize("name", ALL)
def test_what_a_template_shows_is_shown_by_one_that_stands_for_all(name: str) -> None:
    """Every key, word, operation, size and sheet of any shipped template is in one that the tests take."""
    assert features(name) <= frozenset().union(*map(features, REPRESENTATIVES))


@pytest.mark.parametrize("name", [name for name in REPRESENTATIVES if name not in FEW])
def test_each_that_stands_for_all_is_needed(name: str) -> None:
    """Without it something would be shown by none."""
    others = frozenset().union(*(features(other) for other in REPRESENTATIVES if other != name))
    assert features(name) - others


def test_the_few_are_of_those_that_stand_for_all() -> None:
    """What is tested quickly is tested in a whole run as well."""
    assert set(FEW) <= set(REPRESENTATIVES) <= set(ALL)


def test_the_few_have_every_kind_of_sheet() -> None:
    """What is tested with them in other languages leaves out no sheet."""
    books = [lay_out(load_template(name, ("training.iterations=1",)), "en") for name in FEW]
    assert [sheet.key for sheet in SHEETS if not any(map(sheet.is_in, books))] == []
