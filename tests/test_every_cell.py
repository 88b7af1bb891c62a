"""Every cell of every sheet of whole books, by a second engine: of each shipped template, and of some nobody chose."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.random_templates import random_expression, random_network
from tests.teaching import GOOD, verdict
from tests.templates import ALL
from xlbp.pipeline import generate

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures]  # many whole books

SHORT = ("training.iterations=3",)


@pytest.mark.parametrize("name", ALL)
def test_every_cell_of_a_shipped_template_agrees(name: str, tmp_path: Path) -> None:
    """IronCalc finds on every sheet of a shipped template what the book says, and leaves no cell out."""
    made = generate(name, tmp_path / "book.xlsx", SHORT, "en")
    assert [(made.formula_cells, GOOD)] == [(report.checked, verdict(report)) for report in made.reports]


@pytest.mark.parametrize("make", [random_network, random_expression])
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 4))])
def test_every_cell_of_a_random_template_agrees(seed: int, make: Any, tmp_path: Path) -> None:
    """The same holds for templates nobody chose."""
    small = {"widest": 3, "most_samples": 4} if make is random_network else {}
    template = tmp_path / "random.toml"
    template.write_text(make(Random(500 + seed), iterations=3, **small), "utf-8")
    made = generate(str(template), tmp_path / "book.xlsx", language="en")
    assert [(made.formula_cells, GOOD)] == [(report.checked, verdict(report)) for report in made.reports]


@pytest.mark.parametrize("language", ["zh-CN", pytest.param("zh-TW", marks=pytest.mark.slow)])
def test_every_cell_agrees_in_every_language(language: str, tmp_path: Path) -> None:
    """Titles of sheets that need quotation marks break no formula."""
    made = generate("xor", tmp_path / "book.xlsx", SHORT, language)
    assert [verdict(report) for report in made.reports] == [GOOD]
