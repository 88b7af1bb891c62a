"""What is done to the package that openpyxl writes."""

from __future__ import annotations

import pytest

from xlbp.workbook.package import shortest


@pytest.mark.parametrize(
    ("written", "wanted"),
    [("0.9360000000000001", "0.936"), ("-0.1", "-0.1"), ("1.5e-07", "1.5e-07"), ("3", "3"), ("12.0", "12.0")],
)
def test_numbers_take_as_few_digits_as_tell_them(written: str, wanted: str) -> None:
    """A number is the same double in fewer digits; whole numbers, texts and values of formulas stay."""
    others = '<c r="B1" t="s"><v>0</v></c><c r="C1"><f>A1*0.9360000000000001</f><v>0.9360000000000001</v></c>'
    assert shortest(f'<c r="A1" s="6" t="n"><v>{written}</v></c>{others}') == (
        f'<c r="A1" s="6" t="n"><v>{wanted}</v></c>{others}'
    )
