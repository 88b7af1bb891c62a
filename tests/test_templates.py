"""The templates that stand for all show whatever any shipped template shows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.teaching import laid_out
from tests.templates import ALL, DRAWN, FEW, REPRESENTATIVES, loaded
from xlbp.template.array_graph import ArrayGraph
from xlbp.template.blocks.norms import Norm
from xlbp.template.document import Document
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.sheets.registry import SHEETS

ROOT = Path(__file__).resolve().parent.parent
OF_AN_AUTHOR = ("variables", "constants")  # their keys are names that an author is free to choose
FREE_TEXTS = ("objective", "file", "alphabet", "from", "same_as")
LAYER_NAME = ("network", "layers", "name")  # one more free text; elsewhere name is a choice
SYMBOLS = ("notation", "symbols")  # one more table whose keys are an author's
ELSEWHERE = {  # what other templates show that the sheets do not depend on, by the tests that prove it
    "tests/test_double_entry.py": {
        *("network.layers.reset = before", "network.loss = half_mse", "identity with half_mse", "operation relu"),
        "network.layers.kernel",  # a number for both directions
    },
    "tests/template/test_initial_schemes.py": {
        *("network.layers.weights.init = uniform", "network.layers.weights.low", "network.layers.weights.high"),
        *("network.layers.weights.init = he_uniform", "network.layers.recurrent.init = orthogonal"),
        *("network.layers.recurrent.seed", "network.layers.recurrent.digits"),
    },
    "tests/test_every_cell.py": {
        *("network.layers.heads", "network.layers.divide_by_root_of", "network.layers.out is a list"),
        *("network.layers.weights.same_as", "data.alphabet is a list"),
        *("network.layers.kind = add", "network.layers.kind = concat"),
        *("network.layers.from", "network.layers.from is a list", "network.layers.name"),
    },
    "tests/template/samples": {"data.sequence = wave", "data.step = step", "data.shape is a list"},
    "tests/reference/test_data.py": {"data.scale = minmax"},
}


@cache
def features(name: str) -> frozenset[str]:
    """What a shipped template shows: the keys it sets, the words it chooses, its sizes, the sheets of its book."""
    contents = laid_out(name, 1)
    stated = Document(contents.template.text, name).data
    return frozenset((*stated_in(stated), *sizes_of(contents), *sheets_of(contents)))


def stated_in(value: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Each key of a template's text, with its value where that is one of several words; titles and notes apart."""
    if path[:1] == ("template",):
        return
    if path == SYMBOLS:
        yield ".".join(path)
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
    is_free = path[-1] in FREE_TEXTS or path == LAYER_NAME or (path[0] == "notation" and path[-1] != "weights")
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


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_what_a_template_shows_is_shown_by_one_that_stands_for_all(name: str) -> None:
    """Every key, word, operation, size and sheet of any shipped template is in one that is taken, or elsewhere."""
    left = features(name) - frozenset().union(*map(features, REPRESENTATIVES))
    assert left <= set().union(*ELSEWHERE.values())


@pytest.mark.slow
@pytest.mark.parametrize("place", ELSEWHERE)
def test_what_is_shown_elsewhere_is_shown_there(place: str) -> None:
    """The tests that are said to prove it are there, and some template needs it to be said."""
    assert (ROOT / place).exists()
    shown = frozenset().union(*map(features, REPRESENTATIVES))
    assert ELSEWHERE[place] <= frozenset().union(*map(features, ALL)) - shown


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in REPRESENTATIVES if name not in FEW])
def test_each_that_stands_for_all_is_needed(name: str) -> None:
    """Without it something would be shown by none."""
    others = frozenset().union(*(features(other) for other in REPRESENTATIVES if other != name))
    assert features(name) - others


def test_the_few_are_of_those_that_stand_for_all() -> None:
    """What is tested quickly is tested in a whole run as well."""
    assert set(FEW) <= set(REPRESENTATIVES) <= set(ALL)


def test_the_few_have_every_kind_of_sheet() -> None:
    """What is tested with them in other languages leaves out no sheet but that of a person's own numbers."""
    books = [laid_out(name) for name in FEW]
    assert [sheet.key for sheet in SHEETS if not any(map(sheet.is_in, books))] == ["my_numbers"]


def is_drawn(name: str) -> bool:
    """Whether the picture has a node for each number: of a graph, or of a network without steps, places and norms."""
    model = loaded(name).model
    if isinstance(model, ArrayGraph):
        return False
    shapes = [shape for layer in model.layers for shape in (layer.sources_shape, layer.shape)]
    has_norm = any(isinstance(node.block, Norm) for layer in model.layers for node in layer.nodes)
    return all(len(shape) == 1 for shape in shapes) and not has_norm


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_the_drawn_ones_are_those_that_can_be(name: str) -> None:
    """What is listed, so that no template is loaded before a test runs, is what the templates say."""
    assert is_drawn(name) == (name in DRAWN)
