"""Which sheets a book has, what is chosen at first, and what counts as a choice."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.teaching import laid_out, shown
from tests.templates import REPRESENTATIVES
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import train_run
from xlbp.pipeline import generate
from xlbp.template.load import parse_template
from xlbp.workbook.choices import read_choices
from xlbp.workbook.opening import first_choices
from xlbp.workbook.page.facts import Choices

ALL = [
    "Start",
    "Training",
    "Step by step",
    "Network",
    "Matrices",
    "Activation",
    "Charts",
    "Try it",
    "Gradient check",
    "Loss landscape",
    "Break it",
    "Words",
    "Handout",
    "Proof",
]
GRAPH = [title for title in ALL if title not in ("Matrices", "Activation", "Try it")]


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("mazur", ALL),
        ("into-backprop", GRAPH),
        ("sigmoid-unit", [t for t in ALL if t not in ("Matrices", "Try it", "Loss landscape")]),
    ],
)
def test_sheets_in_order(name: str, titles: list[str]) -> None:
    """Start first, proof last; no matrices of a graph, no landscape of one parameter, no activation without one."""
    assert titles == [page.title for page in shown(name).pages]


@pytest.mark.parametrize(
    ("name", "sample", "across", "down"),
    [("mazur", 1, "W2[1,1]", "W2[1,2]"), ("xor", 4, "W2[1,1]", "W2[1,2]"), ("into-backprop", 1, "a", "b")],
)
def test_first_choices(name: str, sample: int, across: str, down: str) -> None:
    """The first sample with no input 0, where all weights count; the landscape over two weights of the last layer."""
    contents = laid_out(name)
    order, choices = contents.template.parameter_order, first_choices(contents)
    assert (0, sample, across, down) == (
        choices.iteration,
        choices.sample,
        order[choices.across - 1],
        order[choices.down - 1],
    )


@pytest.mark.parametrize(("name", "iterations", "opens_at"), [("mazur", 9, 0), ("xor", 100, 30), ("dead-relu", 20, 0)])
def test_where_a_book_opens(name: str, iterations: int, opens_at: int) -> None:
    """A worked example at its start, as a loss that never falls; what is learned from samples where half is learned."""
    contents = laid_out(name, iterations)
    history = train_run(contents).history
    assert opens_at == first_choices(contents, history).iteration
    losses = history[contents.objective]
    middle = (losses[0] + losses[-1]) / 2
    assert opens_at == 0 or losses[opens_at] <= middle < losses[opens_at - 1]


def test_mini_batches_are_judged_by_whole_epochs() -> None:
    """The loss of one batch jumps: the mean over the ten batches of an epoch has come half of its way at the sixth."""
    contents = laid_out("two-moons", 70)
    history = train_run(contents).history
    losses, opens_at = history[contents.objective], first_choices(contents, history).iteration
    means = [losses[max(0, t - 9) : t + 1].mean() for t in range(len(losses))]
    assert opens_at == next(t for t, mean in enumerate(means) if mean <= (means[0] + means[-1]) / 2) > 1


HALF_DEAD = """[network]
loss = "mse"
[[network.layers]]
units = 3
activation = "relu"
weights = [[1, 1], [-1, -1], [-1, -2]]
bias = [0, 0, -1]
[[network.layers]]
units = 1
weights = [[0.1, -0.4, 0.2]]
bias = 0.1
[data]
inputs = [[0.5, 1], [1, 2]]
targets = [[1], [2]]
[training]
iterations = 2
learning_rate = 0.1
"""


def test_the_landscape_is_over_parameters_with_gradients() -> None:
    """Two units of three are off, so W2[1,2] has no gradient; the two that are chosen have one."""
    contents = lay_out(parse_template(HALF_DEAD, "t", "t"), "en")
    trained = train_run(contents)
    choices, order = trained.facts.choices, contents.template.parameter_order
    chosen = [order[choices.across - 1], order[choices.down - 1]]
    assert all(trained.history[contents.gradient(name)][0] != 0 for name in chosen)
    usual = first_choices(contents)
    assert {order[usual.across - 1], order[usual.down - 1]} == {"W2[1,1]", "W2[1,2]"}


def test_the_paths_shown_first_are_of_a_gradient_that_is_not_0() -> None:
    """The first unit is a ReLU that is off, so its two weights have no gradient: the third weight is chosen."""
    swapped = HALF_DEAD.replace("[1, 1], [-1, -1]", "[-1, -1], [1, 1]").replace("[0.1, -0.4", "[-0.4, 0.1")
    contents = lay_out(parse_template(swapped, "t", "t"), "en")
    choices = first_choices(contents, train_run(contents).history)
    assert contents.template.parameter_order[choices.weight - 1] == "W1[2,1]"


def test_the_landscape_is_over_the_parameters_that_move_farthest() -> None:
    """No other parameter of xor gets as far from where the book opens, and the path fits on the grid."""
    contents = laid_out("xor", 60)
    trained = train_run(contents)
    choices, order = trained.facts.choices, contents.template.parameter_order
    at = choices.iteration
    moved = {name: float(abs(trained.history[name] - trained.history[name][at]).max()) for name in order}
    chosen = [order[choices.across - 1], order[choices.down - 1]]
    assert min(moved[name] for name in chosen) >= max(moved[name] for name in order if name not in chosen)
    assert max(moved.values()) <= choices.radius


@pytest.mark.slow
def test_a_book_with_units_that_are_off_is_verified(tmp_path: Path) -> None:
    """What the landscape shows at first is read back from its cells."""
    (tmp_path / "t.toml").write_text(HALF_DEAD, "utf-8")
    made = generate(str(tmp_path / "t.toml"), tmp_path / "t.xlsx")
    assert made.reports[0].ok


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_choices_come_back(name: str) -> None:
    """What the pages of a new book hold in their choice cells is read as the choices they were made from."""
    first = first_choices(laid_out(name))
    expected = shown(name, sample=first.sample)
    found = {
        n: next(c.content for c in page.fixed if (c.row, c.column) == at)
        for page in expected.pages
        for n, at in page.names.items()
    }
    assert (first, {}) == read_choices(expected.contents, found)


GOOD: list[tuple[str, Any, str, Any]] = [
    ("show_t", 0, "iteration", 0),
    ("show_t", 3, "iteration", 3),
    ("show_t", 2.0, "iteration", 2),
    ("show_s", 4, "sample", 4),
    ("show_l", 2, "layer", 2),
    ("show_u", 1, "unit", 1),
    ("check_h", 1e-12, "step", 1e-12),
    ("check_h", 1, "step", 1.0),
    ("land_r", 0.5, "radius", 0.5),
    ("land_x", "w1", "across", 1),
    ("land_y", "b3", "down", 9),
]


@pytest.mark.parametrize(("name", "content", "field", "value"), GOOD)
def test_a_choice(name: str, content: Any, field: str, value: Any) -> None:
    """A usable content becomes that choice, and leaves the others as they were."""
    contents = laid_out("xor")
    assert (Choices(**{**vars(first_choices(contents)), field: value}), {}) == read_choices(contents, {name: content})


WHOLE, POSITIVE, SYMBOL = "a whole number in range", "a positive number", "the symbol of a parameter"
BAD: list[tuple[str, Any, str]] = [
    *(("show_t", content, WHOLE) for content in (-1, 4, 0.5, "1", None, True, math.nan, math.inf)),
    *(("show_s", content, WHOLE) for content in (0, -1, 5, 1.5, "1", None, True, math.nan)),
    *(("show_l", content, WHOLE) for content in (0, 3, 1.5, "1", None)),
    *(("show_u", content, WHOLE) for content in (0, 99, 1.5, "1", None)),
    *(("check_h", content, POSITIVE) for content in (0, -1e-5, "small", None, True, math.nan)),
    *(("land_r", content, POSITIVE) for content in (0, -2, "2", None, False)),
    *(("land_x", content, SYMBOL) for content in ("w99", "", None, 1, "W1[1,1]", " w1")),
    *(("land_y", content, SYMBOL) for content in ("E", "η", True)),
]


@pytest.mark.parametrize(("name", "content", "wanted"), BAD)
def test_what_is_no_choice(name: str, content: Any, wanted: str) -> None:
    """Anything else is refused, with what was wanted, and the first choices stand."""
    contents = laid_out("xor")
    assert (first_choices(contents), {name: wanted}) == read_choices(contents, {name: content})
