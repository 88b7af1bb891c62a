"""Normalisation: what mean and variance pass back, what they are of, and where epsilon stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from xlbp.misconceptions.misconception import Change, Misconception, times, to
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, ref, sqrt, square, total
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES
from xlbp.template.blocks.norms import BatchNorm, LayerNorm
from xlbp.template.layer import Node
from xlbp.template.quantity import Quantity

ZERO = const(0)
Together: TypeAlias = Callable[[Quantity, Quantity], bool]  # whether two numbers are normalised together


def way_back(problem: Problem) -> Iterator[Misconception]:
    """Mean and variance taken for constants: both, or one of them."""
    for node in problem.nodes(LayerNorm.kind, BatchNorm.kind):
        of_means, of_variances = (
            problem.edges_between(problem.elements(node, letter), problem.columns) for letter in ("mu", "v")
        )
        about = f"n{node.layer}"
        for mistake, edges in (
            (Mistake.NORM_NO_STATISTICS, of_means + of_variances),
            (Mistake.NORM_NO_VARIANCE, of_variances),
            (Mistake.NORM_NO_MEAN, of_means),
        ):
            yield Misconception(mistake, about, slopes=dict.fromkeys(edges, to(ZERO)))


def variances(problem: Problem) -> Iterator[Misconception]:
    """By n - 1; epsilon left out, or outside of the root."""
    for node in problem.nodes(LayerNorm.kind, BatchNorm.kind):
        layer, deviations = node.layer, problem.elements(node, "s")
        for v in problem.elements(node, "v")[:1]:
            count = len(problem.row.slopes[v])
            if count > 1:
                scaled: dict[str, Change] = {name: times(count / (count - 1)) for name in problem.elements(node, "v")}
                yield Misconception(Mistake.VARIANCE_N_MINUS_1, f"v{layer}", cells=scaled)
        epsilon = names.setting(f"normeps{layer}")
        left_out: dict[str, Change] = {s: _without(epsilon) for s in deviations}
        yield Misconception(Mistake.NO_EPSILON, f"s{layer}", cells=left_out)
        outside: dict[str, Change] = {s: to(sqrt(ref(s.lettered("v"))) + ref(epsilon)) for s in deviations}
        yield Misconception(Mistake.EPSILON_OUTSIDE, f"s{layer}", cells=outside)


def _without(setting: str) -> Change:
    return lambda expr: put_in(expr, {setting: ZERO})


def axes(problem: Problem) -> Iterator[Misconception]:
    """Other numbers taken together: of a feature, of a sample, of all."""
    for node in problem.nodes(LayerNorm.kind, BatchNorm.kind):
        for together in (_same_feature(problem), _same_feature_of_sample(problem), _same_sample, _all):
            cells = _normalised(problem, node, together)
            if cells:
                yield Misconception(Mistake.NORM_AXIS, f"n{node.layer}", cells=cells)


def _same_feature(problem: Problem) -> Together:
    def feature(c: Quantity) -> int:
        shape = problem.model.network.inputs_of(_node_of(problem, c))[0]
        place = shape.place(*FEATURES)
        return c.indices[place] if place is not None else 0

    return lambda c, other: feature(c) == feature(other)


def _same_feature_of_sample(problem: Problem) -> Together:
    same = _same_feature(problem)
    return lambda c, other: c.sample == other.sample and same(c, other)


def _same_sample(c: Quantity, other: Quantity) -> bool:
    return c.sample == other.sample


def _all(c: Quantity, other: Quantity) -> bool:  # noqa: ARG001
    return True


def _node_of(problem: Problem, c: Quantity) -> Node:
    kinds = (LayerNorm.kind, BatchNorm.kind)
    return next(node for node in problem.nodes(*kinds) if str(node.layer) == c.block)


def _normalised(problem: Problem, node: Node, together: Together) -> dict[str, Change]:
    """Every distance from the mean, and every normalised number, by other means; none where they are the same."""
    taken = {
        c: x
        for mark in problem.model.marks
        for c, x in zip(_centred(problem, node, mark), problem.model.taken(node, mark), strict=True)
    }
    epsilon = ref(names.setting(f"normeps{node.layer}"))
    cells: dict[str, Change] = {}
    for c, x in taken.items():
        group = [other for other in taken if together(c, other)]
        if len(group) == 1:
            return {}
        cells[c] = to(ref(x) - _mean(ref(taken[other]) for other in group))
        cells[c.lettered("n")] = to(ref(c) / sqrt(_mean(square(ref(other)) for other in group) + epsilon))
    return cells


def _centred(problem: Problem, node: Node, mark: str) -> list[Quantity]:
    return [c for c in problem.elements(node, "c") if c.sample == mark]


def _mean(numbers: Iterator[Expr]) -> Expr:
    terms = list(numbers)
    return total(terms) / len(terms)
