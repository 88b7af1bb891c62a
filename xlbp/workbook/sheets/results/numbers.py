"""How far predictions are from targets that are numbers: measures for each target, and a chart with the diagonal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.chart import Reference, Series
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.lang import Texts
from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.drawing.overlay import mark_only
from xlbp.workbook.drawing.plot import add_line, line_chart
from xlbp.workbook.page.facts import in_order
from xlbp.workbook.page.page import Content, Page
from xlbp.workbook.sheets.outcomes import NONE

TESTED = "009E73"
Range = tuple[int, int, int]  # a column, its first and its last row


@dataclass(frozen=True)
class Part:
    """Training samples, or those kept for testing: from which row to which they stand in the table."""

    key: str
    first: int
    last: int


@dataclass(frozen=True)
class Compared:
    """A target beside its predictions: the columns of target, prediction and error, with values row by row.

    ``name`` is what the output is called, ``aimed`` its target.
    ``sizes`` tell how large the terms are that the errors are made from.
    """

    name: str
    aimed: str
    columns: tuple[int, int, int]
    targets: Sequence[float]
    predictions: Sequence[float]
    sizes: Sequence[float]
    first: int
    look: str

    def cells(self, which: int, part: Part) -> str:
        """The cells of targets (0), predictions (1) or errors (2)."""
        letter = get_column_letter(self.columns[which])
        return f"${letter}${part.first}:${letter}${part.last}"

    def values(self, part: Part) -> tuple[list[float], list[float]]:
        """Targets and predictions of a part."""
        rows = self._rows(part)
        return list(self.targets[rows]), list(self.predictions[rows])

    def largest(self, part: Part) -> float:
        """The size of the largest terms of a part; 1 where these are no numbers."""
        return max((size for size in self.sizes[self._rows(part)] if math.isfinite(size)), default=1.0)

    def _rows(self, part: Part) -> slice:
        return slice(part.first - self.first, part.last - self.first + 1)


def put_measures(
    page: Page, texts: Texts, every: Sequence[Compared], parts: Sequence[Part], at: tuple[int, int]
) -> int:
    """A row for each target: root mean square error, mean error, R², of each part; returns the last row."""
    row, column = at
    column_of = column + 1
    for part in parts:
        page.text(row, column_of, texts(f"results.{part.key}"), "column")
        page.merge(row, column_of, len(MEASURES))
        for offset, key in enumerate(MEASURES):
            page.text(row + 1, column_of + offset, texts(f"results.{key}"), "column")
        for here, compared in enumerate(every, start=row + 2):
            page.text(here, column, compared.name, "label")
            for offset, key in enumerate(MEASURES):
                formula, value, size = _measure(key, compared, part)
                look = "number" if key == "r2" else compared.look
                page.live(here, column_of + offset, f'IFERROR({formula},"{NONE}")', value, look, size)
        column_of += len(MEASURES)
    return row + 1 + len(every)


MEASURES = ("rmse", "mae", "r2")


def _measure(key: str, compared: Compared, part: Part) -> tuple[str, Content, float]:
    """One of the measures: formula, value, and how large its terms are."""
    targets, predictions = compared.values(part)
    count = len(targets)
    errors = [prediction - target for target, prediction in zip(targets, predictions, strict=True)]
    t, e = compared.cells(0, part), compared.cells(2, part)
    largest = compared.largest(part)
    squares = in_order([error * error for error in errors])
    if key == "rmse":
        return f"SQRT(SUMSQ({e})/{count})", _or_none(math.sqrt(squares / count)), largest
    if key == "mae":
        mean = in_order([abs(error) for error in errors]) / count
        return f"SUMPRODUCT({e}*(({e}>0)-({e}<0)))/{count}", _or_none(mean), largest
    middle = in_order(targets) / count
    spread = in_order([(target - middle) * (target - middle) for target in targets])
    share = f"1-SUMSQ({e})/SUMPRODUCT(({t}-AVERAGE({t}))*({t}-AVERAGE({t})))"
    formula = f'IF(MAX({t})=MIN({t}),"{NONE}",{share})'  # a mean of equal numbers need not be that number
    if max(targets) == min(targets) or not math.isfinite(squares):
        return formula, NONE, 0.0
    return formula, 1 - squares / spread, _size_of_share(squares / spread, largest * math.sqrt(count / spread))


def _size_of_share(share: float, far: float) -> float:
    """How large the terms of R² are; ``far`` tells how large those of an error are beside the spread of the targets."""
    return 1 + share + 2 * far * (math.sqrt(share) + share)


def _or_none(value: float) -> Content:
    return value if math.isfinite(value) else NONE


def put_ends(page: Page, compared: Compared, parts: Sequence[Part], at: tuple[int, int]) -> None:
    """The ends of the diagonal, below each other: the smallest and the largest of targets and predictions."""
    row, column = at
    ranges = ",".join(compared.cells(which, part) for part in parts for which in (0, 1))
    values = [v for part in parts for numbers in compared.values(part) for v in numbers]
    is_finite = all(map(math.isfinite, values))
    for offset, function in enumerate((min, max)):
        value = function(values) if is_finite else None
        size = max(map(compared.largest, parts))
        page.live(row + offset, column, f"{function.__name__.upper()}({ranges})", value, "small", size)


def add_chart(
    sheet: Worksheet,
    texts: Texts,
    compared: Compared,
    parts: Sequence[Part],
    ends: tuple[int, int],
    place: tuple[int, int, int, int],
) -> None:
    """Predictions over targets; a point on the diagonal is right."""
    titles = (texts("results.target_of", name=compared.aimed), texts("results.prediction_of", name=compared.name))
    chart = line_chart(texts, texts("results.chart", name=compared.name), *titles)
    row, column = ends
    diagonal = Reference(sheet, column, row, column, row + 1)
    add_line(chart, texts("results.diagonal"), diagonal, diagonal, style.GREY, 1.25, "dash")
    for part in parts:
        x, y = (Reference(sheet, compared.columns[k], part.first, compared.columns[k], part.last) for k in (0, 1))
        series = Series(y, x, title=texts(f"results.{part.key}"))
        series.smooth = False
        is_test = part.key == "tested"
        mark_only(series, TESTED if is_test else "0072B2", "diamond" if is_test else "circle", 8 if is_test else 7)
        chart.series.append(series)
    chart.legend.position = "b"
    place_chart(sheet, chart, place[:2], *place[2:])
