"""Kinks, ties, zeros and extremes, where a convention decides: PyTorch's, as its documentation and source have it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from parity.agree import agree

SGD = "[training]\niterations = 5\nlearning_rate = 0.5\n"
KINKS = {  # the pre-activations at which a slope jumps
    '"relu"': (0.0,),
    '"leaky_relu"': (0.0,),
    '"elu"': (0.0,),
    '{ name = "elu", alpha = 0.5 }': (0.0,),
    '"hard_sigmoid"': (-3.0, 3.0),
    '"gelu"': (0.0,),
    '"silu"': (0.0,),
}
EXTREMES = ('"sigmoid"', '"tanh"', '"softplus"', '"silu"', '"gelu"', '"elu"', '"hard_sigmoid"', '"relu"')


def one_unit(activation: str, weight: float, target: float, loss: str = '"mse"', x: float = 1.0) -> str:
    """A unit with the weight as its pre-activation."""
    return (
        f"[network]\nloss = {loss}\n[[network.layers]]\nunits = 1\nactivation = {activation}\n"
        f"weights = [[{weight}]]\nbias = false\n[data]\ninputs = [[{x}]]\ntargets = [[{target}]]\n"
    )


@pytest.mark.parametrize(("activation", "z"), [(a, z) for a, points in KINKS.items() for z in points])
def test_at_a_kink(activation: str, z: float, tmp_path: Path) -> None:
    """Relu has the slope 0 at 0, elu alpha, leaky_relu its slope, hard_sigmoid 0 at -3 and 3."""
    agree(one_unit(activation, z, 0.75) + SGD, tmp_path)


@pytest.mark.parametrize("z", [-1e4, -800.0, -40.0, -20.5, 20.5, 40.0, 800.0, 1e4])
@pytest.mark.parametrize("activation", EXTREMES)
def test_far_out(activation: str, z: float, tmp_path: Path) -> None:
    """No exponential overflows; what PyTorch finds below 1e-16 with log1p and expm1 is 0 in a sheet, without them."""
    agree(one_unit(activation, z, 0.75) + SGD.replace("0.5", "1e-4"), tmp_path, least=1e-3)


@pytest.mark.parametrize("z", [-800.0, -40.0, 0.0, 40.0, 800.0])
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_a_logit_far_out(target: float, z: float, tmp_path: Path) -> None:
    """The cross-entropy from the logit stays finite where a probability is 0 or 1."""
    agree(one_unit('"sigmoid"', z, target, '"binary_cross_entropy"') + SGD, tmp_path, least=1e-3)


@pytest.mark.parametrize("winner", range(3))
def test_logits_far_out(winner: int, tmp_path: Path) -> None:
    """Softmax over 900, -900 and 0, whichever is the class."""
    wanted = [float(i == winner) for i in range(3)]
    text = (
        '[network]\nloss = "cross_entropy"\n[[network.layers]]\nunits = 3\nactivation = "softmax"\n'
        f"weights = [[900], [-900], [0]]\n[data]\ninputs = [[1]]\ntargets = [{wanted}]\naccuracy = true\n"
    )
    agree(text + SGD, tmp_path)


@pytest.mark.parametrize("error", [-0.5, 0.5, 0.0])
@pytest.mark.parametrize("loss", ['{ name = "huber", delta = 0.5 }', '"mae"', '"mse"', '"half_squared_error"'])
def test_at_the_corner_of_a_loss(loss: str, error: float, tmp_path: Path) -> None:
    """Huber's at an error of exactly delta; the slope of the absolute error is 0 at 0."""
    agree(one_unit('"identity"', 0.25 + error, 0.25, loss) + SGD, tmp_path)


@pytest.mark.parametrize("target", [-1.0, 1.0])
def test_at_the_margin(target: float, tmp_path: Path) -> None:
    """A margin of exactly 1 is enough for hinge: neither loss nor slope, as for relu at 0."""
    agree(one_unit('"identity"', target, target, '"hinge"') + SGD, tmp_path)


@pytest.mark.parametrize("pieces", [2, 3, 4])
def test_maxout_ties(pieces: int, tmp_path: Path) -> None:
    """Of equal pieces the first has the slope, as in torch.max over a dimension."""
    weights = [[0.5, 0.25]] * pieces + [[-0.5, 0.5]] + [[0.25, 0.5]] * (pieces - 1)
    text = (
        f'[network]\nloss = "mse"\n[[network.layers]]\nunits = 2\nactivation = {{ name = "maxout", pieces = {pieces} }}'
        "\n"
        f"weights = {weights}\n[data]\ninputs = [[1, 1], [0, 0], [0.5, -1]]\ntargets = [[1, 0], [0, 1], [1, 1]]\n"
    )
    book = agree(text + SGD, tmp_path)
    assert (book.columns["k1[1]@1"][0], book.columns["k1[2]@1"][0]) == (1.0, 0.0)


def test_equal_outputs_are_no_hits(tmp_path: Path) -> None:
    """A network of zeros predicts the first class: a third of the flowers, not all of them."""
    text = (
        '[network]\nloss = "cross_entropy"\n[[network.layers]]\nunits = 3\nactivation = "softmax"\n'
        'weights = { init = "zeros" }\n[data]\ninputs = [[1], [2], [3]]\naccuracy = true\n'
        "targets = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]\ntest_inputs = [[4], [5]]\ntest_targets = [[0, 0, 1], [1, 0, 0]]\n"
    )
    book = agree(text + SGD, tmp_path)
    assert book.columns["hits"][0] == pytest.approx(1 / 3, rel=1e-15)
    assert book.columns["hits@T"][0] == 0.5


@pytest.mark.parametrize("activation", ['"relu"', '"tanh"', '"identity"', '{ name = "maxout", pieces = 2 }'])
@pytest.mark.parametrize("outputs", range(2, 9))
def test_the_first_of_the_largest(outputs: int, activation: str, tmp_path: Path) -> None:
    """Ties anywhere among two to eight outputs, against torch.argmax, for targets of 0.1 and 0.9."""
    pieces = 2 if "maxout" in activation else 1
    signs = [[[-1, 1, 0, 1, -1, 0, 1, 1][i], [1, 0, 1, 1, -1, 0, 1, 0][i]] for i in range(outputs)]
    weights = [row for row in signs for _ in range(pieces)]
    inputs = [[1, 0], [0, 1], [1, 1], [-1, -1], [0, 0], [-1, 1]]
    targets = [[0.9 if i == n % outputs else 0.1 for i in range(outputs)] for n in range(len(inputs))]
    text = (
        f'[network]\nloss = "half_squared_error"\n[[network.layers]]\nunits = {outputs}\nactivation = {activation}\n'
        f"weights = {weights}\n[data]\ninputs = {inputs}\ntargets = {targets}\naccuracy = true\n"
    )
    agree(text + SGD.replace("iterations = 5", "iterations = 1"), tmp_path)


@pytest.mark.parametrize(
    ("loss", "activation", "low"),
    [('"binary_cross_entropy"', '"sigmoid"', 0.0), ('"hinge"', '"identity"', -1.0), ('"mse"', '"sigmoid"', 0.0)],
)
def test_on_the_threshold(loss: str, activation: str, low: float, tmp_path: Path) -> None:
    """An output on the threshold itself is the lower class, as in torch's (p > 0.5)."""
    text = (
        f'[network]\nloss = {loss}\n[[network.layers]]\nunits = 1\nactivation = {activation}\nweights = [[0.0]]\n'
        f"[data]\ninputs = [[1], [2], [3]]\ntargets = [[1], [{low}], [{low}]]\naccuracy = true\n"
    )  # fmt: skip
    book = agree(text + SGD, tmp_path)
    assert book.columns["hits"][0] == pytest.approx(2 / 3, rel=1e-15)


OPTIMIZERS = ("adam", "rmsprop", "adadelta", "adagrad", "nadam", "adamw", "lion", "momentum")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_dead_units(optimizer: str, tmp_path: Path) -> None:
    """A dead relu and an input of 0: rows of zero gradients among others."""
    text = (
        '[network]\nloss = "mse"\n[[network.layers]]\nunits = 3\nactivation = "relu"\n'
        "weights = [[-1, -1], [0.5, 0.2], [0.3, -0.4]]\nbias = [-1, 0.1, 0.2]\n[[network.layers]]\nunits = 1\n"
        'activation = "identity"\nweights = [[0.5, 0.6, -0.4]]\nbias = 0.1\n'
        "[data]\ninputs = [[1, 0], [2, 0], [0.5, 0]]\ntargets = [[1], [0], [0.3]]\n"
    )
    book = agree(f'{text}[training]\niterations = 60\nlearning_rate = 0.05\noptimizer = "{optimizer}"\n', tmp_path)
    moved = np.ptp(book.columns["W1[1,1]"]), np.ptp(book.columns["W1[2,2]"])
    assert (moved == (0, 0)) == (optimizer != "adamw")  # whose decay moves them all the same


TIES = {
    "max(a, b)": (1.5, 1.5),
    "min(a, b)": (1.5, 1.5),
    "max(a, a * b)": (2.0, 1.0),
    "max(a, b, 1.5)": (1.5, 1.5),
    "abs(a) + b": (0.0, 1.0),
    "relu(a) * b": (0.0, 1.0),
    "a ** 2 + b ** 3": (0.0, 0.0),
    "a ** 1 + b": (0.0, 1.0),
    "(a - b) ** 4 + a / b": (1.5, 1.5),
    "a * a * a + a * b": (0.0, 0.0),
    "sigmoid(a) + softplus(b)": (-800.0, 800.0),
    "a ** -2 + b": (0.5, 1.0),
    "a ** 0.5 + b": (4.0, 1.0),
    "a ** 0 + b * b": (0.0, 1.0),
    "a ** b": (1.5, 2.5),
    "a ** b + b": (0.0, 2.0),
    "a ** b + b * b": (0.0, 1.0),
    "a ** b - b * b": (0.0, 0.0),
    "a ** b * a": (3.0, 0.0),
    "tanh(a) - tanh(b)": (20.0, -20.0),
    "sin(a) + cos(b)": (1e6, -1e6),
}


@pytest.mark.parametrize("goal", ["minimize", "maximize"])
@pytest.mark.parametrize("formula", TIES)
def test_formulas(formula: str, goal: str, tmp_path: Path) -> None:
    """Max and min share the slope at a tie; abs and relu have none at 0; powers at 0 and of 0."""
    a, b = TIES[formula]
    text = f'[expression]\nvariables = {{ a = {a}, b = {b} }}\nsteps = ["f = {formula}"]\ngoal = "{goal}"\n'
    agree(f"{text}[training]\niterations = 3\nlearning_rate = 0.01\n", tmp_path)
