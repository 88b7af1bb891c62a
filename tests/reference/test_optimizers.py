"""The reference's optimizers against examples worked out by hand; a step that is not committed leaves no trace."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.optimizer_examples import EXAMPLES, GRADIENTS, RATE, START, Example
from xlbp.reference.history import Array
from xlbp.reference.optimizers import Moved, Optimizer
from xlbp.template.schedules import SCHEDULES
from xlbp.template.template import Training


def same(value: Array) -> Array:
    """Numbers stay finite here."""
    return value


def optimizer(example: Example) -> Optimizer:
    """The optimizer of an example, before its first step."""
    return Optimizer(example.training, {"eta": RATE, **example.training.settings}, example.maximize)


def steps(example: Example) -> list[Moved]:
    """As many steps as the example knows."""
    running, found, p = optimizer(example), [], np.array([START])
    for t, gradient in enumerate(GRADIENTS[: len(example.moved)]):
        moved = running.step(t, {"p": p}, {"p": np.array([gradient])}, same)
        running.commit(moved)
        found.append(moved)
        p = moved.parameters["p"]
    return found


@pytest.mark.parametrize("case", EXAMPLES)
def test_three_steps_by_hand(case: str) -> None:
    """The parameter moves, and what is kept changes, as worked out by hand."""
    example = EXAMPLES[case]
    found = steps(example)
    assert [moved.parameters["p"][0] for moved in found] == pytest.approx(example.moved, rel=1e-13)
    for letter, values in example.kept.items():
        assert [moved.kept["p"][letter][0] for moved in found] == pytest.approx(values, rel=1e-13), letter
    for letter, values in example.shared.items():
        assert [moved.shared[letter] for moved in found] == pytest.approx(values, rel=1e-13), letter


@pytest.mark.parametrize("case", EXAMPLES)
def test_a_row_may_be_done_again(case: str) -> None:
    """Without commit, a step on other numbers changes nothing of the next one; with it, the row counts."""
    example = EXAMPLES[case]
    p, g = {"p": np.array([START])}, {"p": np.array([GRADIENTS[0]])}
    running, first = optimizer(example), steps(example)[0]
    running.step(0, p, {"p": np.array([1e30])}, same)
    again = running.step(0, p, g, same)
    assert (again.parameters, again.kept, again.shared) == (first.parameters, first.kept, first.shared)
    running.commit(again)
    if len(example.moved) > 1:
        second = running.step(1, again.parameters, {"p": np.array([GRADIENTS[1]])}, same)
        assert second.parameters["p"][0] == pytest.approx(example.moved[1], rel=1e-13)


def test_the_rate_above_is_that_of_the_committed_row() -> None:
    """A schedule that multiplies does so once for each row, however often the row is done."""
    training = Training(3, 1.0, schedule="exponential", settings={"$factor": 0.5})
    running = Optimizer(training, {"eta": 1.0, "$factor": 0.5})
    found = []
    for t in range(3):
        moved = [running.step(t, {"p": np.zeros(1)}, {"p": np.zeros(1)}, same) for _ in range(2)]
        running.commit(moved[-1])
        found.append([m.shared["rate"] for m in moved])
    assert found == [[1, 1], [0.5, 0.5], [0.25, 0.25]]


def test_a_setting_that_is_left_out_is_nothing() -> None:
    """Without weight decay or momentum on the panel the rules use 0."""
    assert optimizer(EXAMPLES["sgd"]).numbers.weight_decay == 0


def test_every_element_is_moved_by_itself() -> None:
    """A matrix is moved as each of its elements would be alone."""
    for example in EXAMPLES.values():
        if example.clip == "norm":
            continue
        p = np.array([[START, -2.0], [0.0, 5.0]])
        g = np.array([[2.0, -1.0], [0.5, 0.25]])
        whole = optimizer(example).step(0, {"p": p}, {"p": g}, same).parameters["p"]
        for place in np.ndindex(2, 2):
            alone = optimizer(example).step(0, {"p": p[place][None]}, {"p": g[place][None]}, same).parameters["p"]
            assert whole[place] == alone[0]


@pytest.mark.parametrize(
    ("schedule", "settings"),
    [
        ("step", {"every": 0.0, "factor": 0.5}),
        ("inverse_time", {"decay": -1.0, "every": 1.0}),
        ("cosine", {"period": 0.0, "lowest": 0.0}),
        ("warmup", {"warmup": 0.0, "start": 0.5}),
        ("exponential", {"factor": 1e308}),
    ],
)
def test_a_rate_that_is_none_is_an_error(schedule: str, settings: dict[str, float]) -> None:
    """What a cell would show as an error, as a division by 0, is NaN, and no crash."""
    assert schedule in SCHEDULES
    named = {f"${key}": value for key, value in settings.items()}
    running = Optimizer(Training(3, 10.0, schedule=schedule, settings=named), {"eta": 10.0, **named})
    running.commit(running.step(0, {"p": np.zeros(1)}, {"p": np.zeros(1)}, same))
    assert math.isnan(running.step(1, {"p": np.zeros(1)}, {"p": np.zeros(1)}, same).shared["rate"])
