"""PyTorch's losses and optimizers in a template's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xlbp.errors import UsageError


@dataclass(frozen=True)
class Loss:
    """A loss in a template's words; whether it computes the softmax, or the sigmoid, itself; weights of the classes."""

    name: Any
    takes_logits: bool | None = None
    class_weights: tuple[float, ...] = ()


def loss_of(loss: Any) -> Loss:
    """Of a module as ``torch.nn.MSELoss()``, of a function as ``functional.mse_loss``, or as a template has it.

    Raises UsageError for what is not to be had.
    """
    if loss is None or isinstance(loss, str | Mapping):
        return Loss(loss or "")
    called = getattr(loss, "__name__", type(loss).__name__)
    if called not in LOSSES:
        raise UsageError(f"the loss {called} is not to be had; choose one of {', '.join(LOSSES)}")
    reduction = getattr(loss, "reduction", "mean")
    if reduction != "mean":
        raise UsageError(
            f"{called} has reduction={reduction!r}; a template's loss is the mean, so take reduction='mean'"
        )
    return LOSSES[called](loss)


def _cross_entropy(loss: Any) -> Loss:
    if getattr(loss, "label_smoothing", 0.0):
        raise UsageError("label_smoothing is not to be had; smooth the targets yourself, and give them as shares")
    return Loss("cross_entropy", True, _weights(loss, "weight"))


def _smooth(loss: Any) -> Loss:
    """PyTorch's smooth L1 loss with beta is Huber's with delta over delta."""
    if getattr(loss, "beta", 1.0) != 1:
        raise UsageError(f"SmoothL1Loss has beta={loss.beta}; take HuberLoss, or beta=1")
    return Loss({"name": "huber", "delta": 1.0})


def _weights(loss: Any, key: str) -> tuple[float, ...]:
    weights = getattr(loss, key, None)
    return () if weights is None else tuple(weights.detach().double().flatten().tolist())


LOSSES: dict[str, Callable[[Any], Loss]] = {
    "MSELoss": lambda _: Loss("mse"),
    "L1Loss": lambda _: Loss("mae"),
    "HuberLoss": lambda loss: Loss({"name": "huber", "delta": getattr(loss, "delta", 1.0)}),
    "SmoothL1Loss": _smooth,
    "CrossEntropyLoss": _cross_entropy,
    "NLLLoss": lambda loss: Loss("cross_entropy", False, _weights(loss, "weight")),
    "BCELoss": lambda _: Loss("binary_cross_entropy", False),
    "BCEWithLogitsLoss": lambda loss: Loss("binary_cross_entropy", True, _weights(loss, "pos_weight")),
    "mse_loss": lambda _: Loss("mse"),
    "l1_loss": lambda _: Loss("mae"),
    "huber_loss": lambda _: Loss({"name": "huber", "delta": 1.0}),
    "smooth_l1_loss": lambda _: Loss({"name": "huber", "delta": 1.0}),
    "cross_entropy": lambda _: Loss("cross_entropy", True),
    "nll_loss": lambda _: Loss("cross_entropy", False),
    "binary_cross_entropy": lambda _: Loss("binary_cross_entropy", False),
    "binary_cross_entropy_with_logits": lambda _: Loss("binary_cross_entropy", True),
}


@dataclass(frozen=True)
class Rule:
    """An optimizer: its name here, what its settings are called here, and the only values that others may have."""

    name: str
    settings: Mapping[str, str]
    only: Mapping[str, Any]


ONLY = {"maximize": False}
OPTIMIZERS: dict[str, Rule] = {
    "SGD": Rule("sgd", {"momentum": "momentum"}, ONLY | {"dampening": 0}),
    "Adam": Rule("adam", {"eps": "eps"}, ONLY | {"amsgrad": False}),
    "AdamW": Rule("adamw", {"eps": "eps"}, ONLY | {"amsgrad": False}),
    "NAdam": Rule(
        "nadam", {"eps": "eps", "momentum_decay": "momentum_decay"}, ONLY | {"decoupled_weight_decay": False}
    ),
    "Adagrad": Rule("adagrad", {"eps": "eps", "initial_accumulator_value": "initial"}, ONLY | {"lr_decay": 0}),
    "RMSprop": Rule("rmsprop", {"alpha": "alpha", "eps": "eps", "momentum": "momentum"}, ONLY | {"centered": False}),
    "Adadelta": Rule("adadelta", {"rho": "rho", "eps": "eps"}, ONLY),
}


def optimizer_of(optimizer: Any) -> tuple[Any, float | None]:
    """Of ``torch.optim.Adam(...)`` and the like, or as a template has it; and its learning rate.

    Raises UsageError for what is not to be had.
    """
    if optimizer is None or isinstance(optimizer, str | Mapping):
        return optimizer, None
    called = type(optimizer).__name__
    if called not in OPTIMIZERS:
        raise UsageError(f"the optimizer {called} is not to be had; choose one of {', '.join(OPTIMIZERS)}")
    rule, settings = OPTIMIZERS[called], _settings(called, optimizer)
    for key, only in rule.only.items():
        if settings.get(key, only) != only:
            raise UsageError(f"{called} has {key}={settings[key]}, which is not to be had; take {key}={only}")
    name = "adamw" if called == "Adam" and settings.get("decoupled_weight_decay") else rule.name
    told: dict[str, Any] = {"name": name}
    told |= {own: settings[theirs] for theirs, own in rule.settings.items() if settings[theirs]}
    told |= dict(zip(("beta1", "beta2"), settings.get("betas", ()), strict=False))
    if settings.get("weight_decay") or name == "adamw":
        told["weight_decay"] = settings["weight_decay"]
    if settings.get("nesterov"):
        told["nesterov"] = True
    return (told if len(told) > 1 else name), float(settings["lr"])


def _settings(called: str, optimizer: Any) -> dict[str, Any]:
    """The settings of all groups of parameters, which must be alike."""
    first, *others = ({key: value for key, value in group.items() if key != "params"}
                      for group in optimizer.param_groups)  # fmt: skip
    for other in others:
        key = next((key for key in first if first[key] != other[key] and key != "param_names"), None)
        if key is not None:
            met = f"{first[key]} and {other[key]}"
            raise UsageError(
                f"{called} has groups of parameters with different {key}, {met}; a template has one for all"
            )
    return dict(first)


def trained_by(optimizer: Any) -> set[int] | None:
    """Which tensors an optimizer of PyTorch moves, by their ids; None where it is told in words."""
    if optimizer is None or isinstance(optimizer, str | Mapping):
        return None
    return {id(tensor) for group in optimizer.param_groups for tensor in group["params"]}
