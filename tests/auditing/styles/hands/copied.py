"""A 2-2-2 network whose new weights stand in the same row; the next row copies them."""

from __future__ import annotations

from openpyxl import Workbook

from tests.auditing.styles.hands.series import (
    GRAD,
    INPUT,
    NEW,
    PATH,
    ROW,
    SIGN,
    TRANS,
    UNIT,
    WEIGHT,
    T,
    block,
    finish,
    style,
)

S = {
    "h1(1-h1) for h2": ([UNIT], [], {"g3": "=([do1]*[w6]+[do2]*[w8])*[h1]*(1-[h1])*[i1]"}),
    "w6, w7 swapped": ([TRANS, WEIGHT], [], {"g1": "=([do1]*[w5]+[do2]*[w6])*[h1]*(1-[h1])*[i1]"}),
    "the new w5 in the hidden gradient": ([NEW], [], {"g2": "=([do1]*[n5]+[do2]*[w7])*[h1]*(1-[h1])*[i2]"}),
    "t1 for t2": ([INPUT], [], {"do2": "=([o2]-[t1])*[o2]*(1-[o2])"}),
    "E2's path missing": ([PATH], [], {"g4": "=[do1]*[w6]*[h2]*(1-[h2])*[i2]"}),
    "w4+ with dE/dw2": ([GRAD], [], {"n4": "=[w4]-$B$1*[g2]"}),
    "w7 copies w8+": ([ROW, WEIGHT], [], {"w7": "=[n8-]"}),
    "plus": ([SIGN], [], {"n6": "=[w6]+$B$1*[g6]"}),
}


def build(changes):
    """The sheet, with these changes."""
    wb = Workbook()
    ws = wb.active
    ws.title = "mazur again"
    block(ws, "A1", [["eta", 0.5]])
    reg = {}
    t = T(ws, 3, 4, 20, reg=reg)
    t.add("k", "#", "={i}")
    for k, v in (("i1", 0.05), ("i2", 0.1), ("t1", 0.01), ("t2", 0.99)):
        t.add(k, k, v)
    weights = dict(zip("12345678", (0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55), strict=False))
    for k, value in weights.items():
        t.add("w" + k, "w" + k, value, f"=[n{k}-]")
    t.add("b1", "b1", 0.35).add("b2", "b2", 0.6)
    t.add("h1", "out_h1", "=1/(1+EXP(-([w1]*[i1]+[w2]*[i2]+[b1])))").add(
        "h2", "out_h2", "=1/(1+EXP(-([w3]*[i1]+[w4]*[i2]+[b1])))"
    )
    t.add("o1", "out_o1", "=1/(1+EXP(-([w5]*[h1]+[w6]*[h2]+[b2])))").add(
        "o2", "out_o2", "=1/(1+EXP(-([w7]*[h1]+[w8]*[h2]+[b2])))"
    )
    t.add("E1", "E1", "=0.5*([t1]-[o1])^2").add("E2", "E2", "=0.5*([t2]-[o2])^2").add("E", "E_total", "=[E1]+[E2]")
    t.add("do1", "δo1", "=([o1]-[t1])*[o1]*(1-[o1])").add("do2", "δo2", "=([o2]-[t2])*[o2]*(1-[o2])")
    for k, (a, b, h, i) in {
        "1": ("5", "7", "1", "1"),
        "2": ("5", "7", "1", "2"),
        "3": ("6", "8", "2", "1"),
        "4": ("6", "8", "2", "2"),
    }.items():
        t.add("g" + k, f"dE/dw{k}", f"=([do1]*[w{a}]+[do2]*[w{b}])*[h{h}]*(1-[h{h}])*[i{i}]")
    for k, (o, h) in {"5": ("1", "1"), "6": ("1", "2"), "7": ("2", "1"), "8": ("2", "2")}.items():
        t.add("g" + k, f"dE/dw{k}", f"=[do{o}]*[h{h}]")
    for k in weights:
        t.add("n" + k, f"w{k}+", f"=[w{k}]-$B$1*[g{k}]")
    return finish(wb, reg, changes)


STYLE = style("new weights beside, copied by the next row", build, S)
