"""[network]: activations and losses with their numbers, dropout, weights from schemes; every fault with its caret."""

from __future__ import annotations

import pytest

from tests.template.faults import must_fail
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.blocks.activation import Pointwise
from xlbp.template.initial import OPTIONS, Scheme, draw
from xlbp.template.layer import Layer
from xlbp.template.load import parse_template
from xlbp.template.losses import LOSSES
from xlbp.template.network import Network

TEXT = """[network]
loss = "mse"
[[network.layers]]
units = 2
activation = "tanh"
[[network.layers]]
units = 1
[data]
inputs = [[1, 2], [3, 4]]
targets = [[1], [0]]
[training]
learning_rate = 0.1
"""


def network(old: str = "", new: str = "") -> Network:
    """The network of the template with something changed."""
    assert old in TEXT
    model = parse_template(TEXT.replace(old, new, 1), "t.toml", "t").model
    assert isinstance(model, Network)
    return model


def first_layer(activation: str) -> Layer:
    """The hidden layer with this activation."""
    return network('"tanh"', activation).layers[0]


def alpha_of(layer: Layer) -> float:
    """The number that the shape of the layer's activation depends on."""
    return next((node.block.alpha for node in layer.nodes if isinstance(node.block, Pointwise)), 0.0)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_has_its_defaults(name: str) -> None:
    """A name alone takes the shape of the paper, and maxout two pieces."""
    layer = first_layer(f'"{name}"')
    alpha = {"leaky_relu": 0.01, "elu": 1.0}.get(name, 0.0)
    assert (name, alpha, 2 if name == "maxout" else 1) == (layer.activation, alpha_of(layer), layer.rows // layer.units)


@pytest.mark.parametrize(
    ("activation", "alpha", "pieces", "rows"),
    [
        ('{ name = "elu", alpha = 0.5 }', 0.5, 1, 2),
        ('{ name = "leaky_relu", slope = -0.2 }', -0.2, 1, 2),
        ('{ name = "maxout", pieces = 3 }', 0.0, 3, 6),
        ('{ name = "tanh" }', 0.0, 1, 2),
    ],
)
def test_an_activation_with_its_number(activation: str, alpha: float, pieces: int, rows: int) -> None:
    """A table gives the shape; a maxout unit has a row of weights and a bias for each piece."""
    layer = first_layer(activation)
    assert (alpha, pieces, rows) == (alpha_of(layer), layer.rows // layer.units, layer.rows)
    assert (2 * rows, rows) == (len(layer.weights), len(layer.biases))


@pytest.mark.parametrize(
    ("loss", "name", "delta"),
    [
        ('"huber"', "huber", 1.0),
        ('{ name = "huber" }', "huber", 1.0),
        ('{ name = "huber", delta = 0.5 }', "huber", 0.5),
        ('{ name = "mae" }', "mae", 0.0),
    ],
)
def test_a_loss_with_its_number(loss: str, name: str, delta: float) -> None:
    """Huber has its delta, by default 1; the others have none."""
    model = network('"mse"', loss)
    assert (name, delta) == (model.loss, model.loss_shape)


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if not (LOSSES[loss].logits_of or LOSSES[loss].targets)])
def test_a_loss_takes_any_last_layer(loss: str) -> None:
    """A loss of the activation itself asks nothing of the last layer."""
    assert network('"mse"', f'"{loss}"').loss == loss


@pytest.mark.parametrize("init", OPTIONS)
def test_weights_from_every_scheme(init: str) -> None:
    """A layer's weights are those of the scheme, the seed, the digits and the layer's number."""
    node = network('activation = "tanh"', f"weights = {{ init = '{init}', seed = 3, digits = 2 }}").nodes[0]
    assert node.start["W"] == tuple(w for row in draw(Scheme(init, 3, digits=2), "1", 2, 2) for w in row)


def test_a_scheme_with_its_numbers() -> None:
    """Options go to the scheme."""
    node = network('activation = "tanh"', "weights = { init = 'constant', value = 0.25 }").nodes[0]
    assert node.start["W"] == (0.25, 0.25, 0.25, 0.25)


def test_dropout_and_its_seed_are_on_the_panel() -> None:
    """The share of a layer and the seed of all are inputs; without dropout there is no seed."""
    model = network('loss = "mse"', 'dropout_seed = 5\nloss = "mse"')
    dropped = network('activation = "tanh"', "dropout = 0.25").constants()
    assert ("$seed" in model.constants(), model.seed) == (False, 5)
    assert (dropped["$drop1"], dropped["$seed"]) == (0.25, 1.0)


ACTIVATION, LAST = 'activation = "tanh"', "units = 1\n"
FAULTS = [
    ('"tanh"', '"tahn"', "unknown activation 'tahn' .did you mean 'tanh'", 5, "activation ="),
    ('"tanh"', "3", "activation must be a text, not 3", 5, "activation ="),
    ('"tanh"', "{ name = 'ellu' }", "unknown name 'ellu' .did you mean 'elu'", 5, "name = 'ellu'"),
    ('"tanh"', "{ alpha = 1 }", r"\[network.layers.1.activation\] lacks the key 'name'", 5, "activation = {"),
    ('"tanh"', "{ name = 'elu', slope = 1 }", "unknown key 'slope'", 5, "slope = 1"),
    ('"tanh"', "{ name = 'relu', alpha = 1 }", "unknown key 'alpha'", 5, "alpha = 1"),
    ('"tanh"', "{ name = 'elu', alpha = true }", "alpha must be a number, not true", 5, "alpha = true"),
    ('"tanh"', "{ name = 'maxout', pieces = 1 }", "pieces is 1, but must be at least 2", 5, "pieces = 1"),
    ('"tanh"', "{ name = 'tanh', pieces = 2 }", "unknown key 'pieces'", 5, "pieces = 2"),
    ('"mse"', '"msee"', "unknown loss 'msee' .did you mean 'mse'", 2, "loss ="),
    ('"mse"', "{ name = 'hubert' }", "unknown name 'hubert' .did you mean 'huber'", 2, "name = 'hubert'"),
    ('"mse"', "{ name = 'mae', delta = 1 }", "unknown key 'delta'", 2, "delta = 1"),
    ('"mse"', "{ name = 'huber', delta = 0 }", "delta is 0, but must be above 0", 2, "delta = 0"),
    ('"mse"', "{ name = 'huber', delta = -1 }", "delta is -1, but must be above 0", 2, "delta = -1"),
    ('"mse"', '"cross_entropy"', "computed from the logits of a softmax layer; the last one is identity", 2, "loss"),
    ('"mse"', '"binary_cross_entropy"', "of a sigmoid layer; the last one is identity", 2, "loss ="),
    ('"mse"', '"hinge"', "hinge needs targets of -1 and 1", 10, "targets ="),
    (ACTIVATION, "dropout = 1", "dropout is 1, but must be from 0 to below 1", 5, "dropout = 1"),
    (ACTIVATION, "dropout = -0.5", "dropout is -0.5, but must be from 0", 5, "dropout = -0.5"),
    (ACTIVATION, "dropout = 'half'", "dropout must be a number, not the text 'half'", 5, "dropout ="),
    (LAST, f"{LAST}dropout = 0.5\n", "the last layer can't have dropout", 6, "[[network.layers]]"),
    ('"mse"', '"mse"\ndropout_seed = -1', "dropout_seed is -1, but must be at least 0", 3, "dropout_seed"),
    (ACTIVATION, "weights = { init = 'he' }", "unknown init 'he' .say which: 'he_uniform' or", 5, "init = 'he'"),
    (ACTIVATION, "weights = { init = 'normal', low = 1 }", "unknown key 'low'", 5, "low = 1"),
    (ACTIVATION, "weights = { seed = 1.5 }", "seed must be a whole number, not 1.5", 5, "seed = 1.5"),
    (ACTIVATION, "weights = { digits = 0 }", "digits is 0, but must be at least 1", 5, "digits = 0"),
    (ACTIVATION, "weights = { digits = 13 }", "digits is 13, but a cell holds at most 12", 5, "digits = 13"),
    (ACTIVATION, "weights = [[1, 2]]", "weights of layer 1 are 1 x 2, but 2 units x 2 inputs need 2 x 2", 5, "weights"),
    (
        ACTIVATION,
        "activation = {name = 'maxout', pieces = 2}\nweights = [[1, 2], [3, 4]]",
        r"weights of layer 1 are 2 x 2, but 4 rows \(units x pieces\) x 2 inputs need 4 x 2",
        6,
        "weights",
    ),
    ("units = 2", "units = 600000", "600000 units x 2 inputs are more weights than a sheet has columns", 4, "units"),
    (LAST, "units = 3\n", "targets has 1 column, but the last layer has 3 units", 10, "targets ="),
    (LAST, f"{LAST}bias = [1, 2]\n", "bias has 2 numbers, but 1 are needed", 8, "bias = [1, 2]"),
    (LAST, f"{LAST}bias = [1, 2]\nbias_shared = true\n", r"but 1 are needed \(it is shared\)", 8, "bias = [1, 2]"),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_with_its_line_and_a_caret(fault: tuple[str, str, str, int, str]) -> None:
    """Each fault is named in a sentence that points at its own key."""
    must_fail(TEXT, fault)


@pytest.mark.parametrize(
    ("loss", "activation", "what"),
    [
        ("binary_cross_entropy", "sigmoid", "probabilities"),
        ("cross_entropy", "softmax", "probabilities"),
        ("hinge", "identity", "signs"),
    ],
)
def test_targets_are_not_scaled_for_a_loss_of_probabilities_or_signs(loss: str, activation: str, what: str) -> None:
    """The sentence says what the loss needs, and which losses take numbers."""
    text = TEXT.replace('"mse"', f'"{loss}"').replace(LAST, f'{LAST}activation = "{activation}"\n')
    old = "[training]"
    new = f"scale_targets = 'standard'\n{old}"
    needs = f"{loss} needs targets that are {what}, which scaled ones are not; take mse, or leave scale_targets out"
    must_fail(text, (old, new, needs, 12, "scale_targets"))
