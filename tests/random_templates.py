"""Random templates: any architecture, mix of activations, loss and batch; any formula."""

from __future__ import annotations

from itertools import pairwise
from random import Random

HIDDEN = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "softmax")
OUTPUT = {"binary_cross_entropy": ("sigmoid",), "cross_entropy": ("softmax",)}
LOSSES = ("half_squared_error", "mse", "binary_cross_entropy", "cross_entropy")
FUNCTIONS = ("exp", "log", "sqrt", "tanh", "sigmoid", "relu", "softplus", "sin", "cos", "abs")


def _number(random: Random, low: float = -1.0, high: float = 1.0) -> float:
    return round(random.uniform(low, high), 3)


def _rows(random: Random, rows: int, columns: int) -> list[list[float]]:
    return [[_number(random) for _ in range(columns)] for _ in range(rows)]


def _bias(random: Random, units: int) -> str:
    kind = random.choice(("none", "each", "number", "shared"))
    if kind == "none":
        return "bias = false"
    value = [_number(random) for _ in range(units)] if kind == "each" else _number(random)
    shared = "\nbias_shared = true" if kind == "shared" else ""
    frozen = "\nbias_trainable = false" if random.random() < 0.3 else ""
    return f"bias = {value}{shared}{frozen}"


def _targets(random: Random, loss: str, samples: int, outputs: int) -> list[list[float]]:
    if loss == "cross_entropy":
        winners = [random.randrange(outputs) for _ in range(samples)]
        return [[float(i == winner) for i in range(outputs)] for winner in winners]
    if loss == "binary_cross_entropy":
        return [[float(random.random() < 0.5) for _ in range(outputs)] for _ in range(samples)]
    return _rows(random, samples, outputs)


def random_network(random: Random, iterations: int = 10, widest: int = 5, most_samples: int = 9) -> str:
    """A dense network of one to four layers with everything about it drawn."""
    loss = random.choice(LOSSES)
    depth, samples = random.randint(1, 4), random.randint(1, most_samples)
    widths = [random.randint(1, widest) for _ in range(depth + 1)]
    layers = []
    for number, (below, units) in enumerate(pairwise(widths), start=1):
        last = number == depth
        activation = random.choice(OUTPUT.get(loss, HIDDEN) if last else HIDDEN)
        weights = _rows(random, units, below)
        head = f'[[network.layers]]\nunits = {units}\nactivation = "{activation}"\n'
        layers.append(f"{head}weights = {weights}\n{_bias(random, units)}\n")
    inputs, targets = _rows(random, samples, widths[0]), _targets(random, loss, samples, widths[-1])
    return (
        f'[network]\nloss = "{loss}"\n{"".join(layers)}'
        f"[data]\ninputs = {inputs}\ntargets = {targets}\n"
        f"[training]\niterations = {iterations}\nlearning_rate = {_number(random, 0.01, 0.5)}\n"
    )


def random_formula(random: Random, names: list[str], depth: int) -> str:
    """A formula of the given names, nested up to ``depth``, that mostly stays finite."""
    if depth == 0 or random.random() < 0.15:
        return random.choice([*names, str(_number(random, 0.2, 2.0))])
    kind = random.random()
    if kind < 0.45:
        left, right = (random_formula(random, names, depth - 1) for _ in range(2))
        return f"({left} {random.choice('+-*')} {right})"
    if kind < 0.52:
        return f"({random_formula(random, names, depth - 1)} / (2 + abs({random_formula(random, names, depth - 1)})))"
    if kind < 0.60:
        return f"{random_formula(random, names, depth - 1)} ** {random.choice((2, 3, 4))}"
    if kind < 0.68:
        left, right = (random_formula(random, names, depth - 1) for _ in range(2))
        return f"{random.choice(('max', 'min'))}({left}, {right})"
    inner = random_formula(random, names, depth - 1)
    function = random.choice(FUNCTIONS)
    safe = {"log": f"2 + abs({inner})", "sqrt": f"1 + abs({inner})", "exp": f"tanh({inner})"}
    return f"{function}({safe.get(function, inner)})"


def random_expression(random: Random, iterations: int = 10) -> str:
    """A computation graph with two to four variables, a constant, and one to four nested steps."""
    variables = {name: _number(random, -2, 2) for name in "abuv"[: random.randint(2, 4)]}
    names = [*variables, "k"]
    steps = []
    for number in range(1, random.randint(1, 4) + 1):
        steps.append(f"s{number} = {random_formula(random, names, 3)}")
        names.append(f"s{number}")
    steps.append(f"f = {random_formula(random, names[-3:], 2)} + {' + '.join(names[:2])}")
    table = ", ".join(f"{name} = {value}" for name, value in variables.items())
    return (
        f"[expression]\nvariables = {{ {table} }}\nconstants = {{ k = {_number(random, 0.5, 2)} }}\nsteps = {steps}\n"
        f'objective = "f"\ngoal = "{random.choice(("minimize", "maximize"))}"\n'
        f"[training]\niterations = {iterations}\nlearning_rate = 0.01\n"
    )
