"""A parabola through data by AdaGrad, with a helper column for each observation."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from tests.auditing.styles.hands.series import CHAIN, INPUT, MEAN, OPT, PATH, UNIT, T, block, finish, style

N = range(1, 6)
X = {i: f"${get_column_letter(2 + i)}$3" for i in N}
Y = {i: f"${get_column_letter(2 + i)}$4" for i in N}


def gr(pw):
    """The gradient of the mean: errors times this power of x."""
    return "=(" + "+".join(f"[r{i}]" + (f"*{X[i]}" if pw else "") + ("^2" if pw == 2 else "") for i in N) + ")/5"


S = {
    "root missing": ([OPT], [], {"b": "=[b-]-$C$6*[gb-]/([Hb-]+$C$7)"}),
    "sum of gradients, not of squares": ([OPT], [], {"Hc": "=[Hc-]+ABS([gc])"}),
    "only the last square": ([OPT], [], {"Ha": "=[ga]^2"}),
    "observation 5 left out": (
        [PATH],
        [],
        {"gb": "=(" + "+".join(f"[r{i}]*{X[i]}" for i in range(1, 5)) + ")/5"},
    ),
    "not divided by 5": ([MEAN], [], {"ga": "=([r1]+[r2]+[r3]+[r4]+[r5])"}),
    "x for x squared": ([INPUT, CHAIN, UNIT], [], {"gc": gr(1)}),
}


def build(changes):
    """The sheet, with these changes."""
    wb = Workbook()
    ws = wb.active
    ws.title = "cost curve"
    block(
        ws,
        "B1",
        [
            ["Average cost as a parabola in output"],
            ["observation", 1, 2, 3, 4, 5],
            ["output x", 0.2, 0.5, 0.8, 1.1, 1.4],
            ["cost y", 2.3, 1.7, 1.5, 1.8, 2.4],
            [],
            ["rate", 0.4],
            ["epsilon", 1e-6],
        ],
    )
    reg = {}
    t = T(ws, 10, 11, 20, reg=reg)
    t.add("n", "Round", "={i}")
    for i in N:
        t.add(f"r{i}", f"error {i}", f"=[a]+[b]*{X[i]}+[c]*{X[i]}^2-{Y[i]}")
    t.add("L", "half mean squared error", "=SUMSQ([r1]:[r5])/10")
    for k in "abc":
        t.add("g" + k, "grad " + k, gr("abc".index(k)))
    for k in "abc":
        t.add("H" + k, "sum of grad² " + k, f"=[g{k}]^2", f"=[H{k}-]+[g{k}]^2")
    for k in "abc":
        t.add(k, k, {"a": 2, "b": -1, "c": 0.5}[k], f"=[{k}-]-$C$6*[g{k}-]/(SQRT([H{k}-])+$C$7)")
    return finish(wb, reg, changes)


STYLE = style("a parabola, AdaGrad, words", build, S)
