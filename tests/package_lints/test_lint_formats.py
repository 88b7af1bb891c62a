"""The lint of conditional formats can fail."""

from __future__ import annotations

import re

import pytest

from tests.package_lints import lint_formats
from tests.package_lints.package import Package
from tests.test_architecture import PACKAGE, imports, modules

pytestmark = pytest.mark.slow  # whole books, or many processes


def test_a_ground_without_background_colour_is_found(mazur: Package) -> None:
    """A fill of which Excel would take white, and one that differs from program to program, are faults."""
    assert list(lint_formats.grounds_are_background_colours(mazur)) == []
    ground = re.findall(r'<bgColor rgb="\w+"\s*/>', mazur.text(lint_formats.STYLES))[0]
    for damaged, fault in (("", "has no bgColor"), ('<bgColor rgb="00123456"/>', "another fgColor")):
        found = lint_formats.grounds_are_background_colours(mazur.replaced(lint_formats.STYLES, ground, damaged))
        assert fault in next(found)


def test_rules_are_made_in_one_place() -> None:
    """Only the styles know how a conditional format is made, so that none can be made without its ground."""
    makers = ("FormulaRule", "CellIsRule", "DifferentialStyle")
    users = {str(path.relative_to(PACKAGE)) for path in modules() for name in imports(path) if name.endswith(makers)}
    assert users == {"workbook/drawing/style.py"}
