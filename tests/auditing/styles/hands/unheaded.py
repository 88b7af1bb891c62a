"""No headings at all: options name the ranges."""

from __future__ import annotations

from openpyxl import Workbook

from tests.auditing.styles.hands.series import ANCHOR, GRAD, INPUT, MASK, OP, SIGN, VALUE, T, finish, style

S = {
    "1-y^2 missing": ([MASK], [], {"g1": "=([y]-$B$3)*$B$1"}),
    "t-y": ([SIGN], [], {"g2": "=($B$3-[y])*(1-[y]^2)*$B$2"}),
    "x1 for x2": ([INPUT], [], {"g2": "=([y]-$B$3)*(1-[y]^2)*$B$1"}),
    "w2 with g1": ([GRAD], [], {"w2": "=[w2-]-$B$4*[g1-]"}),
    "target slides": ([ANCHOR], [], {"gb": "=([y]-B{q})*(1-[y]^2)"}),
    "typed": ([VALUE], [], {"b": (3, 0.11)}),
    "+": ([OP, SIGN], [], {"g1": "=([y]+$B$3)*(1-[y]^2)*$B$1"}),
}


def build(changes):
    """The sheet, with these changes."""
    wb = Workbook()
    ws = wb.active
    for i, v in enumerate([0.8, -0.4, 0.5, 0.3, 0.2, 0.1, 0, 0.4, 0.6, 0.1, 0.2, 0.3]):
        ws.cell(1 + i, 2, v)
    reg = {}
    t = T(ws, None, 1, 10, at=4, reg=reg)
    for k, g, v in (("w1", "g1", 0.2), ("w2", "g2", 0.6), ("b", "gb", -0.1)):
        t.add(k, "", v, f"=[{k}-]-$B$4*[{g}-]")
    t.add("y", "", "=TANH([w1]*$B$1+[w2]*$B$2+[b])").add("L", "", "=([y]-$B$3)^2/2")
    t.add("g1", "", "=([y]-$B$3)*(1-[y]^2)*$B$1").add("g2", "", "=([y]-$B$3)*(1-[y]^2)*$B$2").add(
        "gb", "", "=([y]-$B$3)*(1-[y]^2)"
    )
    old = t.text
    t.text = lambda tm, i: old(tm.replace("{q}", str(3 + i)) if isinstance(tm, str) else tm, i)
    return finish(wb, reg, changes)


OPTIONS = {"loss": "H1", "parameters": ("D1:F1",), "gradients": ("I1:K1",), "rows": "1:10"}
STYLE = style("no headings, cells of a panel", build, S, **OPTIONS)
