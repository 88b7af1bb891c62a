"""The lints of the pages find what they are for."""

from __future__ import annotations

from tests.package_lints import lint_pages
from tests.package_lints.package import Package
from tests.package_lints.test_lint_layout import changed, part_of


def test_a_chart_across_two_pages_is_found(mazur: Package) -> None:
    """A page that ends in the third row of charts, one that ends within the second chart, and a size too large."""
    part = part_of(mazur, "Charts")
    row = changed(
        mazur, part, r"<rowBreaks.*?</rowBreaks>", '<rowBreaks><brk id="50" max="16383" man="1"/></rowBreaks>'
    )
    column = changed(mazur, part, r"<rowBreaks", '<colBreaks><brk id="15" man="1"/></colBreaks><rowBreaks')
    larger = changed(mazur, part, r'scale="\d+"', 'scale="100"')
    assert list(lint_pages.charts_are_not_cut(mazur)) == []
    for spoiled, said in ((row, "after row 50"), (column, "after column 15"), (larger, "after column")):
        assert any(said in fault for fault in lint_pages.charts_are_not_cut(spoiled))


def test_a_lonely_column_is_found(mazur: Package) -> None:
    """A break before and after column 12 of Training; and a size of which too little fits on a page."""
    part = part_of(mazur, "Training")
    alone = '<colBreaks><brk id="11" man="1"/><brk id="12" man="1"/>'
    spoiled = changed(mazur, part, r"<colBreaks[^>]*>", alone)
    larger = changed(mazur, part, r'scale="70"', 'scale="100"')
    assert list(lint_pages.no_column_is_lonely(mazur)) == []
    assert any("column 12 holds 1" in fault for fault in lint_pages.no_column_is_lonely(spoiled))
    assert any("holds 1" in fault for fault in lint_pages.no_column_is_lonely(larger))
