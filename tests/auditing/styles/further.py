"""Sheets that differ from the others in more than headings: tiny, deeper, regularised, without any headings."""

from __future__ import annotations

import re

from tests.auditing.styles.base import Rows, Slip, Style, moved
from tests.auditing.styles.sigmoid import CELLS, DELTA_FORWARD, DELTA_NAMES, DELTAS, PANEL, START, WEIGHTS, at
from xlbp.auditing import findings as kinds

# A function of one variable, minimised: the smallest sheet there is.
PARABOLA = {"f(x)": "[x]^2-4*[x]+5", "f'(x)": "2*[x]-4"}
parabola = Rows(
    ("k", "x", *PARABOLA),
    {"k": 0, "x": 5},
    PARABOLA | {"x": "[x|-1]-$B$1*[f'(x)|-1]", "k": "[k|-1]+1"},
    {"A1": "step size", "B1": 0.1},
    first=4,
)

# Rosenbrock's valley, by names of functions.
VALLEY = {
    "f": "(1-[x])^2+100*([y]-[x]^2)^2",
    "df/dx": "-2*(1-[x])-400*[x]*([y]-[x]^2)",
    "df/dy": "200*([y]-[x]^2)",
}
valley = Rows(
    ("i", "x", "y", *VALLEY),
    {"i": 0, "x": -1.2, "y": 1},
    VALLEY | moved("x y", "df/d*", "$B$1") | {"i": "[i|-1]+1"},
    {"A1": "rate", "B1": 0.001},
)

# Four layers of one unit each, as a well-known book draws them: C, z, a, delta.
DEEP = {"z2": "[w2]*$B$1+[b2]", "a2": "1/(1+EXP(-[z2]))", "z3": "[w3]*[a2]+[b3]", "a3": "1/(1+EXP(-[z3]))"} | {
    "z4": "[w4]*[a3]+[b4]",
    "a4": "1/(1+EXP(-[z4]))",
    "C": "([a4]-$D$1)^2/2",
    "delta4": "([a4]-$D$1)*[a4]*(1-[a4])",
    "delta3": "[delta4]*[w4]*[a3]*(1-[a3])",
    "delta2": "[delta3]*[w3]*[a2]*(1-[a2])",
    "dC/dw4": "[delta4]*[a3]",
    "dC/dw3": "[delta3]*[a2]",
    "dC/dw2": "[delta2]*$B$1",
    "dC/db4": "[delta4]",
    "dC/db3": "[delta3]",
    "dC/db2": "[delta2]",
}
SIX = "w2 b2 w3 b3 w4 b4"
deep = Rows(
    ("epoch", *SIX.split(), *DEEP),
    {"epoch": 0, "w2": 0.8, "b2": 0.1, "w3": -1.1, "b3": 0.3, "w4": 1.4, "b4": -0.2},
    DEEP | moved(SIX, "dC/d*", "$F$1") | {"epoch": "[epoch|-1]+1"},
    {"A1": "x", "B1": 0.7, "C1": "y", "D1": 1, "E1": "η", "F1": 1.5},
)

# Leaky ReLU, a penalty on the weights, the learning rate falling in a column of its own.
LEAKY = {
    "lr": "$F$1/(1+0.1*[t])",
    "z": "[w1]*$B$1+[w2]*$B$2+[b]",
    "a": "IF([z]>0,[z],0.01*[z])",
    "yhat": "[v]*[a]",
    "loss": "0.5*([yhat]-$D$1)^2+$F$2/2*([w1]^2+[w2]^2+[v]^2)",
    "dz": "([yhat]-$D$1)*[v]*IF([z]>0,1,0.01)",
    "grad_w1": "[dz]*$B$1+$F$2*[w1]",
    "grad_w2": "[dz]*$B$2+$F$2*[w2]",
    "grad_b": "[dz]",
    "grad_v": "([yhat]-$D$1)*[a]+$F$2*[v]",
}
leaky = Rows(
    ("t", "w1", "w2", "b", "v", *LEAKY),
    {"t": 0, "w1": 0.5, "w2": -0.9, "b": 0.1, "v": 0.8},
    LEAKY | {p: f"[{p}|-1]-[lr|-1]*[grad_{p}|-1]" for p in ("w1", "w2", "b", "v")} | {"t": "[t|-1]+1"},
    {"A1": "x1", "B1": 0.6, "A2": "x2", "B2": 0.9, "C1": "y", "D1": 1.2}
    | {"E1": "lr0", "F1": 0.3, "E2": "lambda", "F2": 0.01},
)

# Words instead of symbols.
SPOKEN = {
    "Weight 1": "w1", "Weight 2": "w2", "Bias": "b", "Weighted sum": "z", "Prediction": "p", "Squared error": "e",
    "Gradient of Weight 1": "gw1", "Gradient of Weight 2": "gw2", "Gradient of Bias": "gb",
    "New Weight 1": "nw1", "New Weight 2": "nw2", "New Bias": "nb",
}  # fmt: skip
WORDS = {
    "z": "[w1]*$B$1+[w2]*$B$2+[b]",
    "p": "1/(1+EXP(-[z]))",
    "e": "([p]-$B$3)^2",
    "gw1": "2*([p]-$B$3)*[p]*(1-[p])*$B$1",
    "gw2": "2*([p]-$B$3)*[p]*(1-[p])*$B$2",
    "gb": "2*([p]-$B$3)*[p]*(1-[p])",
    "nw1": "[w1]-$B$4*[gw1]",
    "nw2": "[w2]-$B$4*[gw2]",
    "nb": "[b]-$B$4*[gb]",
}
words = Rows(
    ("Iteration", "w1", "w2", "b", *WORDS),
    {"Iteration": 1, "w1": 0.4, "w2": -0.6, "b": 0.2},
    WORDS | {p: f"[n{p}|-1]" for p in ("w1", "w2", "b")} | {"Iteration": "[Iteration|-1]+1"},
    {"A1": "Input 1", "B1": 0.9, "A2": "Input 2", "B2": 0.3, "A3": "Target", "B3": 1, "A4": "Learning Rate", "B4": 0.7},
    shown={v: k for k, v in SPOKEN.items()},
    first=8,
)

# LaTeX in the headings.
TEX = {p: f"$w_{{{p[1:]}}}$" for p in WEIGHTS.split()}
TEX |= {f"grad {p}": f"$\\frac{{\\partial E}}{{\\partial w_{{{p[1:]}}}}}$" for p in WEIGHTS.split()}
BARE = {name: re.sub(r"\+\[b_..\]", "", formula) for name, formula in at(DELTA_FORWARD, **CELLS).items()}
TEXED = BARE | {k: v for k, v in DELTAS.items() if k[0] == "δ" or (k.startswith("grad w"))}
tex = Rows(
    (*WEIGHTS.split(), *TEXED),
    START,
    TEXED | moved(WEIGHTS, "grad *", "$H$1"),
    PANEL | {"G1": "$\\eta$"},
    shown=TEX | {"E_total": "$E$"},
)

# No headings at all: everything by options.
ALL = tuple(DELTA_NAMES.split())
mute = Rows(
    ("n", *ALL, *DELTAS),
    START | {"b_h1": 0.35, "b_h2": 0.33, "b_o1": 0.6, "b_o2": 0.62, "n": 0},
    DELTAS | moved(DELTA_NAMES, "grad *", "$H$1") | {"n": "[n|-1]+1"},
    PANEL,
    shown=dict.fromkeys(("n", *ALL, *DELTAS), ""),
)
MUTE = {
    "loss": f"{mute.letter('E_total')}6",
    "parameters": (f"{mute.letter('w1')}6:{mute.letter('b_o2')}6",),
    "gradients": (f"{mute.letter('grad w1')}6:{mute.letter('grad b_o2')}6",),
    "rows": "6:20",
}


STYLES: tuple[Style, ...] = (
    parabola.style(
        "a parabola",
        Slip("sign", (kinds.SIGN, kinds.OPERATOR), {"f'(x)": "2*[x]+4"}),
        Slip("factor", (kinds.HALF, kinds.FACTOR), {"f'(x)": "[x]-4"}),
        Slip("rate not held", (kinds.UNANCHORED,), {"x": "[x|-1]-B1*[f'(x)|-1]"}, sliding=True),
        Slip("pasted", (kinds.PASTED,), {"f'(x)": "3.2"}, row=4),
        Slip("row", (kinds.ROW,), {"x": "[x|-1]-$B$1*[f'(x)|-2]"}, row=5),
    ),
    valley.style(
        "Rosenbrock's valley",
        Slip("half", (kinds.HALF, kinds.FACTOR), {"df/dy": "100*([y]-[x]^2)"}),
        Slip("path missing", (kinds.PATH,), {"df/dx": "-400*[x]*([y]-[x]^2)"}),
        Slip("sign inside", (kinds.SIGN, kinds.OPERATOR), {"df/dx": "2*(1-[x])-400*[x]*([y]-[x]^2)"}),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"y": "[y|-1]-$B$1*[df/dx|-1]"}),
        Slip("updated", (kinds.UPDATED,), {"df/dy": "200*([y]-[x|+1]^2)"}),
    ),
    deep.style(
        "four layers of one unit",
        Slip("mask missing", (kinds.MASK,), {"delta3": "[delta4]*[w4]"}),
        Slip("another unit", (kinds.UNIT,), {"delta2": "[delta3]*[w3]*[a3]*(1-[a3])"}),
        Slip("another weight", (kinds.WEIGHT, kinds.TRANSPOSED), {"delta3": "[delta4]*[w3]*[a3]*(1-[a3])"}),
        Slip("a weight left out", (kinds.FACTOR, kinds.PATH), {"delta2": "[delta3]*[a2]*(1-[a2])"}),
        Slip("another activation", (kinds.DATA,), {"dC/dw4": "[delta4]*[a2]"}),
        Slip("a delta too high", (kinds.UNIT,), {"dC/db2": "[delta3]"}),
        Slip("sign", (kinds.SIGN,), {"delta4": "($D$1-[a4])*[a4]*(1-[a4])"}),
        Slip("bias left out", (kinds.BIAS,), {"z3": "[w3]*[a2]"}, ("z3", "dC/db3")),
        Slip(
            "rates not held", (kinds.UNANCHORED,), {p: f"[{p}|-1]-F1*[dC/d{p}|-1]" for p in SIX.split()}, sliding=True
        ),
    ),
    leaky.style(
        "leaky ReLU, penalty, falling rate",
        Slip("mask missing", (kinds.MASK,), {"dz": "([yhat]-$D$1)*[v]"}),
        Slip("penalty forgotten", (kinds.PATH,), {"grad_w2": "[dz]*$B$2"}),
        Slip("penalty of another", (kinds.WEIGHT, kinds.TRANSPOSED), {"grad_w2": "[dz]*$B$2+$F$2*[w1]"}),
        Slip("penalty twice", (kinds.HALF,), {"grad_v": "([yhat]-$D$1)*[a]+2*$F$2*[v]"}),
        Slip("another input", (kinds.DATA,), {"grad_w1": "[dz]*$B$2+$F$2*[w1]"}),
        Slip("rate of the row before", (kinds.ROW, kinds.FORMULA), {"w1": "[w1|-1]-[lr|-2]*[grad_w1|-1]"}, row=6),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"w1": "[w1|-1]-[lr|-1]*[grad_w2|-1]"}),
    ),
    words.style(
        "words for symbols",
        Slip("mask missing", (kinds.MASK,), {"gw1": "2*([p]-$B$3)*$B$1"}),
        Slip("2 missing", (kinds.HALF,), {"gw2": "([p]-$B$3)*[p]*(1-[p])*$B$2"}),
        Slip("input", (kinds.DATA,), {"gw2": "2*([p]-$B$3)*[p]*(1-[p])*$B$1"}),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"nw2": "[w2]-$B$4*[gw1]"}),
        Slip("sign", (kinds.SIGN,), {"nb": "[b]+$B$4*[gb]"}),
        Slip("operator", (kinds.OPERATOR,), {"gb": "2*([p]*$B$3)*[p]*(1-[p])"}),
    ),
    tex.style(
        "LaTeX headings",
        Slip("another unit", (kinds.UNIT,), {"δ_h2": "([δ_o1]*[w6]+[δ_o2]*[w8])*[out_h1]*(1-[out_h1])"}),
        Slip("path", (kinds.PATH,), {"δ_h2": "[δ_o1]*[w6]*[out_h2]*(1-[out_h2])"}),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"w3": "[w3|-1]-$H$1*[grad w1|-1]"}),
    ),
    mute.style(
        "no headings, by options",
        Slip("another unit", (kinds.UNIT,), {"δ_h2": "([δ_o1]*[w6]+[δ_o2]*[w8])*[out_h1]*(1-[out_h1])"}),
        Slip("target", (kinds.DATA,), {"δ_o2": "([out_o2]-$D$1)*[out_o2]*(1-[out_o2])"}),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"w3": "[w3|-1]-$H$1*[grad w1|-1]"}),
        Slip("rate not held", (kinds.UNANCHORED,), {"w5": "[w5|-1]-H1*[grad w5|-1]"}, sliding=True),
        **MUTE,
    ),
)
