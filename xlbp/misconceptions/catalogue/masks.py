"""Dropout and embeddings: what is let through, and back to where."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from xlbp.misconceptions.misconception import Change, Edge, Misconception, to
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, names_in, ref
from xlbp.template.blocks.dropout import Dropout
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.layer import Node
from xlbp.template.quantity import Quantity

ONE = const(1)


def dropout(problem: Problem) -> Iterator[Misconception]:
    """The mask as 1 and 0, left out on the way back, or in the activation's derivative as well."""
    for node in problem.nodes(Dropout.kind):
        masks, dropped = problem.elements(node, "q"), problem.elements(node, "h")
        about = f"q{node.layer}"
        yield Misconception(Mistake.DROPOUT_NOT_SCALED, about, columns=dict.fromkeys(masks, _as_one))
        edges = problem.edges_between(dropped, problem.columns)
        yield Misconception(Mistake.NO_MASK_BACK, about, slopes=dict.fromkeys(edges, to(ONE)))
        left = {a: ref(h) for h, a in edges}
        slopes = {edge: to(put_in(slope, left)) for edge, slope in problem.edges.items()
                  if edge[0] in left and edge[0] in names_in(slope)}  # fmt: skip
        if slopes:
            yield Misconception(Mistake.SLOPE_AFTER_DROPOUT, about, slopes=slopes)


def _as_one(mask: Expr) -> Expr:
    """1 for 1 / (1 - p)."""
    at, kept, left_out = mask.args
    return mask if kept.op == "const" else Expr(mask.op, (at, ONE, left_out))


def embeddings(problem: Problem) -> Iterator[Misconception]:
    """The gradient of a token's vector by its last place alone, or by its first."""
    for node in problem.nodes(Embedding.kind):
        for is_last in (True, False):
            slopes = _by_one_place(problem, node, is_last)
            yield Misconception(Mistake.OVERWRITTEN, f"W{node.layer}", slopes=slopes)


def _by_one_place(problem: Problem, node: Node, is_last: bool) -> dict[Edge, Change]:
    """dz/dW of a row is 1 at the one place of its token that no other follows, or comes before."""
    steps = problem.model.network.inputs_of(node)[0][0]
    places = list(product(problem.model.marks, range(1, steps + 1)))
    places = places if is_last else places[::-1]
    slopes: dict[Edge, Change] = {}
    for z in problem.elements(node, "z"):
        later = places[places.index((z.sample, z.indices[0])) + 1 :]
        for weight in problem.row.slopes[z]:
            row = problem.quantity(weight).indices[0]
            slopes[z, weight] = _unless([_token(z, mark, step, row) for mark, step in later])
    return slopes


def _token(z: Quantity, mark: str, step: int, row: int) -> Quantity:
    """Whether a step of a sample has the token of this row."""
    return z.lettered("k").at(step, row).sampled(mark)


def _unless(others: list[Quantity]) -> Change:
    """Times 0 where another one is 1."""

    def alone(slope: Expr) -> Expr:
        for other in others:
            slope = slope * (1 - ref(other))
        return slope

    return alone
