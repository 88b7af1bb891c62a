"""Forward passes in blocks, as one computes by hand: matrices side by side, a column for each sample or step."""

from __future__ import annotations

from collections.abc import Callable

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple

from tests.auditing.handmade.base import Cells, Handmade, rows


def filled(corner: str, height: int, width: int, formula: Callable[[int, str, int, int], str]) -> Cells:
    """A block of formulas; each is made of its row, its column's letter, and how far it is from the corner."""
    top, left = coordinate_to_tuple(corner)
    places = ((i, j, top + i, get_column_letter(left + j)) for i in range(height) for j in range(width))
    return {f"{c}{r}": formula(r, c, i, j) for i, j, r, c in places}


def before(column: str, by: int) -> str:
    """The column so many to the left of another."""
    return get_column_letter(coordinate_to_tuple(f"{column}1")[1] - by)


# Three layers: weights with the biases behind them at the left, a row of ones below each layer.
UNIT = "=SUMPRODUCT($C{w}:$F{w},TRANSPOSE({c}$3:{c}$6))"
MLP = rows("H2", ("x1", "x2", "x3", "x4"), (1, 0, 2, 1), (2, 1, 1, 0), (0, 3, 1, 2), (1, 1, 1, 1))
MLP |= rows("C8", ("W1",), (1, -1, 1, 2), (0, 1, -1, 1), (1, 1, 0, -2), (-1, 2, 1, 0))
MLP |= {"G9": "z", "L8": "ReLU"} | rows("L13", (1, 1, 1, 1))
MLP |= filled("H9", 4, 4, lambda r, c, i, j: UNIT.format(w=r, c=c))
MLP |= filled("L9", 4, 4, lambda r, c, i, j: f"=MAX(0,{before(c, 4)}{r})")
MLP |= rows("C15", ("W2",), (1, 0, -1, 1, 1), (2, 1, 0, -1, 0), (0, 1, 1, 1, -1))
TERMS = "=$C{r}*{c}$9+$D{r}*{c}$10+$E{r}*{c}$11+$F{r}*{c}$12"
MLP |= filled("L16", 3, 4, lambda r, c, i, j: f"{TERMS.format(r=r, c=c)}+$G{r}*{c}$13")
MLP |= {"T15": "softmax"}
SHARE = "=EXP({z}{r})/(EXP({z}$16)+EXP({z}$17)+EXP({z}$18))"
OVER_SAMPLES = "=EXP({z}{r})/(EXP($L{r})+EXP($M{r})+EXP($N{r})+EXP($O{r}))"
MLP |= filled("T16", 3, 4, lambda r, c, i, j: SHARE.format(z=before(c, 8), r=r))
MLP_SLIPS: dict[str, tuple[Cells, str]] = {
    "weight row of the unit above": (filled("H11", 1, 4, lambda r, c, i, j: UNIT.format(w=10, c=c)), "H11"),
    "bias of a unit left out": (filled("L17", 1, 4, lambda r, c, i, j: TERMS.format(r=17, c=c)), "L17"),
    "softmax over the samples": (
        filled("T16", 3, 4, lambda r, c, i, j: OVER_SAMPLES.format(z=before(c, 8), r=r)),
        "T16",
    ),
}

# Attention with a column for each token, Q, K and V below each other.
ATTENTION = {"A1": "Self-Attention", "F3": "X", "U8": "dk", "V8": 3, "O23": "Σ", "P24": "A = softmax", "P30": "Z = V A"}
ATTENTION |= rows("G3", (1, 0, 2, 1), (0, 1, 1, 0), (2, 0, 0, 1), (1, 1, 0, 2))
PRODUCT = "=$B{w}*{c}$3+$C{w}*{c}$4+$D{w}*{c}$5+$E{w}*{c}$6"
for top, weights, name in (
    (8, ((1, 0, -1, 1), (0, 1, 1, 0), (1, 1, 0, -1)), "Wq"),
    (13, ((0, 1, 0, 1), (1, -1, 0, 0), (0, 0, 1, 1)), "Wk"),
    (18, ((1, 1, 0, 0), (0, 0, 1, -1), (1, 0, 0, 1)), "Wv"),
):
    ATTENTION |= {f"B{top}": name} | rows(f"B{top + 1}", *weights)
    ATTENTION |= filled(f"G{top + 1}", 3, 4, lambda r, c, i, j: PRODUCT.format(w=r, c=c))
ATTENTION |= {"L8": "K^T", "P8": "K^T x Q", "P13": "scaled", "P18": "exp"}
ATTENTION |= filled("L9", 4, 3, lambda r, c, i, j: f"={'GHIJ'[i]}{14 + j}")
ATTENTION |= filled("P9", 4, 4, lambda r, c, i, j: f"=SUMPRODUCT($L{r}:$N{r},TRANSPOSE({'GHIJ'[j]}$9:{'GHIJ'[j]}$11))")
ATTENTION |= filled("P14", 4, 4, lambda r, c, i, j: f"={c}{r - 5}/SQRT($V$8)")
ATTENTION |= filled("P19", 4, 4, lambda r, c, i, j: f"=EXP({c}{r - 5})")
ATTENTION |= filled("P23", 1, 4, lambda r, c, i, j: f"=SUM({c}19:{c}22)")
ATTENTION |= filled("P25", 4, 4, lambda r, c, i, j: f"={c}{r - 6}/{c}$23")
ATTENTION |= filled("P31", 3, 4, lambda r, c, i, j: f"=SUMPRODUCT($G{r - 12}:$J{r - 12},TRANSPOSE({c}$25:{c}$28))")
ATTENTION_SLIPS: dict[str, tuple[Cells, str]] = {
    "divided by the largest": (filled("P25", 4, 4, lambda r, c, i, j: f"={c}{r - 6}/MAX({c}$19:{c}$22)"), "P25"),
    "the largest for the sum": (filled("P23", 1, 4, lambda r, c, i, j: f"=MAX({c}19:{c}22)"), "P23"),
    "sums along the rows": (filled("P23", 1, 4, lambda r, c, i, j: f"=SUM(P{19 + j}:S{19 + j})"), "P23"),
    "shares over the rows": (
        filled("P25", 4, 4, lambda r, c, i, j: f"={c}{r - 6}/SUM($P{r - 6}:$S{r - 6})"),
        "P25",
    ),
    "weight row of a key": (filled("G15", 1, 4, lambda r, c, i, j: PRODUCT.format(w=16, c=c)), "G15"),
    "scaled by d": (filled("P14", 4, 4, lambda r, c, i, j: f"={c}{r - 5}/$V$8"), "P14"),
}

# A picture, a filter, pooling by two functions, and a list of what was pooled.
CNN = rows("A2", ("image",), (1, 0, 2, 1), (0, 3, 1, 2), (2, 1, 0, 1), (1, 2, 3, 0)) | {"F2": "filter"}
CNN |= rows("F3", (1, -1), (2, 0)) | {"F6": "b", "F7": 1, "I2": "ReLU", "N2": "max", "Q2": "mean"}
CNN |= filled("I3", 4, 4, lambda r, c, i, j: f"=MAX(0,{before(c, 8)}{r}*$F$3+$F$7)")
for corner, function in (("N3", "MAX"), ("Q3", "AVERAGE")):
    CNN |= filled(
        corner,
        2,
        2,
        lambda r, c, i, j, f=function: f"={f}({'IK'[j]}{3 + 2 * i}:{'JL'[j]}{4 + 2 * i})",  # type: ignore[misc]
    )
CNN_SLIPS: dict[str, tuple[Cells, str]] = {
    "window shifted": ({"O4": "=MAX(J4:K5)"}, "O4"),
    "window too large": ({"Q4": "=AVERAGE(I5:K6)"}, "Q4"),
    "window half": ({"O3": "=MAX(K3:K4)"}, "O3"),
    "mean for the largest": ({"N4": "=AVERAGE(I5:J6)"}, "N4"),
}

# Batch and layer norm with hand-written sums; the last of three rows is where a line ends.
NORM = {"A1": "Batch Normalization"} | rows("D2", ("x1", "x2", "x3", "x4"), (1, 4, -2, 3), (0, 2, 5, 1), (3, -1, 2, 2))
NORM |= rows("H2", ("Σ", "μ", "σ²", "σ")) | filled("H3", 3, 1, lambda r, c, i, j: f"=SUM(D{r}:G{r})")
NORM |= filled("I3", 3, 1, lambda r, c, i, j: f"=H{r}/4")
SQUARES = "+".join(f"({column}{{r}}-I{{r}})^2" for column in "DEFG")
NORM |= filled("J3", 3, 1, lambda r, c, i, j: f"=({SQUARES.format(r=r)})/4")
NORM |= filled("K3", 3, 1, lambda r, c, i, j: f"=SQRT(J{r})") | {"D8": "x - μ", "D13": "÷ σ"}
NORM |= filled("D9", 3, 4, lambda r, c, i, j: f"={c}{r - 6}-$I{r - 6}")
NORM |= filled("D14", 3, 4, lambda r, c, i, j: f"={c}{r - 5}/$K{r - 11}")
NORM_SLIPS: dict[str, tuple[Cells, str]] = {
    "sum of the last row too short": ({"H5": "=SUM(D5:F5)"}, "H5"),
    "n - 1 in a written sum": (filled("J3", 3, 1, lambda r, c, i, j: f"=({SQUARES.format(r=r)})/3"), "J3"),
    "variance for deviation in a row": (filled("D16", 1, 4, lambda r, c, i, j: f"={c}11/$J5"), "D16"),
}

# Steps of a recurrence in columns: the candidate is a tanh among sigmoids, in every step.
GATES = rows(
    "A2", ("f", 1, 0, -1), (None, 0, 1, 1), ("i", 1, 1, 0), (None, -1, 1, 0), ("C'", 1, -1, 1), (None, 1, 1, 1)
)
GATES |= rows("A8", ("o", 0, 1, 1), (None, 1, 0, 0)) | rows("G10", (0.2,), (-0.1,)) | {"F10": "C0"}
for step, (z, a, old) in enumerate((("H", "I", "G"), ("K", "L", "H"), ("N", "O", "K"), ("Q", "R", "N"))):
    GATES |= {f"{z}1": f"t={step + 1}"} | rows(f"{z}13", (1,), (step,), (2 - step,))
    GATES |= filled(f"{z}2", 8, 1, lambda r, c, i, j: f"=SUMPRODUCT($B{r}:$D{r},TRANSPOSE({c}$13:{c}$15))")
    GATES |= {f"{a}{r}": f"=TANH({z}{r})" if r in (6, 7) else f"=1/(1+EXP(-{z}{r}))" for r in range(2, 10)}
    GATES |= {f"{z}{10 + u}": f"={a}{2 + u}*{old}{10 + u}+{a}{4 + u}*{a}{6 + u}" for u in (0, 1)}
    GATES |= {f"{a}{10 + u}": f"={a}{8 + u}*TANH({z}{10 + u})" for u in (0, 1)}
GATES_SLIPS: dict[str, tuple[Cells, str]] = {
    "an output gate that is a tanh": ({"O8": "=TANH(N8)", "O9": "=TANH(N9)"}, "O8"),
    "an output gate of the candidate": ({"L8": "=TANH(K6)", "L9": "=TANH(K7)"}, "L8"),
    "no tanh of the memory": ({"O11": "=O9*N11"}, "O11"),
}

# Words choose rows of a table, some twice and some never; windows of a mean grow at first.
CHOSEN = rows(
    "A1", ("Embeddings",), ("I", 0.1, 0.4, 0.2), ("like", 0.3, -0.2, 0.5), ("tea", -0.4, 0.6, 0.1), ("milk", 0.7, 0, 1)
)
CHOSEN |= rows("F1", ("Positions",), (0.1, 0.2, 0.3), (0.2, 0.1, 0.3), (0.3, 0.2, 0.1), (0.4, 0.1, 0.2))
for at, (word, row) in enumerate((("I", 2), ("like", 3), ("I", 2), ("tea", 4))):
    CHOSEN |= {f"A{10 + at}": word} | filled(
        f"B{10 + at}",
        1,
        3,
        lambda r, c, i, j, row=row, at=at: f"={c}{row}+{'FGH'[j]}{2 + at}",  # type: ignore[misc]
    )
CHOSEN |= rows("A17", ("without labels",)) | filled("B18", 3, 3, lambda r, c, i, j: f"={c}{(3, 4, 3)[i]}*2")
CHOSEN |= rows(
    "J1", ("x", "mean"), (1, "=AVERAGE(J2:J2)"), (2, "=AVERAGE(J2:J3)"), (4, "=AVERAGE(J2:J4)"), (3, "=AVERAGE(J3:J5)")
)

BLOCKS = (
    Handmade("layers", MLP, MLP_SLIPS),
    Handmade("attention in columns", ATTENTION, ATTENTION_SLIPS),
    Handmade("pooling", CNN, CNN_SLIPS),
    Handmade("batch norm", NORM, NORM_SLIPS),
    Handmade("gates in columns", GATES, GATES_SLIPS),
    Handmade("chosen rows", CHOSEN),
)
