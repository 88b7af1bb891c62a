"""The values beside the references of a chart."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from openpyxl import Workbook

from xlbp.workbook.package import formula_cell
from xlbp.workbook.page.page import NOT_AVAILABLE
from xlbp.xlsx.chart_values import MOST_POINTS, BookValues, spread

GAP = '<c:dispBlanksAs val="gap"/>'


def book_values(rows: int = 3) -> BookValues:
    """A sheet of streamed rows from row 9 on, the last an error, and one of formulas, numbers and texts."""
    workbook = Workbook()
    workbook.active.title = "Rows"
    sheet = workbook.create_sheet("It's here")
    sheet["A1"], sheet["A2"] = "a<b", 2.5
    streamed = np.arange(2.0 * rows).reshape(rows, 2)
    streamed[-1, 1] = np.nan
    cells = (1.5, "text & more", None, NOT_AVAILABLE)
    formulas = {row: {2: formula_cell(f"B{row}", 0, "A1", value)} for row, value in enumerate(cells, start=1)}
    return BookValues(workbook, {"Rows": (9, streamed)}, {"It's here": formulas})


def put_into(chart: str, rows: int = 3) -> str:
    """A chart's XML with the values."""
    return book_values(rows).put_into(chart.encode()).decode()


def numbers(reference: str, rows: int = 3) -> tuple[int, list[tuple[int, float]]]:
    """The count and the points of a reference to numbers."""
    xml = put_into(f"<c:numRef><c:f>{reference}</c:f></c:numRef>", rows)
    count = re.search(r'<c:ptCount val="(\d+)"/>', xml)
    assert count is not None
    return int(count[1]), [(int(k), float(v)) for k, v in re.findall(r'<c:pt idx="(\d+)"><c:v>([^<]*)</c:v>', xml)]


@pytest.mark.parametrize(
    ("reference", "points"),
    [
        ("Rows!$A$9:$A$11", (3, [(0, 0.0), (1, 2.0), (2, 4.0)])),
        ("Rows!$B$9:$B$11", (3, [(0, 1.0), (1, 3.0)])),  # the last is an error
        ("'It''s here'!$A$1:$A$3", (3, [(1, 2.5)])),  # a text and an empty cell are no points
        ("'It''s here'!$B$1:$B$4", (4, [(0, 1.5)])),
        ("'It''s here'!$A$2:$B$2", (2, [(0, 2.5)])),
        ("Rows!$A$9", (1, [(0, 0.0)])),
    ],
)
def test_numbers_stand_beside_their_reference(reference: str, points: tuple[int, list[tuple[int, float]]]) -> None:
    """Each number has its place in the reference; errors, texts and empty cells are left out but counted."""
    assert numbers(reference) == points


def test_texts_stand_beside_their_reference() -> None:
    """The name of a line is what its cell shows, whatever was known of it before."""
    before = "<c:strRef><c:f>'It''s here'!{}</c:f><c:strCache><c:ptCount val=\"1\"/></c:strCache></c:strRef>"
    for cell, text in (("$A$1", "a&lt;b"), ("$B$2", "text &amp; more"), ("$A$2", "2.5")):
        cache = f'<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{text}</c:v></c:pt></c:strCache>'
        assert cache in put_into(before.format(cell))


def test_a_long_line_has_some_of_its_points() -> None:
    """Of more than MOST_POINTS cells so many are told, the first and the last among them, and the line goes on."""
    rows = 50_000
    count, points = numbers(f"Rows!$A$9:$A${8 + rows}", rows)
    assert (rows, MOST_POINTS, (0, 0.0), (rows - 1, 2.0 * rows - 2)) == (count, len(points), points[0], points[-1])
    assert all(value == 2.0 * place for place, value in points)
    reference = "<c:numRef><c:f>Rows!$A$9:$A${}</c:f></c:numRef>" + GAP
    assert "span" in put_into(reference.format(8 + rows), rows)
    assert GAP in put_into(reference.format(8 + MOST_POINTS), rows)


@pytest.mark.parametrize("count", [1, 2, MOST_POINTS, MOST_POINTS + 1, 1_048_567])
def test_points_are_spread_evenly(count: int) -> None:
    """They rise, and no gap between two is wider than another by more than one."""
    places = list(spread(count))
    gaps = {after - before for before, after in pairwise(places)}
    assert (0, count - 1, True) == (places[0], places[-1], not gaps or max(gaps) - min(gaps) <= 1)
