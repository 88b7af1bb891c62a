"""The loss and what it hands back: a factor too many or too few, the sum for the mean, the other sign."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from xlbp.misconceptions.misconception import Change, Misconception, times, to
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, names_in, ref, topological, total
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES, Role
from xlbp.template.losses import LOSSES

LOG10 = 1 / math.log(10)
ZERO = const(0)


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
    summed = _scaled(problem, problem.parameters, samples)
    loss: dict[str, Change] = {name: times(samples) for name in (problem.model.objective,) if name in problem.columns}
    for columns in (summed | loss, summed, loss):
        yield Misconception(Mistake.SUM_FOR_MEAN, columns=columns)
    for about, own in problem.parameter_groups:
        yield Misconception(Mistake.SUM_FOR_MEAN, f"d{about}", columns=_scaled(problem, own, samples))
    yield Misconception(Mistake.MEAN_FOR_SUM, columns=_scaled(problem, problem.parameters, 1 / samples))


def _scaled(problem: Problem, parameters: Sequence[str], factor: float) -> dict[str, Change]:
    """The gradients so many times, without what penalties add to them."""
    return {problem.row.gradients[name]: _times_without(factor, problem.penalties_of(name)) for name in parameters}


def _times_without(factor: float, penalty: Expr) -> Change:
    return times(factor) if penalty is ZERO else lambda expr: (expr - penalty) * factor + penalty


def of_targets(problem: Problem) -> Iterator[Misconception]:
    """The target of the next output for that of each."""
    cells: dict[str, Change] = {}
    for column in problem.of_phase("loss"):
        pairs = ((name, problem.relations.next_target(name)) for name in names_in(column.expr))
        if others := {name: ref(other) for name, other in pairs if other is not None}:
            cells[column.name] = to(put_in(column.expr, others))
    if cells:
        yield Misconception(Mistake.OTHER_TARGET, cells=cells)


def broadcast(problem: Problem) -> Iterator[Misconception]:
    """Each output of a batch with every target: (n,) less (n, 1) is (n, n).  Only where a sample has one output."""
    marks, losses = problem.model.marks, _innermost(problem)
    if len(marks) == 1 or not problem.relations.has_tensors or len(losses) != len(marks):
        return
    cells: dict[str, Change] = {}
    for loss in losses:
        expr = problem.columns[loss].expr
        errors = {name: problem.columns[name].expr for name in names_in(expr)
                  if name in problem.columns and problem.relations.role(name) is Role.ERROR}  # fmt: skip
        cells[loss] = to(_over_targets(problem, put_in(expr, errors)))
    yield Misconception(Mistake.BROADCAST, cells=cells)


def _over_targets(problem: Problem, loss: Expr) -> Expr:
    """The mean of a sample's loss over the targets of all samples."""
    targets = [name for name in names_in(loss) if problem.relations.role(name) is Role.TARGET]
    marks = problem.model.marks
    others = ({name: ref(problem.quantity(name).sampled(mark)) for name in targets} for mark in marks)
    return total(put_in(loss, instead) for instead in others) / len(marks)


def of_penalties(problem: Problem) -> Iterator[Misconception]:
    """Gradients without what the penalty adds to them."""
    pairs = ((name, problem.penalties_of(name)) for name in problem.parameters)
    columns = {problem.row.gradients[name]: _less(penalty) for name, penalty in pairs if penalty is not ZERO}
    if columns:
        yield Misconception(Mistake.NO_PENALTY, columns=columns)
    square = str(names.penalty("l2"))
    if square in problem.columns:
        weights = dict.fromkeys(((square, name) for name in problem.row.slopes[square]), times(2))
        yield Misconception(Mistake.NO_HALF, square, columns={square: times(2)}, slopes=weights)
        yield Misconception(Mistake.NO_HALF, square, columns={square: times(2)})
        yield Misconception(Mistake.NO_HALF, square, slopes=weights)


def _less(penalty: Expr) -> Change:
    return lambda expr: expr - penalty
