"""A function of two inputs as a map of colours, with the samples on it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlbp.pictures.svg import INK, Picture, box, circle, picture, text

SIZE = 240.0
LEFT, TOP, RIGHT, BOTTOM = 56.0, 24.0, 116.0, 40.0
LOW, MIDDLE, HIGH = (213, 94, 0), (247, 247, 247), (0, 114, 178)  # orange, white, blue
STEPS = 40  # of the scale of colours


@dataclass(frozen=True)
class Sample:
    """A point of the map, and the number that the function should have there."""

    x: float
    y: float
    target: float


def surface(
    values: Sequence[Sequence[float]],
    ranges: tuple[tuple[float, float], tuple[float, float]],
    labels: tuple[str, str, str],
    samples: Sequence[Sample] = (),
) -> Picture:
    """The map: ``values`` row by row from the lowest y up, ``labels`` of x, y and of the function."""
    numbers = [v for row in values for v in row] + [sample.target for sample in samples]
    finite = [v for v in numbers if math.isfinite(v)] or [0.0]
    low, high = min(finite), max(finite)
    (left, right), (bottom, top) = ranges
    parts = [*_field(values, low, high), *_scale(low, high, labels[2])]
    for sample in samples:
        x, y = LEFT + SIZE * (sample.x - left) / (right - left), TOP + SIZE * (top - sample.y) / (top - bottom)
        parts.append(circle(x, y, 5, _colour(sample.target, low, high)))
    parts += [text(LEFT + SIZE * share, TOP + SIZE + 16, f"{x:.3g}") for share, x in ((0, left), (1, right))]
    parts += [text(LEFT - 6, TOP + SIZE * share + 4, f"{y:.3g}", "end") for share, y in ((1, bottom), (0, top))]
    parts += [text(LEFT + SIZE / 2, TOP + SIZE + 30, labels[0]), text(LEFT - 6, TOP + SIZE / 2, labels[1], "end")]
    return picture(LEFT + SIZE + RIGHT, TOP + SIZE + BOTTOM, parts, f"{labels[2]} of {labels[0]} and {labels[1]}")


def _field(values: Sequence[Sequence[float]], low: float, high: float) -> Iterator[str]:
    """A square for each value, a little larger than its place, so that no seams show."""
    tall, wide = SIZE / len(values), SIZE / len(values[0])
    for n, row in enumerate(values):
        for m, value in enumerate(row):
            x, y = LEFT + wide * m, TOP + SIZE - tall * (n + 1)
            yield box(x, y, wide + 0.5, tall + 0.5, _colour(value, low, high))


def _scale(low: float, high: float, label: str) -> Iterator[str]:
    """What the colours mean."""
    x, tall = LEFT + SIZE + 18, SIZE / STEPS
    for n in range(STEPS):
        yield box(
            x, TOP + SIZE - tall * (n + 1), 14, tall + 0.5, _colour(low * (1 - n / STEPS) + high * n / STEPS, low, high)
        )
    yield text(x + 20, TOP + 10, f"{high:.3g}", "start")
    yield text(x + 20, TOP + SIZE, f"{low:.3g}", "start")
    yield text(x, TOP - 7, label, "start", INK)


def _colour(value: float, low: float, high: float) -> str:
    """From orange over white to blue; grey for what is no number."""
    if not math.isfinite(value):
        return "#bbbbbb"
    wide = high / 2 - low / 2  # halves: no difference overflows
    share = (value / 2 - low / 2) / wide if wide else 0.5
    ends = (LOW, MIDDLE) if share < 0.5 else (MIDDLE, HIGH)
    within = 2 * share - (share >= 0.5)
    parts = (round(a + (b - a) * within) for a, b in zip(*ends, strict=True))
    return "#{:02x}{:02x}{:02x}".format(*parts)
