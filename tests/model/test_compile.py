"""The training row of any template: nothing twice, nothing missing, in the source's order."""

from __future__ import annotations

import sys
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from tests.random_templates import random_expression, random_network
from tests.templates import REPRESENTATIVES
from xlbp.model.compile import compile_template
from xlbp.model.losses import LOSSES
from xlbp.model.optimizers import OPTIMIZERS
from xlbp.model.schedules import CLOSED, RECURSIVE
from xlbp.symbols.expr import names_in, prev, ref, topological
from xlbp.symbols.interpret import Interpreter
from xlbp.symbols.program import Program, check
from xlbp.template import losses, names, optimizers, schedules
from xlbp.template.load import load_template, parse_template
from xlbp.template.template import Template

SEEDS = range(40)
PHASES = [
    *("iteration", "parameters", "batch", "running", "forward", "loss", "backward", "gradients"),
    *("test", "optimizer", "update"),
]


def random_template(kind, seed: int) -> Template:
    """A network or a formula, drawn."""
    return parse_template(kind(Random(seed)), "random", "random")


def computed_twice(program: Program) -> list[tuple[str, str]]:
    """Pairs of columns of which one computes what is the other's own cell."""
    cells, found = {}, []
    for column in program.columns:
        if column.expr.args:
            if column.expr in cells:
                found.append((cells[column.expr], column.name))
            cells[column.expr] = column.name
    for column in program.columns:
        inner = [node for node in topological(column.expr) if node.args and node is not column.expr]
        found += [(cells[node], column.name) for node in inner if node in cells]
    return found


def first_row(template: Template) -> dict[str, float]:
    """The values of iteration 0."""
    values = {name: np.asarray(number) for name, number in template.inputs().items()}
    for column in compile_template(template).columns:
        values[column.name] = Interpreter(values)(column.at(0))
    return {name: float(number) for name, number in values.items()}


def chain(length: int) -> Template:
    """A graph of so many steps, each on the one before."""
    steps = ["s1 = sin(a)"] + [f"s{i} = s{i - 1} * 0.5" for i in range(2, length + 1)]
    text = f"[expression]\nvariables = {{ a = 1 }}\nsteps = {steps}\n[training]\nlearning_rate = 1\n"
    return parse_template(text, "chain", "chain")


def batch(samples: int) -> Template:
    """A 2-3-1 network with so many samples."""
    data = f"inputs = {[[0.5, 0.25]] * samples}\ntargets = {[[1]] * samples}"
    layers = "[[network.layers]]\nunits = 3\nactivation = 'tanh'\n[[network.layers]]\nunits = 1\n"
    return parse_template(f"[network]\n{layers}[data]\n{data}\n[training]\nlearning_rate = 1\n", "batch", "batch")


def calls_to_compile(template: Template) -> int:
    """How many functions compiling calls: a measure of its work that no other process disturbs."""
    count = 0

    def profile(frame, event, arg):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        compile_template(template)
    finally:
        sys.setprofile(before)
    return count


def test_what_the_loader_allows_the_model_can_do():
    """Loader and model know the same losses, optimizers and schedules."""
    assert set(losses.LOSSES) == set(LOSSES)
    assert set(optimizers.OPTIMIZERS) == set(OPTIMIZERS)
    assert set(schedules.SCHEDULES) == {"constant", "piecewise", *RECURSIVE, *CLOSED}


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_nothing_is_computed_twice_in_a_row(name):
    """No cell of a shipped template computes what another cell already holds."""
    assert not computed_twice(compile_template(load_template(name)))


@pytest.mark.parametrize("kind", [random_network, random_expression])
@pytest.mark.parametrize("seed", SEEDS)
def test_any_template_makes_a_row(kind, seed):
    """Random templates compile to a row that passes the check and computes nothing twice."""
    template = random_template(kind, seed)
    program = compile_template(template)
    assert program is check(program)
    assert not computed_twice(program)
    assert set(template.inputs()) <= {*program.names, *program.panel}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_parameter_has_its_gradient_and_update(seed):
    """A parameter's column starts from its value and goes on with the update of the row above."""
    template = random_template(random_network, seed)
    columns = {column.name: column for column in compile_template(template).columns}
    for name, number in template.model.parameters().items():
        assert number == columns[name].start.payload
        update = columns[names.updated(name)]
        assert prev(update.name) is columns[name].expr
        assert {name, f"d{name}", "eta"} == set(names_in(update.expr))


def test_the_graph_of_into_backpropagation_has_all_its_derivatives():
    """Every local and total derivative that the text names is a column with the text's value."""
    values = first_row(load_template("into-backprop"))
    expected = {"d": -1, "f": -7, "df/dd": 7, "df/dc": -1, "∂d/∂a": 1, "∂d/∂b": 1, "df/da": 7, "df/db": 7}
    assert expected == {name: values.get(name) for name in expected}
    updated = pytest.approx({"a+": 5.07, "b+": -5.93, "c+": 6.99})
    assert updated == {name: values[name] for name in ("a+", "b+", "c+")}


def test_a_chain_rule_of_two_paths_is_a_sum():
    """dz/ds = dz/dx · ∂x/∂s + dz/dy · ∂y/∂s, each factor its own cell."""
    template = load_template("chain-rule-2")
    columns = {column.name: column.expr for column in compile_template(template).columns}
    assert {"dz/dx", "∂x/∂s", "dz/dy", "∂y/∂s", "dz/ds"} <= set(columns)
    values = first_row(template)
    assert values["dz/ds"] == values["dz/dx"] * values["∂x/∂s"] + values["dz/dy"] * values["∂y/∂s"]


def test_softmax_has_a_cell_for_every_part():
    """Largest, powers, their sum, log-sum-exp, shares and the derivative p − t stand in the row."""
    program = compile_template(load_template("softmax-three-classes"))
    for part in ("m2@1", "u2[1]@1", "S2@1", "lse2@1", "a2[1]@1", "E[1]@1", "E@1", "E", "dlse2@1", "dz2[1]@1"):
        assert part in program.names


def test_softmax_with_cross_entropy():
    """Shares sum to 1, the loss is −ln of the winner's share, and its derivative is p − t."""
    template = load_template("softmax-three-classes")
    values = first_row(template)
    for sample, targets in enumerate(template.model.targets, start=1):
        shares = [values[f"a2[{i}]@{sample}"] for i in (1, 2, 3)]
        slopes = [values[f"dz2[{i}]@{sample}"] for i in (1, 2, 3)]
        assert pytest.approx(1, abs=1e-15) == sum(shares)
        assert pytest.approx(-np.log(np.dot(shares, targets))) == values[f"E@{sample}"]
        assert pytest.approx(np.subtract(shares, targets), abs=1e-15) == slopes


def test_cross_entropy_starts_from_the_logit():
    """With sigmoid and binary cross-entropy, dE/dz is a − t, and there is no dE/da to divide by 0."""
    program = compile_template(load_template("xor"))
    columns = {column.name: column.expr for column in program.columns}
    assert columns["dz2[1]@1"] is ref("a2[1]@1") - ref("t[1]@1")
    assert "da2[1]@1" not in columns
    assert "da1[1]@1" in columns


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_columns_stand_phase_by_phase(name):
    """Phases follow each other in the order of a training step, and parameters in that of the source."""
    template = load_template(name)
    columns = compile_template(template).columns
    phases = list(dict.fromkeys(column.phase for column in columns))
    assert phases == [phase for phase in PHASES if phase in phases]
    assert len(phases) == 1 + sum(a.phase != b.phase for a, b in pairwise(columns))
    assert template.parameter_order == tuple(c.name for c in columns if c.phase == "parameters")


def test_gradients_of_mazurs_example():
    """The gradient of w5 is the one of the text, at full precision."""
    values = first_row(load_template("mazur"))
    expected = {"E": 0.2983711087600027, "dW2[1,1]": 0.08216704056423078, "dW1[1,1]": 0.00043856773447434685}
    assert pytest.approx(expected, rel=1e-14) == {name: values[name] for name in expected}


@pytest.mark.slow
@pytest.mark.parametrize("grow", [chain, batch])
def test_the_work_of_compiling_grows_linearly(grow):
    """Four times the steps or samples are at most six times the work."""
    small, large = (calls_to_compile(grow(size)) for size in (40, 160))
    assert large <= 6 * small
