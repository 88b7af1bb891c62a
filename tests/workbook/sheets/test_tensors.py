"""Networks over time and over pictures: unrolled steps, maps, windows, and the parts of gradients."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.cell import coordinate_to_tuple

from tests.teaching import cells_of, change, page_of, reading, row_of, shown, shown_of, verdict
from xlbp.pipeline import generate, verify
from xlbp.template.quantity import parse
from xlbp.workbook.opening import first_choices
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.network.unrolled import MOST_STEPS, STRIDE

FIRST = 3  # the column of the first step, or of the first map
PADDED = """
[network]
loss = "half_mse"
[[network.layers]]
kind = "conv2d"
filters = 2
kernel = [2, 3]
stride = [1, 2]
padding = [1, 1]
weights = {init = "normal", seed = 4}
bias = [0.25, -0.5]
[[network.layers]]
kind = "avg_pool"
size = 2
[[network.layers]]
kind = "flatten"
[[network.layers]]
units = 1
weights = {init = "normal", seed = 5}
[data]
inputs = [[[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], [[-0.1, 0.7, 0.8], [0.9, -0.2, 0.3]]]]
targets = [[1]]
[training]
iterations = 2
learning_rate = 0.1
"""


def arrows(page: Page, row: int, steps: int) -> list[bool]:
    """After which steps of a row an arrow leads on."""
    return [cells_of(page).get((row, FIRST + STRIDE * step + 2)) == "→" for step in range(steps)]


def test_the_memory_and_the_state_of_an_lstm_lead_into_the_next_step() -> None:
    """Each gate has its value and the derivative by it at each step; arrows follow state and out, not the last step."""
    expected = shown("lstm", 2, iteration=1)
    page = page_of(expected, "network")
    for label, letter in (("f", "f"), ("state", "c"), ("out", "a")):
        row = row_of(page, label)
        for step in (1, 2):
            name = parse(f"{letter}1[{step},1]")
            value, derivative = (expected.history[each][1] for each in (name, name.gradient))
            assert reading(page, row, FIRST + STRIDE * (step - 1), FIRST + STRIDE * (step - 1) + 1) == [
                pytest.approx(value),
                pytest.approx(derivative),
            ]
        assert arrows(page, row, 2) == [letter in "ca", False]


def test_targets_and_losses_stand_under_their_steps() -> None:
    """Of a network that answers at each step, the last band has the target and the loss of each."""
    expected = shown("rnn", 2)
    page = page_of(expected, "network")
    losses = [expected.history[f"E[{step},1]"][0] for step in (1, 2)]
    assert reading(page, row_of(page, "E"), FIRST, FIRST + STRIDE) == [pytest.approx(loss) for loss in losses]
    assert reading(page, row_of(page, "t"), FIRST, FIRST + STRIDE) == [2.0, 3.0]


def test_long_sequences_are_shown_up_to_a_step() -> None:
    """What does not fit is left out, and nothing of it is misplaced."""
    steps = MOST_STEPS + 4
    inputs = ", ".join(f"[{step / 10}]" for step in range(steps))
    text = (
        '[network]\n[[network.layers]]\nkind = "rnn"\nunits = 1\n[data]\n'
        f"inputs = [[{inputs}]]\ntargets = [[0.5]]\n[training]\niterations = 1\nlearning_rate = 0.1\n"
    )
    page = page_of(shown_of(text), "network")
    row = row_of(page, "x")
    shown_inputs = reading(page, row, *(FIRST + STRIDE * step for step in range(steps)))
    assert shown_inputs == [step / 10 for step in range(MOST_STEPS)] + [None] * 4


@pytest.mark.parametrize(("row", "column"), [(1, 1), (2, 3), (4, 4)])
def test_a_window_times_the_kernel_is_the_chosen_place(row: int, column: int) -> None:
    """The products under the window of a place add up to its pre-activation."""
    expected = shown("cnn", 2, iteration=1, row=row, column=column)
    page = page_of(expected, "network")
    total = reading(page, row_of(page, "Σ", FIRST), FIRST + 1)
    assert total == [pytest.approx(expected.history[f"z1[1,{row},{column}]"][1])]


@pytest.mark.parametrize(("channel", "row", "column"), list(product((1, 2), (1, 3), (1, 2))))
def test_windows_reach_into_the_padding(channel: int, row: int, column: int) -> None:
    """Of several channels, with padding and a stride, what a place sees outside the picture counts as 0."""
    expected = shown_of(PADDED, channel=channel, row=row, column=column)
    page = page_of(expected, "network")
    value = reading(page, row_of(page, "Σ", FIRST), FIRST + 5)
    assert value == [pytest.approx(expected.history[f"z1[{channel},{row},{column}]"][0])]


@pytest.mark.slow
def test_other_places_may_be_chosen_in_the_book(tmp_path: Path) -> None:
    """The book agrees with NumPy whatever place is chosen, in the middle and in the padding."""
    template = tmp_path / "padded.toml"
    template.write_text(PADDED, "utf-8")
    book = generate(str(template), tmp_path / "book.xlsx", check_it=False).path
    for number, place in enumerate(((2, 1, 2), (1, 3, 1))):
        cells = {f"Network!C{5 + n}": value for n, value in enumerate(place)}
        [report] = verify(change(book, tmp_path / f"chosen{number}.xlsx", cells), ("ironcalc",))
        assert verdict(report)[0], verdict(report)


def test_parts_stand_beside_their_sum() -> None:
    """A weight that two steps use: what each adds, and the gradient, which is their sum."""
    expected = shown("lstm", 2)
    page = page_of(expected, "matrix")
    row = row_of(page, expected.contents.symbol("W1[2,2]"))
    names = ("dW1[2,2]|1", "dW1[2,2]|2", "dW1[2,2]")
    values = [expected.history[name][0] for name in names]
    assert reading(page, row, FIRST, FIRST + 1, FIRST + 2) == [pytest.approx(value) for value in values]
    assert values[0] + values[1] == pytest.approx(values[2])


@pytest.mark.slow
def test_the_chart_of_steps_shows_how_far_the_gradient_reaches() -> None:
    """Beside the charts stands the length of the derivative by the states of each step, of the chosen sample."""
    expected = shown("lstm-remembers", 2, sample=2)
    cells = cells_of(page_of(expected, "charts"))
    lengths = []
    for step in range(1, 9):
        states = (name for name in expected.history if name.startswith(f"da1[{step},") and name.endswith("@2"))
        lengths.append(math.sqrt(sum(float(expected.history[name][0]) ** 2 for name in states)))
    columns = {column for (_, column), value in cells.items() if value == 8.0}
    shown_lengths = [[cells.get((4 + step, column + 1)) for step in range(8)] for column in columns]
    assert any(line == [pytest.approx(length) for length in lengths] for line in shown_lengths)


def winners(page: Page) -> list[str]:
    """The rules that frame the largest numbers of pooling windows, as the areas that they are for."""
    sheet = Workbook().active
    for finish in page.finishing:
        finish(sheet)
    return [
        str(each.sqref) for each in sheet.conditional_formatting for rule in each.rules if rule.dxf.border is not None
    ]


def test_the_winners_of_a_pool_are_framed_in_the_map_and_in_its_derivatives() -> None:
    """The map that a pool sees and the derivatives by it have the same rule; the place shown first is a winner."""
    expected = shown("cnn", 2)
    page, history = page_of(expected, "network"), expected.history
    chosen, first, second = winners(page)
    assert chosen == first  # a rule for the chosen place comes before
    cells = cells_of(page)
    corner = coordinate_to_tuple(first.split(":")[0])
    slopes = coordinate_to_tuple(second.split(":")[0])
    assert cells[corner] == pytest.approx(float(history["z1[1,1,1]"][0]))
    assert cells[slopes] == pytest.approx(float(history["dz1[1,1,1]"][0]))


def test_a_book_opens_at_a_place_that_a_pool_passes_on() -> None:
    """The window that is shown first is that of the largest number of the maps."""
    expected = shown("cnn", 2)
    history = expected.history
    values = {(i, j): history[f"z1[1,{i},{j}]"][0] for i, j in product(range(1, 5), repeat=2)}
    choices = first_choices(expected.contents, history)
    assert (choices.row, choices.column) == max(values, key=lambda place: values[place])


def test_no_layer_is_left_out() -> None:
    """A layer that only hands on numbers has a line, so that layer 4 does not follow layer 2."""
    cells = cells_of(page_of(shown("cnn", 2), "network")).values()
    assert any(str(content).startswith("layer 3: ") for content in cells)
