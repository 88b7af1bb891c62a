"""The numbers on the panel that belong to the optimizer, the schedule, clipping, penalties and dropout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """``symbol`` shows it, with ``{eta}`` for the learning rate's, ``{n}`` for the number behind its name.

    ``is_share``: from 0 to below 1.  ``least``: of a whole number, the smallest; None for any number.
    """

    symbol: str
    is_share: bool = False
    least: int | None = None


SETTINGS: dict[str, Setting] = {
    "momentum": Setting("μ", is_share=True),
    "beta1": Setting("β₁", is_share=True),
    "beta2": Setting("β₂", is_share=True),
    "eps": Setting("ε"),
    "rho": Setting("ρ", is_share=True),
    "alpha": Setting("α", is_share=True),
    "weight_decay": Setting("λ"),
    "momentum_decay": Setting("ψ"),
    "initial": Setting("s₀"),
    "clip_value": Setting("c"),
    "clip_norm": Setting("c"),
    "l1": Setting("λ₁"),
    "l2": Setting("λ₂"),
    "every": Setting("k", least=1),
    "factor": Setting("γ"),
    "decay": Setting("κ"),
    "period": Setting("T", least=0),
    "lowest": Setting("{eta}_min"),
    "warmup": Setting("T_w", least=1),
    "start": Setting("s"),
    "seed": Setting("seed"),
}
NUMBERED: dict[str, Setting] = {  # those of which there is one for each piece of a schedule, each layer, or each class
    "rate": Setting("{eta}{n}"),
    "until": Setting("until {n}"),
    "drop": Setting("p{n}", is_share=True),
    "normeps": Setting("ε{n}"),
    "running": Setting("momentum{n}", is_share=True),
    "dk": Setting("d_k{n}"),
    "omega": Setting("ω{n}"),  # the weight of a class
}
