"""One step in matrices: samples in rows, MMULT and TRANSPOSE, the new matrices below."""

from __future__ import annotations

from openpyxl import Workbook

from tests.auditing.styles.hands.series import (
    BIAS,
    CHAIN,
    HALF,
    INPUT,
    MASK,
    MEAN,
    PATH,
    ROW,
    SIGN,
    UNIT,
    arr,
    block,
    finish,
    style,
)

# X B5:C8 (4x2)  W1 E5:G6 (2x3)  b1 E8:G8  Z1 I5:K8  A1 M5:O8  W2 Q5:Q7  b2 Q9  Yhat S5:S8  Y U5:U8  loss W5
# dY S13:S16  dW2 Q13:Q15  db2 Q17  dA1 M13:O16  dZ1 I13:K16  dW1 E13:G14  db1 E16:G16
# new W1 E20:G21 b1 E23:G23 W2 Q20:Q22 b2 Q24
S = {
    "1-A1^2 missing": ([MASK], [], {"I13:K16": "{=M13:O16}"}),
    "1-A1": ([CHAIN, MASK], [], {"I13:K16": "{=M13:O16*(1-M5:O8)}"}),
    "not divided by 4": ([MEAN], [], {"S13:S16": "{=S5:S8-U5:U8}"}),
    "Y-Yhat": ([SIGN], [], {"S13:S16": "{=(U5:U8-S5:S8)/4}"}),
    "twice the error, loss has 1/(2n)": ([HALF], [], {"S13:S16": "{=2*(S5:S8-U5:U8)/4}"}),
    "dW2 with Z1 for A1": ([INPUT, CHAIN, UNIT], [], {"Q13:Q15": "{=MMULT(TRANSPOSE(I5:K8),S13:S16)}"}),
    "plus in the new W1": ([SIGN], [], {"E20:G21": "{=E5:G6+$W$2*E13:G14}"}),
    "bias gradient sums only three samples": ([ROW, BIAS, PATH, CHAIN], [], {"F16": "=SUM(J13:J15)"}),
}


def build(changes):
    """The sheet, with these changes."""
    wb = Workbook()
    ws = wb.active
    ws.title = "Matrices"
    ws["A1"] = "One gradient step of a 2-3-1 network, batch of four"
    ws["V2"] = "η"
    ws["W2"] = 0.2
    for c, h in (
        ("B4", "X"),
        ("E4", "W1"),
        ("E7", "b1"),
        ("I4", "Z1 = X W1 + b1"),
        ("M4", "A1 = tanh Z1"),
        ("Q4", "W2"),
        ("Q8", "b2"),
        ("S4", "Ŷ"),
        ("U4", "Y"),
        ("W4", "Loss"),
        ("S12", "dŶ"),
        ("Q12", "dW2"),
        ("Q16", "db2"),
        ("M12", "dA1"),
        ("I12", "dZ1"),
        ("E12", "dW1"),
        ("E15", "db1"),
        ("E19", "W1 new"),
        ("E22", "b1 new"),
        ("Q19", "W2 new"),
        ("Q23", "b2 new"),
    ):
        ws[c] = h
    block(ws, "B5", [[0.5, -1], [1, 0.3], [-0.7, 0.8], [0.2, 1.1]])
    block(ws, "E5", [[0.3, -0.4, 0.2], [0.1, 0.6, -0.5]])
    block(ws, "E8", [[0.05, -0.1, 0.15]])
    block(ws, "Q5", [[0.7], [-0.3], [0.4]])
    ws["Q9"] = 0.1
    block(ws, "U5", [[1], [0], [0.5], [-0.5]])
    for ref, f in (
        ("I5:K8", "=MMULT(B5:C8,E5:G6)+E8:G8"),
        ("M5:O8", "=TANH(I5:K8)"),
        ("S5:S8", "=MMULT(M5:O8,Q5:Q7)+Q9"),
        ("S13:S16", "=(S5:S8-U5:U8)/4"),
        ("Q13:Q15", "=MMULT(TRANSPOSE(M5:O8),S13:S16)"),
        ("M13:O16", "=MMULT(S13:S16,TRANSPOSE(Q5:Q7))"),
        ("I13:K16", "=M13:O16*(1-M5:O8^2)"),
        ("E13:G14", "=MMULT(TRANSPOSE(B5:C8),I13:K16)"),
        ("E20:G21", "=E5:G6-$W$2*E13:G14"),
        ("E23:G23", "=E8:G8-$W$2*E16:G16"),
        ("Q20:Q22", "=Q5:Q7-$W$2*Q13:Q15"),
    ):
        arr(ws, ref, f)
    ws["Q17"] = "=SUM(S13:S16)"
    ws["Q24"] = "=Q9-W2*Q17"
    ws["W5"] = "=SUMXMY2(S5:S8,U5:U8)/(2*4)"
    for c, s in zip("EFG", "IJK", strict=False):
        ws[f"{c}16"] = f"=SUM({s}13:{s}16)"
    n = ws.title
    pairs = []
    new = []
    for c in "EFG":
        pairs += [([(n, f"{c}{r}")], [(n, f"{c}{g}")]) for r, g in ((5, 13), (6, 14), (8, 16))]
        new += [(n, f"{c}{r}") for r in (20, 21, 23)]
    pairs += [([(n, f"Q{r}")], [(n, f"Q{g}")]) for r, g in ((5, 13), (6, 14), (7, 15), (9, 17))]
    new += [(n, f"Q{r}") for r in (20, 21, 22, 24)]
    return finish(wb, {}, changes)


STYLE = style("matrices in arrays, samples in rows", build, S)
