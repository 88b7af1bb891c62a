"""The step from a row to the next: in the other direction, not at all, with the learning rate left out or twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbp.misconceptions.misconception import Change, Misconception, times, to
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, ref
from xlbp.template import names
from xlbp.template.blocks.block import Role

RATES = (names.LEARNING_RATE, names.RATE)


def steps(problem: Problem) -> Iterator[Misconception]:
    """What is wrong with all steps, and what with those of some parameters."""
    updates = _updates(problem, sorted(problem.row.parameters))
    for mistake, rate in ((Mistake.NO_RATE, lambda _: const(1)), (Mistake.WITH_RATE, lambda eta: eta * eta)):
        instead = {name: rate(ref(name)) for name in RATES}
        yield Misconception(mistake, columns={moved: _with(instead) for moved in updates.values()})
    tensors = problem.by_tensor(sorted(problem.row.parameters))
    biases = [tensor for tensor, own in tensors.items() if problem.relations.role(own[0]) is Role.BIAS]
    for tensor in tensors:
        yield _still(problem, [tensor], tensors[tensor], is_bias=tensor in biases)
    if len(biases) > 1:
        yield _still(problem, biases, [name for tensor in biases for name in tensors[tensor]], is_bias=True)


def of_signs(problem: Problem) -> Iterator[Misconception]:
    """Uphill; or every derivative with the other sign, so that the step goes uphill, or is added and goes down."""
    of_samples = [name for name in problem.columns if name in problem.row.seeds]
    edges = [(name, used) for name in of_samples for used in problem.row.slopes[name]]
    turned = dict.fromkeys(edges, times(-1))
    yield Misconception(Mistake.DIRECTION, columns=_uphill(problem))
    yield Misconception(Mistake.SIGN, slopes=turned)
    yield Misconception(Mistake.SIGN, slopes=turned, columns=_uphill(problem))


def _uphill(problem: Problem) -> dict[str, Change]:
    """p + (p - p+), the step in the other direction."""
    updates = _updates(problem, sorted(problem.row.parameters))
    return {moved: _turned(ref(name)) for name, moved in updates.items()}


def _updates(problem: Problem, parameters: Sequence[str]) -> dict[str, str]:
    """By each parameter: itself after the update."""
    pairs = ((name, problem.relations.updated(name)) for name in parameters)
    return {name: moved for name, moved in pairs if moved is not None}


def _turned(parameter: Expr) -> Change:
    return lambda moved: 2 * parameter - moved


def _with(instead: dict[str, Expr]) -> Change:
    return lambda expr: put_in(expr, instead)


def _still(problem: Problem, tensors: Sequence[str], parameters: Sequence[str], *, is_bias: bool) -> Misconception:
    """Parameters that stay what they are."""
    columns = {moved: to(ref(name)) for name, moved in _updates(problem, parameters).items()}
    mistake = Mistake.BIAS_NOT_MOVED if is_bias else Mistake.LAYER_NOT_MOVED
    return Misconception(mistake, ", ".join(tensors), columns=columns)
