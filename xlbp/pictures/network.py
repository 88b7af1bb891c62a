"""A network, or a computation graph: its units in stages from left to right, and what leads into each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from xlbp.pictures.svg import Picture, circle, label, line, picture, text

APART, ACROSS = 52.0, 128.0  # between the units of a stage, and between stages
RADIUS = 15.0
FOOT, LETTER = 24.0, 7.0  # below the stages, and the width of a letter
THICKEST, THINNEST = 4.0, 0.8
SHORT = 4  # letters that fit into a unit
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
    margin = 10 + max(RADIUS, LETTER * max(len(words) for stage in (stages[0], stages[-1]) for words in stage) / 2)
    width = 2 * margin + ACROSS * (len(stages) - 1)
    height = APART * most + RADIUS + (FOOT if titles else 0)

    def place(stage: int, unit: int) -> tuple[float, float]:
        free = (most - len(stages[stage])) / 2
        return margin + ACROSS * stage, APART * (free + unit + 0.5) + RADIUS

    largest = max((abs(edge.weight) for edge in edges if edge.weight is not None), default=0.0) or 1.0
    lines = (_line(edge, place(*edge.source), place(*edge.target), largest) for edge in edges)
    units = (_unit(words, place(s, n)) for s, labels in enumerate(stages) for n, words in enumerate(labels))
    below = (text(margin + ACROSS * stage, height - 8, title) for stage, title in enumerate(titles))
    return picture(width, height, chain(lines, chain.from_iterable(units), below), "the network")


def _line(edge: Edge, start: tuple[float, float], end: tuple[float, float], largest: float) -> str:
    if edge.weight is None:
        return line(*start, *end, PLAIN)
    thick = THINNEST + (THICKEST - THINNEST) * abs(edge.weight) / largest
    return line(*start, *end, POSITIVE if edge.weight > 0 else NEGATIVE, thick)


def _unit(words: str, at: tuple[float, float]) -> Iterator[str]:
    """A circle, the words in it if they are short, and else above."""
    x, y = at
    yield circle(x, y, RADIUS)
    yield text(x, y + 4, words) if len(words) <= SHORT else label(x, y - RADIUS - 3, words)
