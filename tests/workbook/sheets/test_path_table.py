"""The chosen parameter of a picture: its paths drawn thick, what each contributes, and where the parameter goes."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from tests.teaching import Expected, cells_of, change, page_of, reading, recalculate, row_of, shown, verdict
from tests.templates import DRAWN
from xlbp.pipeline import generate, verify
from xlbp.workbook.drawing.style import LOOKS
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.landscape_axes import parameter_labels
from xlbp.workbook.sheets.network.path_table import CHANGES, LABEL, NUMBER, TEXT

SLOPES = ("∂E_total/∂out_o1", "∂E_total/∂out_o2")
ONE_EACH = ("mazur", "into-backprop", "micrograd", "softmax-delta", "iris")


def picture(name: str, **choices: float) -> tuple[Expected, Page]:
    """What a book must show, and its picture."""
    expected = shown(name, 3, **choices)
    return expected, page_of(expected, "network")


def gradient_of(expected: Expected) -> float:
    """The gradient of the chosen parameter."""
    contents, choices = expected.contents, expected.facts.choices
    name = contents.gradient(contents.template.parameter_order[choices.weight - 1])
    return float(expected.history[name][choices.iteration])


def contributions(page: Page) -> list[float]:
    """What the paths contribute, from first to last."""
    cells = cells_of(page)
    rows = [f.row for f in page.formulas if f.column == TEXT and str(f.value).startswith("= ")]
    return [value for row in rows if isinstance(value := cells[row, NUMBER], float)]


def thick(page: Page) -> set[str]:
    """The symbols of the nodes and edges that are marked as on a chosen path."""
    sheet = Workbook().active
    for finish in page.finishing:
        finish(sheet)
    cells, flags = cells_of(page), {f.address: f.value for f in page.formulas}
    found = set()
    for marked in sheet.conditional_formatting:
        [rule, *_] = marked.rules
        flag, _, value = rule.formula[0].replace("$", "").partition("=")
        if value == "1" and flags[flag] == 1.0:
            cell = sheet[str(marked.sqref)]
            found.add(str(cells[cell.row, cell.column]))
    return found


@pytest.mark.parametrize("name", DRAWN)
def test_the_gradient_is_the_sum_of_the_contributions(name: str) -> None:
    """For each parameter of each picture the paths add up to its gradient; in a batch with the other samples' part."""
    expected, _ = picture(name)
    for weight in {1, len(expected.contents.template.parameter_order)}:
        expected, page = picture(name, weight=weight, iteration=1)
        total, samples = math.fsum(contributions(page)), expected.contents.template.model.batch
        if samples == 1:
            assert total == pytest.approx(gradient_of(expected), rel=1e-9, abs=1e-15)
            continue
        first = row_of(page, "their sum")
        assert reading(page, first, NUMBER) == [pytest.approx(total, abs=1e-15)]
        assert reading(page, first + 1, NUMBER) == [pytest.approx(total / samples, abs=1e-15)]
        [others] = reading(page, first + 2, NUMBER)
        assert total / samples + others == pytest.approx(gradient_of(expected), rel=1e-9, abs=1e-15)


def test_contributions_show_digits_that_add_up() -> None:
    """As they are shown, 0.0006684 and -0.0002298 make 0.0004386 in the picture of the book's first weight."""
    _, page = picture("mazur")
    decimals = LOOKS["finely"].number_format.split("_")[0].count("0") - 1
    shown_values = [round(value, decimals) for value in contributions(page)]
    assert shown_values == [0.0006684, -0.0002298]
    [gradient] = reading(page, row_of(page, "∂E_total/∂w1"), NUMBER)
    assert round(gradient, decimals) == round(math.fsum(shown_values), decimals)


def test_each_path_is_told_in_symbols_and_in_numbers() -> None:
    """A path's factors stand in symbols, and under them with their numbers."""
    _, page = picture("mazur")
    row = row_of(page, "path 2")
    factors = "∂E_total/∂out_o2 · ∂out_o2/∂net_o2 · ∂net_o2/∂out_h1 · ∂out_h1/∂net_h1 · ∂net_h1/∂w1"
    assert reading(page, row, TEXT) == [factors]
    assert str(reading(page, row + 1, TEXT)[0]).count("·") == factors.count("·")


def test_what_the_parameter_is_next() -> None:
    """Now, next and change are the parameter of this row, the one of the next row, and the difference."""
    expected, page = picture("mazur", iteration=2, weight=5)
    now, then = (float(expected.history["W2[1,1]"][row]) for row in (2, 3))
    first = row_of(page, CHANGES[0])
    values = [reading(page, first + offset, NUMBER)[0] for offset in range(3)]
    assert values == [now, then, pytest.approx(then - now)]


@pytest.mark.parametrize(
    ("name", "weight", "expected"),
    [
        ("mazur", 1, {"w1", "out_h1", "w5", "w7", "out_o1", "out_o2", *SLOPES, "E_o1", "E_o2", "E_total"}),
        ("mazur", 8, {"w8", "out_o2", SLOPES[1], "E_o2", "E_total"}),
        ("into-backprop", 3, {"c", "df/dc", "f"}),
    ],
)
def test_the_paths_of_the_chosen_parameter_are_thick(name: str, weight: int, expected: set[str]) -> None:
    """From the parameter on to the objective, and nothing else."""
    _, page = picture(name, weight=weight)
    assert thick(page) == expected


def test_targets_and_losses_are_nodes() -> None:
    """The picture ends with each output's target and loss, and the objective."""
    expected, page = picture("mazur")
    cells = cells_of(page)
    numbers = {"target_o1": 0.01, "E_o2": expected.history["E[2]"][0], "E_total": expected.history["E"][0]}
    for symbol, number in numbers.items():
        places = [
            place
            for place, look in page.looks.items()
            if cells.get(place) == symbol and look in ("target", "loss node")
        ]
        [(row, column)] = places
        assert cells[row + 1, column] == pytest.approx(number)


def test_a_batch_says_what_is_of_the_sample_and_what_is_a_mean() -> None:
    """The sample's loss leads into the mean with the factor one over the number of samples."""
    _, page = picture("xor", sample=2)
    contents = set(cells_of(page).values())
    assert {"1/4", "E of the sample", "E, mean of 4", "mean gradient"} <= contents


@pytest.mark.slow
@pytest.mark.parametrize("name", ONE_EACH)
def test_another_parameter_may_be_chosen_in_the_book(name: str, tmp_path: Path) -> None:
    """Whichever parameter's symbol is typed, the book shows its paths and agrees with NumPy."""
    book = generate(name, tmp_path / "book.xlsx", ("training.iterations=3",), check_it=False).path
    last = parameter_labels(shown(name, 3).contents)[-1]
    changed = change(book, tmp_path / "changed.xlsx", {f"Network!{get_column_letter(NUMBER)}5": last})
    [report] = verify(changed, ("ironcalc",))
    assert verdict(report)[0], verdict(report)
    headings = {row[LABEL - 1] for row in recalculate(changed)["Network"]}
    assert any(isinstance(text, str) and text.endswith(f"{last}, path by path") for text in headings)
