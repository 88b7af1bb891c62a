"""Random templates of networks with everything a template may choose: one draw per question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random

HIDDEN = (
    *('"identity"', '"sigmoid"', '"tanh"', '"relu"', '"softplus"', '"gelu"', '"silu"', '"hard_sigmoid"', '"softmax"'),
    *('{ name = "leaky_relu", slope = 0.2 }', '{ name = "elu", alpha = 0.7 }', '"elu"', '"leaky_relu"'),
    *('{ name = "maxout", pieces = 2 }', '{ name = "maxout", pieces = 3 }'),
)
OUTPUT = {"binary_cross_entropy": ('"sigmoid"',), "cross_entropy": ('"softmax"',)}
LOSSES = (
    *('"half_squared_error"', '"mse"', '"mae"', '"huber"', '{ name = "huber", delta = 0.3 }'),
    *('"binary_cross_entropy"', '"cross_entropy"', '"hinge"'),
)
OPTIMIZERS = (
    *('"sgd"', '"momentum"', '{ name = "nesterov", momentum = 0.8 }'),
    *('"adagrad"', '{ name = "adagrad", initial = 0.1, eps = 1e-8 }'),
    *('"rmsprop"', '{ name = "rmsprop", alpha = 0.9, momentum = 0.5 }'),
    *('"adadelta"', '{ name = "adadelta", rho = 0.8, eps = 1e-4 }'),
    *('"adam"', '{ name = "adam", beta1 = 0.8, beta2 = 0.95 }'),
    *('"adamw"', '{ name = "adamw", weight_decay = 0.1 }'),
    *('"nadam"', '{ name = "nadam", momentum_decay = 0.01 }'),
    '"lion"',
)
# where 0.03 shows little, or leads to chaos
RATES = {"adadelta": 1.0, "sgd": 0.3, "adagrad": 0.1, "rmsprop": 0.003}
SCHEDULES = (
    '"constant"',
    '{ name = "step", every = 7, factor = 0.5 }',
    '{ name = "exponential", factor = 0.97 }',
    '{ name = "inverse_time", decay = 0.1, every = 3 }',
    '"cosine"',
    '{ name = "cosine", period = 15, lowest = 0.001 }',
    '{ name = "warmup", iterations = 6, start = 0.1 }',
    '{ name = "piecewise", until = [5, 12.5], rates = [0.05, 0.02, 0.01] }',
)


def number(random: Random, low: float = -1.0, high: float = 1.0) -> float:
    """Three decimals: a person can retype them."""
    return round(random.uniform(low, high), 3)


def rows(random: Random, height: int, width: int) -> list[list[float]]:
    """A matrix of them."""
    return [[number(random) for _ in range(width)] for _ in range(height)]


def with_option(choice: str, option: str) -> str:
    """An optimizer, or an activation, with one option more."""
    name = f"{{ name = {choice} }}" if choice.startswith('"') else choice
    return f"{name[:-2]}, {option} }}"


def targets(random: Random, loss: str, samples: int, outputs: int) -> list[list[float]]:
    """What the loss can be taken against."""
    if "cross_entropy" in loss and "binary" not in loss:
        winners = [random.randrange(outputs) for _ in range(samples)]
        return [[float(i == winner) for i in range(outputs)] for winner in winners]
    if "binary" in loss or "hinge" in loss:
        low = -1.0 if "hinge" in loss else 0.0
        return [[random.choice((low, 1.0)) for _ in range(outputs)] for _ in range(samples)]
    return rows(random, samples, outputs)


def bias(random: Random, units: int, softmax: bool) -> str:
    """No bias, one for each unit, or one for all of them; trained or not.

    A bias that softmax units share changes nothing: its gradient is 0 but for rounding, which differs between
    programs, and which an optimizer that divides by the gradient's size makes large.
    """
    kind = random.choice(("none", "each", "number", "each" if softmax else "shared"))
    if kind == "none":
        return "bias = false"
    value = [number(random) for _ in range(units)] if kind == "each" else number(random)
    shared = "\nbias_shared = true" if kind == "shared" else ""
    return f"bias = {value}{shared}" + ("\nbias_trainable = false" if random.random() < 0.2 else "")


def layer(random: Random, units: int, inputs: int, activation: str, dropout: float = 0.0) -> str:
    """One layer."""
    height = units * (int(activation.split("pieces = ")[1][0]) if "pieces" in activation else 1)
    left_out = f"dropout = {dropout}\n" if dropout else ""
    return (
        f"[[network.layers]]\nunits = {units}\nactivation = {activation}\n{left_out}"
        f"weights = {rows(random, height, inputs)}\n{bias(random, height, 'softmax' in activation)}\n"
    )


def network(
    random: Random,
    loss: str,
    widths: Sequence[int],
    hidden: Callable[[], str],
    output: str = "",
    dropout: Callable[[], float] = lambda: 0.0,
) -> str:
    """[network] for inputs of width ``widths[0]``."""
    parts, last = [], len(widths) - 1
    for n, (below, units) in enumerate(pairwise(widths), start=1):
        choices = OUTPUT.get(loss.strip('"'), [a for a in HIDDEN if a != '"softmax"'])
        activation = (output or random.choice(choices)) if n == last else hidden()
        parts.append(layer(random, units, below, activation, dropout() if n < last else 0.0))
    return f"[network]\nloss = {loss}\ndropout_seed = {random.randint(0, 99)}\n{''.join(parts)}"


def data(random: Random, loss: str, widths: Sequence[int], samples: int, tests: int, scale: str, accuracy: bool) -> str:
    """[data], with samples for testing at the end."""
    lines = [f"inputs = {rows(random, samples, widths[0])}", f"targets = {targets(random, loss, samples, widths[-1])}"]
    if tests:
        wanted = targets(random, loss, tests, widths[-1])
        lines += [f"test_inputs = {rows(random, tests, widths[0])}", f"test_targets = {wanted}"]
    return "\n".join(["[data]", *lines, f'scale = "{scale}"', f"accuracy = {str(accuracy).lower()}", ""])


def training(random: Random, samples: int, iterations: int) -> str:
    """[training]: every option by its own draw."""
    optimizer = random.choice(OPTIMIZERS)
    name = optimizer.split('"')[1]
    rate = RATES.get(name, 0.03)
    if random.random() < 0.35 and "weight_decay" not in optimizer:
        optimizer = with_option(optimizer, f"weight_decay = {number(random, 0.01, 0.2)}")
    lines = [f"iterations = {iterations}", f"learning_rate = {rate}", f"optimizer = {optimizer}"]
    lines.append(f"schedule = {random.choice(SCHEDULES)}")
    if random.random() < 0.35:
        lines.append(random.choice(("clip_value = 0.02", "clip_norm = 0.1")))
    lines += [f"{key} = {number(random, 0.001, 0.1)}" for key in ("l1", "l2") if random.random() < 0.25]
    if samples > 1 and random.random() < 0.6:
        lines.append(f"batch_size = {random.randint(1, samples)}")
        lines += random.choice(([], ["shuffle = true"], [f"shuffle = {{ seed = {random.randint(1, 99)} }}"]))
    return "\n".join(["[training]", *lines, ""])


def random_training(random: Random, iterations: int = 20) -> str:
    """A template with everything about it drawn."""
    loss = random.choice(LOSSES)
    depth, samples = random.randint(1, 3), random.randint(1, 7)
    widths = [random.randint(1, 4) for _ in range(depth + 1)]
    scale = random.choice(("none", "none", "standard", "minmax")) if samples > 2 else "none"
    tests = random.choice((0, 0, 2, 3))
    share = random.choice((0.0, 0.0, 0.3, 0.5))
    return "\n".join(
        (
            network(random, loss, widths, lambda: random.choice(HIDDEN), dropout=lambda: share),
            data(random, loss, widths, samples, tests, scale, random.random() < 0.5),
            training(random, samples, iterations),
        )
    )
