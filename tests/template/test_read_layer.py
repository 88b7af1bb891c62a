"""[[network.layers]]: what a layer may be called, take and pass on; every fault with its caret."""

from __future__ import annotations

import pytest

from tests.template.faults import Fault, must_fail
from xlbp.errors import TemplateError
from xlbp.template.load import parse_template
from xlbp.template.network import Network

TEXT = """[network]
loss = "mse"
[[network.layers]]
name = "first"
units = 3
[[network.layers]]
kind = "activation"
activation = "tanh"
[[network.layers]]
units = 1
[data]
inputs = [[1, 2], [3, 4]]
targets = [[1], [0]]
[training]
learning_rate = 0.1
"""
PICTURES = """[network]
loss = "mse"
[[network.layers]]
kind = "conv2d"
name = "maps"
filters = 1
kernel = 3
padding = 1
[[network.layers]]
kind = "max_pool"
name = "pool"
size = 1
activation = "identity"
[[network.layers]]
kind = "add"
from = ["pool", "input"]
[[network.layers]]
kind = "flatten"
[data]
inputs = [[[1, 2], [3, 4]]]
targets = [[1, 0, 0, 0]]
[training]
learning_rate = 0.1
"""
SHARED = """[network]
loss = "mse"
[[network.layers]]
name = "first"
units = 2
[[network.layers]]
units = 2
bias = { same_as = "first" }
[data]
inputs = [[1, 2], [3, 4]]
targets = [[1, 0], [0, 1]]
[training]
learning_rate = 0.1
"""
NAME, TANH = 'name = "first"', 'activation = "tanh"'
MAXOUT = "activation = { name = 'maxout', pieces = 2 }"
FAULTS = [
    (NAME, 'name = ""', "a layer can't be called '' *; take a word", 4, "name ="),
    (NAME, 'name = "2"', "a layer can't be called '2'; take a word that is no number and has no dot", 4, "name ="),
    (NAME, 'name = "a.weights"', "a layer can't be called 'a.weights'; take a word", 4, "name ="),
    (NAME, 'name = "input"', "'input' stands for the data; give each layer a name of its own", 4, "name ="),
    (TANH, MAXOUT, "maxout takes 2 features, or channels, for each unit, but 3 come in", 8, "activation ="),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_pointed_at(fault: Fault) -> None:
    """A name that could be taken for a number or a parameter, and features that can't be parted, are refused."""
    must_fail(TEXT, fault)


SAME = 'bias = { same_as = "first" }'
SHARING_FAULTS = [
    (
        SAME,
        f"{SAME}\nbias_trainable = false",
        "the bias is that of layer 'first', so that one says",
        9,
        "bias_trainable",
    ),
    (
        SAME,
        f"{SAME}\nbias_shared = true",
        "bias of layer 'first' has the shape 2, but one number is needed",
        8,
        "same_as",
    ),
    (
        SAME,
        'bias = { same_as = "first.recurrent" }',
        "no layer 'first' before this one has recurrent of its own\n",
        8,
        "same",
    ),
    (
        SAME,
        'weights = { same_as = "last" }',
        "no layer 'last' .* weights of its own; there are 'first', '1'\n",
        8,
        "same",
    ),
]


@pytest.mark.parametrize("fault", SHARING_FAULTS)
def test_a_shared_parameter_is_of_one_shape_and_one_will(fault: Fault) -> None:
    """What can't be shared is refused, with the layers that have such a parameter; its owner says how it is trained."""
    must_fail(SHARED, fault)


def test_what_a_recurrence_starts_from_is_no_trained_parameter() -> None:
    """Training moves the one and not the other, so that they can't be one."""
    text = """
[network]
loss = "half_squared_error"
[[network.layers]]
name = "first"
units = 2
weights = [[0.1, 0.2], [0.3, -0.4]]
bias = [0.1, 0.2]
[[network.layers]]
kind = "rnn"
units = 2
initial = 0
[data]
inputs = [[[1, 2], [3, 4]]]
targets = [[1, 0.5]]
[training]
iterations = 1
learning_rate = 0.1
"""
    shared = 'initial = { same_as = "first.bias" }'
    must_fail(text, ("initial = 0", shared, "bias is trained and initial is not, so they can't be one", 12, "same_as"))


def test_maxout_is_no_activation_of_max_pool() -> None:
    """Both have a cell for which one wins, so that the second must be in a layer of its own."""
    text = PICTURES.replace("filters = 1", "filters = 2")
    message = "maxout can't be the activation of max_pool; put it in a layer of its own"
    must_fail(text, ('activation = "identity"', MAXOUT, message, 13, "activation ="))


def test_a_picture_without_channels_is_added_to_maps() -> None:
    """It has one channel then, as a residual arrow around a padded convolution of one filter needs it."""
    network = parse_template(PICTURES, "t.toml", "t").model
    assert isinstance(network, Network)
    assert network.input_shape == (1, 2, 2)


def test_a_picture_without_channels_stays_so() -> None:
    """Where no layer joins it with maps."""
    network = parse_template(PICTURES.replace('"input"', '"maps"'), "t.toml", "t").model
    assert isinstance(network, Network)
    assert network.input_shape == (2, 2)


NETWORK = (
    "[network]\n{more}\n{layers}\n[data]\ninputs = [[1, 2]]\ntargets = [[1, 2]]\n[training]\nlearning_rate = 0.1\n"
)


@pytest.mark.parametrize(
    ("layers", "more", "said"),
    [
        (['name = "h"\nunits = 2', 'from = "input"\nunits = 2'], "", "nothing takes layer 1, 'h',"),
        (["units = 2"], 'loss_over_steps = "mean"', "always the sum over the steps"),
        (['name = "h"\nunits = 2', 'kind = "add"\nfrom = "h"'], "", "add joins several layers"),
    ],
)
def test_what_can_only_be_a_slip_is_refused(layers: list[str], more: str, said: str) -> None:
    """A layer that leads nowhere, a mean where there is none, a sum of one."""
    tables = "\n".join(f"[[network.layers]]\n{layer}" for layer in layers)
    with pytest.raises(TemplateError, match=said):
        parse_template(NETWORK.format(layers=tables, more=more), "test", "test")
