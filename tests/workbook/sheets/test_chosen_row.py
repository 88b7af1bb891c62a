"""The training sheet marks the row that the other sheets show, and where epochs begin."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from tests.teaching import cells_of, shown
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets import chosen_row
from xlbp.workbook.sheets.chosen_row import CELL, put_chosen_row


def _rules(name: str, iterations: int = 3) -> dict[str, list[str]]:
    """The conditions of the marks of a book, by their ranges."""
    expected = shown(name, iterations)
    page = Page(expected.contents.title)
    put_chosen_row(page, expected.contents, expected.facts)
    sheet = Workbook().active
    for finish in page.finishing:
        finish(sheet)
    return {str(area.sqref): [r.formula[0] for r in area.rules] for area in sheet.conditional_formatting}


def test_the_corner_leads_to_the_row() -> None:
    """The corner tells the chosen iteration and is a link to its row."""
    expected = shown("mazur", iteration=2)
    page = next(page for page in expected.pages if page.title == "Training")
    assert cells_of(page)[CELL] == "↓ 2"
    [formula] = [f.text for f in page.formulas if (f.row, f.column) == CELL]
    assert formula == 'HYPERLINK("#Training!A"&(9+show_t),"↓ "&show_t)'


def test_the_rows_are_marked_by_their_own_sheet() -> None:
    """One rule for all cells of all rows, which looks at this sheet only, as old versions of Excel demand."""
    [(area, [condition])] = _rules("mazur").items()
    assert (area, condition) == ("A9:AZ12", '"↓ "&$A9=$A$1')


@pytest.mark.slow
def test_epochs_begin_under_a_line() -> None:
    """Where rows take a part of the data each, a line stands above the first row of each epoch."""
    first, line = _rules("iris", 12).values()
    assert len(first) == 1
    assert line[0].replace("$", "").count("<>") == 1


def test_very_many_cells_are_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a sheet with more cells than are drawn quickly the first column alone is marked."""
    monkeypatch.setattr(chosen_row, "MOST_MARKED", 100)
    assert [*_rules("mazur")] == ["A9:A12"]
