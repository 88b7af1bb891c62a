"""Defined names everywhere: one tanh neuron, RMSProp, the settings on another sheet."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from tests.auditing.styles.hands.series import BIAS, GRAD, INPUT, MASK, OPT, ROW, SIGN, T, block, finish, style

S = {
    "1-out^2 missing": ([MASK], [], {"d": "=[out]-target"}),
    "no square root": ([OPT], [], {"w1": "=[w1-]-lr*[g1-]/([s1-]+tiny)"}),
    "average of the step before": ([OPT, ROW, GRAD], [], {"w2": (2, "=[w2-]-lr*[g2-]/(SQRT([s2<2])+tiny)")}),
    "rho for 1-rho": ([OPT], [], {"s2": "=rho*[s2-]+rho*[g2]^2"}),
    "in_1 for in_2": ([INPUT], [], {"g2": "=[d]*in_1"}),
    "target-out": ([SIGN], [], {"d": "=(target-[out])*(1-[out]^2)"}),
    "bias left out of net": ([BIAS], [], {"net": "=[w1]*in_1+[w2]*in_2"}),
}


def build(changes):
    """The sheet, with these changes."""
    wb = Workbook()
    c = wb.active
    c.title = "Settings"
    block(
        c,
        "A1",
        [
            ["Setting", "Value"],
            ["learning rate", 0.05],
            ["decay rate", 0.9],
            ["epsilon", 0.0001],
            ["input 1", 1.2],
            ["input 2", -0.7],
            ["target output", 0.6],
        ],
    )
    for n, r in zip(("lr", "rho", "tiny", "in_1", "in_2", "target"), range(2, 8), strict=False):
        wb.defined_names[n] = DefinedName(n, attr_text=f"Settings!$B${r}")
    ws = wb.create_sheet("Run")
    reg = {}
    t = T(ws, 2, 3, 18, reg=reg)
    ws["A1"] = "RMSprop, one tanh neuron"
    t.add("k", "Epoch", "={i}")
    for k, h, v in (("1", "Weight 1", 0.4), ("2", "Weight 2", 0.9)):
        t.add("w" + k, h, v, f"=[w{k}-]-lr*[g{k}-]/(SQRT([s{k}-])+tiny)")
    t.add("w3", "Bias", -0.1, "=[w3-]-lr*[g3-]/(SQRT([s3-])+tiny)")
    t.add("net", "Net", "=[w1]*in_1+[w2]*in_2+[w3]").add("out", "Out", "=TANH([net])").add(
        "L", "Loss", "=([out]-target)^2/2"
    )
    t.add("d", "Delta", "=([out]-target)*(1-[out]^2)")
    t.add("g1", "Grad weight 1", "=[d]*in_1").add("g2", "Grad weight 2", "=[d]*in_2").add("g3", "Grad bias", "=[d]")
    for k in "123":
        t.add(
            "s" + k,
            "Mean sq. grad " + ("weight " + k if k < "3" else "bias"),
            f"=(1-rho)*[g{k}]^2",
            f"=rho*[s{k}-]+(1-rho)*[g{k}]^2",
        )
    return finish(wb, reg, changes)


STYLE = style("defined names, RMSProp", build, S)
