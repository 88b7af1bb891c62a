"""The lints of the layout find what they are for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pytest

from tests.package_lints import lint_layout
from tests.package_lints.package import Package

Lint = Callable[[Package], Iterable[str]]


def changed(package: Package, part: str, pattern: str, replacement: str) -> Package:
    """A copy with the matches of a pattern replaced in one part, of which there must be one."""
    text, count = re.subn(pattern, replacement, package.text(part))
    assert count, (part, pattern)
    return Package(package.name, {**package.parts, part: text.encode()})


def part_of(package: Package, title: str) -> str:
    """The part of a sheet."""
    return package.sheets[title]


@pytest.mark.parametrize(
    ("lint", "sheet", "pattern", "replacement", "said"),
    [
        (lint_layout.texts_fit_their_rows, "Start", r' ht="[\d.]+"', ' ht="13"', "2 lines of 11 points"),
        (lint_layout.texts_are_not_cut, "Step by step", r'width="[\d.]+"', 'width="3"', "pixels of text"),
        (lint_layout.words_are_not_broken, "Training", r'width="[\d.]+"', 'width="5"', "is broken"),
        (lint_layout.numbers_fit_their_columns, "Gradient check", r'width="[\d.]+"', 'width="4"', "takes"),
        (lint_layout.charts_cover_no_cells, "Charts", r'r="B2"', 'r="B5"', "is covered by"),
        (lint_layout.print_can_be_read, "Training", r'scale="70"', 'scale="10"', "prints at 10%"),
        (lint_layout.print_can_be_read, "Matrices", r'width="[\d.]+"', 'width="90"', "prints at"),
    ],
)  # fmt: skip
def test_a_fault_of_a_sheet_is_found(
    mazur: Package, lint: Lint, sheet: str, pattern: str, replacement: str, said: str
) -> None:
    """Rows too low, columns too narrow, a cell under a chart, a print too small."""
    assert list(lint(mazur)) == []
    assert any(said in fault for fault in lint(changed(mazur, part_of(mazur, sheet), pattern, replacement)))


def test_another_normal_font_is_found(mazur: Package) -> None:
    """Openpyxl's own is Calibri 11."""
    spoiled = mazur.replaced(
        "xl/styles.xml", '<sz val="10" /><name val="Arial" />', '<sz val="11" /><name val="Calibri" />'
    )
    assert list(lint_layout.normal_font_is_arial(mazur)) == []
    assert "Calibri 11" in next(iter(lint_layout.normal_font_is_arial(spoiled)))


def drawing_of(package: Package, title: str) -> str:
    """The drawing of a sheet."""
    return next(part for part in package.relations(part_of(package, title)).values() if "drawings/drawing" in part)


def test_charts_that_meet_are_found(mazur: Package) -> None:
    """The second chart moved a column to the left covers the end of the first."""
    spoiled = changed(mazur, drawing_of(mazur, "Charts"), r"<((?:xdr:)?)col>11<", r"<\1col>9<")
    assert list(lint_layout.charts_lie_apart(mazur)) == []
    assert any("meets" in fault for fault in lint_layout.charts_lie_apart(spoiled))


def test_a_chart_of_a_fixed_size_is_refused(mazur: Package) -> None:
    """Its end is not a cell, and so is another in each program."""
    spoiled = changed(mazur, drawing_of(mazur, "Charts"), r"<(/?(?:xdr:)?)to>", r"<\1ext>")
    with pytest.raises(ValueError, match="is not held at both corners"):
        list(lint_layout.charts_lie_apart(spoiled))


def test_a_chart_or_a_row_that_does_not_print_is_found(mazur: Package) -> None:
    """A print area that ends above them."""
    spoiled = changed(mazur, "xl/workbook.xml", r"(Charts'?!\$A\$1:\$[A-Z]+\$)\d+", r"\g<1>50")
    spoiled = changed(spoiled, "xl/workbook.xml", r"(Start'?!\$A\$1:\$[A-Z]+\$)\d+", r"\g<1>50")
    found = list(lint_layout.what_is_shown_prints(spoiled))
    assert list(lint_layout.what_is_shown_prints(mazur)) == []
    assert any("chart" in fault for fault in found)
    assert any("Start!" in fault for fault in found)
