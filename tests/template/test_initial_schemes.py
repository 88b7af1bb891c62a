"""The schemes of initial weights that take numbers: zeros, constant, uniform, normal, orthogonal; and digits."""

from __future__ import annotations

import math
import statistics
from random import Random

import pytest

from xlbp.template import initial
from xlbp.template.initial import OPTIONS, SPREADS, Scheme, draw

MORE = {
    "zeros": ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
    "constant": ((0.1, 0.1, 0.1), (0.1, 0.1, 0.1)),
    "uniform": ((0.4862, -0.4217, -0.0241), (-0.366, -0.4111, 0.4252)),
    "normal": ((0.258, 0.0757, 0.0385), (0.1201, -0.0204, -0.0896)),
    "orthogonal": ((0.9498, 0.2788, 0.1417), (0.2494, -0.4018, -0.8811)),
}


def test_every_scheme_is_pinned() -> None:
    """No scheme may be added without numbers that hold it still; those with a spread are pinned elsewhere."""
    assert set(MORE) | set(SPREADS) == set(OPTIONS)


@pytest.mark.parametrize(("scheme", "expected"), MORE.items())
def test_a_seed_means_the_same_numbers_for_ever(scheme: str, expected: object) -> None:
    """Seed 1 draws these very weights for layer 1, two units with three inputs."""
    assert expected == draw(Scheme(scheme, seed=1), "1", 2, 3)


@pytest.mark.parametrize(("scheme", "options", "value"), [("zeros", {}, 0.0), ("constant", {"value": -2.5}, -2.5)])
def test_the_same_for_every_weight(scheme: str, options: dict[str, float], value: float) -> None:
    """All weights have the one value, and 0 is not -0, which would be shown."""
    weights = {w for row in draw(Scheme(scheme, 7, options), "2", 3, 4) for w in row}
    assert weights == {value}
    [[zero]] = draw(Scheme("constant", options={"value": -0.00001}), "1", 1, 1)
    assert math.copysign(1, zero) == 1


def test_uniform_fills_its_interval() -> None:
    """All weights lie within [low, high), and come near both ends; the mean is the middle."""
    weights = [w for row in draw(Scheme("uniform", 3, {"low": 2, "high": 5}), "1", 50, 60) for w in row]
    assert 2 <= min(weights) < 2.01
    assert 4.99 < max(weights) <= 5
    assert statistics.fmean(weights) == pytest.approx(3.5, abs=0.05)


def test_normal_has_its_mean_and_deviation() -> None:
    """Drawn weights have the mean and the standard deviation asked for, and a third lies beyond the latter."""
    weights = [w for row in draw(Scheme("normal", 3, {"mean": 2, "std": 0.5}), "1", 50, 60) for w in row]
    assert statistics.fmean(weights) == pytest.approx(2, abs=0.03)
    assert statistics.pstdev(weights) == pytest.approx(0.5, rel=0.03)
    assert sum(abs(w - 2) > 0.5 for w in weights) / len(weights) == pytest.approx(0.317, abs=0.02)


def dots(rows: list[list[float]]) -> list[list[float]]:
    """The dot product of every pair of rows."""
    return [[sum(x * y for x, y in zip(a, b, strict=True)) for b in rows] for a in rows]


@pytest.mark.parametrize(("units", "inputs"), [(3, 3), (2, 5), (5, 2), (1, 4), (4, 1), (12, 12)])
def test_orthogonal_rows_or_columns_are_orthonormal(units: int, inputs: int) -> None:
    """Before rounding, the shorter side's vectors have length 1 and stand at right angles; after it, nearly."""
    exact = initial._orthogonal(Random("x"), units, inputs)
    drawn = [list(row) for row in draw(Scheme("orthogonal", 1), "1", units, inputs)]
    for rows, error in ((exact, 1e-12), (drawn, 1e-3)):
        assert (units, inputs) == (len(rows), len(rows[0]))
        vectors = rows if units <= inputs else [list(column) for column in zip(*rows, strict=True)]
        for i, line in enumerate(dots(vectors)):
            assert line == pytest.approx([float(i == j) for j in range(len(vectors))], abs=error)


def test_orthogonal_is_spread_over_all_directions() -> None:
    """No direction is preferred: the elements of many draws have mean 0 and variance 1/n."""
    elements = [row[0] for seed in range(400) for row in draw(Scheme("orthogonal", seed), "1", 3, 3)]
    assert statistics.fmean(elements) == pytest.approx(0, abs=0.05)
    assert statistics.pvariance(elements, mu=0) == pytest.approx(1 / 3, rel=0.05)


def test_gain_stretches() -> None:
    """``gain`` multiplies all weights."""
    plain = draw(Scheme("orthogonal", 1, digits=9), "1", 2, 3)
    wide = draw(Scheme("orthogonal", 1, {"gain": 2}, digits=9), "1", 2, 3)
    assert [2 * w for row in plain for w in row] == pytest.approx([w for row in wide for w in row], abs=2e-9)


@pytest.mark.parametrize("digits", [1, 2, 4, 8, 12])
@pytest.mark.parametrize("scheme", ["he_normal", "uniform", "orthogonal"])
def test_digits(scheme: str, digits: int) -> None:
    """Weights have so many decimals, and are those of 12 digits, rounded."""
    rounded, fine = (draw(Scheme(scheme, 1, digits=kept), "1", 4, 4) for kept in (digits, 12))
    for row, exact in zip(rounded, fine, strict=True):
        for w, e in zip(row, exact, strict=True):
            assert w == float(f"{w:.{digits}f}")
            assert abs(w - e) <= 0.5000001 * 10**-digits
