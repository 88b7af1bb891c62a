"""Tables on their side: an iteration in each column, by headings and by options."""

from __future__ import annotations

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from xlbp.auditing import findings as kinds
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.report.annotate import annotate
from xlbp.auditing.report.data import to_data
from xlbp.auditing.run import audit

LINES = {  # row: heading, start, the formula of column {c}, which follows column {p}
    5: ("w", 0.3, "={p}5-$B$1*{p}9"),
    6: ("b", 0.1, "={p}6-$B$1*{p}10"),
    7: ("y", None, "={c}5*$B$2+{c}6"),
    8: ("loss", None, "=({c}7-$B$3)^2/2"),
    9: ("dL/dw", None, "=({c}7-$B$3)*$B$2"),
    10: ("dL/db", None, "={c}7-$B$3"),
}
COLUMNS = range(2, 9)
OPTIONS = AuditOptions(loss="B8", parameters=("B5:B6",), gradients=("B9:B10",), rows="B:H")


def write(path, **changes: object) -> None:
    """Y = w x + b."""
    book = Workbook()
    sheet = book.active
    for row, (word, number) in enumerate((("eta", 0.1), ("x", 2), ("target", 1)), 1):
        sheet.cell(row, 1, word)
        sheet.cell(row, 2, number)
    for row, (heading, start, formula) in LINES.items():
        sheet.cell(row, 1, heading)
        for column in COLUMNS:
            here, before = get_column_letter(column), get_column_letter(column - 1)
            first = column == COLUMNS[0] and start is not None
            sheet.cell(row, column, start if first else formula.format(c=here, p=before))
    for cell, value in changes.items():
        sheet[cell] = value
    book.save(path)


@pytest.mark.parametrize("wanted", [AuditOptions(), OPTIONS], ids=["headings", "options"])
def test_a_right_table_passes(tmp_path, wanted):
    """Seven steps, with the cells as the book has them."""
    write(tmp_path / "sheet.xlsx")
    data = to_data(audit(tmp_path / "sheet.xlsx", wanted))
    assert (data["ok"], data["rows"], data["sheet"]) == (True, 7, "Sheet")
    assert [(p["cells"], p["update"]["ok"]) for p in data["parameters"]] == [("B5:H5", True), ("B6:H6", True)]


@pytest.mark.parametrize("wanted", [AuditOptions(), OPTIONS], ids=["headings", "options"])
@pytest.mark.parametrize(
    ("cell", "value", "kind", "expected"),
    [
        ("E6", 0.25, kinds.PASTED, "=D6-$B$1*D10"),
        ("E5", "=D5-$B$1*D10", kinds.WRONG_GRADIENT, "=D5-$B$1*D9"),
        ("E9", "=(E7-$B$3)*$B$1", kinds.DATA, "=(E7-$B$3)*$B$2"),
    ],
)
def test_a_slip_is_told_in_the_cells_of_the_book(tmp_path, wanted, cell, value, kind, expected):
    """One column is otherwise: its cell, and the formula that belongs there, as one would type it."""
    write(tmp_path / "sheet.xlsx", **{cell: value})
    found = audit(tmp_path / "sheet.xlsx", wanted)
    (finding,) = to_data(found)["findings"]
    assert (finding["cell"], finding["expected"]) == (cell, expected)
    assert finding["kind"] in (kind, kinds.FORMULA)
    annotate(found, tmp_path / "sheet.xlsx", tmp_path / "marked.xlsx")
    assert expected in load_workbook(tmp_path / "marked.xlsx").active[cell].comment.text
