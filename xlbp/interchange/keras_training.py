"""Keras's losses and optimizers in a template's words, as a compiled model's configuration has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xlbp.errors import UsageError
from xlbp.interchange.torch_training import Loss

LOSSES = {
    **dict.fromkeys(("mse", "mean_squared_error", "MeanSquaredError"), "mse"),
    **dict.fromkeys(("mae", "mean_absolute_error", "MeanAbsoluteError"), "mae"),
    **dict.fromkeys(("huber", "Huber"), "huber"),
    **dict.fromkeys(("hinge", "Hinge"), "hinge"),
    **dict.fromkeys(("binary_crossentropy", "BinaryCrossentropy"), "binary_cross_entropy"),
    **dict.fromkeys(("categorical_crossentropy", "CategoricalCrossentropy"), "cross_entropy"),
    **dict.fromkeys(("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"), "cross_entropy"),
}


def _written(told: Any) -> Any:
    """What Keras writes of an object of its own; anything else as it is."""
    return {"class_name": type(told).__name__, "config": told.get_config()} if hasattr(told, "get_config") else told


def loss_of(told: Any) -> Loss:
    """Of a name, of what Keras writes of a loss, of a loss of Keras, or as a template has it.

    Raises UsageError for what is not to be had.
    """
    if not told:
        return Loss("")
    told = _written(told)
    if isinstance(told, Mapping) and "class_name" not in told:
        return Loss(told)
    name, config = (told["class_name"], told.get("config") or {}) if isinstance(told, Mapping) else (told, {})
    if isinstance(config, str):  # a function, called by its name
        name, config = config, {}
    if name not in LOSSES:
        return _own(name)
    reduction = config.get("reduction", "sum_over_batch_size")
    if reduction not in ("sum_over_batch_size", "mean", "mean_with_sample_weight"):
        raise UsageError(f"{name} has reduction={reduction!r}; a template's loss is the mean")
    if config.get("label_smoothing", 0):
        raise UsageError(f"{name} has label_smoothing, which is not to be had; smooth the targets themselves")
    own = LOSSES[name]
    takes_logits = bool(config.get("from_logits", False)) if own.endswith("cross_entropy") else None
    return Loss({"name": "huber", "delta": config.get("delta", 1.0)} if own == "huber" else own, takes_logits)


def _own(name: Any) -> Loss:
    """A loss in a template's own words, which is looked up where the template is read."""
    if isinstance(name, str) and name.islower():
        return Loss(name)
    raise UsageError(f"the loss {name} is not to be had; choose one of {', '.join(dict.fromkeys(LOSSES.values()))}")


@dataclass(frozen=True)
class Rule:
    """An optimizer: its name here, what its settings are called here, and what differs from Keras's."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    differs: str = ""
    decays: bool = False  # whether its weight decay is Keras's, which shrinks the parameters themselves


ADAM = {"beta_1": "beta1", "beta_2": "beta2", "epsilon": "eps"}
OUTSIDE = "Keras adds epsilon to the square before the root is taken, the template to the root"
CORRECTED = "Keras adds epsilon before the bias correction, the template behind it"
OPTIMIZERS = {
    "SGD": Rule("sgd", {"momentum": "momentum"}),
    "Adam": Rule("adam", ADAM, CORRECTED),
    "AdamW": Rule("adamw", ADAM, CORRECTED, decays=True),
    "Nadam": Rule("nadam", ADAM, CORRECTED),
    "Adagrad": Rule("adagrad", {"epsilon": "eps", "initial_accumulator_value": "initial"}, OUTSIDE),
    "RMSprop": Rule("rmsprop", {"rho": "alpha", "epsilon": "eps", "momentum": "momentum"}, OUTSIDE),
    "Adadelta": Rule("adadelta", {"rho": "rho", "epsilon": "eps"}),
    "Lion": Rule("lion", {"beta_1": "beta1", "beta_2": "beta2"}, decays=True),
}
NOT_HAD = ("amsgrad", "centered", "use_ema", "clipnorm", "gradient_accumulation_steps", "loss_scale_factor")
CLIPS = {"clipvalue": "clip_value", "global_clipnorm": "clip_norm"}


@dataclass(frozen=True)
class Optimized:
    """An optimizer in a template's words, its rate, further keys of the training, and what is to be noted."""

    optimizer: Any
    learning_rate: float | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


def optimizer_of(told: Any) -> Optimized:
    """Of what Keras writes of an optimizer, of an optimizer of Keras, or as a template has it.

    Raises UsageError for what is not to be had.
    """
    if not told:
        return Optimized("sgd")
    told = _written(told)
    if isinstance(told, str) or "class_name" not in told:
        return Optimized(told)
    called, config = told["class_name"], told["config"]
    if called not in OPTIMIZERS:
        raise UsageError(f"the optimizer {called} is not to be had; choose one of {', '.join(OPTIMIZERS)}")
    rule = OPTIMIZERS[called]
    for key in NOT_HAD:
        if config.get(key):
            raise UsageError(f"{called} has {key}={config[key]}, which is not to be had; leave it out")
    if config.get("weight_decay") and not rule.decays:
        raise UsageError(
            f"{called} has weight_decay, which Keras takes off the parameters themselves; take AdamW or Lion"
        )
    rate = config.get("learning_rate")
    if isinstance(rate, Mapping):
        raise UsageError("the learning rate is a schedule; give learning_rate=, and the schedule in training=")
    settings: dict[str, Any] = {own: config[theirs] for theirs, own in rule.settings.items() if config.get(theirs)}
    settings |= {"weight_decay": config["weight_decay"]} if config.get("weight_decay") else {}
    settings |= {"nesterov": True} if config.get("nesterov") else {}
    clips = {own: config[theirs] for theirs, own in CLIPS.items() if config.get(theirs)}
    note = f"{called}: {rule.differs}; the numbers differ in their last digits." if rule.differs else ""
    return Optimized({"name": rule.name, **settings} if settings else rule.name, rate, clips, note)
