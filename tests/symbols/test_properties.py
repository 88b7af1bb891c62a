"""What holds for any expression and any row: slopes, order, sharing, and what simplifying may change."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.symbols import complex_step
from tests.symbols.complex_step import TooNearError
from tests.symbols.random_expr import NAMES, expressions, points, size, value
from xlbp.symbols.derivatives import RULES, partials
from xlbp.symbols.expr import Expr, const, names_in, pick, ref, topological, total
from xlbp.symbols.program import Adjoints, Builder, Program, check
from xlbp.symbols.simplify import simplify

MANY = {"add": (2, 4), "squares": (1, 4), "absolutes": (1, 4)}  # operations of any number of arguments
ARGUMENTS = {  # the others that take more than one
    **dict.fromkeys(("sub", "mul", "div", "pow", "leaky_relu", "elu", "huber", "max", "min", "log_loss", "share"), 2),
    "if_positive": 3,
}
TABLE = {f"column#{row}": 10.0 * row + 9 for row in range(1, 10)}  # as the complex step's pick has it
WHOLE = st.integers(1, 9)
of_whole = st.builds(lambda x, y: Expr("mod", (const(x), const(y))), WHOLE, WHOLE) | st.builds(
    lambda row: pick("column", row, 9), WHOLE
)


def rooted(op: str, inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Expressions with this operation on top."""
    if op in ("mod", "pick"):
        return st.builds(lambda whole, x: total([whole, x]), of_whole.filter(lambda found: found.op == op), inner)
    low, high = MANY.get(op, (ARGUMENTS.get(op, 1),) * 2)
    if op in ("elu", "huber", "leaky_relu"):  # whose second argument is a size
        size_of = st.sampled_from((ref("k"), const(0.5), const(1.5)))
        return st.builds(lambda x, k: Expr(op, (x, k)), inner, size_of)
    return st.lists(inner, min_size=low, max_size=high).map(lambda args: Expr(op, tuple(args)))


operands = st.recursive(
    st.sampled_from(NAMES).map(ref) | st.floats(-2, 2).map(lambda x: const(round(x, 2))),
    lambda inner: st.sampled_from(sorted(RULES)).flatmap(lambda op: rooted(op, inner)),
    max_leaves=5,
)
places = st.fixed_dictionaries({**dict.fromkeys(NAMES, st.floats(-3, 3)), "k": st.floats(0.1, 2)})
quiet = settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


def wrong_slopes(root: Expr, at: dict[str, float]) -> dict[str, tuple[float, float]]:
    """The names whose slope by the table is not the complex step's, with both."""
    found, wrong, known = partials(root), {}, at | TABLE
    for name in names_in(root):
        expected = complex_step.slope(root, at, name)
        got, terms = value(found[name], known), size(found[name], known)
        if not abs(got - expected) <= 1e-10 * (abs(expected) + min(terms, 1e6)) + 1e-25:
            wrong[name] = (got, expected)
    return wrong


def test_the_complex_step_knows_every_operation_of_the_table() -> None:
    """No operation may be added to the table without its complex form here, which has it drawn below."""
    assert set(complex_step.OPERATIONS) == set(RULES)


@pytest.mark.slow
@pytest.mark.parametrize("op", sorted(RULES))
def test_slopes_are_the_complex_steps(op: str) -> None:
    """Whatever stands below an operation, away from kinks its partial derivatives are exact."""

    @settings(quiet, max_examples=12)
    @given(rooted(op, operands), places)
    def slopes(root: Expr, at: dict[str, float]) -> None:
        assume(names_in(root))
        try:
            assert wrong_slopes(root, at) == {}
        except TooNearError:
            assume(False)
        assert op in {node.op for node in topological(root)}

    slopes()


FAULTS = {  # what a wrong rule might say
    "a sign": ("cos", lambda ans, x: (Expr("sin", (x,)),)),
    "a factor": ("square", lambda ans, x: (x,)),
    "arguments swapped": ("mul", lambda ans, x, y: (x, y)),
    "the wrong side of a kink": ("huber", lambda ans, e, k: (e, 0)),
    "a half": ("max", lambda ans, x, y: (0.5, 0.5)),
    "the value for the slope": ("tanh", lambda ans, x: (ans,)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_rule_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: with a fault in the table it does, at the first point that is looked at."""
    op, rule = FAULTS[fault]
    monkeypatch.setitem(RULES, op, rule)
    args = tuple(map(ref, NAMES[: ARGUMENTS.get(op, 1)]))
    args = (args[0], ref("k")) if op == "huber" else args
    assert wrong_slopes(Expr(op, args), {"x": 1.7, "y": 0.4, "z": 0.3, "k": 0.5})


# a row


@st.composite
def rows(draw: st.DrawFn) -> tuple[Builder, dict[str, Expr]]:
    """A row of columns that use the panel and one another, and what each is without any sharing."""
    builder, plain = Builder(), {name: ref(name) for name in NAMES}
    for number in range(draw(st.integers(2, 5))):
        shape, uses = draw(expressions), draw(st.permutations(sorted(plain)))
        given = dict(zip(NAMES, uses, strict=False))
        name = f"c{number}"
        plain[name] = renamed(shape, {old: plain[new] for old, new in given.items()})
        written_out = draw(st.booleans())  # then the cells have to be found in it
        short = renamed(shape, {old: ref(new) for old, new in given.items()})
        builder.define(name, plain[name] if written_out else short, "forward")
    return builder, plain


def renamed(root: Expr, meant: dict[str, Expr]) -> Expr:
    """The expression with other expressions in the places of names."""
    done: dict[Expr, Expr] = {}
    for node in topological(root):
        args = tuple(done[arg] for arg in node.args)
        done[node] = meant[str(node.payload)] if node.op == "ref" else Expr(node.op, args, node.payload)
    return done[root]


def values_of(builder: Builder, at: dict[str, float]) -> dict[str, float]:
    """The row's values, column by column."""
    known = dict(at)
    for column in builder.columns.values():
        known[column.name] = value(column.expr, known)
    return known


@settings(quiet, max_examples=60)
@given(rows(), points)
def test_a_row_is_worth_what_it_was_before_sharing(row: tuple[Builder, dict[str, Expr]], at: dict[str, float]) -> None:
    """Columns in which known cells were put are worth what the written-out expressions are."""
    builder, plain = row
    known = values_of(builder, at)
    for name in builder.columns:
        large = size(plain[name], at)
        assume(large < 1e6)
        assert known[name] == pytest.approx(value(plain[name], at), rel=1e-9, abs=1e-11 * large)


@settings(quiet, max_examples=60)
@given(rows())
def test_nothing_is_computed_twice_and_all_in_order(row: tuple[Builder, dict[str, Expr]]) -> None:
    """A row is one: each name bound once and before its users; and what has a cell stands in no later formula."""
    builder, _ = row
    assert check(Program(tuple(builder.columns.values()), NAMES))
    cells: set[Expr] = set()
    for column in builder.columns.values():
        assert [node for node in topological(column.expr) if node in cells] == []
        if column.expr.args:
            cells.add(column.expr)


@settings(quiet, max_examples=60)
@given(rows(), points)
def test_adjoints_of_a_row_are_the_complex_steps(row: tuple[Builder, dict[str, Expr]], at: dict[str, float]) -> None:
    """Reverse accumulation over any columns gives the total derivative by every name of the panel."""
    builder, plain = row
    forward = list(builder.columns)
    try:
        expected = {name: complex_step.slope(plain[forward[-1]], at, name) for name in NAMES}
    except TooNearError:
        assume(False)
    adjoints = Adjoints(builder, [forward[-1]])
    for name in reversed(forward[:-1]):
        adjoints.bind(name, builder.define(f"d{name}", adjoints.expression(name), "backward"))
    found = {name: adjoints.expression(name) for name in NAMES}
    known = values_of(builder, at)
    for name in NAMES:
        large = max(map(abs, known.values())) + size(found[name], known)
        assume(large < 1e6)
        assert value(found[name], known) == pytest.approx(expected[name], rel=1e-8, abs=1e-9 * (1 + large))


@settings(deadline=None, max_examples=60)
@given(expressions, st.data())
def test_what_is_known_is_not_walked_again(root: Expr, data: st.DataObject) -> None:
    """The rest of an order is the order of the rest."""
    order = list(topological(root))
    known = data.draw(st.integers(0, len(order) - 1))
    assert list(topological(root, set(order[:known]))) == order[known:]


# simplifying

EDGES = (0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 1e308, -1e308, math.inf, -math.inf, math.nan, 1e-200, 3.0)


@settings(deadline=None, max_examples=200)
@given(expressions, st.fixed_dictionaries(dict.fromkeys(NAMES, st.sampled_from(EDGES))))
def test_simplifying_makes_no_error_and_no_other_number(root: Expr, at: dict[str, float]) -> None:
    """At the edges of the doubles, too: what was a number stays that number.

    An error may go, as that of x in 0x, but none may come.  The sign of a zero is not kept, as no cell shows it.
    """
    before, after = value(root, at), value(simplify(root), at)
    if math.isfinite(before):
        assert math.isfinite(after)
        assert abs(before - after) <= 1e-13 * min(size(root, at), 1e300) + 1e-320
