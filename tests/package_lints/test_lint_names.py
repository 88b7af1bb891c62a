"""The lint of defined names finds what some language's Excel takes for a cell."""

from __future__ import annotations

import pytest

from tests.package_lints.lint_names import is_fit, names_are_no_references
from tests.package_lints.test_lint_formulas import SOUND

REFUSED = (
    *("A1", "xfd1048576", "R", "c", "RC", "R1C1", "r1", "c5", "C1_x", "rc2", "1x", "η", "a b", ""),
    *("z1s1", "Z", "s", "zs", "l1c1", "L", "F1C1", "f", "R1K1", "k", "W1K1", "W1_1_1", "S1O1", "o", "s1s1", "R1S1"),
    *("TRUE", "wahr", "Faux", "VERDADERO", "Prawda"),
)
FIT = ("eta", "x_1", "b_1", "W_1_1", "beta1", "z_", "a", "x", "E", "show_t", "_1", "land_r", "rate", "C_1", "scale")


@pytest.mark.parametrize("name", REFUSED)
def test_a_reference_in_some_language_is_no_name(name: str) -> None:
    """In A1 style and in the R1C1 styles of all languages, whole rows and columns too, and truth values."""
    assert not is_fit(name)


@pytest.mark.parametrize("name", FIT)
def test_what_is_no_reference_anywhere_is_a_name(name: str) -> None:
    """The names that books have are fit."""
    assert is_fit(name)


def test_a_bad_name_is_found_in_a_package() -> None:
    """The name is told; Excel's own names are not ours to choose."""
    assert list(names_are_no_references(SOUND)) == []
    assert len(list(names_are_no_references(SOUND.replaced("xl/workbook.xml", '"eta"', '"z1s1"')))) == 1
    assert list(names_are_no_references(SOUND.replaced("xl/workbook.xml", '"eta"', '"_xlnm.Print_Area"'))) == []
