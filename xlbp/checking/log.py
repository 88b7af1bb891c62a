"""Numbers as a person gives them: a label over an array, before anybody knows which quantity that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
OF_ITERATIONS = ("iteration", "iterations", "iter", "epoch", "epochs", "step", "steps")  # labels, in lower case


@dataclass(frozen=True)
class Labelled:
    """The numbers under a label, of any shape.

    ``there`` tells which are given: a number that is missing is no departure, NaN (#NUM!) may be one.  ``by_row`` says
    whether the first axis is that of the iterations; None where only the shape can tell.  ``single`` are numbers that
    come with 32 bits.
    """

    label: str
    values: Array
    there: Flags
    by_row: bool | None = None
    single: bool = False


@dataclass(frozen=True)
class Log:
    """All numbers of a person, in their order; ``iterations`` are those of the rows where the log counts them.

    ``unread`` are labels under which no numbers stand, with why.  ``source`` is the file, '' of Python's own values.
    """

    columns: tuple[Labelled, ...]
    iterations: tuple[int, ...] | None = None
    unread: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


def is_count(label: str) -> bool:
    """Whether a column of this label counts the iterations."""
    return label.strip().lower() in OF_ITERATIONS


def counted_rows(values: Array) -> tuple[int, ...] | None:
    """The iterations that a column of counts names; None where these are no whole numbers that rise."""
    flat = values.reshape(-1)
    is_whole = flat.size > 0 and bool((np.isfinite(flat) & (flat == np.floor(flat)) & (flat >= 0)).all())
    return tuple(int(n) for n in flat) if is_whole and bool((np.diff(flat) > 0).all()) else None
