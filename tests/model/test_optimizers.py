"""The optimizers' formulas, row by row, against examples worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.optimizer_examples import EXAMPLES, GRADIENTS, RATE, START, Example
from xlbp.model.optimizers import OPTIMIZERS, add_updates
from xlbp.reference.optimizers import RULES
from xlbp.symbols.expr import Expr, ref
from xlbp.symbols.interpret import Interpreter
from xlbp.symbols.program import Builder, Column
from xlbp.template.optimizers import OPTIMIZERS as CHOICES

GRADIENT = "dp"


def columns(example: Example) -> dict[str, Column]:
    """What the optimizer adds to a row of one parameter p with the gradient dp."""
    builder = Builder()
    add_updates(builder, example.training, ref("eta"), {"p": GRADIENT}, {"p": 1}, example.maximize)
    return builder.columns


def rows(example: Example) -> list[dict[str, float]]:
    """Every column's value, row by row; each expression sees its own row and the one above."""
    panel = {"eta": RATE, **example.training.settings}
    added, found, p = columns(example), [], START
    for t, gradient in enumerate(GRADIENTS[: len(example.moved)]):
        row = {**panel, "iteration": float(t), "p": p, GRADIENT: gradient}
        for name, column in added.items():
            row[name] = value(column.at(t), found[-1] if found else {}, row)
        found.append(row)
        p = row["p+"]
    return found


def value(expr: Expr, above: dict[str, float], row: dict[str, float]) -> float:
    """What an expression is worth in a row."""
    return float(
        np.ravel(Interpreter({k: np.array([above.get(k, np.nan), v]) for k, v in {**above, **row}.items()})(expr))[-1]
    )


def test_both_derivations_know_the_same_optimizers() -> None:
    """The formulas, the reference and the template's choices have the same keys, and each an example by hand."""
    assert set(OPTIMIZERS) == set(RULES) == set(CHOICES) == {example.optimizer for example in EXAMPLES.values()}


@pytest.mark.parametrize("case", EXAMPLES)
def test_three_steps_by_hand(case: str) -> None:
    """The parameter moves as worked out by hand."""
    example = EXAMPLES[case]
    assert [row["p+"] for row in rows(example)] == pytest.approx(example.moved, rel=1e-13)


@pytest.mark.parametrize("case", EXAMPLES)
def test_what_is_kept(case: str) -> None:
    """Each quantity kept for the parameter, and for all parameters, has the value worked out by hand."""
    example = EXAMPLES[case]
    found = rows(example)
    for letter, values in example.kept.items():
        assert [row[f"{letter}:p"] for row in found] == pytest.approx(values, rel=1e-13), letter
    for letter, values in example.shared.items():
        assert [row[f":{letter}"] for row in found] == pytest.approx(values, rel=1e-13), letter


@pytest.mark.parametrize("case", EXAMPLES)
def test_an_example_names_all_that_is_kept(case: str) -> None:
    """An optimizer has no column that its example does not know; weight decay and clipping show the gradient."""
    example = EXAMPLES[case]
    known = {f"{letter}:p" for letter in example.kept} | {f":{letter}" for letter in example.shared} | {"p+", "g:p"}
    if example.kept:
        assert set(columns(example)) <= known


def test_what_all_share_is_kept_once() -> None:
    """Adam's powers of beta stand once in a row, whatever the number of parameters, before what uses them."""
    builder = Builder()
    add_updates(builder, EXAMPLES["adam"].training, ref("eta"), {"p": "dp", "q": "dq"}, {"p": 1, "q": 2}, False)
    assert list(builder.columns) == [
        *(":power1", ":power2", "m:p", "m:q", "v:p", "v:q", "mh:p", "mh:q", "vh:p", "vh:q", "p+", "q+"),
    ]


@pytest.mark.parametrize("maximize", [False, True])
def test_plain_descent_needs_no_column(maximize: bool) -> None:
    """Without options SGD is one formula, p - eta g, or p + eta g where the objective is to grow."""
    builder = Builder()
    add_updates(builder, EXAMPLES["sgd"].training, ref("eta"), {"p": "dp"}, {"p": 1}, maximize)
    step = ref("eta") * ref("dp")
    assert {"p+": ref("p") + step if maximize else ref("p") - step} == {k: c.expr for k, c in builder.columns.items()}


def test_clipping_by_length_takes_all_parameters_together() -> None:
    """Gradients of 3 and 4 have the length 5, and are shortened alike."""
    example = EXAMPLES["clipped by length"]
    builder = Builder()
    add_updates(builder, example.training, ref("eta"), {"p": "dp", "q": "dq"}, {}, False)
    row = {"eta": RATE, "$clip_norm": 1.0, "p": 0.0, "q": 0.0, "dp": 3.0, "dq": -4.0}
    for name, column in builder.columns.items():
        row[name] = value(column.expr, {}, row)
    assert (row[":length"], row["p+"], row["q+"]) == pytest.approx((5, -0.06, 0.08), rel=1e-6)


@pytest.mark.parametrize("case", EXAMPLES)
def test_running_quantities_start_from_what_stands_above_the_first_row(case: str) -> None:
    """The first row's formula is the later one with ``above`` for the row above."""
    for column in columns(EXAMPLES[case]).values():
        if column.above is not None and column.start is not None:
            panel = {"eta": RATE, "iteration": 0.0, "p": 1.0, GRADIENT: 2.0, **EXAMPLES[case].training.settings}
            values = dict.fromkeys(columns(EXAMPLES[case]), 0.5) | panel
            above = {column.name: value(column.above, {}, values)}
            assert value(column.start, {}, values) == pytest.approx(value(column.expr, above, values), rel=1e-14)
