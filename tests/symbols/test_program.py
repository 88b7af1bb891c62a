"""Rows of columns: what makes one, what does not, and adjoints over one."""

from __future__ import annotations

import math

import pytest

from tests.symbols.random_expr import value
from xlbp.symbols.expr import const, cos, exp, names_in, prev, ref, sin, topological, total
from xlbp.symbols.program import Adjoints, Builder, Column, Program, ProgramError, check

X, Y = ref("x"), ref("y")


def program(*columns, panel=("x",)):
    """A program of columns ``(name, expr)`` or ``(name, expr, start)``."""
    made = [Column(name, expr, "forward", start=start[0] if start else None) for name, expr, *start in columns]
    return Program(tuple(made), panel)


def diamond():
    """The columns u = sin(x), v = cos(x) and f = u·v: x reaches f by two paths."""
    builder = Builder()
    builder.define("u", sin(X), "forward")
    builder.define("v", cos(X), "forward")
    builder.define("f", ref("u") * ref("v"), "forward")
    return builder


@pytest.mark.parametrize(
    "row",
    [
        program(),
        program(("a", X + 1), ("b", ref("a") * X)),
        program(("a", prev("b"), const(1)), ("b", ref("a") + X)),
        program(("a", prev("a") + 1, const(0))),
        program(("a", const(1)), panel=()),
    ],
)
def test_a_row_passes(row):
    """Names bound once, before they are used, or in the row above, make a row."""
    assert row is check(row)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (program(("a", X), ("a", X + 1)), "'a' is bound twice"),
        (program(("x", const(1))), "'x' is bound twice"),
        (program(("a", X), ("b", ref("q"))), "'b' refers to 'q', which is bound nowhere"),
        (program(("a", ref("b")), ("b", X)), "'a' refers to 'b', which stands in a later column.*cycle"),
        (program(("a", ref("a") + 1)), "'a' refers to 'a', which stands in a later column.*cycle"),
        (program(("a", X, ref("q"))), "'a' refers to 'q', which is bound nowhere"),
        (program(("a", prev("q"), const(0))), "'q' of the row above, which no column holds"),
        (program(("a", prev("x"), const(0))), "'x' of the row above, which no column holds"),
    ],
)
def test_what_is_no_row_is_refused(row, message):
    """A column that is bound twice, unbound or in a cycle is named."""
    with pytest.raises(ProgramError, match=message):
        check(row)


def test_the_first_row_may_differ():
    """A column with a start has that in iteration 0, and its expression from then on."""
    column = Column("a", prev("a") + 1, "iteration", start=const(0))
    assert column.at(0) is const(0)
    assert column.at(1) is prev("a") + 1
    assert Column("b", X, "forward").at(0) is X


def test_names_stand_in_the_order_of_the_columns():
    """A program's names are its columns' names, in order."""
    assert program(("b", X), ("a", X + 1)).names == ("b", "a")


def test_a_builder_refuses_a_name_twice():
    """No column can be added under a name that is taken."""
    builder = Builder()
    builder.define("a", X, "forward")
    with pytest.raises(ProgramError, match="'a' is bound twice"):
        builder.define("a", Y, "forward")


def test_what_has_a_cell_is_not_computed_again():
    """A subexpression that has a cell becomes a reference to it."""
    builder = Builder()
    builder.define("s", X + Y, "forward")
    builder.define("p", exp(X + Y), "forward")
    assert builder.reuse(X + Y) is ref("s")
    assert builder.reuse((X + Y) * 2) is ref("s") * 2
    assert builder.reuse(exp(X + Y)) is ref("p")
    assert builder.reuse(exp(ref("s"))) is ref("p")
    assert builder.reuse(X * Y) is X * Y


def test_leaves_and_parameters_are_not_shared():
    """A cell that only copies, and one that starts otherwise, stand for nothing else."""
    builder = Builder()
    builder.define("a", X, "forward")
    builder.add(Column("n", prev("n") + 1, "iteration", start=const(0)))
    assert builder.reuse(X) is X
    assert builder.reuse(prev("n") + 1) is prev("n") + 1


def test_what_is_defined_is_simplified():
    """Columns hold the simple form."""
    builder = Builder()
    cell = builder.define("a", X * 1 + 0, "forward", 2)
    assert cell is ref("a")
    assert builder.columns["a"] == Column("a", X, "forward", 2)


def test_adjoints_of_a_diamond():
    """df/dx is the sum over both paths, in the order of the columns, made of cells."""
    builder = diamond()
    adjoints = Adjoints(builder, seeds=["f"])
    assert adjoints.expression("v") is ref("u")
    assert adjoints.expression("u") is ref("v")
    for name in ("v", "u"):
        adjoints.bind(name, builder.define(f"d{name}", adjoints.expression(name), "backward"))
    flows = adjoints.flows("x")
    assert [("u", ref("du"), ref("v")), ("v", ref("dv"), -ref("u"))] == flows
    root = adjoints.expression("x")
    cells = {"u": math.sin(0.3), "v": math.cos(0.3), "du": math.cos(0.3), "dv": math.sin(0.3)}
    assert set(names_in(root)) <= set(cells)
    assert pytest.approx(math.cos(0.6)) == value(root, cells)


def test_what_reaches_no_seed_has_no_adjoint():
    """A column that the objective does not use adds nothing."""
    builder = diamond()
    builder.define("aside", exp(ref("u")), "forward")
    adjoints = Adjoints(builder, seeds=["f"])
    assert [user for user, _, _ in adjoints.flows("u")] == ["f"]
    assert adjoints.expression("nobody") is const(0)


def test_a_derivative_known_in_closed_form_is_taken():
    """A column's jacobian takes the place of the rules."""
    builder = Builder()
    builder.define("lse", exp(X), "forward", jacobian=(("x", ref("lse") * 1), ("far", const(3))))
    assert builder.partials("lse") == {"x": ref("lse"), "far": const(3)}
    adjoints = Adjoints(builder, seeds=["lse"])
    assert adjoints.expression("far") is const(3)


def test_a_column_that_uses_a_name_twice_counts_once():
    """The shares of one column are added within its own partial derivative."""
    builder = Builder()
    builder.define("f", X * X + X, "forward")
    adjoints = Adjoints(builder, seeds=["f"])
    assert [user for user, _, _ in adjoints.flows("x")] == ["f"]
    expected = 7.0
    assert expected == value(adjoints.expression("x"), {"x": 3.0, "f": 12.0})


def test_many_users_make_one_flat_sum():
    """The shares of many users are one sum, in the order of their columns."""
    builder = Builder()
    weights = [ref(f"w{i}") for i in range(5)]
    for i, weight in enumerate(weights):
        builder.define(f"p{i}", weight * X, "forward")
    builder.define("f", total(ref(f"p{i}") for i in range(5)), "forward")
    adjoints = Adjoints(builder, seeds=["f"])
    for i in range(5):
        adjoints.bind(f"p{i}", adjoints.expression(f"p{i}"))
    root = adjoints.expression("x")
    assert root is total(weights)
    expected = 6
    assert expected == len(list(topological(root)))


def test_a_column_keeps_apart_from_those_it_is_told():
    """Where another cell holds the same, a column refers to it; one that must not is written out."""
    builder = Builder()
    builder.define("first", X * X, "forward")
    builder.define("like it", X * X, "forward")
    builder.define_apart("apart", X * X + 1, "forward", 1, (), ["first"])
    builder.define_apart("its own", X * X, "forward", 1, (), [])
    assert builder.columns["like it"].expr is ref("first")
    assert builder.columns["apart"].expr is X * X + 1
    assert builder.columns["its own"].expr is X * X
