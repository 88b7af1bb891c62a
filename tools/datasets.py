"""The data sets that were made for xlbp, in templates/data: two moons, a spiral, a noisy sine, waves step by step.

Run by ``python tools/datasets.py``; it writes the same files on every machine, as only ``random()`` of a seeded
generator is drawn from, whose stream Python promises never to change, and coordinates are rounded to three decimals.

    two-moons    two half circles of radius 1, one turned round and moved by (1, 0.5), as scikit-learn's make_moons
    spiral       two arms, radius growing with the angle, one turned by half a circle
    noisy-sine   y = sin(x) for x from -3 to 3
    waves        pieces of a sine, 8 steps each, a row for each step: its value, and that of the step after it

Each point has normal noise of the deviation given below; the rows of points are shuffled.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

FOLDER = Path(__file__).resolve().parent.parent / "templates" / "data"
DIGITS = 3
Row = tuple[float | int, ...]


def normal(random: Random, deviation: float) -> float:
    """A normal number by Box and Muller, 1958."""
    radius = math.sqrt(-2 * math.log(1 - random.random()))
    return deviation * radius * math.cos(2 * math.pi * random.random())


def two_moons(random: Random, count: int = 100, noise: float = 0.1) -> list[Row]:
    """Half of the points on the upper half circle (class 0), half on the lower one (class 1)."""
    rows: list[Row] = []
    for number in range(count):
        angle, lower = math.pi * random.random(), number % 2
        x = 1 - math.cos(angle) if lower else math.cos(angle)
        y = 0.5 - math.sin(angle) if lower else math.sin(angle)
        rows.append((*_noisy(random, (x, y), noise), lower))
    return rows


def spiral(random: Random, count: int = 120, turns: float = 0.75, noise: float = 0.03) -> list[Row]:
    """Two arms (classes 0 and 1) from near the middle to radius 1."""
    rows: list[Row] = []
    for number in range(count):
        along, arm = 0.1 + 0.9 * random.random(), number % 2
        angle = 2 * math.pi * turns * along + math.pi * arm
        rows.append((*_noisy(random, (along * math.cos(angle), along * math.sin(angle)), noise), arm))
    return rows


def noisy_sine(random: Random, count: int = 40, noise: float = 0.1) -> list[Row]:
    """One wave, sampled at random places."""
    xs = [6 * random.random() - 3 for _ in range(count)]
    return [(round(x, DIGITS), *_noisy(random, (math.sin(x),), noise)) for x in xs]


def waves(random: Random, count: int = 24, steps: int = 8, period: int = 12, noise: float = 0.05) -> list[Row]:
    """Each piece begins anywhere in a period; rows of its number, the step, the value, and the next value."""
    rows: list[Row] = []
    for number in range(1, count + 1):
        start = 2 * math.pi * random.random()
        exact = tuple(math.sin(start + 2 * math.pi * step / period) for step in range(steps + 1))
        values = _noisy(random, exact, noise)
        rows += [(number, step + 1, values[step], values[step + 1]) for step in range(steps)]
    return rows


def _noisy(random: Random, values: Sequence[float], deviation: float) -> tuple[float, ...]:
    return tuple(round(value + normal(random, deviation), DIGITS) + 0.0 for value in values)


SETS: dict[str, tuple[tuple[str, ...], Callable[[Random], list[Row]]]] = {
    "two-moons": (("x1", "x2", "class"), two_moons),
    "spiral": (("x1", "x2", "class"), spiral),
    "noisy-sine": (("x", "y"), noisy_sine),
    "waves": (("wave", "step", "now", "next"), waves),
}
IN_ORDER = ("waves",)  # whose rows belong together


def rows_of(name: str) -> list[Row]:
    """The rows of a data set, those of points shuffled."""
    random = Random(f"xlbp {name}")
    rows = SETS[name][1](random)
    if name in IN_ORDER:
        return rows
    for last in range(len(rows) - 1, 0, -1):  # Fisher and Yates, on random() alone
        other = int(random.random() * (last + 1))
        rows[last], rows[other] = rows[other], rows[last]
    return rows


def write(name: str, folder: Path = FOLDER) -> Path:
    """Write a data set as CSV."""
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(SETS[name][0])
        writer.writerows(rows_of(name))
    return path


def main() -> None:
    """Write all of them."""
    for name in SETS:
        print(write(name).relative_to(FOLDER.parent.parent))


if __name__ == "__main__":
    main()
