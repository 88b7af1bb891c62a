"""A way of the chain rule that is left out: where several cells use one, their parts add up."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.misconceptions.misconception import Edge, Misconception, to
from xlbp.misconceptions.problem import Problem
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import const

ZERO = const(0)


def left_out(problem: Problem) -> Iterator[Misconception]:
    """All ways from one tensor to another, where there is a third that leads there as well."""
    for (user, _), edges in _ways(problem).items():
        yield Misconception(Mistake.NO_PATH, user, slopes=dict.fromkeys(edges, to(ZERO)))


def _ways(problem: Problem) -> dict[tuple[str, str], list[Edge]]:
    """By the tensors of a user and of what it uses: the edges, where that has other users too."""
    ways: dict[tuple[str, str], list[Edge]] = {}
    for user, name in problem.edges:
        if name in problem.row.gradients and name not in problem.row.parameters:
            ways.setdefault((problem.tensor_of(user), problem.tensor_of(name)), []).append((user, name))
    users: dict[str, int] = {}
    for _, used in ways:
        users[used] = users.get(used, 0) + 1
    return {way: edges for way, edges in ways.items() if users[way[1]] > 1}
