"""Every number of a template, whatever its size and wherever it comes from, has at most 15 significant digits."""

from __future__ import annotations

from random import Random

import pytest

from xlbp.datafile.numbers import snap
from xlbp.errors import TemplateError
from xlbp.template import initial
from xlbp.template.load import parse_template
from xlbp.template.vary import load_runs, parse_vary

SCHEMES = sorted(initial.OPTIONS)


def _number(random: Random, spread: int) -> float:
    """A number with all the digits of a double, of any size up to 10 to the power of ``spread``."""
    return random.choice((-1, 1)) * random.uniform(1, 10) * 10.0 ** random.randint(-spread, spread - 1)


def _template(random: Random, spread: int) -> str:
    width, units = random.randint(1, 3), random.randint(1, 3)
    inputs = [[_number(random, spread) for _ in range(width)] for _ in range(3)]
    return f"""
[network]
[[network.layers]]
units = {units}
activation = "tanh"
weights = {_init(random, spread)}
bias = {[_number(random, spread) for _ in range(units)]}
[[network.layers]]
units = 1
weights = {[[_number(random, spread) for _ in range(units)]]}
[data]
inputs = {inputs}
targets = {[[_number(random, spread)] for _ in range(3)]}
[training]
iterations = 2
learning_rate = {abs(_number(random, spread))!r}
optimizer = {{ name = "adam", eps = {abs(_number(random, spread))!r} }}
"""


def _init(random: Random, spread: int) -> str:
    scheme = random.choice(SCHEMES)
    size = abs(_number(random, spread))
    options = {
        "constant": f", value = {size!r}",
        "uniform": f", low = {-size!r}, high = {size!r}",
        "normal": f", std = {size!r}",
        "orthogonal": f", gain = {size!r}",
    }
    return f'{{ init = "{scheme}", seed = {random.randint(0, 99)}{options.get(scheme, "")} }}'


@pytest.mark.parametrize("spread", [3, 15, 100, 300])
def test_all_numbers_of_a_template_have_15_digits(spread: int) -> None:
    """Given and drawn numbers, settings and overrides are what a person can retype, from 1e-300 to 1e300."""
    random = Random(spread)
    for _ in range(100):
        overrides = (f"training.learning_rate={abs(_number(random, spread))!r}",)
        template = parse_template(_template(random, spread), "a test", "drawn", overrides)
        numbers = template.inputs()
        assert {name: snap(value) for name, value in numbers.items()} == numbers


def test_drawn_weights_that_no_cell_holds_are_refused() -> None:
    """A spread near the largest double draws infinities: the template is refused, and says so."""
    weights = '{ init = "uniform", low = -1.7e308, high = 1.7e308 }'
    network = f"[network]\n[[network.layers]]\nunits = 3\nweights = {weights}\n"
    rest = "[data]\ninputs = [[1]]\ntargets = [[1, 2, 3]]\n[training]\niterations = 1\nlearning_rate = 1\n"
    with pytest.raises(TemplateError, match="finite numbers"):
        parse_template(network + rest, "a test", "huge")


def test_a_varied_number_is_found_in_its_cell() -> None:
    """A value of --vary with more digits than a cell keeps is still the number of its input cell."""
    for run in load_runs("mazur", (parse_vary("training.learning_rate=0.12345678901234567,0.1"),), ()):
        assert run.input_of(*run.settings[0]) != ""
