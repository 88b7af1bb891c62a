"""What could not be judged is said, so that silence is not taken for a right answer."""

from __future__ import annotations

from dataclasses import asdict

from tests.auditing.small import small
from xlbp.auditing.gaps import Unjudged
from xlbp.auditing.report.data import to_data
from xlbp.auditing.run import audit


def not_judged(path, changes) -> dict[str, str]:
    """The cells that are said not to be judged, with the reasons."""
    small(path, changes=changes)
    return {unread.cell: unread.reason for unread in audit(path).unreadable}


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
    told = not_judged(tmp_path / "sheet.xlsx", {"A4": 0.45, "D4": "=IF(C4>1,5,C4)"})
    assert set(told) == {"A4", "B4"}
    assert "derivative 2 here by the chain rule and" in told["A4"]
    assert "R4C1" not in str(told)


def unjudged(path, changes) -> list[Unjudged]:
    """What is said not to be judged, and that the sheet is then not called right."""
    small(path, changes=changes)
    found = audit(path)
    data = to_data(found)
    assert (found.ok, data["ok"], found.findings) == (False, False, [])
    assert data["unjudged"] == [asdict(entry) for entry in found.unjudged]
    return found.unjudged


def test_gradients_that_rest_on_what_is_not_read_are_not_right(tmp_path):
    """The prediction by a function that no one knows: no verdict on any gradient, one line with the remedy."""
    changes = {f"C{r}": f"=A{r}*$D$1+B{r}+PERCENTILE($F$1,1)*0" for r in range(4, 9)}
    (entry,) = unjudged(tmp_path / "sheet.xlsx", changes)
    assert entry.what == "the gradients of w, b"
    assert (entry.cell, "C4:C8" in entry.reason) == ("C4", True)
    assert "PERCENTILE" in entry.reason
    assert audit(tmp_path / "sheet.xlsx").nothing_judged


def test_a_rounded_prediction_has_no_derivative_to_compare_with(tmp_path):
    """ROUND on the way to the loss makes every derivative 0: that is said, and nothing called wrong."""
    (entry,) = unjudged(tmp_path / "sheet.xlsx", {f"C{r}": f"=ROUND(A{r}*$D$1+B{r},3)" for r in range(4, 9)})
    assert "rounded" in entry.reason


def test_a_loss_that_is_an_error_everywhere_leaves_nothing_judged(tmp_path):
    """No row has a loss: that is no right sheet."""
    (entry,) = unjudged(tmp_path / "sheet.xlsx", {f"D{r}": f"=LN(-ABS(C{r})-1)" for r in range(4, 9)})
    assert "in every row" in entry.reason


def test_an_update_that_is_not_understood_is_not_right(tmp_path):
    """The next weight by a function that no one knows: its update has no verdict."""
    changes = {f"A{r}": f"=A{r - 1}-$B$1*PERCENTILE(E{r - 1},1)" for r in range(5, 9)}
    told = unjudged(tmp_path / "sheet.xlsx", changes)
    assert "the update of w" in [entry.what for entry in told]
