"""The mistakes that are tried, subject by subject: each a function from a problem to its misconceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlbp.misconceptions.catalogue import (
    activations,
    attention,
    biases,
    convolution,
    losses,
    masks,
    norms,
    optimizers,
    paths,
    recording,
    recurrent,
    scaling,
    softmax,
    updates,
    weights,
)
from xlbp.misconceptions.misconception import Misconception
from xlbp.misconceptions.problem import Problem

CATALOGUE: tuple[Callable[[Problem], Iterator[Misconception]], ...] = (  # of what explains as much, the first is named
    losses.of_factors,
    updates.of_signs,
    biases.forgotten,
    activations.slopes_left_out,
    softmax.of_deltas,
    softmax.of_jacobians,
    softmax.twice,
    weights.updated,
    weights.transposed,
    activations.other_slopes,
    recurrent.through_time,
    recurrent.states,
    recurrent.gates,
    recurrent.carried,
    recurrent.slopes_between_steps,
    recurrent.truncations,
    norms.way_back,
    norms.variances,
    attention.scores,
    attention.shares,
    convolution.kernels,
    convolution.pools,
    masks.dropout,
    masks.embeddings,
    optimizers.conventions,
    optimizers.clipping,
    optimizers.schedules,
    losses.of_penalties,
    losses.of_targets,
    losses.broadcast,
    biases.gradients,
    biases.trained_twice,
    recurrent.one_step,
    updates.steps,
    updates.per_sample,
    updates.accumulated,
    updates.other_rates,
    scaling.inputs,
    recording.recorded,
    recording.conventions,
    weights.inputs,
    softmax.of_axes,
    norms.axes,
    activations.other_functions,
    paths.left_out,
    paths.factors,
)


def misconceptions(problem: Problem) -> Iterator[Misconception]:
    """All that apply to a problem, the common ones first."""
    for subject in CATALOGUE:
        yield from subject(problem)
