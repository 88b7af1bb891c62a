"""What every row has, whatever it trains: its number, its parameters, their gradients and update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlbp.model.optimizers import add_updates
from xlbp.model.schedules import learning_rate
from xlbp.symbols.expr import const, prev
from xlbp.symbols.program import Builder, Column, Program, check
from xlbp.template import names
from xlbp.template.template import Training


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
    training: Training,
    gradients: Mapping[str, str],
    layers: Mapping[str, int],
    panel: Sequence[str],
    maximize: bool = False,
) -> Program:
    """The updated parameters, and the whole row checked; ``gradients`` names each parameter's gradient, in order."""
    rate = learning_rate(builder, training)
    add_updates(builder, training, rate, gradients, layers, maximize)
    return check(Program(tuple(builder.columns.values()), (*panel, names.LEARNING_RATE, *training.settings)))
