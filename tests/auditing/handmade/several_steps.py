"""Trainings of several steps: to the right, down, a sheet each, side by side, a column for each sample, no words."""

from __future__ import annotations

from openpyxl.utils import get_column_letter as letter

from tests.auditing.handmade.base import Cells, Handmade, rows


def _penalised() -> Handmade:
    """A logistic model with a penalty: a block of columns for each step, gradients above the samples' shares."""
    cells = rows("A1", ("learning rate", 0.3), ("lambda", 0.02), ("n", "=COUNT(A10:A13)"))
    cells |= rows("A9", ("x1", "x2", "y"), (2.5, 1.1, 0), (3.6, 0.2, 1), (1.0, 1.9, 0), (4.2, 1.4, 1))
    for step in range(3):
        z, a, d, e, g, h, k = (letter(5 + 8 * step + j) for j in range(7))
        before = [letter(5 + 8 * (step - 1) + j) for j in range(7)] if step else []
        cells |= rows(f"{z}1", (f"Step {step}",), ("w1",), ("w2",), ("b",), ("cost",))
        for row, start, own in ((2, 0.2, 4), (3, -0.1, 5), (4, 0.0, 6)):
            cells[f"{a}{row}"] = f"={before[1]}{row}-$B$1*{before[own]}$7" if step else start
        cells[f"{a}5"] = f"=SUM({e}10:{e}13)/$B$3+$B$2/2*({a}2^2+{a}3^2)"
        cells |= rows(f"{z}9", ("z", "σ(z)", "p-y", "loss", "(p-y)x1", "(p-y)x2", "p-y"))
        cells[f"{e}7"] = "gradient"
        for column, penalty in ((g, f"+$B$2*{a}2"), (h, f"+$B$2*{a}3"), (k, "")):
            cells[f"{column}7"] = f"=SUM({column}10:{column}13)/$B$3{penalty}"
        for r in range(10, 14):
            cells |= rows(f"{z}{r}", (f"=$A{r}*{a}$2+$B{r}*{a}$3+{a}$4", f"=1/(1+EXP(-{z}{r}))", f"={a}{r}-$C{r}"))
            cells[f"{e}{r}"] = f"=-($C{r}*LN({a}{r})+(1-$C{r})*LN(1-{a}{r}))"
            cells |= rows(f"{g}{r}", (f"={d}{r}*$A{r}", f"={d}{r}*$B{r}", f"={d}{r}"))
    slips = {
        "no n in one step": ({"Q7": "=SUM(Q10:Q13)+$B$2*N2"}, "Q7"),
        "the penalty's sign": ({f"{c}7": str(cells[f"{c}7"]).replace("+$B$2", "-$B$2") for c in "JRZ"}, "J7"),
        "an older weight": ({"V3": "=F3-$B$1*R$7"}, "V3"),
        "another sample's target": ({"O12": "=N12-$C13"}, "O12"),
    }
    return Handmade("a penalised logistic model, steps to the right", cells, slips)


def _methods() -> Handmade:
    """Three optimizers beside each other on one function, under the same headings."""
    cells = rows("A1", ("η", 0.1, "μ", 0.8, "ε", 1e-6))
    cells |= {"A3": "Gradient descent", "H3": "Momentum", "Q3": "AdaGrad"}
    for x, y, f, gx, gy in ("ABCDE", "HIJKL", "QRSTU"):
        cells |= rows(f"{x}4", ("x", "y", "f", "∂f/∂x", "∂f/∂y"))
        for r in range(5, 13):
            cells |= {f"{f}{r}": f"={x}{r}^2+4*{y}{r}^2+{x}{r}*{y}{r}"}
            cells |= {f"{gx}{r}": f"=2*{x}{r}+{y}{r}", f"{gy}{r}": f"=8*{y}{r}+{x}{r}"}
    cells |= {"M4": "vx", "N4": "vy", "V4": "Gx", "W4": "Gy"}
    for r in range(5, 13):
        p = r - 1
        for k, (x, h, q) in enumerate((("A", "H", "Q"), ("B", "I", "R"))):
            g, m, v, t, s = "DE"[k], "KL"[k], "MN"[k], "TU"[k], "VW"[k]
            moved = (f"={x}{p}-$B$1*{g}{p}", f"={h}{p}+{v}{p}", f"={q}{p}-$B$1*{t}{p}/(SQRT({s}{p})+$F$1)")
            start = 2 - k
            cells |= dict(zip((f"{x}{r}", f"{h}{r}", f"{q}{r}"), moved if r > 5 else (start,) * 3, strict=True))
            cells[f"{v}{r}"] = f"=-$B$1*{m}{r}" if r == 5 else f"=$D$1*{v}{p}-$B$1*{m}{r}"
            cells[f"{s}{r}"] = f"={t}{r}^2" if r == 5 else f"={s}{p}+{t}{r}^2"
    slips = {
        "a path left out": ({f"E{r}": f"=8*B{r}" for r in range(5, 13)}, "E5"),
        "an older velocity": ({"N10": "=$D$1*N8-$B$1*L10"}, "N10"),
        "another's sum": (
            {f"R{r}": f"=R{r - 1}-$B$1*U{r - 1}/(SQRT(V{r - 1})+$F$1)" for r in range(6, 13)},
            "R6",
        ),
        "a sum that starts anew": ({"V10": "=T10^2"}, "V10"),
    }
    return Handmade("three optimizers side by side", cells, slips)


def _adam() -> Handmade:
    """Adam on a line, sample by sample, with corrected averages in columns."""
    heads = ("t", "x", "y", "w", "b", "loss", "g_w", "g_b", "m_w", "m_b", "v_w", "v_b", "m̂_w", "m̂_b", "v̂_w", "v̂_b")
    cells = rows("A1", ("lr", 0.1), ("β1", 0.9), ("β2", 0.999), ("ε", 1e-8)) | rows("A6", heads)
    for r in range(7, 17):
        p, first = r - 1, r == 7
        w = (0, 0) if first else (f"=D{p}-$B$1*M{p}/(SQRT(O{p})+$B$4)", f"=E{p}-$B$1*N{p}/(SQRT(P{p})+$B$4)")
        m, n, u, v = ("0",) * 4 if first else (f"{c}{p}" for c in "IJKL")
        cells |= rows(f"A{r}", (r - 6, (0.5, 1.5, -1.0)[r % 3], (1.2, 2.9, -0.4)[r % 3], *w))
        cells |= rows(f"F{r}", (f"=(D{r}*B{r}+E{r}-C{r})^2/2", f"=(D{r}*B{r}+E{r}-C{r})*B{r}", f"=D{r}*B{r}+E{r}-C{r}"))
        cells |= rows(f"I{r}", (f"=$B$2*{m}+(1-$B$2)*G{r}", f"=$B$2*{n}+(1-$B$2)*H{r}"))
        cells |= rows(f"K{r}", (f"=$B$3*{u}+(1-$B$3)*G{r}^2", f"=$B$3*{v}+(1-$B$3)*H{r}^2"))
        cells |= {f"{c}{r}": f"={a}{r}/(1-$B${b}^A{r})" for c, a, b in zip("MNOP", "IJKL", "2233", strict=True)}
    slips = {
        "the first average's decay": ({f"O{r}": f"=K{r}/(1-$B$2^A{r})" for r in range(7, 17)}, "O7"),
        "an average not corrected": (
            {f"E{r}": f"=E{r - 1}-$B$1*J{r - 1}/(SQRT(P{r - 1})+$B$4)" for r in range(8, 17)},
            "E8",
        ),
        "another's square": ({"L12": "=$B$3*L11+(1-$B$3)*G12^2"}, "L12"),
    }
    return Handmade("Adam with corrected averages", cells, slips)


def _in_columns() -> Handmade:
    """A step in each row; for each quantity a group of columns with one for each sample, inputs in the headings."""
    x, y = (0.5, 1.0, 2.0), (0, 1, 1)
    cells = rows("A2", ("step", 0.4)) | rows("A5", ("iter", "w", "b", "v", "c", "cost"))
    groups = dict(zip(("hidden", "output", "error", "dw", "db", "dv", "dc"), range(8, 29, 3), strict=True))
    for name, at in groups.items():
        cells |= rows(f"{letter(at)}3", (name,), x, y)
    for r in range(6, 12):
        starts = (0.7, -0.2, 0.9, 0.1)
        for k, start in enumerate(starts):
            own, g = "BCDE"[k], list(groups.values())[3 + k]
            shares = f"{letter(g)}{r - 1}:{letter(g + 2)}{r - 1}"
            cells[f"{own}{r}"] = start if r == 6 else f"={own}{r - 1}-$B$2*SUM({shares})"
        cells |= {f"A{r}": r - 6, f"F{r}": f"=SUM({letter(14)}{r}:{letter(16)}{r})"}
        for i in range(3):
            h, o, e, dw, db, dv, dc = (letter(at + i) for at in groups.values())
            delta = f"({o}{r}-{o}$5)*{o}{r}*(1-{o}{r})"
            cells[f"{h}{r}"] = f"=TANH($B{r}*{h}$4+$C{r})"
            cells[f"{o}{r}"] = f"=1/(1+EXP(-($D{r}*{h}{r}+$E{r})))"
            cells[f"{e}{r}"] = f"=({o}{r}-{e}$5)^2/2"
            cells[f"{dw}{r}"] = f"={delta}*$D{r}*(1-{h}{r}^2)*{dw}$4"
            cells[f"{db}{r}"] = f"={delta}*$D{r}*(1-{h}{r}^2)"
            cells |= {f"{dv}{r}": f"={delta}*{h}{r}", f"{dc}{r}": f"={delta}"}
    slips = {
        "a typed share": ({"U9": 0.0123}, "U9"),
        "a sample left out of a sum": ({"E9": "=E8-$B$2*SUM(Z8:AA8)"}, "E9"),
        "no bias in one cell": ({"L8": "=1/(1+EXP(-($D8*I8)))"}, "L8"),
    }
    return Handmade("a column for each sample", cells, slips)


def _classes() -> Handmade:
    """A softmax, sample by sample; the class chooses what the loss and the gradients take."""
    names = ("w1", "w2", "w3", "b1", "b2", "b3")
    cells = rows("A1", ("learning rate", 0.5))
    cells |= rows(
        "A3", ("x", "class", *names, "z1", "z2", "z3", "p1", "p2", "p3", "loss", *(f"dL/d{n}" for n in names))
    )
    for r in range(4, 16):
        cells |= {f"A{r}": (0.2, 0.8, -0.5, 0.1, 0.9)[r % 5], f"B{r}": (1, 2, 3, 1, 2)[r % 5]}
        for w, g, start in zip("CDEFGH", "PQRSTU", (0.1, 0.3, -0.1, 0, 0.05, -0.05), strict=True):
            cells[f"{w}{r}"] = start if r == 4 else f"={w}{r - 1}-$B$1*{g}{r - 1}"
        for k, (w, b, z, p, g, h) in enumerate(zip("CDE", "FGH", "IJK", "LMN", "PQR", "STU", strict=True), 1):
            cells[f"{z}{r}"] = f"={w}{r}*$A{r}+{b}{r}"
            cells[f"{p}{r}"] = f"=EXP({z}{r})/(EXP($I{r})+EXP($J{r})+EXP($K{r}))"
            cells[f"{g}{r}"] = f"=({p}{r}-IF($B{r}={k},1,0))*$A{r}"
            cells[f"{h}{r}"] = f"={p}{r}-IF($B{r}={k},1,0)"
        cells[f"O{r}"] = f"=-LN(INDEX(L{r}:N{r},$B{r}))"
    other = {f"Q{r}": f"=(M{r}-IF($B{r}=3,1,0))*$A{r}" for r in range(4, 16)}
    return Handmade("a class chooses", cells, {"another class": (other, "Q4")})


def _epochs() -> Handmade:
    """A recurrent unit, back through time, a sheet for each epoch; its state has a column of derivatives."""
    cells: Cells = {}
    names, sheets = ("Wx", "Wh", "bh", "Wy"), ("Sheet", "epoch 2", "epoch 3")
    for at, sheet in enumerate(sheets):
        own = {"D2": "lr", "E2": 0.2} | rows("A9", ("t", "x", "target", "h", "y", "loss", "dL/dy", "dL/dh", "dL/dz"))
        for k, (name, start) in enumerate(zip(names, (0.6, -0.4, 0.1, 0.9), strict=True)):
            own |= {f"A{2 + k}": name, f"B{2 + k}": f"='{sheets[at - 1]}'!C{17 + k}" if at else start}
        own |= {"A10": 0, "D10": 0}
        for r, x, y in ((11, 0.5, 0.2), (12, -0.3, 0.1), (13, 0.8, 0.5)):
            later = f"+I{r + 1}*$B$3" if r < 13 else ""
            made = (f"=TANH($B$2*B{r}+$B$3*D{r - 1}+$B$4)", f"=$B$5*D{r}", f"=(E{r}-C{r})^2/2", f"=E{r}-C{r}")
            own |= rows(f"A{r}", (r - 10, x, y, *made, f"=G{r}*$B$5{later}", f"=H{r}*(1-D{r}^2)"))
        own |= {"E14": "total", "F14": "=SUM(F11:F13)"} | rows("A16", ("param", "grad", "new"))
        gradients = ("SUMPRODUCT(I11:I13,B11:B13)", "SUMPRODUCT(I11:I13,D10:D12)", "SUM(I11:I13)")
        for k, gradient in enumerate((*gradients, "SUMPRODUCT(G11:G13,D11:D13)")):
            own |= rows(f"A{17 + k}", (names[k], f"={gradient}", f"=B{2 + k}-$E$2*B{17 + k}"))
        cells |= {cell if at == 0 else f"{sheet}!{cell}": content for cell, content in own.items()}
    everywhere = ("", "epoch 2!", "epoch 3!")
    slips = {
        "the state a step too late": ({f"{s}B18": "=SUMPRODUCT(I11:I13,D11:D13)" for s in everywhere}, "B18"),
        "no square": ({f"{s}I{r}": f"=H{r}*(1-D{r})" for s in everywhere for r in (11, 12, 13)}, "I11"),
        "an older epoch": ({"epoch 3!B4": "=Sheet!C19"}, "B4"),
        "another's gradient": ({"epoch 2!C20": "=B5-$E$2*B19"}, "C20"),
    }
    return Handmade("a recurrent unit, a sheet for each epoch", cells, slips)


def _wordless() -> Handmade:
    """One step of a net without a word: weights above, samples, sums, and new weights below."""
    cells = rows("B2", (0.3, -0.2, 0.1, None, 0.25), (0.5, 0.4, -0.1), (0.7, -0.6, 0.2))
    for r, sample in enumerate(((0.1, 0.9, 1), (0.8, 0.2, 0), (0.5, 0.5, 1), (0.9, 0.7, 0)), 7):
        units = [f"=1/(1+EXP(-($B${k}*B{r}+$C${k}*C{r}+$D${k})))" for k in (2, 3)]
        cells |= rows(f"B{r}", (*sample, None, *units, f"=1/(1+EXP(-($B$4*F{r}+$C$4*G{r}+$D$4)))", f"=(H{r}-D{r})^2/2"))
        cells |= rows(
            f"K{r}", (f"=(H{r}-D{r})*H{r}*(1-H{r})", f"=K{r}*$B$4*F{r}*(1-F{r})", f"=K{r}*$C$4*G{r}*(1-G{r})")
        )
    cells["I11"] = "=SUM(I7:I10)"
    for r, d in ((13, "L"), (14, "M")):
        by = f"${d}$7:${d}$10"
        cells |= rows(f"B{r}", (f"=SUMPRODUCT({by},B$7:B$10)", f"=SUMPRODUCT({by},C$7:C$10)", f"=SUM({by})"))
    cells |= rows("B15", ("=SUMPRODUCT(K7:K10,F7:F10)", "=SUMPRODUCT(K7:K10,G7:G10)", "=SUM(K7:K10)"))
    cells |= {f"{c}{18 + k}": f"={c}{2 + k}-$F$2*{c}{13 + k}" for k in range(3) for c in "BCD"}
    slips = {
        "half of a slope": ({f"K{r}": f"=(H{r}-D{r})*H{r}" for r in range(7, 11)}, "K7"),
        "another weight": ({f"M{r}": f"=K{r}*$B$4*G{r}*(1-G{r})" for r in range(7, 11)}, "M7"),
    }
    return Handmade("a net without a word", cells, slips)


def _ratings() -> Handmade:
    """Ratings as products of what users like and films are; blanks have no error; two steps, one below the other."""
    ratings = ((5, 3, None), (4, None, 1), (None, 1, 5))
    cells = rows("A1", ("learning rate", 0.02)) | rows("B3", ("Titanic", "Alien", "Up"), *ratings)
    for step, top in enumerate((10, 30)):
        before = top - 20
        for k in range(3):
            film, user = "BCD"[k], 4 + k
            start = ((1.3, 0.2), (0.8, 0.5), (0.4, 1.1))[k], ((0.9, 0.4), (1.1, 0.3), (0.2, 1.2))[k]
            for j in range(2):
                old, moved = f"{film}{before + j}", f"{film}{before + 15 + j}"
                cells[f"{film}{top + j}"] = f"={old}-$B$1*{moved}" if step else start[0][j]
                own, like, g = f"{'HI'[j]}{before + user}", f"{'HI'[j]}{top + user}", f"{'KL'[j]}{before + user}"
                cells[like] = f"={own}-$B$1*{g}" if step else start[1][j]
                errors = f"B{top + 5 + user}:D{top + 5 + user}"
                cells[f"{'KL'[j]}{top + user}"] = f"=2*SUMPRODUCT({errors},B${top + j}:D${top + j})"
                likes, of_film = f"${'HI'[j]}${top + 4}:${'HI'[j]}${top + 6}", f"{film}{top + 9}:{film}{top + 11}"
                cells[f"{film}{top + 15 + j}"] = f"=2*SUMPRODUCT({of_film},{likes})"
            for r in range(4, 7):
                guess = f"$H{top + r}*{film}${top}+$I{top + r}*{film}${top + 1}"
                cells[f"{film}{top + 5 + r}"] = f'=IF({film}${r}="",0,{guess}-{film}${r})'
        cells |= {f"N{top}": "loss", f"O{top}": f"=SUMSQ(B{top + 9}:D{top + 11})"}
    slips = {
        "another user's gradient": ({"H35": "=H15-$B$1*K14"}, "H35"),
        "another film's errors": (
            {"B45": "=2*SUMPRODUCT(C39:C41,$H$34:$H$36)", "B25": "=2*SUMPRODUCT(C19:C21,$H$14:$H$16)"},
            "B25",
        ),
    }
    return Handmade("ratings of films", cells, slips)


def _decaying() -> Handmade:
    """One step in blocks under titles: weights decay by a factor in their update, biases do not."""
    cells = rows("A1", ("Learning rate", 0.05, None, "weight decay", 0.01))
    cells |= rows("A3", ("X", None, None, "y", None, "W1", None, None, "b1", None, None, "W2", "b2"))
    cells |= rows("A4", (0.2, 0.7, None, 0.5), (-0.5, 0.9, None, 1.2), (0.8, -0.6, None, -0.3))
    cells |= rows("F4", (0.3, -0.2, None, 0.1, 0.05, None, 0.7, 0.1), (0.1, 0.6, None, None, None, None, -0.3))
    cells |= rows("A9", ("A1", None, None, "ŷ", None, "dW1", None, None, "db1", None, None, "dW2", "db2"))
    cells |= {"A14": "dZ1", "D14": "loss", "F14": "new W1", "I14": "new b1", "L14": "new W2", "M14": "new b2"}
    for r, x in ((10, 4), (11, 5), (12, 6)):
        cells |= rows(f"A{r}", (f"=TANH(A{x}*F$4+B{x}*F$5+I$4)", f"=TANH(A{x}*G$4+B{x}*G$5+J$4)"))
        cells[f"D{r}"] = f"=A{r}*$L$4+B{r}*$L$5+$M$4"
        cells |= {f"E{r}": f"=2*(D{r}-D{x})/3", f"{'A'}{r + 5}": f"=$E{r}*$L$4*(1-A{r}^2)"}
        cells |= {f"B{r + 5}": f"=$E{r}*$L$5*(1-B{r}^2)"}
    cells["D15"] = "=SUMXMY2(D10:D12,D4:D6)/3"
    for unit, w, b in (("A", "F", "I"), ("B", "G", "J")):
        deltas = f"{unit}15:{unit}17"
        cells |= {f"{w}10": f"=SUMPRODUCT($A4:$A6,{deltas})", f"{w}11": f"=SUMPRODUCT($B4:$B6,{deltas})"}
        cells |= {f"{b}10": f"=SUM({deltas})", f"{b}15": f"={b}4-$B$1*{b}10"}
        cells |= {f"{w}{15 + k}": f"={w}{4 + k}*(1-$B$1*$E$1)-$B$1*{w}{10 + k}" for k in range(2)}
        cells[f"L{10 + 'AB'.index(unit)}"] = f"=SUMPRODUCT({unit}10:{unit}12,$E$10:$E$12)"
    cells |= {f"L{15 + k}": f"=L{4 + k}*(1-$B$1*$E$1)-$B$1*L{10 + k}" for k in range(2)}
    cells |= {"M10": "=SUM(E10:E12)", "M15": "=M4-$B$1*M10"}
    slips = {
        "one weight does not decay": ({"G15": "=G4-$B$1*G10"}, "G15"),
        "another's gradient": ({"L16": "=L5*(1-$B$1*$E$1)-$B$1*L10"}, "L16"),
        "inputs for units": (
            {"L10": "=SUMPRODUCT(A4:A6,$E$10:$E$12)", "L11": "=SUMPRODUCT(B4:B6,$E$10:$E$12)"},
            "L10",
        ),
    }
    return Handmade("weights that decay", cells, slips)


def _margins() -> Handmade:
    """A batch in one formula, whose terms cancel: the bias of a margin, while all samples are within it."""
    cells = rows("A1", ("eta", 0.05)) | rows(
        "K2", ("x", "label"), (1, 1), (2.5, 1), (2, 1), (-1.4, -1), (0.3, -1), (-1, -1)
    )
    cells |= rows("A3", ("iter", "w", "b", "loss", "dw", "db"))
    for r in range(4, 12):
        short = f"1-$L$3:$L$8*(B{r}*$K$3:$K$8+C{r})"
        start = (0.1, 0) if r == 4 else (f"=B{r - 1}-$B$1*E{r - 1}", f"=C{r - 1}-$B$1*F{r - 1}")
        made = (f"=SUMPRODUCT(({short}>0)*({short}))/6", f"=-SUMPRODUCT(({short}>0)*$L$3:$L$8*$K$3:$K$8)/6")
        cells |= rows(f"A{r}", (r - 4, *start, *made, f"=-SUMPRODUCT(({short}>0)*$L$3:$L$8)/6"))
    return Handmade("margins that cancel", cells, {"another's gradient": ({"B7": "=B6-$B$1*F6"}, "B7")})


STEPS = (
    *(_penalised(), _methods(), _adam(), _in_columns(), _classes()),
    *(_epochs(), _wordless(), _ratings(), _decaying(), _margins()),
)
