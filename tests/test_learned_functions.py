"""What the notes of the lessons say of the sheet Learned function is what it shows."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from xlbp.reference.history import History
from xlbp.reference.train import answers, prepared, train
from xlbp.template.load import load_template
from xlbp.template.network import Network
from xlbp.template.template import Template

Array = NDArray[np.float64]
POINTS = 25  # along each side


class Ready(NamedTuple):
    """A template, its network, its training, and its numbers."""

    template: Template
    network: Network
    history: History
    known: dict[str, float]


@cache
def ready(name: str, *overrides: str) -> Ready:
    """A template trained."""
    template = load_template(name, overrides)
    assert isinstance(template.model, Network)
    return Ready(template, template.model, train(template), prepared(template, template.inputs()))


def samples(name: str) -> tuple[Array, Array]:
    """All inputs and targets."""
    network = ready(name).network
    return np.array(network.inputs), np.array(network.targets)


def answered(name: str, iteration: int, points: Array, *overrides: str) -> Array:
    """The outputs at these points with the parameters of an iteration: (P, outputs)."""
    template, network, history, known = ready(name, *overrides)
    moved = {parameter: float(history[parameter][iteration]) for parameter in template.parameter_order}
    found = answers(template, known, moved, points)
    return np.stack([found[output] for output in network.output], axis=-1)


def ends(name: str) -> tuple[Array, Array]:
    """From where to where the sheet draws each input."""
    inputs, _ = samples(name)
    least, most = inputs.min(axis=0), inputs.max(axis=0)
    return least - (most - least) / 6, most + (most - least) / 6


def plane(name: str, iteration: int) -> Array:
    """The map of the first output, from the bottom up: (row, column)."""
    low, high = ends(name)
    across, up = (np.linspace(low[k], high[k], POINTS) for k in (0, 1))
    points = np.array([[x, y] for y in up for x in across])
    return answered(name, iteration, points)[:, 0].reshape(POINTS, POINTS)


def curve(name: str, iteration: int, *overrides: str) -> tuple[Array, Array]:
    """The x and the first output of the drawn curve."""
    low, high = ends(name)
    x = np.linspace(low[0], high[0], 61)
    return x, answered(name, iteration, x[:, None], *overrides)[:, 0]


def regions(sides: NDArray[np.bool_]) -> int:
    """How many connected parts a map has, above and below the middle together."""
    left, count = {(y, x) for y in range(POINTS) for x in range(POINTS)}, 0
    while left:
        count += 1
        wave = [left.pop()]
        while wave:
            y, x = wave.pop()
            near = {(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)} & left
            same = {at for at in near if sides[at] == sides[y, x]}
            left -= same
            wave += same
    return count


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("xor", {15: 2, 26: 3, 60: 3}),
        ("xor-without-hidden", {0: 2, 4: 2, 100: 2}),
        ("two-moons", {4: 2, 20: 2, 70: 2}),
        ("spiral", {0: 2, 32: 2, 60: 2}),
        ("vanishing-relu", {40: 3}),
        ("vanishing-sigmoid", {40: 2}),
    ],
)
def test_so_many_borders(name: str, wanted: dict[int, int]) -> None:
    """One border makes two regions, two make three."""
    assert wanted == {t: regions(plane(name, t) > 0.5) for t in wanted}


def bend(name: str, iteration: int) -> float:
    """How far the border is from its best straight line, in parts of the picture: by its crossings row by row."""
    above = plane(name, iteration) > 0.5
    crossings = [(y, x) for y in range(POINTS) for x in range(POINTS - 1) if above[y, x] != above[y, x + 1]]
    crossings += [(y, x) for y in range(POINTS - 1) for x in range(POINTS) if above[y, x] != above[y + 1, x]]
    at = np.array(crossings, dtype=float) / POINTS
    return float(np.linalg.svd(at - at.mean(axis=0))[1][-1] / np.sqrt(len(at)))


@pytest.mark.parametrize(("name", "iterations"), [("two-moons", (4, 20, 70)), ("spiral", (0, 32, 60))])
def test_the_border_bends(name: str, iterations: tuple[int, int, int]) -> None:
    """It is almost straight at first, and further from any line each time."""
    bends = [bend(name, t) for t in iterations]
    assert bends == sorted(bends)
    assert bends[0] < 0.035
    assert bends[2] > 0.08


def test_colours_fade_where_nothing_is_learned() -> None:
    """Without a hidden layer, and with vanishing gradients, the output ends at 0.5 everywhere."""
    spans = [float(np.ptp(plane("xor-without-hidden", t))) for t in (0, 4, 100)]
    assert spans == sorted(spans, reverse=True)
    assert spans[2] < 0.01
    far = plane("vanishing-sigmoid", 40)
    assert [round(float(end), 4) for end in (far.min(), far.max())] == [0.4997, 0.5003]


def test_lines_stay_lines() -> None:
    """Linear layers make a straight line in every iteration."""
    assert max(np.abs(np.diff(curve("linear-layers", t)[1], 2)).max() for t in range(101)) < 1e-13


def test_beyond_the_points_nothing_is_known() -> None:
    """At its right end the curve is far from the sine, in the middle near it."""
    x, y = curve("noisy-sine", 100)
    assert (round(float(x[-1]), 2), round(float(np.sin(x[-1])), 2), round(float(y[-1]), 2)) == (3.99, -0.75, 0.02)
    inside = np.abs(x) < 2.9
    assert np.abs(y - np.sin(x))[inside].max() < 0.3


@pytest.mark.slow
def test_two_equal_units_make_no_bump() -> None:
    """No curve goes up and down again, unless the first weight sets the two units apart."""
    for t in range(201):
        steps = np.diff(curve("zero-weights", t)[1])
        assert np.all(steps <= 1e-15) or np.all(steps >= -1e-15)
    _, y = curve("zero-weights", 200, "network.layers.1.weights=[[0.1],[0]]")
    assert (y.max() > 0.9, y[0] < 0.1, y[-1] < 0.1) == (True, True, True)


def test_the_dead_unit_leaves_a_level_line() -> None:
    """The last curve is 1 everywhere; with half the rate it is near |x| on both sides."""
    assert np.abs(curve("dead-relu", 50)[1] - 1).max() < 0.001
    x, y = curve("dead-relu", 50, "training.learning_rate=0.5")
    assert np.abs(y - np.abs(x)).max() < 0.15


def test_points_lie_in_their_own_regions() -> None:
    """From iteration 2 on the largest softmax output of each point is that of its class, and not before."""
    inputs, targets = samples("softmax-three-classes")
    right = [
        bool((answered("softmax-three-classes", t, inputs).argmax(1) == targets.argmax(1)).all()) for t in range(301)
    ]
    assert right == [False, False, *[True] * 299]


def test_the_curve_goes_to_the_dots() -> None:
    """From iteration 26 to the last the curve comes nearer to what it is trained on, and leaves what it is not."""
    inputs, targets = samples("overfitting")
    before, after = (np.abs(answered("overfitting", t, inputs) - targets) for t in (26, 100))
    assert after[:7].mean() < before[:7].mean()
    assert after[7:].mean() > before[7:].mean()
