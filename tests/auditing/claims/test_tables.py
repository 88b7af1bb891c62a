"""Tables of iterations, found by their headings."""

from __future__ import annotations

import pytest
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from tests.auditing.small import small
from xlbp.auditing.run import audit


@pytest.mark.parametrize("text", ["#REF!$A$1", '"soon"', "0.1", "Sheet!$B$1", "Elsewhere!$B$1"])
def test_a_name_for_the_rate_may_stand_for_anything(tmp_path, text):
    """A defined name whose cell is gone is no rate, and no reason to end with an error."""
    book = small(tmp_path / "sheet.xlsx")
    book.defined_names["lr"] = DefinedName("lr", attr_text=text)
    book.save(tmp_path / "sheet.xlsx")
    found = audit(tmp_path / "sheet.xlsx")
    assert (found.findings, found.unreadable) == ([], [])
    assert found.sheets[0].updates.rates == {"w": "B1", "b": "B1"}


def test_a_table_ends_where_its_parameters_do(tmp_path):
    """A total under the gradients is no iteration."""
    small(tmp_path / "sheet.xlsx", changes={"E9": "=SUM(E4:E8)"})
    layout = audit(tmp_path / "sheet.xlsx").sheets[0].layout
    assert (layout.steps, [p.name for p in layout.parameters]) == (5, ["w", "b"])


def test_a_small_letter_and_a_capital_are_two_names(tmp_path):
    """A weight V, what it makes of an input, v, and a derivative by each: the one by v is no gradient of V."""
    headings = ("V", "x", "v", "E", "dE/dv", "dE/dV", "V⁺")
    book = Workbook()
    sheet = book.active
    sheet.append(["rate", 0.1])
    sheet.append(headings)
    for row in range(3, 7):
        start = 0.5 if row == 3 else f"=G{row - 1}"
        sheet.append(
            [start, 2, f"=A{row}*B{row}", f"=(C{row}-1)^2", f"=2*(C{row}-1)", f"=E{row}*B{row}", f"=A{row}-$B$1*F{row}"]
        )
    book.save(tmp_path / "sheet.xlsx")
    found = audit(tmp_path / "sheet.xlsx")
    assert [place.gradient[2] for _, place in found.sheets[0].layout.at(0)] == [6]
    assert (found.findings, found.unjudged) == ([], [])
