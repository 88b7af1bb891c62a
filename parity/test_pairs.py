"""Every block after every other one that it can follow, over sequences, signals, images, units or tokens."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random

import pytest

from parity.agree import agree_in_symbols
from parity.random_layers import (
    BLOCKS,
    IMAGE,
    PLAIN_LOSSES,
    SEQUENCE,
    SIGNAL,
    TOKENS,
    UNITS,
    Adder,
    Stack,
    data_of,
    drawn_form,
    embedding,
    finish,
    least,
    loss_of,
)

BELOW: dict[str, Adder] = {  # what both stand on
    SEQUENCE: BLOCKS["rnn, tanh"],
    SIGNAL: BLOCKS["conv1d"],
    IMAGE: BLOCKS["conv2d"],
    UNITS: BLOCKS["dense"],
    TOKENS: embedding,
}


def stacked(form: str, first: str, second: str) -> str | None:
    """A template of a layer of this form, and the two on top; None where one does not suit."""
    random = Random(f"{form} {first} {second}")
    given = drawn_form(random, form)
    for _ in range(20):  # softmax and maxout need several features, which are drawn
        stack = Stack(random, given)
        if all(add(stack) for add in (BELOW[form], BLOCKS[first], BLOCKS[second])):
            break
    else:
        return None
    loss = random.choice(PLAIN_LOSSES)
    finish(stack, loss)
    training = "[training]\niterations = 2\nlearning_rate = 0.03\n"
    samples = 3 if "batch_norm" in stack.text() else 2  # of two numbers it makes 1 and -1, whatever they are
    return loss_of(random, loss) + stack.text() + data_of(random, loss, given, stack.form, samples) + training


def pairs() -> dict[str, str]:
    """A template for each pair, over one of the forms that both take."""
    found: dict[str, str] = {}
    for first, second in product(BLOCKS, BLOCKS):
        texts = {form: stacked(form, first, second) for form in BELOW}
        suitable = [form for form, text in texts.items() if text is not None]
        if suitable:
            images_twice = [*suitable, *({IMAGE} & set(suitable))]  # few blocks take them
            form = Random(f"{first} {second}").choice(images_twice)
            found[f"{form}: {first} > {second}"] = str(texts[form])
    return found


PAIRS = pairs()


@pytest.mark.parametrize("pair", PAIRS)
def test_pairs(pair: str, tmp_path: Path) -> None:
    """All cells of three rows."""
    agree_in_symbols(PAIRS[pair], tmp_path, least(PAIRS[pair]))


def test_every_block_stands_first_and_second() -> None:
    """Every block has others before and after it."""
    for place in (0, 1):
        assert {pair.partition(": ")[2].split(" > ")[place] for pair in PAIRS} == set(BLOCKS)
