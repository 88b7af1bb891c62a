"""Keras models as templates: trained in the sheet's reference, they have the losses that Keras's own training has."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import keras.src.backend.common.dtypes as promotion
import numpy as np
import pytest
from keras import Input, Model, Sequential, layers, losses, optimizers

from xlbp import from_keras
from xlbp.errors import UsageError
from xlbp.reference.train import train

RTOL = 1e-12
STEPS = 5


@pytest.fixture(autouse=True)
def _double_precision(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keras in doubles; on PyTorch it would take products of these in floats."""
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    monkeypatch.setitem(promotion.BIT64_TO_BIT32_DTYPE, "float64", "float64")
    yield
    keras.config.set_floatx(before)


def _functional() -> Model:
    """Tokens, attention, residual arrows, a layer that is called twice."""
    tokens = Input((6,), dtype="int32")
    x = layers.Embedding(5, 4, name="tokens")(tokens)
    x = layers.Add()([x, layers.MultiHeadAttention(2, 2)(x, x, use_causal_mask=True)])
    x = layers.GRU(4, return_sequences=True)(layers.LayerNormalization()(x))
    twice = layers.Dense(4, activation="tanh")
    x = layers.Concatenate()([x, twice(twice(x))])
    x = layers.LSTM(3)(x + layers.Dense(8)(x))
    return Model(tokens, layers.Dense(2, activation="softmax")(x))


def _frozen() -> Model:
    model = Sequential([Input((3,)), layers.Dense(4, activation="hard_sigmoid"), layers.Dense(2)])
    model.layers[0].trainable = False
    return model


def _row(shape: tuple[int, ...], *inner: Callable[[], Any]) -> Callable[[], Model]:
    return lambda: Sequential([Input(shape), *(layer() for layer in inner)])


SPARSE = losses.SparseCategoricalCrossentropy
MODELS: dict[str, tuple[Callable[[], Model], Callable[[], Any]]] = {
    "dense": (_row((3,), lambda: layers.Dense(4, activation="tanh"), lambda: layers.Dense(2)),
              losses.MeanSquaredError),
    "classes": (_row((3,), lambda: layers.Dense(4, activation="leaky_relu"),
                     lambda: layers.Dense(3, activation="softmax")), SPARSE),
    "logits": (_row((3,), lambda: layers.Dense(4, activation="silu"), lambda: layers.Dense(3)),
               lambda: SPARSE(from_logits=True)),
    "yes or no": (_row((3,), lambda: layers.Dense(4, activation="elu"), lambda: layers.Dense(1)),
                  lambda: losses.BinaryCrossentropy(from_logits=True)),
    "pictures": (_row((6, 6, 2), lambda: layers.Conv2D(2, 3, activation="relu"), layers.MaxPooling2D, layers.Flatten,
                      lambda: layers.Activation("tanh"), lambda: layers.Dense(2)), losses.MeanAbsoluteError),
    "padded pictures": (_row((5, 5, 1), lambda: layers.Conv2D(3, 3, padding="same", activation="sigmoid"),
                             lambda: layers.AveragePooling2D((2, 1)), layers.GlobalAveragePooling2D,
                             lambda: layers.Dense(2)), losses.MeanSquaredError),
    "signals": (_row((6, 2), lambda: layers.Conv1D(3, 3, activation="relu"),
                     lambda: layers.Conv1D(2, 2, strides=2, use_bias=False), layers.GlobalMaxPooling1D,
                     lambda: layers.Dense(2)), losses.Huber),
    "convolution and memory": (_row((6, 2), lambda: layers.Conv1D(3, 3, activation="softplus"), lambda: layers.LSTM(2),
                                    lambda: layers.Dense(2)), losses.MeanSquaredError),
    "recurrent": (_row((5, 2), lambda: layers.SimpleRNN(3, return_sequences=True),
                       lambda: layers.SimpleRNN(2, activation="relu"), lambda: layers.Dense(1)),
                  losses.MeanSquaredError),
    "gru, both resets": (_row((5, 2), lambda: layers.GRU(3, return_sequences=True),
                              lambda: layers.GRU(2, reset_after=False), lambda: layers.Dense(1)),
                         losses.MeanSquaredError),
    "classes of steps": (_row((5, 2), lambda: layers.LSTM(3, return_sequences=True),
                              lambda: layers.Dense(2, activation="softmax")), SPARSE),
    "norms": (_row((3,), lambda: layers.Dense(4), layers.BatchNormalization, layers.ReLU, layers.LayerNormalization,
                   lambda: layers.Dense(2)), losses.MeanSquaredError),
    "functional": (_functional, SPARSE),
    "frozen": (_frozen, losses.MeanSquaredError),
}  # fmt: skip


def compiled(name: str, optimizer: Any = None) -> tuple[Model, Any, Any]:
    """A model with weights of some size, samples, and targets."""
    keras.utils.set_random_seed(2)
    random = np.random.default_rng(1)
    build, loss_of = MODELS[name]
    model, loss = build(), loss_of()
    for weights in model.trainable_weights:
        weights.assign(np.asarray(weights) + 0.1 * random.normal(size=weights.shape))
    model.compile(optimizer or optimizers.SGD(0.1), loss)
    shape = (4, *model.input_shape[1:])
    x = random.integers(0, 5, shape) if name == "functional" else random.normal(size=shape)
    outputs = np.asarray(model(x).detach())
    if isinstance(loss, SPARSE):
        return model, x, random.integers(0, outputs.shape[-1], outputs.shape[:-1])
    targets = random.normal(size=outputs.shape)
    return model, x, (targets > 0).astype(float) if name == "yes or no" else targets


def trained(model: Model, x: Any, targets: Any) -> list[float]:
    """The loss of each step, before it is taken."""
    found = []
    for _ in range(STEPS + 1):
        loss = model.compute_loss(x=x, y=keras.ops.convert_to_tensor(targets), y_pred=model(x, training=True))
        found.append(float(loss.detach()))
        model.train_on_batch(x, targets)
    return found


@pytest.mark.parametrize("name", MODELS)
def test_every_layer(name: str) -> None:
    """Channels last, kernels with a column for each unit, gates in Keras's order; loss and optimizer as compiled."""
    model, x, targets = compiled(name)
    template = from_keras(model, x, targets, iterations=STEPS)
    np.testing.assert_allclose(train(template)["E"], trained(model, x, targets), rtol=RTOL)


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: optimizers.SGD(0.05, momentum=0.9, nesterov=True),
        lambda: optimizers.Lion(0.01),
        lambda: optimizers.Adadelta(1.0),
    ],
)
def test_optimizers_that_are_the_same(optimizer: Callable[[], Any]) -> None:
    """Those of which Keras and the template have one rule."""
    model, x, targets = compiled("dense", optimizer())
    template = from_keras(model, x, targets, iterations=STEPS)
    np.testing.assert_allclose(train(template)["E"], trained(model, x, targets), rtol=RTOL)
    assert not template.notes.get("en")


@pytest.mark.parametrize("optimizer", [lambda: optimizers.Adam(0.01), lambda: optimizers.RMSprop(0.01)])
def test_optimizers_that_differ_are_noted(optimizer: Callable[[], Any]) -> None:
    """Where epsilon stands, Keras has a convention of its own: a note says so, and the losses are nearly the same."""
    model, x, targets = compiled("dense", optimizer())
    template = from_keras(model, x, targets, iterations=STEPS)
    assert "epsilon" in template.notes["en"][0]
    np.testing.assert_allclose(train(template)["E"], trained(model, x, targets), rtol=1e-4)


def test_a_file_is_the_same_as_the_model(tmp_path: Path) -> None:
    """A .keras file, read without Keras, gives the same template."""
    model, x, targets = compiled("functional")
    model.save(tmp_path / "m.keras")
    assert from_keras(tmp_path / "m.keras", x, targets).text == from_keras(model, x, targets).text


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (lambda: layers.Bidirectional(layers.LSTM(2)), "bidirectional: Bidirectional: a template has no such layer"),
        (lambda: layers.LSTM(2, go_backwards=True), "lstm: LSTM: go_backwards is True"),
        (lambda: layers.Dense(2, activation="gelu"), "dense: Dense: GELU is the exact one with erf"),
        (lambda: layers.Dense(2, kernel_regularizer="l2"), "dense: Dense: it has a kernel_regularizer"),
    ],
)
def test_what_is_not_to_be_had_is_named_with_its_place(layer: Callable[[], Any], message: str) -> None:
    """The layer by its name, and the remedy."""
    keras.backend.clear_session()
    with pytest.raises(UsageError, match=message):
        from_keras(Sequential([Input((4, 2)), layer()]), np.ones((2, 4, 2)), np.ones((2, 2)))
