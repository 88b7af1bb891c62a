"""Data that are to be scaled: taken as they are, or with the deviation by n - 1."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.misconceptions.misconception import Change, Misconception, times
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import rewritten
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr
from xlbp.template.blocks.block import Role
from xlbp.template.scaling import INPUTS


def inputs(problem: Problem) -> Iterator[Misconception]:
    """The inputs of the batch, where these are scaled."""
    way = problem.model.scalings.get(INPUTS) if problem.model.inputs else None
    cells = [c.name for c in problem.of_phase("batch") if problem.relations.role(c.name) is Role.INPUT]
    if way is None:
        return
    raw: dict[str, Change] = {name: _raw(problem) for name in cells}
    yield Misconception(Mistake.NOT_SCALED, columns=raw)
    samples = problem.model.samples
    if way == "standard" and samples > 1:
        smaller: dict[str, Change] = {name: times(((samples - 1) / samples) ** 0.5) for name in cells}
        yield Misconception(Mistake.DEVIATION_N_MINUS_1, columns=smaller)


def _raw(problem: Problem) -> Change:
    """The number before scaling, straight from the table or picked from it."""

    def unscaled(node: Expr) -> Expr | None:
        if not isinstance(node.payload, str) or node.op not in ("ref", "pick"):
            return None
        quantity = problem.model.quantity(node.payload)
        return Expr(node.op, node.args, quantity.lettered(INPUTS.raw)) if quantity.letter == INPUTS.letter else None

    return lambda expr: rewritten(expr, unscaled)
