"""Random formulas of arrays, by every optimizer, schedule and clipping; and the shipped one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from parity.agree import agree, agree_in_symbols, agrees
from parity.arrays import trained
from parity.books import recalculated_template
from parity.random_training import training
from parity.tally import compare
from tests.random_arrays import random_arrays
from xlbp.template.load import load_template


def drawn(seed: int) -> str:
    """A formula without what PyTorch does not have, slices from the end."""
    return random_arrays(Random(seed), iterations=10, backward=False)


@pytest.mark.parametrize("seed", range(200))
def test_plain(seed: int, tmp_path: Path) -> None:
    """Ten steps of gradient descent."""
    agree_in_symbols(drawn(seed), tmp_path)


@pytest.mark.parametrize("seed", range(200, 240))
def test_everything(seed: int, tmp_path: Path) -> None:
    """The formula, and how it is trained, drawn."""
    formula, _, _ = drawn(seed).partition("[training]")
    lines = training(Random(seed), samples=1, iterations=20).splitlines(keepends=True)
    agree(formula + "".join(line for line in lines if not line.startswith(("l1 ", "l2 "))), tmp_path)


def test_attention(tmp_path: Path) -> None:
    """The shipped template, by a spreadsheet program."""
    template = load_template("attention-formula")
    few = replace(template, training=replace(template.training, iterations=30))
    book = agrees(recalculated_template(few, tmp_path))
    compared = compare(book.columns, trained(book, with_steps=True))
    assert {"dE/dS[1,2]", "dE/dA[3,3]", "dE/dQ[2,1]", "dE/dW_K[1,1]", "H[1,1]"} <= compared
