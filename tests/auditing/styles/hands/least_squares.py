"""Least squares by gradient descent, the data on another sheet, SUMPRODUCT."""

from __future__ import annotations

from openpyxl import Workbook

from tests.auditing.styles.hands.series import (
    ANCHOR,
    GRAD,
    HALF,
    INPUT,
    MEAN,
    ROW,
    SIGN,
    VALUE,
    T,
    block,
    finish,
    style,
)

Y, X = "Data!$D$4:$D$13", "Data!$C$4:$C$13"
S = {
    "the 2 of the square lost in the slope's derivative": (
        [HALF],
        [],
        {"g1": f"=-SUMPRODUCT(({Y}-[b0]-[b1]*{X})*{X})/COUNT({Y})"},
    ),
    "no division by n in the intercept's derivative": ([MEAN], [], {"g0": f"=-2*SUMPRODUCT({Y}-[b0]-[b1]*{X})"}),
    "y from one row further down than x": (
        [ROW, INPUT],
        [],
        {"g1": f"=-2*SUMPRODUCT((Data!$D$5:$D$14-[b0]-[b1]*{X})*{X})/COUNT({Y})"},
    ),
    "step size without dollars, slides into empty cells": ([ANCHOR], [], {"b1": "=[b1-]-C{q}*[g1-]"}),
    "slope updated with the intercept's gradient": ([GRAD], [], {"b1": "=[b1-]-$C$3*[g0-]"}),
    "intercept walks uphill": ([SIGN], [], {"b0": "=[b0-]+$C$3*[g0-]"}),
    "gradient pasted as value in one row": ([VALUE], [], {"g1": (7, -3.25)}),
}


def build(changes):
    """The sheet, with these changes."""
    wb = Workbook()
    d = wb.active
    d.title = "Data"
    d["A1"] = "Anthropometric sample (simulated)"
    block(d, "B3", [["i", "x (dm)", "y (kg)"]])
    xs = [1.2, 1.5, 1.7, 1.1, 1.9, 2.1, 1.4, 1.6, 2.0, 1.8]
    ys = [3.1, 3.9, 4.6, 2.7, 5.2, 5.4, 3.3, 4.4, 5.5, 4.7]
    for i, (x, y) in enumerate(zip(xs, ys, strict=False)):
        block(d, f"B{4 + i}", [[i + 1, x, y]])
    d["D14"] = 1.0
    d["D15"] = "(last: not used)"
    ws = wb.create_sheet("Gradient descent")
    ws["A1"] = "Ordinary least squares by steepest descent"
    ws["B3"] = "Step size α"
    ws["C3"] = 0.1
    ws["B29"] = "Estimates"
    ws.merge_cells("B29:C29")
    ws["D29"] = "Criterion"
    ws["E29"] = "Gradient"
    ws.merge_cells("E29:F29")
    reg = {}
    t = T(ws, 30, 31, 20, reg=reg)
    t.add("k", "k", 0, "=[k-]+1").add("b0", "β₀", 0, "=[b0-]-$C$3*[g0-]").add("b1", "β₁", 0.5, "=[b1-]-$C$3*[g1-]")
    t.add("L", "MSE(β₀,β₁)", f"=SUMPRODUCT(({Y}-[b0]-[b1]*{X})^2)/COUNT({Y})")
    t.add("g0", "∂MSE/∂β₀", f"=-2*SUMPRODUCT({Y}-[b0]-[b1]*{X})/COUNT({Y})")
    t.add("g1", "∂MSE/∂β₁", f"=-2*SUMPRODUCT(({Y}-[b0]-[b1]*{X})*{X})/COUNT({Y})")
    _anchor(t)
    return finish(wb, reg, changes)


def _anchor(t):
    # C3 as written in the first updated row (row 9); copied down it becomes C4, C5, ...
    old = t.text
    t.text = lambda tm, i: old(tm.replace("{q}", str(3 + i - 1)) if isinstance(tm, str) else tm, i)


STYLE = style("least squares over two sheets", build, S)
