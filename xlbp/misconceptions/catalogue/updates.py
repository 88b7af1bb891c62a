"""The step from a row to the next: in the other direction, not at all, with the learning rate left out or twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbp.misconceptions.catalogue.biases import of_sample
from xlbp.misconceptions.misconception import Change, Misconception, times, to
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, prev, ref
from xlbp.template import names

RATES = (names.LEARNING_RATE, names.RATE)


def steps(problem: Problem) -> Iterator[Misconception]:
    """What is wrong with all steps, and what with those of some parameters."""
    updates = _updates(problem, problem.parameters)
    for mistake, rate in ((Mistake.NO_RATE, lambda _: const(1)), (Mistake.WITH_RATE, lambda eta: eta * eta)):
        instead = {name: rate(ref(name)) for name in RATES}
        yield Misconception(mistake, columns={moved: _with(instead) for moved in updates.values()})
    for about, parameters in problem.parameter_groups:
        mistake = Mistake.BIAS_NOT_MOVED if problem.is_bias(parameters[0]) else Mistake.LAYER_NOT_MOVED
        still = {moved: to(ref(name)) for name, moved in _updates(problem, parameters).items()}
        yield Misconception(mistake, about, columns=still)


def accumulated(problem: Problem) -> Iterator[Misconception]:
    """Gradients that are added to those of the rows before."""
    gradients = [problem.row.gradients[name] for name in problem.parameters]
    yield Misconception(Mistake.ACCUMULATED, columns={name: _added_to(name) for name in gradients})


def _added_to(gradient: str) -> Change:
    return lambda expr: prev(gradient) + expr


def other_rates(problem: Problem) -> Iterator[Misconception]:
    """A learning rate with its point at another place."""
    rate = names.RATE if names.RATE in problem.columns else names.LEARNING_RATE
    columns = [*_updates(problem, problem.parameters).values()]
    for factor in (10.0, 0.1, 100.0, 0.01):
        change = _with({rate: ref(rate) * factor})
        yield Misconception(Mistake.OTHER_RATE, f"{factor:g}", columns=dict.fromkeys(columns, change))


def of_signs(problem: Problem) -> Iterator[Misconception]:
    """Uphill; or every derivative with the other sign, so that the step goes uphill, or is added and goes down."""
    of_samples = [name for name in problem.columns if name in problem.row.seeds]
    edges = [(name, used) for name in of_samples for used in problem.row.slopes[name]]
    turned = dict.fromkeys(edges, times(-1))
    yield Misconception(Mistake.DIRECTION, columns=_uphill(problem))
    yield Misconception(Mistake.SIGN, slopes=turned)
    yield Misconception(Mistake.SIGN, slopes=turned, columns=_uphill(problem))


def per_sample(problem: Problem) -> Iterator[Misconception]:
    """The parameters moved by each sample of the batch in turn.

    Its quantities are told as they are then, or all of them before any sample has moved anything.
    """
    marks = problem.model.marks
    if len(marks) == 1:
        return
    gradients = [problem.row.gradients[name] for name in problem.parameters]
    alone = (dict.fromkeys(gradients, of_sample(problem, mark, len(marks))) for mark in marks)
    turns = tuple(Misconception(Mistake.PER_SAMPLE, columns=columns) for columns in alone)
    still = {moved: to(ref(name)) for name, moved in _updates(problem, problem.parameters).items()}
    before = Misconception(Mistake.PER_SAMPLE, columns=still)
    yield Misconception(Mistake.PER_SAMPLE, turns=(before, *turns))
    yield Misconception(Mistake.PER_SAMPLE, turns=turns)


def _uphill(problem: Problem) -> dict[str, Change]:
    """p + (p - p+), the step in the other direction."""
    updates = _updates(problem, problem.parameters)
    return {moved: _turned(ref(name)) for name, moved in updates.items()}


def _updates(problem: Problem, parameters: Sequence[str]) -> dict[str, str]:
    """By each parameter: itself after the update."""
    pairs = ((name, problem.relations.updated(name)) for name in parameters)
    return {name: moved for name, moved in pairs if moved is not None}


def _turned(parameter: Expr) -> Change:
    return lambda moved: 2 * parameter - moved


def _with(instead: dict[str, Expr]) -> Change:
    return lambda expr: put_in(expr, instead)
