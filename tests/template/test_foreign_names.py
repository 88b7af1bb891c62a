"""Names of other frameworks: what is the same is suggested, what is not is never suggested in silence."""

from __future__ import annotations

import re

import pytest

from xlbp.template.activations import ACTIVATIONS
from xlbp.template.expressions import FUNCTIONS
from xlbp.template.foreign_names import OTHER, SAME, meant
from xlbp.template.initial import OPTIONS
from xlbp.template.losses import LOSSES
from xlbp.template.optimizers import OPTIMIZERS

KNOWN = {"loss": LOSSES, "activation": ACTIVATIONS, "optimizer": OPTIMIZERS, "init": OPTIONS, "function": FUNCTIONS}


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
    ],
)
def test_the_same_under_another_name_is_suggested(key: str, word: str, same: str) -> None:
    """PyTorch's, Keras's and the books' names, however they are written; and slips of the finger, as ever."""
    assert meant(key, word, KNOWN[key]) == f" (did you mean {same!r}?)"


@pytest.mark.parametrize(("key", "word"), [(key, word) for key, words in OTHER.items() for word in words])
def test_what_is_something_else_is_not_suggested(key: str, word: str) -> None:
    """Where the numbers would differ the reader is told what there is, and is not led to what merely looks alike."""
    assert "did you mean" not in meant(key, word, KNOWN[key])


def test_every_name_leads_somewhere() -> None:
    """What is suggested can be chosen, and no name is both the same and something else."""
    for key, words in SAME.items():
        assert set(words.values()) <= set(KNOWN[key])
        assert not set(words) & set(OTHER[key])


def test_what_a_template_may_name_is_not_foreign() -> None:
    """A new choice is taken out of the table of other things, and leads to no choice but itself, however spelled."""
    for key, known in KNOWN.items():
        for name in known:
            plain = re.sub("[^a-z0-9]", "", name)
            assert plain not in OTHER[key]
            assert SAME[key].get(plain, name) == name
