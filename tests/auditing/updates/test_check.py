"""The direction of an update, and new values that another parameter takes over."""

from __future__ import annotations

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
