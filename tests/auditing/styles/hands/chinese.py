"""Logistic regression in Chinese, an L2 penalty, bands above repeated names."""

from __future__ import annotations

from openpyxl import Workbook

from tests.auditing.styles.hands.series import (
    ANCHOR,
    BIAS,
    CHAIN,
    HALF,
    INPUT,
    MEAN,
    PATH,
    SIGN,
    T,
    block,
    finish,
    style,
)

x1, x2, y = "$B$6:$B$11", "$C$6:$C$11", "$D$6:$D$11"


def Z(b="[b]"):
    """The prediction of every sample."""
    return f"(1/(1+EXP(0-[w1]*{x1}-[w2]*{x2}-{b})))"


P = Z()
S = {
    "梯度里忘了正则项": ([PATH, CHAIN], [], {"g1": f"=SUMPRODUCT(({P}-{y})*{x1})/6"}),
    "正则项多了2倍": ([HALF, CHAIN], [], {"g2": f"=SUMPRODUCT(({P}-{y})*{x2})/6+2*$B$3*[w2]"}),
    "没有除以样本数": ([MEAN], [], {"gb": f"=SUMPRODUCT({P}-{y})"}),
    "梯度里的预测忘了偏置": ([BIAS], [], {"g1": f"=SUMPRODUCT(({Z('0')}-{y})*{x1})/6+$B$3*[w1]"}),
    "符号": ([SIGN], [], {"w1": "=[w1-]+$B$2*[g1-]"}),
    "x1 代替 x2": ([INPUT], [], {"g2": f"=SUMPRODUCT(({P}-{y})*{x1})/6+$B$3*[w2]"}),
    "样本区没有绝对引用": ([ANCHOR], [], {"gb": f"=SUMPRODUCT({P}-D{{q}}:D{{s}})/6"}),
}


def build(changes):
    """The sheet, with these changes."""
    wb = Workbook()
    ws = wb.active
    ws.title = "逻辑回归"
    block(
        ws,
        "A1",
        [
            ["逻辑回归(交叉熵损失 + L2正则化)"],
            ["学习率", 0.4],
            ["正则化系数λ", 0.05],
            [],
            ["样本", "x1", "x2", "标签y"],
        ],
    )
    for i, r in enumerate([[0.2, 0.9, 0], [0.5, 0.4, 0], [0.9, 0.1, 1], [0.7, 0.8, 1], [0.3, 0.2, 0], [1.1, 0.6, 1]]):
        block(ws, f"A{6 + i}", [[i + 1, *r]])
    for i in range(12, 18):
        ws.cell(i, 4, 0)
    reg = {}
    t = T(ws, 30, 31, 12, reg=reg)
    t.add("k", "迭代", "={i}")
    for k, g, v in (("w1", "g1", 0.1), ("w2", "g2", 0.2), ("b", "gb", 0)):
        t.add(k, k, v, f"=[{k}-]-$B$2*[{g}-]")
    t.add("L", "J", f"=-SUMPRODUCT({y}*LN({P})+(1-{y})*LN(1-{P}))/6+$B$3/2*([w1]^2+[w2]^2)")
    t.add("g1", "w1", f"=SUMPRODUCT(({P}-{y})*{x1})/6+$B$3*[w1]").add(
        "g2", "w2", f"=SUMPRODUCT(({P}-{y})*{x2})/6+$B$3*[w2]"
    ).add("gb", "b", f"=SUMPRODUCT({P}-{y})/6")
    ws["B29"] = "参数"
    ws.merge_cells("B29:D29")
    ws["E29"] = "损失函数"
    ws["F29"] = "梯度"
    ws.merge_cells("F29:H29")
    old = t.text
    t.text = lambda tm, i: old(
        tm.replace("{q}", str(6 + i)).replace("{s}", str(11 + i)) if isinstance(tm, str) else tm, i
    )
    return finish(wb, reg, changes)


STYLE = style("Chinese logistic regression", build, S)
