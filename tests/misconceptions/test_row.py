"""A row that is derived again, and computed as plain functions, is the row that was compiled."""

from __future__ import annotations

import numpy as np
import pytest

from xlbp.misconceptions.filling import CircleError, Filling, fill_down
from xlbp.misconceptions.functions import INFIX, OPERATIONS, PREFIX, Functions
from xlbp.misconceptions.misconception import Misconception, to
from xlbp.misconceptions.row import Row
from xlbp.mistakes import Mistake
from xlbp.model.compile import compile_template
from xlbp.reference.train import prepared, train
from xlbp.symbols.expr import Expr, const, ref
from xlbp.symbols.interpret import OF_NUMBERS
from xlbp.template.load import load_template

ROWS = 3
TEMPLATES = (
    *("mazur", "xor", "lstm", "gru", "cnn", "batch-norm", "self-attention-causal", "bigram", "micrograd"),
    *("attention-formula", "ravine-momentum", "overfitting"),
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_way_back_follows_from_the_cells(name: str) -> None:
    """Every derivative taken again from slopes that are what they were: the reference's numbers."""
    template = load_template(name)
    row = Row(template.model, compile_template(template))
    edges = [(user, used) for user, slopes in row.slopes.items() for used in slopes]
    derived = row.altered([Misconception(Mistake.SIGN, slopes=dict.fromkeys(edges, lambda slope: slope))])
    truth = train(template, iterations=ROWS - 1)
    known = [column for column in row.columns if column in truth]
    for each in (row, derived):
        numbers = fill_down([Filling(each, known, Functions())], prepared(template, template.inputs()), ROWS, {}, {})
        for column in known:
            np.testing.assert_allclose(numbers[column], truth[column], rtol=1e-9, atol=1e-12, err_msg=column)


def test_a_circle_is_refused() -> None:
    """A cell that needs itself can be computed by nobody."""
    template = load_template("mazur")
    row = Row(template.model, compile_template(template))
    around = row.altered([Misconception(Mistake.SIGN, columns={"z1[1]": to(ref("a2[1]"))})])
    with pytest.raises(CircleError, match="depends on itself"):
        Filling(around, ["E"], Functions())


POINTS = (-2.5, -1.0, -0.3, 0.0, 0.4, 1.0, 3.5)
ARGUMENTS = {"log": (0.4, 1.0, 3.5), "sqrt": (0.4, 1.0, 3.5), "pow": (0.4, 1.0, 3.5), "mod": (1.0, 3.5)}
COUNTS = {"if_positive": 3, "norm": 3, "squares": 3, "absolutes": 3, "largest": 3, "smallest": 3}
OF_TWO = ("leaky_relu", "elu", "huber", "max", "min", "mod", "share", "log_loss", "pow", *sorted({*INFIX}))


@pytest.mark.parametrize("op", sorted({*OPERATIONS, *INFIX, *PREFIX}))
def test_an_operation_is_the_interpreters(op: str) -> None:
    """At any of some points."""
    count = 2 if op in OF_TWO else COUNTS.get(op, 1)
    for point in ARGUMENTS.get(op, POINTS):
        arguments = (point, 0.7, -0.2)[:count]
        (function,) = Functions().of([Expr(op, tuple(map(const, arguments)))])
        expected = OF_NUMBERS[op](*map(np.float64, arguments))
        assert function({}, {}) == pytest.approx(float(expected), rel=1e-15, abs=1e-300)


def test_every_operation_has_its_function() -> None:
    """One that the interpreter has, and no other."""
    assert {*OPERATIONS, *INFIX, *PREFIX} == set(OF_NUMBERS)


@pytest.mark.parametrize("no_value", [Expr("log", (const(0),)), Expr("pow", (const(-2), const(1.5)))], ids=str)
def test_what_has_no_value_is_no_number(no_value: Expr) -> None:
    """The logarithm of 0 is NaN, as is a root of −2, and so is what follows from it."""
    template = load_template("mazur")
    row = Row(template.model, compile_template(template))
    log = row.altered([Misconception(Mistake.SIGN, columns={"a1[1]": to(no_value)})])
    filling = Filling(log, ["a1[1]", "a1[2]", "E"], Functions())
    numbers = fill_down([filling], prepared(template, template.inputs()), 1, {}, {})
    assert np.isnan(numbers["a1[1]"][0])
    assert np.isnan(numbers["E"][0])
    assert np.isfinite(numbers["a1[2]"][0])
