"""The interpreter: what operations are worth, and how large the terms are that a value comes from."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings

from tests.random_templates import random_expression, random_network
from tests.symbols.random_expr import expressions, points, size, value
from xlbp.model.compile import compile_template
from xlbp.reference.train import train
from xlbp.symbols.derivatives import RULES
from xlbp.symbols.expr import Expr, const, exp, function, log, prev, ref, sigmoid, softplus, total
from xlbp.symbols.interpret import OPERATIONS, Interpreter, sizes_of_columns
from xlbp.template.load import parse_template
from xlbp.workbook.layout.formula import SPREADSHEET

X, Y = ref("x"), ref("y")


@pytest.mark.parametrize(
    ("op", "args", "expected"),
    [
        ("add", (1, 2, 3), 6),
        ("largest", (1, 3, 2), 3),
        ("sub", (1, 3), -2),
        ("mul", (2, 3), 6),
        ("div", (3, 4), 0.75),
        ("neg", (2,), -2),
        ("copy", (2,), 2),
        ("pow", (2, 10), 1024),
        ("square", (-3,), 9),
        ("exp", (1,), math.e),
        ("log", (math.e,), 1),
        ("sqrt", (9,), 3),
        ("sin", (0.5,), math.sin(0.5)),
        ("cos", (0.5,), math.cos(0.5)),
        ("tanh", (0.5,), math.tanh(0.5)),
        ("abs", (-2,), 2),
        ("sign", (-2,), -1),
        ("sign", (0,), 0),
        ("sigmoid", (0,), 0.5),
        ("softplus", (0,), math.log(2)),
        ("relu", (-1,), 0),
        ("relu", (2,), 2),
        ("leaky_relu", (-2, 0.25), -0.5),
        ("leaky_relu", (2, 0.25), 2),
        ("max", (1, 2), 2),
        ("min", (1, 2), 1),
        ("share", (1, 2), 0),
        ("share", (2, 1), 1),
        ("share", (2, 2), 0.5),
        ("if_positive", (1, 5, 6), 5),
        ("if_positive", (0, 5, 6), 6),
        ("log_loss", (0, 1), math.log(2)),
        ("norm", (3, 4), 5),
        ("smallest", (3, -4, 2), -4),
        ("squares", (3, -4), 25),
        ("absolutes", (3, -4), 7),
        ("elu", (2, 0.5), 2),
        ("elu", (-1, 0.5), 0.5 * (math.exp(-1) - 1)),
        ("hard_sigmoid", (-4,), 0),
        ("hard_sigmoid", (1.5,), 0.75),
        ("hard_sigmoid", (4,), 1),
        ("huber", (-0.5, 1), 0.125),
        ("huber", (-3, 1), 2.5),
        ("mod", (7, 3), 1),
        ("mod", (-1, 3), 2),
        ("floor", (1.5,), 1),
        ("floor", (-1.5,), -2),
    ],
)
def test_what_an_operation_is_worth(op, args, expected):
    """Every operation has the value that its name says."""
    assert pytest.approx(expected, rel=1e-15) == value(function(op)(*args), {})


def test_interpreter_rules_and_printer_know_the_same_operations():
    """An operation that can be computed can be differentiated and printed, or is one of the known few."""
    assert set(OPERATIONS) == {*RULES, "largest", "smallest", "norm"} - {"pick"}  # which reads a table
    many = {"add", "largest", "smallest", "norm", "squares", "absolutes"}
    assert set(OPERATIONS) == {*SPREADSHEET, *many, "copy"} - {"fractional power", "any power"}


@pytest.mark.parametrize("x", [-1e4, -745.0, 0.0, 710.0, 1e4])
def test_no_overflow_on_the_way_to_a_finite_result(x):
    """Sigmoid and softplus are finite for every double, without a warning."""
    interpret = Interpreter({"x": np.asarray(x)})
    assert 0 <= interpret(sigmoid(X)) <= 1
    assert max(x, 0) <= interpret(softplus(X)) <= max(x, 0) + math.log(2)


def test_rows_are_side_by_side_and_the_row_above_is_one_to_the_left():
    """An array holds a name's value in every row; prev shifts it by one."""
    interpret = Interpreter({"x": np.array([1.0, 2.0, 3.0])})
    doubled, above = [2.0, 4.0, 6.0], [1.0, 2.0]
    assert doubled == interpret(X * 2).tolist()
    assert above == interpret(prev("x"))[1:].tolist()


@settings(deadline=None, max_examples=300)
@given(expressions, points)
def test_a_size_is_at_least_the_value(root, values):
    """No value is larger than the terms that it is made from."""
    worth, large = abs(value(root, values)), size(root, values)
    assert large >= worth or not math.isfinite(worth)


@pytest.mark.parametrize(
    ("root", "least"),
    [
        (X - X, 2e8),
        (total([X, 1, -X]), 2e8),
        ((X + 1) - X, 2e8),
        (log(exp(const(20)) * exp(const(-20))), 1),
        ((X - (X - 1)) * 3, 6e8),
    ],
)
def test_terms_that_cancel_are_seen(root, least):
    """Where large terms cancel, the size is that of the terms and not of the difference."""
    values = {"x": 1e8}
    assert size(root, values) >= least
    assert abs(value(root, values)) < 10


def test_a_size_that_is_known_is_passed_on():
    """A name made from large terms makes what uses it as large."""
    interpret = Interpreter({"x": np.asarray(1.0), "y": np.asarray(2.0)})
    known = {"x": np.asarray(1000.0)}
    assert float(interpret.sizes(X * Y, known)) >= 2000
    assert float(interpret.sizes(X * Y, {})) < 10


def test_the_largest_of_many_is_as_large_as_its_largest_term():
    """The size of a maximum is that of the largest of its arguments."""
    interpret = Interpreter({"x": np.asarray(1.0), "y": np.asarray(-7.0)})
    expected = 7.0
    assert expected == float(interpret.sizes(Expr("largest", (X, Y)), {}))


def test_a_slope_that_no_cell_computes_adds_nothing():
    """ln(x) in the derivative of x³ is no number for negative x, and does not spoil the size."""
    assert math.isfinite(size(X**3, {"x": -2.0}))


@pytest.mark.parametrize("kind", [random_network, random_expression])
@pytest.mark.parametrize("seed", range(10))
def test_sizes_of_all_columns(kind, seed):
    """Every column of a trained template has a finite size in each row, at least its value."""
    template = parse_template(kind(Random(seed), iterations=5), "random", "random")
    program, history = compile_template(template), train(template)
    rows = len(history[program.names[0]])
    values = {name: np.broadcast_to(np.asarray(array, dtype=float), rows) for name, array in history.items()}
    values |= {name: np.full(rows, number) for name, number in template.inputs().items() if name in program.panel}
    sizes = sizes_of_columns(program, values)
    assert set(program.names) == set(sizes)
    for name in program.names:
        finite = np.isfinite(values[name])
        assert np.all(sizes[name][finite] >= np.abs(values[name][finite]))
