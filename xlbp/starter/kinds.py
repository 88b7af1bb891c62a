"""The kinds of first networks that ``xlbp new`` writes, and what sets them apart."""

from __future__ import annotations

from dataclasses import dataclass

from xlbp.template.activations import ACTIVATIONS

DENSE, RNN, CNN = "dense", "rnn", "cnn"
BEFORE_THE_LAST = tuple(name for name in ACTIVATIONS if name != "softmax")


@dataclass(frozen=True)
class Kind:
    """``hidden`` units, or filters, and their activation, where nothing is asked for.

    ``fewest`` samples stand side by side in a row, and as many are kept for testing; ``cells`` are those of a book that
    opens at once: a wider row learns from more places at a time, and needs rows to do so.
    """

    activation: str
    activations: tuple[str, ...] = BEFORE_THE_LAST
    hidden: tuple[int, ...] = (4,)
    scale: str = "standard"
    fewest: int = 4
    columns: int = 1_250
    cells: int = 100_000


KINDS = {
    DENSE: Kind("tanh"),
    RNN: Kind("tanh", activations=("tanh", "relu")),
    CNN: Kind("relu", hidden=(2,), scale="minmax", fewest=3, columns=3_000, cells=200_000),
}
