"""The lints of charts can fail."""

from __future__ import annotations

import re

import pytest

from tests.package_lints import lint_charts
from tests.package_lints.package import Package


def titled(mazur: Package, has_legend: bool) -> str:
    """The first chart with a title: without a legend that of the loss, else one of several lines."""
    charts = (part for part in mazur.matching(lint_charts.CHARTS) if "<c:title>" in mazur.text(part))
    return min((part for part in charts if ("<c:legend>" in mazur.text(part)) == has_legend), key=number_of)


def number_of(part: str) -> int:
    """The number of a part."""
    return int("".join(filter(str.isdigit, part)))


def test_a_sound_book_has_no_faults(mazur: Package) -> None:
    """All charts of a book say all, tell all values, and have words."""
    lints = (lint_charts.says_what_programs_differ_in, lint_charts.tells_its_values, lint_charts.is_said_in_words)
    assert [fault for lint in lints for fault in lint(mazur)] == []
    assert len(mazur.matching(lint_charts.CHARTS)) > 10


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('plotVisOnly val="0"', 'plotVisOnly val="1"', "plotVisOnly is not 0"),
        ('<c:varyColors val="0" />', "", "varyColors is not 0"),
        ('<c:roundedCorners val="0" />', "", "roundedCorners is not 0"),
        ('<c:autoTitleDeleted val="0" />', "", "autoTitleDeleted does not say whether there is a title"),
        ('autoTitleDeleted val="0"', 'autoTitleDeleted val="1"', "autoTitleDeleted does not say whether"),
    ],
)
def test_a_default_that_is_left_open_is_found(mazur: Package, old: str, new: str, fault: str) -> None:
    """What one program takes for granted and another does not must be said."""
    outputs = titled(mazur, has_legend=True)
    [found] = lint_charts.says_what_programs_differ_in(mazur.replaced(outputs, old, new))
    assert fault in found


def test_a_legend_over_the_lines_is_found(mazur: Package) -> None:
    """A legend or a title of which it is not said that it lies beside the lines is a fault."""
    outputs = titled(mazur, has_legend=True)
    for kind in ("legend", "title"):
        element = re.findall(f"<c:{kind}>.*?</c:{kind}>", mazur.text(outputs))[0]
        damaged = mazur.replaced(outputs, element, element.replace('<c:overlay val="0" />', ""))
        assert f"{outputs}: the {kind} lies over the lines" in lint_charts.says_what_programs_differ_in(damaged)


def test_missing_and_wrong_values_are_found(mazur: Package) -> None:
    """No values, another count, a value too few and another value are told with their reference."""
    lines = titled(mazur, has_legend=False)
    [cache] = set(re.findall(r"'Training'!\$A\$9:\$A\$11</c:f>(<c:numCache>.*?</c:numCache>)", mazur.text(lines)))
    damages = {
        "": "no values",
        cache.replace('ptCount val="3"', 'ptCount val="2"'): "the count is not 3",
        cache.replace('<c:pt idx="1"><c:v>1</c:v></c:pt>', ""): "the values are not those of the cells",
        cache.replace("<c:v>1</c:v>", "<c:v>1.5</c:v>"): "the values are not those of the cells",
    }
    assert len(damages) == 4
    for damaged, fault in damages.items():
        found = list(lint_charts.tells_its_values(mazur.replaced(lines, cache, damaged)))
        assert found == [f"{lines}: 'Training'!$A$9:$A$11: {fault}"]


def test_an_error_that_is_told_is_found(mazur: Package) -> None:
    """A point where the cell shows an error is a fault: the lines of the picture for the other sign."""
    chart = "xl/charts/chart2.xml"
    empty = '<c:ptCount val="2"/></c:numCache>'
    told = '<c:ptCount val="2"/><c:pt idx="0"><c:v>0</c:v></c:pt></c:numCache>'
    assert next(lint_charts.tells_its_values(mazur.replaced(chart, empty, told)), "")


def test_a_chart_without_words_is_found(mazur: Package) -> None:
    """A chart whose alternative text is missing is named."""
    part = mazur.matching(lint_charts.DRAWINGS)[0]
    [words] = re.findall(' descr="[^"]*"', mazur.text(part))
    found = list(lint_charts.is_said_in_words(mazur.replaced(part, words, "")))
    assert found == [f"{part}: Chart 1 has no alternative text"]
