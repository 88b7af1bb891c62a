"""Schedules of the learning rate: the formulas, and the reference, against closed forms and PyTorch's definitions."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from xlbp.model.compile import compile_template
from xlbp.model.schedules import CLOSED, ETA, RECURSIVE, learning_rate
from xlbp.reference.optimizers import RATES
from xlbp.reference.train import train
from xlbp.symbols.interpret import Interpreter
from xlbp.symbols.program import Builder
from xlbp.template.load import parse_template
from xlbp.template.schedules import SCHEDULES
from xlbp.template.template import Template, Training

ROWS = 12
ETA_VALUE = 0.8


def template(schedule: str) -> Template:
    """Eleven updates by this schedule."""
    text = f"[expression]\nvariables = {{ a = 1 }}\nsteps = ['f = a * a']\n[training]\niterations = {ROWS - 1}\n"
    return parse_template(f"{text}learning_rate = {ETA_VALUE}\nschedule = {schedule}\n", "t", "t")


def by_formulas(of: Template) -> list[float]:
    """The rate of every row as the formulas have it, from row to row."""
    [column] = [c for c in compile_template(of).columns if c.name == ":rate"]
    found: list[float] = []
    for t in range(ROWS):
        panel = {key: np.full(2, value) for key, value in of.inputs().items()}
        values = {
            **panel,
            "iteration": np.full(2, float(t)),
            ":rate": np.array([found[-1] if found else math.nan, 0.0]),
        }
        found.append(float(np.ravel(Interpreter(values)(column.at(t)))[-1]))
    return found


Closed = Callable[[int], float]
CASES: dict[str, tuple[str, Closed]] = {
    "step": ("{ name = 'step', every = 4, factor = 0.5 }", lambda t: ETA_VALUE * 0.5 ** (t // 4)),
    "step each row": ("{ name = 'step', every = 1, factor = 0.25 }", lambda t: ETA_VALUE * 0.25**t),
    "exponential": ("{ name = 'exponential', factor = 0.9 }", lambda t: ETA_VALUE * 0.9**t),
    "inverse_time": ("{ name = 'inverse_time', decay = 0.5, every = 2 }", lambda t: ETA_VALUE / (1 + 0.25 * t)),
    "cosine": ("'cosine'", lambda t: ETA_VALUE * math.cos(math.pi * t / 22) ** 2),
    "cosine, lowest": (
        "{ name = 'cosine', period = 5, lowest = 0.2 }",
        lambda t: 0.5 + 0.3 * math.cos(math.radians(36 * t)),
    ),
    "warmup": (
        "{ name = 'warmup', iterations = 4, start = 0.25 }",
        lambda t: [0.2, 0.35, 0.5, 0.65, *[0.8] * 8][t],
    ),
    "piecewise": (
        "{ name = 'piecewise', until = [3, 7], rates = [0.5, 0.1, 0.01] }",
        lambda t: [*[0.5] * 3, *[0.1] * 4, *[0.01] * 5][t],
    ),
}


def test_every_schedule_has_its_closed_form() -> None:
    """No schedule is without an example, and both derivations know the same ones."""
    assert {name.partition(" ")[0].rstrip(",") for name in CASES} == set(SCHEDULES) - {"constant"}
    assert {*RECURSIVE, *CLOSED, "constant"} == set(RATES) == set(SCHEDULES) - {"piecewise"}


@pytest.mark.parametrize("case", CASES)
def test_the_formulas_have_the_closed_form(case: str) -> None:
    """The column of the rate is the textbook's formula in every row."""
    schedule, closed = CASES[case]
    assert by_formulas(template(schedule)) == pytest.approx([closed(t) for t in range(ROWS)], rel=1e-13)


@pytest.mark.parametrize("case", CASES)
def test_the_reference_has_the_closed_form(case: str) -> None:
    """So is the reference's."""
    schedule, closed = CASES[case]
    assert train(template(schedule))[":rate"].tolist() == pytest.approx([closed(t) for t in range(ROWS)], rel=1e-13)


def test_a_constant_rate_has_no_column() -> None:
    """It stands on the panel."""
    builder = Builder()
    assert learning_rate(builder, Training(3, 0.1)) is ETA
    assert not builder.columns


def test_a_cosine_ends_at_its_lowest() -> None:
    """Without a period the last row has the lowest rate, and the first the learning rate itself."""
    rates = train(template("{ name = 'cosine', lowest = 0.125 }"))[":rate"]
    assert (rates[0], rates[-1]) == (ETA_VALUE, pytest.approx(0.125, rel=1e-15))


def test_a_long_decay_does_not_underflow_early() -> None:
    """A product over the rows fades as slowly as its factor says."""
    rates = by_formulas(template("{ name = 'exponential', factor = 1e-20 }"))
    assert rates[-1] == pytest.approx(ETA_VALUE * 1e-220, rel=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_the_update_takes_the_rate_of_its_row(case: str) -> None:
    """a+ = a - rate(t) * 2a."""
    history = train(template(CASES[case][0]))
    expected = history["a"] - history[":rate"] * 2 * history["a"]
    assert history["a+"].tolist() == pytest.approx(expected.tolist(), rel=1e-12)
