"""The mistakes that are tried, subject by subject: each a function from a problem to its misconceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlbp.misconceptions.catalogue import activations, biases, losses, updates, weights
from xlbp.misconceptions.misconception import Misconception
from xlbp.misconceptions.problem import Problem

CATALOGUE: tuple[Callable[[Problem], Iterator[Misconception]], ...] = (  # of what explains as much, the first is named
    losses.of_factors,
    updates.of_signs,
    biases.forgotten,
    activations.slopes_left_out,
    weights.updated,
    weights.transposed,
    activations.other_slopes,
    activations.other_functions,
    updates.steps,
    biases.gradients,
    weights.inputs,
)


def misconceptions(problem: Problem) -> Iterator[Misconception]:
    """All that apply to a problem, the common ones first."""
    for subject in CATALOGUE:
        yield from subject(problem)
