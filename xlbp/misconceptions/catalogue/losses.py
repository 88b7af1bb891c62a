"""The loss and what it hands back: a factor too many or too few, the sum for the mean, the other sign."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from xlbp.misconceptions.misconception import Change, Misconception, times
from xlbp.misconceptions.problem import Problem
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, topological
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES, Role
from xlbp.template.losses import LOSSES

LOG10 = 1 / math.log(10)


def of_factors(problem: Problem) -> Iterator[Misconception]:
    """Each factor on the loss with what follows from it, on the way back alone, and on the loss alone."""
    for mistake, factor, losses in _factors(problem):
        edges = [(name, used) for name in losses for used in problem.row.slopes[name]]
        yield Misconception(mistake, cells=dict.fromkeys(losses, times(factor)))
        yield Misconception(mistake, slopes=dict.fromkeys(edges, times(factor)))
        yield Misconception(mistake, columns=dict.fromkeys(losses, times(factor)))
    yield from _over_batch(problem)


def _factors(problem: Problem) -> Iterator[tuple[Mistake, float, list[str]]]:
    """A mistake, its factor, and the losses that have it: of the outputs, of the steps, or of the samples."""
    of_samples = [name for name in problem.row.columns if name in problem.row.seeds]
    innermost = _innermost(problem) or of_samples
    is_halved = any(_halves(problem, name) for name in innermost)
    if is_halved:
        yield Mistake.NO_HALF, 2, innermost
    if problem.model.loss:
        yield from _factors_of_network(problem, innermost, of_samples)
    yield Mistake.FACTOR_TWO, 2, innermost
    yield Mistake.FACTOR_HALF, 0.5, innermost


def _factors_of_network(
    problem: Problem, innermost: list[str], of_samples: list[str]
) -> Iterator[tuple[Mistake, float, list[str]]]:
    """Sums for means over the outputs and the steps, and the other way round; the other logarithm."""
    outputs, steps = _counts(problem)
    is_averaged = LOSSES[problem.model.loss].is_averaged
    if outputs > 1 and is_averaged:
        yield Mistake.SUM_OVER_OUTPUTS, outputs, innermost
    elif outputs > 1:
        yield Mistake.MEAN_OVER_OUTPUTS, 1 / outputs, innermost
    if steps > 1 and problem.model.network.sums_steps:
        yield Mistake.MEAN_OVER_STEPS, 1 / steps, of_samples
    elif steps > 1:
        yield Mistake.SUM_OVER_STEPS, steps, of_samples
    if "cross_entropy" in problem.model.loss:
        yield Mistake.LOG_BASE_TEN, LOG10, innermost


def _counts(problem: Problem) -> tuple[int, int]:
    """How many outputs there are at each step, and how many steps."""
    shape = problem.model.network.output_shape
    return shape.extent(*FEATURES), math.prod(shape.without(*FEATURES))


def _innermost(problem: Problem) -> list[str]:
    """The losses that are computed from no other: of each output, or of a sample that has one."""
    losses = [c.name for c in problem.of_phase("loss") if problem.relations.role(c.name) is Role.LOSS]
    inside = set(losses)
    return [name for name in losses if not inside.intersection(problem.row.slopes[name])]


def _halves(problem: Problem, name: str) -> bool:
    """Whether a square is halved in it."""
    nodes = topological(problem.columns[name].expr)
    return any(node.op == "div" and node.args[0].op == "square" and node.args[1].payload == 2.0 for node in nodes)


def _over_batch(problem: Problem) -> Iterator[Misconception]:
    """The sum over the samples where the mean is meant: of gradients, of the loss, of both; or a mean of a mean."""
    samples = len(problem.model.marks)
    if samples == 1:
        return
    gradients = [problem.row.gradients[name] for name in sorted(problem.row.parameters)]
    whole = [name for name in (problem.model.objective,) if name in problem.columns]
    for summed in (gradients + whole, gradients, whole):
        yield Misconception(Mistake.SUM_FOR_MEAN, columns=_scaled(summed, samples))
    for tensor, own in problem.by_tensor(gradients).items():
        yield Misconception(Mistake.SUM_FOR_MEAN, tensor, columns=_scaled(own, samples))
    yield Misconception(Mistake.MEAN_FOR_SUM, columns=_scaled(gradients, 1 / samples))


def _scaled(columns: Sequence[str], factor: float) -> dict[str, Change]:
    return dict.fromkeys(columns, times(factor))


def of_penalties(problem: Problem) -> Iterator[Misconception]:
    """Gradients without what the penalty adds to them."""
    kinds = problem.model.network.penalties if problem.model.loss else ()
    if kinds:
        yield Misconception(Mistake.NO_PENALTY, columns=_without_penalties(problem, kinds))


def _without_penalties(problem: Problem, kinds: Sequence[str]) -> dict[str, Change]:
    columns: dict[str, Change] = {}
    for kind in kinds:
        for name, slope in problem.row.slopes[names.penalty(kind)].items():
            earlier = columns.get(problem.row.gradients[name])
            columns[problem.row.gradients[name]] = _less(slope, earlier)
    return columns


def _less(slope: Expr, earlier: Change | None) -> Change:
    return lambda expr: (earlier(expr) if earlier else expr) - slope
