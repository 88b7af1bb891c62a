"""Optimizers and schedules: by another convention than the template's, or without one of their parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from xlbp.misconceptions.misconception import Change, Misconception, to
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in, rewritten
from xlbp.mistakes import Mistake
from xlbp.model.optimizers import LENGTH_EPSILON
from xlbp.model.schedules import RECURSIVE
from xlbp.symbols.expr import Expr, const, if_positive, maximum, minimum, norm, prev, ref, sqrt
from xlbp.template import names
from xlbp.template.optimizers import OPTIMIZERS

BETA1, BETA2, MU, EPSILON = (ref(names.setting(key)) for key in ("beta1", "beta2", "momentum", "eps"))
ETA, DECAY, T = ref(names.LEARNING_RATE), names.setting("weight_decay"), ref(names.ITERATION)
POWERS = {names.kept("power1", ""): BETA1, names.kept("power2", ""): BETA2}


def conventions(problem: Problem) -> Iterator[Misconception]:
    """Everything that is wrong with the optimizer's own formulas."""
    yield from _of_adam(problem)
    yield from _of_roots(problem)
    yield from _of_momentum(problem)
    yield from _of_decay(problem)
    yield from _others(problem)


def _kept(problem: Problem, letter: str) -> list[str]:
    """What the optimizer keeps under a letter, of all parameters."""
    each = (problem.quantity(name).state(letter) for name in problem.row.parameters)
    return [name for name in each if name in problem.columns]


def _of_adam(problem: Problem) -> Iterator[Misconception]:
    """Moments without correction, corrected for another t, and with each other's beta."""
    corrected = {name: problem.quantity(name).of for letter in ("mh", "vh") for name in _kept(problem, letter)}
    powers = [name for name in POWERS if name in problem.columns]
    if corrected:
        pairs = ((name, of, problem.quantity(name).state_letter) for name, of in corrected.items() if of)
        plain = {name: to(ref(of.state(letter[0]))) for name, of, letter in pairs}
        yield Misconception(Mistake.NO_CORRECTION, columns=plain)
        for moment in ("mh:", "vh:"):
            alone = {name: change for name, change in plain.items() if problem.quantity(name).letter == moment}
            yield Misconception(Mistake.NO_CORRECTION, columns=alone)
        for exponent in (1, -1):
            other = _with({power: ref(power) * beta**exponent for power, beta in POWERS.items()})
            yield Misconception(Mistake.OTHER_TIME, columns=dict.fromkeys(corrected, other))
    if powers:
        yield Misconception(Mistake.OTHER_TIME, columns={name: to(POWERS[name]) for name in powers})
        tensors = list(problem.by_tensor(problem.parameters).values())
        for groups in (tensors, [[name] for name in problem.parameters]):
            yield Misconception(Mistake.TIME_PER_PARAMETER, columns=_counted_by_parameter(problem, groups))
    moments = [*_kept(problem, "m"), *_kept(problem, "v"), *_kept(problem, "c"), *powers]
    if moments and names.setting("beta1") in problem.row.program.panel:
        exchanged = _with({names.setting("beta1"): BETA2, names.setting("beta2"): BETA1})
        yield Misconception(Mistake.BETAS_EXCHANGED, columns=dict.fromkeys(moments, exchanged))


def _counted_by_parameter(problem: Problem, groups: Sequence[Sequence[str]]) -> dict[str, Change]:
    """The k-th of n groups of parameters takes n (t - 1) + k for t: beta to that is (beta^t)^n beta^(k - n)."""
    columns: dict[str, Change] = {}
    for k, group in enumerate(groups, start=1):
        other = _with({power: ref(power) ** len(groups) * beta ** (k - len(groups)) for power, beta in POWERS.items()})
        states = (problem.quantity(name).state(letter) for name in group for letter in ("mh", "vh", "u"))
        columns |= {name: other for name in states if name in problem.columns}
    return columns


def _of_roots(problem: Problem) -> Iterator[Misconception]:
    """Epsilon inside the root that it is added to, outside of the one it is in, or nowhere."""
    if names.setting("eps") not in problem.row.program.panel:
        return
    columns = [*_updates(problem), *_kept(problem, "d"), *_kept(problem, "u")]
    yield Misconception(Mistake.EPSILON_INSIDE, columns=dict.fromkeys(columns, _inside))
    yield Misconception(
        Mistake.EPSILON_OUTSIDE, problem.template.training.optimizer, columns=dict.fromkeys(columns, _outside)
    )
    yield Misconception(Mistake.NO_ROOT, problem.template.training.optimizer, columns=dict.fromkeys(columns, _rootless))
    squares = _kept(problem, "v") + _kept(problem, "s")
    yield Misconception(
        Mistake.NO_SQUARE, problem.template.training.optimizer, columns=dict.fromkeys(squares, _squareless)
    )
    left_out = _with({names.setting("eps"): const(0)})
    yield Misconception(
        Mistake.NO_EPSILON, problem.template.training.optimizer, columns=dict.fromkeys(columns, left_out)
    )


def _inside(expr: Expr) -> Expr:
    """sqrt(v + eps) for sqrt(v) + eps."""

    def moved(node: Expr) -> Expr | None:
        if node.op == "add" and len(node.args) == 2 and node.args[1] is EPSILON and node.args[0].op == "sqrt":
            return sqrt(node.args[0].args[0] + EPSILON)
        return None

    return rewritten(expr, moved)


def _rootless(expr: Expr) -> Expr:
    """v for sqrt(v)."""
    return rewritten(expr, lambda node: node.args[0] if node.op == "sqrt" else None)


def _squareless(expr: Expr) -> Expr:
    """g for g^2."""
    return rewritten(expr, lambda node: node.args[0] if node.op == "square" else None)


def _outside(expr: Expr) -> Expr:
    """sqrt(v) + eps for sqrt(v + eps)."""

    def moved(node: Expr) -> Expr | None:
        inner = node.args[0] if node.op == "sqrt" else node
        if inner is not node and inner.op == "add" and inner.args[-1] is EPSILON:
            return sqrt(inner.args[0]) + EPSILON
        return None

    return rewritten(expr, moved)


def _of_momentum(problem: Problem) -> Iterator[Misconception]:
    """The velocity of a running mean; Nesterov's rule without its look ahead."""
    optimizer = problem.template.training.optimizer
    if optimizer in ("momentum", "nesterov"):
        velocities = _kept(problem, "v")
        damped = {v: _damped(v) for v in velocities}
        yield Misconception(Mistake.DAMPED, columns=damped)
    if optimizer == "nesterov":
        yield _by(problem, Mistake.NO_LOOK_AHEAD, "momentum")


def _damped(velocity: str) -> Change:
    """mu v + (1 - mu) g for mu v + g; in the first row, which has no row above, (1 - mu) g."""
    before = MU * prev(velocity)

    def change(expr: Expr) -> Expr:
        kept = before if expr.op == "add" else const(0)
        return kept + (1 - MU) * (expr - kept)

    return change


def _of_decay(problem: Problem) -> Iterator[Misconception]:
    """Weight decay through the gradient for beside it, beside it for through it, or left out."""
    training = problem.template.training
    if not training.has("weight_decay"):
        return
    no_decay = _with({DECAY: const(0)})
    kept = (name for letter in "gvmsudc" for name in _kept(problem, letter))
    yield Misconception(Mistake.NO_DECAY, columns=dict.fromkeys((*kept, *_updates(problem)), no_decay))
    if OPTIMIZERS[training.optimizer].is_decoupled:
        coupled = {"adamw": "adam"}.get(training.optimizer)
        if coupled:
            yield _by(problem, Mistake.DECAY_IN_GRADIENT, coupled)
    elif training.optimizer == "adam":
        yield _by(problem, Mistake.DECAY_APART, "adamw")
    else:
        yield Misconception(Mistake.DECAY_APART, columns=_decoupled(problem, no_decay))


def _decoupled(problem: Problem, no_decay: Change) -> dict[str, Change]:
    """g as it is, and p+ less eta lambda p."""
    columns = {name: no_decay for letter in "gvmsud" for name in _kept(problem, letter)}
    for name, moved in _moved(problem).items():
        columns[moved] = _less(_rate(problem) * ref(DECAY) * ref(name))
    return columns


def _less(step: Expr) -> Change:
    return lambda expr: expr - step


def _others(problem: Problem) -> Iterator[Misconception]:
    """Plain gradient descent in its place."""
    if problem.template.training.optimizer != "sgd":
        yield _by(problem, Mistake.PLAIN_DESCENT, "sgd")


def _by(problem: Problem, mistake: Mistake, optimizer: str) -> Misconception:
    """The same problem by another optimizer, with the numbers that it has."""
    training = replace(problem.template.training, optimizer=optimizer)
    return Misconception(mistake, template=replace(problem.template, training=training))


def clipping(problem: Problem) -> Iterator[Misconception]:
    """The gradients clipped tensor by tensor, or not at all."""
    if problem.template.training.clip == "norm":
        clip = names.CLIPPING
        columns: dict[str, Change] = {}
        for own in problem.by_tensor(sorted(problem.row.parameters)).values():
            length = norm(*(ref(problem.row.gradients[name]) for name in own))
            factor = minimum(1, ref(names.setting("clip_norm")) / (length + LENGTH_EPSILON))
            columns |= {name: _with({clip: factor}) for name in _seen(problem, own)}
        yield Misconception(Mistake.CLIPPED_APART, columns=columns)
        yield Misconception(Mistake.NOT_CLIPPED, columns={clip: to(const(1))})
    elif problem.template.training.clip == "value":
        limit = ref(names.setting("clip_value"))
        seen = _seen(problem, sorted(problem.row.parameters))
        yield Misconception(Mistake.NOT_CLIPPED, columns=dict.fromkeys(seen, lambda expr: _unclipped(expr, limit)))


def _unclipped(expr: Expr, limit: Expr) -> Expr:
    """g for max(-c, min(g, c))."""

    def plain(node: Expr) -> Expr | None:
        is_clip = node.op == "max" and node.args[1].op == "min" and node.args[1].args[1] is limit
        return node.args[1].args[0] if is_clip else None

    return rewritten(expr, plain)


def _seen(problem: Problem, parameters: list[str]) -> list[str]:
    """The gradients as the optimizer sees them."""
    each = (problem.quantity(name).state("g") for name in parameters)
    return [name for name in each if name in problem.columns]


def schedules(problem: Problem) -> Iterator[Misconception]:
    """The rate of the step before or of the step after, or always the first."""
    rate = names.RATE
    if rate not in problem.columns:
        return
    expr, is_recursive = problem.columns[rate].expr, problem.template.training.schedule in RECURSIVE
    late = if_positive(T - 1, _at(expr, T - 1), prev(rate)) if is_recursive else _at(expr, maximum(T - 1, 0))
    yield Misconception(Mistake.RATE_LATE, columns={rate: _in_later_rows(late, is_recursive)})
    yield Misconception(Mistake.RATE_EARLY, columns={rate: _early(expr)})
    yield Misconception(Mistake.CONSTANT_RATE, columns={rate: to(ETA)})


def _at(expr: Expr, iteration: Expr) -> Expr:
    return put_in(expr, {names.ITERATION: iteration})


def _in_later_rows(late: Expr, is_recursive: bool) -> Change:
    """In the first row, which has no row above, what stood there."""
    return lambda expr: expr if is_recursive and expr is ETA else late


def _early(rule: Expr) -> Change:
    """In the first row what the rule makes of the rate that stood there."""
    later = _at(rule, T + 1)
    first = rewritten(later, lambda node: ETA if node.op == "prev" else None)
    return lambda expr: first if expr is ETA else later


def _with(instead: Mapping[str, Expr]) -> Change:
    return lambda expr: put_in(expr, instead)


def _rate(problem: Problem) -> Expr:
    return ref(names.RATE if names.RATE in problem.columns else names.LEARNING_RATE)


def _moved(problem: Problem) -> dict[str, str]:
    pairs = ((name, problem.relations.updated(name)) for name in problem.row.parameters)
    return {name: moved for name, moved in pairs if moved is not None}


def _updates(problem: Problem) -> list[str]:
    return list(_moved(problem).values())
