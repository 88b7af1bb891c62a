"""Charts: which there are, which lines they hold, and that every cell they read exists."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.cell import range_boundaries

from tests.shaped_networks import CASES, text_of
from tests.teaching import Expected, expected_of, laid_out, page_of, shown, shown_of
from tests.templates import REPRESENTATIVES
from xlbp.workbook.layout.layout import LAST_ROW
from xlbp.workbook.page.render import render
from xlbp.workbook.sheets.charts import (
    FIRST,
    FLOORED,
    MARKS,
    MOST_FLOORED,
    MOST_LINES,
    OWN,
    SCRATCH,
    charts_page,
    spread,
)

WIDE = """
[template]
title = "wide"
[network]
loss = "half_squared_error"
[[network.layers]]
units = 5
activation = "tanh"
weights = {init = "xavier_uniform", seed = 1}
[[network.layers]]
units = 1
activation = "identity"
weights = {init = "xavier_uniform", seed = 2}
[data]
inputs = [[1, 0.5]]
targets = [[1]]
[training]
iterations = 3
learning_rate = 0.1
optimizer = "sgd"
"""


def charts(expected: Expected, key: str = "charts") -> list[Any]:
    """The charts of a page as openpyxl holds them."""
    book = Workbook()
    book.create_sheet(expected.contents.texts("sheet.training"))
    return render(page_of(expected, key), book, "en")._charts


def title(chart: Any) -> str:
    """A chart's title as one text."""
    return "".join(run.t for paragraph in chart.title.tx.rich.p for run in paragraph.r)


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        (
            "mazur",
            [
                "E_total by iteration",
                "E_total by iteration, logarithmic",
                "Outputs (dashed: targets)",
                "Length of the gradient, layer by layer (logarithmic)",
                "Parameters, layer 1",
                "Parameters, layer 2",
                "Gradients, layer 1",
                "Gradients, layer 2",
            ],
        ),
        ("into-backprop", ["f by iteration", "Parameters", "Gradients"]),
    ],
)
def test_titles(name: str, titles: list[str]) -> None:
    """A network has loss, outputs, parameters, gradients and their lengths; a graph what applies to it."""
    assert titles == [title(chart) for chart in charts(shown(name))]


def is_by_step(chart: Any) -> bool:
    """Whether a chart goes over the steps of a sequence, and not over the iterations."""
    return title(chart).startswith("Length of the derivative by ")


def test_running_statistics_are_no_states_of_steps() -> None:
    """A batch norm starts from something, too, but only what goes on from step to step has lengths by step."""
    expected = shown_of(text_of(CASES["batch_norm, then steps left out"]))
    assert [title(chart) for chart in charts(expected) if is_by_step(chart)] == []


def is_of_vectors(chart: Any) -> bool:
    """Whether a chart shows where the vectors of an embedding go."""
    return title(chart).startswith("Where the tokens stand")


def steps_of(expected: Expected) -> int:
    """How many steps the sequences have."""
    return expected.contents.network.input_shape[0]


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_axes_are_to_be_seen(name: str) -> None:
    """Each chart has at least one line and both axes, the iterations from 0 to the last, or the steps from 1.

    Where vectors go, no axis has fixed ends.
    """
    expected = shown(name)
    for chart in charts(expected):
        scaling = chart.x_axis.scaling
        ends = (1, steps_of(expected)) if is_by_step(chart) else (0, 3)
        ends = (None, None) if is_of_vectors(chart) else ends
        assert (chart.x_axis.delete, chart.y_axis.delete, scaling.min, scaling.max) == (False, False, *ends)
        assert 1 <= len(chart.series) <= 2 * MOST_LINES + 1  # outputs, as many targets, and the chosen iteration


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_lines_read_cells_that_exist(name: str) -> None:
    """Every line of the charts reads columns of the training sheet, or cells beside the charts.

    There stand the targets, and what has a logarithmic line, above 0.
    """
    expected = shown(name)
    layout = expected.contents.layout
    for chart in charts(expected):
        for series in chart.series:
            for reference in (series.xVal.numRef.f, series.yVal.numRef.f):
                sheet, cells = reference.replace("'", "").replace("$", "").split("!")
                left, top, right, bottom = range_boundaries(cells)
                if is_of_vectors(chart) and top == bottom:  # where a vector is in the end
                    assert (sheet, top, left) == ("Training", layout.last_row, right)
                elif sheet == "Training":
                    assert (layout.first_row, layout.last_row, left) == (top, bottom, right)
                    assert 1 <= left <= len(layout.columns)
                elif is_by_step(chart):
                    assert (top, bottom - top + 1, left) == (FIRST, steps_of(expected), right)
                elif left >= FLOORED:
                    assert (top, bottom - top, left) == (FIRST, layout.iterations, right)
                    assert chart.y_axis.scaling.logBase == 10
                elif left == OWN:
                    assert (top, bottom - top, right) == (FIRST, layout.iterations, left)
                elif left < SCRATCH:
                    assert (left in (MARKS, MARKS + 1), left == right, top == bottom) == (True, True, True)
                else:
                    assert (top >= FIRST, right - left) == (True, 1)


def test_a_logarithmic_line_has_no_zero() -> None:
    """A loss that reaches 0, and a gradient that starts there, are drawn at the height of a rounding error."""
    page = page_of(shown("rate-too-large", 30, ("training.learning_rate=0.1",)), "charts")
    losses = [f.value for f in page.formulas if f.column == FLOORED]
    assert len(losses) == 31
    assert min(losses) == 1e-32
    assert losses[0] > 1
    page = page_of(shown("zero-weights", 3), "charts")
    assert next(f.value for f in page.formulas if f.column == FLOORED + 1) == 1e-16


def test_a_long_training_has_no_cells_for_it() -> None:
    """Of many iterations the lines read the training sheet itself; so does one that climbs, which has no such chart."""
    page = page_of(shown("sigmoid-unit", MOST_FLOORED), "charts")
    assert [f for f in page.formulas if f.column >= FLOORED] == []
    page = page_of(shown("into-backprop", 3), "charts")
    assert [f for f in page.formulas if f.column >= FLOORED] == []


@pytest.mark.parametrize(
    ("name", "count"), [("mazur", 2), ("xor", 4), ("softmax-three-classes", 18), ("one-product", 0)]
)
def test_targets_are_drawn_as_lines(name: str, count: int) -> None:
    """Each target stands twice, at the first and at the last iteration."""
    expected = shown(name)
    page = page_of(expected, "charts")
    targets = [f for f in page.formulas if SCRATCH <= f.column < FLOORED]
    names = [n for n in expected.contents.layout.panel if n.startswith("t[")]
    assert [expected.facts.inputs[n] for n in names for _ in range(2)] == [f.value for f in targets]
    assert 2 * count == len(targets)


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("mazur", ["out_o1", "out_o2"]),
        ("xor", ["y⁽¹⁾", "y⁽²⁾", "y⁽³⁾", "y⁽⁴⁾"]),
        ("softmax-three-classes", ["p_c1", "p_c2", "p_c3"]),
    ],
)
def test_the_legend_names_outputs(name: str, named: list[str]) -> None:
    """The legend names the outputs and no targets; of many samples it names each output unit once."""
    chart = next(chart for chart in charts(shown(name)) if title(chart).startswith("Outputs"))
    dropped = {entry.idx for entry in chart.legend.legendEntry if entry.delete}
    assert named == [series.tx.v for n, series in enumerate(chart.series) if n not in dropped]


@pytest.mark.parametrize(
    ("of", "most", "numbers"),
    [(3, 12, [0, 1, 2]), (0, 4, []), (5, 1, [0]), (9, 3, [0, 4, 8]), (100, 4, [0, 33, 66, 99])],
)
def test_a_selection_is_spread_evenly(of: int, most: int, numbers: list[int]) -> None:
    """Of more than a chart can show, the first, the last and what lies evenly between; else all."""
    assert numbers == spread(of, most)


def test_a_chart_of_some_lines_says_so() -> None:
    """Where a layer has more parameters than a legend can name, some are drawn, and the title counts them."""
    found = next(chart for chart in charts(shown_of(WIDE)) if title(chart).startswith("Parameters, layer 1"))
    assert (title(found), len(found.series)) == ("Parameters, layer 1, 12 of 15", 12 + 1)  # and a mark


def test_targets_stand_beside_outputs() -> None:
    """The chart of outputs has a line per output and, dashed, one per target."""
    chart = next(chart for chart in charts(shown("mazur")) if title(chart).startswith("Outputs"))
    dashes = [series.graphicalProperties.line.prstDash for series in chart.series]
    assert (len(dashes), dashes[2:4]) == (4 + 1, ["sysDash", "sysDash"])  # and a mark


def test_the_slice_is_named_by_its_cells() -> None:
    """The two lines under the landscape are named by the cells in which their parameters are chosen."""
    *_, chart = charts(shown("mazur"), "landscape")
    assert [series.tx.strRef.f for series in chart.series][:2] == ["'Loss landscape'!$C$4", "'Loss landscape'!$C$5"]


def test_lines_reach_to_the_last_row_of_a_sheet() -> None:
    """A training that fills a sheet has its charts: they read its 1,048,576th row."""
    expected = shown("sigmoid-unit")
    layout = expected.contents.layout
    contents = replace(expected.contents, layout=replace(layout, iterations=LAST_ROW - layout.first_row))
    book = Workbook()
    book.create_sheet(contents.title)
    drawn = render(charts_page(contents, expected.facts), book, "en")._charts
    assert drawn[0].series[0].yVal.numRef.f.endswith(f"${LAST_ROW}")


def marked(expected: Expected) -> dict[str, tuple[Any, Any]]:
    """By the title of each chart where its mark of the chosen iteration is."""
    cells, places = {(f.row, f.column): f.value for f in page_of(expected, "charts").formulas}, {}
    for chart in charts(expected):
        left, top, right, _ = range_boundaries(chart.series[-1].yVal.numRef.f.replace("$", "").split("!")[1])
        if left == right == MARKS + 1:
            places[title(chart)] = cells[top, MARKS], cells[top, left]
    return places


def test_the_chosen_iteration_is_marked_in_each_chart() -> None:
    """A mark on the first line of each, where that line is at the chosen iteration."""
    expected = shown("mazur", iteration=2)
    history, places = expected.history, marked(expected)
    assert len(places) == len(charts(expected))
    assert places["E_total by iteration"] == (2.0, history["E"][2])
    assert places["Outputs (dashed: targets)"] == (2.0, history["a2[1]"][2])
    assert places["Length of the gradient, layer by layer (logarithmic)"] == (2.0, history["|dW1|"][2])


def test_a_mark_has_no_name_in_the_legend() -> None:
    """Of what a legend names the last line is left out, for it is the mark."""
    for chart in charts(shown("mazur")):
        if chart.legend is not None:
            assert len(chart.series) - 1 in [entry.idx for entry in chart.legend.legendEntry]


def test_the_templates_own_run_stays_behind() -> None:
    """The loss chart has it, from numbers that do not change, as the first line, which others cover."""
    changed = expected_of(laid_out("mazur"), {**laid_out("mazur").template.inputs(), "eta": 5.0})
    page = page_of(changed, "charts")
    own = [cell.content for cell in page.fixed if cell.column == OWN]
    plain = shown("mazur").history["E"]
    assert own == pytest.approx(list(plain), rel=1e-14)
    assert changed.history["E"][3] != plain[3]
    assert charts(changed)[0].series[0].tx.v == "the template's own run"


def test_a_notch_is_explained() -> None:
    """The gradient of mazur's first layer all but vanishes at iteration 7; that of the second layer never does."""
    notes = [f for f in page_of(shown("mazur", 20), "charts").formulas if "MATCH(MIN(" in f.text]
    assert [note.value for note in notes] == [
        "‖∂E_total/∂W1‖ comes close to 0 at iteration 7: it is a length, so all the gradients in it are small "
        "there at once, as when they turn their signs. A logarithmic axis draws that as a notch. "
    ]
    assert [f.value for f in page_of(shown("mazur", 4), "charts").formulas if "MATCH(MIN(" in f.text] == [""]


@pytest.mark.slow
def test_epochs_begin_at_lines() -> None:
    """Where rows take a part of the data each, the charts have a line at each epoch; the others have none."""
    lines = {name: {chart.x_axis.majorUnit for chart in charts(shown(name, 12))} for name in ("iris", "mazur")}
    assert lines == {"iris": {10}, "mazur": {None}}
