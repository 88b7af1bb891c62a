"""Optimizers, schedules, clipping: the lines from the gradients to the parameters of the next row.

Conventions are PyTorch's, of lion Keras's (docs/templates.md, Optimizers and Schedules).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.literals import assigned_list, assigned_number, number
from xlbp.template import names
from xlbp.template.optimizers import OPTIMIZERS as RECORDS
from xlbp.template.quantity import parse
from xlbp.template.template import Training


class Rule(NamedTuple):
    """The lines for one parameter p with its gradient g, the kth; ``keeps`` are lists with an array for each.

    ``shared`` are lines before, on what all parameters share.  ``before`` what is needed before the first row.
    """

    step: tuple[str, ...]
    keeps: str = ""
    shared: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


MOMENTS = ("m[k] = beta1 * m[k] + (1 - beta1) * g", "v[k] = beta2 * v[k] + (1 - beta2) * g**2")
ADAM = Rule(
    (
        *MOMENTS,
        "m_hat = m[k] / (1 - beta1 ** (iteration + 1))",
        "v_hat = v[k] / (1 - beta2 ** (iteration + 1))",
        "p -= {eta} * m_hat / (np.sqrt(v_hat) + eps)",
    ),
    "mv",
)
RULES: dict[str, Rule] = {
    "sgd": Rule(("p -= {eta} * g",)),
    "momentum": Rule(("v[k] = momentum * v[k] + g", "p -= {eta} * v[k]"), "v"),
    "nesterov": Rule(("v[k] = momentum * v[k] + g", "p -= {eta} * (g + momentum * v[k])"), "v"),
    "adagrad": Rule(("s[k] = s[k] + g**2", "p -= {eta} * g / (np.sqrt(s[k]) + eps)"), "s"),
    "rmsprop": Rule(("v[k] = alpha * v[k] + (1 - alpha) * g**2", "p -= {eta} * g / (np.sqrt(v[k]) + eps)"), "v"),
    "rmsprop with momentum": Rule(
        (
            "v[k] = alpha * v[k] + (1 - alpha) * g**2",
            "u[k] = momentum * u[k] + g / (np.sqrt(v[k]) + eps)",
            "p -= {eta} * u[k]",
        ),
        "vu",
    ),
    "adadelta": Rule(
        (
            "v[k] = rho * v[k] + (1 - rho) * g**2",
            "delta = np.sqrt(u[k] + eps) / np.sqrt(v[k] + eps) * g",
            "u[k] = rho * u[k] + (1 - rho) * delta**2",
            "p -= {eta} * delta",
        ),
        "vu",
    ),
    "adam": ADAM,
    "adamw": ADAM,
    "nadam": Rule(
        (
            *MOMENTS,
            "v_hat = v[k] / (1 - beta2 ** (iteration + 1))",
            "ahead = (1 - mu) / (1 - product) * g + mu_next / (1 - product * mu_next) * m[k]",
            "p -= {eta} * ahead / (np.sqrt(v_hat) + eps)",
        ),
        "mv",
        (
            "mu = beta1 * (1 - 0.96 ** ((iteration + 1) * momentum_decay) / 2)",
            "mu_next = beta1 * (1 - 0.96 ** ((iteration + 2) * momentum_decay) / 2)",
            "product = product * mu",
        ),
        ("product = 1",),
    ),
    "lion": Rule(
        (
            "c = beta1 * m[k] + (1 - beta1) * g",
            "m[k] = beta2 * m[k] + (1 - beta2) * g",
            "p -= {eta} * np.sign(c)",
        ),
        "m",
    ),
}
SCHEDULES: dict[str, tuple[str, ...]] = {  # the lines that compute the learning rate of a row
    "constant": (),
    "step": ("if iteration == 0:", "    rate = eta", "elif iteration % every == 0:", "    rate = rate * factor"),
    "exponential": ("rate = eta * factor**iteration",),
    "inverse_time": ("rate = eta / (1 + decay * iteration / every)",),
    "cosine": ("rate = lowest + (eta - lowest) * (1 + np.cos(np.pi * iteration / period)) / 2",),
    "warmup": ("rate = eta * (start + (1 - start) * min(iteration, warmup) / warmup)",),
    "piecewise": ("rate = next((r for end, r in zip(until, rates) if iteration < end), rates[-1])",),
}
PIECEWISE = ("until", "rate")  # the numbers of a piecewise schedule, one of each for a piece
RATE = "rate"  # the learning rate of a row, where it changes


class Update(NamedTuple):
    """How a training moves its parameters: ``numbers`` are those of the panel, by name."""

    training: Training
    numbers: Mapping[str, float]
    sign: str = "-"  # + where the objective is to grow

    @property
    def rule(self) -> Rule:
        """The optimizer's."""
        name = self.training.optimizer
        return RULES[f"{name} with momentum" if name == "rmsprop" and self.has("momentum") else name]

    def has(self, setting: str) -> bool:
        """Whether a number is there and not 0."""
        return bool(self.numbers.get(names.setting(setting), 0.0))

    @property
    def eta(self) -> str:
        """What the learning rate of a row is called."""
        return "eta" if self.training.schedule == "constant" else RATE

    @property
    def is_plain(self) -> bool:
        """Whether each parameter has a line of its own: p -= eta g."""
        return self.training.optimizer == "sgd" and not self.training.clip and not self.has("weight_decay")

    def settings(self) -> list[str]:
        """The lines on top: iterations, learning rate, and the other numbers of the training."""
        lines = [f"iterations = {self.training.iterations}"]
        if not self.training.pieces:  # which have rates of their own
            lines.append(assigned_number("eta", self.numbers[names.LEARNING_RATE]))
        for name in self.training.settings:
            key = parse(name).key
            if key not in PIECEWISE:
                lines.append(assigned_number(key, self.numbers[name]))
        if pieces := self.training.pieces:
            lines += [f"until = [{self._numbered('until', pieces - 1)}]", f"rates = [{self._numbered('rate', pieces)}]"]
        return lines

    def _numbered(self, key: str, count: int) -> str:
        """The numbers of the first so many pieces of a schedule."""
        return ", ".join(number(self.numbers[names.setting(f"{key}{n}")]) for n in range(1, count + 1))

    def before(self, parameters: Sequence[str]) -> list[str]:
        """The lines before the loop: the parameters, and what is kept for each."""
        if self.is_plain:
            return []
        start = "np.full_like(p, initial)" if self.has("initial") else "np.zeros_like(p)"
        lines = assigned_list("parameters", parameters)
        lines += [f"{letter} = [{start} for p in parameters]" for letter in self.rule.keeps]
        return [*lines, *self.rule.before]

    def put(self, parameters: Mapping[str, str], lines: Lines) -> None:
        """The lines of the update; ``parameters`` have the names of their gradients."""
        for line in SCHEDULES[self.training.schedule]:
            lines.add(line)
        if self.is_plain:
            for parameter, gradient in parameters.items():
                lines.add(f"{parameter} {self.sign}= {self.eta} * {gradient}")
            return
        lines.lines += assigned_list("gradients", list(parameters.values()))
        for line in (*self._clipping(), *self.rule.shared):
            lines.add(line)
        lines.add("for k, (p, g) in enumerate(zip(parameters, gradients)):")
        for line in (*self._seen(), *self.rule.step):
            lines.add(f"    {line.format(eta=self.eta)}")

    def _clipping(self) -> list[str]:
        if self.training.clip == "value":
            return ["gradients = [np.clip(g, -clip_value, clip_value) for g in gradients]"]
        if self.training.clip == "norm":
            return [
                "length = np.sqrt(sum(np.sum(g**2) for g in gradients))",
                "gradients = [min(1, clip_norm / (length + 1e-6)) * g for g in gradients]",
            ]
        return []

    def _seen(self) -> list[str]:
        """The gradient as the rule sees it: turned round to climb, with the weight decay."""
        lines = ["g = -g"] if self.sign == "+" else []
        if not self.has("weight_decay"):
            return lines
        if RECORDS[self.training.optimizer].is_decoupled:
            return [*lines, "p *= 1 - {eta} * weight_decay"]
        return [*lines, "g = g + weight_decay * p"]
