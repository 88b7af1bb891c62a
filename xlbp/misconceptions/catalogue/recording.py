"""Rows that are computed right, and written down as others: those of the next iteration, or by another convention."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from xlbp.misconceptions.misconception import Misconception
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.told import Told
from xlbp.mistakes import Mistake
from xlbp.template.blocks.block import Role


def recorded(problem: Problem) -> Iterator[Misconception]:
    """Everything after the update, or the parameters alone."""
    yield Misconception(Mistake.RECORDED_LATE, told=_next_row(problem, of_all=True), is_late=True)
    yield Misconception(Mistake.RECORDED_LATE, told=_next_row(problem, of_all=False), is_late=True)
    losses = {column.name for column in problem.of_phase("loss")} | {problem.model.objective}
    yield Misconception(Mistake.RECORDED_LATE, problem.model.objective, told=_below(losses), is_late=True)


def conventions(problem: Problem) -> Iterator[Misconception]:
    """Deltas that have the mean over the batch in them; errors as target minus output; gradients not divided yet."""
    samples = len(problem.model.marks)
    deltas = [column.name for column in problem.of_phase("backward") if not problem.relations.is_slope(column.name)]
    if samples > 1:
        yield Misconception(Mistake.MEAN_IN_DELTAS, told=_scaled(deltas, 1 / samples))
        gradients = [problem.row.gradients[name] for name in problem.parameters]
        yield Misconception(Mistake.SUM_FOR_MEAN, told=_scaled(gradients, samples))
    errors = [column.name for column in problem.of_phase("loss") if problem.relations.role(column.name) is Role.ERROR]
    if errors:
        yield Misconception(Mistake.SIGN, problem.tensor_of(errors[0]), told=_scaled(errors, -1))


def _scaled(names: Iterable[str], factor: float) -> Told:
    """Some quantities so many times what they are, and all that is computed of them as it is."""
    scaled = set(names)
    return lambda rows: {name: values * factor if name in scaled else values for name, values in rows.items()}


def _next_row(problem: Problem, *, of_all: bool) -> Told:
    """What stands one row below."""
    return _below(set(problem.columns) if of_all else problem.row.parameters)


def _below(late: Container[str]) -> Told:
    return lambda rows: {name: values[1:] if name in late else values for name, values in rows.items()}
