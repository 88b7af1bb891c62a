"""What all charts of a book have in common, and what each of them tells those who do not see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openpyxl.chart import ScatterChart

from xlbp.lang import Texts

MOST_NAMES = 12  # of lines, in the words about a chart


def empty_chart(says: Callable[[ScatterChart], str]) -> ScatterChart:
    """A chart without a line as yet; ``says`` tells in the reader's language what it shows, once it is complete.

    What is left out here has a default that differs from program to program: Excel rounds the corners, lets the
    legend lie over the lines, and gives each point of a lone line its own colour; and a chart whose cells are folded
    away is empty.
    """
    chart = ScatterChart(scatterStyle="lineMarker", varyColors=False)
    chart.roundedCorners, chart.visible_cells_only, chart.legend.overlay = False, False, False
    chart.says = says
    return chart


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
