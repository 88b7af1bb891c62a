"""LaTeX headings: a hidden layer of tanh, a linear output."""

from __future__ import annotations

from openpyxl import Workbook

from tests.auditing.styles.hands.series import (
    ANCHOR,
    CHAIN,
    MASK,
    NEW,
    OP,
    SIGN,
    TRANS,
    WEIGHT,
    T,
    block,
    finish,
    style,
)

S = {
    "1-a^2 missing": ([MASK], [], {"d1": r"=[e]*[v1]"}),
    "1-a instead of 1-a^2": ([CHAIN, MASK], [], {"d2": "=[e]*[v2]*(1-[a2])"}),
    "v_2 for v_1": ([TRANS, WEIGHT], [], {"d1": "=[e]*[v2]*(1-[a1]^2)"}),
    "t-y": ([SIGN], [], {"gv1": "=($B$3-[y])*[a1]"}),
    "e+a for e*a": ([OP, SIGN], [], {"gv2": "=[e]+[a2]"}),
    "delta with the next row's v": ([NEW], [], {"d1": "=[e]*[v1+]*(1-[a1]^2)"}),
    "eta slides": ([ANCHOR], [], {"w22": "=[w22-]-B{q}*[gw22-]"}),
}
P = [
    ("w11", "w_{11}", 0.3),
    ("w12", "w_{12}", -0.2),
    ("w21", "w_{21}", 0.5),
    ("w22", "w_{22}", 0.1),
    ("b1", "b_1", 0.05),
    ("b2", "b_2", -0.1),
    ("v1", "v_1", 0.6),
    ("v2", "v_2", -0.4),
    ("c", "c", 0.2),
]
G = {
    "w11": "=[d1]*$B$1",
    "w12": "=[d1]*$B$2",
    "w21": "=[d2]*$B$1",
    "w22": "=[d2]*$B$2",
    "b1": "=[d1]",
    "b2": "=[d2]",
    "v1": "=[e]*[a1]",
    "v2": "=[e]*[a2]",
    "c": "=[e]",
}


def build(changes):
    """The sheet, with these changes."""
    wb = Workbook()
    ws = wb.active
    ws.title = "BP"
    block(ws, "A1", [["$x_1$", 0.8], ["$x_2$", -0.5], ["$t$", 1.0], [r"$\eta$", 0.1], ["epochs", 14]])
    reg = {}
    t = T(ws, 24, 25, 14, reg=reg)
    t.add("n", "$n$", "={i}")
    for k, h, v in P:
        t.add(k, f"${h}$", v, f"=[{k}-]-$B$4*[g{k}-]")
    t.add("z1", "$z_1$", "=[w11]*$B$1+[w12]*$B$2+[b1]").add("z2", "$z_2$", "=[w21]*$B$1+[w22]*$B$2+[b2]")
    t.add("a1", "$a_1$", "=TANH([z1])").add("a2", "$a_2$", "=TANH([z2])")
    t.add("y", r"$\hat{y}$", "=[v1]*[a1]+[v2]*[a2]+[c]").add("L", r"$\mathcal{L}$", "=0.5*([y]-$B$3)^2")
    t.add("e", r"$\frac{\partial\mathcal{L}}{\partial\hat{y}}$", "=[y]-$B$3")
    t.add("d1", r"$\delta_1$", "=[e]*[v1]*(1-[a1]^2)").add("d2", r"$\delta_2$", "=[e]*[v2]*(1-[a2]^2)")
    for k, h, _ in P:
        t.add("g" + k, rf"$\frac{{\partial\mathcal{{L}}}}{{\partial {h}}}$", G[k])
    old = t.text
    t.text = lambda tm, i: old(tm.replace("{q}", str(4 + i - 1)) if isinstance(tm, str) else tm, i)
    return finish(wb, reg, changes)


STYLE = style("LaTeX, tanh", build, S)
