"""A new sample: what is typed, what the network answers, and what is said of an entry that is of no use."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl.utils import get_column_letter

from tests.books import retype
from tests.teaching import (
    GOOD,
    Expected,
    cells_of,
    change,
    laid_out,
    laid_out_of,
    page_of,
    recalculate,
    row_in,
    shown,
    shown_of,
    verdict,
    verify_and_read,
)
from tests.templates import ALL
from tests.training_templates import text, written
from xlbp.pipeline import generate, verify
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.sheets.outcomes import NONE, outcomes_of
from xlbp.workbook.sheets.try_it.typed import LETTERS, NUMBERS, TOKENS, WORD, can_be_tried, first_typed, typed_of

Make = Callable[..., Path]
WORDS = """[network]
[[network.layers]]
kind = "rnn"
units = 2
{first}
[data]
alphabet = ["the", "cat", "sat"]
inputs = ["the cat", "cat sat"]
targets = [[1, 0], [0, 1]]
[training]
iterations = 2
learning_rate = 0.1
"""
EMBEDDED = """[network]
[[network.layers]]
kind = "embedding"
rows = {rows}
size = 2
[[network.layers]]
kind = "flatten"
[[network.layers]]
units = 1
[data]
{data}
targets = [[1], [0]]
[training]
iterations = 2
learning_rate = 0.1
"""


def prediction(expected: Expected) -> list[Any]:
    """The row under the headings of the prediction, from left to right."""
    page = page_of(expected, "try_it")
    cells = cells_of(page)
    column = next(at for (row, at), content in cells.items() if row == 5 and content == "Prediction")
    return [cells[7, at] for at in range(column + 1, column + 10) if (7, at) in cells]


# what is typed


def contents_of(source: str) -> Contents:
    """What the book of a shipped template, or of a text, is made from."""
    return laid_out(source) if source in ALL else laid_out_of(source)


@pytest.mark.parametrize(
    ("source", "kind", "entries"),
    [
        ("iris", NUMBERS, 4),
        ("three-digits", NUMBERS, 64),
        ("char-rnn", WORD, 1),
        ("bigram", WORD, 1),
        (WORDS.format(first=""), LETTERS, 2),
        (EMBEDDED.format(rows=3, data="inputs = [[0, 2], [1, 1]]"), TOKENS, 2),
        (EMBEDDED.format(rows=3, data='alphabet = "abc"\ninputs = ["ab", "ca"]'), WORD, 1),
    ],
)
def test_an_entry_is_the_sample_that_it_spells(source: str, kind: str, entries: int) -> None:
    """Numbers one by one, a word as one text, letters of several characters each; they make the sample's own inputs."""
    contents = contents_of(source)
    typed, network = typed_of(contents), contents.network
    assert (typed.kind, typed.count) == (kind, entries)
    for sample in network.inputs:
        spelled = typed.entries(sample)
        assert len(spelled) == entries
        assert [typed.read(place, entry) for place, entry in enumerate(spelled)] == list(spelled)
        assert typed.inputs(spelled) == list(sample)
    assert first_typed(contents) == typed.entries(network.inputs[0])


@pytest.mark.parametrize(
    ("source", "content"),
    [
        ("char-rnn", "hel"),
        ("char-rnn", "hellx"),
        ("char-rnn", "HELL"),
        ("char-rnn", None),
        (WORDS.format(first=""), "dog"),
        (EMBEDDED.format(rows=3, data="inputs = [[0, 2], [1, 1]]"), 3),
        (EMBEDDED.format(rows=3, data="inputs = [[0, 2], [1, 1]]"), 0.5),
    ],
)
def test_no_entry_is_made_up(source: str, content: Any) -> None:
    """A word of another length, an unknown letter, a token that no row has."""
    assert typed_of(contents_of(source)).read(0, content) is None


def test_digits_of_an_alphabet_are_letters() -> None:
    """A spreadsheet takes 10 for a number, which is the word "10" all the same."""
    made = EMBEDDED.format(rows=2, data='alphabet = "01"\ninputs = ["01", "10"]')
    assert typed_of(laid_out_of(made)).read(0, 10.0) == "10"
    assert typed_of(laid_out_of(made)).read(0, 2.0) is None


TOWNS = """[network]
[[network.layers]]
units = 1
weights = [[0.5, 1, 2, 3]]
[data]
file = "towns.csv"
inputs = ["smokes", "town"]
targets = ["rent"]
scale_targets = "standard"
codes."smokes" = { "no" = 0, "yes" = 1 }
categories."town" = ["Bonn", "Köln", "Ulm, Donau"]
[training]
iterations = 2
learning_rate = 0.1
"""
RENTS = 'smokes,town,rent\nno,Köln,500\nyes,Bonn,600\nyes,"Ulm, Donau",400\nno,Bonn,650\n'


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book whose inputs are texts: one with codes, one a category."""
    folder = tmp_path_factory.mktemp("towns")
    (folder / "towns.csv").write_text(RENTS, "utf-8")
    (folder / "towns.toml").write_text(TOWNS, "utf-8")
    return generate(str(folder / "towns.toml"), folder / "towns.xlsx", language="en").path


@pytest.mark.slow
def test_texts_are_chosen_as_the_file_has_them(towns: Path, tmp_path: Path) -> None:
    """A category and a text with a code have a cell each; the answer is that of the numbers which they are."""
    report, grids = verify_and_read(
        change(towns, tmp_path / "ulm.xlsx", {"Try it!C7": "yes", "Try it!C8": "Ulm, Donau"})
    )
    assert verdict(report) == GOOD
    grid = grids["Try it"]
    assert [row[1:3] for row in grid[6:8]] == [["smokes", "yes"], ["town", "Ulm, Donau"]]
    inputs = grid.index(row_in(grid, "town=Bonn", 4))
    assert [row[2:6] for row in grid[inputs : inputs + 2]] == [
        ["smokes", "town=Bonn", "town=Köln", "town=Ulm, Donau"],
        [1.0, 0.0, 0.0, 1.0],
    ]


@pytest.mark.slow
def test_a_text_that_is_none_of_them_is_told(towns: Path, tmp_path: Path) -> None:
    """Verify names the cell with what it takes; the sheet says it beside the cell and answers nothing."""
    book = change(towns, tmp_path / "paris.xlsx", {"Try it!C8": "Paris"})
    [report] = verify(book)
    assert [(m.cell, m.expected) for m in report.mismatches] == [("Try it!C8", "one of Bonn, Köln, Ulm, Donau")]
    grid = recalculate(book)["Try it"]
    assert "← choose from the list" in grid[7]
    assert NONE in [cell for row in grid for cell in row]


# what is answered


@pytest.mark.parametrize("iteration", [0, 2, 3])
@pytest.mark.parametrize("name", ["mazur", "xor", "cnn", "lstm", "self-attention", "transformer-block", "iris"])
def test_a_sample_of_the_training_has_its_own_outputs(name: str, iteration: int) -> None:
    """The first sample is there at first: its prediction is that of the row, where the row has it."""
    expected = shown(name, 3, ("training.batch_size=all",), tried_at=iteration)
    network = expected.contents.network
    mark = network.marks[0]
    cells = cells_of(page_of(expected, "try_it"))
    for output in network.output:
        value = float(expected.history[output.sampled(mark)][iteration])
        assert any(isinstance(c, float) and math.isclose(c, value, rel_tol=1e-12) for c in cells.values()), output


def test_a_prediction_is_in_the_units_of_the_data() -> None:
    """The output times the spread of the targets, and their mean added; the heading is the output's symbol."""
    expected = shown_of(text(data="scale = 'minmax'\nscale_targets = 'standard'"))
    targets = np.array(expected.contents.template.model.targets)[:, 0]
    last = expected.contents.layout.iterations
    output = float(expected.history["z2[1]@1"][last])
    assert prediction(expected) == [pytest.approx(output * targets.std() + targets.mean(), rel=1e-12)]
    assert outcomes_of(expected.contents).labels == ("ŷ1",)


@pytest.mark.slow
def test_a_class_is_named_with_its_probabilities() -> None:
    """The largest output names the class; of a single one the side it is on."""
    expected = shown("iris", 60)
    said, *probabilities = prediction(expected)
    names = outcomes_of(expected.contents).labels
    assert names == ("setosa", "versicolor", "virginica")
    assert said == names[int(np.argmax(probabilities))]
    assert sum(probabilities) == pytest.approx(1)
    said, probability = prediction(shown("spiral", 3))
    assert said == ("class = 1" if probability > 0.5 else "class = 0")


def test_batch_norm_answers_by_its_running_statistics() -> None:
    """As for samples kept for testing: the same sample among these has the same output."""
    data = "data.test_inputs=[[1,2]]", "data.test_targets=[[0]]"
    expected = shown("batch-norm", 3, data, tried=(1.0, 2.0), tried_at=3)
    output = float(expected.history[f"{expected.contents.network.output[0]}@T1"][3])
    assert prediction(expected)[-1] == pytest.approx(output, rel=1e-12)


# in a book


@pytest.fixture(scope="module")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six flowers of three kinds, by two numbers; the prediction is that of the seventh iteration."""
    folder = tmp_path_factory.mktemp("flowers")
    template = written(text(filed=True, data="scale = 'standard'"), folder)
    return generate(str(template), folder / "flowers.xlsx", language="en", check_it=False).path


@pytest.mark.slow
def test_another_sample_is_verified(flowers: Path, tmp_path: Path) -> None:
    """What a person types is what the reference answers, in every cell; out of range is told."""
    book = retype(flowers, tmp_path / "typed.xlsx", {"Try it!C7": 4.9, "Try it!C8": 9.5, "Try it!C3": 2})
    report, grids = verify_and_read(book)
    assert verdict(report) == GOOD
    assert row_in(grids["Try it"], "width")[5] == "← outside what it was trained on"
    assert row_in(grids["Try it"], "length")[5] == ""
    assert row_in(grids["Try it"], "length")[3:5] == [4.9, 6.7]


@pytest.mark.slow
def test_without_a_number_there_is_no_prediction(flowers: Path, tmp_path: Path) -> None:
    """The cell says what is needed, nothing is taken for 0, and verify names the cell."""
    book = retype(flowers, tmp_path / "typed.xlsx", {"Try it!C8": "wide"})
    grid = recalculate(book)["Try it"]
    assert row_in(grid, "width")[5] == "← a number is needed"
    assert [cell for cell in grid[6] if cell == NONE] == [NONE] * 4
    [report] = verify(book)
    assert not report.ok
    assert ("Try it!C8", "a number") in [(m.cell, m.expected) for m in report.mismatches]


@pytest.mark.slow
def test_a_wrong_cell_is_found(flowers: Path, tmp_path: Path) -> None:
    """A name in place of the formula of the prediction, even where it is the right one."""
    named = next(
        cell for row in recalculate(flowers)["Try it"][6:7] for cell in row if cell in ("iris", "lily", "rose")
    )
    column = recalculate(flowers)["Try it"][6].index(named) + 1
    address = f"Try it!{get_column_letter(column)}7"
    [report] = verify(change(flowers, tmp_path / "fixed.xlsx", {address: named}))
    assert [m.cell for m in report.formulas_changed] == [address]


@pytest.mark.slow
@pytest.mark.parametrize(("word", "answered"), [("ohhh", True), ("lll", False), ("help", False)])
def test_a_word_is_spelled(word: str, answered: bool, make_book: Make, tmp_path: Path) -> None:
    """Letter by letter; one that is no word of the alphabet is told, and not answered."""
    book = retype(make_book("char-rnn", 3), tmp_path / "typed.xlsx", {"Try it!C6": word})
    grid = recalculate(book)["Try it"]
    assert all(NONE not in row for row in grid) == answered
    assert grid[5][3] == ("← 4 of the letters helo" if answered else "← type 4 of the letters helo")
    [report] = verify(book)
    assert report.ok == answered


# which books have it


def test_a_formula_has_no_new_sample() -> None:
    """Its inputs are its constants: there is nothing to be tried."""
    assert not can_be_tried(laid_out("into-backprop"))
    assert first_typed(laid_out("into-backprop")) == ()


def test_a_large_sample_has_no_sheet() -> None:
    """Of more than 400 numbers nobody types one."""
    made = "[network]\n[[network.layers]]\nunits = 1\n[data]\ninputs = [{}]\ntargets = [[1]]\n"
    made += "[training]\nlearning_rate = 1"
    for count, has in ((400, True), (401, False)):
        assert can_be_tried(laid_out_of(made.format([1] * count))) == has


def test_an_output_is_not_called_as_its_target() -> None:
    """Without a name from the data an output has its own symbol; its classes are told by the target."""
    outcomes = outcomes_of(shown("xor").contents)
    assert (outcomes.labels, outcomes.targets, outcomes.classes) == (("y",), ("t",), ("t = 0", "t = 1"))
