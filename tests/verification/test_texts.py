"""Formulas and texts that say the same, however they are written."""

from __future__ import annotations

from typing import Any

import pytest

from xlbp.verification.texts import same_formula, same_text

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


IN_A_LOCALE = [
    ("= 0.0500 · (−1.2500)", "= 0,0500 · (−1,2500)"),  # de-DE, fr-FR, es-ES
    ("E = 1234567.8900", "E = 1.234.567,8900"),
    ("E = 1234567.8900", "E = 1\u202f234\u202f567,8900"),  # fr-FR
    ("E = 1234567.8900", "E = 1\u00a0234\u00a0567,8900"),
    ("E = 1234567.8900", "E = 1’234’567.8900"),  # de-CH
    ("−3.25E-07 / 2", "-3,25E−07 / 2"),
    ("0.0500", "٠٫٠٥٠٠"),
    ("0.0500", "０．０５００"),
    ("max(0.0500, 0.2000)", "max(0,0500, 0,2000)"),
]


@pytest.mark.parametrize(("expected", "found"), IN_A_LOCALE)
def test_a_text_says_the_same_in_every_locale(expected: str, found: str) -> None:
    """Numbers in a text are compared by what they are worth, whatever the decimal sign, the minus or the digits."""
    assert same_text(expected, found)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("= 0.0500 · 1.2500", "= 0,0500 · 1,2600"),
        ("= 0.0500 · 1.2500", "= 0,0500 · 12,500"),
        ("= 0.0500 · 1.2500", "= 0,5000 · 1,2500"),
        ("= 0.0500", "= −0,0500"),
        ("3.25E-07", "3,25E+07"),
        ("1234.5000", "1.234.500,0"),
        ("0.0500 · 2", "0,0500 · 3"),
        ("0.0500", "0.0500 "),
        ("rate=0.1: 0.0500", "rate=0.2: 0.0500"),
        ("W1[1,2]", "W1[1.2]"),
        ("right", "wrong"),
    ],
)
def test_a_wrong_number_or_word_is_found_in_every_locale(expected: str, found: str) -> None:
    """A digit, a sign, an exponent or a word that differs makes another text; only a rounded number may differ."""
    assert not same_text(expected, found)


@pytest.mark.parametrize(
    ("expected", "found", "noise", "same"),
    [
        ("0.0500", "0.0501", 0.0, True),
        ("0.0500", "0.0502", 0.0, False),
        ("9.99E-05", "1,00E-04", 0.0, True),
        ("9.99E-05", "0,0001", 0.0, True),
        ("− (−4.44E-16)", "− 0.0000", 1e-15, True),
        ("− (−4.44E-16)", "− 0.0000", 1e-17, False),
        ("2.00E-307", "0.0000", 0.0, True),
    ],
)
def test_rounding_and_noise_are_no_difference(expected: str, found: str, noise: float, same: bool) -> None:
    """One of the last digit may differ, and what is smaller than the noise or than a normal double counts as 0."""
    assert same == same_text(expected, found, noise)
