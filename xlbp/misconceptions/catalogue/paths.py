"""A way of the chain rule that is left out, where several cells use one and their parts add up; or a factor on it."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.misconceptions.misconception import Change, Edge, Misconception, to
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import factors_of, without_factor
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, names_in

ZERO = const(0)
MOST_UNITS = 6
MOST_FACTORS = 4  # of a local derivative, each of which may have been forgotten


def left_out(problem: Problem) -> Iterator[Misconception]:
    """All ways from one tensor to another, where there is a third that leads there as well; or those from one unit."""
    for (user, _), edges in _ways(problem).items():
        yield Misconception(Mistake.NO_PATH, user, slopes=dict.fromkeys(edges, to(ZERO)))
    yield from _by_unit(problem)


def _by_unit(problem: Problem) -> Iterator[Misconception]:
    """What comes back from one of a few units, of every sample, where what it comes back to has other users too."""
    units: dict[tuple[str, str], dict[str, list[Edge]]] = {}
    for user, name in problem.edges:
        if name in problem.row.gradients and name not in problem.row.parameters and len(problem.row.users[name]) > 1:
            unit = problem.quantity(user).sampled("")
            units.setdefault((problem.tensor_of(user), problem.tensor_of(name)), {}).setdefault(unit, []).append(
                (user, name)
            )
    for each in units.values():
        for edges in each.values() if 1 < len(each) <= MOST_UNITS else ():
            yield Misconception(Mistake.NO_PATH, edges[0][0], slopes=dict.fromkeys(edges, to(ZERO)))


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


def factors(problem: Problem) -> Iterator[Misconception]:
    """A factor that is forgotten on all ways from one tensor to another, or on all from one where several have it."""
    by_factor: dict[tuple[str, str], list[dict[Edge, Change]]] = {}
    for (user, _, _), edges in _families(problem).items():
        slopes = {edge: factors_of(problem.edges[edge]) for edge in edges}
        counts = {len(each) for each in slopes.values()}
        for place in range(min(counts) if len(counts) == 1 and max(counts) <= MOST_FACTORS else 0):
            about = _factor_called(problem, slopes[edges[0]][place])
            lost: dict[Edge, Change] = {edge: to(without_factor(problem.edges[edge], place)) for edge in edges}
            by_factor.setdefault((user, about), []).append(lost)
    for (_, about), ways in by_factor.items():
        if len(ways) > 1:
            together = {edge: change for lost in ways for edge, change in lost.items()}
            yield Misconception(Mistake.NO_FACTOR, about, slopes=together)
        for lost in ways:
            yield Misconception(Mistake.NO_FACTOR, about, slopes=lost)


def _families(problem: Problem) -> dict[tuple[str, str, bool], list[Edge]]:
    """By the tensors of a user and of what it uses, those between steps apart: the edges, but of parameters."""
    families: dict[tuple[str, str, bool], list[Edge]] = {}
    for (user, name), slope in problem.edges.items():
        if name not in problem.row.parameters and slope.op != "const":
            family = problem.tensor_of(user), problem.tensor_of(name), (user, name) in problem.edges_between_steps
            families.setdefault(family, []).append((user, name))
    return families


def _factor_called(problem: Problem, factor: Expr) -> str:
    """The tensor of the first quantity in a factor; '' for a number."""
    inside = names_in(factor)
    return problem.tensor_of(inside[0]) if inside else ""
