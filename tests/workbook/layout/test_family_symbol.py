"""What the elements of a tensor are called together."""

from __future__ import annotations

import pytest

from tests.books import contents_of
from xlbp.template.blocks.block import Tensor
from xlbp.template.layer import Layer
from xlbp.workbook.sheets.network.grids import family_of, title_of

FAMILIES = {
    ("lstm", 1, "c"): "state",  # state_1, state_2
    ("lstm", 1, "g"): "a",
    ("lstm", 1, "zi"): "zi",  # zi_1, zi_2
    ("batch-norm", 2, "n"): "x̂",
    ("batch-norm", 2, "z"): "y",
    ("cnn", 1, "z"): "z",  # z11, z12, ...
    ("layer-norm", 2, "mu"): "μ",
}


def tensor_of(layer: Layer, letter: str) -> Tensor:
    """The tensor of a layer with this letter."""
    return next(t for node in layer.nodes for t in layer.network.tensors_of(node) if t.letter == letter)


@pytest.mark.parametrize(("of", "family"), FAMILIES.items())
def test_a_family_is_what_the_symbols_of_the_source_have_in_common(of: tuple[str, int, str], family: str) -> None:
    """The sheets of matrices say state where the text says state_1; indices and steps are left out."""
    name, number, letter = of
    contents = contents_of(name, 2)
    layer = contents.network.layers[number - 1]
    assert family_of(contents, layer, tensor_of(layer, letter), letter) == family


@pytest.mark.slow
def test_without_symbols_of_a_source_a_tensor_keeps_its_own_title() -> None:
    """Matrices says z1 of a network that nobody wrote symbols for."""
    contents = contents_of("three-digits", 2)
    layer = contents.network.layers[0]
    assert title_of(contents, layer, tensor_of(layer, "z")) == "z1"


def test_rows_of_gates_are_named_by_the_source() -> None:
    """The rows of an LSTM's weights are those of i, f, a, o, as its text calls the gates."""
    contents = contents_of("lstm", 2)
    layer = contents.network.layers[0]
    assert title_of(contents, layer, layer.parameters[0]) == "W1 (i, f, a, o)"
