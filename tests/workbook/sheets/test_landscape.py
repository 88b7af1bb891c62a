"""The loss landscape: where its middle is, what its axes say, what may be chosen."""

from __future__ import annotations

import math

import pytest

from tests.teaching import Expected, laid_out, page_of, reading, row_of, shown, shown_of
from tests.templates import REPRESENTATIVES
from xlbp.expectation.training import train_run
from xlbp.workbook.page.page import NOT_AVAILABLE, Page
from xlbp.workbook.page.passes import width
from xlbp.workbook.sheets.landscape import FROZEN_ROW, MOST_CELLS, grid_size
from xlbp.workbook.sheets.landscape_axes import GRID_COLUMN, GRID_ROW, parameter_labels
from xlbp.workbook.sheets.landscape_path import POINTS
from xlbp.workbook.sheets.landscape_slice import EACH

pytestmark = pytest.mark.whole_pictures

WITHOUT_LANDSCAPE = ("sigmoid-unit", "iris", "attention-cheats")  # one parameter; more than a quick book can compute
WITH_LANDSCAPE = sorted(name for name in REPRESENTATIVES if name not in WITHOUT_LANDSCAPE)


def grid(expected: Expected) -> list[list[object]]:
    """The losses, row by row from the lowest up."""
    page, n = page_of(expected, "landscape"), grid_size(expected.contents)
    columns = range(GRID_COLUMN, GRID_COLUMN + n)
    return [reading(page, GRID_ROW + n - y, *columns) for y in range(n)]


@pytest.mark.parametrize("name", WITH_LANDSCAPE)
@pytest.mark.parametrize("iteration", [0, 2])
def test_the_centre_is_the_loss_itself(iteration: int, name: str) -> None:
    """In the middle of the grid stands the loss of the chosen iteration."""
    expected = shown(name, 3, iteration=iteration)
    middle = (grid_size(expected.contents) - 1) // 2
    assert (
        pytest.approx(float(expected.history[expected.contents.objective][iteration]), rel=1e-12)
        == (grid(expected)[middle][middle])
    )


@pytest.mark.parametrize(("x", "y"), [(0, 0), (14, 3), (7, 0), (5, 14)])
def test_a_point_is_a_loss_of_its_own(x: int, y: int) -> None:
    """Any other point is the loss of a network whose two weights are moved to the values on the axes."""
    expected = shown("mazur", 3, across=8, down=1, radius=1.75)
    step = 1.75 / 7
    inputs = {**expected.contents.template.inputs(), "W2[2,2]": 0.55 + (x - 7) * step, "W1[1,1]": 0.15 + (y - 7) * step}
    wanted = train_run(expected.contents, inputs).history["E"][0]
    assert pytest.approx(float(wanted), rel=1e-13) == grid(expected)[y][x]


def test_axes_run_from_minus_to_plus_radius() -> None:
    """The axes hold the values of both parameters around those of the chosen iteration, growing rightward and up."""
    expected = shown("mazur", 3, radius=0.7)
    page = page_of(expected, "landscape")
    across = reading(page, GRID_ROW, *range(GRID_COLUMN, GRID_COLUMN + 15))
    up = [reading(page, GRID_ROW + 15 - k, 2)[0] for k in range(15)]
    assert pytest.approx([0.4 + (k - 7) * 0.1 for k in range(15)]) == across
    assert pytest.approx([0.45 + (k - 7) * 0.1 for k in range(15)]) == up


def list_of(page: Page, expected: Expected) -> list[object]:
    """The list of parameters that the two choices are made from."""
    column = GRID_COLUMN + grid_size(expected.contents) + 2
    count = len(expected.contents.template.parameter_order)
    return [reading(page, GRID_ROW + k, column)[0] for k in range(count)]


@pytest.mark.parametrize("name", WITH_LANDSCAPE)
def test_what_is_chosen_is_in_the_list(name: str) -> None:
    """The list holds each trained parameter's symbol once, and the two chosen ones are different entries of it."""
    expected = shown(name)
    page, contents = page_of(expected, "landscape"), expected.contents
    symbols = list_of(page, expected)
    chosen = [reading(page, *page.names[key])[0] for key in ("land_x", "land_y")]
    assert [contents.symbol(p) for p in contents.template.parameter_order] == symbols
    assert (len(set(chosen)), set(chosen) <= set(symbols)) == (2, True)
    assert len(set(symbols)) == len(symbols)


def test_one_parameter_chosen_twice_is_taken_across() -> None:
    """With the same parameter on both axes every row of the grid is the same."""
    rows = grid(shown("mazur", 3, across=3, down=3))
    assert [rows[0]] * 15 == rows
    assert len({round(float(str(value)), 12) for value in rows[0]}) == 15


@pytest.mark.parametrize(
    ("name", "size"), [("mazur", 15), ("six-neurons", 15), ("sigmoid-unit", 0), ("softmax-three-classes", 7)]
)
def test_as_many_points_as_leave_the_book_quick(name: str, size: int) -> None:
    """A larger network has fewer points along each side; one parameter has no landscape."""
    contents = laid_out(name)
    assert size == grid_size(contents)
    assert size * size * width(contents) <= MOST_CELLS


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_no_page_without_points(name: str) -> None:
    """A book has the sheet if and only if there are points to show."""
    expected = shown(name)
    assert bool(grid_size(expected.contents)) == ("Loss landscape" in [page.title for page in expected.pages])
    assert bool(grid_size(expected.contents)) == (name in WITH_LANDSCAPE)


def path_of(expected: Expected) -> list[list[object]]:
    """The path of training, as (across, down) in cells from the grid's corner."""
    page = page_of(expected, "landscape")
    top = row_of(page, "path of training", column=path_column(page))
    rows = range(top + 1, top + 1 + min(POINTS, expected.contents.layout.iterations + 1))
    return [reading(page, row, path_column(page), path_column(page) + 1) for row in rows]


def path_column(page: Page) -> int:
    """The column in which the path's heading stands."""
    return next(cell.column for cell in page.fixed if cell.content == "path of training")


def test_the_path_starts_in_the_middle() -> None:
    """Training starts in the middle of the grid around iteration 0, and moves as the weights do, up as they grow."""
    expected = shown("mazur", 5)
    across, up = (expected.history[name] for name in ("W2[1,1]", "W2[1,2]"))
    wanted = [[float((across[t] - across[0]) * 7 / 2 + 7.5), float((up[0] - up[t]) * 7 / 2 + 7.5)] for t in range(6)]
    found = path_of(expected)
    assert pytest.approx([7.5, 7.5]) == found[0]
    assert [pytest.approx(point, rel=1e-12) for point in wanted] == found


def test_what_lies_outside_is_not_drawn() -> None:
    """A point of the path beyond the grid is #N/A, which charts leave out."""
    found = path_of(shown("mazur", 5, radius=0.01))
    assert found[-1] == [NOT_AVAILABLE, NOT_AVAILABLE]
    assert pytest.approx([7.5, 7.5]) == found[0]


def test_a_diverged_iteration_shows_errors() -> None:
    """Around parameters that are errors every point of the grid is an error."""
    expected = shown("into-backprop", 20, ("training.learning_rate=1e100",), iteration=20)
    assert not math.isfinite(expected.history["f"][20])
    assert {None} == {value for row in grid(expected) for value in row}


def test_no_symbol_has_a_wildcard() -> None:
    """MATCH would take w* for any symbol that begins with w: a sign that looks the same stands in its place."""
    text = (
        '[network]\n[[network.layers]]\nunits = 1\nactivation = "identity"\nweights = [[1, 2]]\nbias = 0\n'
        '[notation]\nweights = [["w", "w*"]]\n[data]\ninputs = [[1, 2]]\ntargets = [[1]]\n'
        "[training]\nlearning_rate = 0.1\niterations = 1\n"
    )
    labels = parameter_labels(shown_of(text).contents)
    assert len(labels) == len(set(labels)) >= 2
    assert set("*?~") & set("".join(labels)) == set()


def tangent_of(page: Page, row: int) -> tuple[float, float, float]:
    """The gradient that a tangent is drawn with, then how far it goes rightward and how far up."""
    column = path_column(page) + 6
    (slope,) = reading(page, row, column)
    (left, low), (right, high) = (reading(page, row + k, column, column + 1) for k in (1, 2))
    return slope, right - left, high - low


def test_the_tangents_have_the_slope_of_the_gradients() -> None:
    """Both go through the loss of the chosen iteration, as steep as the gradient of their parameter."""
    expected = shown("mazur", 3, iteration=2)
    page = page_of(expected, "landscape")
    for row, name in ((GRID_ROW, "W2[1,1]"), (GRID_ROW + EACH, "W2[1,2]")):
        slope, across, up = tangent_of(page, row)
        assert slope == float(expected.history[expected.contents.gradient(name)][2])
        assert up / across == pytest.approx(slope)


@pytest.mark.parametrize(("radius", "said"), [(2.0, "stays within the grid"), (0.01, "to the left")])
def test_the_sheet_says_where_the_path_leaves_the_grid(radius: float, said: str) -> None:
    """In words, with the iteration and the side; w5 of mazur falls."""
    (text,) = reading(page_of(shown("mazur", 5, radius=radius), "landscape"), FROZEN_ROW + 1, 2)
    assert said in text
    assert ("At iteration 1 " in text) == (radius < 1)


def test_what_is_maximised_is_called_no_loss() -> None:
    """The sheet of a formula that is to grow speaks of the objective."""
    page = page_of(shown("into-backprop"), "landscape")
    assert "loss" not in f"{reading(page, 1, 2)} {reading(page, 2, 2)}".casefold()
