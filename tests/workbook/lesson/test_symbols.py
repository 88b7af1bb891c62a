"""In one book a symbol means one thing: on the headings, the panel, and over whole tensors."""

from __future__ import annotations

from functools import cache

import pytest

from tests.books import contents_of
from xlbp.template.blocks.block import Axis
from xlbp.template.layer import INPUT
from xlbp.template.load import shipped
from xlbp.template.scaling import BY_RAW
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.sheets.check import STEP_SYMBOLS, step_symbol

INPUTS = {"a0", "x", *BY_RAW}  # an input in the row, on the panel, before and after scaling


@cache
def quantities(name: str) -> dict[str, set[str]]:
    """By symbol the quantities that it stands for, whichever sample's."""
    contents = contents_of(name, 1)
    found: dict[str, set[str]] = {}
    for each in (*contents.layout.columns, *contents.layout.panel):
        quantity = contents.quantity(each)
        if not quantity.is_in_table:
            is_input = quantity.tensor in INPUTS
            known = f"input {quantity.indices}" if is_input else str(quantity.sampled(""))
            found.setdefault(contents.bare_symbol(each), set()).add(known)
    return found


@pytest.mark.parametrize("name", shipped())
def test_a_symbol_stands_for_one_quantity(name: str) -> None:
    """Of all columns and all cells of the panel, the iteration among them."""
    assert {symbol: of for symbol, of in quantities(name).items() if len(of) > 1} == {}


@pytest.mark.parametrize("name", shipped())
def test_words_of_ours_are_no_symbols_of_the_book(name: str) -> None:
    """The step of the gradient check, and the t of a sequence's steps, are none of the book's quantities."""
    contents = contents_of(name, 1)
    assert step_symbol(contents) not in quantities(name)
    if contents.template.kind == "network" and has_steps(contents):
        assert "t" not in quantities(name)


def has_steps(contents: Contents) -> bool:
    """Whether a sample is a sequence, or a layer works on one."""
    network = contents.network
    return any(Axis.STEP in network.shape_of(place).axes for place in range(INPUT, len(network.nodes)))


@pytest.mark.parametrize("name", shipped())
def test_a_whole_tensor_is_not_called_as_a_quantity_of_another(name: str) -> None:
    """Where a source numbers all its biases on, b2 is not also the biases of layer 2."""
    contents = contents_of(name, 1)
    tensors = [*contents.template.model.each_parameter(), *contents.template.model.each_tensor()]
    for node, tensor in tensors:
        elements = tensor.elements(node.layer)
        called = contents.whole_symbol(elements, tensor.title(node.layer))
        owners = quantities(name).get(called, set())
        if len(elements) > 1 and called != tensor.letter:
            assert owners == set(), (called, owners)


def test_the_letters_that_are_taken_instead() -> None:
    """xor numbers its biases on, so those of a layer are b; into-backprop's rate is h, so the small step is not."""
    xor, formula = contents_of("xor", 1), contents_of("into-backprop", 1)
    assert [xor.whole_symbol(layer.biases, f"b{layer.number}") for layer in xor.network.layers] == ["b", "b"]
    assert step_symbol(formula) == STEP_SYMBOLS[1]
    assert step_symbol(xor) == STEP_SYMBOLS[0]
    assert contents_of("mazur", 1).whole_symbol(contents_of("mazur", 1).network.layers[0].biases, "b1") == "b1"
