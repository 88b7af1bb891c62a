"""Small forward passes as people write them by hand: each slip is told at its own cell, right ones are passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl.worksheet.formula import ArrayFormula

from tests.auditing.small import saved
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.forward.run import audit_forward
from xlbp.auditing.reading.contents import read
from xlbp.auditing.run import audit

Sheet = dict[str, object]
BLOCK: Sheet = {
    **{f"{c}{r}": k for r in (1, 2, 3) for k, c in enumerate("ABC", r)},
    **{f"{c}{r}": r - k for r in (1, 2, 3) for k, c in enumerate("EF")},
    **{f"{c}{4}": k for k, c in enumerate("EF", 2)},
    **{
        f"{out}{r}": f"=SUMPRODUCT($A{r}:$C{r},TRANSPOSE({w}$1:{w}$3))+{w}$4"
        for r in (1, 2, 3)
        for w, out in zip("EF", "HI", strict=True)
    },
}
SUM: Sheet = {
    **{f"{c}{r}": r + k for r in (1, 2) for k, c in enumerate("ABCD")},
    **{f"F{r}": r for r in (1, 2, 3, 4)},
    **{f"H{r}": f"=A{r}*$F$1+B{r}*$F$2+C{r}*$F$3+D{r}*$F$4" for r in (1, 2)},
}
POOLED: Sheet = {
    **{f"{c}1": k for k, c in enumerate("ABCDEFGH")},
    **{f"{c}3": f"=MAX({a}1:{b}1)" for c, (a, b) in zip("ABCD", ("AB", "CD", "EF", "GH"), strict=True)},
}
MAP: Sheet = {
    **{f"{c}{r}": r * k for r in (1, 2) for k, c in enumerate("AB", 1)},
    **{f"{c}{r}": f"={x}{r}*2" for r in (1, 2) for c, x in zip("DE", "AB", strict=True)},
    **{f"G{k}": f"={cell}" for k, cell in enumerate(("D1", "E1", "D2", "E2"), 1)},
    "I1": "=SUM(G1:G4)",
}
LAYERS: Sheet = {
    **{f"{c}{r}": r - k for r in (1, 2, 3) for k, c in enumerate("AB")},
    **{f"C{r}": r for r in (1, 2)},
    **{f"E{r}": f"=$A{r}*C$1+$B{r}*C$2" for r in (1, 2, 3)},
    **{f"F{r}": f"=MAX(0,E{r})" for r in (1, 2, 3)},
    **{f"{c}5": k for k, c in enumerate("ABC", 1)},
    "E5": "=MMULT(A5:C5,F1:F3)",
}
SOFTMAX: Sheet = {
    **{f"A{r}": r / 2 for r in (1, 2, 3)},
    **{f"C{r}": f"=EXP(A{r})/SUM(EXP($A$1),EXP($A$2),EXP($A$3))" for r in (1, 2, 3)},
}
NORM: Sheet = {
    **{f"{c}{r}": r * k - 3 for r in (1, 2, 3) for k, c in enumerate("ABC", 1)},
    **{f"E{r}": f"=AVERAGE(A{r}:C{r})" for r in (1, 2, 3)},
    **{f"F{r}": f"=VARP(A{r}:C{r})" for r in (1, 2, 3)},
    **{f"G{r}": f"=SQRT(F{r}+0.001)" for r in (1, 2, 3)},
    **{f"{c}{r}": f"=({x}{r}-$E{r})/$G{r}" for r in (1, 2, 3) for c, x in zip("IJK", "ABC", strict=True)},
}
GROUPS: Sheet = {
    **{f"{c}{r}": r * k - 3 for r in range(1, 7) for k, c in enumerate("AB", 1)},
    **{f"D{r}": f"=AVERAGE(A{r}:B{r + 2})" for r in (1, 4)},
    **{f"E{r}": f"=VARP(A{r}:B{r + 2})" for r in (1, 4)},
    **{
        f"{c}{r}": f"=({x}{r}-$D${r - (r - 1) % 3})/SQRT($E${r - (r - 1) % 3}+0.001)"
        for r in range(1, 7)
        for c, x in zip("GH", "AB", strict=True)
    },
}
UNITS: Sheet = {
    **{f"{c}{r}": r - k for r in (1, 2, 3) for k, c in enumerate("AB")},
    **{f"{c}6": k for k, c in enumerate("DEF")},
    **{f"{c}{6 + r}": f"=$A${r}*{c}$6+$B${r}*{c}$6" for r in (1, 2, 3) for c in "DEF"},
}
ERRORS: Sheet = {
    **{f"{c}{r}": r * k for r in (1, 2, 3) for k, c in enumerate("AB", 1)},
    **{f"{c}{r}": f"=({x}{r}-1)^2" for r in (1, 2, 3) for c, x in zip("DE", "AB", strict=True)},
    "G9": "=SUM(D1:E3)/6",
}
BIASED: Sheet = {
    **{f"{c}{r}": r - k for r in (1, 2) for k, c in enumerate("ABC")},
    **{"E1": 3, "E2": 4, "E3": 1},
    "G1": ArrayFormula("G1:G2", "=MMULT(A1:C2,E1:E3)"),
}
COLUMNS: Sheet = {
    **{f"{c}{r}": r * k - 2 for r in (1, 2) for k, c in enumerate("ABCD")},
    **{f"{c}{r}": r - k for r in (4, 5) for k, c in enumerate("FG")},
    **{f"{c}4": ArrayFormula(f"{c}4:{c}5", f"=MMULT($F$4:$G$5,{c}1:{c}2)") for c in "ABCD"},
}
SLIPS: dict[str, tuple[Sheet, Sheet, str]] = {
    "a corner of a block takes the bias of the unit beside": (
        BLOCK, {"I3": "=SUMPRODUCT($A3:$C3,TRANSPOSE(F$1:F$3))+E$4"}, "I3"
    ),
    "a corner of a block takes a product for a sum": (
        BLOCK, {"H1": "=SUMPRODUCT($A1:$C1,TRANSPOSE(E$1:E$3))*E$4"}, "H1"
    ),
    "a term comes twice": (SUM, {"H2": "=A2*$F$1+B2*$F$2+C2*$F$3+D2*$F$3"}, "H2"),
    "a term comes twice in all rows": (
        SUM, {f"H{r}": f"=A{r}*$F$1+B{r}*$F$2+C{r}*$F$3+D{r}*$F$3" for r in (1, 2)}, "H1"
    ),
    "a window in a row takes another's cell": (POOLED, {"B3": "=MAX(B1:C1)"}, "B3"),
    "a flattened map takes a cell twice": (MAP, {"G3": "=E2"}, "G3"),
    "a layer takes what goes into the activation": (LAYERS, {"E5": "=MMULT(A5:C5,E1:E3)"}, "E5"),
    "a share takes another's logit": (
        SOFTMAX, {"C3": "=EXP(A2)/SUM(EXP($A$1),EXP($A$2),EXP($A$3))"}, "C3"
    ),
    "a sum in the middle takes a term twice": (
        SOFTMAX, {"C2": "=EXP(A2)/SUM(EXP($A$1),EXP($A$2),EXP($A$2))"}, "C2"
    ),
    "one variance of three is by n - 1": (NORM, {"F2": "=VAR(A2:C2)"}, "F2"),
    "one root of three lacks the small number": (NORM, {"G2": "=SQRT(F2)"}, "G2"),
    "a mean is that of other rows than the deviation": (GROUPS, {"D4": "=AVERAGE(A3:B5)"}, "D4"),
    "a unit keeps a weight of the one above": (
        UNITS, {f"{c}9": f"=$A$3*{c}$6+$B$2*{c}$6" for c in "DEF"}, "D9"
    ),
    "a mean leaves out the last column": (ERRORS, {"G9": "=SUM(D1:D3)/6"}, "G9"),
    "a product leaves out the biases": (
        BIASED, {"G1": ArrayFormula("G1:G2", "=MMULT(A1:B2,E1:E2)")}, "G1"
    ),
    "an array takes the column beside": (
        COLUMNS, {"C4": ArrayFormula("C4:C5", "=MMULT($F$4:$G$5,B1:B2)")}, "C4"
    ),
}  # fmt: skip


def places(path: Path) -> list[str]:
    """The first cell of every finding, without its sheet."""
    return [finding.place.rpartition("!")[2] for finding in audit_forward(Cells(read(path))).findings]


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_once_and_at_its_cell(name: str, tmp_path: Path) -> None:
    """And nothing is said of the right sheet."""
    right, slip, cell = SLIPS[name]
    assert places(saved(tmp_path / "right.xlsx", {"Net": right})) == []
    assert places(saved(tmp_path / "wrong.xlsx", {"Net": {**right, **slip}})) == [cell]


def test_a_sheet_that_takes_another_block_than_its_twin_is_told(tmp_path: Path) -> None:
    """Of two heads on two sheets, the one that takes V for K, whose K no formula reads then."""
    head: Sheet = {f"{c}{r}": r - k for r in (1, 2) for k, c in enumerate("ABDEGH")}
    for start, weights in (("J", "A"), ("M", "D"), ("P", "G")):
        head |= {f"{start}{r}": f"={weights}{r}*2+1" for r in (1, 2)}
        head |= {f"{chr(ord(start) + 1)}{r}": f"={chr(ord(weights) + 1)}{r}*2+1" for r in (1, 2)}
    head["J5"] = ArrayFormula("J5:K6", "=MMULT(J1:K2,TRANSPOSE(M1:N2))")
    head["M5"] = ArrayFormula("M5:N6", "=MMULT(J5:K6,P1:Q2)")
    slip = {"J5": ArrayFormula("J5:K6", "=MMULT(J1:K2,TRANSPOSE(P1:Q2))")}
    assert places(saved(tmp_path / "right.xlsx", {"Head 1": head, "Head 2": head})) == []
    assert places(saved(tmp_path / "wrong.xlsx", {"Head 1": head, "Head 2": {**head, **slip}})) == ["J5"]


def test_results_picked_by_hand_are_no_slips(tmp_path: Path) -> None:
    """A list of results, a cell each from another column, leaves others unread."""
    cells: Sheet = {f"{c}{r}": r * k for r in (2, 3, 4, 5) for k, c in enumerate("BCD", 1)}
    for r in (2, 3, 4, 5):
        cells |= {f"E{r}": f"=AVERAGE(B{r}:D{r})", f"F{r}": f"=MAX(B{r}:D{r})", f"G{r}": f"=E{r}/(F{r}+5)"}
    cells |= {"B8": "=E2", "B9": "=E3", "B10": "=F4", "B11": "=G5", "D8": "=E2", "E8": "=E3", "F8": "=F4", "G8": "=G3"}
    assert places(saved(tmp_path / "book.xlsx", {"Net": cells})) == []


def test_the_last_of_four_products_may_take_another_matrix(tmp_path: Path) -> None:
    """Q, K and V are made from X, the output from what attention gives, though all four stand side by side."""
    cells: Sheet = {f"{c}{r}": r - k for r in (1, 2) for k, c in enumerate("ABDEFGHIJK")}
    for first, last in ("DE", "FG", "HI"):
        cells[f"{first}4"] = ArrayFormula(f"{first}4:{last}5", f"=MMULT($A$1:$B$2,{first}1:{last}2)")
    cells["A4"] = ArrayFormula("A4:B5", "=MMULT(MMULT(D4:E5,TRANSPOSE(F4:G5)),H4:I5)")
    cells["J4"] = ArrayFormula("J4:K5", "=MMULT($A$4:$B$5,J1:K2)")
    assert places(saved(tmp_path / "book.xlsx", {"Net": cells})) == []


def test_distances_written_once_and_mirrored_are_no_slips(tmp_path: Path) -> None:
    """Below the diagonal stand copies of what is above it, and a list takes some pairs."""
    cells: Sheet = {f"{c}{r}": r * k % 5 for r in range(2, 7) for k, c in enumerate("BCD", 1)}
    for i in range(5):
        for j in range(5):
            own, other = f"$B${2 + i}:$D${2 + i}", f"$B${2 + j}:$D${2 + j}"
            mirrored = 0 if i == j else f"={'FGHIJ'[i]}{2 + j}"
            cells[f"{'FGHIJ'[j]}{2 + i}"] = f"=SQRT(SUMXMY2({own},{other}))" if j > i else mirrored
    cells |= {f"B{9 + k}": f"=MAX(0,G2-{c}2+$B$8)" for k, c in enumerate("HIJ")}
    cells |= {"B8": 0.2, "B12": "=AVERAGE(B9:B11)"}
    assert places(saved(tmp_path / "book.xlsx", {"Net": cells})) == []


def test_noise_less_what_is_predicted_is_no_update(tmp_path: Path) -> None:
    """The loss is made from that difference, so a slip in it is told where it is, and no gradient is accused."""
    cells: Sheet = {f"{c}{r}": (r * k) % 4 - 1.5 for r in (2, 3, 7, 8) for k, c in enumerate("BCDE", 1)}
    cells |= {"G7": 0.8, "I2": 1, "J2": -1, "I3": 2, "J3": 1, "A12": "noised", "K21": "noise - predicted", "P24": "MSE"}
    for k, c in enumerate("BCDE"):
        cells |= {f"{c}{r}": f"=SQRT($G$7)*{c}{r - 10}+SQRT(1-$G$7)*{c}{r - 5}" for r in (12, 13)}
        cells |= {f"{'KLMN'[k]}{r}": f"=$I{r - 15}*{c}$12+$J{r - 15}*{c}$13" for r in (17, 18)}
        cells |= {f"{'KLMN'[k]}{r}": f"={c}{r - 15}-{'KLMN'[k]}{r - 5}" for r in (22, 23)}
    cells |= {"Q24": "=SUMSQ(K22:N23)/8", "M23": "=E8-M18"}
    found = audit(saved(tmp_path / "book.xlsx", {"Net": cells}), AuditOptions(forward=True)).findings
    assert [finding.place for finding in found] == ["Net!M23"]


def test_a_word_that_comes_twice_at_the_end_is_no_slip(tmp_path: Path) -> None:
    """Each position adds the row of its word, and the last word is that of the position before."""
    cells: Sheet = {f"{c}{r}": r * k % 7 for r in (*range(2, 8), *range(20, 25)) for k, c in enumerate("BCDE", 1)}
    rows = zip(range(20, 25), (3, 4, 5, 6, 6), strict=True)
    cells |= {f"{o}{r}": f"={c}{word}+{c}{r}" for r, word in rows for c, o in zip("BCDE", "HIJK", strict=True)}
    assert places(saved(tmp_path / "book.xlsx", {"Net": cells})) == []


def test_a_bias_that_two_units_share_stands_twice_on_purpose(tmp_path: Path) -> None:
    """The last row of a block of weights takes one bias for both units: no cell of it departs."""
    sheet: Sheet = {f"{c}1": k for k, c in enumerate("ABCDEFGH", 1)}
    sheet |= {f"J{r}": f"={a}$1*2" for r, a in zip((3, 4, 5, 6), "ACEG", strict=True)}
    sheet |= {f"K{r}": f"={b}$1*2" for r, b in zip((3, 4, 5, 6), "BDFG", strict=True)}
    sheet["K8"] = "=H1+1"
    assert places(saved(tmp_path / "book.xlsx", {"Net": sheet})) == []
