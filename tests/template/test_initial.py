"""Seeded initial weights: the same numbers on every machine, short enough to retype."""

from __future__ import annotations

import statistics

import pytest

from xlbp.template.initial import DIGITS, SPREADS, Scheme, draw

PINNED = {
    "xavier_uniform": ((1.0653, -0.9238, -0.0528), (-0.8019, -0.9007, 0.9316)),
    "xavier_normal": ((1.6316, 0.4789, 0.2434), (0.7593, -0.1288, -0.5666)),
    "he_uniform": ((1.3752, -1.1926, -0.0681), (-1.0352, -1.1628, 1.2027)),
    "he_normal": ((2.1063, 0.6182, 0.3142), (0.9803, -0.1663, -0.7314)),
    "lecun_uniform": ((0.9724, -0.8433, -0.0482), (-0.732, -0.8222, 0.8505)),
    "lecun_normal": ((1.4894, 0.4371, 0.2222), (0.6931, -0.1176, -0.5172)),
}
SQUARED = {"xavier": 2 / (40 + 60), "he": 2 / 60, "lecun": 1 / 60}  # variances for 60 inputs, 40 units


def test_every_scheme_is_pinned():
    """No scheme may be added without numbers that hold it still."""
    assert set(PINNED) == set(SPREADS)


@pytest.mark.parametrize(("scheme", "expected"), PINNED.items())
def test_a_seed_means_the_same_numbers_for_ever(scheme, expected):
    """Seed 1 draws these very weights for layer 1, two units with three inputs."""
    assert expected == draw(Scheme(scheme, seed=1), "1", 2, 3)


@pytest.mark.parametrize("scheme", SPREADS)
def test_the_variance_is_that_of_the_paper(scheme):
    """Drawn weights have mean 0 and the variance the scheme is named for, and four decimals."""
    weights = [w for row in draw(Scheme(scheme, seed=3), "1", 40, 60) for w in row]
    expected = SQUARED[scheme.partition("_")[0]]
    assert pytest.approx(expected, rel=0.1) == statistics.pvariance(weights, mu=0)
    assert abs(statistics.fmean(weights)) < 0.01
    assert weights == [round(w, DIGITS) for w in weights]


def test_streams_and_seeds_draw_apart():
    """Another stream or another seed draws other weights."""
    drawn = {draw(Scheme("he_normal", seed), stream, 2, 2) for seed in range(3) for stream in ("1", "2")}
    assert len(drawn) == 6
