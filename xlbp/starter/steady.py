"""Keeps a first network from a start that rounding noise drives.

Where the data lie evenly about their mean, a bias that starts at 0 has the gradient 0, but for roundings; an optimizer
that divides a gradient by its own size follows these, and every program shows other numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from xlbp.starter.plan import Plan
from xlbp.template.template import Template


@dataclass(frozen=True)
class NoisyStart:
    """A training that noise drives; ``resting`` are the layers whose biases never move in exact arithmetic."""

    resting: frozenset[int]


FindNoise = Callable[[Template], NoisyStart | None]


def unlooked(_: Template) -> NoisyStart | None:
    """Nobody looks for noise."""
    return None


def steady(plan: Plan, noise_of: Callable[[Plan], NoisyStart | None]) -> Plan:
    """The plan; if noise drives it, one with resting biases frozen, with biases apart, or with plain steps."""
    found, frozen = noise_of(plan), plan
    while found is not None and found.resting - frozen.frozen:
        frozen = replace(frozen, frozen=frozen.frozen | found.resting)
        found = noise_of(frozen)
    if found is None:
        return frozen
    apart = replace(plan, biases_apart=True)
    if noise_of(apart) is None:
        return apart
    return replace(plan, plain_steps=True, wishes=replace(plan.wishes, optimizer="sgd"))
