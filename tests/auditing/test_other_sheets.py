"""Other networks than S1, by hand: ReLU with two samples, tanh in Chinese, softmax, a step in blocks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula

from xlbp.auditing import findings as kinds
from xlbp.auditing.claims.layout import LayoutKind
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.run import audit

FIRST, ROWS = 6, 15


def table(path: Path, headings: list[str], start: dict[str, float], formulas: dict[str, str], panel: dict) -> Path:
    """A table of ``[heading]`` formulas, ``[heading|-1]`` being the row before."""
    book = Workbook()
    sheet = book.active
    letters = {heading: get_column_letter(k) for k, heading in enumerate(headings, 1)}
    for cell, value in panel.items():
        sheet[cell] = value

    def filled(formula: str, row: int) -> str:
        return "=" + re.sub(
            r"\[([^\]|]+)(?:\|([+-]\d+))?\]", lambda m: f"{letters[m[1]]}{row + int(m[2] or 0)}", formula
        )

    for heading in headings:
        sheet[f"{letters[heading]}{FIRST - 1}"] = heading
        for row in range(FIRST, FIRST + ROWS):
            given = heading in start and (row == FIRST or heading not in formulas)
            sheet[f"{letters[heading]}{row}"] = start[heading] if given else filled(formulas[heading], row)
    book.save(path)
    return path


def moved(names: str, rate: str, gradient: str) -> dict[str, str]:
    """The updates of some parameters."""
    return {name: f"[{name}|-1]-{rate}*[{gradient}{name}|-1]" for name in names.split()}


RELU = "x1 y1 x2 y2 w1 b1 w2 b2 z1 h1 p1 z2 h2 p2 L dp1 dp2 dw2 db2 dz1 dz2 dw1 db1".split()  # noqa: SIM905
RELU_FORMULAS = moved("w1 b1 w2 b2", "$B$1", "d") | {
    "z1": "[w1]*[x1]+[b1]",
    "h1": "MAX(0,[z1])",
    "p1": "[w2]*[h1]+[b2]",
    "z2": "[w1]*[x2]+[b1]",
    "h2": "MAX(0,[z2])",
    "p2": "[w2]*[h2]+[b2]",
    "L": "(([p1]-[y1])^2+([p2]-[y2])^2)/2",
    "dp1": "[p1]-[y1]",
    "dp2": "[p2]-[y2]",
    "dw2": "[dp1]*[h1]+[dp2]*[h2]",
    "db2": "[dp1]+[dp2]",
    "dz1": "IF([z1]>0,[dp1]*[w2],0)",
    "dz2": "IF([z2]>0,[dp2]*[w2],0)",
    "dw1": "[dz1]*[x1]+[dz2]*[x2]",
    "db1": "[dz1]+[dz2]",
}
START = {"x1": 1.5, "y1": 1, "x2": 0.4, "y2": 0.3, "w1": 0.5, "b1": 0.1, "w2": -0.4, "b2": 0.2}
RELU_CASES = [
    ({}, {}, set()),
    ({}, {"x2": -0.7}, set()),
    ({"dz2": "[dp2]*[w2]"}, {"x2": -0.7}, {kinds.MASK}),
    ({"dz1": "[dp1]*[w2]", "dz2": "[dp2]*[w2]"}, {"x2": -0.7}, {kinds.MASK}),
    ({"dz1": "IF([z2]>0,[dp1]*[w2],0)"}, {"x2": -0.7}, {kinds.UNIT}),
    ({"dw2": "([dp1]*[h1]+[dp2]*[h2])/2"}, {}, {kinds.MEAN}),
    ({"z1": "[w1]*[x1]"}, {}, {kinds.BIAS}),
    ({"z1": "[w1]*[x1]", "z2": "[w1]*[x2]"}, {}, {kinds.BIAS}),
    ({"dp1": "[y1]-[p1]"}, {}, {kinds.SIGN}),
    ({"db1": "[dz1]"}, {}, {kinds.PATH}),
    ({"dw2": "[dp1]*[h1]"}, {}, {kinds.PATH}),
    ({"dw1": "[dz1]*[x2]+[dz2]*[x2]"}, {}, {kinds.DATA}),
    ({"dz1": "IF([z1]>0,[dp1]*[w2|+1],0)"}, {}, {kinds.UPDATED}),
    ({"dp1": "2*([p1]-[y1])"}, {}, {kinds.HALF, kinds.MEAN}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("change", "start", "named"), RELU_CASES)
def test_a_relu_network_with_two_samples(tmp_path, change, start, named):
    """Headings dw1, db1 and L; biases; the loss a mean of two samples."""
    panel = {"A1": "learning rate", "B1": 0.1}
    path = table(tmp_path / "relu.xlsx", RELU, START | start, RELU_FORMULAS | change, panel)
    found = {finding.kind for finding in audit(path).findings}
    assert bool(found & named) if named else not found


TANH = "x t w b v c z h o p 损失 ∂L/∂o ∂L/∂v ∂L/∂c ∂L/∂z ∂L/∂w ∂L/∂b".split()  # noqa: SIM905
TANH_FORMULAS = moved("w b v c", "$C$2", "∂L/∂") | {
    "z": "[w]*[x]+[b]",
    "h": "TANH([z])",
    "o": "[v]*[h]+[c]",
    "p": "1/(1+EXP(-[o]))",
    "损失": "-([t]*LN([p])+(1-[t])*LN(1-[p]))",
    "∂L/∂o": "[p]-[t]",
    "∂L/∂v": "[∂L/∂o]*[h]",
    "∂L/∂c": "[∂L/∂o]",
    "∂L/∂z": "[∂L/∂o]*[v]*(1-[h]^2)",
    "∂L/∂w": "[∂L/∂z]*[x]",
    "∂L/∂b": "[∂L/∂z]",
}
TANH_CASES = [
    ({}, set()),
    ({"∂L/∂z": "[∂L/∂o]*[v]"}, {kinds.MASK}),
    ({"∂L/∂o": "([p]-[t])*[p]*(1-[p])"}, {kinds.FACTOR}),
    ({"∂L/∂o": "[p]+[t]"}, {kinds.OPERATOR}),
    ({"∂L/∂z": "[∂L/∂o]*[v]*(2-[h]^2)"}, {kinds.FACTOR}),
    ({"∂L/∂z": "[∂L/∂o]*[w]*(1-[h]^2)"}, {kinds.WEIGHT}),
]


@pytest.mark.parametrize(("change", "named"), TANH_CASES)
def test_a_tanh_network_with_chinese_headings(tmp_path, change, named):
    """学习率 beside the rate, 损失 above the loss, cross-entropy of a sigmoid."""
    start = {"x": 0.8, "t": 0.9, "w": 0.3, "b": -0.1, "v": 0.7, "c": 0.05}
    path = table(tmp_path / "tanh.xlsx", TANH, start, TANH_FORMULAS | change, {"B2": "学习率", "C2": 0.5})
    result = audit(path)
    found = {finding.kind for finding in result.findings}
    assert bool(found & named) if named else not found
    assert set(result.sheets[0].updates.rates.values()) == {"C2"}


def block(path: Path, gradient: str) -> Path:
    """One step of linear regression, in labelled blocks, the gradient an array formula."""
    book = Workbook()
    sheet = book.active
    for cell, text in {"B2": "X", "E2": "yhat", "F2": "y", "H2": "e", "J2": "w", "L2": "dL/dw", "N2": "Loss"}.items():
        sheet[cell] = text
    for row, (a, b, y) in enumerate([(1, 2, 1.5), (3, -1, 0.5)], 3):
        sheet[f"B{row}"], sheet[f"C{row}"], sheet[f"F{row}"] = a, b, y
        sheet[f"E{row}"] = f"=SUMPRODUCT(B{row}:C{row},TRANSPOSE($J$3:$J$4))"
        sheet[f"H{row}"] = f"=E{row}-F{row}"
    sheet["J3"], sheet["J4"] = 0.3, -0.2
    sheet["L3"] = ArrayFormula("L3:L4", gradient)
    sheet["N3"] = "=SUMXMY2(E3:E4,F3:F4)/2"
    book.save(path)
    return path


def test_a_step_in_labelled_blocks(tmp_path):
    """Words above matrices say what is what; a matrix that was not transposed is named with its formula."""
    right = audit(block(tmp_path / "right.xlsx", "=MMULT(TRANSPOSE(B3:C4),H3:H4)"))
    assert (right.findings, right.sheets[0].layout.kind) == ([], LayoutKind.LABELS)
    wrong = audit(block(tmp_path / "wrong.xlsx", "=MMULT(B3:C4,H3:H4)")).findings
    assert [(f.kind, f.expected) for f in wrong] == [(kinds.TRANSPOSED, "=MMULT(TRANSPOSE(B3:C4),H3:H4)")]


def test_a_sheet_of_values_is_not_judged(tmp_path):
    """Where the loss is a pasted number, nothing says what its gradients should be: no cell is called wrong."""
    path = tmp_path / "values.xlsx"
    book, sheet = Workbook(), None
    sheet = book.active
    sheet.append(["w", "b", "y", "E", "dE/dw", "dE/db"])
    w, b = 0.3, 0.1
    for _ in range(5):
        e = 2 * w + b - 1
        sheet.append([w, b, 2 * w + b, e * e / 2, 2 * e, e])
        w, b = w - 0.2 * e, b - 0.1 * e
    book.save(path)
    options = AuditOptions(loss="D2", parameters=("A2:B2",), gradients=("E2:F2",), rows="2:6")
    done = audit(path, options)
    assert (done.findings, done.nothing_judged, done.ok) == ([], True, False)
    assert [claim.reason for claim in done.unjudged] == [
        "the loss in D2:D6 is a number, no formula, so nothing says what its derivatives are"
    ]
