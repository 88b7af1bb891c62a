"""Sheets that keep the parameters, the forward pass and the gradients apart."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from xlbp.auditing import findings as kinds
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.run import audit

ROWS = range(2, 9)


def spread(path, gradient: str = "=(Forward!B{r}-Forward!$E$1)*Forward!$E$2", update: str = "-") -> None:
    """Y = w x + b on three sheets, with a learning rate of 0.1."""
    book = Workbook()
    weights, forward, gradients = book.active, book.create_sheet("Forward"), book.create_sheet("Gradients")
    weights.title = "Weights"
    for sheet, headings in ((weights, "epoch w b"), (forward, "epoch y loss"), (gradients, "epoch dL/dw dL/db")):
        for column, heading in enumerate(headings.split(), 1):
            sheet.cell(1, column, heading)
    forward["D1"], forward["E1"], forward["D2"], forward["E2"] = "target", 1, "x", 2
    weights["E1"], weights["F1"] = "eta", 0.1
    for r in ROWS:
        for sheet in (weights, forward, gradients):
            sheet.cell(r, 1, r - 1)
        weights[f"B{r}"] = 0.3 if r == ROWS[0] else f"=B{r - 1}-$F$1*Gradients!B{r - 1}"
        weights[f"C{r}"] = 0.1 if r == ROWS[0] else f"=C{r - 1}{update}$F$1*Gradients!C{r - 1}"
        forward[f"B{r}"] = f"=Weights!B{r}*$E$2+Weights!C{r}"
        forward[f"C{r}"] = f"=(B{r}-$E$1)^2/2"
        gradients[f"B{r}"] = gradient.format(r=r)
        gradients[f"C{r}"] = f"=Forward!B{r}-Forward!$E$1"
    book.save(path)


def test_a_right_training_over_three_sheets_passes(tmp_path):
    """Both gradients and both updates are judged, by headings alone."""
    spread(tmp_path / "book.xlsx")
    found = audit(tmp_path / "book.xlsx")
    (sheet,) = found.sheets
    assert (found.ok, sheet.layout.steps, set(sheet.updates.cells_of)) == (True, 7, {"w", "b"})


@pytest.mark.parametrize(
    ("slip", "kind", "cell"),
    [
        ({"gradient": "=(Forward!$E$1-Forward!B{r})*Forward!$E$2"}, kinds.SIGN, ("Gradients", 2, 2)),
        ({"update": "+"}, kinds.SIGN, ("Weights", 3, 3)),
    ],
)
def test_a_slip_is_found_on_its_sheet(tmp_path, slip, kind, cell):
    """A wrong sign, on the sheet of the gradients or on that of the parameters."""
    spread(tmp_path / "book.xlsx", **slip)
    assert [(f.kind, f.cell) for f in audit(tmp_path / "book.xlsx").findings] == [(kind, cell)]


def test_options_may_name_ranges_on_several_sheets(tmp_path):
    """Sheet!B2:C2: the parameters of one sheet, the gradients of another."""
    spread(tmp_path / "book.xlsx")
    wanted = AuditOptions(
        loss="Forward!C2", parameters=("Weights!B2:C2",), gradients=("Gradients!B2:C2",), rows=f"{ROWS[0]}:{ROWS[-1]}"
    )
    found = audit(tmp_path / "book.xlsx", wanted)
    assert (found.ok, found.sheets[0].layout.sheet, found.sheets[0].layout.steps) == (True, "Weights", 7)
