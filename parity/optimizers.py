"""torch.optim and torch.optim.lr_scheduler by a template's settings, and what they keep by xlbp's letters.

Lion, which PyTorch lacks, is Keras's rule written out; so are InverseTimeDecay and the piecewise schedule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import lr_scheduler

from xlbp.template.template import Training

# what torch.optim calls the states, by the letters of xlbp's columns
STATES: dict[str, dict[str, str]] = {
    "sgd": {},
    "momentum": {"v": "momentum_buffer"},
    "nesterov": {"v": "momentum_buffer"},
    "adagrad": {"s": "sum"},
    "rmsprop": {"v": "square_avg", "u": "momentum_buffer"},
    "adadelta": {"v": "square_avg", "u": "acc_delta"},
    "adam": {"m": "exp_avg", "v": "exp_avg_sq"},
    "adamw": {"m": "exp_avg", "v": "exp_avg_sq"},
    "nadam": {"m": "exp_avg", "v": "exp_avg_sq"},
    "lion": {"m": "m"},
}


class Lion(torch.optim.Optimizer):
    """keras.optimizers.Lion: m is used before it is updated, and a weight decay shrinks the parameter."""

    def __init__(self, parameters: Iterable[Tensor], lr: float, betas: tuple[float, float], weight_decay: float):
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay, "maximize": False})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """P - lr sign(beta1 m + (1 - beta1) g);  then m = beta2 m + (1 - beta2) g."""
        for group in self.param_groups:
            (beta1, beta2), lr = group["betas"], group["lr"]
            for p in group["params"]:
                g = -p.grad if group["maximize"] else p.grad
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.sub_(p * group["weight_decay"] * lr)
                p.sub_(lr * torch.sign(m * beta1 + g * (1 - beta1)))
                m.copy_(m * beta2 + g * (1 - beta2))


def numbers(training: Training) -> dict[str, float]:
    """The settings without their mark."""
    return {name[1:]: value for name, value in training.settings.items()}


def make_optimizer(training: Training, parameters: list[Tensor], maximize: bool = False) -> torch.optim.Optimizer:
    """torch.optim's own, with every number given: no default is trusted to be the same."""
    s, kind = numbers(training), training.optimizer
    betas = (s.get("beta1", 0.0), s.get("beta2", 0.0))
    adam = {"betas": betas, "eps": s.get("eps")}
    options: dict[str, tuple[Callable[..., torch.optim.Optimizer], dict[str, Any]]] = {
        "sgd": (torch.optim.SGD, {}),
        "momentum": (torch.optim.SGD, {"momentum": s.get("momentum")}),
        "nesterov": (torch.optim.SGD, {"momentum": s.get("momentum"), "nesterov": True}),
        "adagrad": (torch.optim.Adagrad, {"eps": s.get("eps"), "initial_accumulator_value": s.get("initial", 0.0)}),
        "rmsprop": (
            torch.optim.RMSprop,
            {"alpha": s.get("alpha"), "eps": s.get("eps"), "momentum": s.get("momentum", 0.0)},
        ),
        "adadelta": (torch.optim.Adadelta, {"rho": s.get("rho"), "eps": s.get("eps")}),
        "adam": (torch.optim.Adam, adam),
        "adamw": (torch.optim.AdamW, adam),
        "nadam": (torch.optim.NAdam, {**adam, "momentum_decay": s.get("momentum_decay")}),
        "lion": (Lion, {"betas": betas}),
    }
    make, given = options[kind]
    optimizer = make(parameters, lr=training.learning_rate, weight_decay=s.get("weight_decay", 0.0), **given)
    for group in optimizer.param_groups:
        group["maximize"] = maximize
    return optimizer


class ByHand:
    """A schedule that PyTorch lacks: sets the rate of iteration t."""

    def __init__(self, optimizer: torch.optim.Optimizer, rate: Callable[[int], float]) -> None:
        self.optimizer, self.rate, self.t = optimizer, rate, 0
        self._set()

    def _set(self) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(self.t)

    def step(self) -> None:
        """On to the next iteration."""
        self.t += 1
        self._set()


def make_schedule(training: Training, optimizer: torch.optim.Optimizer) -> lr_scheduler.LRScheduler | ByHand:
    """torch.optim.lr_scheduler's own where there is one."""
    s, eta = numbers(training), training.learning_rate

    def piecewise(t: int) -> float:
        ends = [s[f"until{n}"] for n in range(1, training.pieces)] + [math.inf]
        return next(s[f"rate{n}"] for n, end in enumerate(ends, start=1) if t < end)

    make: dict[str, Callable[[], lr_scheduler.LRScheduler | ByHand]] = {
        "constant": lambda: ByHand(optimizer, lambda t: eta),
        "step": lambda: lr_scheduler.StepLR(optimizer, int(s["every"]), s["factor"]),
        "exponential": lambda: lr_scheduler.ExponentialLR(optimizer, s["factor"]),
        "inverse_time": lambda: ByHand(optimizer, lambda t: eta / (1 + s["decay"] * t / s["every"])),
        "cosine": lambda: lr_scheduler.CosineAnnealingLR(optimizer, int(s["period"]), s["lowest"]),
        "warmup": lambda: lr_scheduler.LinearLR(optimizer, s["start"], 1.0, int(s["warmup"])),
        "piecewise": lambda: ByHand(optimizer, piecewise),
    }
    return make[training.schedule]()


def clip(training: Training, parameters: list[Tensor]) -> dict[str, float]:
    """The gradients clipped in place by torch.nn.utils; the length and the factor that xlbp has cells for."""
    s = numbers(training)
    if training.clip == "value":
        torch.nn.utils.clip_grad_value_(parameters, s["clip_value"])
    if training.clip != "norm":
        return {}
    length = torch.nn.utils.clip_grad_norm_(parameters, s["clip_norm"]).item()
    return {":length": length, ":clipping": min(1.0, s["clip_norm"] / (length + 1e-6))}


def kept(training: Training, optimizer: torch.optim.Optimizer, p: Tensor) -> dict[str, Tensor]:
    """What the optimizer has after a step for a parameter, by xlbp's letters."""
    state = optimizer.state[p]
    found = {letter: state[key] for letter, key in STATES[training.optimizer].items() if state.get(key) is not None}
    if training.optimizer in ("adam", "adamw", "nadam"):
        s, t = numbers(training), float(state["step"])
        found["vh"] = found["v"] / (1 - s["beta2"] ** t)
        if training.optimizer != "nadam":
            found["mh"] = found["m"] / (1 - s["beta1"] ** t)
    return found


def shared(training: Training, optimizer: torch.optim.Optimizer, p: Tensor) -> dict[str, float]:
    """What it has for all parameters together."""
    if training.optimizer not in ("adam", "adamw", "nadam"):
        return {}
    s, state = numbers(training), optimizer.state[p]
    t = float(state["step"])
    found = {":power2": s["beta2"] ** t}
    if training.optimizer != "nadam":
        return {**found, ":power1": s["beta1"] ** t}
    mu, after = (s["beta1"] * (1 - 0.5 * 0.96 ** (k * s["momentum_decay"])) for k in (t, t + 1))
    return {**found, ":product": float(state["mu_product"]), ":mu": mu, ":next": after}
