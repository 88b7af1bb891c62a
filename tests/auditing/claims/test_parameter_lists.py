"""One step as a list: a parameter in each row, with value, gradient and new value."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from xlbp.auditing import findings as kinds
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.run import audit

HEADINGS = ("Parameter", "Value", "Gradient", "New value")


def write(path, headings=HEADINGS, **changes: object) -> None:
    """Y = w x + b, one step."""
    book = Workbook()
    sheet = book.active
    for column, heading in enumerate(headings, 1):
        sheet.cell(3, column, heading)
    cells = {"A4": "w", "B4": 0.3, "C4": "=(G4-G3)*G2", "D4": "=B4-$G$1*C4"}
    cells |= {"A5": "b", "B5": 0.1, "C5": "=G4-G3", "D5": "=B5-$G$1*C5"}
    cells |= {"F1": "learning rate", "G1": 0.1, "F2": "x", "G2": 2, "F3": "target", "G3": 1}
    cells |= {"F4": "prediction", "G4": "=B4*G2+B5", "F5": "half squared error", "G5": "=(G4-G3)^2/2"}
    for cell, value in (cells | changes).items():
        sheet[cell] = value
    book.save(path)


@pytest.mark.parametrize(
    "headings", [HEADINGS, ("Name", "Old value", "dE/dw", "after"), ("参数", "值", "梯度", "新值")]
)
def test_a_list_is_read_by_its_headings(tmp_path, headings):
    """Two parameters, both gradients and both updates right."""
    write(tmp_path / "sheet.xlsx", headings)
    found = audit(tmp_path / "sheet.xlsx")
    (sheet,) = found.sheets
    assert (found.ok, [p.name for p in sheet.layout.parameters], set(sheet.updates.cells_of)) == (
        True,
        ["w", "b"],
        {"w", "b"},
    )


@pytest.mark.parametrize("by_options", [False, True])
@pytest.mark.parametrize(
    ("cell", "formula", "kind"),
    [
        ("D4", "=B4+$G$1*C4", kinds.SIGN),
        ("D5", "=B5-$G$1*C4", kinds.WRONG_GRADIENT),
        ("C4", "=(G3-G4)*G2", kinds.SIGN),
        ("D5", 0.17, kinds.PASTED),
    ],
)
def test_a_slip_is_named_by_headings_and_by_options(tmp_path, cell, formula, kind, by_options):
    """New values are found beside the parameters, where options name but these and the gradients, too."""
    write(tmp_path / "sheet.xlsx", **{cell: formula})
    wanted = AuditOptions(loss="G5", parameters=("B4:B5",), gradients=("C4:C5",)) if by_options else AuditOptions()
    (finding,) = audit(tmp_path / "sheet.xlsx", wanted).findings
    assert (finding.kind, finding.cell) == (kind, ("Sheet", int(cell[1]), "ABCD".index(cell[0]) + 1))
