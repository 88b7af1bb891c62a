"""Activation functions: left out, taken for one another, or with the derivative of something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlbp.misconceptions.misconception import Change, Edge, Misconception, to
from xlbp.misconceptions.mutants import FUNCTIONS
from xlbp.misconceptions.problem import FUNCTIONS as FUNCTIONS_OF_ONE
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in
from xlbp.mistakes import Mistake
from xlbp.symbols.derivatives import partials
from xlbp.symbols.expr import Expr, const, ref

ONE = const(1)
BY_OUTPUT: dict[str, Callable[[Expr], Expr]] = {  # the derivatives as texts have them, of the activation a
    "sigmoid": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a * a,
}


def slopes_left_out(problem: Problem) -> Iterator[Misconception]:
    """f'(z) = 1 on the way back."""
    for about, edges in _groups(problem):
        yield Misconception(Mistake.NO_SLOPE, about, slopes=dict.fromkeys(edges, to(ONE)))


def other_slopes(problem: Problem) -> Iterator[Misconception]:
    """The derivative of another function; or the right one, of z for a or of a for z."""
    for about, edges in _groups(problem):
        for mistake, slope in _SLOPES:
            changes = {edge: change for edge in edges if (change := slope(problem, *edge)) is not None}
            if changes:
                yield Misconception(mistake, about, slopes=changes)


def other_functions(problem: Problem) -> Iterator[Misconception]:
    """Forward: no activation, or another one; the way back goes with it."""
    for tensor, arguments in problem.activations.items():
        yield Misconception(Mistake.NO_ACTIVATION, tensor, cells={name: to(ref(z)) for name, z in arguments.items()})
        ops = {problem.columns[name].expr.op for name in arguments}
        for op, build in FUNCTIONS.items():
            if op not in ops:
                cells = {name: to(build(ref(z))) for name, z in arguments.items()}
                yield Misconception(Mistake.OTHER_ACTIVATION, tensor, cells=cells)


def _groups(problem: Problem) -> Iterator[tuple[str, list[Edge]]]:
    """The slopes of one layer, of all but the last, and of all; each with what it is called."""
    layers = [_called(problem, list(arguments.items())) for arguments in problem.activations.values()]
    yield from layers
    for several in dict.fromkeys((len(layers) - 1, len(layers))):
        if several > 1:
            together = layers[:several]
            yield ", ".join(about for about, _ in together), [edge for _, edges in together for edge in edges]


def _called(problem: Problem, edges: list[Edge]) -> tuple[str, list[Edge]]:
    """By the cells of the slopes, or by those of the activation where they have none, or are no tensor."""
    user, name = edges[0]
    slope = problem.row.local_cells.get((user, name), user) if problem.relations.has_tensors else user
    return problem.tensor_of(slope), edges


def _of_other(op: str) -> Callable[[Problem, str, str], Change | None]:
    """The derivative of another function, of z."""

    def slope(problem: Problem, a: str, z: str) -> Change | None:
        return None if problem.columns[a].expr.op == op else to(_derivative(FUNCTIONS[op](ref(z)), z))

    return slope


def _of_other_by_output(op: str) -> Callable[[Problem, str, str], Change | None]:
    """The derivative of another function as texts have it, of a."""

    def slope(problem: Problem, a: str, z: str) -> Change | None:  # noqa: ARG001
        return None if problem.columns[a].expr.op == op else to(BY_OUTPUT[op](ref(a)))

    return slope


def _at_z(problem: Problem, a: str, z: str) -> Change | None:
    """What is meant of a, of z: z (1 - z)."""
    op = problem.columns[a].expr.op
    return to(BY_OUTPUT[op](ref(z))) if op in BY_OUTPUT else None


def _at_a(problem: Problem, a: str, z: str) -> Change | None:
    """What is meant of z, of a: sigmoid(a) (1 - sigmoid(a))."""
    expr = problem.columns[a].expr
    return to(put_in(_derivative(expr, z), {z: ref(a)})) if expr.op in FUNCTIONS_OF_ONE else None


def _derivative(expr: Expr, name: str) -> Expr:
    return partials(expr)[name]


_SLOPES: tuple[tuple[Mistake, Callable[[Problem, str, str], Change | None]], ...] = (
    *((Mistake.SLOPE_OF_OTHER, _of_other_by_output(op)) for op in BY_OUTPUT),
    (Mistake.SLOPE_AT_Z, _at_z),
    (Mistake.SLOPE_AT_A, _at_a),
    *((Mistake.SLOPE_OF_OTHER, _of_other(op)) for op in FUNCTIONS),
)
