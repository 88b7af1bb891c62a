"""Books of formulas of arrays: headings, chains, charts, comparisons, exercises, and a fault that is noticed."""

from __future__ import annotations

from pathlib import Path
from random import Random
from unittest.mock import patch

import numpy as np
import pytest

from tests.random_arrays import random_arrays
from tests.teaching import page_of, shown
from xlbp import generate
from xlbp.classroom.exercise.blanks import find_blanks
from xlbp.classroom.exercise.slopes import slope_of
from xlbp.errors import UsageError, XlbpError
from xlbp.expectation.contents import lay_out
from xlbp.pipeline import compare, explain
from xlbp.reference import array_operations
from xlbp.template.load import load_template, parse_template
from xlbp.workbook.layout.legal import must_be_legal_rows
from xlbp.workbook.page.headings import headings_of

NAME = "attention-formula"
X_AND_T = """[expression]
variables = { s = [0.5, -0.5] }
constants = { x = [[1, 2], [3, 4]], t = [1, 0], raw = [1, 1] }
steps = ["hits = x @ s + raw", "E = sum((hits - t)**2)"]
[training]
iterations = 2
learning_rate = 0.01
"""


@pytest.fixture(scope="module")
def named_as_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A formula whose arrays are called as what a network's samples have."""
    path = tmp_path_factory.mktemp("arrays") / "data.toml"
    path.write_text(X_AND_T, "utf-8")
    return path


def test_headings_name_the_arrays() -> None:
    """Over the columns of an array stands its name with its shape; over derivatives what they are of."""
    headings = headings_of(lay_out(load_template(NAME), "en"))
    assert [headings[name] for name in ("S[2,3]", "dE/dS[2,3]", "∂E_2[1,1]/∂E_1[1,1]", "W_Q+[1,2]", "E")] == [
        *("S 3×3", "dE/dS", "∂E_2/∂E_1", "W_Q⁺", "")
    ]


def test_steps_have_the_formula_over_its_elements() -> None:
    """Step by step has a line with the template's own formula before the elements of an array."""
    texts = {fixed.content for fixed in page_of(shown(NAME, 3), "steps").fixed}
    assert {"Q 3×2 = X @ W_Q", "A 3×3 = softmax(S)", "A_2 3×3"} <= texts


def test_a_chain_goes_by_the_users_of_an_element() -> None:
    """The paths of a derivative are the terms of the product of matrices: one for each number that uses it."""
    found = explain(NAME, "dE/dW_Q[1,2]")
    assert [[factor.symbol for factor in path.factors] for path in found.paths] == [
        [f"dE/dQ[{i},2]", f"∂Q[{i},2]/∂W_Q[1,2]"] for i in (1, 2, 3)
    ]
    assert found.value == pytest.approx(sum(path.value or 0 for path in found.paths), rel=1e-15)


@pytest.mark.slow
def test_arrays_may_be_called_as_data(named_as_data: Path, tmp_path: Path) -> None:
    """Arrays x, t, s, raw and hits are no samples: books and comparisons of them agree, and no number is cut."""
    book = generate(str(named_as_data), tmp_path / "book.xlsx")
    assert book.path.exists()
    compared = compare(str(named_as_data), {"training.learning_rate": [0.01, 0.02]}, tmp_path / "both.xlsx")
    assert compared.path.exists()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_books_of_random_formulas_agree(seed: int, tmp_path: Path) -> None:
    """What a spreadsheet recalculates of random formulas of arrays is what the reference has, cell by cell."""
    path = tmp_path / "random.toml"
    path.write_text(random_arrays(Random(1000 + seed)), "utf-8")
    assert generate(str(path), tmp_path / "random.xlsx").path.exists()


@pytest.mark.slow
def test_a_wrong_derivative_is_noticed(tmp_path: Path) -> None:
    """If the reference took another derivative of a product of matrices, no book would be written."""
    right = array_operations.BACKWARD["matmul"]

    def wrong(backward: array_operations.Backward) -> list[np.ndarray]:  # type: ignore[type-arg]
        x, y = right(backward)
        return [x * 1.0000001, y]

    faulty = {**array_operations.BACKWARD, "matmul": wrong}
    with patch.object(array_operations, "BACKWARD", faulty), pytest.raises(XlbpError, match=r"differ|agree"):
        generate(NAME, tmp_path / "wrong.xlsx", overrides=("training.iterations=2",))


TOO_LARGE = {
    "columns": ("[[0.5] * 60] * 60", "the sheet would need [0-9,]+ columns, but has 16,384; make the arrays smaller"),
    "formula": (
        "[[0.5, 0.5]] * 900",
        "would have [0-9,]+ characters, but a cell holds 8,192; make the arrays smaller",
    ),
    "parameters": ("[[0.5] * 80] * 80", "would need 19,200 columns or more, but has 16,384; make the arrays smaller"),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", TOO_LARGE)
def test_what_is_too_large_for_a_sheet_is_said_so(what: str) -> None:
    """Too many columns, or a formula too long for a cell: one sentence with the figures and the remedy."""
    written, message = TOO_LARGE[what]
    matrix = eval(written)
    text = f"[expression]\nvariables = {{ W = {matrix} }}\nconstants = {{ x = {[1] * len(matrix)} }}\n"
    text += 'steps = ["E = sum(tanh(x @ W)) + sum(W**2)"]\n[training]\niterations = 1\nlearning_rate = 1\n'
    with pytest.raises(UsageError, match=message):
        must_be_legal_rows(lay_out(parse_template(text, "large.toml", "large"), "en"))


def test_slopes_of_an_exercise_are_of_elements() -> None:
    """A mark moves one element and computes what depends on it again; softmax moves with its helpers."""
    contents = lay_out(load_template(NAME, ("training.iterations=1",)), "en")
    slope = slope_of(contents, "dE/dS[1,2]")
    assert (slope.target, slope.node) == ("E", "S[1,2]")
    assert {"A_2[1,2]", "A[1,1]", "H[1,3]"} <= set(slope.between)
    assert not {"A[2,1]", "S[1,1]"} & set(slope.between)
    blanks = find_blanks(contents, "gradients")
    assert len(blanks.names) == 12
