"""Texts joined from live cells."""

from __future__ import annotations

import pytest

from xlbp.workbook.page.live_text import filled, gap, gaps, how_many, joined, literal, number


def test_a_text_is_filled() -> None:
    """Each gap gets its cell in the formula and its text in what is shown."""
    text = f"= {gap('a')} − {gap('b')}"
    pieces = {"a": ("$A$1", "5"), "b": ("$B$1", "2")}
    assert filled(text, lambda name, _: pieces[name]) == ('"= "&$A$1&" − "&$B$1', "= 5 − 2")
    assert gaps(text) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (f"= {gap('a')}", [False]),
        (f"{gap('a')} · {gap('b')}", [False, True]),
        (f"{gap('a')}² + 1", [True]),
        (f"exp({gap('a')})", [False]),
    ],
)
def test_brackets_are_asked_for_where_a_minus_would_be_misread(text: str, asked: list[bool]) -> None:
    """After an operator and before a power, and nowhere else."""
    found: list[bool] = []

    def piece(name: str, in_brackets: bool) -> tuple[str, str]:
        found.append(in_brackets)
        return name, name

    filled(text, piece)
    assert asked == found


@pytest.mark.parametrize(("value", "shown"), [(-2.0, "(−2.0000)"), (2.0, "2.0000"), (None, "#NUM!")])
def test_brackets_are_for_negative_numbers(value: float | None, shown: str) -> None:
    """Where brackets are asked for, only a negative number gets them."""
    assert number("L1", "F1", value, True)[1] == shown


def test_quotation_marks_and_nothing() -> None:
    """A quotation mark is doubled in the formula; an empty text leaves no trace, and alone is one."""
    assert joined([literal('"'), literal("")]) == ('""""', '"')
    assert joined([]) == ('""', "")


def test_a_count_has_no_criterion() -> None:
    """Cells are counted by comparing them with a text, whose signs no program reads as operators."""
    assert how_many("A1:A9", "≠") == 'SUMPRODUCT((A1:A9="≠")*1)'
