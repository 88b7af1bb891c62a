"""Forward passes: a layer norm, units side by side, a softmax in a column, a logistic model for Solver, gates."""

from __future__ import annotations

from tests.auditing.handmade.base import Handmade, down, rows

NORM = Handmade(
    "layer normalisation",
    rows("A1", ("Layer normalisation",), ("token", "x1", "x2", "x3", "x4", "mean", "variance", "x1 hat", "x2 hat"))
    | rows("A3", ("the", 0.3, -1.2, 0.8, 1.1), ("cat", -0.4, 0.9, 1.7, -0.2), ("sat", 1.3, 0.1, -0.6, 0.5))
    | down("F", 3, 5, "=AVERAGE(B{r}:E{r})")
    | down("G", 3, 5, "=VAR.P(B{r}:E{r})")
    | down("H", 3, 5, "=(B{r}-$F{r})/SQRT($G{r}+0.00001)")
    | down("I", 3, 5, "=(C{r}-$F{r})/SQRT($G{r}+0.00001)"),
    {
        "VAR.S": (down("G", 3, 5, "=VAR.S(B{r}:E{r})"), "G3"),
        "by COUNT - 1": (down("G", 3, 5, "=DEVSQ(B{r}:E{r})/(COUNT(B{r}:E{r})-1)"), "G3"),
        "by 3 of 4": (down("G", 3, 5, "=SUMPRODUCT((B{r}:E{r}-F{r})^2)/3"), "G3"),
    },
)

UNITS = Handmade(
    "three units side by side",
    rows("A1", ("w", 0.2, -0.4, 0.6), ("v", 0.5, 0.1, -0.3), ("bias", 0.1, 0.2, -0.1))
    | rows("F2", ("x1", "x2", "net1", "net2", "net3", "sig1", "sig2", "sig3"))
    | rows("F3", *((round(0.3 * r - 1, 2), round(0.7 - 0.21 * r * r, 2)) for r in range(6)))
    | {
        c: f
        for n, w in zip("HIJ", "BCD", strict=True)
        for c, f in down(n, 3, 8, f"=$F{{r}}*{w}$1+$G{{r}}*{w}$2+{w}$3").items()
    }
    | {c: f for s, n in zip("KLM", "HIJ", strict=True) for c, f in down(s, 3, 8, f"=1/(1+EXP(-{n}{{r}}))").items()},
    {
        "tanh in one column": (down("L", 3, 8, "=TANH(I{r})"), "L3"),
        "no bias in the last column": (down("J", 3, 8, "=$F{r}*D$1+$G{r}*D$2"), "J3"),
        "a number in the last row": ({"K8": 0.42}, "K8"),
    },
)

SHARES = Handmade(
    "a softmax down a column",
    rows("B2", ("class", "score", "exp", "probability"), ("cat", 2.1), ("dog", 0.3), ("bird", -1.2), ("fish", 0.9))
    | down("D", 3, 6, "=EXP(C{r})")
    | down("E", 3, 6, "=D{r}/SUM($D$3:$D$6)"),
    {"a sum of three of four": (down("E", 3, 6, "=D{r}/SUM($D$3:$D$5)"), "E3")},
)

LOGIT = Handmade(
    "a logistic model for Solver",
    rows("A1", ("b0", -1.2, None, "b1", 0.8), ("hours", "passed", "logit", "probability", "log likelihood"))
    | rows("A3", (0.5, 0), (1, 0), (1.5, 0), (2, 1), (2.5, 0), (3, 1), (3.5, 1), (4, 1))
    | down("C", 3, 10, "=$B$1+$E$1*A{r}")
    | down("D", 3, 10, "=1/(1+EXP(-C{r}))")
    | down("E", 3, 10, "=B{r}*LN(D{r})+(1-B{r})*LN(1-D{r})")
    | {"D11": "sum", "E11": "=SUM(E3:E10)", "D12": "Solver maximises E11"},
    {
        "a sigmoid of a logit without its minus": (down("D", 3, 10, "=1/(1+EXP(C{r}))"), "D3"),
        "the sum leaves out the last": ({"E11": "=SUM(E3:E9)"}, "E11"),
        "slid into a heading": ({f"C{r}": f"=$B$1+E{r - 2}*A{r}" for r in range(3, 11)}, "C4"),
    },
)

GATES = ("forget f", "input i", "output o")
LSTM = Handmade(
    "gates by their names",
    rows("A1", ("gate", "W", "U", "b"), ("forget", 0.5, 0.3, 0.1), ("input", 0.4, -0.2, 0), ("output", 0.7, 0.1, -0.1))
    | rows("A5", ("candidate", 0.9, 0.6, 0.05))
    | rows("A8", ("t", "x", *GATES, "candidate g", "cell c", "hidden h"), (0, None, None, None, None, None, 0, 0))
    | rows("A10", (1, 0.5), (2, -0.2), (3, 0.9), (4, 0.1), (5, -0.7))
    | {
        c: f
        for k, g in enumerate("CDE", 2)
        for c, f in down(g, 10, 14, f"=1/(1+EXP(-($B${k}*B{{r}}+$C${k}*H{{p}}+$D${k})))").items()
    }
    | down("F", 10, 14, "=TANH($B$5*B{r}+$C$5*H{p}+$D$5)")
    | down("G", 10, 14, "=C{r}*G{p}+D{r}*F{r}")
    | down("H", 10, 14, "=E{r}*TANH(G{r})"),
    {"a gate that is a tanh": (down("D", 10, 14, "=TANH($B$3*B{r}+$C$3*H{p}+$D$3)"), "D10")},
)

PASSES = (NORM, UNITS, SHARES, LOGIT, LSTM)
