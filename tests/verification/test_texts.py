"""Formulas and texts that say the same, however they are written."""

from __future__ import annotations

from typing import Any

import pytest

from xlbp.verification.texts import same_formula

SAME = [
    ("=A1+B1", "=A1+B1", True),
    ("=A1+B1", "=A1 + B1", True),
    ("=A1+B1", "=a1+b1", True),
    ("=MAX(A1,0)", "=Max( A1, 0 )", True),
    ("=0.5*A1", "=0.50*A1", True),
    ("=0.5*A1", "=5E-1*A1", True),
    ("=2*A1", "=2.0*A1", True),
    ("=1E-07*A1", "=0.0000001*A1", True),
    ("=x_1*A1", "=X_1*A1", True),
    ("=Data!$B$2*A1", "='Data'!$B$2*A1", True),
    ("=0.5*A1", "=0.05*A1", False),
    ("=0.5*A1", "=5*A1", False),
    ("=0.5*A1", "=0.51*A1", False),
    ("=A1+B1", "=A1-B1", False),
    ("=A1+B1", "=A1+C1", False),
    ("=A1+B1", "=A1+B2", False),
    ("=A1+B1", "=A1+B11", False),
    ("=A10", "=A1.0", False),
    ("=A1", "=A01.0", False),
    ("=A1+B1", "=A1+$B1", False),
    ("=A1+B1", "=B1+A1", False),
    ("=x_1", "=x_10", False),
    ("=x_1", "=x_1.0", False),
    ("=A1", "A1", False),
    ("=A1+1", "=A1", False),
    ("=A1", None, False),
    ("=1", 1, False),
    ("=A1", 0.5, False),
    ("=A1", True, False),
]


@pytest.mark.parametrize(("wanted", "found", "same"), SAME)
def test_same_formula(wanted: str, found: Any, same: bool) -> None:
    """Spaces, case and ways to write a number do not matter; every other difference does."""
    assert same == same_formula(wanted, found)


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ("='Step by step'!A1+1", "='Step by step'!a1 + 1.0", True),
        ("='Training'!A1*2", "=Training!A1*2", True),
        ("='训练'!A1", "=训练!A1", True),
        ('="a ""b"""&A1', '="a ""b""" & a1', True),
        ('=IF(A1>0,"a b","c")', '=IF(A1>0,"ab","c")', False),
        ('=IF(A1>0,"E","c")', '=IF(A1>0,"e","c")', False),
        ("='1 1'!A1", "='11'!A1", False),
        ("='It''s'!A1", "='Its'!A1", False),
    ],
)
def test_texts_and_sheets_names_stand_as_they_are(wanted: str, found: str, same: bool) -> None:
    """What a formula says in quotes counts letter by letter, its case and its spaces; a sheet's name but for case."""
    assert same_formula(wanted, found) == same
