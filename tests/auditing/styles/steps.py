"""One step of training: a list of names and values, or matrices in blocks with a word above or beside each."""

from __future__ import annotations

from tests.auditing.styles.base import Blocks, Slip, Style, is_number
from xlbp.auditing import findings as kinds

# A list: a name in column A, its number or formula in column B.
LIST = (
    ("Inputs", None),
    ("i1", 0.05),
    ("i2", 0.1),
    ("t1", 0.01),
    ("t2", 0.99),
    ("learning rate", 0.5),
    ("Weights", None),
    *((f"w{k}", v) for k, v in enumerate((0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55), 1)),
    ("b1", 0.35),
    ("b2", 0.6),
    ("Forward", None),
    ("net_h1", "[w1]*[i1]+[w2]*[i2]+[b1]"),
    ("out_h1", "1/(1+EXP(-[net_h1]))"),
    ("net_h2", "[w3]*[i1]+[w4]*[i2]+[b1]"),
    ("out_h2", "1/(1+EXP(-[net_h2]))"),
    ("net_o1", "[w5]*[out_h1]+[w6]*[out_h2]+[b2]"),
    ("out_o1", "1/(1+EXP(-[net_o1]))"),
    ("net_o2", "[w7]*[out_h1]+[w8]*[out_h2]+[b2]"),
    ("out_o2", "1/(1+EXP(-[net_o2]))"),
    ("E_o1", "0.5*([t1]-[out_o1])^2"),
    ("E_o2", "0.5*([t2]-[out_o2])^2"),
    ("E_total", "[E_o1]+[E_o2]"),
    ("Backward", None),
    ("δ_o1", "([out_o1]-[t1])*[out_o1]*(1-[out_o1])"),
    ("δ_o2", "([out_o2]-[t2])*[out_o2]*(1-[out_o2])"),
    ("δ_h1", "([δ_o1]*[w5]+[δ_o2]*[w7])*[out_h1]*(1-[out_h1])"),
    ("δ_h2", "([δ_o1]*[w6]+[δ_o2]*[w8])*[out_h2]*(1-[out_h2])"),
    ("∂E/∂w1", "[δ_h1]*[i1]"),
    ("∂E/∂w2", "[δ_h1]*[i2]"),
    ("∂E/∂w3", "[δ_h2]*[i1]"),
    ("∂E/∂w4", "[δ_h2]*[i2]"),
    ("∂E/∂w5", "[δ_o1]*[out_h1]"),
    ("∂E/∂w6", "[δ_o1]*[out_h2]"),
    ("∂E/∂w7", "[δ_o2]*[out_h1]"),
    ("∂E/∂w8", "[δ_o2]*[out_h2]"),
    ("∂E/∂b1", "[δ_h1]+[δ_h2]"),
    ("∂E/∂b2", "[δ_o1]+[δ_o2]"),
    ("New weights", None),
    *((f"{p}_new", f"[{p}]-[learning rate]*[∂E/∂{p}]") for p in (*(f"w{k}" for k in range(1, 9)), "b1", "b2")),
)
ROW = {name: row for row, (name, _) in enumerate(LIST, 2)}


def listed(formula: str) -> str:
    """A formula of names as one of cells."""
    for name in sorted(ROW, key=len, reverse=True):
        formula = formula.replace(f"[{name}]", f"B{ROW[name]}")
    return f"={formula}"


one_column = Blocks(
    {"A1": "One step of backpropagation"}
    | {f"A{ROW[name]}": name for name, _ in LIST}
    | {
        f"B{ROW[name]}": listed(value) if isinstance(value, str) else value for name, value in LIST if value is not None
    },
    {},
    {name: f"B{row}" for name, row in ROW.items()},
)


def slips(*each: tuple[str, tuple[str, ...], dict[str, str]]) -> list[Slip]:
    """Slips of the list."""
    return [Slip(name, kind, {k: v if is_number(v) else listed(v) for k, v in c.items()}) for name, kind, c in each]


# Matrices: two samples in rows, tanh, mean of squares; a word above each block; MMULT.
MATRIX = {
    "A1": "X", "A2": 0.5, "B2": -1, "A3": 1.5, "B3": 0.8, "D1": "Y", "D2": 0.3, "D3": -0.6,
    "F1": "W1", "F2": 0.2, "G2": -0.4, "H2": 0.7, "F3": 0.1, "G3": 0.5, "H3": -0.3,
    "F5": "b1", "F6": 0.1, "G6": -0.2, "H6": 0.05,
    "F8": "W2", "F9": 0.6, "F10": -0.5, "F11": 0.3, "H8": "b2", "H9": 0.15,
    "A5": "η", "B5": 0.1,
    "J1": "Z1", "N1": "A1", "R1": "Yhat", "T1": "Loss", "T2": "=SUMXMY2(R2:R3,D2:D3)/2",
    "J2:L3": "=SUMPRODUCT($A2:$B2,TRANSPOSE(F$2:F$3))+F$6",
    "N2:P3": "=TANH(J2)",
    "J8": "dYhat", "J9:J10": "=R2-D2",
    "L8": "dW2", "P8": "db2", "P9": "=SUM(J9:J10)",
    "J13": "dA1", "N13": "dZ1", "N14:P15": "=J14*(1-N2^2)",
    "J17": "dW1", "N17": "db1", "N18:P18": "=SUM(N14:N15)",
    "R8": "W2 new", "R9:R11": "=F9-$B$5*L9", "T8": "b2 new", "T9": "=H9-$B$5*P9",
    "R13": "W1 new", "R14:T15": "=F2-$B$5*J18", "R17": "b1 new", "R18:T18": "=F6-$B$5*N18",
}  # fmt: skip
ARRAYS = {
    "R2:R3": "=MMULT(N2:P3,F9:F11)+H9",
    "L9:L11": "=MMULT(TRANSPOSE(N2:P3),J9:J10)",
    "J14:L15": "=MMULT(J9:J10,TRANSPOSE(F9:F11))",
    "J18:L19": "=MMULT(TRANSPOSE(A2:B3),N14:P15)",
}
AREAS = {"Z1": "J2:L3", "dYhat": "J9:J10", "dW2": "L9:L11", "db2": "P9", "dA1": "J14:L15", "dZ1": "N14:P15"} | {
    "dW1": "J18:L19", "db1": "N18:P18", "W1 new": "R14:T15", "W2 new": "R9:R11", "b1 new": "R18:T18", "one dZ1": "O15",
    "one new": "S14", "one dW1": "K18", "Loss": "T2", "b2 new": "T9",
}  # fmt: skip
blocks = Blocks(MATRIX, ARRAYS, AREAS)

# The same kind of step with samples in columns, a loss cell beside its word, Chinese words.
ZH = {
    "A1": "输入", "B1": 1, "C1": 0.2, "B2": -0.5, "C2": 0.9, "A4": "目标", "B4": 1, "C4": 0,
    "A6": "权重W", "B6": 0.3, "C6": -0.2, "A8": "偏置b", "B8": 0.1, "A10": "学习率", "B10": 0.5,
    "A12": "z", "B12:C12": "=SUMPRODUCT(TRANSPOSE($B$6:$C$6),B1:B2)+$B$8",
    "A14": "p", "B14:C14": "=1/(1+EXP(-B12))",
    "A16": "损失", "B16": "=-(B4*LN(B14)+(1-B4)*LN(1-B14)+C4*LN(C14)+(1-C4)*LN(1-C14))/2",
    "A18": "∂L/∂z", "B18:C18": "=(B14-B4)/2",
    "A20": "∂L/∂权重W", "B20": "=SUMPRODUCT(B18:C18,B1:C1)", "C20": "=SUMPRODUCT(B18:C18,B2:C2)",
    "A22": "∂L/∂偏置b", "B22": "=SUM(B18:C18)",
    "A24": "新权重W", "B24:C24": "=B6-$B$10*B20", "A26": "新偏置b", "B26": "=B8-$B$10*B22",
}  # fmt: skip
zh_blocks = Blocks(
    ZH, {}, {"dz": "B18:C18", "dW": "B20:C20", "dW2": "C20", "db": "B22", "new": "B24:C24", "new2": "C24"}
)

# The layout of the best-known matrix exercise: no words at the gradients, no loss cell; all given by options.
EXERCISE = {
    "A2": 1, "B2": -2, "A3": 0.5, "B3": 1.5, "A4": 1, "B4": 1,
    "D2": 0.3, "E2": -0.6, "F2": 0.1, "D3": 0.8, "E3": 0.4, "F3": -0.2, "D4": -0.5, "E4": 0.2, "F4": 0.3,
    "D8": 0.7, "E8": -0.3, "F8": 0.5, "G8": 0.1, "D9": -0.4, "E9": 0.9, "F9": 0.2, "G9": -0.1,
    "H2:I4": "=SUMPRODUCT($D2:$F2,TRANSPOSE(A$2:A$4))",
    "H8:I10": "=MAX(0,H2)", "H11": 1, "I11": 1,
    "K8:L9": "=SUMPRODUCT($D8:$G8,TRANSPOSE(H$8:H$11))",
    "N8:O9": "=EXP(K8)/SUM(EXP(K$8),EXP(K$9))",
    "Q8": 1, "R8": 0, "Q9": 0, "R9": 1,
    "T8:U9": "=N8-Q8",
}  # fmt: skip
for j in range(3):
    for s, (d, x) in enumerate(("TH", "UI")):
        weights = "DEF"[j]
        EXERCISE[f"{'WX'[s]}{2 + j}"] = f"=({weights}8*{d}8+{weights}9*{d}9)*IF({x}{2 + j}>0,1,0)"
for k in range(2):
    for j, letter in enumerate(("AA", "AB", "AC", "AD")):
        EXERCISE[f"{letter}{8 + k}"] = f"=T{8 + k}*H{8 + j}+U{8 + k}*I{8 + j}"
for j in range(3):
    for i, letter in enumerate(("AA", "AB", "AC")):
        EXERCISE[f"{letter}{2 + j}"] = f"=W{2 + j}*A{2 + i}+X{2 + j}*B{2 + i}"
UNMASKED = {f"{'WX'[s]}{2 + j}": f"={w}8*{d}8+{w}9*{d}9" for j, w in enumerate("DEF") for s, d in enumerate("TU")}
exercise = Blocks(
    EXERCISE,
    {},
    {
        **{cell: cell for cell in UNMASKED},
        "dZ": "W2:X4",
        "dV": "AA8:AD9",
        "dW": "AA2:AC4",
        "one dZ": "X3",
        "dO": "T8:U9",
    },
)

STYLES: tuple[Style, ...] = (
    one_column.style(
        "a list of names and values",
        *slips(
            ("another unit", (kinds.UNIT,), {"δ_h2": "([δ_o1]*[w6]+[δ_o2]*[w8])*[out_h1]*(1-[out_h1])"}),
            ("mask missing", (kinds.MASK,), {"δ_h1": "([δ_o1]*[w5]+[δ_o2]*[w7])"}),
            ("sign", (kinds.SIGN,), {"δ_o1": "([t1]-[out_o1])*[out_o1]*(1-[out_o1])"}),
            ("target", (kinds.DATA,), {"δ_o2": "([out_o2]-[t1])*[out_o2]*(1-[out_o2])"}),
            ("input", (kinds.DATA,), {"∂E/∂w2": "[δ_h1]*[i1]"}),
            (
                "transposed",
                (kinds.TRANSPOSED,),
                {
                    "δ_h1": "([δ_o1]*[w5]+[δ_o2]*[w6])*[out_h1]*(1-[out_h1])",
                    "δ_h2": "([δ_o1]*[w7]+[δ_o2]*[w8])*[out_h2]*(1-[out_h2])",
                },
            ),
            ("path", (kinds.PATH,), {"δ_h1": "[δ_o1]*[w5]*[out_h1]*(1-[out_h1])"}),
            ("path of a bias", (kinds.PATH,), {"∂E/∂b1": "[δ_h1]"}),
            ("delta of another", (kinds.UNIT,), {"∂E/∂w7": "[δ_o1]*[out_h1]"}),
            ("updated", (kinds.UPDATED,), {"δ_h1": "([δ_o1]*[w5_new]+[δ_o2]*[w7_new])*[out_h1]*(1-[out_h1])"}),
            ("operator", (kinds.OPERATOR,), {"∂E/∂w8": "[δ_o2]+[out_h2]"}),
            ("half", (kinds.HALF,), {"δ_o2": "2*([out_o2]-[t2])*[out_o2]*(1-[out_o2])"}),
            ("pasted", (kinds.PASTED,), {"∂E/∂w5": "0.08"}),
            ("wrong gradient", (kinds.WRONG_GRADIENT,), {"w3_new": "[w3]-[learning rate]*[∂E/∂w1]"}),
            ("uphill", (kinds.SIGN,), {"w3_new": "[w3]+[learning rate]*[∂E/∂w3]"}),
            ("another rate", (kinds.UNANCHORED, kinds.FORMULA), {"w3_new": "[w3]-[w1]*[∂E/∂w3]"}),
        ),
    ),
    blocks.style(
        "matrices with words above",
        Slip("mask missing", (kinds.MASK,), {"dZ1": "=J14"}),
        Slip("mask missing in one", (kinds.MASK,), {"one dZ1": "=K15"}),
        Slip("another slope", (kinds.UNIT,), {"one dZ1": "=K15*(1-N3^2)"}),
        Slip("weights not transposed", (kinds.TRANSPOSED, kinds.FORMULA), {"dW1": "=MMULT(A2:B3,N14:P15)"}),
        Slip("sign", (kinds.SIGN,), {"dYhat": "=D2-R2"}),
        Slip("another target", (kinds.DATA,), {"dYhat": "=R2-D$2"}),
        Slip("sum for mean", (kinds.MEAN, kinds.HALF), {"db2": "=SUM(J9:J10)/2"}),
        Slip("a sample missing", (kinds.PATH,), {"db1": "=N14"}),
        Slip("loss without its half", (kinds.HALF, kinds.MEAN), {"Loss": "=SUMXMY2(R2:R3,D2:D3)"}, ("Loss", "dYhat")),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"one new": "=G2-$B$5*J18"}),
        Slip("uphill", (kinds.SIGN,), {"W2 new": "=F9+$B$5*L9"}),
        Slip("pasted", (kinds.PASTED,), {"b2 new": "0.2"}),
        Slip("rate not held", (kinds.UNANCHORED,), {"W1 new": "=F2-B5*J18"}),
    ),
    zh_blocks.style(
        "blocks in Chinese",
        Slip("sign", (kinds.SIGN,), {"dz": "=(B4-B14)/2"}),
        Slip("sum for mean", (kinds.MEAN, kinds.HALF), {"dz": "=B14-B4"}),
        Slip("mask too many", (kinds.FACTOR,), {"dz": "=(B14-B4)/2*B14*(1-B14)"}),
        Slip("another input", (kinds.DATA,), {"dW2": "=SUMPRODUCT(B18:C18,B1:C1)"}),
        Slip("path", (kinds.PATH,), {"db": "=B18"}),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"new2": "=C6-$B$10*B20"}),
        Slip("uphill", (kinds.SIGN,), {"new": "=B6+$B$10*B20"}),
    ),
    exercise.style(
        "matrices by options",
        Slip("mask missing", (kinds.MASK,), UNMASKED, ("dZ", "dW")),
        Slip("mask missing in one", (kinds.MASK,), {"one dZ": "=E8*U8+E9*U9"}),
        Slip("sign", (kinds.SIGN,), {"dO": "=Q8-N8"}),
        Slip("another target", (kinds.DATA,), {"dO": "=N8-R8"}),
        loss_expr="cross_entropy(N8:O9, Q8:R9)",
        parameters=("D2:F4", "D8:G9"),
        gradients=("AA2:AC4", "AA8:AD9"),
    ),
)
