"""The lints of the contrast find what they are for."""

from __future__ import annotations

import pytest

from tests.package_lints import lint_contrast
from tests.package_lints.package import Package
from tests.package_lints.styles import contrast


def test_contrast_is_as_wcag_defines_it() -> None:
    """Black on white is 21; the two colours that were to be darker are 3.4 and 3.9 under white."""
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    assert contrast("FFFFFF", "009E73") == pytest.approx(3.42, abs=0.01)
    assert contrast("FFFFFF", "D55E00") == pytest.approx(3.87, abs=0.01)


@pytest.mark.slow
def test_white_on_a_light_green_is_found(mazur: Package) -> None:
    """In cells as in the styles of conditions, which both have the colour of the update."""
    spoiled = mazur.replaced("xl/styles.xml", "007A5A", "009E73")
    for lint in (lint_contrast.cells_can_be_read, lint_contrast.conditions_keep_cells_readable):
        assert list(lint(mazur)) == []
        assert any("on 009E73" in fault for fault in lint(spoiled))


def test_a_dark_end_of_a_scale_is_found(mazur: Package) -> None:
    """The ink of the cells is dark."""
    spoiled = mazur.replaced(mazur.sheets["Loss landscape"], "E69F00", "803000")
    assert any("on 803000" in fault for fault in lint_contrast.conditions_keep_cells_readable(spoiled))


def test_a_pale_text_of_a_chart_is_found(mazur: Package) -> None:
    """Charts are white."""
    part = next(name for name in mazur.matching(r"xl/charts/chart\d+\.xml") if "<a:r>" in mazur.text(name))
    pale = '<a:r><a:rPr b="1"><a:solidFill><a:srgbClr val="CCCCCC"/></a:solidFill></a:rPr>'
    text = mazur.text(part).replace("<a:r>", pale, 1)
    spoiled = Package(mazur.name, {**mazur.parts, part: text.encode()})
    assert list(lint_contrast.charts_can_be_read(mazur)) == []
    assert any("CCCCCC on FFFFFF" in fault for fault in lint_contrast.charts_can_be_read(spoiled))
