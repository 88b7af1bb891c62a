"""A network, or a computation graph: its units in stages from left to right, and what leads into each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from xlbp.pictures.svg import INK, Picture, circle, line, picture, text

APART, ACROSS = 44.0, 128.0  # between the units of a stage, and between stages
RADIUS = 15.0
MARGIN, FOOT = 44.0, 30.0
THICKEST, THINNEST = 4.0, 0.8
POSITIVE, NEGATIVE, PLAIN = "#0072b2", "#d55e00", "#999999"


@dataclass(frozen=True)
class Edge:
    """From a unit to one of a later stage, as (stage, place); of a weight its number, whose sign and size show."""

    source: tuple[int, int]
    target: tuple[int, int]
    weight: float | None = None


def network(stages: Sequence[Sequence[str]], edges: Sequence[Edge], titles: Sequence[str] = ()) -> Picture:
    """The picture; ``stages`` are the labels of the units, ``titles`` stand below the stages.

    A line is blue for a weight above 0, orange below, and as thick as the weight is large.
    """
    most = max(map(len, stages))
    width, height = 2 * MARGIN + ACROSS * (len(stages) - 1), APART * most + 2 * RADIUS + FOOT

    def place(stage: int, unit: int) -> tuple[float, float]:
        free = (most - len(stages[stage])) / 2
        return MARGIN + ACROSS * stage, APART * (free + unit + 0.5) + RADIUS

    largest = max((abs(edge.weight) for edge in edges if edge.weight is not None), default=0.0) or 1.0
    lines = (_line(edge, place(*edge.source), place(*edge.target), largest) for edge in edges)
    units = (_unit(label, place(s, n)) for s, labels in enumerate(stages) for n, label in enumerate(labels))
    below = (text(MARGIN + ACROSS * stage, height - 8, title) for stage, title in enumerate(titles))
    return picture(width, height, chain(lines, chain.from_iterable(units), below), "the network")


def _line(edge: Edge, start: tuple[float, float], end: tuple[float, float], largest: float) -> str:
    if edge.weight is None:
        return line(*start, *end, PLAIN)
    thick = THINNEST + (THICKEST - THINNEST) * abs(edge.weight) / largest
    return line(*start, *end, POSITIVE if edge.weight > 0 else NEGATIVE, thick)


def _unit(label: str, at: tuple[float, float]) -> Iterator[str]:
    """A circle, the label in it if it is short, and else above."""
    x, y = at
    yield circle(x, y, RADIUS)
    yield text(x, y + 4 if len(label) <= 4 else y - RADIUS - 3, label, colour=INK)
