"""The lints of buttons can fail."""

from __future__ import annotations

import pytest

from tests.package_lints import lint_controls
from tests.package_lints.package import Package

SETTINGS = "xl/ctrlProps/ctrlProp1.xml"


def test_a_sound_book_has_no_faults(mazur: Package) -> None:
    """Every sheet that shows an iteration has its button, and all of them are whole."""
    lints = (lint_controls.buttons_are_whole, lint_controls.buttons_step_inputs)
    assert [fault for lint in lints for fault in lint(mazur)] == []
    assert len(mazur.matching(r"xl/ctrlProps/.*")) >= 6


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SETTINGS, "$C$3", "$C$4"),
        ("xl/drawings/vmlDrawing3.vml", "<x:Max>2<", "<x:Max>3<"),
        ("xl/drawings/drawing2.xml", "_x0000_s4097", "_x0000_s9"),
        ("xl/worksheets/sheet4.xml", 'print="0"', 'print="1"'),
    ],
)
def test_a_button_that_disagrees_with_itself_is_found(mazur: Package, part: str, old: str, new: str) -> None:
    """Another cell, another bound, no twin, one that is printed."""
    assert list(lint_controls.buttons_are_whole(mazur.replaced(part, old, new)))


@pytest.mark.parametrize(("old", "new"), [("$C$3", "$C$33"), ('max="2"', 'max="40000"'), ('val="', 'val="9')])
def test_a_button_that_steps_nothing_is_found(mazur: Package, old: str, new: str) -> None:
    """A cell without a name, a bound that no control takes, and a number out of the bounds."""
    assert list(lint_controls.buttons_step_inputs(mazur.replaced(SETTINGS, old, new)))
