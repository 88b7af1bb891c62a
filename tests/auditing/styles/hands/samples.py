"""XOR by a 2-2-1 network: four samples side by side, gradients before the forward columns."""

from __future__ import annotations

from openpyxl import Workbook

from tests.auditing.styles.hands.series import (
    GRAD,
    INPUT,
    MASK,
    MEAN,
    PATH,
    SIGN,
    TRANS,
    UNIT,
    WEIGHT,
    T,
    block,
    finish,
    style,
)

N = "1234"
XA = dict(zip(N, (0, 0, 1, 1), strict=False))
XB = dict(zip(N, (0, 1, 0, 1), strict=False))
TT = dict(zip(N, (0, 1, 1, 0), strict=False))
P = [
    ("w11", 0.5),
    ("w12", -0.6),
    ("w21", 0.7),
    ("w22", 0.4),
    ("b1", -0.2),
    ("b2", 0.3),
    ("u1", 0.9),
    ("u2", -0.7),
    ("u0", 0.1),
]
XC = {"1": {s: f"$C${int(s) + 2}" for s in N}, "2": {s: f"$D${int(s) + 2}" for s in N}}
T_ = {s: f"$E${int(s) + 2}" for s in N}


def s_(f):
    """A sum over the samples."""
    return "=" + "+".join(f(s) for s in N)


S = {
    "hidden derivative missing, sample 3": ([MASK], [], {"k13": "=[k3]*[u1]"}),
    "h1's derivative for h2, sample 2": ([UNIT], [], {"k22": "=[k2]*[u2]*[h12]*(1-[h12])"}),
    "sample 4 left out": ([PATH], [], {"gu1": "=" + "+".join(f"[k{s}]*[h1{s}]" for s in "123")}),
    "t-o, sample 4": ([SIGN], [], {"k4": f"=({T_['4']}-[o4])*[o4]*(1-[o4])"}),
    "mean, though the loss is a sum": ([MEAN], [], {"gu0": "=([k1]+[k2]+[k3]+[k4])/4"}),
    "t1 for t2": ([INPUT], [], {"k2": f"=([o2]-{T_['1']})*[o2]*(1-[o2])"}),
    "b2 by b1's gradient": ([GRAD], [], {"b2": "=[b2-]-$H$3*[gb1-]"}),
    "w21 and w12 confused in the gradient's unit": (
        [UNIT, WEIGHT, TRANS],
        [],
        {"gw12": s_(lambda s: f"[k2{s}]*{XC['2'][s]}")},
    ),
}


def build(changes):
    """The sheet, with these changes."""
    wb = Workbook()
    ws = wb.active
    ws.title = "XOR"
    block(
        ws,
        "B2",
        [
            ["sample", "A", "B", "XOR", None, None],
        ],
    )
    ws["G3"] = "lr"
    ws["H3"] = 0.8
    for s in N:
        block(ws, f"B{int(s) + 2}", [[int(s), XA[s], XB[s], TT[s]]])
    reg = {}
    t = T(ws, 9, 10, 15, reg=reg)
    t.add("n", "epoch", "={i}")
    for k, _ in P:
        t.add("g" + k, f"grad_{k}", "x")
    for k, v in P:
        t.add(k, k, v, f"=[{k}-]-$H$3*[g{k}-]")
    for s in N:
        for j in "12":
            t.add(f"h{j}{s}", f"h{j}({s})", f"=1/(1+EXP(-([w{j}1]*{XC['1'][s]}+[w{j}2]*{XC['2'][s]}+[b{j}])))")
        t.add("o" + s, f"o({s})", f"=1/(1+EXP(-([u1]*[h1{s}]+[u2]*[h2{s}]+[u0])))")
    t.add("L", "total loss", "=(" + "+".join(f"({T_[s]}-[o{s}])^2" for s in N) + ")/2")
    for s in N:
        t.add("k" + s, f"delta o({s})", f"=([o{s}]-{T_[s]})*[o{s}]*(1-[o{s}])")
        for j in "12":
            t.add(f"k{j}{s}", f"delta h{j}({s})", f"=[k{s}]*[u{j}]*[h{j}{s}]*(1-[h{j}{s}])")
    for j in "12":
        for i in "12":
            t.f[f"gw{j}{i}"] = [s_(lambda s, i=i, j=j: f"[k{j}{s}]*{XC[i][s]}")] * 2
        t.f["gb" + j] = [s_(lambda s, j=j: f"[k{j}{s}]")] * 2
        t.f["gu" + j] = [s_(lambda s, j=j: f"[k{s}]*[h{j}{s}]")] * 2
    t.f["gu0"] = [s_(lambda s: f"[k{s}]")] * 2
    return finish(wb, reg, changes)


STYLE = style("XOR, four samples", build, S)
