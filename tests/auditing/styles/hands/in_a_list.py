"""One step as a list of parameters with value, gradient and new value; the forward pass beside it."""

from __future__ import annotations

from openpyxl import Workbook

from tests.auditing.styles.hands.series import (
    BIAS,
    CHAIN,
    GRAD,
    HALF,
    INPUT,
    MASK,
    PATH,
    SIGN,
    TRANS,
    UNIT,
    WEIGHT,
    block,
    finish,
    style,
)

S = {
    "h1(1-h1) missing in delta h1": ([MASK], ["M9"], {"M9": "=M8*D10"}),
    "h1's derivative for h2": ([UNIT], ["M10"], {"M10": "=M8*D11*J7*(1-J7)"}),
    "v1 for v2": ([WEIGHT, TRANS], ["M10"], {"M10": "=M8*D10*J8*(1-J8)"}),
    "x2 for x1": ([INPUT], ["E5"], {"E5": "=M9*$J$4"}),
    "plus in the update": ([SIGN], ["F11"], {"F11": "=D11+$J$2*E11"}),
    "twice, as if without 1/2": ([HALF], ["M8"], {"M8": "=2*(J9-J5)*J9*(1-J9)"}),
    "new w4 from w3's gradient": ([GRAD], ["F8"], {"F8": "=D8-$J$2*E7"}),
    "bias gradient without the output's derivative": ([BIAS, CHAIN, MASK, PATH], ["E12"], {"E12": "=J9-J5"}),
}


def build(changes):
    """The sheet, with these changes."""
    wb = Workbook()
    ws = wb.active
    ws.title = "One step"
    block(ws, "B2", [["One step of backpropagation, by hand"]])
    block(ws, "I2", [["Learning rate", 0.5], ["Input x1", 0.3], ["Input x2", 0.7], ["Target", 1]])
    block(ws, "B4", [["No.", "Parameter", "Value", "Gradient", "New value"]])
    ps = ["w1", "w2", "w3", "w4", "b1", "v1", "v2", "b2"]
    # rows: 5 w1, 6 w2, 7 w3, 8 w4, 9 b1, 10 v1, 11 v2, 12 b2
    vals = [0.4, -0.2, 0.1, 0.6, 0.2, 0.8, -0.5, 0.1]
    gr = ["=M9*$J$3", "=M9*$J$4", "=M10*$J$3", "=M10*$J$4", "=M9+M10", "=M8*J7", "=M8*J8", "=M8"]
    for i, (p, v, g) in enumerate(zip(ps, vals, gr, strict=False)):
        r = 5 + i
        block(ws, f"B{r}", [[i + 1, p, v, g, f"=D{r}-$J$2*E{r}"]])
    block(
        ws,
        "I7",
        [
            ["out h1", "=1/(1+EXP(-(D5*J3+D6*J4+D9)))"],
            ["out h2", "=1/(1+EXP(-(D7*J3+D8*J4+D9)))"],
            ["out o", "=1/(1+EXP(-(D10*J7+D11*J8+D12)))"],
            ["Error", "=0.5*(J5-J9)^2"],
        ],
    )
    block(
        ws,
        "L8",
        [["delta o", "=(J9-J5)*J9*(1-J9)"], ["delta h1", "=M8*D10*J7*(1-J7)"], ["delta h2", "=M8*D11*J8*(1-J8)"]],
    )
    return finish(wb, {}, changes)


STYLE = style("a list with new values", build, S)
