"""Each slip once."""

from __future__ import annotations

from tests.auditing.small import small
from xlbp.auditing import findings as kinds
from xlbp.auditing.run import audit


def test_a_cell_out_of_its_column_is_one_finding(tmp_path):
    """A forward cell of another formula makes its row's gradients wrong, too: these are not told beside it."""
    small(tmp_path / "sheet.xlsx", rows=8, changes={"C7": "=A7*$D$1+B6"})
    found = audit(tmp_path / "sheet.xlsx").findings
    assert [(f.kind, f.cell) for f in found] == [(kinds.ROW, ("Sheet", 7, 3))]


def test_an_explanation_ends_with_where_and_how_much(tmp_path):
    """A slip in a whole column: the range, the first row, and the share of the value that it is off by."""
    small(tmp_path / "sheet.xlsx", changes={f"E{r}": f"=-(C{r}-$F$1)*$D$1" for r in range(4, 9)})
    (finding,) = audit(tmp_path / "sheet.xlsx").findings
    assert finding.explanation.endswith("; in E4:E8; from row 4 on; off by up to 200 %")
