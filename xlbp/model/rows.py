"""What every row has, whatever it trains: its number, its parameters, their gradients and update."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from xlbp.graph.expr import Expr, const, prev, ref
from xlbp.graph.program import Builder, Column, Program, check
from xlbp.spec import names

Update = Callable[[Expr, Expr, Expr], Expr]


def begin(builder: Builder, parameters: Mapping[str, float], order: Sequence[str], layers: Mapping[str, int]) -> None:
    """The iteration number, and the parameters as the row above left them."""
    count = prev(names.ITERATION) + 1
    builder.add(Column(names.ITERATION, count, "iteration", start=const(0)))
    for name in order:
        after = prev(names.updated(name))
        start = const(parameters[name])
        builder.add(Column(name, after, "parameters", layers.get(name, 0), start=start))


def finish(
    builder: Builder,
    order: Sequence[str],
    gradients: Mapping[str, str],
    layers: Mapping[str, int],
    update: Update,
    panel: Sequence[str],
) -> Program:
    """The updated parameters, and the whole row checked; ``gradients`` names each one's gradient."""
    eta = ref(names.LEARNING_RATE)
    for name in order:
        moved = update(ref(name), ref(gradients[name]), eta)
        builder.define(names.updated(name), moved, "update", layers.get(name, 0))
    return check(Program(tuple(builder.columns.values()), (*panel, names.LEARNING_RATE)))
