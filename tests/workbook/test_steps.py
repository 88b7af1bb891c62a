"""Step by step of what is small enough to be shown whole."""

from __future__ import annotations

import pytest

from tests.teaching import cells_of, page_of, row_of, shown
from xlbp.workbook.sheets.steps import FACTORS

HEADINGS = {
    "en": "The factors, each a link to its cell",
    "zh-CN": "各个因子（链接到所在单元格）",
    "zh-TW": "各個因子（連結到所在儲存格）",
}


@pytest.mark.parametrize("language", HEADINGS)
def test_the_links_of_the_factors_have_a_heading(language: str) -> None:
    """The band of the gradients goes on over every column that holds the link of a factor."""
    expected = shown("mazur", language=language)
    page = page_of(expected, "steps")
    band = row_of(page, expected.contents.texts("steps.chain"))
    factors = {column for row, column in cells_of(page) if column >= FACTORS and row != band}
    headed = {column for (row, column), look in page.looks.items() if row == band and column >= FACTORS}
    assert cells_of(page)[band, FACTORS] == HEADINGS[language]
    assert headed == factors == {column for column in headed if page.looks[band, column] == "gradients"}
