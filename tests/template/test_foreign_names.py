"""Names of other frameworks: what is the same is suggested, what is not is never suggested in silence."""

from __future__ import annotations

import re

import pytest

from xlbp.errors import TemplateError
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.expressions import FUNCTIONS
from xlbp.template.foreign_names import AT_HOME, OTHER, OTHER_KEYS, OWN_KEYS, SAME, key_meant, meant
from xlbp.template.initial import OPTIONS
from xlbp.template.layer_kinds import KINDS, WITHOUT_BLOCK
from xlbp.template.load import parse_template
from xlbp.template.losses import LOSSES
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.scaling import SCALES
from xlbp.template.schedules import SCHEDULES

KNOWN = {
    **{"loss": LOSSES, "activation": ACTIVATIONS, "optimizer": OPTIMIZERS, "init": OPTIONS, "function": FUNCTIONS},
    **{
        "schedule": SCHEDULES,
        "scale": SCALES,
        "scale_targets": SCALES,
        "kind": (*KINDS, *WITHOUT_BLOCK),
        "goal": ("minimize", "maximize"),
    },
}


@pytest.mark.parametrize(
    ("key", "word", "same"),
    [
        ("loss", "mean_squared_error", "mse"),
        ("loss", "MeanSquaredError", "mse"),
        ("loss", "nn.MSELoss", "mse"),
        ("loss", "bce", "binary_cross_entropy"),
        ("loss", "BCEWithLogitsLoss", "binary_cross_entropy"),
        ("loss", "categorical_crossentropy", "cross_entropy"),
        ("loss", "L1Loss", "mae"),
        ("activation", "linear", "identity"),
        ("activation", "swish", "silu"),
        ("activation", "tahn", "tanh"),
        ("optimizer", "NAG", "nesterov"),
        ("optimizer", "SGD", "sgd"),
        ("init", "glorot_uniform", "xavier_uniform"),
        ("init", "kaiming_normal_", "he_normal"),
        ("function", "ln", "log"),
        ("function", "np.maximum", "max"),
        ("loss", "MSE", "mse"),
        ("loss", "NLLLoss", "cross_entropy"),
        ("loss", "optax.softmax_cross_entropy_with_integer_labels", "cross_entropy"),
        ("loss", "tf.keras.losses.binary_crossentropy", "binary_cross_entropy"),
        ("activation", "nn.ReLU()", "relu"),
        ("activation", "logistic", "sigmoid"),
        ("activation", "LeakyReLU", "leaky_relu"),
        ("schedule", "CosineAnnealingLR", "cosine"),
        ("scale", "StandardScaler", "standard"),
        ("scale", "min-max", "minmax"),
        ("kind", "Linear", "dense"),
        ("kind", "MaxPooling2D", "max_pool"),
        ("kind", "BatchNorm2d", "batch_norm"),
        ("goal", "maximise", "maximize"),
    ],
)
def test_the_same_under_another_name_is_suggested(key: str, word: str, same: str) -> None:
    """PyTorch's, Keras's and the books' names, however they are written; and slips of the finger, as ever."""
    assert meant(key, word, KNOWN[key]) == f" (did you mean {same!r}?)"


@pytest.mark.parametrize("key", OTHER)
def test_what_is_something_else_is_not_suggested(key: str) -> None:
    """Where the numbers would differ the reader is told what there is, and is not led to what merely looks alike."""
    assert [word for word in OTHER[key] if "did you mean" in meant(key, word, KNOWN[key])] == []


@pytest.mark.parametrize("word", ["msle", "mape", "rmse", "squared_hinge", "kl_div", "log_loss", "l2", "squared_error"])
def test_another_loss_is_not_taken_for_one_that_looks_alike(word: str) -> None:
    """msle is no slip for mse: whoever followed that would train something else."""
    assert "did you mean" not in meant("loss", word, LOSSES)


def test_a_strange_word_suggests_nothing() -> None:
    """Of a word that nobody knows, what there is is listed, and no choice that shares some letters is offered."""
    assert meant("loss", "half_square_root_error_of_all", LOSSES).startswith(" (known: half_squared_error, half_mse")


@pytest.mark.parametrize(
    ("table", "known", "word", "said"),
    [
        ("training", ("learning_rate", "iterations"), "lr", "did you mean 'learning_rate'?"),
        ("training", ("learning_rate", "iterations"), "epochs", "write iterations: "),
        ("training", ("batch_size",), "minibatch", "did you mean 'batch_size'?"),
        ("training", ("optimizer",), "momentum", 'write optimizer = { name = "momentum", momentum = 0.9 }'),
        ("training.optimizer", ("name", "beta1", "eps"), "beta_1", "did you mean 'beta1'?"),
        ("training.optimizer", ("name", "beta1", "eps"), "epsilon", "did you mean 'eps'?"),
        ("training.optimizer", ("beta1", "beta2"), "betas", "write beta1 = 0.9, beta2 = 0.999"),
        ("training.schedule", ("name", "factor", "every"), "gamma", "did you mean 'factor'?"),
        ("network", ("loss", "layers"), "criterion", "did you mean 'loss'?"),
        ("network", ("loss", "layers"), "optimizer", "did you mean training.optimizer?"),
        ("network.layers.1", ("units", "activation", "weights", "bias"), "neurons", "did you mean 'units'?"),
        (
            "network.layers.1",
            ("units", "activation", "weights", "bias"),
            "kernel_initializer",
            "did you mean 'weights'?",
        ),
        ("network.layers.1", ("units", "activation", "weights", "bias"), "input_shape", "leave it out: "),
        ("data", ("inputs", "targets", "test"), "labels", "did you mean 'targets'?"),
        ("data", ("inputs", "targets", "test"), "validation_split", "did you mean 'test'?"),
        ("", ("network", "data", "training"), "lr", "did you mean training.learning_rate?"),
        ("", ("network", "data", "training"), "model", "did you mean 'network'?"),
        ("training", ("learning_rate",), "learnig_rate", "did you mean 'learning_rate'?"),
    ],
)
def test_a_key_of_another_framework_leads_to_ours(table: str, known: tuple[str, ...], word: str, said: str) -> None:
    """To the key that means the same, in this table or in another; else a line says what to do instead."""
    assert said in key_meant(word, known, table)


def test_a_required_key_under_another_name_is_pointed_at() -> None:
    """Where lr stands for learning_rate, the line with lr is shown, and not that a key is missing."""
    with pytest.raises(TemplateError, match=r"unknown key 'lr' in \[training\] \(did you mean 'learning_rate'\?\)"):
        parse_template("[expression]\nvariables = {a = 1}\nsteps = ['f = a * a']\n[training]\nlr = 1", "t", "t")


def test_every_name_leads_somewhere() -> None:
    """What is suggested can be chosen, and no name is both the same and something else."""
    for key, words in SAME.items():
        assert set(words.values()) <= set(KNOWN[key])
        assert not set(words) & set(OTHER.get(key, {}))


def test_what_a_template_may_name_is_not_foreign() -> None:
    """A new choice is taken out of the table of other things, and leads to no choice but itself, however spelled."""
    for key, known in KNOWN.items():
        for name in known:
            plain = re.sub("[^a-z0-9]", "", name)
            assert plain not in OTHER.get(key, {})
            assert SAME[key].get(plain, name) == name


def test_the_keys_of_others_are_written_plainly() -> None:
    """Names are looked up without capitals and signs, so they must stand so in the tables, each once for a key."""
    words = [word for names in OWN_KEYS.values() for word in names] + list(OTHER_KEYS)
    assert all(re.fullmatch("[a-z0-9]+", word) for word in words)
    assert all(len(set(names)) == len(names) for names in OWN_KEYS.values())
    assert {home.partition(".")[2] for home in AT_HOME.values()} == set(AT_HOME)
