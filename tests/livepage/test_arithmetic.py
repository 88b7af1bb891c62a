"""The page's own exp, log, tanh and so on beside the C library's."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.livepage.node import several_values, values
from xlbp.verification.closeness import ulps

pytestmark = pytest.mark.office  # which brings Node

DRAW = np.random.default_rng(7)
EVERYWHERE = np.concatenate([DRAW.uniform(-5, 5, 3000), DRAW.normal(0, 1e-3, 300), DRAW.uniform(-40, 40, 1000)])
POSITIVE = np.concatenate([DRAW.uniform(0, 3, 3000), 1 + DRAW.normal(0, 1e-5, 500), 10 ** DRAW.uniform(-320, 308, 500)])
QUARTERS = np.arange(1, 500) * (math.pi / 2)
FAR = 10 ** DRAW.uniform(5, 300, 200)


@pytest.mark.parametrize(
    ("function", "at", "apart"),
    [
        ("exp", np.concatenate([EVERYWHERE, DRAW.uniform(-745, 709.7, 2000)]), 1),
        ("log", POSITIVE, 1),
        ("tanh", EVERYWHERE, 3),  # glibc's own is up to two from the truth
        ("sin", np.concatenate([EVERYWHERE, QUARTERS, FAR, -FAR]), 1),
        ("cos", np.concatenate([EVERYWHERE, QUARTERS, FAR, -FAR]), 1),
    ],
)
def test_functions_are_the_c_librarys(function: str, at: NDArray[np.float64], apart: int) -> None:
    """Near 0, between, far away and among the subnormal numbers: no more than so many doubles apart."""
    of_c: Callable[[float], float] = getattr(math, function)
    assert int(ulps(np.array(list(map(of_c, at.tolist()))), values(f"{function}(a)", at)).max()) <= apart


def test_powers() -> None:
    """x^y is within a double of the C library's where that has one."""
    x, y = np.concatenate([POSITIVE, POSITIVE]), np.concatenate([DRAW.uniform(-2, 2, 4000), DRAW.integers(-9, 9, 4000)])
    expected = np.array([_power(*each) for each in zip(x.tolist(), y.tolist(), strict=True)])
    found, finite = values("pow(a,b)", x, y), np.isfinite(expected)
    assert (np.isnan(found) == ~finite).all()
    assert int(ulps(expected[finite], found[finite]).max()) <= 1


def _power(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except OverflowError:
        return math.nan


ERRORS = {
    "exp(-Infinity)": 0.0,
    "exp(710)": math.nan,
    "exp(-746)": 0.0,
    "log(0)": math.nan,
    "log(-1)": math.nan,
    "tanh(1e300)": 1.0,
    "tanh(-1e300)": -1.0,
    "pow(0,0)": 1.0,
    "pow(-8,1/3)": math.nan,
    "pow(-2,3)": -8.0,
    "pow(0,-1)": math.nan,
    "div(1,0)": math.nan,
    "if_positive(NaN,1,2)": math.nan,
    "if_positive(0,1,2)": 2.0,
    "relu(NaN)": math.nan,
    "leaky_relu(NaN,0.1)": math.nan,
    "sigmoid(-1000)": 0.0,
    "sigmoid(NaN)": math.nan,
    "elu(NaN,1)": math.nan,
    "huber(NaN,1)": math.nan,
    "mod(-1,3)": 2.0,
    "F(Infinity)": math.nan,
}


@pytest.fixture(scope="module")
def on_node() -> dict[str, float]:
    """What each of these is on Node; one for all."""
    return {text: float(found[0]) for text, found in zip(ERRORS, several_values([*ERRORS], np.zeros(1)), strict=True)}


@pytest.mark.parametrize("expression", ERRORS)
def test_errors_are_errors(expression: str, on_node: dict[str, float]) -> None:
    """What is an error in a cell is NaN, and what is computed from it is NaN as well: a choice by it is neither."""
    assert on_node[expression] == pytest.approx(ERRORS[expression], rel=0, abs=0, nan_ok=True)
