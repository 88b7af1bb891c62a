"""What a person tells of rows that are computed: as they are, or those of other iterations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = Mapping[str, Array]  # by name, over the iterations
Told: TypeAlias = Callable[[Rows], Rows]


def as_it_is(rows: Rows) -> Rows:
    """Every quantity at its own iteration."""
    return rows
