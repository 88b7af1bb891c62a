"""Formulas cut into steps: worth what Python says they are worth, each operation once."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.random_templates import random_formula
from xlbp.template.expressions import FUNCTIONS, OPERATIONS, Steps
from xlbp.template.graph import Step

VALUES = {"a": 1.5, "b": -0.75, "c": 2.0, "d": 0.5}
PYTHON = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x)),
    "relu": lambda x: max(x, 0.0),
    "softplus": lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
    "sin": math.sin,
    "cos": math.cos,
    "abs": abs,
    "max": max,
    "min": min,
}
OPERATION = PYTHON | {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "neg": lambda x: -x,
    "copy": lambda x: x,
}


class RefusedError(Exception):
    """What the caller of Steps does with a complaint."""


def refuse(message, offset):
    """Keep the message and the offset."""
    raise RefusedError(message, offset)


def steps_of(*texts):
    """The steps of some formulas over a, b, c, d."""
    steps = Steps(set(VALUES))
    for text in texts:
        steps.add(text, refuse)
    return steps.found


def named(*texts):
    """The steps as text: ``name = operation(arguments)``."""
    return [f"{s.name} = {s.operation}({', '.join(map(str, s.arguments))})" for s in steps_of(*texts)]


def worth(steps, values=VALUES):
    """The value of the last step."""
    known = dict(values)
    for step in steps:
        known[step.name] = OPERATION[step.operation](*(known.get(x, x) for x in step.arguments))
    return known[steps[-1].name]


def test_every_operation_is_tried_here():
    """The tables of this test know each operation that a step may have."""
    assert set(OPERATION) == set(OPERATIONS)
    assert set(PYTHON) == set(FUNCTIONS)


@pytest.mark.parametrize(
    "formula",
    [
        "a + b * c",
        "(a + b) * c",
        "a - b - c",
        "a - (b - c)",
        "a / c / d",
        "a / (c / d)",
        "a * b / c",
        "-a ** 2",
        "(-a) ** 2",
        "a ** -c",
        "a ** c ** d",
        "(a ** c) ** d",
        "2 ** -1 * a",
        "-a * b",
        "a * -b",
        "--a",
        "-(-a)",
        "+a - +b",
        "-2 * a",
        "a - -2",
        "-3",
        "--3",
        "1_000 * a + 0x10",
        "max(a, b, c)",
        "min(c, b, a, d)",
        "max(a + b, -c) * min(a, 0)",
        "exp(-a) + log(c) - sqrt(a * c)",
        "tanh(a) * sigmoid(b) + relu(b) - softplus(c)",
        "sin(a) ** 2 + cos(a) ** 2",
        "abs(b) / (a + abs(b))",
        "a",
        "1.5",
    ],
)
def test_a_formula_is_worth_what_python_says(formula):
    """Precedence and associativity are Python's own."""
    assert eval(formula, dict(PYTHON), dict(VALUES)) == worth(steps_of(f"f = {formula}"))


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 2**32), st.lists(st.floats(-2, 2), min_size=4, max_size=4))
def test_any_formula_is_worth_what_python_says(seed, numbers):
    """For random formulas at random points the steps give Python's value, bit for bit."""
    values = dict(zip("abcd", numbers, strict=True))
    formula = random_formula(Random(seed), list(values), 3)
    steps = steps_of(f"f = {formula}")
    assert eval(formula, dict(PYTHON), values) == worth(steps, values)
    assert len({step.name for step in steps}) == len(steps)


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 2**32))
def test_no_two_steps_of_a_formula_do_the_same(seed):
    """Whatever occurs twice in a formula is computed once."""
    steps = steps_of(f"f = {random_formula(Random(seed), list(VALUES), 4)}")
    assert len({(step.operation, step.arguments) for step in steps}) == len(steps)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["f = a + b"], ["f = add(a, b)"]),
        (["f = sigmoid((a + b) * c)"], ["f_1 = add(a, b)", "f_2 = mul(f_1, c)", "f = sigmoid(f_2)"]),
        (["f = max(a, b, c)"], ["f_1 = max(a, b)", "f = max(f_1, c)"]),
        (["f = (a + b) * (a + b)"], ["f_1 = add(a, b)", "f = mul(f_1, f_1)"]),
        (["g = a + b", "f = exp(a + b)"], ["g = add(a, b)", "f = exp(g)"]),
        (["g = exp(a + b)", "f = a + b"], ["g_1 = add(a, b)", "g = exp(g_1)", "f = copy(g_1)"]),
        (["g = a + b", "f = a + b"], ["g = add(a, b)", "f = copy(g)"]),
        (["f = a"], ["f = copy(a)"]),
        (["f = 2"], ["f = copy(2.0)"]),
        (["f = -2 * a"], ["f = mul(-2.0, a)"]),
        (["f = -a"], ["f = neg(a)"]),
        (["f_1 = a * b", "f = exp(a + b)"], ["f_1 = mul(a, b)", "f_2 = add(a, b)", "f = exp(f_2)"]),
        (["f = 0.12345678901234567 * a"], ["f = mul(0.123456789012346, a)"]),
    ],
)
def test_steps_and_their_names(texts, expected):
    """Inner operations are numbered after their formula, and what has a cell already is used again."""
    assert expected == named(*texts)


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("f = a ^ b", "write ** for powers, not ^", 4),
        ("f = a + b ^ c", "write ** for powers, not ^", 4),
        ("f = exp(c ^ 2)", "write ** for powers, not ^", 8),
        ("f = a + q", "unknown name 'q'", 8),
        ("f = f + 1", "unknown name 'f'", 4),
        ("f = a + sine(b)", "unknown function 'sine' (did you mean 'sin'?)", 8),
        ("f = a.b(c)", "unknown function 'a.b'", 4),
        ("f = a + exp(a, b)", "exp() takes one argument, not 2", 8),
        ("f = exp()", "exp() takes one argument, not 0", 4),
        ("f = max(a)", "max() takes two arguments or more, not 1", 4),
        ("f = exp(x=a)", "exp() takes", 4),
        ("f = exp(*a)", "can't use '*a' in a formula", 8),
        ("f = a b", "can't read the step 'f = a b'", 6),
        ("f = (a", "can't read the step 'f = (a'", 4),
        ("f", "a step reads 'name = formula'", 0),
        ("", "a step reads 'name = formula'", 0),
        ("f == a", "a step reads 'name = formula'", 0),
        ("f = g = a", "a step reads 'name = formula'", 0),
        ("f += a", "a step reads 'name = formula'", 0),
        ("f: float = a", "a step reads 'name = formula'", 0),
        ("f = a; g = b", "a step reads 'name = formula'", 0),
        ("f, g = a", "the left side of a step must be a single name", 0),
        ("f[0] = a", "the left side of a step must be a single name", 0),
        ("a = b", "the name 'a' is defined already", 0),
        ("exp = a", "the name 'exp' means something else already", 0),
        ("eta = a", "the name 'eta' means something else already", 0),
        ("iteration = a", "the name 'iteration' means something else already", 0),
        ("f = a + 1e400", "too large for a cell", 8),
        ("f = a + 1" + "0" * 400, "too large for a cell", 8),
        ("f = True", "can't use 'True' in a formula", 4),
        ("f = a * True", "can't use 'True' in a formula", 8),
        ("f = a * -True", "in a formula", 8),
        ("f = 'x'", "can't use \"'x'\" in a formula", 4),
        ("f = -'x'", "in a formula", 4),
        ("f = -None", "in a formula", 4),
        ("f = 2j * a", "can't use '2j' in a formula", 4),
        ("f = a if b else c", "can't use 'a if b else c' in a formula", 4),
        ("f = a < b", "can't use 'a < b' in a formula", 4),
        ("f = a and b", "can't use 'a and b' in a formula", 4),
        ("f = a[0]", "can't use 'a[0]' in a formula", 4),
        ("f = a[ 0 ] * b", "can't use 'a[ 0 ]' in a formula", 4),
        ("f = ~a", "can't use '~a' in a formula", 4),
        ("f = (lambda: a)", "can't use 'lambda: a' in a formula", 5),
        ("f = a % b", "can't use 'a % b' in a formula", 4),
        ("f = a // b", "can't use 'a // b' in a formula", 4),
        ("f = a + b @ c", "can't use 'b @ c' in a formula", 8),
        ("f = exp(a | b)", "can't use 'a | b' in a formula", 8),
        ("f = a << b", "can't use 'a << b' in a formula", 4),
        ("  f = q", "unknown name 'q'", 6),
    ],
)
def test_what_is_no_formula_is_refused_where_it_stands(text, message, offset):
    """A complaint names what was met, and the offset at which it stands in the text."""
    with pytest.raises(RefusedError) as caught:
        steps_of(text)
    assert message in caught.value.args[0]
    assert offset == caught.value.args[1]


def test_offsets_count_characters():
    """A Greek letter is one character, not two bytes."""
    steps = Steps({"α"})
    with pytest.raises(RefusedError) as caught:
        steps.add("f = α + q", refuse)
    expected = 8
    assert expected == caught.value.args[1]


@pytest.mark.parametrize("text", ["f = " + " + ".join(["a"] * 600), "f = " + "-" * 600 + "a"], ids=["sum", "minus"])
def test_a_very_long_formula_is_read_or_refused(text):
    """A formula too deep for the parser is a complaint like any other, never a crash."""
    steps = Steps({"a"})
    try:
        outcome = steps.add(text, refuse)
    except RefusedError:
        outcome = "refused"
    assert outcome in ("f", "refused")


def test_sources_are_the_names_among_the_arguments():
    """A step knows each name it uses once, in order."""
    assert Step("f", "mul", ("b", "b")).sources == ("b",)
    assert Step("f", "add", ("b", 1.0)).sources == ("b",)
    assert Step("f", "sub", ("b", "a")).sources == ("b", "a")
