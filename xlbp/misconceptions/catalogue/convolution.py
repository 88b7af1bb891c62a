"""Convolution and pooling: which weight meets which number, and which numbers of a window a gradient goes to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from xlbp.misconceptions.misconception import Change, Edge, Misconception, times, to
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, if_positive, names_in, ref
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.pool import AveragePool, MaxPool
from xlbp.template.layer import Node
from xlbp.template.quantity import Quantity

OF_A_MAP = 2  # the first indices of a kernel, of the filter and the channel


def kernels(problem: Problem) -> Iterator[Misconception]:
    """The kernel turned round: in the forward pass, with what follows from it, or on the way back alone."""
    for node in problem.nodes(Convolution.kind):
        turned, about = _turned(problem, node), f"K{node.layer}"
        sums = set(problem.elements(node, "z"))
        yield Misconception(Mistake.KERNEL_FLIPPED, about, cells=dict.fromkeys(sums, _with(turned)))
        edges = [
            edge
            for edge in problem.edges
            if edge[0] in sums and not turned.keys().isdisjoint(names_in(problem.edges[edge]))
        ]
        if edges:
            yield Misconception(Mistake.KERNEL_FLIPPED_BACK, about, slopes=dict.fromkeys(edges, _with(turned)))


def _turned(problem: Problem, node: Node) -> dict[str, Expr]:
    """Each weight's opposite one."""
    size = cast(Convolution, node.block).windows.size
    weights = [name for name in problem.parameters_of(node) if name.letter == "K"]
    return {name: ref(_opposite(name, size)) for name in weights}


def _opposite(weight: Quantity, size: tuple[int, ...]) -> Quantity:
    """The one as far from the other end of the kernel."""
    places = zip(size, weight.indices[OF_A_MAP:], strict=True)
    return weight.at(*weight.indices[:OF_A_MAP], *(extent + 1 - place for extent, place in places))


def _with(instead: dict[str, Expr]) -> Change:
    return lambda expr: put_in(expr, instead)


def pools(problem: Problem) -> Iterator[Misconception]:
    """The gradient of a maximum to all numbers of its window, or to all that are as large; a mean not divided."""
    for node in problem.nodes(MaxPool.kind):
        edges = problem.edges_between(problem.elements(node, "p"), problem.columns)
        about = f"p{node.layer}"
        size = sum(1 for edge in edges if edge[0] == edges[0][0])
        for share in (1 / size, 1):
            yield Misconception(Mistake.POOLED_EVENLY, about, slopes=dict.fromkeys(edges, to(const(share))))
        every: dict[Edge, Change] = {(p, x): to(if_positive(ref(p) - ref(x), 0, 1)) for p, x in edges}
        yield Misconception(Mistake.EVERY_MAXIMUM, about, slopes=every)
    for node in problem.nodes(AveragePool.kind):
        means = problem.elements(node, "p")
        size = len(problem.row.slopes[means[0]])
        edges = problem.edges_between(means, problem.columns)
        yield Misconception(Mistake.POOL_NOT_DIVIDED, f"p{node.layer}", cells=dict.fromkeys(means, times(size)))
        yield Misconception(Mistake.POOL_NOT_DIVIDED, f"p{node.layer}", slopes=dict.fromkeys(edges, times(size)))
