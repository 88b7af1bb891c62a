"""Numbers as the sheets' texts write them, by Python and by a spreadsheet alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from tests.teaching import shown
from xlbp.recalc.base import Area
from xlbp.recalc.engines import engines
from xlbp.verification.texts import same_text
from xlbp.workbook.facts import in_order, readable, readable_formula

READABLE = [
    (0.0, "0.0000"), (0.08216704056423078, "0.0822"), (-0.2170715, "−0.2171"), (1.0, "1.0000"), (-6.0, "−6.0000"),
    (0.03125, "0.0313"),
    (1e-4, "0.0001"), (9.99e-5, "9.99E-05"), (-3.25e-7, "−3.25E-07"), (999999.0, "999999.0000"), (1e6, "1.00E+06"),
    (-1.5e12, "−1.50E+12"), (9.87e98, "9.87E+98"), (9.989e99, "9.99E+99"), (9.996e99, "> 1E+99"),
    (1e100, "> 1E+99"), (-1e300, "< −1E+99"), (1.7e308, "> 1E+99"),
    (3e-17, "3.00E-17"), (-2e-20, "−2.00E-20"), (1e-98, "1.00E-98"),
    (1.996e9, "2.00E+09"), (-9.9951e11, "−1.00E+12"), (5.555e20, "5.56E+20"), (9.996e-7, "1.00E-06"),
    (1e-150, "0.0000"), (-1e-200, "0.0000"), (5e-324, "0.0000"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), [*READABLE, (None, "#NUM!")])
def test_readable(value: float | None, text: str) -> None:
    """Four decimals, or three digits and an exponent, with the minus of formulas; what no program can is a bound."""
    assert text == readable(value)


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sheet with each number in A and its text by formula in B; in the last row an error."""
    book = Workbook()
    sheet = book.active
    for row, (value, _) in enumerate(READABLE, start=1):
        sheet.cell(row, 1).value = value
        sheet.cell(row, 2).value = f"={readable_formula(f'A{row}')}"
    row = len(READABLE) + 1
    sheet.cell(row, 1).value, sheet.cell(row, 2).value = "=LN(-1)", f"={readable_formula(f'A{row}')}"
    path = tmp_path_factory.mktemp("numbers") / "numbers.xlsx"
    book.save(path)
    return path


OFFICE = [pytest.param(name, marks=[pytest.mark.office, pytest.mark.slow]) for name in ("libreoffice", "gnumeric")]


@pytest.mark.parametrize("engine", ["ironcalc", *OFFICE])
def test_a_spreadsheet_writes_the_same(engine: str, numbers: Path) -> None:
    """The formula gives each number's text as Python gives it, but for the smallest doubles, which are 0 to some."""
    [grid] = engines((engine,))[0].values(numbers, [Area("Sheet", 1, len(READABLE) + 1, 2)])
    wanted = [*(text for _, text in READABLE), "#NUM!"]
    found = [str(row[1]) for row in grid]
    assert [(a, b) for a, b in zip(wanted, found, strict=True) if not same_text(a, b)] == []


def test_sums_run_from_first_to_last() -> None:
    """1e16 + 1 - 1e16 is 0, as a spreadsheet's SUM adds them in turn, and not 1."""
    assert [in_order(np.array(values)) for values in ([1e16, 1.0, -1e16], [1e16, -1e16, 1.0])] == [0.0, 1.0]


@pytest.mark.parametrize(("name", "value"), [("W2[1,1]", 0.4), ("x[1]", 0.05), ("eta", 0.5), ("b1", 0.35)])
def test_a_value_of_row_or_panel(name: str, value: float) -> None:
    """A quantity comes from the row of the chosen iteration, an input from the panel, each with its size."""
    facts = shown("mazur").facts
    assert value == facts.value(name) <= facts.size(name)


def test_an_error_has_no_value() -> None:
    """Where the training has diverged there is no number."""
    facts = shown("into-backprop", 20, ("training.learning_rate=1e100",), iteration=20).facts
    assert (facts.value("f"), facts.value("eta")) == (None, 1e100)


def test_totals_are_the_templates() -> None:
    """The sum of a column's values, and of their sizes with a thousandth of the terms', to 15 digits; no noise."""
    expected = shown("mazur")
    values, terms = expected.history["e[2]"], expected.facts.sizes["e[2]"]
    wanted = (float(values.sum()), float(abs(values).sum() + terms.sum() / 1000), 0)
    assert pytest.approx(wanted, rel=1e-14) == expected.facts.totals["e[2]"]
