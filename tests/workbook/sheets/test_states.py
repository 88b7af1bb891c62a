"""What gates and states are called, where a network has several kinds of recurrent layers."""

from __future__ import annotations

from tests.shaped_networks import CASES, made
from xlbp.expectation.contents import lay_out
from xlbp.workbook.lesson.words import words
from xlbp.workbook.sheets.start.conventions import symbols_of_states


def test_each_kind_has_its_gates() -> None:
    """A GRU, an LSTM and an Elman layer in one network: the texts on each find all symbols that they name."""
    contents = lay_out(made(CASES["stacked"]), "en")
    symbols = symbols_of_states(contents)
    assert {"r", "z", "n", "i", "f", "g", "o", "c", "a"} <= symbols.keys()
    assert symbols["a"] == symbols_of_states(lay_out(made(CASES["gru"]), "en"))["a"]  # the first layer's
    assert any("LSTM" in word.meaning for word in words(contents))
