"""The symbols' third dialect: what is printed, and that it is worth what the interpreter says."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.livepage.node import several_values
from xlbp.livepage.dialect import JAVASCRIPT, MANY, writer
from xlbp.symbols.expr import Expr, exp, if_positive, norm, ref, share, square, total
from xlbp.symbols.interpret import OF_NUMBERS, Interpreter

pytestmark = pytest.mark.office  # which brings Node

A, B, C = map(ref, "abc")


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (A * (B + 1), "a*(b+1)"),
        (A - (B - C), "a-(b-c)"),
        (A - -B, "a-(-b)"),
        (A + -B, "a-b"),
        (A / B / 2, "div(div(a,b),2)"),
        (A**3, "a*a*a"),
        (A**0.5, "pow(a,0.5)"),
        (square(A + B), "square(a+b)"),
        (exp(-A), "exp((-a))"),
        (A * -0.25, "a*(-0.25)"),
        (if_positive(A, B, C), "if_positive(a,b,c)"),
        (share(A, B), "((1+Math.sign(a-b))/2)"),
        (norm(A, B), "sqrt(square(a)+square(b))"),
        (Expr("largest", (A, B, C)), "Math.max(a,b,c)"),
        (total([A, B, C]), "a+b+c"),
        (Expr("pick", (A, Expr("const", payload=4.0)), "b"), "pick(P,b,4,a)"),
    ],
)
def test_printed(expr: Expr, text: str) -> None:
    """Brackets stand where precedence needs them, and no sign meets another."""
    assert writer(lambda name: name)(expr) == text


COUNTS = {**dict.fromkeys(("if_positive",), 3), **dict.fromkeys(("pow", "log_loss", "leaky_relu", "elu"), 2)}
COUNTS |= dict.fromkeys(("huber", "mod", "max", "min", "share", "sub", "mul", "div", *MANY), 2)


OPERATIONS = sorted({*OF_NUMBERS, *MANY})
DRAW = np.random.default_rng(7)
ARGUMENTS = [np.concatenate([DRAW.uniform(-3, 3, 40), [0.0, 0.5, -0.5, 30.0, -30.0]]) for _ in "abc"]


def _expression(op: str) -> Expr:
    return Expr(op, (A, B, C)[: COUNTS.get(op, 2 if op == "add" else 1)])


@pytest.fixture(scope="module")
def on_node() -> dict[str, NDArray[np.float64]]:
    """What the page's own script makes of each operation; one Node for all."""
    texts = [f"F({writer(lambda name: name)(_expression(op))})" for op in OPERATIONS]
    return dict(zip(OPERATIONS, several_values(texts, *ARGUMENTS), strict=True))


@pytest.mark.parametrize("op", OPERATIONS)
def test_every_operation_is_worth_what_the_interpreter_says(op: str, on_node: dict[str, NDArray[np.float64]]) -> None:
    """On numbers of all sizes and signs, within four roundings; an error where a cell has one."""
    expr, found = _expression(op), on_node[op]
    with np.errstate(all="ignore"):
        expected = np.array([_interpreted(expr, each) for each in zip(*ARGUMENTS, strict=True)])
    expected[~np.isfinite(expected)] = np.nan
    if op == "pow":  # 1/0 is an error in a sheet, whatever NumPy says
        expected[ARGUMENTS[0] == 0] = found[ARGUMENTS[0] == 0]
    np.testing.assert_allclose(found, expected, rtol=1e-15 * 4, atol=1e-15)
    assert op in JAVASCRIPT or op in MANY or op == "add"


def _interpreted(expr: Expr, numbers: tuple[float, ...]) -> float:
    named = dict(zip("abc", map(np.asarray, numbers), strict=False))
    return float(Interpreter(named, OF_NUMBERS)(expr))
