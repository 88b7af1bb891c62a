"""Right trainings of a make that departs from the usual: own rates, decays, look-aheads, momentum within a step."""

from __future__ import annotations

from openpyxl.worksheet.formula import ArrayFormula

from tests.auditing.handmade.base import Cells, Handmade, rows


def _decay_of_weights() -> Handmade:
    """Samples that come round; the weights decay by a factor, and the bias does not."""
    cells = rows("A1", ("rate", 0.05), ("decay", 0.1), (), ("x1", "x2", "y"), (1, 0.5, 1.8), (2, -1, 2.1), (-1, 1, 0.3))
    cells |= rows("E4", ("k", "w1", "w2", "b", "x1", "x2", "y", "ŷ", "L", "dL/dw1", "dL/dw2", "dL/db"))
    for r in range(5, 13):
        p = r - 1
        kept = (f"=F{p}*(1-$B$1*$B$2)-$B$1*N{p}", f"=G{p}*(1-$B$1*$B$2)-$B$1*O{p}", f"=H{p}-$B$1*P{p}")
        cells |= rows(f"E{r}", (r - 5, *((0.2, 0.1, 0) if r == 5 else kept)))
        cells |= rows(f"I{r}", tuple(f"=INDEX({c}$5:{c}$7,MOD($E{r},3)+1)" for c in "ABC"))
        made = (f"=F{r}*I{r}+G{r}*J{r}+H{r}", f"=(L{r}-K{r})^2/2", f"=(L{r}-K{r})*I{r}", f"=(L{r}-K{r})*J{r}")
        cells |= rows(f"L{r}", (*made, f"=L{r}-K{r}"))
    slips = {
        "another's gradient": ({f"H{r}": f"=H{r - 1}-$B$1*O{r - 1}" for r in range(6, 13)}, "H6"),
        "a decay that grows": ({f"F{r}": f"=F{r - 1}*(1+$B$1*$B$2)-$B$1*N{r - 1}" for r in range(6, 13)}, "F6"),
    }
    return Handmade("weights decay, the bias does not", cells, slips)


def _rates_of_their_own() -> Handmade:
    """A number for each parameter, that no heading calls a rate."""
    cells = rows("A1", ("speeds",), ("of the slope", 0.02), ("of the intercept", 0.2))
    cells |= rows("D1", ("x", "y"), (1, 2), (2, 3.5), (3, 5.5))
    cells |= rows("A6", ("round", "slope", "intercept", "cost", "dcost/dslope", "dcost/dintercept"))
    error = "B{r}*$D$2:$D$4+C{r}-$E$2:$E$4"
    for r in range(7, 14):
        p, e = r - 1, error.format(r=r)
        own = (0, 0) if r == 7 else (f"=B{p}-$B$2*E{p}", f"=C{p}-$B$3*F{p}")
        made = (f"=SUMPRODUCT(({e})^2)/6", f"=SUMPRODUCT({e},$D$2:$D$4)/3", f"=SUMPRODUCT({e})/3")
        cells |= rows(f"A{r}", (r - 7, *own, *made))
    slips = {"a datum for the rate": ({f"C{r}": f"=C{r - 1}-$D$3*F{r - 1}" for r in range(8, 14)}, "C8")}
    return Handmade("a rate for each parameter", cells, slips)


def _nesterov() -> Handmade:
    """The gradients are taken where the velocities would carry the parameters."""
    cells = rows("A1", ("lr", 0.05, "momentum", 0.7))
    cells |= rows("A4", ("t", "x", "y", "vx", "vy", "x + m v", "y + m v", "f(x,y)", "df/dx", "df/dy"))
    for r in range(5, 12):
        p = r - 1
        moved = (f"=B{p}+D{r}", f"=C{p}+E{r}", f"=$D$1*D{p}-$B$1*I{p}", f"=$D$1*E{p}-$B$1*J{p}")
        ahead = (f"=B{r}+$D$1*D{r}", f"=C{r}+$D$1*E{r}", f"=B{r}^2+3*C{r}^2+B{r}*C{r}")
        cells |= rows(f"A{r}", (r - 5, *((2, 1, 0, 0) if r == 5 else moved), *ahead))
        cells |= rows(f"I{r}", (f"=2*F{r}+G{r}", f"=6*G{r}+F{r}"))
    return Handmade("Nesterov's look-ahead", cells)


def _momentum_within() -> Handmade:
    """A neuron whose steps carry on the steps before, and hold the gradients in their own formulas."""
    cells = rows("A1", ("n", "x", "t", "w", "b", "y", "E", "Δw", "Δb"))
    samples = ((0.5, 1), (1.5, 1), (-1, 0), (0.8, 1), (-0.3, 0), (2, 1), (-1.2, 0))
    for r, sample in enumerate(samples, 2):
        p = r - 1
        own = (0.1, -0.1) if r == 2 else (f"=D{p}+H{p}", f"=E{p}+I{p}")
        made = (f"=1/(1+EXP(-(D{r}*B{r}+E{r})))", f"=0.5*(C{r}-F{r})^2")
        before = ("", "") if r == 2 else (f"+0.9*H{p}", f"+0.9*I{p}")
        delta = f"=0.5*(C{r}-F{r})*F{r}*(1-F{r})"
        cells |= rows(f"A{r}", (r - 1, *sample, *own, *made, f"{delta}*B{r}{before[0]}", f"{delta}{before[1]}"))
    return Handmade("momentum within a step", cells)


def _normalised_steps() -> Handmade:
    """An adaptive filter: each step has a rate of its own, and the error has its sign."""
    cells = rows("A1", ("mu", 0.5), ("eps", 0.01))
    cells |= rows("A4", ("n", "x(n)", "x(n-1)", "d(n)", "h0", "h1", "y(n)", "e(n)", "|x|²"))
    signal = ((0.5, 0.4), (-0.3, -0.1), (0.8, 0.5), (1.1, 1), (-0.6, -0.2), (0.2, -0.1), (0.9, 0.8))
    for r, (x, d) in enumerate(signal, 5):
        p = r - 1
        own = (0, 0) if r == 5 else tuple(f"={h}{p}+$B$1*H{p}*{c}{p}/($B$2+I{p})" for h, c in ("EB", "FC"))
        made = (f"=E{r}*B{r}+F{r}*C{r}", f"=D{r}-G{r}", f"=B{r}^2+C{r}^2")
        cells |= rows(f"A{r}", (r - 5, x, f"=B{p}" if r > 5 else 0, d, *own, *made))
    return Handmade("steps of a rate each", cells)


def _clipped_in_place() -> Handmade:
    """The length of the gradient is written out in every update."""
    cells = rows("A1", ("learning rate", 0.4), ("max norm", 0.8))
    cells |= rows("A4", ("step", "x", "y", "f(x,y)", "df/dx", "df/dy"))
    for r in range(5, 12):
        p = r - 1
        scale = f"MIN(1,$B$2/SQRT(E{p}^2+F{p}^2))"
        own = (2, -1.5) if r == 5 else (f"=B{p}-$B$1*E{p}*{scale}", f"=C{p}-$B$1*F{p}*{scale}")
        cells |= rows(f"A{r}", (r - 5, *own, f"=B{r}^2+B{r}*C{r}+2*C{r}^2", f"=2*B{r}+C{r}", f"=B{r}+4*C{r}"))
    return Handmade("clipped by the length, in place", cells)


def _matrices() -> Handmade:
    """An adaptive linear neuron by arrays: what moves it lacks the derivative's factor, and the update has it."""
    cells = rows("A1", ("eta", 0.05), (), ("1", "x1", "x2", "d"), (1, 0.5, 1.2, 1), (1, -1, 0.3, -1), (1, 1.5, -0.7, 1))
    for step in range(3):
        b, q = 10 + 6 * step, 4 + 6 * step
        arrays = {
            f"A{b}:A{b + 2}": f"=A{q}:A{q + 2}+2*$B$1/3*D{q}:D{q + 2}",
            f"B{b}:B{b + 2}": f"=MMULT($A$4:$C$6,A{b}:A{b + 2})",
            f"C{b}:C{b + 2}": f"=$D$4:$D$6-B{b}:B{b + 2}",
            f"D{b}:D{b + 2}": f"=MMULT(TRANSPOSE($A$4:$C$6),C{b}:C{b + 2})",
        }
        cells |= rows(f"A{b - 1}", ("w", "y = Xw", "e = d - y", "X'e", None, "MSE"))
        cells |= {place.partition(":")[0]: ArrayFormula(place, text) for place, text in arrays.items()}
        cells |= {f"F{b}": f"=SUMSQ(C{b}:C{b + 2})/3"}
        if step == 0:
            cells |= rows(f"A{b}", (0.1,), (0.2,), (-0.1,))
    return Handmade("a linear neuron by arrays", cells)


def _standardised() -> Handmade:
    """Data are centred and scaled on the sheet, and the line is mapped back beside each step."""
    cells = rows("A1", ("x", "y", "x scaled", "y scaled"))
    for r, (x, y) in enumerate(((50, 150), (60, 172), (80, 231), (100, 270), (120, 330)), 2):
        cells |= rows(f"A{r}", (x, y, f"=(A{r}-A$8)/A$9", f"=(B{r}-B$8)/B$9"))
    cells |= rows("A8", ("=AVERAGE(A2:A6)", "=AVERAGE(B2:B6)", "mean"), ("=STDEV(A2:A6)", "=STDEV(B2:B6)", "deviation"))
    cells |= rows("F1", ("learning rate", 0.4), ("step", "θ0", "θ1", "J", "dJ/dθ0", "dJ/dθ1", "slope", "intercept"))
    for r in range(3, 9):
        p, e = r - 1, f"G{r}+H{r}*$C$2:$C$6-$D$2:$D$6"
        own = (0.3, 0) if r == 3 else (f"=G{p}-$G$1*J{p}", f"=H{p}-$G$1*K{p}")
        made = (f"=SUMPRODUCT(({e})^2)/10", f"=SUMPRODUCT({e})/5", f"=SUMPRODUCT({e},$C$2:$C$6)/5")
        cells |= rows(f"F{r}", (r - 3, *own, *made, f"=H{r}*B$9/A$9", f"=B$8+G{r}*B$9-L{r}*A$8"))
    return Handmade("standardised data, mapped back", cells)


def _gate() -> Handmade:
    """The chain in pieces, of which one is headed as a derivative by a parameter: dg/da."""
    cells = rows("A1", ("taxa de aprendizado", 0.4), ("x", 0.8), ("alvo", 1.2))
    links = ("dL/dy", "dy/dg", "dg/da", "gradiente a", "gradiente b")
    cells |= rows("A5", ("passo", "a", "b", "g", "y", "perda", *links))
    for r in range(6, 13):
        p = r - 1
        own = (0.2, 0.5) if r == 6 else (f"=B{p}-$B$1*J{p}", f"=C{p}-$B$1*K{p}")
        made = (f"=1/(1+EXP(-B{r}*$B$2))", f"=D{r}*C{r}+(1-D{r})*$B$2", f"=(E{r}-$B$3)^2/2")
        chain = (f"=E{r}-$B$3", f"=C{r}-$B$2", f"=D{r}*(1-D{r})*$B$2", f"=G{r}*H{r}*I{r}", f"=G{r}*D{r}")
        cells |= rows(f"A{r}", (r - 6, *own, *made, *chain))
    slips = {"a link left out": ({f"J{r}": f"=G{r}*I{r}" for r in range(6, 13)}, "J6")}
    return Handmade("a gate, link by link", cells, slips)


def _newton() -> Cells:
    """A logistic model by Newton's method: each parameter is moved by both gradients."""
    cells = rows("A2", ("x", "y"), (0.5, 0), (1, 0), (1.5, 1), (2, 0), (2.5, 1), (3, 1))
    cells |= rows("D2", ("iter", "b0", "b1", "logL", "g0", "g1", "H00", "H01", "H11", "det"))
    x, y = "$A$3:$A$8", "$B$3:$B$8"
    for r in range(3, 8):
        q, p = r - 1, f"(1/(1+EXP(-(E{r}+F{r}*{x}))))"
        own = (0, 0) if r == 3 else (f"=E{q}+(L{q}*H{q}-K{q}*I{q})/M{q}", f"=F{q}+(J{q}*I{q}-K{q}*H{q})/M{q}")
        first = (f"=SUMPRODUCT({y}*LN({p})+(1-{y})*LN(1-{p}))", f"=SUMPRODUCT({y}-{p})", f"=SUMPRODUCT(({y}-{p})*{x})")
        second = tuple(f"=SUMPRODUCT({p}*(1-{p}){power})" for power in ("", f"*{x}", f"*{x}^2"))
        cells |= rows(f"D{r}", (r - 3, *own, *first, *second, f"=J{r}*L{r}-K{r}^2"))
    return cells


UNUSUAL = (
    _decay_of_weights(),
    _rates_of_their_own(),
    _nesterov(),
    _momentum_within(),
    _normalised_steps(),
    _clipped_in_place(),
    _matrices(),
    _standardised(),
    _gate(),
)
NEWTON = Handmade("Newton's method", _newton())
