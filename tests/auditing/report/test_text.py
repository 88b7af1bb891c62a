"""The report for people."""

from __future__ import annotations

import io

import pytest

from tests.auditing.small import small
from xlbp.auditing.report import text
from xlbp.auditing.run import audit


def report(path) -> str:
    """The report's text."""
    stream = io.StringIO()
    text.print_report(audit(path), stream)
    return stream.getvalue()


def test_it_tells_what_stands_what_should_and_why(tmp_path):
    """One finding: its kind and cell, both formulas, and the reason."""
    small(tmp_path / "sheet.xlsx", changes={f"E{r}": f"=-(C{r}-$F$1)*$D$1" for r in range(4, 9)})
    told = report(tmp_path / "sheet.xlsx")
    assert "1. sign in E4" in told
    assert "stands:    =-(C4-$F$1)*$D$1" in told
    assert "1 finding\n" in told


def test_a_list_that_is_cut_says_so(tmp_path, monkeypatch: pytest.MonkeyPatch):
    """Of two parameters one is shown: both are counted."""
    monkeypatch.setattr(text, "MOST_PARAMETERS", 1)
    small(tmp_path / "sheet.xlsx")
    assert "1 of 2 parameters are shown" in report(tmp_path / "sheet.xlsx")
