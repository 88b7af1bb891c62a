"""Difference quotients beside gradients, or in their place: right up to the size of h, or told where they go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.auditing.small import small
from xlbp.auditing import findings as kinds
from xlbp.auditing.result import Audit
from xlbp.auditing.run import audit

H = {"A4": 0.37, "B4": 0.05, "F1": 1.7, "G1": "h", "H1": 1e-4}
UP, DOWN = "((A{r}+$H$1)*$D$1+B{r}-$F$1)^2/2", "((A{r}-$H$1)*$D$1+B{r}-$F$1)^2/2"
B_UP, B_DOWN = "(A{r}*$D$1+B{r}+$H$1-$F$1)^2/2", "(A{r}*$D$1+B{r}-$H$1-$F$1)^2/2"
CENTRAL = {"G": ("numeric dE/dw", f"=({UP}-{DOWN})/(2*$H$1)"), "H": ("numeric dE/db", f"=({B_UP}-{B_DOWN})/(2*$H$1)")}
FORWARD = {"G": ("numeric dE/dw", f"=({UP}-D{{r}})/$H$1"), "H": ("numeric dE/db", f"=({B_UP}-D{{r}})/$H$1")}
STEPS = {"G": ("E(w+h)", f"={UP}"), "H": ("E(w-h)", f"={DOWN}"), "I": ("numeric dE/dw", "=(G{r}-H{r})/(2*$H$1)")}
TYPED = {column: (heading, text.replace("$H$1", "0.0001")) for column, (heading, text) in CENTRAL.items()}
RIGHT = {
    "central": CENTRAL,
    "forward": FORWARD,
    "in columns": STEPS,
    "h typed in the formulas": TYPED,
    "times 10000": {"G": ("numeric dE/dw", f"=({UP}-D{{r}})*10000")},
    "in the gradients' place, central": {"E": ("dE/dw", CENTRAL["G"][1]), "F": ("dE/db", CENTRAL["H"][1])},
    "in the gradients' place, forward": {"E": ("dE/dw", FORWARD["G"][1]), "F": ("dE/db", FORWARD["H"][1])},
}
WRONG = [  # what is made otherwise, and the kind and the cell that are told
    ({**CENTRAL, "G": ("numeric dE/dw", f"=({UP}-{DOWN})/$H$1")}, kinds.HALF, "G4"),
    ({**FORWARD, "H": ("numeric dE/db", f"=({B_UP}-D{{r}})/(3*$H$1)")}, kinds.FACTOR, "H4"),
    ({**STEPS, "I": ("numeric dE/dw", "=(H{r}-G{r})/(2*$H$1)")}, kinds.SIGN, "I4"),
    ({**STEPS, "H": ("E(w-h)", "=((A{r}-$H$1)*$D$1+B{r}+$F$1)^2/2")}, kinds.FORMULA, "H4"),
    ({**STEPS, "G": ("E(w+h)", f"={B_UP}")}, kinds.FORMULA, "G4"),
    ({"G": ("numeric dE/dw", CENTRAL["H"][1])}, kinds.UNIT, "G4"),
]


def beside(path: Path, columns: Mapping[str, tuple[str, str]]) -> Audit:
    """The audit of a sheet with further columns, by letter the heading and the formula of row {r}."""
    changes: dict[str, object] = {f"{column}3": heading for column, (heading, _) in columns.items()}
    for column, (_, text) in columns.items():
        changes |= {f"{column}{r}": text.format(r=r) for r in range(4, 10)}
    small(path, 6, {**changes, **H})
    return audit(path)


@pytest.mark.parametrize("form", RIGHT)
def test_a_quotient_of_the_losss_differences_is_right(form: str, tmp_path: Path) -> None:
    """Whatever its h leaves of it, and whether that is a cell or typed."""
    done = beside(tmp_path / "sheet.xlsx", RIGHT[form])
    assert (done.ok, done.findings) == (True, [])


def test_where_quotients_stand_is_noted(tmp_path: Path) -> None:
    """In all rows, though some alone are looked at."""
    notes = beside(tmp_path / "sheet.xlsx", FORWARD).notes
    assert notes == [
        "in G4:H9 stand difference quotients of the loss: they are its derivatives up to the size of their h"
    ]


@pytest.mark.parametrize(("columns", "kind", "cell"), WRONG)
def test_a_quotient_that_is_none_is_told_where_it_goes_wrong(
    columns: Mapping[str, tuple[str, str]], kind: str, cell: str, tmp_path: Path
) -> None:
    """Divided by another distance, turned round, of a loss at another place, or of another parameter: one finding."""
    done = beside(tmp_path / "sheet.xlsx", columns)
    assert [(finding.kind, finding.place) for finding in done.findings] == [(kind, f"Sheet!{cell}")]


def test_what_is_headed_so_and_is_no_such_quotient_is_not_judged(tmp_path: Path) -> None:
    """Of unequal distances, or something else: nobody is accused, and the sheet is not called right."""
    uneven = f"=({UP}-{DOWN.replace('-$H$1)*', '-2*$H$1)*')})/(3*$H$1)"
    done = beside(tmp_path / "sheet.xlsx", {"G": ("numeric dE/dw", uneven)})
    assert (done.ok, done.findings) == (False, [])
    assert done.unjudged[0].what == "the difference quotient in G4:G9"


def test_other_differences_are_nobodys(tmp_path: Path) -> None:
    """What a step gained, and how far two gradients are apart, are no quotients."""
    others = {
        "I": ("relative", "=(E{r}-G{r})/E{r}"),
        "J": ("gained", "=(D{r}-D5)/$B$1"),
        "K": ("mean", "=(C{r}-$F$1)/3"),
    }
    assert beside(tmp_path / "sheet.xlsx", {**CENTRAL, **others}).ok


@pytest.mark.parametrize(("text", "told"), [("=(B13-B14)/(2*B4)", []), ("=(B13-B14)/B4", ["Sheet!B15"])])
def test_a_quotient_in_a_list_of_one_step(text: str, told: list[str], tmp_path: Path) -> None:
    """Below the gradients; the losses at the moved places stand in cells of their own."""
    rows = [("eta", 0.1), ("x", 2), ("t", 1.7), ("h", 1e-4), ("w", 0.37), ("b", 0.05), ("y", "=B5*B2+B6")]
    rows += [("E", "=(B7-B3)^2/2"), ("dE/dw", "=(B7-B3)*B2"), ("dE/db", "=B7-B3")]
    rows += [("w new", "=B5-B1*B9"), ("b new", "=B6-B1*B10"), ("E(w+h)", "=((B5+B4)*B2+B6-B3)^2/2")]
    book = Workbook()
    for row in [*rows, ("E(w-h)", "=((B5-B4)*B2+B6-B3)^2/2"), ("numeric dE/dw", text)]:
        book.active.append(row)
    book.save(tmp_path / "sheet.xlsx")
    assert [finding.place for finding in audit(tmp_path / "sheet.xlsx").findings] == told
