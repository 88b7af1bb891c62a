"""Trainings: a list of names and values in one step, blocks, a batch in rows, sums of one sample."""

from __future__ import annotations

from tests.auditing.handmade.base import Handmade, down, rows

LIST = (
    *(("x1", 0.3), ("x2", -0.6), ("target", 0.9), ("learning rate", 0.5)),
    *(("w11", 0.2), ("w12", -0.3), ("w21", 0.4), ("w22", 0.1), ("b1", 0.05), ("b2", -0.1)),
    *(("v1", 0.7), ("v2", -0.5), ("b3", 0.2)),
    *(("z1", "=B1*B5+B2*B6+B9"), ("z2", "=B1*B7+B2*B8+B10"), ("a1", "=TANH(B14)"), ("a2", "=TANH(B15)")),
    *(("z3", "=B16*B11+B17*B12+B13"), ("y", "=1/(1+EXP(-B18))"), ("loss", "=(B19-B3)^2/2")),
    *(("delta3", "=(B19-B3)*B19*(1-B19)"), ("delta1", "=B21*B11*(1-B16^2)"), ("delta2", "=B21*B12*(1-B17^2)")),
    *(("dL/dw11", "=B22*B1"), ("dL/dw12", "=B22*B2"), ("dL/dw21", "=B23*B1"), ("dL/dw22", "=B23*B2")),
    *(("dL/db1", "=B22"), ("dL/db2", "=B23"), ("dL/dv1", "=B21*B16"), ("dL/dv2", "=B21*B17"), ("dL/db3", "=B21")),
    *((f"new {name}", f"=B{k}-B4*B{k + 19}") for k, name in enumerate(("w11", "w12", "w21", "w22", "b1", "b2"), 5)),
    *((f"new {name}", f"=B{k}-B4*B{k + 19}") for k, name in enumerate(("v1", "v2", "b3"), 11)),
)
LONE_STEP = Handmade(
    "a lone step",
    rows("A1", *LIST),
    {
        "typed delta of the output": ({"B21": -0.02}, "B21"),
        "typed delta of a unit": ({"B22": 0.011}, "B22"),
        "typed activation": ({"B16": 0.3}, "B16"),
        "another weight": ({"B23": "=B21*B11*(1-B17^2)"}, "B23"),
    },
)

ONE_SAMPLE = Handmade(
    "sums of one sample",
    rows(
        "A1",
        ("w", 0.4, None, "rate", 0.1),
        ("b", -0.2),
        (),
        ("x", "t", "z", "a", "E", "dE/da", "da/dz", "share of w", "share of b"),
        (1.5, 1, "=$B$1*A5+$B$2", "=1/(1+EXP(-C5))", "=(D5-B5)^2/2", "=D5-B5", "=D5*(1-D5)", "=F5*G5*A5", "=F5*G5"),
        (None, None, None, "Sum", "=SUM(E5:E5)", None, None, "=SUM(H5:H5)", "=SUM(I5:I5)"),
        (),
        ("new w", "=B1-E1*H6"),
        ("new b", "=B2-E1*I6"),
    ),
    {
        "slope left out of the share": ({"H5": "=F5*A5"}, "H5"),
        "input left out of the share": ({"H5": "=F5*G5"}, "H5"),
    },
)

CLASSES = tuple(zip("ABC", "HIJ", "LMN", "PQR", "TUV", strict=True))
SOFTMAX = Handmade(
    "softmax of a batch, its mean loss below the samples'",
    rows("A1", ("W",), (0.1, -0.2, 0.3), (0.4, 0.0, -0.1), ("b",), (0.05, -0.05, 0.0), ("learning rate", 0.5))
    | rows("E1", ("X", None, None, "Y"), (1, 0.5, None, 1, 0, 0), (0.2, -1, None, 0, 1, 0))
    | rows("E4", (-0.7, 0.3, None, 0, 0, 1), (0.4, 0.9, None, 1, 0, 0))
    | {"L1": "Z", "P1": "exp", "T1": "P", "X1": "loss", "W6": "mean", "X6": "=AVERAGE(X2:X5)", "A9": "P - Y"}
    | {cell: f for w, _, z, _, _ in CLASSES for cell, f in down(z, 2, 5, f"=$E{{r}}*{w}$2+$F{{r}}*{w}$3+{w}$5").items()}
    | {cell: f for _, _, z, e, _ in CLASSES for cell, f in down(e, 2, 5, f"=EXP({z}{{r}})").items()}
    | {cell: f for *_, e, p in CLASSES for cell, f in down(p, 2, 5, f"={e}{{r}}/SUM($P{{r}}:$R{{r}})").items()}
    | down("X", 2, 5, "=-SUMPRODUCT(H{r}:J{r},LN(T{r}:V{r}))")
    | {f"{w}{r + 8}": f"={p}{r}-{y}{r}" for w, y, _, _, p in CLASSES for r in range(2, 6)}
    | {"E9": "dW", "I9": "db", "A16": "new W", "E16": "new b"}
    | {
        f"{'EFG'[k]}{10 + i}": f"=SUMPRODUCT(${x}$2:${x}$5,{d}$10:{d}$13)/4"
        for i, x in enumerate("EF")
        for k, d in enumerate("ABC")
    }
    | {f"{'IJK'[k]}10": f"=SUM({d}10:{d}13)/4" for k, d in enumerate("ABC")}
    | {f"{d}{17 + i}": f"={d}{2 + i}-$B$6*{'EFG'[k]}{10 + i}" for i in (0, 1) for k, d in enumerate("ABC")}
    | {f"{'EFG'[k]}17": f"={d}5-$B$6*{'IJK'[k]}10" for k, d in enumerate("ABC")},
    {
        "no mean in one gradient": ({"F11": "=SUMPRODUCT($F$2:$F$5,B$10:B$13)"}, "F11"),
        "another sample's target": ({"B12": "=U4-I3"}, "B12"),
        "a sample left out": ({"J10": "=SUM(B10:B12)/4"}, "J10"),
        "no bias in any unit": (
            {f"{z}{r}": f"=$E{r}*{w}$2+$F{r}*{w}$3" for w, _, z, _, _ in CLASSES for r in range(2, 6)},
            "L2",
        ),
    },
)

LINE = Handmade(
    "a batch in German, its mean below",
    rows("A1", ("Lernrate", 0.05), ("Gewicht w", 0.2), ("Schwelle b", 0.1))
    | rows("A5", ("Größe x", "Zielwert", "Vorhersage", "Abweichung", "quadratischer Fehler"), (1, 1.5), (2, 2.4))
    | rows("A8", (3, 3.7), (4, 4.4), (5, 5.8))
    | {"F5": "Ableitung nach w", "G5": "Ableitung nach b"}
    | down("C", 6, 10, "=$B$2*A{r}+$B$3")
    | down("D", 6, 10, "=C{r}-B{r}")
    | down("E", 6, 10, "=D{r}^2/2")
    | down("F", 6, 10, "=D{r}*A{r}")
    | down("G", 6, 10, "=D{r}")
    | rows("D12", ("Mittelwert", "=AVERAGE(E6:E10)", "=AVERAGE(F6:F10)", "=AVERAGE(G6:G10)"))
    | rows("D14", ("Änderung Gewicht", "=-B1*F12"), ("Änderung Schwelle", "=-B1*G12"))
    | rows("D16", ("neues Gewicht", "=B2+E14"), ("neue Schwelle", "=B3+E15")),
    {
        "input left out of all shares": (down("F", 6, 10, "=D{r}"), "F6"),
        "the mean of too few": ({"G12": "=AVERAGE(G6:G9)"}, "G12"),
        "another sample's input": ({"F8": "=D8*A7"}, "F8"),
        "one difference turned": ({"D8": "=B8-C8"}, "D8"),
    },
    "Übung",
)

TRAININGS = (LONE_STEP, ONE_SAMPLE, SOFTMAX, LINE)
