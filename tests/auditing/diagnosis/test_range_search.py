"""Slips in formulas over ranges: named at their source, and mended in the sheet's own form."""

from __future__ import annotations

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from xlbp.auditing import findings as kinds
from xlbp.auditing.run import audit

AREAS = {"dP": "D2:D5", "g": "F2:F3"}
RIGHT = {"dP": "=2*(C2:C5-G2:G5)/4", "g": "=MMULT(TRANSPOSE(A2:B5),D2:D5)"}


def write(path, **changes: str) -> None:
    """Least squares of four samples by two weights, in array formulas: P = X w, L = mean (P - t)^2."""
    book = Workbook()
    sheet = book.active
    headings = {"A1": "X", "C1": "P", "D1": "dP", "E1": "w", "F1": "dL/dw", "G1": "t", "H1": "L"}
    for cell, text in headings.items():
        sheet[cell] = text
    for row, (x1, x2, t) in enumerate(((1, 2, 0.5), (0.3, -1, 2), (-0.7, 0.4, 1), (2, 1.5, -0.2)), 2):
        sheet[f"A{row}"], sheet[f"B{row}"], sheet[f"G{row}"] = x1, x2, t
    sheet["E2"], sheet["E3"] = 0.6, -0.4
    sheet["C2"] = ArrayFormula("C2:C5", "=MMULT(A2:B5,E2:E3)")
    sheet["H2"] = "=SUMXMY2(C2:C5,G2:G5)/4"
    for name, formula in (RIGHT | changes).items():
        sheet[AREAS[name].partition(":")[0]] = ArrayFormula(AREAS[name], formula)
    book.save(path)


def test_the_sheet_is_right_as_it_stands(tmp_path):
    """Nothing is found in it, and everything judged."""
    write(tmp_path / "sheet.xlsx")
    assert audit(tmp_path / "sheet.xlsx").ok


@pytest.mark.parametrize(
    ("formula", "kind", "expected"),
    [
        ("=2*(G2:G5-C2:C5)/4", kinds.SIGN, "=2*(C2:C5-G2:G5)/4"),
        ("=2*(C2:C5-G2:G5)", kinds.MEAN, "=2*(C2:C5-G2:G5)/4"),
        ("=(C2:C5-G2:G5)/4", kinds.HALF, "=2*((C2:C5-G2:G5)/4)"),
    ],
)
def test_a_slip_in_an_array_is_one_finding_at_its_source(tmp_path, formula, kind, expected):
    """The array that is wrong, not the gradients that are made from it, with a formula that one can type."""
    write(tmp_path / "sheet.xlsx", dP=formula)
    (finding,) = audit(tmp_path / "sheet.xlsx").findings
    assert (finding.kind, finding.cell, finding.found) == (kind, ("Sheet", 2, 4), formula)
    assert finding.cells == [("Sheet", row, 4) for row in range(2, 6)]
    assert finding.expected == expected


def test_another_range_is_named(tmp_path):
    """The error of the samples multiplied with the predictions' neighbours: A3:B6 for A2:B5 slid by a row."""
    write(tmp_path / "sheet.xlsx", g="=MMULT(TRANSPOSE(A3:B6),D2:D5)")
    (finding,) = audit(tmp_path / "sheet.xlsx").findings
    assert finding.cell == ("Sheet", 2, 6)
    assert finding.expected == RIGHT["g"]
