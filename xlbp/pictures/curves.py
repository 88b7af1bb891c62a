"""Quantities over the iterations, as curves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from xlbp.pictures.svg import COLOURS, INK, PALE, Picture, line, path, picture, text

WIDTH, HEIGHT = 420.0, 240.0  # of the field of the curves
LEFT, TOP, RIGHT, BOTTOM = 64.0, 14.0, 16.0, 40.0
MOST_POINTS = 400
MOST_NAMED = 12  # curves in the legend
DECADES = 2.0  # over which a scale becomes logarithmic
STEPS = (1, 2, 2.5, 5, 10)

Point = tuple[float, float]


def curves(series: Mapping[str, Sequence[float]], quantity: str = "") -> Picture:
    """A curve for each series, from iteration 0 on; where a number is none, it is broken off.

    The scale is logarithmic where all numbers are above 0 and reach over more than two powers of ten.
    """
    numbers = [y for values in series.values() for y in values if math.isfinite(y)]
    scale = _Scale(numbers or [0.0])
    last = max((len(values) for values in series.values()), default=1) - 1
    named = list(series)[:MOST_NAMED] if len(series) > 1 else []
    legend = 30.0 + 7.5 * max(map(len, named)) if named else 0.0
    parts = [*scale.axis(), *_iterations(last), text(LEFT, TOP - 2, quantity, "start")]
    for number, values in enumerate(series.values()):
        parts += _curve(values, last, scale, COLOURS[number % len(COLOURS)])
    for number, name in enumerate(named):
        x, y = LEFT + WIDTH + 14, TOP + 12 + 17 * number
        parts += [line(x, y - 4, x + 14, y - 4, COLOURS[number % len(COLOURS)], 2), text(x + 19, y, name, "start")]
    return picture(LEFT + WIDTH + RIGHT + legend, TOP + HEIGHT + BOTTOM, parts, f"{quantity} over the iterations")


class _Scale:
    """From numbers to heights in the picture."""

    def __init__(self, numbers: Sequence[float]) -> None:
        low, high = min(numbers), max(numbers)
        self.is_logarithmic = low > 0 and math.log10(high) - math.log10(low) > DECADES
        self.low, self.high = self._of(low), self._of(high)
        if self.low / 2 == self.high / 2:
            self.low, self.high = self.low - 1, self.high + 1

    def _of(self, number: float) -> float:
        return math.log10(number) if self.is_logarithmic else number

    def height(self, number: float) -> float:
        """How far down in the picture a number stands."""
        share = (self._of(number) / 2 - self.low / 2) / (self.high / 2 - self.low / 2)  # halves: no sum overflows
        return TOP + HEIGHT * (1 - share)

    def marks(self) -> list[float]:
        """The numbers beside the axis: round ones."""
        if self.is_logarithmic:
            first, last = math.ceil(self.low), math.floor(self.high)
            return [10.0**power for power in range(first, last + 1, max(1, (last - first) // 5))]
        return list(_round_numbers(self.low, self.high))

    def axis(self) -> Iterator[str]:
        """The field, and a pale line and a number at each mark."""
        for number in self.marks():
            y = self.height(number)
            yield line(LEFT, y, LEFT + WIDTH, y, PALE)
            yield text(LEFT - 6, y + 4, f"{number:.4g}", "end")
        yield line(LEFT, TOP, LEFT, TOP + HEIGHT)
        yield line(LEFT, TOP + HEIGHT, LEFT + WIDTH, TOP + HEIGHT)


def _round_numbers(low: float, high: float) -> Iterator[float]:
    """A few round numbers from low to high."""
    wide = (high / 2 - low / 2) / 3  # a sixth of the range
    if not wide:  # nothing is between the smallest doubles
        yield low
        return
    power = 10.0 ** math.floor(math.log10(wide))
    step = next(factor * power for factor in STEPS if factor * power >= wide)
    number = math.ceil(low / step) * step
    while number <= high:
        yield number if abs(number) > step / 2 else 0.0
        number += step


def _iterations(last: int) -> Iterator[str]:
    """The numbers below the axis."""
    for number in dict.fromkeys(round(mark) for mark in _round_numbers(0, max(last, 1))):
        x = LEFT + WIDTH * number / max(last, 1)
        yield line(x, TOP + HEIGHT, x, TOP + HEIGHT + 4)
        yield text(x, TOP + HEIGHT + 17, f"{number:,}")
    yield text(LEFT + WIDTH / 2, TOP + HEIGHT + 34, "iteration", colour=INK)


def _curve(values: Sequence[float], last: int, scale: _Scale, colour: str) -> Iterator[str]:
    """The pieces of a curve between numbers that are none."""
    every = max(1, math.ceil(len(values) / MOST_POINTS))
    kept = [t for t in range(len(values)) if t % every == 0 or t == len(values) - 1]
    piece: list[Point] = []
    for t in kept:
        if math.isfinite(values[t]):
            piece.append((LEFT + WIDTH * t / max(last, 1), scale.height(values[t])))
            continue
        if piece:
            yield path(piece, colour)
        piece = []
    if piece:
        yield path(piece, colour)
