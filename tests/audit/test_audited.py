"""What could not be judged is said, so that silence is not taken for a right answer."""

from __future__ import annotations

from tests.audit.small import small
from xlbp.audit.run import audit


def not_judged(path, changes) -> dict[str, str]:
    """The cells that are said not to be judged, with the reasons."""
    small(path, changes=changes)
    return {entry["cell"]: entry["reason"] for entry in audit(path).unreadable}


def test_a_loss_that_is_an_error_is_said(tmp_path):
    """LN of a negative number: nothing of that row can be judged."""
    told = not_judged(tmp_path / "sheet.xlsx", {"D6": "=LN(-ABS(C6)-1)"})
    assert list(told) == ["D6"]
    assert "the loss is an error" in told["D6"]


def test_a_derivative_that_is_undefined_is_said(tmp_path):
    """A root at 0 is 0, but its slope is none: the claimed gradient is neither right nor wrong."""
    told = not_judged(tmp_path / "sheet.xlsx", {"D6": "=SQRT((C6-C6)*1)"})
    assert list(told) == ["E6"]
    assert "derivative is undefined" in told["E6"]


def test_a_kink_is_said_in_the_words_of_the_sheet(tmp_path):
    """Beside a kink differences say otherwise: the parameter's own cell, as A4, with both numbers."""
    told = not_judged(tmp_path / "sheet.xlsx", {"A4": 0.45, "D4": "=INT(C4*1000000)"})
    assert set(told) == {"A4", "B4"}
    assert "derivative 0 here by the chain rule and" in told["A4"]
    assert "R4C1" not in str(told)
