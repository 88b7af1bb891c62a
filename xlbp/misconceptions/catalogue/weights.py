"""Weights on the way down: after the update, or transposed; and what goes into a weight's own gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlbp.misconceptions.misconception import Edge, Misconception, to
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, names_in, ref

Other = Callable[[str], str | None]
MATRIX = 2  # indices


def updated(problem: Problem) -> Iterator[Misconception]:
    """W+ for W on the way back: everywhere, and but for weights that a layer passes on to itself."""
    every = _exchanged_slopes(problem, problem.relations.updated)
    between = {edge: change for edge, change in every.items() if not _is_within(problem, *edge)}
    for slopes in (every, between):
        if slopes:
            yield Misconception(Mistake.UPDATED_WEIGHTS, _about(problem, slopes), slopes=slopes)


def _is_within(problem: Problem, user: str, name: str) -> bool:
    """Whether a layer's cell uses another one of the same layer, as a recurrence does."""
    return problem.quantity(user).block == problem.quantity(name).block


def transposed(problem: Problem) -> Iterator[Misconception]:
    """W[j,i] for W[i,j]: on the way back, in the forward pass as well, or in the gradient."""
    for name_of_matrix, of_matrix in _matrices(problem):
        turned = {name: _turned(problem, name) for name in of_matrix}
        slopes = _exchanged_slopes(problem, turned.get)
        yield Misconception(Mistake.TRANSPOSED, name_of_matrix, slopes=slopes)
        cells = {
            column.name: to(changed)
            for column in problem.of_phase("forward")
            if (changed := _exchanged(column.expr, turned.get))
        }
        yield Misconception(Mistake.TRANSPOSED, name_of_matrix, cells=cells)
        gradients = {name: problem.row.gradients[name] for name in of_matrix if name in problem.row.gradients}
        pairs = ((gradient, gradients.get(turned[name] or "")) for name, gradient in gradients.items())
        columns = {gradient: to(problem.columns[taken].expr) for gradient, taken in pairs if taken is not None}
        yield Misconception(Mistake.TRANSPOSED, problem.tensor_of(next(iter(gradients.values()))), columns=columns)


def _turned(problem: Problem, name: str) -> str | None:
    """The weight with its indices in the other order; of a formula's arrays, any number of a matrix."""
    if problem.relations.has_tensors:
        return problem.relations.transposed(name)
    quantity = problem.quantity(name)
    other = quantity.at(*reversed(quantity.indices))
    return other if len(quantity.indices) == MATRIX and other != name and other in problem.row.parameters else None


def inputs(problem: Problem) -> Iterator[Misconception]:
    """The gradient of a weight takes the pre-activation that came in, not the activation."""
    slopes = {
        (user, name): to(put_in(slope, _pre_activations(problem, slope)))
        for (user, name), slope in problem.edges.items()
        if name in problem.row.parameters and _pre_activations(problem, slope)
    }
    for tensor, names in problem.by_tensor(dict.fromkeys(name for _, name in slopes)).items():
        own = {edge: change for edge, change in slopes.items() if edge[1] in names}
        yield Misconception(Mistake.INPUT_OF_ACTIVATION, tensor, slopes=own)


def _pre_activations(problem: Problem, slope: Expr) -> dict[str, Expr]:
    below = problem.relations.pre_activations
    return {name: ref(below[name]) for name in names_in(slope) if name in below}


def _matrices(problem: Problem) -> Iterator[tuple[str, set[str]]]:
    """Each square matrix of weights, by its name and its elements; then all of them together."""
    turned = [name for name in problem.parameters if _turned(problem, name)]
    matrices = {tensor: set(elements) for tensor, elements in problem.by_tensor(sorted(turned)).items()}
    yield from matrices.items()
    if len(matrices) > 1:
        yield ", ".join(matrices), set().union(*matrices.values())


def _exchanged_slopes(problem: Problem, other: Other) -> dict[Edge, Callable[[Expr], Expr]]:
    """The slopes by anything but parameters that have another quantity in them."""
    return {
        edge: to(changed)
        for edge, slope in problem.edges.items()
        if edge[1] not in problem.row.parameters and (changed := _exchanged(slope, other))
    }


def _exchanged(expr: Expr, other: Other) -> Expr | None:
    """The expression with other quantities for those that have one; None where none has."""
    pairs = {name: ref(taken) for name in names_in(expr) if (taken := other(name)) is not None}
    return put_in(expr, pairs) if pairs else None


def _about(problem: Problem, slopes: dict[Edge, Callable[[Expr], Expr]]) -> str:
    """The weights that stand in these slopes."""
    names = (name for edge in slopes for name in names_in(problem.edges[edge]) if problem.relations.updated(name))
    return ", ".join(problem.by_tensor(dict.fromkeys(names)))
