"""The matrix form: each cell is the quantity it is headed by, and factors stand beside and above their product."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.teaching import Expected, cells_of, expected_of, page_of
from tests.teaching import shown as shown_of_shipped
from tests.training_templates import load, text
from xlbp.expectation.contents import lay_out
from xlbp.template import names
from xlbp.template.layer import Layer
from xlbp.template.load import load_template
from xlbp.template.network import Network
from xlbp.workbook.opening import first_choices
from xlbp.workbook.page.fitting import page_widths
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.network.matrix_form import LABELS, fits
from xlbp.xlsx.metrics import column_pixels, text_width

pytestmark = pytest.mark.slow  # whole books, or many processes

TEXTS = {
    "full batch": text(),
    "mini-batch": text("batch_size = 2\nshuffle = true"),
    "one sample": text("batch_size = 1"),
    "dropout": text("batch_size = 2", "dropout = 0.4"),
    "classes": text("batch_size = 3", data="scale = 'standard'", filed=True),
    "maxout": text("batch_size = 2").replace('activation = "tanh"', 'activation = {name = "maxout", pieces = 2}'),
}
TEXTS["maxout"] = TEXTS["maxout"].replace(
    "weights = [[0.5, -0.4], [0.3, 0.8], [-0.6, 0.2]]\nbias = [0.1, -0.2, 0.05]", "weights = { init = 'uniform' }"
)
ITERATIONS = [0, 4]


@cache
def shown(case: str, iteration: int) -> Expected:
    """What the book must show with this iteration chosen."""
    contents = lay_out(load(TEXTS[case]), "en")
    return expected_of(contents, choices=replace(first_choices(contents), iteration=iteration))


def network(expected: Expected) -> Network:
    """The template's network."""
    model = expected.contents.template.model
    assert isinstance(model, Network)
    return model


def places(page: Page, title: str) -> list[tuple[int, int]]:
    """Where texts stand that a pattern fits."""
    return [place for place, content in cells_of(page).items() if re.fullmatch(title, str(content))]


def corner(page: Page, title: str) -> tuple[int, int]:
    """Where a title stands; there is one."""
    [place] = places(page, title)
    return place


def block(page: Page, title: str, rows: int, columns: int) -> list[list[object]]:
    """The numbers under a title and its headings."""
    row, column = corner(page, title)
    cells = cells_of(page)
    return [[cells.get((row + 2 + r, column + c)) for c in range(columns)] for r in range(rows)]


def quantity(expected: Expected, name: str, iteration: int) -> float:
    """What the reference has."""
    if name in expected.history:
        return float(expected.history[name][iteration])
    return expected.facts.inputs[name]


def has(layer: Layer, letter: str) -> bool:
    """Whether a book keeps such a matrix of a layer.

    Of an identity A would be Z again, and softmax with cross-entropy has its derivative by Z at once.
    """
    without = {"a": ("identity",), "da": ("identity", "softmax")}
    return layer.activation not in without.get(letter, ())


def titles(expected: Expected, number: int) -> dict[str, str]:
    """The titles of a layer's matrices, as the textbooks write them, as patterns; those of errors may say so."""
    model = network(expected)
    thinned = number > 1 and bool(model.layers[number - 2].dropout)
    below = "X" if number == 1 else f"H{number - 1}" if thinned else f"A{number - 1}"
    activation = model.layers[number - 1].activation
    mean = f" / {model.batch}" if model.batch > 1 else ""
    plain = {
        "below": f"{below} = A{number - 1} ∘ Q{number - 1}" if thinned else below,
        "weights": f"W{number}ᵀ",
        "z": f"Z{number} = {below} · W{number}ᵀ + B{number}",
        "a": f"A{number} = {activation}(Z{number})",
        "dbelow": f"∂E/∂{below} = ∂E/∂Z{number} · W{number}",
        "dweights": f"∂E/∂W{number}ᵀ = {below}ᵀ · ∂E/∂Z{number}{mean}",
        "dz": f"∂E/∂Z{number}",
        "da": f"∂E/∂A{number}",
        "transposed": f"{below}ᵀ",
        "untransposed": f"W{number}",
    }
    patterns = {key: re.escape(title) for key, title in plain.items()}
    error = f"( = [AZ]{number} − T)?"
    patterns["dz"] += f"( = ∂E/∂A{number} ⊙ .*)?{error}"
    patterns["da"] += error
    return patterns


@pytest.mark.parametrize("iteration", ITERATIONS)
@pytest.mark.parametrize("case", TEXTS)
def test_every_cell_is_the_quantity_it_is_headed_by(case: str, iteration: int) -> None:
    """Z, A, W transposed and their derivatives, sample by sample and unit by unit, are the chosen row's."""
    expected = shown(case, iteration)
    page, model = page_of(expected, "matrix"), network(expected)
    for number, layer in enumerate(model.layers, start=1):
        heads = titles(expected, number)
        for letter, units in (("z", layer.rows), ("a", layer.units), ("dz", layer.rows), ("da", layer.units)):
            if not has(layer, letter):
                assert not places(page, heads[letter])
                continue
            wanted = [names.of_unit(letter, number, i, m) for m in model.marks for i in range(1, units + 1)]
            found = [v for row in block(page, heads[letter], len(model.marks), units) for v in row]
            assert found == [quantity(expected, name, iteration) for name in wanted], heads[letter]
        sources = layer.sources
        for key, prefix in (("weights", "W"), ("dweights", "dW")):
            wanted = [[f"{prefix}{number}[{i},{j}]" for i in range(1, layer.rows + 1)] for j in range(1, sources + 1)]
            found_rows = block(page, heads[key], sources, layer.rows)
            assert found_rows == [[quantity(expected, n, iteration) for n in row] for row in wanted], heads[key]


@pytest.mark.parametrize("iteration", ITERATIONS)
@pytest.mark.parametrize("case", TEXTS)
def test_the_products_are_those_of_the_titles(case: str, iteration: int) -> None:
    """Multiplying the matrices as they stand on the sheet gives the ones that their titles say."""
    expected = shown(case, iteration)
    page, model = page_of(expected, "matrix"), network(expected)
    samples = len(model.marks)
    for number, layer in enumerate(model.layers, start=1):
        heads, sources = titles(expected, number), layer.sources
        under = np.array(block(page, heads["below"], samples, sources), dtype=float)
        weights = np.array(block(page, heads["weights"], sources + 1, layer.rows), dtype=float)
        z = np.array(block(page, heads["z"], samples, layer.rows), dtype=float)
        dz = np.array(block(page, heads["dz"], samples, layer.rows), dtype=float)
        slopes = np.array(block(page, heads["dweights"], sources + 1, layer.rows), dtype=float)
        assert under @ weights[:-1] + weights[-1] == pytest.approx(z, rel=1e-12, abs=1e-14)
        assert under.T @ dz / samples == pytest.approx(slopes[:-1], rel=1e-12, abs=1e-14)
        assert dz.mean(axis=0) == pytest.approx(slopes[-1], rel=1e-12, abs=1e-14)
        if number > 1:
            flow = np.array(block(page, heads["dbelow"], samples, sources), dtype=float)
            assert dz @ weights[:-1].T == pytest.approx(flow, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("case", TEXTS)
def test_backward_stands_under_forward(case: str) -> None:
    """Each derivative begins in the column of what it is the derivative of, in the band below."""
    expected = shown(case, 0)
    page, cells = page_of(expected, "matrix"), cells_of(page_of(expected, "matrix"))
    for number, _ in enumerate(network(expected).layers, start=1):
        heads = titles(expected, number)
        for forward, backward in (("below", "dbelow"), ("weights", "dweights"), ("z", "dz"), ("a", "da")):
            if not places(page, heads[backward]):
                continue
            (above, column), (row, same) = corner(page, heads[forward]), corner(page, heads[backward])
            assert (above < row, column) == (True, same)
            for offset in range(network(expected).layers[0].rows):
                assert cells.get((above + 1, column + offset)) is None or (row + 1, column + offset) in cells


@pytest.mark.parametrize("case", TEXTS)
def test_no_matrix_covers_another(case: str) -> None:
    """No two things stand in one cell."""
    page = page_of(shown(case, 0), "matrix")
    cells = [(cell.row, cell.column) for cell in (*page.formulas, *page.fixed)]
    assert len(cells) == len(set(cells))


@pytest.mark.parametrize("case", TEXTS)
def test_factors_stand_beside_and_above_their_product(case: str) -> None:
    """The rows of a product are those of the factor at its left, its columns those of the factor above it."""
    expected = shown(case, 0)
    page = page_of(expected, "matrix")
    for number, layer in enumerate(network(expected).layers, start=1):
        heads, samples = titles(expected, number), len(network(expected).marks)
        products = [("below", layer.sources, "weights", "z"), ("transposed", samples, "dz", "dweights")]
        if number > 1:
            assert corner(page, heads["dz"])[0] == corner(page, heads["dbelow"])[0]
            assert corner(page, heads["untransposed"])[1] == corner(page, heads["dbelow"])[1]
        for left, width, above, made in products:
            (row, column), (top, across), (of_row, of_column) = (
                corner(page, heads[key]) for key in (left, above, made)
            )
            assert (row, across) == (of_row, of_column)
            assert column + width == of_column - 1  # the labels stand between
            assert top < row


def test_a_matrix_has_the_symbols_of_the_other_sheets_and_no_stray_labels() -> None:
    """Biases that are no matrix of the source are B1; where a bias has no gradient its row is not there."""
    texts = [
        content for content in cells_of(page_of(shown("full batch", 0), "matrix")).values() if content in ("b1", "1")
    ]
    assert texts == []
    mazur = page_of(expected_of(lay_out(load_template("mazur", ("training.iterations=2",)), "en")), "matrix")
    assert "∂E_total/∂B1" not in cells_of(mazur).values()
    assert {"target_o1", "error_o2", "E_o1"} <= set(cells_of(mazur).values())


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (text(), True),
        (text("batch_size = 2").replace("units = 3", "units = 17").replace(
            "weights = [[0.5, -0.4], [0.3, 0.8], [-0.6, 0.2]]\nbias = [0.1, -0.2, 0.05]", ""), False),
        ("[expression]\nvariables = {a = 1}\nsteps = ['f = a * a']\n[training]\nlearning_rate = 0.1\n", False),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_screen_is_left_out(of: str, expected: bool) -> None:
    """More than sixteen units make no matrix that can be read; a formula has none."""
    assert fits(lay_out(load(of), "en")) is expected


def test_long_headings_have_room() -> None:
    """A column is as wide as its longest symbol; one of short symbols keeps its width."""
    expected = expected_of(lay_out(load_template("mazur", ("training.iterations=2",)), "en"))
    page = page_of(expected, "matrix")
    widths = page_widths(page, "en")
    _, long = corner(page, "targets T")
    assert column_pixels(widths[long]) > text_width("target_o1", bold=True)
    assert widths[LABELS] == 11


@pytest.mark.parametrize(("name", "has"), [("iris", True), ("cnn", False)])
def test_biases_are_told_where_there_are_some(name: str, has: bool) -> None:
    """The line on products says that biases are added only where a layer has them."""
    texts = map(str, cells_of(page_of(shown_of_shipped(name), "matrix")).values())
    [line] = [text for text in texts if text.startswith("A product stands beside")]
    assert ("Biases are added" in line) == has
