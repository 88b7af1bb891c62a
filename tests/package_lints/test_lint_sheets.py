"""The lints of what sheets say of themselves can fail."""

from __future__ import annotations

from tests.package_lints import lint_sheets
from tests.package_lints.package import Package

TRAINING, STEPS, LANDSCAPE = (f"xl/worksheets/sheet{number}.xml" for number in (2, 3, 10))


def test_a_sound_book_has_no_faults(mazur: Package) -> None:
    """Charts are protected, groups are told, and rules have no equals sign."""
    lints = (
        lint_sheets.charts_are_protected_with_their_cells,
        lint_sheets.depth_of_groups_is_said,
        lint_sheets.rules_of_entries_have_no_equals_sign,
    )
    assert [fault for lint in lints for fault in lint(mazur)] == []
    assert 'outlineLevel="1"' in mazur.text(TRAINING)


def test_charts_that_can_be_dragged_off_are_found(mazur: Package) -> None:
    """A sheet that protects its cells alone is named."""
    damaged = mazur.replaced(STEPS, 'objects="1"', 'objects="0"')
    assert next(lint_sheets.charts_are_protected_with_their_cells(damaged)).startswith("Step by step:")


def test_a_depth_that_is_not_said_is_found(mazur: Package) -> None:
    """Grouped columns without a word of it in the measures are a fault."""
    damaged = mazur.replaced(TRAINING, ' outlineLevelCol="1"', "")
    assert list(lint_sheets.depth_of_groups_is_said(damaged)) == ["Training: outlineLevelCol is not 1"]


def test_a_rule_with_an_equals_sign_is_found(mazur: Package) -> None:
    """A list's range that begins as a cell's formula does is a fault."""
    damaged = mazur.replaced(LANDSCAPE, "<formula1>$", "<formula1>=$")
    assert next(lint_sheets.rules_of_entries_have_no_equals_sign(damaged)).startswith("Loss landscape!C4:C5: =$")
