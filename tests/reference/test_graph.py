"""Computation graphs by reverse accumulation."""

from __future__ import annotations

import math

import pytest

from xlbp.reference import graph
from xlbp.reference.train import train
from xlbp.template.load import parse_template


def run(steps: str, variables: str = "a = 2, b = 3", goal: str = "minimize", n: int = 2):
    """The history of a graph, by name."""
    text = (
        f"[expression]\nvariables = {{ {variables} }}\nsteps = {steps}\ngoal = '{goal}'\n"
        f"[training]\niterations = {n}\nlearning_rate = 0.1\n"
    )
    return train(parse_template(text, "graph", "graph"))


def test_two_paths_are_summed():
    """A variable that reaches the objective twice has the sum of both derivatives."""
    history = run("['c = a * b', 'f = c + a']")
    expected = 3 + 1
    assert expected == history["df/da"][0]


def test_terms_are_added_one_after_the_other(monkeypatch: pytest.MonkeyPatch):
    """As cells add them, 1 + 1e-16 + 1.1e-16 is 1, also where Python's sum is compensated, as it is from 3.12 on."""
    monkeypatch.setattr(graph, "sum", math.fsum, raising=False)
    assert run("['c = 1 * a', 'd = 1e-16 * a', 'e = 1.1e-16 * a', 'g = c + d', 'f = g + e']")["df/da"][0] == 1


def test_the_same_argument_twice():
    """d(a·a)/da = 2a, from both places of the product."""
    assert run("['f = a * a']", "a = 2")["df/da"][0] == 4


@pytest.mark.parametrize(("goal", "sign"), [("minimize", -1), ("maximize", 1)])
def test_the_goal_decides_the_direction(goal: str, sign: int):
    """Descent subtracts the derivative, ascent adds it."""
    history = run("['f = 5 * a']", "a = 2", goal)
    assert history["a"][1] == pytest.approx(2 + sign * 0.1 * 5)


def test_an_error_reaches_only_what_depends_on_it():
    """Ln of a negative number is an error; a derivative that does not use it is none."""
    history = run("['c = log(a)', 'f = c + b * b']", "a = -1, b = 3")
    assert math.isnan(history["f"][0])
    assert history["df/db"][0] == 6


def test_a_node_behind_the_objective_has_no_derivative():
    """What comes after the objective does not change it."""
    text = (
        "[expression]\nvariables = { a = 2 }\nsteps = ['f = a * a', 'g = f + a']\nobjective = 'f'\n"
        "[training]\niterations = 1\nlearning_rate = 0.1\n"
    )
    history = train(parse_template(text, "graph", "graph"))
    assert (history["df/dg"][0], history["df/da"][0]) == (0, 4)


@pytest.mark.parametrize(
    ("formula", "value", "slope"),
    [
        ("a ** 3", 8, 12), ("a ** -2", 0.25, -0.25), ("a ** 0.5", math.sqrt(2), 0.5 / math.sqrt(2)),
        ("a ** 0", 1, 0), ("a ** 1", 2, 1),
    ],
)  # fmt: skip
def test_powers(formula: str, value: float, slope: float):
    """Powers of every kind have their value and their derivative at 2."""
    history = run(f"['f = {formula}']", "a = 2")
    assert history["f"][0] == pytest.approx(value, rel=1e-15)
    assert history["df/da"][0] == pytest.approx(slope, rel=1e-15)


@pytest.mark.parametrize(
    ("a", "b", "value", "slopes"),
    [(0, 2, 0, (0, 0)), (0, 1, 0, (1, 0)), (0, 0, 1, (0, 0)), (3, 0, 1, (0, math.log(3))), (0, -1, None, (None, None))],
)
def test_powers_of_zero(a: float, b: float, value: float | None, slopes: tuple[float | None, float | None]):
    """0**0 is 1, and 0**b does not change with b; 0**-1 is an error."""
    history = run("['f = a ** b']", f"a = {a}, b = {b}", n=1)
    for name, wanted in zip(("f", "df/da", "df/db"), (value, *slopes), strict=True):
        found = history[name][0]
        assert math.isnan(found) if wanted is None else found == wanted
