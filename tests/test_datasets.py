"""The data files that were made for xlbp are what their script makes, and have the shapes it claims."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from tests.test_docs import ROOT, tool

DATA = ROOT / "templates" / "data"
datasets = tool("datasets")


def columns(name: str) -> list[list[float]]:
    """The numbers of a data file, column by column."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return [[float(cell) for cell in column] for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("name", sorted(datasets.SETS))
def test_the_file_is_what_the_script_writes(name: str, tmp_path: Path) -> None:
    """Writing a data set again gives the shipped file, byte by byte."""
    assert datasets.write(name, tmp_path).read_bytes() == (DATA / f"{name}.csv").read_bytes()


def test_moons_lie_on_their_half_circles() -> None:
    """Each class has half of the points, each within four deviations of noise of its own half circle."""
    x, y, lower = columns("two-moons")
    assert sum(lower) == len(lower) / 2
    radii = [math.hypot(1 - a, 0.5 - b) if c else math.hypot(a, b) for a, b, c in zip(x, y, lower, strict=True)]
    assert max(abs(r - 1) for r in radii) < 0.4


def test_spiral_arms_mirror_each_other() -> None:
    """Turned by half a circle, a point of arm 1 lies on arm 0: its angle follows from its radius."""
    x, y, arm = columns("spiral")
    assert sum(arm) == len(arm) / 2
    for a, b, c in zip(x, y, arm, strict=True):
        radius, sign = math.hypot(a, b), 1 - 2 * c
        angle = 1.5 * math.pi * radius
        assert math.hypot(sign * a - radius * math.cos(angle), sign * b - radius * math.sin(angle)) < 0.5


def test_the_sine_has_the_noise_it_claims() -> None:
    """The errors of the noisy sine have a deviation of about 0.1 and no bias beyond chance."""
    x, y = columns("noisy-sine")
    errors = [b - math.sin(a) for a, b in zip(x, y, strict=True)]
    assert 0.07 < math.sqrt(sum(e * e for e in errors) / len(errors)) < 0.13
    assert abs(sum(errors) / len(errors)) < 0.05
