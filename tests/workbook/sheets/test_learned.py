"""The learned function: what the map and the curves show, where the samples lie, who has a picture."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.teaching import Expected, laid_out, laid_out_of, page_of, reading, row_of, shown, shown_of
from tests.templates import ALL
from xlbp.workbook.page.page import NOT_AVAILABLE, Page
from xlbp.workbook.page.render import render
from xlbp.workbook.sheets.learned.answers import columns_of_answer
from xlbp.workbook.sheets.learned.curve import HELPERS, TOP
from xlbp.workbook.sheets.learned.hidden import hidden_plane
from xlbp.workbook.sheets.learned.learned import picture_points
from xlbp.workbook.sheets.learned.moments import WIDEST, moments_of
from xlbp.workbook.sheets.learned.plane import GRID_COLUMN, GRID_ROW, MOST_CELLS
from xlbp.workbook.sheets.learned.samples import group_names, middle
from xlbp.workbook.sheets.outcomes import outcomes_of

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures]  # whole books, or many processes

XOR_SAMPLES = {1: (0, 0), 2: (0, 1), 3: (1, 0), 4: (1, 1)}


def learned(expected: Expected) -> Page:
    """The sheet."""
    return page_of(expected, "learned")


def the_map(expected: Expected) -> list[list[object]]:
    """The numbers of the map, from the top down."""
    n = picture_points(expected.contents)
    columns = range(GRID_COLUMN, GRID_COLUMN + n)
    return [reading(learned(expected), GRID_ROW + y, *columns) for y in range(n)]


def drawn(expected: Expected) -> list[Worksheet]:
    """The charts of the sheet."""
    workbook = Workbook()
    return list(render(learned(expected), workbook, "en")._charts)


# the map


@pytest.mark.parametrize("iteration", [0, 3])
def test_at_a_sample_the_map_is_the_output(iteration: int) -> None:
    """The samples of exclusive or lie on points of the map, where it shows their outputs at the chosen iteration."""
    expected = shown("xor", 3, iteration=iteration)
    found = the_map(expected)
    for mark, (x1, x2) in XOR_SAMPLES.items():
        wanted = float(expected.history[f"a2[1]@{mark}"][iteration])
        assert pytest.approx(wanted, rel=1e-12) == found[21 - 18 * x2][3 + 18 * x1]


def test_axes_go_beyond_the_samples() -> None:
    """From a sixth of the range before the smallest to a sixth behind the largest; the second grows upward."""
    page = learned(shown("xor"))
    across = reading(page, GRID_ROW + 25, *range(GRID_COLUMN, GRID_COLUMN + 25))
    up = [reading(page, GRID_ROW + 24 - k, 2)[0] for k in range(25)]
    wanted = [(k - 3) / 18 for k in range(25)]
    assert pytest.approx(wanted, abs=1e-15) == across
    assert pytest.approx(wanted, abs=1e-15) == up


def test_samples_lie_where_their_numbers_say() -> None:
    """In cells from the corner of the map: how far right, and in the column of its class how far down."""
    expected = shown("xor")
    page = learned(expected)
    column = next(c.column for c in page.fixed if c.content == "Samples" and c.column > GRID_COLUMN + 27)
    rows = [reading(page, GRID_ROW + 2 + k, column, column + 1, column + 2) for k in range(4)]
    away = NOT_AVAILABLE
    wanted = [[3.5, 21.5, away], [3.5, away, 3.5], [21.5, away, 21.5], [21.5, 3.5, away]]
    assert wanted == [[cell if cell == away else pytest.approx(cell) for cell in row] for row in rows]


def test_the_map_of_classes_is_the_largest_output() -> None:
    """With several outputs a point shows the number of the largest, of equal ones of the first."""
    expected = shown("softmax-three-classes", 3, iteration=3)
    page, n = learned(expected), picture_points(expected.contents)
    width = len(columns_of_answer(expected.contents))
    first = next(c.column for c in page.fixed if c.content == "What the network answers, with these parameters")
    rows = [reading(page, GRID_ROW + 5 + p, *range(first, first + width))[-3:] for p in range(n * n)]
    assert [float(row.index(max(row)) + 1) for row in rows] == [cell for line in the_map(expected) for cell in line]
    assert {1.0, 2.0, 3.0} == {cell for line in the_map(expected) for cell in line}


ALIKE = """
[template]
title = "all alike"
[network]
loss = "cross_entropy"
[[network.layers]]
units = 3
activation = "softmax"
weights = { init = "zeros" }
[data]
inputs = [[0, 1], [1, 0], [1, 1], [0, 0]]
targets = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]]
[training]
iterations = 1
learning_rate = 0.5
"""


def test_of_equal_outputs_the_first_is_the_largest() -> None:
    """A softmax layer whose weights are 0 is everywhere of class 1."""
    assert {1.0} == {cell for line in the_map(shown_of(ALIKE)) for cell in line}


# the border


def crossings(expected: Expected) -> dict[str, list[tuple[float, float]]]:
    """The points of the border in cells from the corner, as (right, down): found downward, and to the right."""
    page, n = learned(expected), picture_points(expected.contents)
    first = next(c.column for c in page.fixed if c.content == "The border")
    rows = [reading(page, GRID_ROW + 5 + p, *range(first, first + 4)) for p in range(n * n)]
    inside = {"down": [(x, y) for x, y, _, _ in rows], "right": [(x, y) for _, _, x, y in rows]}
    known = (None, NOT_AVAILABLE)
    return {key: [at for at in found if at[0] not in known and at[1] not in known] for key, found in inside.items()}


def test_the_border_lies_between_the_sides() -> None:
    """Between two neighbours of the map there is a point of the border if and only if they are on different sides."""
    expected = shown("xor", 3, iteration=3)
    found, n = the_map(expected), picture_points(expected.contents)
    above = [[float(str(cell)) > 0.5 for cell in line] for line in found]
    down = {(x + 0.5, y) for y in range(n - 1) for x in range(n) if above[y][x] != above[y + 1][x]}
    right = {(x, y + 0.5) for y in range(n) for x in range(n - 1) if above[y][x] != above[y][x + 1]}
    seen = crossings(expected)
    assert down
    assert (down, right) == (
        {(x, math.floor(y - 0.5)) for x, y in seen["down"]},
        {(math.floor(x - 0.5), y) for x, y in seen["right"]},
    )


def test_the_border_of_one_unit_is_its_line() -> None:
    """Without a hidden layer it is the straight line w1 x1 + w2 x2 + b = 0, but for the interpolation."""
    expected = shown("xor-without-hidden", 3, iteration=1)
    w1, w2, b = (float(expected.history[name][1]) for name in ("W1[1,1]", "W1[1,2]", "b1[1]"))
    points = [at for found in crossings(expected).values() for at in found]
    off = [w1 * (x - 3.5) / 18 + w2 * (21.5 - y) / 18 + b for x, y in points]
    assert len(points) > 10
    assert max(map(abs, off)) < 1e-4 * (abs(w1) + abs(w2))


def test_where_all_is_one_half_there_is_no_border() -> None:
    """With weights of 0 the output is 0.5 everywhere, which is one side."""
    expected = shown("xor-without-hidden", 3, ("network.layers.1.weights.init=zeros", "network.layers.1.bias=0"))
    assert ({0.5}, [], []) == ({cell for line in the_map(expected) for cell in line}, *crossings(expected).values())


def test_only_heights_are_left_out() -> None:
    """Where there is no crossing the height is #N/A; how far right it is stays a number, as charts want it."""
    expected = shown("xor", 3, iteration=3)
    page, n = learned(expected), picture_points(expected.contents)
    first = next(c.column for c in page.fixed if c.content == "The border")
    rows = [reading(page, GRID_ROW + 5 + p, *range(first, first + 4)) for p in range(n * n)]
    assert all(isinstance(right, float) for row in rows for right in (row[0], row[2]))
    assert {NOT_AVAILABLE} < {height for row in rows for height in (row[1], row[3]) if height is not None}


def test_values_have_their_extremes_in_the_legend() -> None:
    """Where outputs are neither sides nor classes, the legend shows the highest and the lowest on the map."""
    expected = shown_of(wide(3))
    page, found = learned(expected), [float(str(cell)) for line in the_map(expected) for cell in line]
    legend = GRID_COLUMN + picture_points(expected.contents) + 1
    assert [max(found), min(found)] == [reading(page, GRID_ROW + k, legend)[0] for k in (1, 2)]


# the four moments


def small_map(expected: Expected, iteration: int) -> list[list[object]]:
    """The numbers of the small map of an iteration, from the top down."""
    page = learned(expected)
    at = next(c for c in page.fixed if c.content == f"iteration {iteration}")
    side = min(WIDEST, (picture_points(expected.contents) - 1) // 2)
    columns = range(at.column, at.column + side)
    return [reading(page, at.row + 1 + y, *columns) for y in range(side)]


def test_a_small_map_is_the_answer_at_its_iteration() -> None:
    """Whatever is chosen; each point in one cell is worth what the reference answers by that row's parameters."""
    expected = shown("xor", 3, iteration=2)
    for t in moments_of(expected.contents, expected.facts.own_losses):
        found = small_map(expected, t)
        points = [[-1 / 6 + x * 4 / 33, -1 / 6 + (11 - y) * 4 / 33] for y in range(12) for x in range(12)]
        wanted, _ = expected.facts.reference.answers(points, t)
        assert [cell for line in found for cell in line] == pytest.approx(wanted["a2[1]"].tolist(), rel=1e-12)


def test_the_moments_are_where_the_loss_has_fallen_so_far() -> None:
    """Before training, after a quarter of the fall, after three fifths, at the end; of a rise, evenly spread."""
    contents = laid_out("xor", 60)
    falling = np.linspace(1.0, 0.0, 61)
    assert moments_of(contents, falling) == [0, 15, 36, 60]
    assert moments_of(contents, falling[::-1]) == [0, 20, 40, 60]
    assert moments_of(contents, np.full(61, math.nan)) == [0, 20, 40, 60]


def test_a_small_map_of_classes_has_their_numbers() -> None:
    """As on the large map, the class of the largest output."""
    expected = shown("softmax-three-classes", 3, iteration=3)
    assert {cell for line in small_map(expected, 3) for cell in line} == {1.0, 2.0, 3.0}


# the plane of two hidden units


def test_the_line_of_the_hidden_plane_is_where_the_output_is_at_its_border() -> None:
    """Both ends satisfy w5 h1 + w6 h2 + b = 0, by the weights of the chosen iteration."""
    expected = shown("xor", 3, iteration=2)
    page = learned(expected)
    row = row_of(page, "w5", column=first_of_line(page))
    w5, w6, bias = (float(expected.history[name][2]) for name in ("W2[1,1]", "W2[1,2]", "b2[1]"))
    for offset in (4, 5):
        h1, h2 = reading(page, row + offset, first_of_line(page), first_of_line(page) + 1)
        assert w5 * h1 + w6 * h2 + bias == pytest.approx(0, abs=1e-12)


def first_of_line(page: Page) -> int:
    """The column of the line's weights: those of other tables stand in rows, with symbols above them."""
    return min(c.column for c in page.fixed if c.content == "w5" and page.looks[c.row, c.column] == "label")


@pytest.mark.parametrize(("name", "has"), [("xor", True), ("two-moons", False), ("xor-without-hidden", False)])
def test_who_has_a_hidden_plane(name: str, has: bool) -> None:
    """Two hidden units right before one output that tells two sides."""
    assert hidden_plane(laid_out(name).network) == has


@pytest.mark.parametrize("name", ["xor", "two-moons", "spiral", "xor-without-hidden"])
def test_the_map_and_the_results_have_one_border(name: str) -> None:
    """Where hits are counted, the map's border is the one they are counted by."""
    contents = laid_out(name)
    outcomes = outcomes_of(contents)
    assert not outcomes.is_side or middle(contents.network) == outcomes.border


def test_the_legend_says_target_and_not_t() -> None:
    """t is the iteration elsewhere."""
    assert group_names(laid_out("xor")) == ["target 0", "target 1"]


# the curve


def curves(expected: Expected) -> tuple[list[float], list[list[object]]]:
    """The x of the points, and the three curves: before training, at the chosen iteration, at the end."""
    page, n = learned(expected), picture_points(expected.contents)
    title = "What the network answers, with these parameters"
    first = [c.column for c in page.fixed if c.content == title]
    last = len(columns_of_answer(expected.contents)) - 1
    rows = range(TOP + 5, TOP + 5 + n)
    xs = [float(str(reading(page, row, first[0])[0])) for row in rows]
    return xs, [[reading(page, row, column + last)[0] for row in rows] for column in first]


def test_the_curves_are_those_of_three_iterations() -> None:
    """Linear layers make a straight line; its slope and height come from the weights of iterations 0, 2 and 3."""
    expected = shown("linear-layers", 3, iteration=2)
    xs, found = curves(expected)
    for t, ys in zip((0, 2, 3), found, strict=True):
        w = {name: float(expected.history[name][t]) for name in expected.contents.template.parameter_order}

        def line(x: float, w: dict[str, float] = w) -> float:
            h = [w[f"W1[{i},1]"] * x + w[f"b1[{i}]"] for i in (1, 2)]
            g = [w[f"W2[{i},1]"] * h[0] + w[f"W2[{i},2]"] * h[1] + w[f"b2[{i}]"] for i in (1, 2)]
            return w["W3[1,1]"] * g[0] + w["W3[1,2]"] * g[1] + w["b3[1]"]

        assert pytest.approx([line(x) for x in xs], rel=1e-12, abs=1e-12) == ys


def test_curves_and_dots_of_scaled_targets_are_in_the_units_of_the_data() -> None:
    """Each curve is the line of the scaled outputs, stretched and shifted by what the targets were scaled by."""
    plain = shown("linear-layers", 3, iteration=2)
    scaled = shown("linear-layers", 3, ("data.scale_targets=standard",), iteration=2)
    targets = [row[0] for row in scaled.contents.template.model.targets]
    mean, deviation = statistics.fmean(targets), statistics.pstdev(targets)
    xs, found = curves(scaled)
    assert curves(plain)[0] == xs
    assert found[0] == pytest.approx([y * deviation + mean for y in curves(plain)[1][0]], rel=1e-12, abs=1e-12)
    assert found[2] != pytest.approx(found[0], rel=1e-3)
    [chart] = drawn(scaled)
    dots = chart.series[-1].yVal.numRef.f
    raw = scaled.contents.layout.panel["traw[1]#1"]
    assert dots.startswith(f"'Data'!{raw.address}:")


def test_the_legend_names_the_chosen_iteration() -> None:
    """The name of the third curve follows the chosen iteration; the others are fixed."""
    page = learned(shown("linear-layers", 3, iteration=2))
    row = row_of(page, "Legend", column=HELPERS)
    names = [reading(page, row + k, HELPERS)[0] for k in (1, 2, 3)]
    assert names == ["iteration 0, before training", "iteration 3, the last", "iteration 2"]


def test_a_diverged_iteration_shows_errors() -> None:
    """With parameters that are errors every point is an error, and the curve before training is none."""
    expected = shown("linear-layers", 20, ("training.learning_rate=1e100",), iteration=20)
    _, (before, now, last) = curves(expected)
    assert (False, {None}, {None}) == (None in before, set(now), set(last))


# what is drawn


@pytest.mark.parametrize(
    ("name", "series"),
    [("xor", 4), ("two-moons", 6), ("softmax-three-classes", 3), ("noisy-sine", 5), ("zero-weights", 4)],
)
def test_every_class_and_split_has_its_marks(name: str, series: int) -> None:
    """A map has two series for the border and one for each class, twice with a test split; a curve three lines."""
    chart, *_ = drawn(shown(name))
    assert series == len(chart.series)


@pytest.mark.parametrize(("name", "last"), [("two-moons", (80, 20)), ("xor", (4,))])
def test_the_marks_are_all_samples(name: str, last: tuple[int, ...]) -> None:
    """The series of a class goes over all training samples, or over all test samples."""
    chart, *_ = drawn(shown(name))
    found = []
    for series in chart.series[2 : 2 + len(last)]:
        first, end = series.xVal.numRef.f.rpartition("!")[2].split(":")
        found.append(int(end.rpartition("$")[2]) - int(first.rpartition("$")[2]) + 1)
    assert list(last) == found


# who has a picture

POINTS = {
    **{"xor": 25, "xor-without-hidden": 25, "two-moons": 21, "spiral": 21, "softmax-three-classes": 21},
    **{"vanishing-relu": 17, "vanishing-sigmoid": 17, "dead-relu": 61, "linear-layers": 61, "noisy-sine": 61},
    **{"overfitting": 61, "zero-weights": 61, "fastai-line": 61, "fastai-line-adam": 61, "logistic-regression": 61},
    **{"batch-norm": 25, "bias-before-batch-norm": 25},
}


@pytest.mark.parametrize("name", ALL)
def test_who_has_a_picture(name: str) -> None:
    """Networks of one or two inputs with four different samples; a larger one is shown by fewer points."""
    assert POINTS.get(name, 0) == picture_points(laid_out(name))


@pytest.mark.parametrize(("name", "has"), [("xor", True), ("zero-weights", True), ("mazur", False)])
def test_no_page_without_a_picture(name: str, has: bool) -> None:
    """A book has the sheet if and only if there is something to show."""
    assert has == ("Learned function" in [page.title for page in shown(name).pages])


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n != "two-moons" else n for n in POINTS])
def test_the_sheet_stays_small(name: str) -> None:
    """No more cells than leave the book quick, besides the axes, four small maps and what stands once."""
    assert len(learned(shown(name)).formulas) <= MOST_CELLS + 250 + 4 * WIDEST * WIDEST


def wide(units: int, inputs: int = 2) -> str:
    """Four samples, so many hidden units, and two outputs that are no classes or, with one input, values."""
    outputs = 2 if inputs == 1 else 1
    rows = ", ".join(str([float(n)] * inputs) for n in range(4))
    targets = ", ".join(str([n / 2] * outputs) for n in range(4))
    return f"""
[template]
title = "wide"
[network]
loss = "mse"
[[network.layers]]
units = {units}
activation = "tanh"
weights = {{ init = "uniform", seed = 1 }}
[[network.layers]]
units = {outputs}
activation = "identity"
weights = {{ init = "uniform", seed = 1 }}
[data]
inputs = [{rows}]
targets = [{targets}]
[training]
iterations = 1
learning_rate = 0.1
"""


@pytest.mark.parametrize(("units", "inputs", "points"), [(3, 2, 25), (20, 2, 13), (40, 2, 0), (20, 1, 61), (120, 1, 0)])
def test_beyond_some_size_there_is_no_picture(units: int, inputs: int, points: int) -> None:
    """Fewer points for more units, and none where not even the coarsest picture fits the budget."""
    assert points == picture_points(laid_out_of(wide(units, inputs)))


def test_outputs_that_are_no_classes_have_no_map() -> None:
    """Two values at a point have no one colour."""
    text = wide(3).replace("units = 1", "units = 2").replace("[0.0]", "[0, 0]").replace("[0.5]", "[1, 1]")
    text = text.replace("[1.0]", "[0, 1]").replace("[1.5]", "[1, 0]")
    assert picture_points(laid_out_of(text)) == 0
    assert picture_points(laid_out("mazur")) == 0
