"""The optimizer, the schedule of its rate and the clipping, as PyTorch has them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from xlbp.interchange.source import Source
from xlbp.template import names

LION = '''\
class Lion(torch.optim.Optimizer):
    """Each parameter moves by the learning rate, against the sign of a mean of its gradients (Chen et al., 2023)."""

    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                gradient = -p.grad if group["maximize"] else p.grad
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.sign(beta1 * m + (1 - beta1) * gradient))
                m.copy_(beta2 * m + (1 - beta2) * gradient)
'''


class Optimizer(NamedTuple):
    """PyTorch's class, and its options: by keyword, the settings of the template and PyTorch's own defaults."""

    called: str
    options: Mapping[str, tuple[tuple[str, ...], tuple[float, ...]]] = MappingProxyType({})
    more: str = ""


BETAS = {"betas": (("beta1", "beta2"), (0.9, 0.999))}
EPS = {"eps": (("eps",), (1e-8,))}
MOMENTUM = {"momentum": (("momentum",), (0.0,))}
OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer("torch.optim.SGD"),
    "momentum": Optimizer("torch.optim.SGD", MOMENTUM),
    "nesterov": Optimizer("torch.optim.SGD", MOMENTUM, "nesterov=True"),
    "adagrad": Optimizer(
        "torch.optim.Adagrad", {"initial_accumulator_value": (("initial",), (0.0,)), "eps": (("eps",), (1e-10,))}
    ),
    "rmsprop": Optimizer("torch.optim.RMSprop", {"alpha": (("alpha",), (0.99,)), **EPS, **MOMENTUM}),
    "adadelta": Optimizer("torch.optim.Adadelta", {"rho": (("rho",), (0.9,)), "eps": (("eps",), (1e-6,))}),
    "adam": Optimizer("torch.optim.Adam", {**BETAS, **EPS}),
    "adamw": Optimizer("torch.optim.AdamW", {**BETAS, **EPS}),
    "nadam": Optimizer("torch.optim.NAdam", {**BETAS, **EPS, "momentum_decay": (("momentum_decay",), (4e-3,))}),
    "lion": Optimizer("Lion", {"betas": (("beta1", "beta2"), (0.9, 0.99))}),
}
DECAY_OF_PYTORCH = {"adamw": 0.01}  # where it is not 0


def optimizer_classes(source: Source) -> list[str]:
    """Lion, which PyTorch has not."""
    return [LION] if source.template.training.optimizer == "lion" else []


def optimizer_lines(source: Source, parameters: str) -> list[str]:
    """``optimizer``, and what changes its rate."""
    training = source.template.training
    optimizer = OPTIMIZERS[training.optimizer]
    options = [f"lr={source.numbers[names.LEARNING_RATE]!r}"]
    for keyword, (settings, usual) in optimizer.options.items():
        told = tuple(_number(source, key, default) for key, default in zip(settings, usual, strict=True))
        if told != usual:
            options.append(f"{keyword}={told[0] if len(told) == 1 else told!r}")
    if optimizer.more and _number(source, "momentum", 0.0):  # PyTorch refuses a momentum of 0 that looks ahead
        options.append(optimizer.more)
    usual_decay = DECAY_OF_PYTORCH.get(training.optimizer, 0.0)
    if (decay := _number(source, "weight_decay", 0.0)) != usual_decay:
        options.append(f"weight_decay={decay!r}")
    options += ["maximize=True"] if source.template.model.maximize else []
    return [f"optimizer = {optimizer.called}({parameters}, {', '.join(options)})", *_schedule_lines(source)]


def _number(source: Source, key: str, default: float) -> float:
    return source.numbers.get(names.setting(key), default)


def _schedule_lines(source: Source) -> list[str]:
    """``scheduler``, or a function ``learning_rate`` of the iteration; none where the rate is constant."""
    training = source.template.training
    scheduler = {
        "step": "StepLR(optimizer, step_size={every}, gamma={factor})",
        "exponential": "ExponentialLR(optimizer, gamma={factor})",
        "cosine": "CosineAnnealingLR(optimizer, T_max={period}, eta_min={lowest})",
        "warmup": "LinearLR(optimizer, start_factor={start}, total_iters={warmup})",
        "inverse_time": "LambdaLR(optimizer, lambda iteration: 1 / (1 + {decay} * iteration / {every}))",
    }.get(training.schedule)
    if scheduler is not None:
        whole = {key: int(_number(source, key, 0)) for key in ("every", "period", "warmup")}
        parts = {key: repr(_number(source, key, 0.0)) for key in ("factor", "lowest", "start", "decay")}
        return [f"scheduler = torch.optim.lr_scheduler.{scheduler.format(**whole, **parts)}"]
    return _piecewise(source) if training.schedule == "piecewise" else []


def _piecewise(source: Source) -> list[str]:
    pieces = source.template.training.pieces
    lines = ["", "", "def learning_rate(iteration):", '    """Another one from piece to piece."""']
    for piece in range(1, pieces):
        lines.append(f"    if iteration < {_number(source, f'until{piece}', 0.0)!r}:")
        lines.append(f"        return {_number(source, f'rate{piece}', 0.0)!r}")
    return [*lines, f"    return {_number(source, f'rate{pieces}', 0.0)!r}", "", ""]


def step_lines(source: Source, objective: str, parameters: str) -> list[str]:
    """Back, clipped, and a step: what an iteration does behind its loss."""
    training = source.template.training
    lines = ["optimizer.zero_grad()", f"{objective}.backward()"]
    if training.clip:
        clip = {"value": "clip_grad_value_", "norm": "clip_grad_norm_"}[training.clip]
        lines.append(f"nn.utils.{clip}({parameters}, {_number(source, f'clip_{training.clip}', 0.0)!r})")
    if training.schedule == "piecewise":
        lines.append('optimizer.param_groups[0]["lr"] = learning_rate(iteration)')
    lines.append("optimizer.step()")
    changes = training.schedule not in ("constant", "piecewise")
    return [*lines, "scheduler.step()"] if changes else lines
