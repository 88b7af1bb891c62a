"""What trains: small models, each with its formulas and with slips that leave it a plausible sheet.

In a formula ``[name]`` is a quantity of the step, ``[name@]`` one of the same sample; ``sum(name)`` and ``mean(name)``
go over the samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlbp.auditing import findings as kinds


@dataclass(frozen=True)
class Slip:
    """Another formula of a quantity, in all steps or in one; ``where`` names the cells it may be told in."""

    quantity: str
    formula: str
    kinds: tuple[str, ...]
    where: tuple[str, ...] = ()
    one_step: bool = False


@dataclass(frozen=True)
class Model:
    """``data`` and ``shares`` are of each sample, ``totals`` of the step; ``gradients`` by parameter."""

    name: str
    parameters: Mapping[str, float]
    data: Mapping[str, tuple[float, ...]]
    shares: Mapping[str, str]
    totals: Mapping[str, str]
    gradients: Mapping[str, str]
    loss: str
    rate: float
    slips: tuple[Slip, ...]

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return len(next(iter(self.data.values())))


LINE = Model(
    "a line",
    {"m": 0.4, "k": -0.2},
    {"x": (1, 2, 3, 4.5), "y": (2.1, 3.9, 6.2, 8.7)},
    {
        "guess": "[m]*[x@]+[k]",
        "err": "[guess@]-[y@]",
        "sq": "[err@]^2",
        "gm": "2*[err@]*[x@]",
        "gk": "2*[err@]",
    },
    {"loss": "mean(sq)", "dm": "mean(gm)", "dk": "mean(gk)"},
    {"m": "dm", "k": "dk"},
    "loss",
    0.02,
    (
        Slip("dm", "sum(gm)", (kinds.MEAN,)),
        Slip("gk", "[err@]", (kinds.HALF,), ("gk", "dk")),
        Slip("gm", "2*[err@]*[y@]", (kinds.DATA, kinds.FACTOR), ("gm", "dm")),
        Slip("gm", "-2*[err@]*[x@]", (kinds.SIGN,), ("gm", "dm")),
        Slip("new m", "[m]-[rate]*[dk]", (kinds.WRONG_GRADIENT,)),
        Slip("new k", "[k]+[rate]*[dk]", (kinds.SIGN,)),
        Slip("dk", "mean(gm)", (kinds.UNIT, kinds.WRONG_GRADIENT, kinds.FACTOR, kinds.UNKNOWN), one_step=True),
    ),
)
LOGISTIC = Model(
    "logistic regression",
    {"w1": 0.3, "w2": -0.5, "b": 0.1},
    {"x1": (0.5, 1.2, -0.7, 2.0, -1.5), "x2": (1.0, -0.4, 0.3, 0.8, -0.9), "t": (1, 0, 0, 1, 0)},
    {
        "z": "[w1]*[x1@]+[w2]*[x2@]+[b]",
        "a": "1/(1+EXP(-[z@]))",
        "ce": "-([t@]*LN([a@])+(1-[t@])*LN(1-[a@]))",
        "delta": "[a@]-[t@]",
        "g1": "[delta@]*[x1@]",
        "g2": "[delta@]*[x2@]",
    },
    {"loss": "mean(ce)", "dw1": "mean(g1)", "dw2": "mean(g2)", "db": "mean(delta)"},
    {"w1": "dw1", "w2": "dw2", "b": "db"},
    "loss",
    0.5,
    (
        Slip("delta", "[t@]-[a@]", (kinds.SIGN,)),
        Slip("delta", "([a@]-[t@])*[a@]*(1-[a@])", (kinds.FACTOR,)),
        Slip("g2", "[delta@]*[x1@]", (kinds.DATA,), ("g2", "dw2")),
        Slip("db", "sum(delta)", (kinds.MEAN, kinds.FUNCTION)),
        Slip("new w2", "[w2]-[rate]*[dw1]", (kinds.WRONG_GRADIENT,)),
        Slip("dw1", "mean(g1)/2", (kinds.HALF,), one_step=True),
    ),
)
NET = Model(
    "two tanh units",
    {"u1": 0.6, "u2": -0.4, "c1": 0.1, "c2": 0.2, "v1": 0.5, "v2": 0.7, "d": -0.3},
    {"x": (0.5, -1.0, 1.5), "t": (0.2, 0.9, -0.4)},
    {
        "z1": "[u1]*[x@]+[c1]",
        "z2": "[u2]*[x@]+[c2]",
        "h1": "TANH([z1@])",
        "h2": "TANH([z2@])",
        "o": "[v1]*[h1@]+[v2]*[h2@]+[d]",
        "e": "([o@]-[t@])^2/2",
        "do": "[o@]-[t@]",
        "dz1": "[do@]*[v1]*(1-[h1@]^2)",
        "dz2": "[do@]*[v2]*(1-[h2@]^2)",
        "gu1": "[dz1@]*[x@]",
        "gu2": "[dz2@]*[x@]",
        "gv1": "[do@]*[h1@]",
        "gv2": "[do@]*[h2@]",
    },
    {
        "loss": "sum(e)",
        **{f"d{p}": f"sum(g{p})" for p in ("u1", "u2", "v1", "v2")},
        **{"dc1": "sum(dz1)", "dc2": "sum(dz2)", "dd": "sum(do)"},
    },
    {p: f"d{p}" for p in ("u1", "u2", "c1", "c2", "v1", "v2", "d")},
    "loss",
    0.1,
    (
        Slip("dz1", "[do@]*[v1]", (kinds.MASK,)),
        Slip("dz2", "[do@]*[v2]*(1-[h1@]^2)", (kinds.UNIT,)),
        Slip("dz1", "[do@]*[v2]*(1-[h1@]^2)", (kinds.WEIGHT,)),
        Slip("dz2", "[do@]*[v2]*(1-TANH([h2@])^2)", (kinds.SLOPE_AT_A, kinds.FACTOR, kinds.UNIT)),
        Slip("do", "[t@]-[o@]", (kinds.SIGN,)),
        Slip("gv2", "[do@]*[h1@]", (kinds.DATA, kinds.UNIT), ("gv2", "dv2")),
        Slip("new v1", "[v1]-[rate]*[dv2]", (kinds.WRONG_GRADIENT,)),
        Slip("dc2", "sum(dz1)", (kinds.UNIT,), one_step=True),
    ),
)
BOWL = Model(
    "a bowl",
    {"p": 1.4, "q": -0.7},
    {"a": (3,)},
    {"f": "([p]-[a@])^2+2*([q]+1)^2+[p]*[q]/2", "gp": "2*([p]-[a@])+[q]/2", "gq": "4*([q]+1)+[p]/2"},
    {"loss": "sum(f)", "dp": "sum(gp)", "dq": "sum(gq)"},
    {"p": "dp", "q": "dq"},
    "loss",
    0.1,
    (
        Slip("gp", "([p]-[a@])+[q]/2", (kinds.HALF, kinds.FACTOR, kinds.PATH), ("gp", "dp")),
        Slip("gq", "4*([q]+1)", (kinds.PATH,), ("gq", "dq")),
        Slip("new q", "[q]-[rate]*[dp]", (kinds.WRONG_GRADIENT,)),
    ),
)
MODELS = (LINE, LOGISTIC, NET, BOWL)
