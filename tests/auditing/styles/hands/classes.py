"""Softmax over three classes in words, online over three samples picked by CHOOSE."""

from __future__ import annotations

from openpyxl import Workbook

from tests.auditing.styles.hands.series import (
    CHAIN,
    GRAD,
    INPUT,
    MASK,
    SIGN,
    UNIT,
    T,
    block,
    finish,
    style,
)

C = "123"
S = {
    "t-p for class 2": ([SIGN], [], {"d2": "=[t2]-[p2]"}),
    "t1 for t2": ([INPUT], [], {"d2": "=[p2]-[t1]"}),
    "p2 for p3": ([UNIT, CHAIN], [], {"d3": "=[p2]-[t3]"}),
    "p(1-p) in addition": ([CHAIN, MASK], [], {"d1": "=([p1]-[t1])*[p1]*(1-[p1])"}),
    "x1 for x2": ([INPUT], [], {"g32": "=[d3]*[x1]"}),
    "class 1's error for class 2's weight": ([UNIT, CHAIN, INPUT], [], {"g21": "=[d1]*[x1]"}),
    "b[2] with b[1]'s gradient": ([GRAD], [], {"b2": "=[b2-]-$B$1*[gb1-]"}),
}


def build(changes):
    """The sheet, with these changes."""
    wb = Workbook()
    ws = wb.active
    ws.title = "softmax regression"
    block(ws, "A1", [["Learning rate", 0.3]])
    reg = {}
    t = T(ws, 4, 5, 15, reg=reg)
    init = {"w11": 0.1, "w12": -0.2, "w21": 0.3, "w22": 0.1, "w31": -0.1, "w32": 0.2, "b1": 0, "b2": 0.1, "b3": -0.1}
    t.add("n", "Iteration", 1, "=[n-]+1").add("x1", "feature 1", "=CHOOSE(MOD([n]-1,3)+1,0.5,1.5,-1)").add(
        "x2", "feature 2", "=CHOOSE(MOD([n]-1,3)+1,1,-0.5,0.8)"
    )
    for k in C:
        t.add("t" + k, f"target {k}", f"=IF(MOD([n]-1,3)+1={k},1,0)")
    t.skip()
    for k in C:
        for j in "12":
            t.add(f"w{k}{j}", f"W[{k}][{j}]", init[f"w{k}{j}"], f"=[w{k}{j}-]-$B$1*[g{k}{j}-]")
    for k in C:
        t.add("b" + k, f"b[{k}]", init["b" + k], f"=[b{k}-]-$B$1*[gb{k}-]")
    t.skip()
    for k in C:
        t.add("z" + k, f"logit {k}", f"=[w{k}1]*[x1]+[w{k}2]*[x2]+[b{k}]")
    for k in C:
        t.add("e" + k, f"exp {k}", f"=EXP([z{k}])")
    t.add("s", "sum of exp", "=SUM([e1]:[e3])")
    for k in C:
        t.add("p" + k, f"probability {k}", f"=[e{k}]/[s]")
    t.add("L", "cross-entropy loss", "=-([t1]*LN([p1])+[t2]*LN([p2])+[t3]*LN([p3]))")
    t.skip()
    return add_gradients(wb, reg, t, changes)


def add_gradients(wb, reg, t, changes):
    """The columns of the backward pass, and the changes."""
    for k in C:
        t.add("d" + k, f"dL/dlogit {k}", f"=[p{k}]-[t{k}]")
    for k in C:
        for j in "12":
            t.add(f"g{k}{j}", f"gradient W[{k}][{j}]", f"=[d{k}]*[x{j}]")
    for k in C:
        t.add("gb" + k, f"gradient b[{k}]", f"=[d{k}]")
    return finish(wb, reg, changes)


STYLE = style("softmax in words", build, S)
