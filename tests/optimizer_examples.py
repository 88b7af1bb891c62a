"""Three steps of every optimizer, worked out by hand from its paper, for both derivations to meet.

The parameter starts at 1, the gradients are 2, -1 and 3 whatever it does, the learning rate is 0.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from math import sqrt

from xlbp.template.template import Training

START, RATE = 1.0, 0.1
GRADIENTS = (2.0, -1.0, 3.0)


@dataclass(frozen=True)
class Example:
    """``moved`` is the parameter after each step; ``kept`` and ``shared`` what some letters then hold."""

    optimizer: str
    settings: dict[str, float]
    moved: tuple[float, ...]
    kept: dict[str, tuple[float, ...]] = field(default_factory=dict)
    shared: dict[str, tuple[float, ...]] = field(default_factory=dict)
    clip: str = ""
    maximize: bool = False

    @property
    def training(self) -> Training:
        """As a template would give it."""
        named = {f"${key}": value for key, value in self.settings.items()}
        return Training(2, RATE, self.optimizer, clip=self.clip, settings=named)


def after(*steps: float, shrink: float = 1.0) -> tuple[float, ...]:
    """The parameter after each step of the rate times so much; ``shrink`` multiplies it before."""
    found = [START]
    for step in steps:
        found.append(found[-1] * shrink - RATE * step)
    return tuple(found[1:])


K = 3 / (sqrt(3) + 1)  # the third gradient by root of v = 3, plus eps = 1
ADAM = {"beta1": 0.5, "beta2": 0.75, "eps": 1.0}
ADAM_STEPS = (2 / 3, 0.0, 12 / 7 / (sqrt(192 / 37) + 1))
ADAM_KEPT = {"m": (1.0, 0.0, 1.5), "v": (1.0, 1.0, 3.0), "mh": (2.0, 0.0, 12 / 7), "vh": (4.0, 16 / 7, 192 / 37)}
ADAM_SHARED = {"power1": (0.5, 0.25, 0.125), "power2": (0.75, 0.5625, 0.421875)}
HALVES = math.log(0.5) / math.log(0.96)  # a momentum decay with 0.96^(t psi) = 2^-t
NADAM_STEPS = (
    (2 + 0.4375 / (1 - 0.375 * 0.4375) * 1) / 3,
    -0.5625 / (1 - 0.375 * 0.4375) / (sqrt(16 / 7) + 1),
    (0.53125 / (1 - 0.076904296875) * 3 + 0.484375 / (1 - 0.076904296875 * 0.484375) * 1.5) / (sqrt(192 / 37) + 1),
)

EXAMPLES = {
    "sgd": Example("sgd", {}, (0.8, 0.9, 0.6)),
    "sgd, weight decay": Example("sgd", {"weight_decay": 0.5}, (0.75, 0.8125, 0.471875), {"g": (2.5, -0.625, 3.40625)}),
    "sgd, upward": Example("sgd", {}, (1.2, 1.1, 1.4), maximize=True),
    "sgd, upward, weight decay": Example(
        "sgd", {"weight_decay": 0.5}, (1.15, 0.9925, 1.242875), {"g": (-1.5, 1.575, -2.50375)}, maximize=True
    ),
    "momentum": Example("momentum", {"momentum": 0.5}, (0.8, 0.8, 0.5), {"v": (2.0, 0.0, 3.0)}),
    "momentum, upward": Example(
        "momentum", {"momentum": 0.5}, (1.2, 1.2, 1.5), {"v": (-2.0, 0.0, -3.0)}, maximize=True
    ),
    "nesterov": Example("nesterov", {"momentum": 0.5}, (0.7, 0.8, 0.35), {"v": (2.0, 0.0, 3.0)}),
    "adagrad": Example(
        "adagrad", {"eps": 1.0}, after(2 / 3, -1 / (sqrt(5) + 1), 3 / (sqrt(14) + 1)), {"s": (4.0, 5.0, 14.0)}
    ),
    "adagrad, initial": Example(
        "adagrad",
        {"eps": 0.0, "initial": 5.0},
        after(2 / 3, -1 / sqrt(10), 3 / sqrt(19)),
        {"s": (9.0, 10.0, 19.0)},
    ),
    "rmsprop": Example("rmsprop", {"alpha": 0.75, "eps": 1.0}, after(1, -0.5, K), {"v": (1.0, 1.0, 3.0)}),
    "rmsprop, momentum": Example(
        "rmsprop",
        {"alpha": 0.75, "eps": 1.0, "momentum": 0.5},
        after(1, 0, K),
        {"v": (1.0, 1.0, 3.0), "u": (1.0, 0.0, K)},
    ),
    "adadelta": Example(
        "adadelta",
        {"rho": 0.75, "eps": 1.0},
        after(sqrt(2), -sqrt(0.75), 1.875),
        {
            "v": (1.0, 1.0, 3.0),
            "d": (sqrt(2), -sqrt(0.75), 1.875),
            "u": (0.5, 0.5625, 0.75 * 0.5625 + 0.25 * 1.875**2),
        },
    ),
    "adam": Example("adam", ADAM, after(*ADAM_STEPS), ADAM_KEPT, ADAM_SHARED),
    "adam, weight decay": Example(
        "adam",
        {**ADAM, "weight_decay": 0.5},
        after(2.5 / 3.5),
        {"g": (2.5,), "m": (1.25,), "v": (1.5625,), "mh": (2.5,), "vh": (6.25,)},
        {"power1": (0.5,), "power2": (0.75,)},
    ),
    "adamw": Example("adamw", {**ADAM, "weight_decay": 0.5}, after(*ADAM_STEPS, shrink=0.95), ADAM_KEPT, ADAM_SHARED),
    "nadam": Example(
        "nadam",
        {**ADAM, "momentum_decay": HALVES},
        after(*NADAM_STEPS),
        {key: ADAM_KEPT[key] for key in ("m", "v", "vh")},
        {
            "mu": (0.375, 0.4375, 0.46875),
            "next": (0.4375, 0.46875, 0.484375),
            "product": (0.375, 0.1640625, 0.076904296875),
            "power2": ADAM_SHARED["power2"],
        },
    ),
    "lion": Example(
        "lion",
        {"beta1": 0.5, "beta2": 0.75},
        (0.9, 1.0, 0.9),
        {"c": (1.0, -0.25, 1.5625), "m": (0.5, 0.125, 0.84375)},
    ),
    "lion, weight decay": Example(
        "lion", {"beta1": 0.5, "beta2": 0.75, "weight_decay": 0.5}, after(1, -1, 1, shrink=0.95)
    ),
    "lion, undecided": Example(
        "lion", {"beta1": 0.5, "beta2": 0.5}, (0.9, 0.9, 0.8), {"c": (1.0, 0.0, 1.5), "m": (1.0, 0.0, 1.5)}
    ),
    "clipped by value": Example("sgd", {"clip_value": 1.5}, after(1.5, -1, 1.5), clip="value"),
    "clipped by length": Example(
        "sgd",
        {"clip_norm": 2.0},
        after(4 / 2.000001, -1, 6 / 3.000001),
        shared={"length": (2.0, 1.0, 3.0), "clipping": (2 / 2.000001, 1.0, 2 / 3.000001)},
        clip="norm",
    ),
}
