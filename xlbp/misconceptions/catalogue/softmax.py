"""A softmax, or a sigmoid with its own loss: the Jacobian, the delta, and which numbers share a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlbp.misconceptions.misconception import Change, Edge, Misconception, times, to
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, exp, log, ref, total
from xlbp.template.layer import Node
from xlbp.template.losses import LOSSES
from xlbp.template.quantity import Quantity

ZERO = const(0)
Slope = Callable[[Expr], Expr]  # a factor, of the output a


def of_deltas(problem: Problem) -> Iterator[Misconception]:
    """With a loss that is computed from the logits: the slope once more, the slope left out, the diagonal alone."""
    last = _last(problem)
    if last is None:
        return
    deltas = {
        Mistake.SLOPE_TWICE: _once_more(problem, last),
        Mistake.NO_SLOPE: _before_activation(problem, last, lambda a: 1 / a, lambda a: 1 / (a * (1 - a))),
    }
    about = problem.tensor_of(problem.elements(last, "a")[0])
    for mistake, slopes in deltas.items():
        yield Misconception(mistake, about, slopes=slopes)
    if last.block.kind == "softmax":
        diagonal = _before_activation(problem, last, lambda a: 1 - a, lambda a: 1 - a)
        yield Misconception(Mistake.SOFTMAX_DIAGONAL, about, slopes=diagonal)
        yield Misconception(Mistake.SLOPE_TWICE, about, columns=_jacobian_once_more(problem, last))


def twice(problem: Problem) -> Iterator[Misconception]:
    """A loss that takes logits, given the outputs of the activation: softmax or sigmoid of what has been through it."""
    last = _last(problem)
    if last is None:
        return
    outputs = problem.elements(last, "a")
    cells: dict[str, Change] = {}
    for loss, a in _losses(problem, outputs):
        instead = {_logit_name(problem, a): ref(a)}
        for used in problem.row.slopes[loss]:
            if problem.quantity(used).letter == "lse":
                instead[used] = log(total(exp(ref(b)) for b in _together(problem, outputs, a)))
        cells[loss] = _with(instead)
    yield Misconception(Mistake.ACTIVATION_TWICE, problem.tensor_of(outputs[0]), cells=cells)


def _with(instead: dict[str, Expr]) -> Change:
    return lambda expr: put_in(expr, instead)


def _together(problem: Problem, outputs: list[Quantity], a: Quantity) -> list[Quantity]:
    """The outputs of the same sample, and of the same step or place, which share a whole."""
    place = problem.model.network.place_in_tensor(a)
    same = (b for b in outputs if b.sample == a.sample)
    return [b for b in same if problem.model.network.place_in_tensor(b) == place]


def of_jacobians(problem: Problem) -> Iterator[Misconception]:
    """da_i/dz_i = a_i (1 - a_i), and nothing by the other z."""
    for node, letter in ((node, letter) for node in problem.nodes("softmax", "attention") for letter in "ap"):
        shares = problem.elements(node, letter)
        slopes: dict[Edge, Change] = {}
        for a in shares:
            for used in problem.row.slopes[a]:
                is_log_sum = problem.quantity(used).letter == "lse"
                slopes[a, used] = to(ZERO if is_log_sum else ref(a) * (1 - ref(a)))
        if shares and slopes:
            yield Misconception(Mistake.SOFTMAX_DIAGONAL, problem.tensor_of(shares[0]), slopes=slopes)


def of_axes(problem: Problem) -> Iterator[Misconception]:
    """Each output's share among the samples of the batch; or one whole for all outputs of all samples."""
    last = _last(problem)
    if last is None or last.block.kind != "softmax" or len(problem.model.marks) == 1:
        return
    outputs = problem.elements(last, "a")
    for is_whole in (False, True):
        cells: dict[str, Change] = {}
        for a in outputs:
            powers = [exp(_logit(problem, other)) for other in outputs if is_whole or other.indices == a.indices]
            cells[a] = to(exp(_logit(problem, a)) / total(powers))
        for loss, a in _losses(problem, outputs):
            cells[loss] = to(-(ref(_target(loss)) * log(ref(a))))
        about = problem.tensor_of(outputs[0])
        deltas = {problem.row.gradients[_logit_name(problem, a)]: _difference(loss, a) for loss, a in
                  _losses(problem, outputs)}  # fmt: skip
        yield Misconception(Mistake.SOFTMAX_AXIS, about, cells=cells, columns=deltas)
        yield Misconception(Mistake.SOFTMAX_AXIS, about, cells=cells)


def _last(problem: Problem) -> Node | None:
    """The activation that the loss is computed together with, if there is one."""
    if not problem.model.loss or not LOSSES[problem.model.loss].logits_of:
        return None
    return problem.model.network.nodes[-1]


def _losses(problem: Problem, outputs: list[Quantity]) -> list[tuple[Quantity, Quantity]]:
    """The loss of each output, or of a sample with a single one, and the output."""
    pairs = zip(problem.model.each_target("E"), problem.model.output, strict=True)
    each = [(loss.sampled(mark), a.sampled(mark)) for loss, a in pairs for mark in problem.model.marks]
    several = [(loss, a) for loss, a in each if loss in problem.columns]
    if several:
        return several
    seeds = [problem.quantity(name) for name in problem.columns if name in problem.row.seeds]
    return list(zip(seeds, outputs, strict=False))


def _logit_name(problem: Problem, a: Quantity) -> str:
    return next(name for name in problem.row.slopes[a] if problem.quantity(name).letter != "lse")


def _logit(problem: Problem, a: Quantity) -> Expr:
    return ref(_logit_name(problem, a))


def _target(loss: Quantity) -> str:
    return loss.lettered("t")


def _difference(loss: Quantity, a: Quantity) -> Change:
    return to(ref(a) - ref(_target(loss)))


def _once_more(problem: Problem, last: Node) -> dict[Edge, Change]:
    """Every way from the loss to z times a (1 - a)."""
    slopes: dict[Edge, Change] = {}
    for loss, a in _losses(problem, problem.elements(last, "a")):
        z, slope = _logit_name(problem, a), ref(a) * (1 - ref(a))
        for user in problem.row.users[z]:
            if user == loss or problem.quantity(user).letter == "lse":
                slopes[user, z] = times(slope)
    return slopes


def _before_activation(problem: Problem, last: Node, of_share: Slope, of_sigmoid: Slope) -> dict[Edge, Change]:
    """The way from the loss to z with a factor of a; of a softmax without the way through the other outputs."""
    is_softmax = last.block.kind == "softmax"
    slopes: dict[Edge, Change] = {}
    for loss, a in _losses(problem, problem.elements(last, "a")):
        for used in problem.row.slopes[loss]:
            factor = (of_share if is_softmax else of_sigmoid)(ref(a))
            slopes[loss, used] = to(ZERO) if problem.quantity(used).letter == "lse" else times(factor)
    return slopes


def _jacobian_once_more(problem: Problem, last: Node) -> dict[str, Change]:
    """dz_i = a_i (d_i - sum of a_j d_j) of the right deltas d."""
    columns: dict[str, Change] = {}
    outputs = problem.elements(last, "a")
    for a in outputs:
        together = _together(problem, outputs, a)
        deltas = {b: problem.columns[problem.row.gradients[_logit_name(problem, b)]].expr for b in together}
        mean = total(ref(b) * delta for b, delta in deltas.items())
        columns[problem.row.gradients[_logit_name(problem, a)]] = to(ref(a) * (deltas[a] - mean))
    return columns
