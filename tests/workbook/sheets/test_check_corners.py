"""The gradient check where a loss has a corner, and where its losses are too large to take differences of."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.teaching import expected_of
from xlbp.expectation.contents import lay_out
from xlbp.pipeline import generate, verify
from xlbp.template.load import load_template

pytestmark = pytest.mark.slow  # whole books, or many processes

CORNER = """
[network]
loss = "half_squared_error"
[[network.layers]]
units = 2
activation = "relu"
weights = [[0.5, -0.5], [0.3, 0.2]]
bias = 0
[[network.layers]]
units = 1
weights = [[1.0, -0.4]]
bias = 0
[data]
inputs = [[1, 1], [2, 1]]
targets = [[1], [0.5]]
[training]
iterations = 2
learning_rate = 0.1
"""
LARGE = """
[network]
[[network.layers]]
units = 1
weights = { init = "normal", std = 1e13, seed = 2 }
[data]
inputs = [[1, 2], [2, 1]]
targets = [[1e13], [2e13]]
[training]
iterations = 2
learning_rate = 0.01
"""
ROUND = (-1, -0.5, -0.4, -0.3, -0.2, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 1)


def _written(folder: Path, text: str) -> str:
    path = folder / "template.toml"
    path.write_text(text, "utf-8")
    return str(path)


def _verdicts(template: str) -> dict[str, str]:
    expected = expected_of(lay_out(load_template(template, ()), "en"))
    (check,) = [page for page in expected.pages if page.title == "Gradient check"]
    return {f.address: str(f.value) for f in check.formulas if f.column == 8 or f.address in ("C5", "D5")}


def test_a_corner_that_is_hit_exactly_is_no_failure(tmp_path: Path) -> None:
    """0.5 - 0.5 is 0: the check says KINK of three parameters, passes, and the recalculated book says so too."""
    template = _written(tmp_path, CORNER)
    verdicts = _verdicts(template)
    assert [list(verdicts.values()).count(word) for word in ("KINK", "9 / 9")] == [3, 1]
    assert verdicts["C5"] == "PASS"
    assert generate(template, tmp_path / "corner.xlsx").reports[0].ok


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_networks_of_round_numbers_are_verified(seed: int, tmp_path: Path) -> None:
    """Corners of ReLU, maxout and absolute losses are hit often by numbers such as 0.5 and -0.2."""
    random = Random(seed)
    loss, activation = random.choice(("mae", "huber", "mse")), random.choice(("relu", "maxout", "leaky_relu"))
    pieces = 2 if activation == "maxout" else 1
    text = CORNER.replace("half_squared_error", loss).replace('"relu"', f'"{activation}"')
    weights = [[random.choice(ROUND) for _ in range(2)] for _ in range(2 * pieces)]
    text = text.replace("[[0.5, -0.5], [0.3, 0.2]]", str(weights))
    assert generate(_written(tmp_path, text), tmp_path / "round.xlsx").reports[0].ok


@pytest.mark.office
def test_a_verdict_that_roundings_decide_is_not_compared(tmp_path: Path) -> None:
    """Where h moves a loss of 1e25 by less than its last digit, programs may differ in PASS or FAIL, not in numbers."""
    book = tmp_path / "large.xlsx"
    generate(_written(tmp_path, LARGE), book)
    for report in verify(book, ("libreoffice", "gnumeric")):
        assert report.ok, report.mismatches[:3]
