"""The optimizers a template may name, with all that is known of them besides their mathematics.

Conventions and defaults are PyTorch's (Keras's for lion, which PyTorch lacks).  The mathematics stands in
:mod:`xlbp.model.optimizers` and :mod:`xlbp.reference.optimizers`.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass


@dataclass(frozen=True)
class Optimizer:
    """``options`` are its numbers with their defaults; ``extras`` those that are absent unless a template gives them.

    ``keeps`` are the letters of what it keeps for each parameter, in the order of the columns, and ``shares`` of what
    it keeps once for all; an extra may add one (:data:`EXTRA_STATE`).
    """

    options: dict[str, float]
    usual_rate: float  # a learning rate that lowers the loss of standardised data within some dozen rows
    keeps: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    is_by_size: bool = True  # whether it divides a gradient by its size: its step does not grow with the targets
    is_decoupled: bool = False  # whether weight decay shrinks the parameter itself, and not through the gradient


MOMENTS = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}

OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer({}, 0.2, is_by_size=False),
    "momentum": Optimizer({"momentum": 0.9}, 0.02, ("v",), is_by_size=False),
    "nesterov": Optimizer({"momentum": 0.9}, 0.02, ("v",), is_by_size=False),
    "adagrad": Optimizer({"eps": 1e-10}, 0.1, ("s",), extras=("initial",)),
    "rmsprop": Optimizer({"alpha": 0.99, "eps": 1e-8}, 0.02, ("v",), extras=("momentum",)),
    "adadelta": Optimizer({"rho": 0.9, "eps": 1e-6}, 2.0, ("v", "d", "u")),
    "adam": Optimizer(MOMENTS, 0.05, ("m", "v", "mh", "vh"), ("power1", "power2")),
    "adamw": Optimizer(
        MOMENTS | {"weight_decay": 0.01}, 0.05, ("m", "v", "mh", "vh"), ("power1", "power2"), is_decoupled=True
    ),
    "nadam": Optimizer(
        MOMENTS | {"momentum_decay": 0.004}, 0.05, ("m", "v", "vh"), ("mu", "next", "product", "power2")
    ),
    "lion": Optimizer({"beta1": 0.9, "beta2": 0.99}, 0.02, ("c", "m"), is_decoupled=True),
}
EVERY_OPTIMIZER = ("weight_decay",)  # extras of all
EXTRA_STATE = {"rmsprop": {"momentum": "u"}}  # what an extra makes an optimizer keep besides


def state_of(optimizer: str, settings: Container[str]) -> tuple[str, ...]:
    """The letters of what an optimizer with these numbers keeps for each parameter; g is the gradient it sees."""
    extra = (letter for key, letter in EXTRA_STATE.get(optimizer, {}).items() if f"${key}" in settings)
    return ("g", *OPTIMIZERS[optimizer].keeps, *extra)


KEPT: dict[str, str] = {  # the letters of what is kept for each parameter, with their symbols
    "g": "g",
    "m": "m",
    "v": "v",
    "s": "s",
    "u": "u",
    "c": "c",
    "d": "Δ",
    "mh": "m̂",
    "vh": "v̂",
}
SHARED: dict[str, str] = {"power1": "β₁ᵗ", "power2": "β₂ᵗ", "mu": "μ(t)", "next": "μ(t+1)", "product": "Πμ"}
