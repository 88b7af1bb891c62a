"""Tables of iterations, found by their headings."""

from __future__ import annotations

import pytest
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
