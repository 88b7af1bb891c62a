"""How good the network is at one iteration: confusion matrices, measures, charts, and the samples one by one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook

from tests import teaching
from tests.books import retype
from tests.teaching import (
    GOOD,
    Expected,
    cells_of,
    change,
    expected_of,
    laid_out,
    laid_out_of,
    page_of,
    recalculate,
    shown,
    shown_of,
    verdict,
    verify_and_read,
)
from tests.training_templates import text, written
from xlbp.expectation.contents import lay_out
from xlbp.pipeline import generate, verify
from xlbp.template.load import parse_template
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.render import render
from xlbp.workbook.sheets.outcomes import NONE, Outcomes, outcomes_of
from xlbp.workbook.sheets.results.confusion import Classified, put_confusion
from xlbp.workbook.sheets.results.predictions import MOST_CELLS, is_as_in_testing, samples_of
from xlbp.workbook.sheets.results.results import FIRST, RIGHT, TOP, WRONG, has_results

TESTED = "test_inputs = [[1, 1], [2, -1]]\ntest_targets = [[0.5], [0.25]]"


def matrix(expected: Expected, part: str) -> list[list[Any]]:
    """The counts of a part of the samples, with recall at the right, precision and accuracy below."""
    cells = cells_of(page_of(expected, "results"))
    top = next(row for (row, at), content in cells.items() if at == 2 and content == part) + 2
    n = len(outcomes_of(expected.contents).classes)
    return [[cells.get((row, column)) for column in range(3, 4 + n)] for row in range(top, top + n + 2)]


def predictions(expected: Expected, output: str) -> list[float]:
    """The column of the table that is headed so."""
    cells = cells_of(page_of(expected, "results"))
    column = max(at for (row, at), content in cells.items() if (row, content) == (FIRST - 1, output))
    return [cells[row, column] for row in range(FIRST, FIRST + len(samples_of(expected.contents)))]


# classes


@pytest.mark.slow
@pytest.mark.parametrize("iteration", [0, 30, 60])
def test_the_matrix_counts_what_the_accuracy_counts(iteration: int) -> None:
    """Of the test samples as many are right as the row of the training says; each class has all of its samples."""
    expected = shown("iris", 60, results_at=iteration)
    network = expected.contents.network
    *counts, _, accuracy = matrix(expected, "Test samples")
    hits = float(expected.history["hits@T"][iteration])
    assert accuracy[0] == pytest.approx(hits)
    assert accuracy[1] == f"{round(hits * 30)} / 30"
    targets = np.array(network.targets)
    assert [sum(row[:3]) for row in counts] == targets[120:].sum(axis=0).tolist()
    *counts, _, _ = matrix(expected, "Training samples")
    assert [sum(row[:3]) for row in counts] == targets[:120].sum(axis=0).tolist()


def test_recall_goes_by_rows_and_precision_by_columns() -> None:
    """Of four samples one of the first class is taken for the second; of the third there is none, nor is it said."""
    page = Page("Results")
    pairs = [(1, 1), (1, 2), (2, 2), (2, 2)]
    put_confusion(page, laid_out("iris").texts, ("a", "b", "c"), Classified("Samples", "P1:P4", "Q1:Q4", pairs), (1, 1))
    cells = cells_of(page)
    assert [[cells[row, column] for column in (2, 3, 4)] for row in (3, 4, 5)] == [[1, 1, 0], [0, 2, 0], [0, 0, 0]]
    assert [cells[row, 5] for row in (3, 4, 5)] == [0.5, 1.0, NONE]
    assert [cells[6, column] for column in (2, 3, 4)] == [1.0, 2 / 3, NONE]
    assert (cells[7, 2], cells[7, 3]) == (0.75, "3 / 4")


@pytest.mark.parametrize("name", ["spiral", "three-digits", "encoder-4-2-4", "char-rnn", "word2vec", "edge-detector"])
def test_every_sample_is_told_right_or_wrong(name: str) -> None:
    """A mark in the table for each, as many right ones as both matrices have on their diagonals."""
    expected = shown(name, 3)
    cells = cells_of(page_of(expected, "results"))
    n = len(outcomes_of(expected.contents).classes)
    right = 0
    for part in ("Training samples", "Test samples")[: 1 + bool(expected.contents.network.data.test)]:
        right += sum(row[k] for k, row in enumerate(matrix(expected, part)[:n]))
    marks = [content for content in cells.values() if content in (RIGHT, WRONG)]
    assert marks.count(RIGHT) == right
    assert len(marks) >= len(samples_of(expected.contents))


def test_of_equal_outputs_the_first_is_said() -> None:
    """As the accuracy counts; a single output at the border is on the lower side, and none is said of an error."""
    several = Outcomes(("a", "b", "c"), ("a", "b", "c"))
    assert [several.class_of(outputs) for outputs in ((0.2, 0.4, 0.4), (1, 1, 1), (0, 0, math.nan))] == [2, 1, 0]
    single = Outcomes(("t",), ("t = 0", "t = 1"), 0.5)
    assert [single.class_of([output]) for output in (0.5, 0.51, math.inf)] == [1, 2, 0]
    assert [single.class_of_target([target]) for target in (0, 1)] == [1, 2]


@pytest.mark.parametrize(
    ("name", "labels", "classes"),
    [
        ("iris", ("setosa", "versicolor", "virginica"), ("setosa", "versicolor", "virginica")),
        ("three-digits", ("0", "1", "2"), ("0", "1", "2")),
        ("char-rnn", tuple("helo"), tuple("helo")),
        ("spiral", ("class",), ("class = 0", "class = 1")),
        ("overfitting", ("z2[1]",), ()),
        ("mazur", ("out_o1", "out_o2"), ()),
        ("rnn", ("predicted",), ()),
    ],
)
def test_outputs_are_read_as_what_they_are(name: str, labels: tuple[str, ...], classes: tuple[str, ...]) -> None:
    """Classes by their names, sides of a single output, or numbers by the symbols of the outputs."""
    outcomes = outcomes_of(laid_out(name))
    assert (outcomes.labels, outcomes.classes) == (labels, classes)


# numbers


def test_measures_are_those_of_all_samples_in_the_units_of_the_data() -> None:
    """Root mean square error, mean error and R², of training and test apart, by NumPy's own reading."""
    expected = shown_of(text(data=f"scale = 'standard'\nscale_targets = 'minmax'\n{TESTED}"))
    cells = cells_of(page_of(expected, "results"))
    targets = np.array(expected.contents.template.model.targets)[:, 0]
    answers = np.array(predictions(expected, "ŷ1, predicted"))
    measured = [cells[TOP + 2, column] for column in range(3, 9)]
    for part, found in ((slice(0, 5), measured[:3]), (slice(5, 7), measured[3:])):
        errors = answers[part] - targets[part]
        spread = ((targets[part] - targets[part].mean()) ** 2).sum()
        expected_measures = [np.sqrt((errors**2).mean()), np.abs(errors).mean(), 1 - (errors**2).sum() / spread]
        assert found == pytest.approx(expected_measures, rel=1e-10)
    shift, size = targets[:5].min(), np.ptp(targets[:5])
    last = expected.contents.layout.iterations
    outputs = [float(expected.history[f"z2[1]@{mark}"][last]) for mark in (1, 2, 3, 4, 5, "T1", "T2")]
    assert answers == pytest.approx(np.array(outputs) * size + shift, rel=1e-12)


def test_predictions_stand_over_targets_with_the_diagonal() -> None:
    """A series for the diagonal, one for training samples and one for test samples; without these there are two."""
    for data, series in ((TESTED, 3), ("", 2)):
        page = page_of(shown_of(text(data=data)), "results")
        [chart] = render(page, Workbook(), "en")._charts
        assert len(chart.series) == series


def test_a_diverged_iteration_has_no_measures() -> None:
    """Dashes, not errors: and every formula says so."""
    expected = shown("fastai-line", 100, ("training.learning_rate=1e9",))
    cells = cells_of(page_of(expected, "results"))
    assert [cells[TOP + 2, column] for column in (3, 4, 5)] == [NONE] * 3


@pytest.mark.slow
def test_targets_that_never_change_have_no_share(tmp_path: Path) -> None:
    """R² of equal targets is a dash, whatever a program makes of their mean."""
    head, tail = text(iterations=2).split("[data]")
    data = "inputs = [[1, 2], [2, 1], [0, 1], [3, 3]]\ntargets = [[0.1], [0.1], [0.1], [0.1]]\n"
    (tmp_path / "t.toml").write_text(f"{head}[data]\n{data}[training]{tail.split('[training]')[1]}", "utf-8")
    made = generate(str(tmp_path / "t.toml"), tmp_path / "t.xlsx", language="en")
    assert made.reports[0].ok
    assert recalculate(made.path)["Results"][TOP + 1][4] == NONE


# where the answers come from


@pytest.mark.parametrize("batch", ['"all"', "2"])
def test_answers_are_the_same_from_the_row_and_from_passes_of_their_own(batch: str) -> None:
    """A row that picks two of five samples has not all answers; the passes beside the table give the same ones."""
    whole = shown_of(text(training='batch_size = "all"', data=TESTED), results_at=0)
    picked = shown_of(text(training=f"batch_size = {batch}", data=TESTED), results_at=0)
    assert predictions(picked, "z2[1], predicted") == pytest.approx(predictions(whole, "z2[1], predicted"), rel=1e-13)
    passes = "The forward passes, with these parameters" in cells_of(page_of(picked, "results")).values()
    assert passes == (batch == "2")


def test_dropout_is_not_what_the_network_says() -> None:
    """The answer of a sample is that without dropout, though the row has one with it."""
    expected = shown_of(text(layer="dropout = 0.5"), results_at=0)
    assert not is_as_in_testing(expected.contents.network)
    without = shown_of(text(), results_at=0)
    assert predictions(expected, "z2[1], predicted") == pytest.approx(
        predictions(without, "z2[1], predicted"), rel=1e-13
    )


def test_of_many_samples_some_are_shown() -> None:
    """As many as the cells of their passes leave room for, evenly spread, and the sheet says how many."""
    rows = [[k / 2000, 1 - k / 2000] for k in range(2000)]
    made = text(training="batch_size = 4", iterations=2)
    head, tail = made.split("[data]")
    _, training = tail.split("[training]")
    made = f"{head}[data]\ninputs = {rows}\ntargets = {[[k % 3] for k in range(2000)]}\n[training]{training}"
    contents = laid_out_of(made)
    samples = samples_of(contents)
    assert len(samples) == min(1000, MOST_CELLS // len(contents.program.answer))
    assert (samples[0].number, samples[-1].number > 1990) == (1, True)


# in a book


@pytest.fixture(scope="module")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six flowers of three kinds, by two numbers."""
    folder = tmp_path_factory.mktemp("flowers")
    template = written(text(filed=True, training="batch_size = 2"), folder)
    return generate(str(template), folder / "flowers.xlsx", language="en", check_it=False).path


@pytest.mark.slow
def test_another_iteration_and_another_class_are_verified(flowers: Path, tmp_path: Path) -> None:
    """A changed class moves a sample from one row of the matrix to another; every cell is what the reference says."""
    report, grids = verify_and_read(retype(flowers, tmp_path / "t.xlsx", {"Results!C3": 1, "Data!D8": "lily"}))
    assert verdict(report) == GOOD
    of_classes = [sum(row[2:5]) for row in grids["Results"][TOP + 1 : TOP + 4]]
    assert of_classes == [2, 3, 1]  # iris, lily, rose: the first flower was a rose


@pytest.mark.office
@pytest.mark.parametrize("engine", ["libreoffice", "gnumeric"])
def test_every_program_counts_alike(engine: str, flowers: Path) -> None:
    """The names of the classes, the counts and the shares are the same in LibreOffice and in Gnumeric."""
    [report] = verify(flowers, (engine,))
    assert verdict(report) == GOOD


@pytest.mark.slow
def test_a_wrong_cell_of_the_matrix_is_found(flowers: Path, tmp_path: Path) -> None:
    """A count that is typed in, even if it is right, and a formula that counts another class."""
    address = f"C{TOP + 2}"
    count = recalculate(flowers)["Results"][TOP + 1][2]
    formula = str(load_workbook(flowers)["Results"][address].value)
    for content in (count, formula.replace("=1)", "=2)", 1)):
        [report] = verify(change(flowers, tmp_path / "changed.xlsx", {f"Results!{address}": content}))
        assert [m.cell for m in report.formulas_changed] == [f"Results!{address}"]


# which books have it


@pytest.mark.parametrize(
    ("name", "has"),
    [("iris", True), ("xor", True), ("noisy-sine", True), ("mazur", False), ("lstm", False), ("into-backprop", False)],
)
def test_a_book_of_a_few_samples_has_no_results(name: str, has: bool) -> None:
    """Of one sample there is nothing to count, and a formula has none."""
    assert has_results(laid_out(name)) == has


# names of outputs


@pytest.mark.parametrize(
    ("name", "output", "called"),
    [
        ("iris", "a2[2]@3", "versicolor"),
        ("three-digits", "a4[3]@1", "2"),
        ("char-rnn", "a2[2,4]", "o"),
        ("iris", "a1[2]@3", ""),
        ("iris", "z2[2]@3", ""),
        ("mazur", "a2[1]", ""),
        ("into-backprop", "f", ""),
    ],
)
def test_an_output_is_called_as_the_data_calls_it(name: str, output: str, called: str) -> None:
    """By its class or its letter; no other quantity is, nor one of a template without names."""
    contents = laid_out(name)
    symbol = contents.symbol(output)
    assert contents.output_name(output) == called
    assert contents.heading(output) == (f"{symbol}\n{called}" if called else symbol)


def test_a_target_of_a_file_names_its_output() -> None:
    """The column's name stands beside the symbol on every sheet that shows the output."""
    head, tail = text().split("[data]")
    _, training = tail.split("[training]")
    columns = 'file = "flowers.csv"\ninputs = ["length", "width"]\ntargets = ["size"]'
    made = f"{head}[data]\n{columns}\n[training]{training}"
    file = "length,width,size\n1,2,3\n2,1,5\n4,2,1\n3,3,3\n"
    contents = lay_out(parse_template(made, "t", "t", read_file=lambda name: file), "en")
    assert contents.network.output_names == {"z2[1]": "size"}
    pages = {page.title: cells_of(page).values() for page in expected_of(contents).pages}
    for sheet in ("Step by step", "Network", "Matrices"):
        assert "z2[1] size" in pages[sheet], sheet
    assert "z2[1]\nsize" in pages["Try it"]


# what is explained


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("iris", "One of 30 samples is 3.33 %: the accuracy moves in steps of that size."),
        ("iris", "The accuracy of a row of the training is that of its 12 samples alone: it moves in steps of 8.33 %."),
        ("xor", "An output above 0.5 is read as t = 1."),
    ],
)
def test_the_sheet_says_in_what_steps_an_accuracy_moves_and_how_an_output_is_read(name: str, said: str) -> None:
    """Computed from the samples and the batch, and from the border by which hits are counted."""
    assert said in [cell.content for cell in page_of(teaching.shown(name), "results").fixed]
