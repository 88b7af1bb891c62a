"""torch.nn.TransformerEncoderLayer, whole, and language models made of the same layers."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from parity.agree import agree
from parity.layered_templates import TRANSFORMER, training
from parity.tally import compare
from parity.transformers import NAMES, Encoder

OPTIONS = [*product((True, False), ("relu", "gelu"), (1, 2), (True, False))]
SOFTMAX = 1e-3  # a key's bias changes nothing: of its gradient, 1e-15 counts as nothing


@pytest.mark.parametrize(("norm_first", "activation", "heads", "causal"), OPTIONS)
def test_encoder_layer(norm_first: bool, activation: str, heads: int, causal: bool, tmp_path: Path) -> None:
    """Loss, parameters and gradients of the module itself, and all cells of the twins of its parts."""
    encoder = Encoder(norm_first, activation, heads, causal, seed=heads + 2 * causal)
    book = agree(encoder.template() + training(0.1, iterations=4), tmp_path, least=SOFTMAX)
    expected = encoder.trained(0.1, iterations=4)
    assert compare(book.columns, expected, least=SOFTMAX) == expected.keys()
    assert len(NAMES) == len(encoder.parameters)


@pytest.mark.parametrize("batch", ["", "batch_size = 2\nshuffle = { seed = 3 }"])
@pytest.mark.parametrize("sums", ["mean", "sum"])
def test_language_model(sums: str, batch: str, tmp_path: Path) -> None:
    """The embedding is read out by its own weights, whose gradient is the sum of both uses."""
    text = TRANSFORMER.replace('"cross_entropy"\n', f'"cross_entropy"\nloss_over_steps = "{sums}"\n')
    book = agree(text + training(0.2, more=batch), tmp_path)
    assert {"E@T", "hits", "dW1[1,1]|6", "p4[2,3,1]@1"} <= book.columns.keys()
    assert not {"p4[2,1,3]@1", "W10[1,1]", "dW1[1,1]|7"} & book.columns.keys()
