"""What all charts of a book have in common, and what each of them tells those who do not see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openpyxl.chart import BarChart, ScatterChart
from openpyxl.chart._chart import ChartBase

from xlbp.lang import Texts

MOST_NAMES = 12  # of lines, in the words about a chart


def empty_chart(says: Callable[[ScatterChart], str]) -> ScatterChart:
    """A chart without a line as yet; ``says`` tells in the reader's language what it shows, once it is complete."""
    chart = ScatterChart(scatterStyle="lineMarker", varyColors=False)
    set_defaults(chart)
    chart.says = says
    return chart


def bar_chart(texts: Texts, title: str) -> BarChart:
    """Bars beside texts, the first on top, without one as yet."""
    chart = BarChart(varyColors=False, barDir="bar", gapWidth=60)
    set_defaults(chart)
    chart.title, chart.legend.position = title, "b"
    chart.title.overlay = False
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines = None
    chart.says = lambda each: texts("alt.names", names=", ".join([title, *filter(None, map(_name, each.series))]))
    return chart


def set_defaults(chart: ChartBase) -> None:
    """What has a default that differs from program to program.

    Excel rounds the corners, lets the legend lie over the lines, and gives each point of a lone line its own colour;
    and a chart whose cells are folded away is empty.
    """
    chart.roundedCorners, chart.visible_cells_only, chart.legend.overlay = False, False, False


def lines_said(texts: Texts, title: str, x_title: str, y_title: str) -> Callable[[ScatterChart], str]:
    """What a chart of lines shows: its title, its axes, and which lines the legend names."""
    axes = {"title": title, "x": x_title, "y": y_title}

    def says(chart: ScatterChart) -> str:
        told = texts("alt.lines" if y_title else "alt.lines_over", **axes)
        names = [name for name in map(_name, chart.series) if name]
        shown = [*names[:MOST_NAMES], "…"] if len(names) > MOST_NAMES else names
        return f"{told} {texts('alt.names', names=', '.join(shown))}" if shown else told

    return says


def _name(series: Any) -> str:
    """What the legend calls a line, as far as it is known when the chart is made."""
    label = series.tx
    if label is None:
        return ""
    if label.strRef is not None:
        cache = label.strRef.strCache
        return cache.pt[0].v if cache else ""
    return label.v or ""
