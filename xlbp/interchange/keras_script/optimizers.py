"""The optimizer as Keras has it, or with an update written out where Keras has another rule; schedules, clipping."""

from __future__ import annotations

import math

from xlbp.interchange.source import Source
from xlbp.template import names

CONSTANT = "constant"
CLASSES = {  # Keras's own, which ours are, or are made of
    **{"sgd": "SGD", "momentum": "SGD", "nesterov": "SGD", "adagrad": "Adagrad", "rmsprop": "RMSprop"},
    **{"adadelta": "Adadelta", "adam": "Adam", "adamw": "Adam", "nadam": "Adam", "lion": "Lion"},
}
ADAM = {"beta_1": ("beta1", 0.9), "beta_2": ("beta2", 0.999), "epsilon": ("eps", 1e-7)}
OPTIONS = {  # the settings by Keras's keywords, with its defaults
    "momentum": {"momentum": ("momentum", 0.0)},
    "nesterov": {"momentum": ("momentum", 0.0)},
    "adagrad": {"initial_accumulator_value": ("initial", 0.1), "epsilon": ("eps", 1e-7)},
    "rmsprop": {"rho": ("alpha", 0.9), "momentum": ("momentum", 0.0), "epsilon": ("eps", 1e-7)},
    "adadelta": {"rho": ("rho", 0.95), "epsilon": ("eps", 1e-7)},
    "adam": ADAM,
    "adamw": ADAM,
    "nadam": ADAM,
    "lion": {"beta_1": ("beta1", 0.9), "beta_2": ("beta2", 0.99)},
}
DECOUPLED = ("adamw", "lion")  # whose weight decay shrinks the parameter, as Keras's does
NAMED = {"momentum": "Momentum", "nesterov": "Nesterov", "nadam": "Nadam"}  # what a class is called, unless as Keras's
ABOUT = {
    "momentum": "The rate counts when a step is taken; Keras has it in the velocity.",
    "nesterov": "The rate counts when a step is taken; Keras has it in the velocity.",
    "adagrad": "With epsilon outside of the root.",
    "rmsprop": "With epsilon outside of the root.",
    "adam": "With epsilon beside the root of the corrected v (Kingma and Ba, 2015).",
    "adamw": "With epsilon beside the root of the corrected v (Kingma and Ba, 2015).",
    "nadam": "Nadam with PyTorch's schedule of the momentum (Dozat, 2016).",
}
VELOCITY = ["v = self.momentums[index]", "self.assign(v, self.momentum * v + gradient)"]
MOMENTS = [
    "m, v = self._momentums[index], self._velocities[index]",
    "self.assign(m, self.beta_1 * m + (1 - self.beta_1) * gradient)",
    "self.assign(v, self.beta_2 * v + (1 - self.beta_2) * gradient**2)",
    "t = ops.cast(self.iterations + 1, variable.dtype)",
]
CORRECTED = [
    *MOMENTS,
    "m_hat, v_hat = m / (1 - self.beta_1**t), v / (1 - self.beta_2**t)",
    "step = m_hat / (ops.sqrt(v_hat) + self.epsilon)",
]
UPDATES = {  # from ``gradient`` to ``step``, which is taken times the learning rate
    "momentum": [*VELOCITY, "step = v"],
    "nesterov": [*VELOCITY, "step = gradient + self.momentum * v"],
    "adagrad": [
        "s = self._accumulators[index]",
        "self.assign(s, s + gradient**2)",
        "step = gradient / (ops.sqrt(s) + self.epsilon)",
    ],
    "rmsprop": [
        "v = self._velocities[index]",
        "self.assign(v, self.rho * v + (1 - self.rho) * gradient**2)",
        "step = gradient / (ops.sqrt(v) + self.epsilon)",
    ],
    "adam": CORRECTED,
    "adamw": CORRECTED,
    "nadam": [
        *MOMENTS,
        "mu, mu_next = (self.beta_1 * (1 - 0.96 ** (k * {decay!r}) / 2) for k in (t, t + 1))",
        "product = self.products[index]",
        "self.assign(product, product * mu)",
        "mixed = (1 - mu) / (1 - product) * gradient + mu_next / (1 - product * mu_next) * m",
        "step = mixed / (ops.sqrt(v / (1 - self.beta_2**t)) + self.epsilon)",
    ],
}
BEHIND_RMSPROP = ["u = self._momentums[index]", "self.assign(u, self.momentum * u + step)", "step = u"]
PRODUCTS = [
    "def build(self, variables):",
    "    if not self.built:",
    "        super().build(variables)",
    '        self.products = [self.add_variable((), initializer="ones", dtype=v.dtype) for v in variables]',
]
CLIPPED = [
    "def apply(self, grads, trainable_variables=None):",
    "    length = ops.sqrt(sum(ops.sum(g**2) for g in grads))",
    "    factor = ops.minimum(1.0, {clip!r} / (length + 1e-6))",
    "    return super().apply([factor * g for g in grads], trainable_variables)",
]


def _number(source: Source, key: str, default: float = 0.0) -> float:
    return source.numbers.get(names.setting(key), default)


def _kind(source: Source) -> str:
    """The optimizer; a momentum of 0 is none."""
    kind = source.template.training.optimizer
    return "sgd" if kind in ("momentum", "nesterov") and not _number(source, "momentum") else kind


def _decay(source: Source) -> float:
    """The weight decay that goes through the gradient."""
    return 0.0 if _kind(source) in DECOUPLED else _number(source, "weight_decay")


def _is_written_out(source: Source) -> bool:
    """Whether Keras's own rule is another one: of a velocity only where the rate changes."""
    kind, schedule = _kind(source), source.template.training.schedule
    return kind in UPDATES and (kind not in ("momentum", "nesterov") or schedule != CONSTANT)


def _class_name(source: Source) -> str:
    return NAMED.get(_kind(source), CLASSES[_kind(source)])


def optimizer_class(source: Source) -> list[str]:
    """A class of ours, where one is needed; else nothing."""
    kind = _kind(source)
    parts: list[list[str]] = []
    if source.template.training.clip == "norm":
        parts.append([line.format(clip=_number(source, "clip_norm")) for line in CLIPPED])
    parts += [PRODUCTS] if kind == "nadam" else []
    if _is_written_out(source) or _decay(source):
        parts.append(["def update_step(self, gradient, variable, learning_rate):", *_indented(_update(source))])
    if not parts:
        return []
    about = ABOUT[kind] if _is_written_out(source) else _about_own(source)
    lines = [f"class {_class_name(source)}(keras.optimizers.{CLASSES[kind]}):", f'    """{about}"""']
    for part in parts:
        lines += ["", *_indented(part)]
    return lines


def _about_own(source: Source) -> str:
    clips = source.template.training.clip == "norm"
    told = ["with gradients clipped by their common length"] if clips else []
    told += ["with a weight decay that goes through the gradient"] if _decay(source) else []
    whole = " and ".join(told)
    return f"{whole[0].upper()}{whole[1:]}."


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _update(source: Source) -> list[str]:
    kind = _kind(source)
    lines = [f"gradient = gradient + {_decay(source)!r} * variable  # weight decay"] if _decay(source) else []
    if not _is_written_out(source):
        return [*lines, "super().update_step(gradient, variable, learning_rate)"]
    lines.append("index = self._get_variable_index(variable)")
    lines += [line.format(decay=_number(source, "momentum_decay")) for line in UPDATES[kind]]
    lines += BEHIND_RMSPROP if kind == "rmsprop" and _number(source, "momentum") else []
    return [*lines, "self.assign(variable, variable - learning_rate * step)"]


def optimizer_expression(source: Source) -> str:
    """``keras.optimizers.SGD(0.5)``, or one of a class of ours."""
    kind, training = _kind(source), source.template.training
    options = [_learning_rate(source)]
    for keyword, (setting, usual) in OPTIONS.get(kind, {}).items():
        if (number := _number(source, setting)) != usual:
            options.append(f"{keyword}={number!r}")
    options += ["nesterov=True"] if kind == "nesterov" and not _is_written_out(source) else []
    if kind in DECOUPLED and (decay := _number(source, "weight_decay")):
        options.append(f"weight_decay={decay!r}")
    options += [f"clipvalue={_number(source, 'clip_value')!r}"] if training.clip == "value" else []
    called = _class_name(source) if optimizer_class(source) else f"keras.optimizers.{CLASSES[kind]}"
    return f"{called}({', '.join(options)})"


def _learning_rate(source: Source) -> str:
    """A number, or Keras's own schedule."""
    training = source.template.training
    rate, schedules = source.numbers[names.LEARNING_RATE], "keras.optimizers.schedules"
    every, factor, decay = (_number(source, key) for key in ("every", "factor", "decay"))
    if training.schedule == "step":
        return f"{schedules}.ExponentialDecay({rate!r}, {every:.15g}, {factor!r}, staircase=True)"
    if training.schedule == "exponential":
        return f"{schedules}.ExponentialDecay({rate!r}, 1, {factor!r})"
    if training.schedule == "inverse_time":
        return f"{schedules}.InverseTimeDecay({rate!r}, {every:.15g}, {decay!r})"
    if training.schedule == "piecewise":
        pieces = range(1, training.pieces + 1)
        ends = [math.ceil(_number(source, f"until{n}")) - 1 for n in pieces[:-1]]
        return f"{schedules}.PiecewiseConstantDecay({ends}, {[_number(source, f'rate{n}') for n in pieces]})"
    return "Schedule()" if training.schedule in WRITTEN else repr(rate)


WRITTEN = {  # schedules that Keras has not, or has to their first end only
    "cosine": [
        "turned = ops.cos(math.pi * t / {period})",
        "return {lowest!r} + ({rate!r} - {lowest!r}) * (1 + turned) / 2",
    ],
    "warmup": [
        "share = ops.minimum(t, {warmup}) / {warmup}",
        "return {rate!r} * ({start!r} + (1 - {start!r}) * share)",
    ],
}


def schedule_class(source: Source) -> list[str]:
    """A schedule of ours, where one is needed; else nothing."""
    training = source.template.training
    if training.schedule not in WRITTEN:
        return []
    numbers = {key: _number(source, key) for key in ("lowest", "start")}
    whole = {key: int(_number(source, key)) for key in ("period", "warmup")}
    rate = source.numbers[names.LEARNING_RATE]
    body = [line.format(rate=rate, **numbers, **whole) for line in WRITTEN[training.schedule]]
    return [
        "class Schedule(keras.optimizers.schedules.LearningRateSchedule):",
        '    """The learning rate of an iteration, counted from 0."""',
        "",
        "    def __call__(self, step):",
        '        t = ops.cast(step, "float64")',
        *(f"        {line}" for line in body),
    ]
