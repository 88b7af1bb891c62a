"""The gradient check: it passes where the chain rule is right, and can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.teaching import Expected, page_of, reading, row_of, shown
from tests.templates import REPRESENTATIVES
from xlbp.expectation.training import train_run
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Choices, Facts
from xlbp.workbook.sheets import check
from xlbp.workbook.sheets.check import check_page, checked_parameters

pytestmark = pytest.mark.whole_pictures


def verdict(expected: Expected) -> tuple[object, ...]:
    """The verdict and the count of the page."""
    values = page_of(expected, "check").values()
    return values["C5"], values["D5"]


@pytest.mark.parametrize("name", REPRESENTATIVES)
@pytest.mark.parametrize("iteration", [0, 3])
def test_every_template_passes(iteration: int, name: str) -> None:
    """PASS at the first and at the last iteration, for all parameters."""
    expected = shown(name, 3, iteration=iteration)
    count = len(expected.contents.template.parameter_order)
    assert ("PASS", f"{count} / {count}") == verdict(expected)


def with_wrong_gradient(expected: Expected, parameter: str, factor: float) -> Facts:
    """The facts of a book in which one gradient is off by a factor."""
    name = expected.contents.gradient(parameter)
    facts = expected.facts
    return replace(facts, history={**facts.history, name: facts.history[name] * factor})


@pytest.mark.parametrize("factor", [0.0, -1.0, 2.0, 1.001])
@pytest.mark.parametrize(
    ("name", "parameter"), [("mazur", "W2[1,1]"), ("xor", "b1[2]"), ("into-backprop", "c"), ("six-neurons", "W1[1,1]")]
)
def test_a_wrong_gradient_fails(name: str, parameter: str, factor: float) -> None:
    """A gradient that is no more than 0.1 % wrong fails for its parameter, and no other does."""
    expected = shown(name, 3, iteration=1)
    page = check_page(expected.contents, with_wrong_gradient(expected, parameter, factor))
    order = expected.contents.template.parameter_order
    found = {p: reading(page, check.FIRST + i, 8)[0] for i, p in enumerate(order)}
    assert {p: "FAIL" if p == parameter else "PASS" for p in order} == found
    assert ("FAIL", f"{len(order) - 1} / {len(order)}") == (page.values()["C5"], page.values()["D5"])


def test_a_coarse_step_fails_and_shows_why() -> None:
    """With h = 0.1 the slope between the two losses is not the gradient's to five digits."""
    page = page_of(shown("mazur", 3, step=0.1), "check")
    exact, numeric, difference, result = reading(page, row_of(page, "w5"), 3, 6, 7, 8)
    assert result == "FAIL"
    assert pytest.approx(abs(exact - numeric) / max(abs(exact), abs(numeric)), rel=1e-9) == difference > 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("step", [1e-3, 1e-5])
def test_losses_are_those_of_two_passes(step: float) -> None:
    """Beside w5 stand the losses of the network with w5 a step up and a step down."""
    expected = shown("mazur", 3, step=step)
    page = page_of(expected, "check")
    template = expected.contents.template
    moved = [
        float(train_run(expected.contents, {**template.inputs(), "W2[1,1]": 0.4 + h}).history["E"][0])
        for h in (step, -step)
    ]
    assert pytest.approx(moved, rel=1e-14) == reading(page, row_of(page, "w5"), 4, 5)


def test_the_step_may_be_chosen() -> None:
    """The step is an input cell with a defined name, 1E-5 at first."""
    page = page_of(shown("mazur"), "check")
    assert (page.names, reading(page, 4, 3)) == ({"check_h": (4, 3)}, [1e-5])


@pytest.mark.parametrize(("most", "number"), [(1, 1), (200, 4), (1_000_000, 8)])
def test_a_large_network_checks_some_parameters(most: int, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two passes for each would be too many cells, parameters evenly spread are checked, one at least."""
    monkeypatch.setattr(check, "MOST_CELLS", most)
    contents: Contents = shown("mazur").contents
    found = checked_parameters(contents)
    order = contents.template.parameter_order
    assert number == len(found)
    assert sorted(set(found), key=order.index) == list(found)


def test_numbers_beyond_the_doubles_fail() -> None:
    """Where training has diverged nothing can be checked, and the verdict is FAIL."""
    expected = shown("into-backprop", 20, ("training.learning_rate=1e100",), iteration=20)
    assert verdict(expected) == ("FAIL", "0 / 3")


def test_a_diverged_iteration_shows_errors_in_its_passes() -> None:
    """The passes start from parameters that are errors, and so show errors and no numbers."""
    expected = shown("into-backprop", 20, ("training.learning_rate=1e100",), iteration=20)
    page = page_of(expected, "check")
    assert {None} == {f.value for f in page.formulas if f.column >= check.TABLE and f.row > check.HEADINGS}


def test_choices_are_those_of_the_reader() -> None:
    """The choices of a new book are iteration 0, sample 1, and a small step."""
    assert (Choices().iteration, Choices().sample, Choices().step, Choices().radius) == (0, 1, 1e-5, 2.0)


@pytest.mark.parametrize(("language", "good", "bad"), [("zh-CN", "通过", "未通过"), ("zh-TW", "通過", "未通過")])
def test_a_chinese_check_speaks_chinese(language: str, good: str, bad: str) -> None:
    """The verdicts, their count, what is compared with them and Start's line are in the reader's language."""
    expected = shown("mazur", 3, language=language)
    wrong = check_page(expected.contents, with_wrong_gradient(expected, "W2[1,1]", 2.0))
    values = page_of(expected, "start").values().values()
    assert (good, "8 / 8") == verdict(expected)
    assert (bad, "7 / 8") == (wrong.values()["C5"], wrong.values()["D5"])
    assert any(str(value).endswith(f"：{good}") for value in values)
    assert not any("PASS" in f.text or "FAIL" in f.text for f in wrong.formulas)


@pytest.mark.parametrize(("name", "symbol"), [("mazur", "h"), ("into-backprop", "ε")])
def test_the_step_has_a_symbol_of_its_own(name: str, symbol: str) -> None:
    """Where h is the learning rate, the step is called otherwise, in the headings as well."""
    page = page_of(shown(name), "check")
    assert reading(page, check.TOP, 2) == [symbol]
    assert f"(w + {symbol})" in str(reading(page, check.HEADINGS, 4)[0])


def test_the_worst_difference_and_the_tolerance_are_told() -> None:
    """The sheet says how far apart the two slopes may be, and how far the worst pair is."""
    page = page_of(shown("mazur"), "check")
    differences = [f.value for f in page.formulas if f.column == check.DIFFERENCE and f.row >= check.FIRST]
    assert reading(page, check.WORST, 3) == [max(differences)]
    assert "1E-5" in reading(page, check.WORST + 1, 2)[0]
