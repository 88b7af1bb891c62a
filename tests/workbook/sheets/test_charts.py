"""Charts: which there are, which lines they hold, and that every cell they read exists."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.cell import range_boundaries

from tests.teaching import page_of, shown
from xlbp.expected import Expected
from xlbp.spec.load import shipped
from xlbp.workbook.render import render
from xlbp.workbook.sheets.charts import FIRST, MOST_LINES, SCRATCH


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
                "Outputs",
                "Parameters, layer 1",
                "Parameters, layer 2",
                "Gradients, layer 1",
                "Gradients, layer 2",
                "Length of the gradient, layer by layer (logarithmic)",
            ],
        ),
        ("into-backprop", ["f by iteration", "Parameters", "Gradients"]),
    ],
)
def test_titles(name: str, titles: list[str]) -> None:
    """A network has loss, outputs, parameters, gradients and their lengths; a graph what applies to it."""
    assert titles == [title(chart) for chart in charts(shown(name))]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_axes_are_to_be_seen(name: str) -> None:
    """Each chart has at least one line and both axes, the iterations from 0 to the last."""
    for chart in charts(shown(name)):
        assert (
            chart.x_axis.delete,
            chart.y_axis.delete,
            chart.x_axis.scaling.min,
            chart.x_axis.scaling.max,
        ) == (False, False, 0, 3)
        assert 1 <= len(chart.series) <= MOST_LINES


@pytest.mark.parametrize("name", sorted(shipped()))
def test_lines_read_cells_that_exist(name: str) -> None:
    """Every line of the charts reads columns of the training sheet, or the targets beside the charts."""
    expected = shown(name)
    layout = expected.contents.layout
    for chart in charts(expected):
        for series in chart.series:
            for reference in (series.xVal.numRef.f, series.yVal.numRef.f):
                sheet, cells = reference.replace("'", "").replace("$", "").split("!")
                left, top, right, bottom = range_boundaries(cells)
                if sheet == "Training":
                    assert (layout.first_row, layout.last_row, left) == (top, bottom, right)
                    assert 1 <= left <= len(layout.columns)
                else:
                    assert (top >= FIRST, right - left, left >= SCRATCH) == (True, 1, True)


@pytest.mark.parametrize(
    ("name", "count"), [("mazur", 2), ("xor", 4), ("softmax-three-classes", 24), ("one-product", 0)]
)
def test_targets_are_drawn_as_lines(name: str, count: int) -> None:
    """Each target stands twice, at the first and at the last iteration, up to what a chart can hold."""
    expected = shown(name)
    page = page_of(expected, "charts")
    targets = [f for f in page.formulas if f.column >= SCRATCH]
    limited = [n for n in expected.contents.layout.panel if n.startswith("t[")][:MOST_LINES]
    wanted = [expected.facts.inputs[n] for n in limited for _ in range(2)]
    assert wanted == [f.value for f in targets]
    assert 2 * min(count, len(limited)) == len(targets) or len(limited) > count


def test_targets_stand_beside_outputs() -> None:
    """The chart of outputs has a line per output and, dashed, one per target."""
    chart = next(chart for chart in charts(shown("mazur")) if title(chart) == "Outputs")
    dashes = [series.graphicalProperties.line.prstDash for series in chart.series]
    assert (len(dashes), dashes[2:]) == (4, ["sysDash", "sysDash"])


def test_the_slice_is_named_by_its_cells() -> None:
    """The two lines under the landscape are named by the cells in which their parameters are chosen."""
    *_, chart = charts(shown("mazur"), "landscape")
    assert [series.tx.strRef.f for series in chart.series] == ["'Loss landscape'!$C$4", "'Loss landscape'!$C$5"]
