"""Numbers as the sheets' texts write them, by Python and by a spreadsheet alike."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from tests.teaching import shown
from xlbp.datafile.numbers import snap
from xlbp.recalc.engines import engines
from xlbp.workbook.page.facts import in_order, readable, readable_formula
from xlbp.xlsx.areas import Area

READABLE = [
    (0.0, "0.0000"), (0.08216704056423078, "0.08217"), (-0.2170715, "−0.2171"), (1.0, "1.0000"), (-6.0, "−6.0000"),
    (0.03125, "0.03125"), (0.00015, "0.0001500"), (123456.00005, "123456.0001"),
    (0.05, "0.0500"), (0.0021, "0.0021"), (0.0006659, "0.0006659"), (-0.00022731, "−0.0002273"), (0.1999951, "0.2000"),
    (0.099996, "0.1000"), (0.0999949, "0.09999"), (0.003125, "0.003125"), (0.28125, "0.2813"), (0.00999996, "0.01000"),
    (1e-4, "0.0001"), (9.99e-5, "9.99E-05"), (-3.25e-7, "−3.25E-07"), (999999.0, "999999.0000"), (1e6, "1.00E+06"),
    (-1.5e12, "−1.50E+12"), (9.87e98, "9.87E+98"), (9.989e99, "9.99E+99"), (9.996e99, "1.00E+100"),
    (1e100, "1.00E+100"), (-1e300, "−1.00E+300"), (1.7e308, "1.70E+308"), (1.797e308, "1.80E+308"),
    (3e-17, "3.00E-17"), (-2e-20, "−2.00E-20"), (1e-98, "1.00E-98"), (9.996e-1, "0.9996"),
    (1.996e9, "2.00E+09"), (-9.9951e11, "−1.00E+12"), (5.555e20, "5.56E+20"), (9.996e-7, "1.00E-06"),
    (1e-150, "1.00E-150"), (-1e-200, "−1.00E-200"), (2e-307, "2.00E-307"), (1e-308, "0.0000"), (-5e-324, "0.0000"),
]  # fmt: skip
MANTISSAS = (1.0, 1.005, 2.345, 9.985, 9.9949, 9.995, 9.996)  # halves, which go up, and what is carried


def of_every_size() -> list[float]:
    """Numbers from the smallest that is shown to the largest a cell holds, of both signs."""
    draw = random.Random(13)
    numbers = [draw.choice((-1, 1)) * draw.uniform(1, 10) * 10.0 ** draw.randint(-6, 7) for _ in range(300)]
    numbers += [draw.randrange(1, 10**10, 2) * 5 / 10**5 for _ in range(300)]  # halves of the fourth decimal
    numbers += [draw.randrange(1, 10**5) / 10 ** draw.randint(5, 9) for _ in range(300)]  # of few digits
    for exponent in range(-306, 308, 2):
        mantissas = (draw.choice(MANTISSAS), draw.uniform(1, 10))
        numbers += [draw.choice((-1, 1)) * float(f"{mantissa!r}e{exponent}") for mantissa in mantissas]
    return [snap(number) for number in numbers]


@pytest.mark.parametrize(("value", "text"), [*READABLE, (None, "#NUM!")])
def test_readable(value: float | None, text: str) -> None:
    """Four decimals or digits, or three and an exponent, with the minus of formulas; what is no normal double is 0."""
    assert text == readable(value)


WHOLE = [(0.0, "0"), (1.0, "1"), (-3.0, "−3"), (0.5, "0.5000"), (1e6, "1.00E+06"), (1e-320, "0"), (20.25, "20.2500")]


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A sheet with each number in A and its text by formula in B; in the last row an error; and what Python says."""
    book = Workbook()
    sheet = book.active
    values = [*(value for value, _ in READABLE), *of_every_size()]
    given = [value for value, _ in WHOLE]
    for row, content in enumerate([*values, *given, "=LN(-1)"], start=1):
        sheet.cell(row, 1).value = content
        sheet.cell(row, 2).value = f"={readable_formula(f'A{row}', whole=len(values) < row)}"
    path = tmp_path_factory.mktemp("numbers") / "numbers.xlsx"
    book.save(path)
    return path, [*map(readable, values), *(readable(value, whole=True) for value in given), "#NUM!"]


def test_whole_numbers_that_are_given() -> None:
    """An input of 1 is written as 1, and one of 0.5 with its decimals."""
    assert [text for _, text in WHOLE] == [readable(value, whole=True) for value, _ in WHOLE]


OFFICE = [pytest.param(name, marks=[pytest.mark.office, pytest.mark.slow]) for name in ("libreoffice", "gnumeric")]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["ironcalc", *OFFICE])
def test_a_spreadsheet_writes_the_same(engine: str, numbers: tuple[Path, list[str]]) -> None:
    """The formula gives each number's text, of whatever size, as Python gives it, digit by digit."""
    path, wanted = numbers
    [grid] = engines((engine,))[0].values(path, [Area("Sheet", 1, len(wanted), 2)])
    assert [(a, row) for a, row in zip(wanted, grid, strict=True) if a != str(row[1])] == []


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
