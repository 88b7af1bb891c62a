"""A network too large for a picture: its matrices, with what flows in above and the derivatives beneath."""

from __future__ import annotations

import pytest

from tests.teaching import Expected, cells_of, page_of, shown_of
from xlbp.workbook.page.page import Page

LARGE = """
[template]
title = "large"
[network]
loss = "cross_entropy"
[[network.layers]]
units = 11
activation = "relu"
weights = {init = "he_uniform", seed = 1}
[[network.layers]]
units = 2
activation = "softmax"
weights = {init = "xavier_uniform", seed = 2}
[data]
inputs = [[1, 0.5, -2]]
targets = [[0, 1]]
[training]
iterations = 3
learning_rate = 0.1
"""


@pytest.fixture(scope="module")
def large() -> Expected:
    """What a book of eleven hidden units must show."""
    return shown_of(LARGE)


def under(page: Page, heading: str, rows: int) -> list[object]:
    """What stands in the rows under a heading."""
    cells = cells_of(page)
    [(row, column)] = [place for place, look in page.looks.items() if look == "column" and cells[place] == heading]
    return [cells.get((row + offset, column)) for offset in range(1, rows + 1)]


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("b1", [f"b1[{i}]" for i in range(1, 12)]),
        ("z1", [f"z1[{i}]" for i in range(1, 12)]),
        ("a1", [f"a1[{i}]" for i in range(1, 12)]),
        ("∂E/∂z1", [f"dz1[{i}]" for i in range(1, 12)]),
        ("∂E/∂a1", [f"da1[{i}]" for i in range(1, 12)]),
        ("∂E/∂b2", ["db2[1]", "db2[2]"]),
        ("a1[3]", ["a1[3]"]),
    ],
)
def test_a_column_holds_what_its_heading_says(large: Expected, heading: str, names: list[str]) -> None:
    """Under b, z, a and their derivatives stand those of each unit; under a source its value, which flows in."""
    wanted = [float(large.history[name][0]) for name in names]
    assert wanted == under(page_of(large, "network"), heading, len(names))


@pytest.mark.parametrize(("symbol", "value"), [("x1", 1.0), ("x2", 0.5), ("x3", -2.0)])
def test_inputs_stand_over_their_weights(large: Expected, symbol: str, value: float) -> None:
    """Over the first matrix stand the inputs; two rows below each the weights that meet it."""
    page, column = page_of(large, "network"), int(symbol[1])
    wanted = [float(large.history[f"W1[{i},{column}]"][0]) for i in range(1, 12)]
    first, _, *weights = under(page, symbol, 13)
    assert (first, weights) == (value, wanted)


def test_what_a_book_has_not_is_not_headed(large: Expected) -> None:
    """Softmax with cross-entropy has no derivative by its activations, and so no heading for one."""
    headings = set(cells_of(page_of(large, "network")).values())
    assert ("∂E/∂z2" in headings, "∂E/∂a2" in headings) == (True, False)


def test_rows_are_named(large: Expected) -> None:
    """Each row of a matrix begins with its unit's symbol: once forward, once backward."""
    labels = [content for (_, column), content in cells_of(page_of(large, "network")).items() if column == 2]
    assert [labels.count(f"a1[{i}]") for i in range(1, 12)] == [2] * 11
