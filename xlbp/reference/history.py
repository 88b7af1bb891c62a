"""What the reference gives: every quantity by name, over the iterations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Arrays: TypeAlias = Mapping[str, Array]
History: TypeAlias = dict[str, Array]  # name -> (T + 1,)
Told: TypeAlias = Callable[[float], None]  # hears which share of the iterations is done, every PIECE of them
PIECE = 1000
Enough: TypeAlias = Callable[[Sequence[str], Array], bool]  # sees the names and numbers of each row, and may end it all


class Floors(NamedTuple):
    """What a gradient must exceed in each row, by the parameter's name; ``left`` times that is what becomes of it."""

    levels: Mapping[str, Array]
    left: float = 0.0


def untold(share: float) -> None:
    """Nobody asks."""


def never(_: Sequence[str], __: Array) -> bool:
    """All rows are wanted."""
    return False


class Trainer(Protocol):
    """From parameters to all rows; to nothing if after some row it is ``enough``."""

    def __call__(self, parameters: Mapping[str, float], enough: Enough = never) -> History:
        """Train."""


def diverged_at(history: Mapping[str, Array]) -> int | None:
    """The first iteration at which some quantity is not a finite number, or None."""
    bad = np.zeros(len(next(iter(history.values()))), dtype=bool)
    for values in history.values():
        bad |= ~np.isfinite(values)
    return int(bad.argmax()) if bad.any() else None
