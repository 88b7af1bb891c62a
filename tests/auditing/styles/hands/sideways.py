"""A table on its side: one logistic neuron, an iteration in each column."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from tests.auditing.styles.hands.series import (
    ANCHOR,
    CHAIN,
    GRAD,
    INPUT,
    MASK,
    OP,
    SIGN,
    VALUE,
    T,
    block,
    finish,
    style,
)

S = {
    "t-a": ([SIGN], [], {"dz": "=$C$5-[a]"}),
    "+ for *": ([OP, SIGN], [], {"dw2": "=[dz]+$C$4"}),
    "x1 for x2": ([INPUT], [], {"dw2": "=[dz]*$C$3"}),
    "squared error's a(1-a) kept with cross-entropy": ([CHAIN, MASK], [], {"dz": "=([a]-$C$5)*[a]*(1-[a])"}),
    "b updated with dw1": ([GRAD], [], {"b": "=[b-]-$C$2*[dw1-]"}),
    "one step typed in": ([VALUE], [], {"w2": (5, 0.1)}),
    "learning rate slides along the row": ([ANCHOR], [], {"w1": "=[w1-]-{cc}$2*[dw1-]"}),
}


def build(changes):
    """The sheet, with these changes."""
    wb = Workbook()
    ws = wb.active
    ws.title = "neuron"
    block(
        ws,
        "A1",
        [
            ["Watch a neuron learn"],
            ["learning rate", None, 0.7],
            ["x1", "hours slept", 0.6],
            ["x2", "hours studied", 0.9],
            ["target", "passed?", 1],
        ],
    )
    reg = {}
    t = T(ws, 1, 3, 12, at=8, side=True, reg=reg)
    ws["D2"] = 0.7
    ws["E2"] = 0.5
    t.add("it", "iteration", "={i}").add("w1", "w1", -0.3, "=[w1-]-$C$2*[dw1-]").add(
        "w2", "w2", 0.2, "=[w2-]-$C$2*[dw2-]"
    ).add("b", "b", -0.5, "=[b-]-$C$2*[db-]")
    t.skip()
    t.add("z", "z", "=[w1]*$C$3+[w2]*$C$4+[b]").add("a", "a = sigmoid(z)", "=1/(1+EXP(-[z]))").add(
        "L", "loss (cross-entropy)", "=-($C$5*LN([a])+(1-$C$5)*LN(1-[a]))"
    )
    t.skip()
    t.add("dz", "dL/dz", "=[a]-$C$5").add("dw1", "dL/dw1", "=[dz]*$C$3").add("dw2", "dL/dw2", "=[dz]*$C$4").add(
        "db", "dL/db", "=[dz]"
    )
    old = t.text
    t.text = lambda tm, i: old(
        tm.replace("{cc}", get_column_letter(3 + max(0, i - 1))) if isinstance(tm, str) else tm, i
    )
    for k, note in (("w1", "weight of sleep"), ("dz", "prediction minus target")):
        ws.cell(t.pos[k], 2, note)
    return finish(wb, reg, changes)


STYLE = style("a table on its side", build, S)
