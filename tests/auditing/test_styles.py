"""Sheets in the styles of many hands: each passes as it stands, and the slips made in it are named in their cells."""

from __future__ import annotations

import pytest

from tests.auditing.styles import further, hands, sigmoid, steps, training
from tests.auditing.styles.base import Slip, Style
from tests.auditing.styles.measure import outcome

STYLES = (*sigmoid.STYLES, *training.STYLES, *steps.STYLES, *further.STYLES, *hands.STYLES)
SLIPS = [(style, slip) for style in STYLES for slip in style.slips]


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_a_right_sheet_passes(style: Style, tmp_path):
    """No finding, and nothing in it that could not be read."""
    style.write(tmp_path / "sheet.xlsx", None)
    assert outcome(style, None, tmp_path / "sheet.xlsx").told == ()


@pytest.mark.slow
@pytest.mark.parametrize(("style", "slip"), SLIPS, ids=lambda one: one.name)
def test_every_slip_is_named(style: Style, slip: Slip, tmp_path):
    """The kind and the cell of it, and nothing is told beside it."""
    style.write(tmp_path / "sheet.xlsx", slip)
    found = outcome(style, slip, tmp_path / "sheet.xlsx")
    assert found.named, found.told
    assert found.others == 0, found.told
