"""Other networks and other ways of training: batches, data in a block or on a sheet, momentum and the averages."""

from __future__ import annotations

from tests.auditing.styles.base import Rows, Slip, Style, moved
from xlbp.auditing import findings as kinds

# A line through five points: the data in a block, the mean of squares, sums over the block.
X, Y = "$H$2:$H$6", "$I$2:$I$6"
DATA = {"H1": "x", "I1": "y"} | {
    f"{c}{k}": v
    for k, pair in enumerate([(1, 2.9), (2, 5.2), (3, 6.8), (4, 9.1), (5, 11.2)], 2)
    for c, v in zip("HI", pair, strict=True)
}
LINE = {
    "MSE": f"SUMPRODUCT(([m]*{X}+[b]-{Y})^2)/5",
    "dMSE/dm": f"2/5*SUMPRODUCT(([m]*{X}+[b]-{Y})*{X})",
    "dMSE/db": f"2/5*SUMPRODUCT([m]*{X}+[b]-{Y})",
}
line = Rows(
    ("iter", "m", "b", *LINE),
    {"iter": 0, "m": 0.5, "b": 0.1},
    LINE | moved("m b", "dMSE/d*", "$B$1") | {"iter": "[iter|-1]+1"},
    {"A1": "alpha", "B1": 0.02} | DATA,
    first=10,
)

# The same with a cost halved, theta, named data and a named rate.
THETA = {
    "J": "SUMXMY2([θ1]*xs+[θ0],ys)/(2*n)",
    "∂J/∂θ0": "SUMPRODUCT([θ1]*xs+[θ0]-ys)/n",
    "∂J/∂θ1": "SUMPRODUCT([θ1]*xs+[θ0]-ys,xs)/n",
}
theta = Rows(
    ("θ0", "θ1", *THETA),
    {"θ0": 0.1, "θ1": 0.5},
    THETA | moved("θ0 θ1", "∂J/∂*", "lr"),
    {"A1": "Learning rate", "B1": 0.02, "A2": "n", "B2": 5} | DATA,
    first=10,
    defined={"lr": "Sheet1!$B$1", "xs": "Sheet1!$H$2:$H$6", "ys": "Sheet1!$I$2:$I$6", "n": "Sheet1!$B$2"},
)

# One sample a row, taken in turn from another sheet; one logistic unit.
ONLINE = {
    "x1": "INDEX(Data!$A$2:$A$5,MOD([step],4)+1)",
    "x2": "INDEX(Data!$B$2:$B$5,MOD([step],4)+1)",
    "y": "INDEX(Data!$C$2:$C$5,MOD([step],4)+1)",
    "z": "[w1]*[x1]+[w2]*[x2]+[b]",
    "p": "1/(1+EXP(-[z]))",
    "loss": "-[y]*LN([p])-(1-[y])*LN(1-[p])",
    "dL/dz": "[p]-[y]",
    "dL/dw1": "[dL/dz]*[x1]",
    "dL/dw2": "[dL/dz]*[x2]",
    "dL/db": "[dL/dz]",
}
online = Rows(
    ("step", "w1", "w2", "b", *ONLINE),
    {"step": 0, "w1": 0.1, "w2": -0.2, "b": 0.05},
    ONLINE | moved("w1 w2 b", "dL/d*", "$B$1") | {"step": "[step|-1]+1"},
    {"A1": "lr", "B1": 0.3},
    others={"Data": (("x1", "x2", "y"), (0.2, 0.9, 1), (0.7, 0.3, 0), (0.4, 0.8, 1), (0.9, 0.5, 0))},
)

# Two inputs, three classes.
SOFTMAX = (
    {f"z{k}": f"[w{k}1]*$B$1+[w{k}2]*$B$2+[b{k}]" for k in (1, 2, 3)}
    | {f"e{k}": f"EXP([z{k}])" for k in (1, 2, 3)}
    | {"sum": "[e1]+[e2]+[e3]"}
    | {f"p{k}": f"[e{k}]/[sum]" for k in (1, 2, 3)}
    | {"L": "-($D$1*LN([p1])+$D$2*LN([p2])+$D$3*LN([p3]))"}
    | {f"dL/dz{k}": f"[p{k}]-$D${k}" for k in (1, 2, 3)}
    | {f"dL/dw{k}{i}": f"[dL/dz{k}]*$B${i}" for k in (1, 2, 3) for i in (1, 2)}
    | {f"dL/db{k}": f"[dL/dz{k}]" for k in (1, 2, 3)}
)
SOFT_NAMES = "w11 w12 w21 w22 w31 w32 b1 b2 b3"
softmax = Rows(
    ("t", *SOFT_NAMES.split(), *SOFTMAX),
    dict(zip(SOFT_NAMES.split(), (0.2, -0.1, 0.4, 0.3, -0.3, 0.1, 0.01, 0.02, -0.03), strict=True)) | {"t": 0},
    SOFTMAX | moved(SOFT_NAMES, "dL/d*", "$F$1") | {"t": "[t|-1]+1"},
    {"A1": "x1", "B1": 0.8, "A2": "x2", "B2": -0.5, "C1": "y1", "D1": 0, "C2": "y2", "D2": 1, "C3": "y3", "D3": 0}
    | {"E1": "learning_rate", "F1": 0.4},
    first=7,
)

# ReLU, two units, two samples side by side, half the mean of squares; names with underscores as programs have them.
PAIR = (1, 2)
RELU = (
    {f"z{u}_{s}": f"[w{u}]*[x_{s}]+[b{u}]" for s in PAIR for u in PAIR}
    | {f"a{u}_{s}": f"MAX(0,[z{u}_{s}])" for s in PAIR for u in PAIR}
    | {f"yhat_{s}": f"[v1]*[a1_{s}]+[v2]*[a2_{s}]+[c]" for s in PAIR}
    | {"Loss": "AVERAGE(([yhat_1]-[y_1])^2,([yhat_2]-[y_2])^2)/2"}
    | {f"dL_dyhat_{s}": f"([yhat_{s}]-[y_{s}])/2" for s in PAIR}
    | {f"dL_dz{u}_{s}": f"[dL_dyhat_{s}]*[v{u}]*([z{u}_{s}]>0)" for s in PAIR for u in PAIR}
    | {f"dL_dw{u}": f"[dL_dz{u}_1]*[x_1]+[dL_dz{u}_2]*[x_2]" for u in PAIR}
    | {f"dL_db{u}": f"[dL_dz{u}_1]+[dL_dz{u}_2]" for u in PAIR}
    | {f"dL_dv{u}": f"[dL_dyhat_1]*[a{u}_1]+[dL_dyhat_2]*[a{u}_2]" for u in PAIR}
    | {"dL_dc": "[dL_dyhat_1]+[dL_dyhat_2]"}
)
RELU_NAMES = "w1 w2 b1 b2 v1 v2 c"
relu = Rows(
    ("epoch", "x_1", "y_1", "x_2", "y_2", *RELU_NAMES.split(), *RELU),
    {"epoch": 1, "x_1": 1.5, "y_1": 1.0, "x_2": -0.7, "y_2": 0.3, "w1": 0.5, "w2": -0.6, "b1": 0.1, "b2": 0.2}
    | {"v1": 0.4, "v2": 0.7, "c": 0.05},
    RELU | moved(RELU_NAMES, "dL_d*", "$B$2") | {"epoch": "[epoch|-1]+1"},
    {"A2": "lr:", "B2": 0.05},
)

# One tanh unit and a linear one, by momentum; the velocity carries the step.
TANH = {
    "z": "[w]*$B$1+[b]",
    "h": "TANH([z])",
    "y": "[u]*[h]+[c]",
    "E": "0.5*([y]-$D$1)^2",
    "dE/du": "([y]-$D$1)*[h]",
    "dE/dc": "[y]-$D$1",
    "dE/dw": "([y]-$D$1)*[u]*(1-[h]^2)*$B$1",
    "dE/db": "([y]-$D$1)*[u]*(1-[h]^2)",
}
FOUR = "w b u c".split()  # noqa: SIM905
TANH_START = {"w": 0.6, "b": 0.1, "u": -0.4, "c": 0.2}
TANH_PANEL = {"A1": "x", "B1": 0.9, "C1": "target", "D1": 0.5, "E1": "eta", "F1": 0.1, "E2": "beta", "F2": 0.9}
VELOCITY = {f"v_{p}": f"$F$2*N([v_{p}|-1])+[dE/d{p}]" for p in FOUR}
momentum = Rows(
    (*FOUR, *TANH, *VELOCITY),
    TANH_START,
    TANH | VELOCITY | {p: f"[{p}|-1]-$F$1*[v_{p}|-1]" for p in FOUR},
    TANH_PANEL,
)

# Adam, with the corrected averages in columns.
ADAM = {
    **{f"m_{p}": f"$F$2*N([m_{p}|-1])+(1-$F$2)*[dE/d{p}]" for p in FOUR},
    **{f"v_{p}": f"$F$3*N([v_{p}|-1])+(1-$F$3)*[dE/d{p}]^2" for p in FOUR},
    **{f"mhat_{p}": f"[m_{p}]/(1-$F$2^[t])" for p in FOUR},
    **{f"vhat_{p}": f"[v_{p}]/(1-$F$3^[t])" for p in FOUR},
}
adam = Rows(
    ("t", *FOUR, *TANH, *ADAM),
    TANH_START | {"t": 1},
    TANH
    | ADAM
    | {p: f"[{p}|-1]-$F$1*[mhat_{p}|-1]/(SQRT([vhat_{p}|-1])+0.00000001)" for p in FOUR}
    | {"t": "[t|-1]+1"},
    TANH_PANEL | {"E2": "beta1", "E3": "beta2", "F3": 0.999},
    first=7,
)

# RMSprop and AdaGrad.
RMS = {f"s_{p}": f"$F$2*N([s_{p}|-1])+(1-$F$2)*[dE/d{p}]^2" for p in FOUR}
rmsprop = Rows(
    (*FOUR, *TANH, *RMS),
    TANH_START,
    TANH | RMS | {p: f"[{p}|-1]-$F$1*[dE/d{p}|-1]/(SQRT([s_{p}|-1])+0.00000001)" for p in FOUR},
    TANH_PANEL,
    sheet="RMSprop",
)
ADA = {f"G_{p}": f"N([G_{p}|-1])+[dE/d{p}]^2" for p in FOUR}
adagrad = Rows(
    (*FOUR, *TANH, *ADA),
    TANH_START,
    TANH | ADA | {p: f"[{p}|-1]-$F$1*[dE/d{p}|-1]/SQRT([G_{p}|-1]+0.00000001)" for p in FOUR},
    TANH_PANEL,
    sheet="AdaGrad",
)

# dw is the step, -eta dE/dw, as in texts that write w + dw; no column holds the gradient itself.
STEP = {
    "h1": "[w11]*$B$1+[w21]*$B$2",
    "h2": "[w12]*$B$1+[w22]*$B$2",
    "y": "[v1]*[h1]+[v2]*[h2]",
    "E": "1/2*($D$1-[y])^2",
    "dw11": "-$F$1*([y]-$D$1)*[v1]*$B$1",
    "dw12": "-$F$1*([y]-$D$1)*[v2]*$B$1",
    "dw21": "-$F$1*([y]-$D$1)*[v1]*$B$2",
    "dw22": "-$F$1*([y]-$D$1)*[v2]*$B$2",
    "dv1": "-$F$1*([y]-$D$1)*[h1]",
    "dv2": "-$F$1*([y]-$D$1)*[h2]",
}
STEP_NAMES = "w11 w12 w21 w22 v1 v2".split()  # noqa: SIM905
step = Rows(
    ("n", *STEP_NAMES, *STEP),
    {"n": 0, "w11": 0.1, "w12": 0.3, "w21": 0.2, "w22": -0.1, "v1": 0.4, "v2": 0.5},
    STEP | {p: f"[{p}|-1]+[d{p}|-1]" for p in STEP_NAMES} | {"n": "[n|-1]+1"},
    {"A1": "x1", "B1": 1, "A2": "x2", "B2": 0.8, "C1": "t", "D1": 4, "E1": "eta", "F1": 0.02},
    first=4,
)

MOVE_SLIPS = (
    Slip("mask missing", (kinds.MASK,), {"dE/db": "([y]-$D$1)*[u]"}),
    Slip("slope of tanh with a plus", (kinds.OPERATOR, kinds.SIGN), {"dE/dw": "([y]-$D$1)*[u]*(1+[h]^2)*$B$1"}),
    Slip("sign", (kinds.SIGN,), {"dE/dc": "$D$1-[y]"}),
    Slip("another weight", (kinds.WEIGHT,), {"dE/dw": "([y]-$D$1)*[w]*(1-[h]^2)*$B$1"}),
    Slip("bias left out", (kinds.BIAS,), {"z": "[w]*$B$1"}, ("z", "dE/db")),
)

STYLES: tuple[Style, ...] = (
    line.style(
        "a line through a block of data",
        Slip("sum for mean", (kinds.MEAN,), {"dMSE/dm": f"2*SUMPRODUCT(([m]*{X}+[b]-{Y})*{X})"}),
        Slip("2 missing", (kinds.HALF,), {"dMSE/dm": f"1/5*SUMPRODUCT(([m]*{X}+[b]-{Y})*{X})"}),
        Slip("2 missing in both", (kinds.HALF,), {k: v.replace("2/5", "1/5") for k, v in LINE.items() if k != "MSE"}),
        Slip("sign", (kinds.SIGN,), {"dMSE/db": f"-2/5*SUMPRODUCT([m]*{X}+[b]-{Y})"}),
        Slip("data not held", (kinds.UNANCHORED,), {"dMSE/db": "2/5*SUMPRODUCT([m]*H2:H6+[b]-I2:I6)"}, sliding=True),
        Slip("rate not held", (kinds.UNANCHORED,), {"b": "[b|-1]-B1*[dMSE/db|-1]"}, sliding=True),
        Slip(
            "x left out",
            (kinds.PATH, kinds.FACTOR, kinds.DATA, kinds.UNIT),
            {"dMSE/dm": f"2/5*SUMPRODUCT([m]*{X}+[b]-{Y})"},
        ),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"b": "[b|-1]-$B$1*[dMSE/dm|-1]"}),
        Slip("updated m", (kinds.UPDATED,), {"dMSE/db": f"2/5*SUMPRODUCT([m|+1]*{X}+[b]-{Y})"}),
    ),
    theta.style(
        "theta, with names",
        Slip("sum for mean", (kinds.MEAN,), {"∂J/∂θ1": "SUMPRODUCT([θ1]*xs+[θ0]-ys,xs)"}),
        Slip("sign of the error", (kinds.SIGN,), {"∂J/∂θ0": "SUMPRODUCT(ys-[θ1]*xs-[θ0])/n"}),
        Slip("twice", (kinds.HALF,), {"∂J/∂θ0": "2*SUMPRODUCT([θ1]*xs+[θ0]-ys)/n"}),
        Slip("uphill", (kinds.SIGN,), {"θ1": "[θ1|-1]+lr*[∂J/∂θ1|-1]"}),
        Slip("updated", (kinds.UPDATED,), {"∂J/∂θ1": "SUMPRODUCT([θ1]*xs+[θ0|+1]-ys,xs)/n"}),
    ),
    online.style(
        "a logistic unit, sample by sample",
        Slip("mask too many", (kinds.FACTOR,), {"dL/dz": "([p]-[y])*[p]*(1-[p])"}),
        Slip("sign", (kinds.SIGN,), {"dL/dz": "[y]-[p]"}),
        Slip("another input", (kinds.DATA,), {"dL/dw2": "[dL/dz]*[x1]"}),
        Slip("sample before", (kinds.ROW,), {"dL/dw1": "[dL/dz]*[x1|-1]"}),
        Slip("bias left out", (kinds.BIAS,), {"z": "[w1]*[x1]+[w2]*[x2]"}, ("z", "dL/db")),
        Slip("plus", (kinds.OPERATOR, kinds.SIGN), {"dL/dz": "[p]+[y]"}),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"w1": "[w1|-1]-$B$1*[dL/dw2|-1]"}),
    ),
    softmax.style(
        "softmax of three classes",
        Slip("another target", (kinds.DATA,), {"dL/dz3": "[p3]-$D$2"}),
        Slip("another probability", (kinds.DATA, kinds.UNIT), {"dL/dz1": "[p2]-$D$1"}),
        Slip("sign", (kinds.SIGN,), {"dL/dz2": "$D$2-[p2]"}),
        Slip("mask too many", (kinds.FACTOR,), {"dL/dz2": "([p2]-$D$2)*[p2]*(1-[p2])"}),
        Slip("another delta", (kinds.UNIT,), {"dL/dw31": "[dL/dz2]*$B$1"}),
        Slip("another input", (kinds.DATA,), {"dL/dw12": "[dL/dz1]*$B$1"}),
        Slip("bias left out", (kinds.BIAS,), {"z3": "[w31]*$B$1+[w32]*$B$2"}, ("z3", "dL/db3")),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"w22": "[w22|-1]-$F$1*[dL/dw21|-1]"}),
        Slip("rate not held", (kinds.UNANCHORED,), {"b2": "[b2|-1]-F1*[dL/db2|-1]"}, sliding=True),
    ),
    relu.style(
        "ReLU, two samples",
        Slip("mask missing", (kinds.MASK,), {"dL_dz1_2": "[dL_dyhat_2]*[v1]"}),
        Slip("masks missing", (kinds.MASK,), {f"dL_dz{u}_{s}": f"[dL_dyhat_{s}]*[v{u}]" for u in PAIR for s in PAIR}),
        Slip("another unit's mask", (kinds.UNIT,), {"dL_dz2_1": "[dL_dyhat_1]*[v2]*([z1_1]>0)"}),
        Slip(
            "sum for mean",
            (kinds.MEAN, kinds.HALF),
            {f"dL_dyhat_{s}": f"[yhat_{s}]-[y_{s}]" for s in PAIR},
            (*(f"dL_dyhat_{s}" for s in PAIR), *(f"dL_d{p}" for p in RELU_NAMES.split())),
        ),
        Slip("another target", (kinds.DATA,), {"dL_dyhat_2": "([yhat_2]-[y_1])/2"}),
        Slip("another weight", (kinds.WEIGHT, kinds.TRANSPOSED), {"dL_dz1_1": "[dL_dyhat_1]*[v2]*([z1_1]>0)"}),
        Slip("a sample missing", (kinds.PATH,), {"dL_dv2": "[dL_dyhat_1]*[a2_1]"}),
        Slip("another sample", (kinds.DATA, kinds.UNIT), {"dL_dw2": "[dL_dz2_1]*[x_1]+[dL_dz2_2]*[x_1]"}),
        Slip("sign", (kinds.SIGN,), {"dL_dv1": "-[dL_dyhat_1]*[a1_1]-[dL_dyhat_2]*[a1_2]"}),
        Slip("pasted", (kinds.PASTED,), {"dL_dz1_1": "0.05"}, row=4),
    ),
    momentum.style(
        "tanh, momentum",
        *MOVE_SLIPS,
        Slip("wrong velocity", (kinds.WRONG_GRADIENT, kinds.OPTIMIZER), {"b": "[b|-1]-$F$1*[v_w|-1]"}),
        Slip("wrong gradient", (kinds.WRONG_GRADIENT,), {"v_u": "$F$2*N([v_u|-1])+[dE/dc]"}),
        Slip("beta not held", (kinds.UNANCHORED,), {"v_u": "F2*N([v_u|-1])+[dE/du]"}, sliding=True),
        Slip("uphill", (kinds.SIGN,), {"u": "[u|-1]+$F$1*[v_u|-1]"}),
        Slip("velocity subtracts", (kinds.SIGN,), {"v_c": "$F$2*N([v_c|-1])-[dE/dc]"}),
    ),
    adam.style(
        "tanh, Adam",
        *MOVE_SLIPS,
        Slip(
            "no bias correction",
            (kinds.OPTIMIZER,),
            {p: f"[{p}|-1]-$F$1*[m_{p}|-1]/(SQRT([v_{p}|-1])+0.00000001)" for p in FOUR},
        ),
        Slip(
            "m not corrected",
            (kinds.OPTIMIZER,),
            {f"mhat_{p}": f"[m_{p}]" for p in FOUR},
            tuple(f"mhat_{p}" for p in FOUR) + tuple(FOUR),
        ),
        Slip(
            "no root", (kinds.OPTIMIZER,), {p: f"[{p}|-1]-$F$1*[mhat_{p}|-1]/([vhat_{p}|-1]+0.00000001)" for p in FOUR}
        ),
        Slip("betas exchanged", (kinds.OPTIMIZER,), {f"mhat_{p}": f"[m_{p}]/(1-$F$3^[t])" for p in FOUR}),
        Slip("no square", (kinds.OPTIMIZER,), {f"v_{p}": f"$F$3*N([v_{p}|-1])+(1-$F$3)*ABS([dE/d{p}])" for p in FOUR}),
        Slip(
            "wrong average",
            (kinds.WRONG_GRADIENT, kinds.OPTIMIZER),
            {"b": "[b|-1]-$F$1*[mhat_w|-1]/(SQRT([vhat_b|-1])+0.00000001)"},
        ),
        Slip("m of another", (kinds.WRONG_GRADIENT,), {"m_u": "$F$2*N([m_u|-1])+(1-$F$2)*[dE/dc]"}),
    ),
    rmsprop.style(
        "tanh, RMSprop",
        *MOVE_SLIPS,
        Slip(
            "average before",
            (kinds.OPTIMIZER,),
            {p: f"[{p}|-1]-$F$1*[dE/d{p}|-1]/(SQRT(N([s_{p}|-2]))+0.00000001)" for p in FOUR},
            row=None,
        ),
        Slip("no square", (kinds.OPTIMIZER,), {f"s_{p}": f"$F$2*N([s_{p}|-1])+(1-$F$2)*[dE/d{p}]" for p in FOUR}),
        Slip("no root", (kinds.OPTIMIZER,), {p: f"[{p}|-1]-$F$1*[dE/d{p}|-1]/([s_{p}|-1]+0.00000001)" for p in FOUR}),
    ),
    adagrad.style(
        "tanh, AdaGrad",
        *MOVE_SLIPS,
        Slip(
            "forgets",
            (kinds.OPTIMIZER,),
            {f"G_{p}": f"0.9*N([G_{p}|-1])+0.1*[dE/d{p}]^2" for p in FOUR},
            tuple(FOUR) + tuple(f"G_{p}" for p in FOUR),
        ),
        Slip("no root", (kinds.OPTIMIZER,), {p: f"[{p}|-1]-$F$1*[dE/d{p}|-1]/([G_{p}|-1]+0.00000001)" for p in FOUR}),
    ),
    step.style(
        "dw is the step",
        Slip("sign", (kinds.SIGN,), {"dv1": "$F$1*([y]-$D$1)*[h1]"}),
        Slip("another weight", (kinds.WEIGHT, kinds.TRANSPOSED), {"dw12": "-$F$1*([y]-$D$1)*[v1]*$B$1"}),
        Slip("another input", (kinds.DATA,), {"dw21": "-$F$1*([y]-$D$1)*[v1]*$B$1"}),
        Slip("wrong step", (kinds.WRONG_GRADIENT,), {"v1": "[v1|-1]+[dv2|-1]"}),
        Slip("rate not held", (kinds.UNANCHORED,), {"dw11": "-F1*([y]-$D$1)*[v1]*$B$1"}, sliding=True),
    ),
)
