"""The weights of classes: PyTorch's weighted mean and pos_weight, in both entries and on the sheets."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from xlbp.errors import TemplateError
from xlbp.model.compile import compile_template
from xlbp.pipeline import generate
from xlbp.reference.train import forward_passes, prepared, train
from xlbp.symbols.interpret import Interpreter
from xlbp.template.load import parse_template
from xlbp.template.template import Template

HEAD = """[network]
loss = "{loss}"
[[network.layers]]
units = 3
activation = "tanh"
weights = {{ init = "normal", std = 0.7, seed = 3 }}
[[network.layers]]
units = 3
activation = "{output}"
weights = {{ init = "normal", std = 0.7, seed = 4 }}
[data]
inputs = [[0.1, 0.9], [1, 0.2], [0.3, 0.5], [0.7, 0.1], [0.2, 0.2]]
targets = [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0]]
test_inputs = [[0.1, 0.8], [1, 0.3]]
test_targets = [[1, 0, 0], [0, 1, 0]]
{weights}
[training]
iterations = 3
learning_rate = 0.3
{more}
"""
STEPS = """[network]
loss = "{loss}"
[[network.layers]]
kind = "rnn"
units = 2
returns = "all"
[[network.layers]]
units = 3
activation = "{output}"
[data]
alphabet = "abc"
inputs = ["abc", "bca", "aab"]
targets = ["bca", "cab", "aba"]
{weights}
[training]
iterations = 3
learning_rate = 0.3
{more}
"""
OUTPUT = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}
WEIGHTS = "class_weights = [0.5, 2.5, 0.7]"


def made(loss: str = "cross_entropy", weights: str = WEIGHTS, more: str = "", text: str = HEAD) -> Template:
    """A network of three classes."""
    filled = text.format(loss=loss, output=OUTPUT.get(loss, "identity"), weights=weights, more=more)
    return parse_template(filled, "weighted.toml", "weighted")


def by_hand(template: Template, weights: tuple[float, ...]) -> float:
    """The loss of row 0 from the outputs of its samples, as PyTorch defines it."""
    history, model = train(template), template.model.network
    losses, counts = [], []
    for row, mark in zip(model.targets, model.marks, strict=False):
        outputs = [float(history[f"a2[{i}]{mark}"][0]) for i in (1, 2, 3)]
        if model.loss == "cross_entropy":
            kind = row.index(1.0)
            losses.append(-weights[kind] * math.log(outputs[kind]))
            counts.append(weights[kind])
        else:
            terms = [-w * math.log(a) if t else -math.log(1 - a) for w, a, t in zip(weights, outputs, row, strict=True)]
            losses.append(math.fsum(terms) / len(terms))
            counts.append(1.0)
    return math.fsum(losses) / math.fsum(counts)


@pytest.mark.parametrize("loss", OUTPUT)
def test_the_loss_is_pytorchs(loss: str) -> None:
    """Cross entropy is the weighted mean over the samples; of its binary form each loss of a 1 counts by its weight."""
    template = made(loss)
    assert train(template)["E"][0] == pytest.approx(by_hand(template, (0.5, 2.5, 0.7)), rel=1e-14)


@pytest.mark.parametrize("more", ["", "batch_size = 2", "l2 = 0.1", "batch_size = 3\nshuffle = true"])
@pytest.mark.parametrize("text", [HEAD, STEPS])
@pytest.mark.parametrize("loss", OUTPUT)
def test_both_entries_have_the_same_columns_and_numbers(loss: str, text: str, more: str) -> None:
    """Every column that the symbols write is recorded by the reference, and is its number."""
    template = made(loss, more=more, text=text)
    program, history = compile_template(template), train(template)
    constants = {name: np.asarray(value) for name, value in prepared(template, template.inputs()).items()}
    interpret = Interpreter(constants | history)
    for column in program.columns:
        rows = slice(1, None) if column.start is not None else slice(None)
        value = np.broadcast_to(interpret(column.expr), history[column.name].shape)
        # NumPy's tanh and exp, which the interpreter takes, may differ from the C library's in the last bit
        np.testing.assert_allclose(value[rows], history[column.name][rows], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("text", [HEAD, STEPS])
@pytest.mark.parametrize("loss", OUTPUT)
def test_gradients_are_differences_of_the_loss(loss: str, text: str) -> None:
    """Each gradient of row 0 is the central difference of the row's weighted loss."""
    template = made(loss, more="batch_size = 2", text=text)
    inputs, order, h = template.inputs(), template.parameter_order, 1e-5
    settings = [{name: inputs[name] + step} for name in order for step in (h, -h)]
    losses = forward_passes(template, inputs, settings)["E"].reshape(-1, 2)
    expected = (losses[:, 0] - losses[:, 1]) / (2 * h)
    history = train(template)
    np.testing.assert_allclose([history[f"d{name}"][0] for name in order], expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("loss", OUTPUT)
def test_equal_weights_change_nothing(loss: str) -> None:
    """Classes of one weight are trained as without weights, whatever it is; pos_weight only where it is 1."""
    plain, weighed = made(loss, weights=""), made(loss, weights="class_weights = [1, 1, 1]")
    np.testing.assert_allclose(train(weighed)["E"], train(plain)["E"], rtol=1e-14)
    thrice = train(made(loss, weights="class_weights = [3, 3, 3]"))["E"]
    assert np.allclose(thrice, train(plain)["E"], rtol=1e-12) == (loss == "cross_entropy")


@pytest.mark.parametrize(
    ("loss", "weights"),
    [
        ("cross_entropy", (5 / 9, 5 / 3, 5 / 3)),  # N / (3 n): 3, 1 and 1 of 5
        ("binary_cross_entropy", (2 / 3, 4, 4)),  # zeros by ones
    ],
)
def test_balanced_weights_come_from_the_training_samples(loss: str, weights: tuple[float, ...]) -> None:
    """scikit-learn's balanced weights, or PyTorch's recommended pos_weight; the test samples don't count."""
    model = made(loss, 'class_weights = "balanced"').model.network
    assert model.class_weights == pytest.approx(weights, rel=1e-14)


def test_weights_by_the_name_of_a_class() -> None:
    """A table names classes of a column, or letters; what it leaves out has the weight 1."""
    assert made(weights="class_weights = { c = 4 }", text=STEPS).model.network.class_weights == (1, 1, 4)


@pytest.mark.slow
@pytest.mark.usefixtures("no_learned_function")
@pytest.mark.parametrize("more", ["", "batch_size = 2\nl2 = 0.1"])
@pytest.mark.parametrize("loss", OUTPUT)
def test_a_book_agrees_to_the_last_bit(loss: str, more: str, tmp_path: Path) -> None:
    """The weights are cells of the panel, and IronCalc makes NumPy's number of every formula, bit for bit."""
    template = tmp_path / "weighted.toml"
    template.write_text(HEAD.format(loss=loss, output=OUTPUT[loss], weights=WEIGHTS, more=more), "utf-8")
    (report,) = generate(str(template), tmp_path / "weighted.xlsx", language="en").reports
    assert report.ok
    assert report.identical == report.checked > 1000


@pytest.mark.parametrize(
    ("loss", "weights", "more", "message"),
    [
        ("mse", WEIGHTS, "", "class_weights go with binary_cross_entropy and cross_entropy, but the loss is mse"),
        ("cross_entropy", "class_weights = [1, 2]", "", "class_weights has 2 numbers, but there are 3 classes"),
        ("cross_entropy", "class_weights = [1, 2, 0]", "", "gives 3 the weight 0, but weights must be above 0"),
        ("cross_entropy", "class_weights = { 1 = 2 }", "", "have no names, by which to weigh them; give a list of 3"),
        ("cross_entropy", "class_weights = 3", "", 'class_weights must be "balanced", a list as'),
        ("cross_entropy", 'class_weights = "balance"', "", 'class_weights must be "balanced", a list as'),
        ("cross_entropy", WEIGHTS, "batch_size = 1", "change nothing where a row has one sample"),
    ],
)
def test_a_fault_is_named(loss: str, weights: str, more: str, message: str) -> None:
    """Weights that would be without effect, or without meaning, are refused, with what there is instead."""
    with pytest.raises(TemplateError, match=message):
        made(loss, weights, more)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ("[[0.5, 0.5, 0]]", "class_weights need targets of 0 and 1, but sample 1 has 0.5"),
        ("[[1, 1, 0]]", "class_weights need one class for each sample, but sample 1"),
    ],
)
def test_targets_that_are_no_classes_are_refused(targets: str, message: str) -> None:
    """PyTorch averages shares of classes in another way, so no weight is given to them."""
    text = HEAD.format(loss="cross_entropy", output="softmax", weights=WEIGHTS, more="")
    lines = [line for line in text.splitlines() if not line.startswith(("test_", "inputs", "targets"))]
    place = lines.index("[data]") + 1
    lines[place:place] = ["inputs = [[1, 2]]", f"targets = {targets}"]
    with pytest.raises(TemplateError, match=message):
        parse_template("\n".join(lines), "t.toml", "t")


def test_a_class_that_is_not_there_is_named() -> None:
    """With those that are."""
    with pytest.raises(TemplateError, match=r"there is no class 'd' \(known: a, b, c\)"):
        made(weights="class_weights = { d = 2 }", text=STEPS)


def test_two_weights_of_a_single_output_are_told_as_one() -> None:
    """A sigmoid unit has the weight of its ones alone: of [1, 3] that is 3, and of [2, 3] 1.5."""
    text = HEAD.replace('units = 3\nactivation = "{output}"', 'units = 1\nactivation = "{output}"')
    text = text.replace("[1, 0, 0]", "[1]").replace("[0, 1, 0]", "[0]").replace("[0, 0, 1]", "[0]")
    with pytest.raises(TemplateError, match=r"there are 1 outputs.*the ones beside the zeros: \[1.5\]"):
        made("binary_cross_entropy", "class_weights = [2, 3]", text=text)
