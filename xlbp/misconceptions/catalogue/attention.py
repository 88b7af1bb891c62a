"""Attention: how scores are scaled, what is masked, and which of them share a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from xlbp.misconceptions.misconception import Change, Edge, Misconception, to
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import replaced
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, dot, exp, function, ref, sqrt, total
from xlbp.template import names
from xlbp.template.blocks.attention import Attention
from xlbp.template.layer import Node
from xlbp.template.quantity import Quantity

largest = function("largest")


def scores(problem: Problem) -> Iterator[Misconception]:
    """q k for q k / sqrt(d); or q k / d."""
    for node in problem.nodes(Attention.kind):
        d = ref(names.setting(f"dk{node.layer}"))
        for mistake, divisor in ((Mistake.SCORES_NOT_SCALED, const(1)), (Mistake.SCORES_BY_D, d)):
            cells: dict[str, Change] = {s: _divided(sqrt(d), divisor) for s in problem.elements(node, "s")}
            yield Misconception(mistake, f"s{node.layer}", cells=cells)


def _divided(root: Expr, divisor: Expr) -> Change:
    return lambda expr: replaced(expr, root, divisor)


def shares(problem: Problem) -> Iterator[Misconception]:
    """A softmax over the steps that look, not over those that are looked at; a mask after the softmax."""
    for node in problem.nodes(Attention.kind):
        yield Misconception(Mistake.SOFTMAX_AXIS, f"p{node.layer}", cells=_other_axis(problem, node))
        if cast(Attention, node.block).causal:
            cells, slopes = _masked_late(problem, node)
            yield Misconception(Mistake.MASK_AFTER_SOFTMAX, f"p{node.layer}", cells=cells, slopes=slopes)
            seen = cells | _of_later_steps(problem, node)
            yield Misconception(Mistake.NO_MASK, f"p{node.layer}", cells=seen, slopes=slopes)


def _other_axis(problem: Problem, node: Node) -> dict[str, Change]:
    """m, u, S and p of each step that is looked at."""
    scores_of = problem.elements(node, "s")
    cells: dict[str, Change] = {}
    for s in scores_of:
        head, _, seen = s.indices
        m, whole = s.lettered("m").at(head, seen), s.lettered("S").at(head, seen)
        column = [other for other in scores_of if (other.sample, *other.indices[::2]) == (s.sample, head, seen)]
        cells[m] = to(largest(*map(ref, column)))
        cells[whole] = to(total(ref(other.lettered("u")) for other in column))
        cells[s.lettered("u")] = to(exp(ref(s) - ref(m)))
        cells[s.lettered("p")] = to(ref(s.lettered("u")) / ref(whole))
    return cells


def _masked_late(problem: Problem, node: Node) -> tuple[dict[str, Change], dict[Edge, Change]]:
    """The sums of the powers with those of the steps that come later, and what these pass back."""
    cells: dict[str, Change] = {}
    slopes: dict[Edge, Change] = {}
    root = sqrt(ref(names.setting(f"dk{node.layer}")))
    steps = problem.model.network.inputs_of(node)[0][0]
    for whole in problem.elements(node, "S"):
        m, lse = ref(whole.lettered("m")), whole.lettered("lse")
        later = range(whole.indices[1] + 1, steps + 1)
        pairs = {at: _features(node, whole, at) for at in later}
        unseen = {at: dot(map(ref, q), map(ref, k)) / root for at, (q, k) in pairs.items()}
        cells[whole] = _and([exp(score - m) for score in unseen.values()])
        for at, (q, k) in pairs.items():
            share = exp(unseen[at] - ref(lse))
            for query, key in zip(q, k, strict=True):
                slopes[lse, key] = _and([share * ref(query) / root])
                earlier = slopes.get((lse, query))
                more = _and([share * ref(key) / root])
                slopes[lse, query] = more if earlier is None else _both(earlier, more)
    return cells, slopes


def _of_later_steps(problem: Problem, node: Node) -> dict[str, Change]:
    """What each step takes of the values, with those of the steps that come later."""
    block = cast(Attention, node.block)
    root = sqrt(ref(names.setting(f"dk{node.layer}")))
    steps = problem.model.network.inputs_of(node)[0][0]
    cells: dict[str, Change] = {}
    for taken in problem.elements(node, "h" if block.has_out else "z"):
        step, feature = taken.indices
        head = (feature - 1) // block.width + 1
        lse = taken.lettered("lse").at(head, step)
        pairs = {at: _features(node, lse, at) for at in range(step + 1, steps + 1)}
        shares_of = {at: exp(dot(map(ref, q), map(ref, k)) / root - ref(lse)) for at, (q, k) in pairs.items()}
        cells[taken] = _and([share * ref(taken.lettered("v").at(at, feature)) for at, share in shares_of.items()])
    return cells


def _features(node: Node, whole: Quantity, at: int) -> tuple[list[Quantity], list[Quantity]]:
    """The query of a step, and the key of another one, of a head."""
    head, step = whole.indices
    width = cast(Attention, node.block).width
    features = range((head - 1) * width + 1, head * width + 1)
    q, k = whole.lettered("q"), whole.lettered("k")
    return [q.at(step, i) for i in features], [k.at(at, i) for i in features]


def _and(terms: list[Expr]) -> Change:
    return lambda expr: total([expr, *terms])


def _both(first: Change, second: Change) -> Change:
    return lambda expr: second(first(expr))
