"""The direction of an update, and new values that another parameter takes over."""

from __future__ import annotations

import pytest

from tests.auditing.small import small
from xlbp.auditing import findings as kinds
from xlbp.auditing.run import audit

ROWS = range(5, 9)


def test_of_two_parameters_the_one_that_walks_uphill_is_wrong(tmp_path):
    """A loss goes down: w with plus is wrong, b with minus is right, and nothing else is told."""
    small(tmp_path / "sheet.xlsx", changes={f"A{r}": f"=A{r - 1}+$B$1*E{r - 1}" for r in ROWS})
    (finding,) = audit(tmp_path / "sheet.xlsx").findings
    assert (finding.kind, finding.cell, finding.expected) == (kinds.SIGN, ("Sheet", 5, 1), "=A4-$B$1*E4")


def test_what_is_to_grow_may_be_climbed(tmp_path):
    """A log-likelihood, whose gradients are added: no finding."""
    changes = {"D3": "log-likelihood"} | {f"D{r}": f"=-((C{r}-$F$1)^2)/2" for r in (4, *ROWS)}
    changes |= {f"E{r}": f"=-(C{r}-$F$1)*$D$1" for r in (4, *ROWS)} | {f"F{r}": f"=$F$1-C{r}" for r in (4, *ROWS)}
    for c, g in (("A", "E"), ("B", "F")):
        changes |= {f"{c}{r}": f"={c}{r - 1}+$B$1*{g}{r - 1}" for r in ROWS}
    small(tmp_path / "sheet.xlsx", changes=changes)
    found = audit(tmp_path / "sheet.xlsx")
    assert (found.ok, found.findings) == (True, [])


def test_the_copy_is_wrong_not_the_update_that_it_copies(tmp_path):
    """New values in G and H; w takes over H, which is b's: the copy is told, with the cell it should take."""
    changes = {"G3": "w+", "H3": "b+"} | {f"G{r}": f"=A{r}-$B$1*E{r}" for r in (4, *ROWS)}
    changes |= {f"H{r}": f"=B{r}-$B$1*F{r}" for r in (4, *ROWS)}
    changes |= {f"A{r}": f"=H{r - 1}" for r in ROWS} | {f"B{r}": f"=H{r - 1}" for r in ROWS}
    small(tmp_path / "sheet.xlsx", changes=changes)
    (finding,) = audit(tmp_path / "sheet.xlsx").findings
    assert (finding.kind, finding.cell, finding.expected) == (kinds.WEIGHT, ("Sheet", 5, 1), "=G4")


@pytest.mark.parametrize("rows_above", [3, 9, 10, 12])
def test_a_rate_of_another_row_is_a_slipped_row_however_far_away(tmp_path, rows_above):
    """Each row has its own learning rate in G; one update takes that of a row far above."""
    rows = range(5, 24)
    changes: dict[str, object] = {"G3": "rate", "G4": 0.1} | {f"G{r}": f"=G{r - 1}*0.9" for r in rows}
    for column, gradient in (("A", "E"), ("B", "F")):
        changes |= {f"{column}{r}": f"={column}{r - 1}-G{r - 1}*{gradient}{r - 1}" for r in rows}
    small(tmp_path / "sheet.xlsx", 20, changes | {"A20": f"=A19-G{19 - rows_above}*E19"})
    (finding,) = audit(tmp_path / "sheet.xlsx").findings
    assert (finding.kind, finding.cell, finding.expected) == (kinds.ROW, ("Sheet", 20, 1), "=A19-G19*E19")


@pytest.mark.parametrize("name", ["colours", "settings"])
def test_a_rate_on_another_sheet_is_held_by_dollars_whatever_its_name(tmp_path, name):
    """What should stand there refers to the same cell as the other rows do."""
    changes: dict[str, object] = {}
    for column, gradient in (("A", "E"), ("B", "F")):
        changes |= {f"{column}{r}": f"={column}{r - 1}-{name}!$B$1*{gradient}{r - 1}" for r in ROWS}
    book = small(tmp_path / "sheet.xlsx", changes=changes | {"A8": f"=A7+{name}!$B$1*E7"})
    panel = book.create_sheet(name)
    panel["A1"], panel["B1"] = "eta", 0.1
    book.save(tmp_path / "sheet.xlsx")
    (finding,) = audit(tmp_path / "sheet.xlsx").findings
    assert (finding.kind, finding.expected) == (kinds.SIGN, f"=A7-{name}!$B$1*E7")
