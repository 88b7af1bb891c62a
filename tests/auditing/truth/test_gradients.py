"""The witness: a difference quotient beside the exact derivative."""

from __future__ import annotations

from openpyxl import Workbook

from tests.auditing.small import small
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.responses import Response
from xlbp.auditing.reading.contents import read
from xlbp.auditing.run import audit
from xlbp.auditing.truth.gradients import STEP


def test_a_sharp_valley_is_no_reason_for_doubt(tmp_path):
    """A slope of 4 beside a bend of 1e9: the plain central difference is far off, the extrapolated one is not."""
    book = Workbook()
    book.active["A1"], book.active["A2"] = 0.5, "=4*(A1-0.5)+1E10*(A1-0.5)^3"
    book.save(tmp_path / "book.xlsx")
    cells = Cells(read(tmp_path / "book.xlsx"))
    parameter = ("Sheet", 1, 1)
    quotient, _ = Response(cells, ("Sheet", 2, 1)).slope(parameter, {parameter: 0.5}, STEP)
    assert abs(quotient - 4) < 1e-4


def test_a_kink_is_doubted_still(tmp_path):
    """|w x + b - 1| at its tip: the sign there is 0, the slope on either side is not, and that is said for a jump."""
    small(tmp_path / "sheet.xlsx", changes={"A4": 0.45, "D4": "=IF(C4>1,5,C4)"})
    assert len(audit(tmp_path / "sheet.xlsx").sheets[0].truth.doubted) == 2
