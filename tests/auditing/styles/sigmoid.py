"""The 2-2-2 network with sigmoids, as different hands lay it out: rows of iterations with the chain rule in steps."""

from __future__ import annotations

from tests.auditing.styles.base import Rows, Slip, Style, moved
from xlbp.auditing import findings as kinds

WEIGHTS = "w1 w2 w3 w4 w5 w6 w7 w8"
START = {"w1": 0.15, "w2": 0.2, "w3": 0.25, "w4": 0.3, "w5": 0.4, "w6": 0.45, "w7": 0.5, "w8": 0.55}
FORWARD = {
    "net_h1": "[w1]*{i1}+[w2]*{i2}+{b1}",
    "out_h1": "1/(1+EXP(-[net_h1]))",
    "net_h2": "[w3]*{i1}+[w4]*{i2}+{b1}",
    "out_h2": "1/(1+EXP(-[net_h2]))",
    "net_o1": "[w5]*[out_h1]+[w6]*[out_h2]+{b2}",
    "out_o1": "1/(1+EXP(-[net_o1]))",
    "net_o2": "[w7]*[out_h1]+[w8]*[out_h2]+{b2}",
    "out_o2": "1/(1+EXP(-[net_o2]))",
    "E_o1": "0.5*({t1}-[out_o1])^2",
    "E_o2": "0.5*({t2}-[out_o2])^2",
    "E_total": "[E_o1]+[E_o2]",
}


def at(formulas: dict[str, str], **cells: str) -> dict[str, str]:
    """The formulas with the panel's cells put in."""
    found = {}
    for name, formula in formulas.items():
        text = formula
        for key, cell in cells.items():
            text = text.replace("{" + key + "}", cell)
        found[name] = text
    return found


PANEL = {"A1": "i1", "B1": 0.05, "A2": "i2", "B2": 0.1, "C1": "t1", "D1": 0.01, "C2": "t2", "D2": 0.99} | {
    "E1": "b1",
    "F1": 0.35,
    "E2": "b2",
    "F2": 0.6,
    "G1": "learning rate",
    "H1": 0.5,
}
CELLS = {"i1": "$B$1", "i2": "$B$2", "t1": "$D$1", "t2": "$D$2", "b1": "$F$1", "b2": "$F$2"}

# Mazur's chain, each factor in a column of its own, the new weight in the same row.
CHAIN = at(
    FORWARD
    | {
        "dE_total/dout_o1": "-({t1}-[out_o1])",
        "dout_o1/dnet_o1": "[out_o1]*(1-[out_o1])",
        "dE_total/dout_o2": "-({t2}-[out_o2])",
        "dout_o2/dnet_o2": "[out_o2]*(1-[out_o2])",
        "dE_total/dw5": "[dE_total/dout_o1]*[dout_o1/dnet_o1]*[out_h1]",
        "dE_total/dw6": "[dE_total/dout_o1]*[dout_o1/dnet_o1]*[out_h2]",
        "dE_total/dw7": "[dE_total/dout_o2]*[dout_o2/dnet_o2]*[out_h1]",
        "dE_total/dw8": "[dE_total/dout_o2]*[dout_o2/dnet_o2]*[out_h2]",
        "dE_o1/dout_h1": "[dE_total/dout_o1]*[dout_o1/dnet_o1]*[w5]",
        "dE_o2/dout_h1": "[dE_total/dout_o2]*[dout_o2/dnet_o2]*[w7]",
        "dE_total/dout_h1": "[dE_o1/dout_h1]+[dE_o2/dout_h1]",
        "dE_o1/dout_h2": "[dE_total/dout_o1]*[dout_o1/dnet_o1]*[w6]",
        "dE_o2/dout_h2": "[dE_total/dout_o2]*[dout_o2/dnet_o2]*[w8]",
        "dE_total/dout_h2": "[dE_o1/dout_h2]+[dE_o2/dout_h2]",
        "dout_h1/dnet_h1": "[out_h1]*(1-[out_h1])",
        "dout_h2/dnet_h2": "[out_h2]*(1-[out_h2])",
        "dE_total/dw1": "[dE_total/dout_h1]*[dout_h1/dnet_h1]*{i1}",
        "dE_total/dw2": "[dE_total/dout_h1]*[dout_h1/dnet_h1]*{i2}",
        "dE_total/dw3": "[dE_total/dout_h2]*[dout_h2/dnet_h2]*{i1}",
        "dE_total/dw4": "[dE_total/dout_h2]*[dout_h2/dnet_h2]*{i2}",
    },
    **CELLS,
)
NEW = {f"new {w}": f"[{w}]-$H$1*[dE_total/d{w}]" for w in WEIGHTS.split()}
TAKEN = {w: f"[new {w}|-1]" for w in WEIGHTS.split()}
chain = Rows(
    ("iteration", *WEIGHTS.split(), *CHAIN, *NEW),
    START | {"iteration": 0},
    CHAIN | NEW | TAKEN | {"iteration": "[iteration|-1]+1"},
    PANEL,
)

# Deltas and "grad"; biases of each unit, trained; the step in a column before it is taken.
UNITS = {"h1": ("w1", "w2"), "h2": ("w3", "w4"), "o1": ("w5", "w6"), "o2": ("w7", "w8")}
DELTA_FORWARD = {
    name: text.replace("{b1}", f"[b_{name[4:]}]").replace("{b2}", f"[b_{name[4:]}]") for name, text in FORWARD.items()
}
DELTAS = at(
    DELTA_FORWARD
    | {
        "δ_o1": "([out_o1]-{t1})*[out_o1]*(1-[out_o1])",
        "δ_o2": "([out_o2]-{t2})*[out_o2]*(1-[out_o2])",
        "δ_h1": "([δ_o1]*[w5]+[δ_o2]*[w7])*[out_h1]*(1-[out_h1])",
        "δ_h2": "([δ_o1]*[w6]+[δ_o2]*[w8])*[out_h2]*(1-[out_h2])",
        "grad w1": "[δ_h1]*{i1}",
        "grad w2": "[δ_h1]*{i2}",
        "grad w3": "[δ_h2]*{i1}",
        "grad w4": "[δ_h2]*{i2}",
        "grad w5": "[δ_o1]*[out_h1]",
        "grad w6": "[δ_o1]*[out_h2]",
        "grad w7": "[δ_o2]*[out_h1]",
        "grad w8": "[δ_o2]*[out_h2]",
    }
    | {f"grad b_{u}": f"[δ_{u}]" for u in UNITS},
    **CELLS,
)
DELTA_NAMES = f"{WEIGHTS} b_h1 b_h2 b_o1 b_o2"
STEPS = {f"Δ{p}": f"-$H$1*[grad {p}]" for p in DELTA_NAMES.split()}
deltas = Rows(
    ("epoch", *DELTA_NAMES.split(), *DELTAS, *STEPS),
    START | {"b_h1": 0.35, "b_h2": 0.33, "b_o1": 0.6, "b_o2": 0.62, "epoch": 1},
    DELTAS | STEPS | {p: f"[{p}|-1]+[Δ{p}|-1]" for p in DELTA_NAMES.split()} | {"epoch": "[epoch|-1]+1"},
    PANEL | {"G1": "eta"},
    first=4,
)

# Bands: "Gradients" above, w1 ... w8 below, as above the weights and above the new weights.
G = {f"g{w}": DELTAS[f"grad {w}"] for w in WEIGHTS.split()}
BANDED = (
    at(
        FORWARD | {f"δ_{u}": DELTAS[f"δ_{u}"] for u in UNITS},
        **CELLS,
    )
    | G
    | {f"n{w}": f"[{w}]-$H$1*[g{w}]" for w in WEIGHTS.split()}
)
banded = Rows(
    ("n", *WEIGHTS.split(), *BANDED),
    START | {"n": 0},
    BANDED | {w: f"[n{w}|-1]" for w in WEIGHTS.split()} | {"n": "[n|-1]+1"},
    PANEL | {"G1": "η"},
    shown={f"{x}{w}": w for x in "gn" for w in WEIGHTS.split()},
    bands={
        "w1": "Weights",
        "net_h1": "Forward pass",
        "δ_o1": "Backward pass",
        "gw1": "Gradients",
        "nw1": "New weights",
    },
    first=7,
)

# In Chinese, without biases, long formulas, the learning rate below its label.
D1, D2 = (f"([out_o{k}]-{{t{k}}})*[out_o{k}]*(1-[out_o{k}])" for k in (1, 2))
ZH_NAMES = {"E_total": "总误差", "E_o1": "误差1", "E_o2": "误差2", "net_h1": "隐藏1净输入", "out_h1": "隐藏1输出"}
ZH = at(
    {k: v.replace("+{b1}", "").replace("+{b2}", "") for k, v in FORWARD.items()}
    | {
        "grad w1": f"({D1}*[w5]+{D2}*[w7])*[out_h1]*(1-[out_h1])*{{i1}}",
        "grad w2": f"({D1}*[w5]+{D2}*[w7])*[out_h1]*(1-[out_h1])*{{i2}}",
        "grad w3": f"({D1}*[w6]+{D2}*[w8])*[out_h2]*(1-[out_h2])*{{i1}}",
        "grad w4": f"({D1}*[w6]+{D2}*[w8])*[out_h2]*(1-[out_h2])*{{i2}}",
        "grad w5": "([out_o1]-{t1})*[out_o1]*(1-[out_o1])*[out_h1]",
        "grad w6": "([out_o1]-{t1})*[out_o1]*(1-[out_o1])*[out_h2]",
        "grad w7": "([out_o2]-{t2})*[out_o2]*(1-[out_o2])*[out_h1]",
        "grad w8": "([out_o2]-{t2})*[out_o2]*(1-[out_o2])*[out_h2]",
    },
    **CELLS,
)
chinese = Rows(
    ("迭代", *WEIGHTS.split(), *ZH),
    START | {"迭代": 0},
    ZH | moved(WEIGHTS, "grad *", "$H$2") | {"迭代": "[迭代|-1]+1"},
    {k: v for k, v in PANEL.items() if k not in ("E1", "F1", "E2", "F2", "H1")}
    | {"G1": None, "H1": "学习率", "H2": 0.8},
    shown=ZH_NAMES | {f"grad {w}": f"{w}梯度" for w in WEIGHTS.split()},
)

STYLES: tuple[Style, ...] = (
    chain.style(
        "chain in steps",
        Slip("another unit's slope", (kinds.UNIT,), {"dout_h2/dnet_h2": "[out_h1]*(1-[out_h1])"}),
        Slip("mask missing", (kinds.MASK,), {"dE_total/dw1": "[dE_total/dout_h1]*$B$1"}),
        Slip("mask missing in o2", (kinds.MASK,), {"dE_total/dw7": "[dE_total/dout_o2]*[out_h1]"}),
        Slip("sign", (kinds.SIGN,), {"dE_total/dout_o1": "$D$1-[out_o1]"}),
        Slip("another target", (kinds.DATA,), {"dE_total/dout_o2": "-($D$1-[out_o2])"}),
        Slip("another input", (kinds.DATA,), {"dE_total/dw2": "[dE_total/dout_h1]*[dout_h1/dnet_h1]*$B$1"}),
        Slip(
            "transposed",
            (kinds.TRANSPOSED,),
            {
                "dE_o2/dout_h1": "[dE_total/dout_o2]*[dout_o2/dnet_o2]*[w6]",
                "dE_o1/dout_h2": "[dE_total/dout_o1]*[dout_o1/dnet_o1]*[w7]",
            },
        ),
        Slip("row slipped", (kinds.ROW,), {"dE_total/dw8": "[dE_total/dout_o2]*[dout_o2/dnet_o2]*[out_h2|-1]"}),
        Slip("row slipped once", (kinds.ROW,), {"dE_total/dout_h2": "[dE_o1/dout_h2]+[dE_o2/dout_h2|-1]"}, row=6),
        Slip(
            "input not held",
            (kinds.UNANCHORED,),
            {"dE_total/dw3": "[dE_total/dout_h2]*[dout_h2/dnet_h2]*B1"},
            sliding=True,
        ),
        Slip("rate not held", (kinds.UNANCHORED,), {"new w4": "[w4]-H1*[dE_total/dw4]"}, sliding=True),
        Slip(
            "all rates not held",
            (kinds.UNANCHORED,),
            {f"new {w}": f"[{w}]-H1*[dE_total/d{w}]" for w in WEIGHTS.split()},
            sliding=True,
        ),
        Slip(
            "inputs of the forward pass not held",
            (kinds.UNANCHORED,),
            {"net_h1": "[w1]*B1+[w2]*B2+F1"},
            sliding=True,
        ),
        Slip("target of the loss not held", (kinds.UNANCHORED,), {"E_o1": "0.5*(D1-[out_o1])^2"}, sliding=True),
        Slip("a path missing", (kinds.PATH,), {"dE_total/dout_h1": "[dE_o1/dout_h1]"}),
        Slip("updated weights", (kinds.UPDATED,), {"dE_o1/dout_h1": "[dE_total/dout_o1]*[dout_o1/dnet_o1]*[new w5]"}),
        Slip("twice the loss", (kinds.HALF,), {"dE_total/dout_o1": "-2*($D$1-[out_o1])"}),
        Slip("loss without 1/2", (kinds.HALF,), {"E_o2": "($D$2-[out_o2])^2"}, ("E_o2", "dE_total/dout_o2")),
        Slip("pasted gradient", (kinds.PASTED,), {"dE_total/dw6": "0.0827"}, row=5),
        Slip("pasted column", (kinds.PASTED,), {"dE_total/dw6": "0.0827"}),
        Slip("plus for times", (kinds.OPERATOR,), {"dE_total/dw5": "[dE_total/dout_o1]*[dout_o1/dnet_o1]+[out_h1]"}),
        Slip("plus in a slope", (kinds.OPERATOR, kinds.SIGN), {"dout_o1/dnet_o1": "[out_o1]*(1+[out_o1])"}),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"new w3": "[w3]-$H$1*[dE_total/dw1]"}),
        Slip(
            "wrong gradients",
            (kinds.WRONG_GRADIENT,),
            {"new w3": "[w3]-$H$1*[dE_total/dw1]", "new w4": "[w4]-$H$1*[dE_total/dw2]"},
        ),
        Slip("update uphill", (kinds.SIGN,), {"new w8": "[w8]+$H$1*[dE_total/dw8]"}),
        Slip("all uphill", (kinds.SIGN,), {f"new {w}": f"[{w}]+$H$1*[dE_total/d{w}]" for w in WEIGHTS.split()}),
    ),
    deltas.style(
        "deltas and trained biases",
        Slip("mask missing", (kinds.MASK,), {"δ_h1": "([δ_o1]*[w5]+[δ_o2]*[w7])"}),
        Slip("mask missing in output", (kinds.MASK,), {"δ_o2": "([out_o2]-$D$2)"}),
        Slip("another unit", (kinds.UNIT,), {"δ_h2": "([δ_o1]*[w6]+[δ_o2]*[w8])*[out_h1]*(1-[out_h1])"}),
        Slip("another delta", (kinds.UNIT,), {"grad w7": "[δ_o1]*[out_h1]"}),
        Slip("another delta of a bias", (kinds.UNIT,), {"grad b_h2": "[δ_h1]"}),
        Slip(
            "transposed",
            (kinds.TRANSPOSED,),
            {
                "δ_h1": "([δ_o1]*[w5]+[δ_o2]*[w6])*[out_h1]*(1-[out_h1])",
                "δ_h2": "([δ_o1]*[w7]+[δ_o2]*[w8])*[out_h2]*(1-[out_h2])",
            },
        ),
        Slip("sign", (kinds.SIGN,), {"δ_o1": "($D$1-[out_o1])*[out_o1]*(1-[out_o1])"}),
        Slip("sign inside", (kinds.SIGN,), {"δ_h1": "([δ_o1]*[w5]-[δ_o2]*[w7])*[out_h1]*(1-[out_h1])"}),
        Slip("target", (kinds.DATA,), {"δ_o2": "([out_o2]-$D$1)*[out_o2]*(1-[out_o2])"}),
        Slip("input", (kinds.DATA,), {"grad w4": "[δ_h2]*$B$1"}),
        Slip("path", (kinds.PATH,), {"δ_h2": "[δ_o1]*[w6]*[out_h2]*(1-[out_h2])"}),
        Slip("bias left out", (kinds.BIAS,), {"net_h2": "[w3]*$B$1+[w4]*$B$2"}, ("net_h2", "grad b_h2")),
        Slip("updated", (kinds.UPDATED,), {"δ_h1": "([δ_o1]*[w5|+1]+[δ_o2]*[w7|+1])*[out_h1]*(1-[out_h1])"}),
        Slip("rate not held", (kinds.UNANCHORED,), {"Δw1": "-H1*[grad w1]"}, sliding=True),
        Slip("wrong step", (kinds.WRONG_GRADIENT,), {"Δw3": "-$H$1*[grad w1]"}),
        Slip("wrong step added", (kinds.WRONG_GRADIENT,), {"w4": "[w4|-1]+[Δw3|-1]"}),
        Slip("bias uphill", (kinds.SIGN,), {"Δb_o1": "$H$1*[grad b_o1]"}),
        Slip("step subtracted", (kinds.SIGN,), {"w2": "[w2|-1]-[Δw2|-1]"}),
        Slip("operator", (kinds.OPERATOR,), {"δ_o1": "([out_o1]*$D$1)*[out_o1]*(1-[out_o1])"}),
        Slip("pasted", (kinds.PASTED,), {"δ_o1": "0.13"}, row=3),
        Slip("pasted weight", (kinds.PASTED,), {"w5": "0.39"}, row=3),
        Slip("row", (kinds.ROW,), {"grad w5": "[δ_o1]*[out_h1|-1]"}, row=7),
        Slip("half", (kinds.HALF,), {"δ_o2": "2*([out_o2]-$D$2)*[out_o2]*(1-[out_o2])"}),
    ),
    banded.style(
        "bands above repeated names",
        Slip("another unit", (kinds.UNIT,), {"δ_h2": BANDED["δ_h2"].replace("out_h2", "out_h1")}),
        Slip("mask missing", (kinds.MASK,), {"gw8": "([out_o2]-$D$2)*[out_h2]"}),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"nw3": "[w3]-$H$1*[gw1]"}),
        Slip("sign", (kinds.SIGN,), {"nw3": "[w3]+$H$1*[gw3]"}),
        Slip("input", (kinds.DATA,), {"gw2": "[δ_h1]*$B$1"}),
        Slip("row", (kinds.ROW,), {"w5": "[nw5|-2]"}, row=9),
        Slip("the old weight kept", (kinds.ROW, kinds.FORMULA, kinds.WRONG_GRADIENT), {"w5": "[w5|-1]"}),
    ),
    chinese.style(
        "Chinese, long formulas",
        Slip("another unit", (kinds.UNIT,), {"grad w3": ZH["grad w3"].replace("out_h2", "out_h1")}),
        Slip("mask missing", (kinds.MASK,), {"grad w5": "([out_o1]-$D$1)*[out_h1]"}),
        Slip("operator", (kinds.OPERATOR,), {"grad w1": ZH["grad w1"].replace("[out_o1]-$D$1", "[out_o1]*$D$1")}),
        Slip("target", (kinds.DATA,), {"grad w2": ZH["grad w2"].replace("$D$2", "$D$1")}),
        Slip(
            "transposed",
            (kinds.TRANSPOSED,),
            {
                f"grad w{k}": ZH[f"grad w{k}"].replace("[w7]", "[x]").replace("[w6]", "[w7]").replace("[x]", "[w6]")
                for k in (1, 2, 3, 4)
            },
        ),
        Slip(
            "rate not held",
            (kinds.UNANCHORED,),
            {w: f"[{w}|-1]-H2*[grad {w}|-1]" for w in WEIGHTS.split()},
            sliding=True,
        ),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"w7": "[w7|-1]-$H$2*[grad w5|-1]"}),
    ),
)
