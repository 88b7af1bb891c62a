"""How much is measured, and the parts of the page that come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MAZUR, NARROW = "mazur", "sigmoid-unit"
NETWORK = "3-4-2, batch 16"  # which the classes have besides
LAST_ROW = 1_048_576


@dataclass(frozen=True)
class Sizes:
    """``rounds`` is how often each thing takes its turn; most sizes are iterations."""

    rounds: int
    writers: Sequence[int]
    whole: Sequence[int]
    reference: Sequence[int]
    trained: Sequence[Sequence[int]]  # sizes of layers
    compiled: Sequence[Sequence[int]]
    starts: int
    verify: Sequence[int]
    engines: int
    books: int
    classes: Sequence[tuple[str, int, int]]  # what is exercised, its rows, and how many students
    full: bool = False


WIDE = ((2, 2, 2), (8, 8, 4), (16, 16, 8), (32, 24, 8), (64, 16, 10))
NORMAL = Sizes(
    rounds=3,
    writers=(250, 1_000, 2_000),
    whole=(1_000, 10_000, 100_000),
    reference=(1_000, 4_000, 16_000),
    trained=WIDE,
    compiled=(*WIDE, (96, 40, 10), (128, 38, 10)),
    starts=7,
    verify=(100, 1_000, 10_000),
    engines=2_000,
    books=1_000,
    classes=((MAZUR, 2, 60), (NETWORK, 2, 16), (NETWORK, 12, 4)),
)
QUICK = Sizes(
    rounds=2,
    writers=(100, 300),
    whole=(100, 2_000),
    reference=(300, 1_200),
    trained=WIDE[:3],
    compiled=WIDE[:3],
    starts=2,
    verify=(100, 500),
    engines=200,
    books=40,
    classes=((MAZUR, 2, 12),),
)


class Curve(NamedTuple):
    """A line of the picture."""

    label: str
    points: list[tuple[float, float]]


class Panel(NamedTuple):
    """A part of the picture, both axes logarithmic."""

    title: str
    x: str
    y: str
    curves: list[Curve]


@dataclass
class Section:
    """A table of the page with the words before and after it, and its panels of the picture."""

    title: str
    text: str
    head: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    after: str = ""
    panels: list[Panel] = field(default_factory=list)


Say = Callable[[str], None]
Measuring = Callable[[Sizes, Say], Section]
