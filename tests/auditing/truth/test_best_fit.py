"""Sheets that can be read in two ways."""

from __future__ import annotations

import pytest

from tests.auditing.small import small
from xlbp.auditing.run import audit

ROWS = range(4, 9)


@pytest.mark.parametrize(("times", "assumed"), [("", "half_squared_error"), ("2*", "squared_error")])
def test_a_loss_in_no_cell_is_the_squared_error_that_fits(tmp_path, times, assumed):
    """A prediction and a target, gradients once or twice the error: both are right, for one loss or the other."""
    changes = {"C3": "y_pred", "D3": "target"} | {f"D{r}": "=$F$1" for r in ROWS}
    changes |= {f"E{r}": f"={times}(C{r}-D{r})*$D$1" for r in ROWS} | {f"F{r}": f"={times}(C{r}-D{r})" for r in ROWS}
    small(tmp_path / "sheet.xlsx", changes=changes)
    found = audit(tmp_path / "sheet.xlsx")
    assert found.sheets[0].layout.assumed == f"{assumed}(Sheet!C4,Sheet!D4)"
    assert found.findings == []


def test_a_column_headed_dw_may_hold_the_step(tmp_path):
    """-eta dE/dw under the heading dw: the claims are steps, and right."""
    changes = {"E3": "dw", "F3": "db"} | {f"E{r}": f"=-$B$1*(C{r}-$F$1)*$D$1" for r in ROWS}
    changes |= {f"F{r}": f"=-$B$1*(C{r}-$F$1)" for r in ROWS}
    changes |= {f"A{r}": f"=A{r - 1}+E{r - 1}" for r in ROWS[1:]} | {f"B{r}": f"=B{r - 1}+F{r - 1}" for r in ROWS[1:]}
    small(tmp_path / "sheet.xlsx", changes=changes)
    found = audit(tmp_path / "sheet.xlsx")
    layout = found.sheets[0].layout
    assert (layout.rate, layout.downhill, found.findings) == (("Sheet", 1, 2), True, [])
