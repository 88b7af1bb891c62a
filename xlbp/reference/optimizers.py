"""Optimizers by hand: from p and its gradient g to the p of the next row, and what is kept for it.

Conventions are PyTorch's (torch.optim, 2.x), for lion Keras's; the papers are named in docs/templates.md.
Arrays have the shape of the parameter: W (n, m), b (n,), or the variables of a graph (v,).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from xlbp.reference.history import Array, Arrays
from xlbp.template import names
from xlbp.template.optimizers import OPTIMIZERS as RECORDS
from xlbp.template.template import Training

Kept = dict[str, Array]
Scalar = float | Array
Shared = dict[str, float]
Scalars = Mapping[str, Scalar]

Clean = Callable[[Array], Array]
Step = Callable[["Numbers", Kept, Scalars, Array, Array, Scalar], tuple[Array, Kept]]


class Numbers:
    """The optimizer's settings as attributes; one that the template leaves out is 0.

    ``cell`` makes errors of infinities: a rule sends through it whatever has a cell of its own and is used again, for
    a number over an infinity would be 0, and over an error it is an error.
    """

    def __init__(self, inputs: Mapping[str, float], cell: Clean = lambda value: value) -> None:
        self._inputs, self.cell = inputs, cell

    def __getattr__(self, name: str) -> float:
        return self._inputs.get(names.setting(name), 0.0)

    def has(self, name: str) -> bool:
        """Whether the template sets this option; a person may set it to 0 later, and its cells stay."""
        return names.setting(name) in self._inputs


class Rule(NamedTuple):
    """How one parameter is moved, and what all parameters share in row t."""

    step: Step
    shared: Callable[[Numbers, int, Shared], Shared] = lambda s, t, old: {}


def _sgd(s: Numbers, old: Kept, shared: Scalars, p: Array, g: Array, eta: Scalar) -> tuple[Array, Kept]:
    return p - eta * g, {}


def _momentum(s: Numbers, old: Kept, shared: Scalars, p: Array, g: Array, eta: Scalar) -> tuple[Array, Kept]:
    v = s.momentum * old["v"] + g if old else g
    return p - eta * v, {"v": v}


def _nesterov(s: Numbers, old: Kept, shared: Scalars, p: Array, g: Array, eta: Scalar) -> tuple[Array, Kept]:
    v = s.cell(s.momentum * old["v"] + g if old else g)
    return p - eta * (g + s.momentum * v), {"v": v}


def _adagrad(s: Numbers, old: Kept, shared: Scalars, p: Array, g: Array, eta: Scalar) -> tuple[Array, Kept]:
    total = s.cell((old["s"] if old else s.initial) + g * g)
    return p - eta * g / (np.sqrt(total) + s.eps), {"s": total}


def _rmsprop(s: Numbers, old: Kept, shared: Scalars, p: Array, g: Array, eta: Scalar) -> tuple[Array, Kept]:
    v = s.cell(_average(s.alpha, old.get("v"), g * g))
    if not s.has("momentum"):
        return p - eta * g / (np.sqrt(v) + s.eps), {"v": v}
    step = g / (np.sqrt(v) + s.eps)
    u = s.momentum * old["u"] + step if old else step
    return p - eta * u, {"v": v, "u": u}


def _average(share: float, old: Array | None, new: Array) -> Array:
    """``share`` of the old average and the rest of the new value; above the first row it is 0."""
    return (1 - share) * new if old is None else share * old + (1 - share) * new


def _adadelta(s: Numbers, old: Kept, shared: Scalars, p: Array, g: Array, eta: Scalar) -> tuple[Array, Kept]:
    v = s.cell(_average(s.rho, old.get("v"), g * g))
    before = old["u"] if old else np.zeros_like(p)
    d = s.cell(np.sqrt(before + s.eps) / np.sqrt(v + s.eps) * g)
    return p - eta * d, {"v": v, "d": d, "u": _average(s.rho, old.get("u"), d * d)}


def _adam(s: Numbers, old: Kept, shared: Scalars, p: Array, g: Array, eta: Scalar) -> tuple[Array, Kept]:
    m, v = _average(s.beta1, old.get("m"), g), _average(s.beta2, old.get("v"), g * g)
    mh, vh = s.cell(m / (1 - shared["power1"])), s.cell(v / (1 - shared["power2"]))
    return p - eta * mh / (np.sqrt(vh) + s.eps), {"m": m, "v": v, "mh": mh, "vh": vh}


def _adam_powers(s: Numbers, t: int, old: Shared) -> Shared:
    return {"power1": old.get("power1", 1.0) * s.beta1, "power2": old.get("power2", 1.0) * s.beta2}


def _nadam(s: Numbers, old: Kept, shared: Scalars, p: Array, g: Array, eta: Scalar) -> tuple[Array, Kept]:
    m, v = _average(s.beta1, old.get("m"), g), _average(s.beta2, old.get("v"), g * g)
    m, vh = s.cell(m), s.cell(v / (1 - shared["power2"]))
    mu, after, product = (shared[key] for key in ("mu", "next", "product"))
    mixed = (1 - mu) / (1 - product) * g + after / (1 - product * after) * m
    return p - eta * mixed / (np.sqrt(vh) + s.eps), {"m": m, "v": v, "vh": vh}


def _nadam_powers(s: Numbers, t: int, old: Shared) -> Shared:
    def mu_at(time: int) -> float:
        return s.beta1 * (1 - math.exp(time * s.momentum_decay * math.log(0.96)) / 2)

    mu = mu_at(t + 1)
    power2 = old.get("power2", 1.0) * s.beta2
    return {"mu": mu, "next": mu_at(t + 2), "product": old.get("product", 1.0) * mu, "power2": power2}


def _lion(s: Numbers, old: Kept, shared: Scalars, p: Array, g: Array, eta: Scalar) -> tuple[Array, Kept]:
    c = s.cell(_average(s.beta1, old.get("m"), g))
    return p - eta * np.sign(c), {"c": c, "m": _average(s.beta2, old.get("m"), g)}


RULES: dict[str, Rule] = {
    "sgd": Rule(_sgd),
    "momentum": Rule(_momentum),
    "nesterov": Rule(_nesterov),
    "adagrad": Rule(_adagrad),
    "rmsprop": Rule(_rmsprop),
    "adadelta": Rule(_adadelta),
    "adam": Rule(_adam, _adam_powers),
    "adamw": Rule(_adam, _adam_powers),
    "nadam": Rule(_nadam, _nadam_powers),
    "lion": Rule(_lion),
}


RATES: dict[str, Callable[[Numbers, float, int, float | None], float]] = {  # of row t, from eta and the rate above
    "constant": lambda s, eta, t, above: eta,
    "step": lambda s, eta, t, above: eta if above is None else above if t % s.every else above * s.factor,
    "exponential": lambda s, eta, t, above: eta if above is None else above * s.factor,
    "inverse_time": lambda s, eta, t, above: eta / (1 + s.decay * t / s.every),
    "cosine": lambda s, eta, t, above: s.lowest + (eta - s.lowest) * (1 + math.cos(math.pi * t / s.period)) / 2,
    "warmup": lambda s, eta, t, above: eta * (s.start + (1 - s.start) * min(t, s.warmup) / s.warmup),
}


def _rate(training: Training, s: Numbers, eta: float, t: int, above: float | None) -> float:
    """The learning rate of row t; a piecewise one is that of the first piece that t is still in."""
    if training.schedule != "piecewise":
        return RATES[training.schedule](s, eta, t, above)
    later = (n for n in range(1, training.pieces) if t < getattr(s, f"until{n}"))
    return float(getattr(s, f"rate{next(later, training.pieces)}"))


class Moved(NamedTuple):
    """A row's update: the parameters after it, and every quantity of it that has a cell."""

    parameters: dict[str, Array]
    kept: dict[str, Kept]
    shared: Scalars


class Optimizer:
    """Takes a step at a time; remembers the row above until :meth:`commit`, as a row may be done again."""

    def __init__(
        self, training: Training, inputs: Mapping[str, float], maximize: bool = False, left: float = 0.0
    ) -> None:
        self.left = left  # of the floor of a gradient that does not exceed it
        self.training, self.inputs, self.numbers, self.maximize = training, inputs, Numbers(inputs), maximize
        self.eta = inputs[names.LEARNING_RATE]
        self.kept: dict[str, Kept] = {}
        self.shared: Shared = {}
        self.rate: float | None = None
        self.varies = training.schedule != "constant" or bool(self._rule.shared(self.numbers, 0, {}))

    @property
    def _rule(self) -> Rule:
        return RULES[self.training.optimizer]

    def step(self, t: int, parameters: Arrays, gradients: Arrays, clean: Clean, floors: Arrays | None = None) -> Moved:
        """From the row's parameters and gradients to those of the next row; ``clean`` makes errors of infinities."""
        return self.move(parameters, gradients, self.kept, self.shares(t), clean, floors)

    def shares(self, t: int) -> Shared:
        """What all parameters share in row t: the learning rate, and what the rule computes once for all."""
        s = self.numbers
        rate = _error_or(lambda: _rate(self.training, s, self.eta, t, self.rate))
        return {**self._rule.shared(s, t, self.shared), names.RATE[1:]: rate}

    def move(
        self,
        parameters: Arrays,
        gradients: Arrays,
        above: Mapping[str, Kept],
        shared: Scalars,
        clean: Clean,
        floors: Arrays | None = None,
    ) -> Moved:
        """The arithmetic of a step; ``above`` is what was kept in the row above, nothing in the first.

        A gradient that is no larger than its one of ``floors``, where these are given, becomes ``left`` times that.
        """
        s, rate = Numbers(self.inputs, clean), shared[names.RATE[1:]]
        clipped, found = self._clipped(gradients, clean)
        moved, kept = dict(parameters), {}
        for name, gradient in clipped.items():
            p, g = self._seen(parameters[name], gradient, rate)
            g = clean(g)
            if floors:
                g = np.where(np.abs(g) <= floors[name], self.left * floors[name], g)
            old = {key: value for key, value in above.get(name, {}).items() if key != "g"}
            after, keeps = self._rule.step(s, old, shared, p, g, rate)
            moved[name] = clean(after)
            kept[name] = {"g": g, **{letter: clean(value) for letter, value in keeps.items()}}
        return Moved(moved, kept, {**shared, **found})

    def _seen(self, p: Array, g: Array, rate: Scalar) -> tuple[Array, Array]:
        """The parameter and the gradient as the rule sees them: turned round to climb, with the weight decay."""
        decay, g = self.numbers.weight_decay, -g if self.maximize else g
        if decay and RECORDS[self.training.optimizer].is_decoupled:
            return p * (1 - rate * decay), g
        return p, g + decay * p if decay else g

    def _clipped(self, gradients: Arrays, clean: Clean) -> tuple[dict[str, Array], Scalars]:
        s = self.numbers
        if self.training.clip == "value":
            return {k: np.maximum(-s.clip_value, np.minimum(g, s.clip_value)) for k, g in gradients.items()}, {}
        if self.training.clip != "norm":
            return dict(gradients), {}
        squares = np.concatenate([(g * g).ravel() for g in gradients.values()])
        length = clean(np.sqrt(np.add.accumulate(squares)[..., -1]))
        factor = np.minimum(1.0, s.clip_norm / (length + 1e-6))
        found = {names.LENGTH[1:]: length, names.CLIPPING[1:]: factor}
        return {name: factor * g for name, g in gradients.items()}, found

    def commit(self, moved: Moved) -> None:
        """The row is done: its quantities are those of the row above now."""
        self.kept = moved.kept
        self.remember({name: float(value) for name, value in moved.shared.items()})

    def remember(self, shares: Shared) -> None:
        """What all parameters shared is of the row above now."""
        self.shared, self.rate = shares, shares[names.RATE[1:]]


def _error_or(value: Callable[[], float]) -> float:
    """What a cell shows: a finite number, or an error, which is NaN here."""
    try:
        found = value()
    except (ArithmeticError, ValueError):
        return math.nan
    return found if math.isfinite(found) else math.nan
