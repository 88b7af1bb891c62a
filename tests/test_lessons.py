"""What the lessons' summaries and notes say happens is what happens, in numbers."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from xlbp.reference.history import History
from xlbp.reference.train import train
from xlbp.template.load import load_template, parse_template
from xlbp.template.network import Network

Array = NDArray[np.float64]


@cache
def lesson(name: str, *overrides: str) -> History:
    """A template's training by the reference."""
    return train(load_template(name, overrides))


def first(found: NDArray[np.bool_]) -> int:
    """The first iteration at which something holds."""
    assert found.any()
    return int(found.argmax())


def for_good(found: NDArray[np.bool_]) -> int:
    """The iteration from which on something holds to the end."""
    assert found[-1]
    return int(np.nonzero(~found)[0].max()) + 1


def outputs(history: History, layer: int, samples: int, letter: str = "a") -> Array:
    """What the first output says of each sample, by iteration: (T + 1, samples)."""
    return np.array([history[f"{letter}{layer}[1]@{s}"] for s in range(1, samples + 1)]).T


def grids(history: History, name: str, rows: int, columns: int) -> Array:
    """A matrix of a formula, by iteration."""
    cells = [[history[f"{name}[{i},{j}]"] for j in range(1, columns + 1)] for i in range(1, rows + 1)]
    return np.moveaxis(np.array(cells), -1, 0)


def near(*numbers: float, digits: int) -> object:
    """These numbers as a text prints them with so many decimals."""
    return pytest.approx(numbers, abs=0.5000001 * 10.0**-digits)


def test_rate_too_large() -> None:
    """The loss falls once, then explodes; from iteration 8 on it is no number."""
    history = lesson("rate-too-large")
    assert history["z2[1]"][:2] == near(0.57, 7.01, digits=2)
    assert history["E"][:4] == near(5.88, 4.53, 9.47, 285.56, digits=2)
    assert history["E"][4:6] == pytest.approx([2e7, 8e21], rel=0.02)
    assert first(~np.isfinite(history["E"])) == 8
    assert for_good(lesson("rate-too-large", "training.learning_rate=0.1")["E"] < 0.01) == 4
    assert lesson("rate-too-large", "training.learning_rate=0.2")["z2[1]"][19:] == near(2.47, 5.07, digits=2)
    assert first(~np.isfinite(lesson("rate-too-large", "training.learning_rate=0.4")["E"])) == 12


def test_rate_too_small() -> None:
    """A hundred iterations get nowhere; 4436 would."""
    history = lesson("rate-too-small")
    assert history["E"][[0, 100]] == near(5.88, 5.67, digits=2)
    assert history["z2[1]"][[0, 100]] == near(0.57, 0.63, digits=2)
    assert first(lesson("rate-too-small", "training.iterations=5000")["E"] < 0.01) == 4436
    assert first(lesson("excel-two-layer")["E"] < 0.01) == 22


def test_zero_weights() -> None:
    """The two hidden units are equal in every row; a single weight of 0.1 parts them."""
    history = lesson("zero-weights")
    for one, other in (("W1[1,1]", "W1[2,1]"), ("b1[1]", "b1[2]"), ("W2[1,1]", "W2[1,2]")):
        assert (history[one] == history[other]).all()
    assert history["E"][200] == pytest.approx(0.4246, abs=5e-5)
    parted = lesson("zero-weights", "network.layers.1.weights=[[0.1],[0]]")
    assert (parted["E"][200], parted["W1[1,1]"][200], parted["W1[2,1]"][200]) == near(0.0206, 3.9077, -6.0882, digits=4)
    assert np.abs(outputs(parted, 2, 5)[200] - [0, 1, 1, 0, 0]).max() < 0.04
    tanh = lesson("zero-weights", "network.layers.1.activation=tanh")
    assert tanh["E"][200] == pytest.approx(0.673, abs=5e-4)


def test_xor_without_hidden() -> None:
    """The loss goes to ln 2, and the accuracy falls from 75 to 25 % on the way; xor itself is learnt."""
    history = lesson("xor-without-hidden")
    assert history["E"][[0, 100]] == near(0.781, 0.693, digits=3)
    assert (history["hits"][:4] == 0.75).all()
    assert (history["hits"][4:] == 0.25).all()
    learnt = lesson("xor")
    assert learnt["E"][[0, 500]] == pytest.approx([0.716, 0.00686], rel=1e-3)
    assert for_good(((outputs(learnt, 2, 4) > 0.5) == [False, True, True, False]).all(axis=1)) == 26


def test_linear_layers() -> None:
    """Outputs are equally far apart in every row, and end on the least-squares line."""
    history = lesson("linear-layers")
    found = outputs(history, 3, 4, "z")
    assert np.abs(np.diff(found, n=2)).max() < 1e-12
    assert found[100] == pytest.approx([-1, 2, 5, 8], abs=1e-4)
    assert history["E"][100] == pytest.approx(1, abs=1e-8)


def test_vanishing_and_arriving_gradients() -> None:
    """Sigmoids shrink the gradient 6,755 times, ReLU does not, from the same weights."""
    sigmoid, relu = lesson("vanishing-sigmoid"), lesson("vanishing-relu")
    assert load_template("vanishing-sigmoid").model.parameters() == load_template("vanishing-relu").model.parameters()
    assert sigmoid["|dW6|"][0] / sigmoid["|dW1|"][0] == pytest.approx(6755, abs=0.5)
    weights = [f"W1[{i},{j}]" for i in (1, 2, 3) for j in (1, 2)]
    assert max(np.ptp(sigmoid[w]) for w in weights) < 7e-5
    assert sigmoid["E"][40] == pytest.approx(0.693, abs=5e-4)
    assert np.abs(outputs(sigmoid, 6, 4)[40] - 0.5).max() < 0.005
    assert (relu["|dW1|"][0], relu["|dW6|"][0]) == near(0.0146, 0.0156, digits=4)
    assert relu["E"][[0, 40]] == near(0.681, 0.003, digits=3)
    assert np.abs(outputs(relu, 6, 4)[40] - [0, 1, 1, 0]).max() < 0.006
    lengths = np.array([relu[f"|dW{layer}|"] for layer in range(1, 7)])
    assert (lengths.max(axis=0) / lengths.min(axis=0)).max() < 31


def test_dead_relu() -> None:
    """One unit is dead from iteration 3 on and never moves again; with half the rate both live."""
    history = lesson("dead-relu")
    inputs = np.array([history[f"z1[1]@{s}"] for s in (1, 2, 3, 4)])
    assert for_good((inputs < 0).all(axis=0)) == 3
    assert (history["W1[1,1]"][3:] == history["W1[1,1]"][3]).all()
    assert history["E"][50] == pytest.approx(0.25, abs=1e-6)
    assert lesson("dead-relu", "training.learning_rate=0.5")["E"][50] == pytest.approx(0.0006, abs=5e-5)


def test_softmax_delta() -> None:
    """The chain rule through all the small steps gives p - t."""
    history = lesson("softmax-delta")
    for k in (1, 2, 3):
        assert np.abs(history[f"dE/dz{k}"] - history[f"delta{k}"]).max() < 2e-16
    assert [history[f"dE/dz{k}"][0] for k in (1, 2, 3)] == near(-0.7553, 0.6652, 0.0900, digits=4)


def test_saturation() -> None:
    """Squared error waits until iteration 232, cross-entropy until 17."""
    squared, entropy = lesson("saturation-squared-error"), lesson("saturation-cross-entropy")
    assert first(squared["a1[1]"] < 0.5) == 232
    assert first(entropy["a1[1]"] < 0.5) == 17
    assert squared["a1[1]"][[0, 100, 300]] == near(0.98, 0.96, 0.20, digits=2)
    assert entropy["a1[1]"][300] == pytest.approx(0.012, abs=5e-4)
    assert (squared["dW1[1,1]"][0], entropy["dW1[1,1]"][0]) == near(0.017, 0.982, digits=3)
    assert int(squared["dW1[1,1]"].argmax()) == 215


def test_overfitting() -> None:
    """The test loss is least at iteration 26, and crosses the training loss at 33."""
    history = lesson("overfitting")
    assert int(history["E@T"].argmin()) == 26
    assert for_good(history["E@T"] > history["E"]) == 33
    assert history["E"][[26, 100]] == near(0.102, 0.039, digits=3)
    assert history["E@T"][[26, 100]] == near(0.035, 0.164, digits=3)
    assert lesson("overfitting", "training.l2=0.03")["E@T"][100] == pytest.approx(0.137, abs=5e-4)


def test_ravine() -> None:
    """Momentum arrives at iteration 16, plain gradient descent at 38, too much momentum at 76."""
    longer = "training.iterations=200"
    assert lesson("ravine-sgd")["f"][25] == pytest.approx(0.060, abs=5e-4)
    assert lesson("ravine-momentum")["f"][25] == pytest.approx(1.8e-5, abs=5e-7)
    assert for_good(lesson("ravine-sgd", longer)["f"] < 0.01) == 38
    assert for_good(lesson("ravine-momentum", longer)["f"] < 0.01) == 16
    assert for_good(lesson("ravine-momentum", longer, "training.optimizer.momentum=0.9")["f"] < 0.01) == 76


def test_uneven_slopes() -> None:
    """Plain gradient descent hardly moves x in 100 iterations; Adam brings both home."""
    plain, adam = lesson("uneven-slopes-sgd"), lesson("uneven-slopes-adam")
    assert (plain["x"][100], plain["f"][100]) == near(-1.476, 0.022, digits=3)
    assert (adam["x"][100], adam["y"][100]) == near(-0.0044, 0.0003, digits=4)
    assert adam["f"][100] == pytest.approx(1.1e-5, rel=0.02)
    assert (adam["x"][1], adam["y"][1]) == near(-1.35, 0.85, digits=6)


# The gradients of the published book, transposed, the bias last: cached values of its cells.
BOOK_DW1 = [
    [0.23801314780179242, -0.3793487913915057, -0.9966423383734977],
    [-0.24808613268130025, -1.1559066556867714, -0.49832116918674885],
    [-0.2514437943078029, -1.6676584713795306, -0.9966423383734977],
    [-0.4928146037360979, -1.8000614956807839, -0.49832116918674885],
    [-0.24808613268130025, -1.1559066556867714, -0.49832116918674885],
]
BOOK_DW2 = [
    [0.2514437943078027, -0.2514437943078029, -1.164770882763925, 0.5028875886156058],
    [0.747616059670403, -0.7476160596704033, -2.484239663412267, 1.4952321193408067],
    [0.0033576616265025283, -0.003357661626502615, -0.5050364924397539, 0.00671532325300523],
    [0.24808613268130017, -0.24808613268130025, -0.659734390324171, 0.4961722653626005],
]
BOOK_DW3 = [
    [0.0, 0.0, 0.0],
    [0.992344530725201, 0.6542484998462825, -1.6465930305714833],
    [0.9990598539782063, 1.6508908382197798, -2.649950692197986],
    [0.4928146037360979, -0.17119691926360747, -0.32161768447249034],
    [0.24808613268130025, 0.16356212496157063, -0.41164825764287083],
]


def as_in_the_book(history: History, layer: int, units: int, inputs: int) -> Array:
    """A layer's gradient of row 0 in the book's shape, summed over the two samples as there."""
    weights = [[history[f"dW{layer}[{i},{j}]"][0] for i in range(1, units + 1)] for j in range(1, inputs + 1)]
    biases = [history[f"db{layer}[{i}]"][0] for i in range(1, units + 1)]
    return 2 * np.array([*weights, biases])


def test_relu_softmax_three_layer() -> None:
    """The book's dW3 is ours; its dW2 and dW1 are wrong in the cells and by the sizes that the notes name."""
    history = lesson("relu-softmax-three-layer")
    assert np.abs(as_in_the_book(history, 3, 3, 4) - BOOK_DW3).max() < 1e-15
    wrong = np.abs(as_in_the_book(history, 2, 4, 3) - BOOK_DW2)
    assert wrong[:, 1:].max() < 1e-15
    assert wrong[:, 0] == near(0.251, 0.748, 0.003, 0.248, digits=3)
    assert wrong[:, 0].argmax() == 1
    wrong = np.abs(as_in_the_book(history, 1, 3, 4) - BOOK_DW1)
    assert wrong[:, 0].max() < 1e-15
    assert wrong.max() == wrong[3, 1] == pytest.approx(0.493, abs=5e-4)
    assert history["E"][[0, 50]] == near(0.552, 0.042, digits=3)
    assert first(history["z2[1]@1"] > 0) == 20
    assert (history["z2[1]@2"] < 0).all()


FASTAI_OPTIMIZERS = [  # what the notes of fastai-line say: optimizer, rate, a and b after 290 rows
    ("adam", 0.5, 1.98, 30.2),
    ("nadam", 1, 2.00, 30.0),
    ("rmsprop", 1, 1.99, 29.4),
    ("adadelta", 100, 2.02, 26.9),
    ("adagrad", 5, 2.14, 22.8),
    ("adamw", 0.5, 2.05, 22.1),
    ("lion", 0.1, 1.80, 28.2),
    ("momentum", 0.00001, 2.34, 1.51),
    ("nesterov", 0.00001, 2.36, 1.52),
]


@pytest.mark.parametrize(("name", "rate", "a", "b"), FASTAI_OPTIMIZERS)
def test_fastai_line_by_each_optimizer(name: str, rate: float, a: float, b: float) -> None:
    """Each optimizer ends where the notes say, and they say so of the template as it is shipped."""
    history = lesson("fastai-line", f"training.optimizer={name}", f"training.learning_rate={rate}")
    assert history["W1[1,1]"][290] == pytest.approx(a, abs=0.00501)
    assert history["b1[1]"][290] == pytest.approx(b, abs=0.0501 if b > 10 else 0.00501)
    assert f"{name} {rate:.5f}".rstrip("0").rstrip(".") in load_template("fastai-line").notes["en"][1]


def test_fastai_line() -> None:
    """After 29 rows a and b are the original's M32 and N32, to the last digit; its "rmse" is no mean."""
    history = lesson("fastai-line")
    assert (history["W1[1,1]"][29], history["b1[1]"][29]) == (2.613084491952597, 1.0715160204418617)
    assert (history["W1[1,1]"][290], history["b1[1]"][290]) == near(2.60, 1.58, digits=2)
    total = history["E"][:29].sum()
    assert (total**0.5, (total / 29) ** 0.5) == near(150.76, 27.99, digits=2)


@pytest.mark.parametrize(("name", "iteration", "loss"), [("two-moons", 62, 0.016), ("spiral", 50, 0.024)])
def test_all_test_points_are_right(name: str, iteration: int, loss: float) -> None:
    """The made data sets are learnt: every test point is right from the stated iteration on."""
    history = lesson(name)
    assert for_good(history["hits@T"] == 1) == iteration
    assert history["E@T"][-1] == pytest.approx(loss, abs=5e-4)


def test_noisy_sine() -> None:
    """The test loss falls to 0.025, between the best line's 0.261 and the noise's 0.015."""
    model, history = load_template("noisy-sine").model, lesson("noisy-sine")
    assert isinstance(model, Network)
    x, y = np.array(model.inputs)[:, 0], np.array(model.targets)[:, 0]
    line = np.polyval(np.polyfit(x[:30], y[:30], 1), x[30:])
    assert history["E@T"][[0, 50, 100]] == near(0.685, 0.033, 0.025, digits=3)
    assert (np.mean((line - y[30:]) ** 2), np.mean((np.sin(x[30:]) - y[30:]) ** 2)) == near(0.261, 0.015, digits=3)


def test_iris() -> None:
    """29 of 30 test flowers are right at iteration 33 and at the end."""
    history = lesson("iris")
    assert history["hits@T"][[0, 33, 60]] == pytest.approx([11 / 30, 29 / 30, 29 / 30])
    assert history["hits@T"][:33].max() < 29 / 30
    assert np.flatnonzero(history["hits@T"] == 1).tolist() == [34, 36, 37, 38, 39]
    assert history["E@T"][[33, 60]] == near(0.262, 0.126, digits=3)


def elements(history: History, names: list[str], iteration: int) -> Array:
    """Some quantities in one iteration."""
    return np.array([history[name][iteration] for name in names])


def test_rnn() -> None:
    """The book's forward pass to its last digit; a gradient is the sum of its steps, and the first has no past."""
    history = lesson("rnn")
    assert elements(history, ["z2[1,1]", "z2[2,1]"], 0) == near(1.56128388, 2.72707101, digits=8)
    assert elements(history, ["z1[1,1]", "z1[1,2]"], 0) == near(0.6, 0.5, digits=12)
    parts = elements(history, ["dW1[1,1]|1", "dW1[1,1]|2", "dW1[1,1]", "dU1[1,1]|2"], 0)
    assert parts == near(-0.3343, -0.1424, -0.4767, -0.0382, digits=4)
    assert history["dU1[1,1]|1"][0] == 0
    assert history["E"][:2] == near(0.1335, 0.0008, digits=4)
    assert lesson("rnn", "network.layers.1.initial=1")["dU1[1,1]|1"][0] != 0


def test_char_rnn() -> None:
    """The article's state is right, the copied notes' sums are not; all four letters are right from iteration 74 on."""
    history = lesson("char-rnn")
    state = elements(history, [f"a1[1,{i}]" for i in (1, 2, 3)], 0)
    assert np.abs(state - [0.693168, 0.899554, 0.802118]).max() < 1e-6  # cut off there, not rounded
    sums = elements(history, [f"z2[1,{i}]" for i in (1, 2, 3, 4)], 0)
    assert sums == near(1.80033, 1.05478, 0.80694, 1.04173, digits=5)
    assert np.abs(sums - [1.797, 1.049, 0.801, 1.041]).min() > 5e-4
    parts = elements(history, [*(f"dU1|{t}" for t in (1, 2, 3, 4)), "dU1"], 0)
    assert parts == near(0, 0.1176, 0.0789, 0.0392, 0.2357, digits=4)
    assert elements(history, [f"E[{t}]" for t in (1, 2, 3, 4)], 0) == near(1.584, 1.818, 1.843, 1.567, digits=3)
    said = np.array([[history[f"a2[{t},{i}]"] for i in (1, 2, 3, 4)] for t in (1, 2, 3, 4)]).argmax(axis=1)
    assert (said[:, 0] == "helo".index("h")).all()
    assert [*said[:, 60]] == ["helo".index(letter) for letter in "elll"]
    assert history["E"][[0, 90]] == near(6.811, 0.933, digits=3)
    assert for_good(history["hits"] == 1) == 74


def test_lstm() -> None:
    """The walk-through's numbers; the label 1.25 is out of reach, so the loss stays above 1/32."""
    history = lesson("lstm")
    gates = elements(history, ["g1[1,1]", "i1[1,1]", "f1[1,1]", "o1[1,1]", "c1[1,1]", "a1[1,1]"], 0)
    assert gates == near(0.81775, 0.96083, 0.85195, 0.81757, 0.78573, 0.53631, digits=5)
    gates = elements(history, ["g1[2,1]", "i1[2,1]", "f1[2,1]", "o1[2,1]", "c1[2,1]", "a1[2,1]"], 0)
    assert gates == near(0.84980, 0.98118, 0.87030, 0.84993, 1.51763, 0.77198, digits=5)
    assert history["E"][[0, 1, 100]] == near(0.1149, 0.1109, 0.0704, digits=4)
    assert elements(history, ["a1[1,1]", "a1[2,1]"], 100) == near(0.652, 0.907, digits=3)
    assert history["E"].min() > 0.03125
    assert (elements(history, [f"dU1[{gate},1]|1" for gate in (1, 2, 3, 4)], 0) == 0).all()


def test_both_forms_of_the_gru() -> None:
    """PyTorch's form and that of Cho et al. differ by a bias here; the state before step 1 gives the reset work."""
    after, before = lesson("gru"), lesson("gru-reset-before")
    assert after["E"][[0, 1, 100]] == near(0.2166, 0.2135, 0.0891, digits=4)
    assert elements(after, ["dc1[1]", "db1[3]"], 0) == near(-0.0374, -0.0382, digits=4)
    assert lesson("gru", "network.layers.1.initial=0")["dU1[3,1]|1"][0] == 0
    assert before["E"][[0, 100]] == near(0.2207, 0.0889, digits=4)
    assert elements(before, ["p1[1,1]", "r1[1,1]", "dU1[3,1]"], 0) == near(0.4867, 0.9734, -0.0236, digits=4)


def test_cnn() -> None:
    """Four of sixteen places add to the kernel's gradient; the published one is low by 0.3 to 0.4 %."""
    history = lesson("cnn")
    assert history["E"][:2] == near(0.0424, 0.0303, digits=4)
    assert history["E"][50] < 1e-7
    assert elements(history, ["e[1]", "e[2]"], 0) == near(0.250015, -0.149543, digits=6)
    kernel = [f"dK1[1,1,{i},{j}]" for i in (1, 2) for j in (1, 2)]
    for name in kernel:
        assert np.count_nonzero(elements(history, [f"{name}|{place}" for place in range(1, 17)], 0)) == 4
    wins = [[history[f"k2[1,{i},{j},{n}]"][0] for n in (1, 2, 3, 4)] for i in (1, 2) for j in (1, 2)]
    assert [*np.argmax(wins, axis=1) + 1] == [4, 1, 2, 4]
    exact = elements(lesson("cnn", "data.targets=[[0.640015065472,0.120457496126]]"), kernel, 0)
    assert exact == near(0.0447573, 0.0943846, 0.0112961, 0.0685618, digits=7)
    low = 1 - np.array([0.044606, 0.094061, 0.011262, 0.068288]) / exact
    assert ((low > 0.003) & (low < 0.0041)).all()


def test_conv_learns() -> None:
    """The hidden kernel comes out, its corners last."""
    history = lesson("conv-learns")
    kernel = np.array([history[f"K1[1,1,{i},{j}]"] for i in (1, 2, 3) for j in (1, 2, 3)])
    assert kernel[4, 1] == pytest.approx(1 / 3)
    assert kernel[[1, 4, 7], 100] == near(-0.92, 1.70, -0.79, digits=2)
    assert np.abs(kernel[:, 300] - [0, -1, 0, 0, 2, 0, 0, -1, 0]).max() < 0.15
    assert history["E"][[0, 300]] == near(0.6667, 0.0002, digits=4)


def test_logistic_regression() -> None:
    """Wikipedia's fit, and its table of chances; plain gradient descent needs ten times as many rows."""
    history = lesson("logistic-regression")
    slope, intercept = history["W1[1,1]"][90], history["b1[1]"][90]
    assert (intercept, slope) == near(-4.0777, 1.5047, digits=4)
    assert history["hits"][90] == pytest.approx(16 / 20)
    chances = 1 / (1 + np.exp(-(intercept + slope * np.array([1, 2, 3, 4, 5]))))
    assert chances == near(0.07, 0.26, 0.61, 0.87, 0.97, digits=2)
    assert chances[[1, 3]] == near(0.2557, 0.8745, digits=4)
    plain = lesson("logistic-regression", "training.optimizer=sgd", "training.iterations=900")
    assert elements(plain, ["b1[1]", "W1[1,1]"], 90) == near(-3.377, 1.269, digits=3)
    assert elements(plain, ["b1[1]", "W1[1,1]"], 900) == near(-4.0777, 1.5046, digits=4)
    scaled = lesson("logistic-regression", "training.optimizer=sgd", "data.scale=standard")
    assert scaled["E"][90] == pytest.approx(plain["E"][900], abs=2e-6)


def test_attention() -> None:
    """Each word learns which one to listen to; with a V that learns too, A does not tell any more."""
    history = lesson("attention-formula")
    attention = grids(history, "A", 3, 3)
    assert np.abs(attention[0] - 1 / 3).max() < 0.06
    right = np.minimum(np.minimum(attention[:, 0, 0], attention[:, 1, 0]), attention[:, 2, 1])
    assert for_good(right > 0.9) == 27
    assert for_good(attention[:, 2, 1] > 0.9) == 17
    assert grids(history, "dE/dS", 3, 3).sum(axis=-1) == pytest.approx(0, abs=1e-15)
    assert (first(history["E"] < 0.1), history["E"][100]) == (22, pytest.approx(0.0015, abs=5e-5))
    assert lesson("attention-formula", "expression.constants.d_k=200")["E"][100] == pytest.approx(0.93, abs=5e-3)
    start = "[[1, 0, 0], [0, 1, 0], [0, 0, 1]]"
    text = load_template("attention-formula").text.replace(f"W_V = {start}\n", "")
    free = train(parse_template(text.replace("variables = { ", f"variables = {{ W_V = {start}, "), "free", "free"))
    assert first(free["E"] < 0.1) == 9
    assert grids(free, "A", 3, 3)[100, 1, [0, 2]] == near(0.40, 0.40, digits=2)


def test_micrograd() -> None:
    """The README's three numbers, and the least value of g."""
    history = lesson("micrograd")
    assert elements(history, ["g", "dg/da", "dg/db"], 0) == near(24.7041, 138.8338, 645.5773, digits=4)
    assert history["g"][30] == pytest.approx(20**0.5, abs=5e-6)
    assert elements(history, ["a", "b"], 30) == near(-4.012, 1.948, digits=3)
    assert lesson("micrograd", "training.learning_rate=0.0001")["g"][:3] == near(24.7, 10.0, 120.3, digits=1)


def test_encoder() -> None:
    """Each pattern has a corner of the square for its code; momentum carries the loss up for three rows."""
    history = lesson("encoder-4-2-4")
    codes = np.array([[history[f"a1[{i}]@{s}"][100] for i in (1, 2)] for s in (1, 2, 3, 4)])
    assert codes.ravel() == near(0.95, 0.01, 0.01, 0.03, 0.98, 0.97, 0.03, 0.99, digits=2)
    assert history["E"][[4, 7]] == near(0.3827, 0.3888, digits=4)
    assert (np.diff(history["E"])[4:7] > 0).all()
    assert for_good(history["hits"] == 1) == 28
    assert history["E"][[0, 100]] == pytest.approx([0.450, 0.0074], rel=5e-3)


def test_vanishing_in_time() -> None:
    """The recurrent unit's gradient dies on its way back; from a weight of 0.5 it lives, and the unit latches."""
    history = lesson("vanishing-in-time")
    last, start = history["da1[8,1]@1"][0], history["da1[1,1]@1"][0]
    assert (last, start) == (pytest.approx(-0.52, abs=5e-3), pytest.approx(-0.000085, abs=5e-7))
    assert last / start == pytest.approx(6125, abs=0.5)
    assert elements(history, ["dW1[1,1]|1", "dW1[1,1]|8"], 0) == near(-0.0003, 0.0436, digits=4)
    assert history["E"][[0, 60]] == near(0.6952, 0.6942, digits=4)
    assert history["hits"][60] == 0.5
    alive = lesson("vanishing-in-time", "network.layers.1.recurrent=[[0.5]]")
    assert alive["E"][[20, 60]] == near(0.680, 0.123, digits=3)
    assert for_good(alive["U1[1,1]"] > 1) == 26


def test_lstm_remembers() -> None:
    """The cell's derivative is as large at the first step as at the last; without the forget gate's bias it is not."""
    history = lesson("lstm-remembers")
    assert elements(history, ["dc1[1,1]@1", "dc1[8,1]@1"], 0) == near(-0.229, -0.182, digits=3)
    forget = np.array([history[f"f1[{t},1]@{s}"][0] for t in range(1, 9) for s in (1, 2, 3, 4)])
    assert (forget.min(), forget.max()) == near(0.92, 0.97, digits=2)
    assert history["E"][[0, 60]] == near(0.629, 0.141, digits=3)
    assert outputs(history, 2, 4)[60] == near(0.87, 0.88, 0.15, 0.12, digits=2)
    forgetting = lesson("lstm-remembers", "network.layers.1.bias=0")
    assert forgetting["E"][[0, 60]] == near(0.692, 0.692, digits=3)
    assert forgetting["dc1[8,1]@1"][0] / forgetting["dc1[1,1]@1"][0] == pytest.approx(50, rel=0.2)


def test_edge_detector() -> None:
    """The right column becomes positive, all others negative, whatever the seed; the two pictures count alike."""
    history = lesson("edge-detector")
    kernel = np.array([[history[f"K1[1,1,{i},{j}]"] for j in (1, 2, 3)] for i in (1, 2, 3)])
    assert np.abs(kernel[:, :, 0]).max() < 0.15
    assert kernel[:, 2, 40] == near(1.04, 1.02, 0.80, digits=2)
    assert (kernel[:, :2, 40].max(), kernel[:, :2, 40].min()) == near(-0.46, -0.65, digits=2)
    total = kernel[:, :, 40].sum()
    assert (total, total + history["b1[1]"][40]) == near(-0.50, -1.60, digits=2)
    assert for_good(history["hits"] == 1) == 5
    assert history["E"][[0, 40]] == near(0.742, 0.020, digits=3)
    assert outputs(history, 4, 2)[40] == near(0.977, 0.977, digits=3)
    for seed in (1, 2):
        other = lesson("edge-detector", f"network.layers.1.weights.seed={seed}")
        signs = [[other[f"K1[1,1,{i},{j}]"][40] > 0 for j in (1, 2, 3)] for i in (1, 2, 3)]
        assert signs == [[False, False, True]] * 3


@pytest.mark.slow
def test_three_digits() -> None:
    """The test digits are all right from iteration 17 on; of four other starts two do as well at the end."""
    history = lesson("three-digits")
    assert history["hits@T"][0] == pytest.approx(2 / 6)
    assert for_good(history["hits@T"] == 1) == 17
    assert history["E@T"][[0, 40]] == near(1.039, 0.022, digits=3)
    assert len(load_template("three-digits").model.parameters()) == 20 + 27
    for seed, right in ((2, 6), (3, 6), (5, 5), (4, 2)):
        seeds = (f"network.layers.{layer}.weights.seed={seed}" for layer in (1, 4))
        assert lesson("three-digits", *seeds)["hits@T"][40] == pytest.approx(right / 6)


def test_sine_forecast() -> None:
    """Two units beat what the last value alone can tell, and come near the best rule of the last two."""
    model, history = load_template("sine-forecast").model, lesson("sine-forecast")
    waves, after = np.array(model.inputs), np.array(model.targets)[:, 0]
    now, before = waves[:, -1], waves[:, -2]
    line = np.polyval(np.polyfit(now[:18], after[:18], 1), now[18:])
    rule = np.column_stack([now, before, np.ones(24)])
    best = rule[18:] @ np.linalg.lstsq(rule[:18], after[:18], rcond=None)[0]
    assert (np.mean((line - after[18:]) ** 2), np.mean((best - after[18:]) ** 2)) == near(0.167, 0.013, digits=3)
    assert history["E@T"][[0, 60]] == near(0.729, 0.022, digits=3)
    assert lesson("sine-forecast", "network.layers.1.units=1")["E@T"][60] == pytest.approx(0.103, abs=5e-4)


def numbers(history: History, pattern: str, rows: int, columns: int, iteration: int = 0) -> Array:
    """A matrix of quantities in one iteration; the pattern has {i} and {j}."""
    places = [[pattern.format(i=i, j=j) for j in range(1, columns + 1)] for i in range(1, rows + 1)]
    return np.array([elements(history, row, iteration) for row in places])


def test_batch_norm() -> None:
    """Shift and scale of what comes in are taken out; a line gets no nearer than 1/168."""
    history = lesson("batch-norm")
    assert history["E"][[0, 1]] == near(0.2733, 0.2184, digits=4)
    assert history["E"][[0, 1, 10, 100]] == pytest.approx([0.273259191825, 0.218362648607, 0.0369538658058, 1 / 168])
    by_z = elements(history, [f"dz1[1]@{s}" for s in (1, 2, 3, 4)], 0)
    assert by_z == near(-0.0867, 0.2600, 0.2601, -0.4334, digits=4)
    assert abs(by_z.sum()) < 1e-15
    assert np.abs(history["db1[1]"]).max() < 1e-16
    assert (history["b1[1]"] == 0.3).all()
    by_w = elements(history, ["dW1[1,1]", "dW1[1,2]"], 0)
    assert by_w == near(-0.1300, -0.2167, digits=4)
    assert by_w @ [0.5, -0.3] == pytest.approx(0.00002, abs=5e-6)
    assert elements(history, ["rm2[1]", "rv2[1]"], 1) == near(0.14, 0.9367, digits=4)
    larger = lesson("batch-norm", "network.layers.1.weights=[[5,-3]]")
    assert larger["E"][0] == pytest.approx(0.2733, abs=5e-5)
    assert elements(larger, ["dW1[1,1]", "dW1[1,2]"], 0) == near(-0.0130, -0.0217, digits=4)
    single = lesson("batch-norm", "data.inputs=[[1,0],[2,0],[3,0],[4,0]]")
    assert single["dW1[1,1]"][0] == pytest.approx(0.00004, abs=5e-6)
    assert single["E"][100] == pytest.approx(0.025, abs=1e-6)


def test_bias_before_batch_norm() -> None:
    """Nothing but the optimizer's epsilon holds a bias whose gradient is rounding noise, and no loss depends on it."""
    history = lesson("bias-before-batch-norm")
    noise = history["db1[1]"]
    assert 0 < np.abs(noise).max() < 1e-15
    assert np.unique(noise).size > 10
    assert 0 < np.abs(history["b1[1]"] - 0.3).max() < 1e-8
    assert history["dB2[1]"][0] == pytest.approx(-0.5)
    assert history["B2[1]"][60] == pytest.approx(0.517, abs=5e-4)
    bare = lesson("bias-before-batch-norm", 'training.optimizer={name="adam",eps=1e-16}')
    assert np.abs(bare["b1[1]"] - 0.3).max() > 0.1  # where to, the last bits of the gradient say
    assert bare["b1[1]"][[1, 60]] == near(0.28, 0.09, digits=2)
    assert bare["E"] == pytest.approx(history["E"], rel=1e-6)
    assert lesson("bias-before-batch-norm", "training.optimizer=lion")["b1[1]"][60] < -5
    plain = lesson("bias-before-batch-norm", "training.optimizer=sgd")
    assert (plain["b1[1]"] == 0.3).all()
    frozen = lesson("bias-before-batch-norm", "network.layers.1.bias_trainable=false")
    assert frozen["E"] == pytest.approx(history["E"], rel=1e-12)


def test_layer_norm() -> None:
    """A sample is normalised by itself; without gamma and beta the variance of the targets is out of reach."""
    history = lesson("layer-norm")
    assert history["E"][[0, 1]] == near(2.6210, 0.7769, digits=4)
    assert history["E"][10] == pytest.approx(0.00089, abs=5e-6)
    assert history["E"][100] < 1e-15
    assert elements(history, ["mu2", "v2"], 0) == near(0.5333, 0.6822, digits=4)
    by_z = elements(history, [f"dz1[{i}]" for i in (1, 2, 3)], 0)
    normalised = elements(history, [f"n2[{i}]" for i in (1, 2, 3)], 0)
    assert by_z == near(-1.1732, -0.0690, 1.2422, digits=4)
    assert (abs(by_z.sum()), abs(by_z @ normalised)) < (1e-15, 1e-4)
    assert normalised == near(-0.767, 1.412, -0.646, digits=3)
    assert normalised * (2 / 3) ** 0.5 == near(-0.626, 1.153, -0.527, digits=3)
    assert elements(history, [f"dG2[{i}]" for i in (1, 2, 3)], 0).sum() == pytest.approx(3.121, abs=5e-4)
    assert abs(elements(history, [f"dB2[{i}]" for i in (1, 2, 3)], 0).sum()) < 1e-12
    larger = lesson("layer-norm", "network.layers.1.weights=[[5,-3],[1,8],[-4,2]]")
    assert (larger["E"][0], larger["dW1[1,1]"][0]) == near(2.6211, -0.1173, digits=4)
    alone = lesson("layer-norm", 'network.layers.2.frozen=["gamma","beta"]')
    assert elements(alone, [f"z2[{i}]" for i in (1, 2, 3)], 100) == near(1.2247, 0, -1.2247, digits=4)
    assert alone["E"][100] == pytest.approx(0.0505, abs=5e-5)


KARIM = (  # the illustration's numbers, tokens in rows, as overrides of another template
    *("network.layers.1.size=3", "network.layers.1.divide_by_root_of=1", "notation={}", "training.iterations=1"),
    "network.layers.1.query=[[1,1,0,0],[0,0,0,1],[1,0,1,1]]",
    "network.layers.1.key=[[0,1,0,1],[0,1,1,1],[1,0,0,0]]",
    "network.layers.1.value=[[0,0,1,1],[2,3,0,1],[0,0,3,0]]",
    *("data.inputs=[[[1,0,1,0],[0,2,0,2],[1,1,1,1]]]", "data.targets=[[[0,0,0],[0,0,0],[0,0,0]]]"),
)


def test_self_attention() -> None:
    """Shares add up to 1 and their derivatives to 0; the illustration's outputs are those of rounded shares."""
    history = lesson("self-attention", "training.iterations=2000")
    assert history["E"][[0, 1, 100, 200, 500]] == near(11.134, 5.544, 0.557, 0.508, 0.491, digits=3)
    assert history["E"][1000] == pytest.approx(0.05, abs=5e-3)
    assert history["E"][2000] == pytest.approx(2.4e-6, abs=5e-8)
    shares = numbers(history, "p1[1,{i},{j}]", 3, 3)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert shares[2, 2] == pytest.approx(0.5035, abs=5e-5)
    assert shares[2, :2] == pytest.approx(0.25, abs=2e-3)
    assert np.abs(numbers(history, "ds1[1,{i},{j}]", 3, 3).sum(axis=1)).max() < 1e-14
    assert numbers(history, "z1[{i},{j}]", 3, 2, 100)[1:, 0] == near(2.49, 2.44, digits=2)
    outputs = numbers(lesson("self-attention", *KARIM), "z1[{i},{j}]", 3, 3)
    assert outputs[0] == near(1.937, 6.683, 1.595, digits=3)
    assert outputs[1] == near(2.000, 7.964, 0.054, digits=3)
    assert outputs[2] == near(2.000, 7.760, 0.358, digits=3)


def test_self_attention_causal() -> None:
    """What comes later cannot reach what came before; token 1 teaches neither queries nor scores."""
    history = lesson("self-attention-causal")
    assert history["E"][[0, 1]] == near(1.917, 1.015, digits=3)
    assert history["E"][100] == pytest.approx(0.00027, abs=5e-6)
    assert "s1[1,1,2]" not in history
    assert numbers(history, "z1[{i},{j}]", 1, 2)[0] == near(1, 2, digits=12)
    assert numbers(history, "z1[{i},{j}]", 2, 2)[1] == near(1.660, 2.660, digits=3)
    assert history["ds1[1,1,1]"][0] == 0
    assert (numbers(history, "dQ1[{i},{j}]|1", 2, 2) == 0).all()
    changed = "data.inputs=[[[1,0],[0,1],[5,5]]]"
    later = lesson("self-attention-causal", changed)
    assert (numbers(later, "z1[{i},{j}]", 2, 2) == numbers(history, "z1[{i},{j}]", 2, 2)).all()
    open_eyed = (lesson("self-attention"), lesson("self-attention", changed))
    before, after = (numbers(seen, "z1[{i},{j}]", 3, 2) for seen in open_eyed)
    assert (before != after).all()


@pytest.mark.slow
def test_attention_unscaled() -> None:
    """Scores 12 apart leave no gradient to queries and keys; divided by the root of 16 they do."""
    history = lesson("attention-unscaled")
    assert [*numbers(history, "s1[1,{i},{j}]", 2, 2).ravel()] == [8, -4, 10, -2]
    assert numbers(history, "p1[1,{i},{j}]", 2, 2).ravel() == near(0.999994, 0.000006, 0.999994, 0.000006, digits=6)
    assert elements(history, ["|dQ1|", "|dK1|"], 0) == near(0.00019, 0.00016, digits=5)
    assert history["E"][60] == pytest.approx(1, abs=5e-5)
    moved = [np.ptp(history[f"{W}1[{i},{j}]"]) for W in "QK" for i in range(1, 17) for j in (1, 2)]
    assert max(moved) < 0.00014
    assert lesson("attention-unscaled", "training.iterations=2000")["E"][2000] == pytest.approx(0.999997, abs=5e-7)
    scaled = lesson("attention-unscaled", "network.layers.1.divide_by_root_of=16")
    assert [*numbers(scaled, "s1[1,{i},{j}]", 2, 2).ravel()] == [2, -1, 2.5, -0.5]
    shares = numbers(scaled, "p1[1,{i},{j}]", 2, 2)
    assert shares.ravel() == near(0.953, 0.047, 0.953, 0.047, digits=3)
    assert shares[0].prod() == pytest.approx(0.045, abs=5e-4)
    assert scaled["|dQ1|"][0] == pytest.approx(0.327, abs=5e-4)
    assert scaled["|dQ1|"][0] / history["|dQ1|"][0] == pytest.approx(1700, rel=0.03)
    assert scaled["E"][[10, 30]] == near(0.933, 0.018, digits=3)
    assert scaled["E"][40] < 1e-6


def test_attention_cheats() -> None:
    """Without a mask the toss of a coin is known in advance; with it one half is, and alone the network fails."""
    history = lesson("attention-cheats")
    assert history["E"][60] == pytest.approx(0.0018, abs=5e-5)
    assert for_good(history["hits"] == 1) == 10
    looks = np.array([history[f"p3[1,1,2]@{s}"][[0, 60]] for s in (1, 2, 3, 4)])
    assert (looks[:, 0].min(), looks[:, 0].max()) == near(0.51, 0.78, digits=2)
    assert looks[:, 1].min() > 0.998
    said = [elements(history, [f"a4[1,{k}]@{s}" for k in (1, 2, 3)], 0) for s in (1, 2)]
    assert said[0] == near(0.471, 0.241, 0.288, digits=3)
    assert said[1] == near(0.249, 0.406, 0.344, digits=3)
    honest = lesson("attention-cheats", "network.layers.3.causal=true")
    assert honest["E"][60] == pytest.approx(0.348, abs=5e-4)
    assert honest["E"].min() > np.log(2) / 2
    tosses = np.array([honest[f"a4[1,{k}]@{s}"][60] for k in (1, 2) for s in (1, 2, 3, 4)])
    assert ((tosses > 0.485) & (tosses < 0.515)).all()
    trained = (("W1", 3), ("P2", 2), ("V3", 2), ("W4", 3))
    tokens, places, to_value, to_logits = (numbers(history, name + "[{i},{j}]", rows, 2, 60) for name, rows in trained)
    bias = elements(history, [f"b4[{k}]" for k in (1, 2, 3)], 60)
    for letter in (0, 1):  # a single step looks at itself alone
        logits = to_logits @ to_value @ (tokens[letter] + places[0]) + bias
        assert np.exp(logits[2]) / np.exp(logits).sum() > 0.99


def test_word2vec() -> None:
    """Words with the same neighbours become alike; the loss of pairs is that of centres with several targets."""
    history = lesson("word2vec")
    assert history["E"][[0, 100]] == near(1.3889, 0.4712, digits=4)
    assert 4 * np.log(2) / 6 == pytest.approx(0.4621, abs=5e-5)

    def cosine(one: int, other: int, iteration: int) -> float:
        v = numbers(history, "W1[{i},{j}]", 4, 2, iteration)
        return float(v[one] @ v[other] / np.linalg.norm(v[one]) / np.linalg.norm(v[other]))

    alike = [(cosine(*pair, 0), cosine(*pair, 100)) for pair in ((0, 2), (1, 3), (0, 1))]
    assert np.ravel(alike) == near(0.263, 0.515, 0.333, 0.514, 0.447, -0.857, digits=3)
    assert elements(history, ["a2[1,1]@2", "a2[1,3]@2"], 100) == near(0.493, 0.501, digits=3)
    centres = ('data.inputs=["I","like","green","tea"]', "training.learning_rate=0.4")
    targets = "data.targets=[[[0,1,0,0]],[[1,0,1,0]],[[0,1,0,1]],[[0,0,1,0]]]"
    assert 4 * lesson("word2vec", *centres, targets)["E"] == pytest.approx(6 * history["E"], rel=1e-9)
    assert 6 * history["E"][0] == pytest.approx(8.3335, abs=5e-5)


def test_bigram() -> None:
    """From equal chances towards those that counting gives."""
    history = lesson("bigram", "training.iterations=1000")
    assert history["E"][[0, 1, 100, 500, 1000]] == near(1.3863, 1.2606, 0.3130, 0.2839, 0.2806, digits=4)
    assert 0.4 * np.log(2) == pytest.approx(0.2773, abs=5e-5)
    gradients = numbers(history, "dW1[{i},{j}]", 4, 4)
    assert gradients[0] == pytest.approx([0.05, -0.15, 0.05, 0.05])
    assert gradients[2] == pytest.approx([0.1, 0.1, -0.1, -0.1])
    assert elements(history, ["dW1[3,3]|3", "dW1[3,3]|4"], 0) == pytest.approx([-0.15, 0.05])
    assert (history["hits"][1:] == 0.8).all()
    assert np.log(27) == pytest.approx(3.2958, abs=5e-5)


def test_transformer_block() -> None:
    """The block's losses, the parts of a shared vector, and where the heads look."""
    history = lesson("transformer-block")
    assert history["E"][[0, 1, 10, 100]] == pytest.approx([1.6462281904, 1.28387014969, 0.407156978592, 0.000911927963])
    assert len(load_template("transformer-block").model.parameters()) == 148
    assert for_good(history["hits"] == 1) == 14
    assert elements(history, [f"E[{t}]" for t in (1, 2, 3)], 0) == near(1.794, 1.624, 1.521, digits=3)
    parts = elements(history, [*(f"dW1[1,1]|{n}" for n in range(1, 7)), "dW1[1,1]"], 0)
    assert parts == near(0.1114, 0, 0, -0.0721, 0.0251, 0.0034, 0.0678, digits=4)
    looks = [numbers(history, "p4[{i},3,{j}]", 2, 3, iteration) for iteration in (0, 100)]
    assert looks[0].ravel() == near(0.221, 0.493, 0.286, 0.122, 0.302, 0.577, digits=3)
    assert looks[1].ravel() == near(0.138, 0.418, 0.445, 0.048, 0.230, 0.722, digits=3)


def test_residual_arrows() -> None:
    """The plain chain's gradient dies on its way back, that of the one with arrows grows."""
    history = lesson("residual-arrows")
    plain = elements(history, [f"dz{2 * pair}[1]" for pair in range(1, 7)], 0)
    arrows = elements(history, [f"dz{12 + 3 * pair}[1]" for pair in range(1, 7)], 0)
    assert (plain[5], plain[0]) == (pytest.approx(-2.0, abs=0.05), pytest.approx(-0.0019, abs=5e-5))
    assert plain[5] / plain[0] == pytest.approx(1039, abs=0.5)
    assert (arrows[5], arrows[0]) == near(1.01, 1.78, digits=2)
    assert (plain[0] / plain[1], arrows[0] / arrows[1]) == near(0.247, 1.175, digits=3)
    assert history["E[1]"][[0, 60]] == near(1.9996, 1.9995, digits=4)
    assert history["E[2]"][0] == pytest.approx(0.513, abs=5e-4)
    assert history["E[2]"][60] < 1e-15
    assert (history["z12[1]"][0], history["z30[1]"][0]) == near(0.00022, 3.01297, digits=5)
    longer = lesson("residual-arrows", "training.iterations=600")
    assert longer["E[1]"][500] == pytest.approx(1.995, abs=5e-4)
    assert first(longer["E[1]"] < 1) == 586
    ones = lesson("residual-arrows", *(f"network.layers.{layer}.weights=[[1]]" for layer in range(1, 13)))
    assert elements(ones, ["dz2[1]", "dz12[1]"], 0) == near(-0.288, -1.560, digits=3)
    assert ones["E[1]"][10] == pytest.approx(0.104, abs=5e-4)
