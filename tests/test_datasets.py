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


def test_waves_are_pieces_of_a_sine() -> None:
    """8 steps each; a value is the one before it turned by a twelfth of a period, but for the noise."""
    wave, step, now, following = columns("waves")
    assert step == [n % 8 + 1 for n in range(len(wave))]
    assert sorted(set(wave)) == list(range(1, 25))
    assert all(now[n + 1] == following[n] for n in range(len(wave) - 1) if wave[n] == wave[n + 1])
    turned = 2 * math.cos(2 * math.pi / 12)  # sin(x + d) + sin(x - d) = 2 cos(d) sin(x)
    errors = [following[n] + now[n - 1] - turned * now[n] for n in range(len(wave)) if step[n] > 1]
    deviation = math.sqrt(sum(e * e for e in errors) / len(errors))
    assert 0.08 < deviation < 0.15  # 0.05 sqrt(1 + 1 + 3)


def test_words_follow_themselves() -> None:
    """What follows is the word without its first letter, what it begins with the word without its last."""
    with (DATA / "words.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["word"] for row in rows}) == len(rows) == 16
    for row in rows:
        assert set(row["word"]) <= set("aelst")
        assert (row["begins"], row["follows"]) == (row["word"][:-1], row["word"][1:])


def test_digits_are_pictures_of_three_kinds() -> None:
    """64 pixels from 0 to 16, 20 digits of each kind, none of them twice."""
    *pixels, digit = columns("digits")
    assert len(pixels) == 64
    assert {value for column in pixels for value in column} == set(range(17))
    assert [digit.count(kind) for kind in (0, 1, 2)] == [20, 20, 20]
    assert len(set(zip(*pixels, strict=True))) == 60
