"""What PyTorch is compared with is what a reader gets."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from openpyxl import load_workbook

from parity.books import recalculated
from parity.layered_templates import CNN, NORMALISED, RNN, TRANSFORMER, training
from parity.random_training import random_training
from xlbp.pipeline import generate

TEXTS = {str(seed): random_training(Random(seed), iterations=4) for seed in range(300, 306)} | {
    "rnn": RNN + training(iterations=2),
    "cnn": CNN + training(iterations=2),
    "transformer": TRANSFORMER + training(iterations=2),
    "batch norm": NORMALISED + training(iterations=2, more="batch_size = 3"),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_same_formulas(text: str, tmp_path: Path) -> None:
    """The training and data sheets of a generated book have the formulas and inputs of the book compared."""
    recalculated(text, tmp_path)
    whole = generate(str(tmp_path / "template.toml"), tmp_path / "whole.xlsx", language="en").path
    lean = load_workbook(tmp_path / "book.xlsx")
    full = load_workbook(whole)
    for name in lean.sheetnames:
        if name in ("Training", "Data"):
            ours, theirs = ([[cell.value for cell in row] for row in book[name].iter_rows()] for book in (lean, full))
            assert ours == theirs
    assert "Training" in lean.sheetnames
    assert ("Data" in lean.sheetnames) == ("Data" in full.sheetnames)
