"""What a wrong cell may have been meant to be: derivatives along the ways from a parameter up to the loss.

Several places are looked at together, as points: the rows of a column, or the cells of a block.  A chain holds,
for every point, the cell of the same part: the pre-activation above each weight, the activation above that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.truth.roles import Roles

Vector = NDArray[np.float64]
MOST_CHAINS = 150


@dataclass(frozen=True)
class Flow:
    """What reaches a cell from one of its users: adjoint of the user times the local derivative."""

    users: tuple[Cell, ...]
    adjoint: Vector
    slope: Vector

    @property
    def value(self) -> Vector:
        """The product, which is one term of the chain rule's sum."""
        return self.adjoint * self.slope

    def seen_from(self, points: tuple[int, ...]) -> Flow:
        """The same at some of the points, in another order perhaps."""
        at = list(points)
        return Flow(tuple(self.users[k] for k in at), self.adjoint[at], self.slope[at])


@dataclass(frozen=True)
class Chain:
    """A cell for each point, the adjoints of these cells, and what these are the sums of."""

    cells: tuple[Cell, ...]
    adjoint: Vector
    flows: tuple[Flow, ...]
    slope: Vector  # of the cells by the sums that they are activations of; NaN where they are none

    def seen_from(self, points: tuple[int, ...]) -> Chain:
        """The same at some of the points."""
        at = list(points)
        flows = tuple(flow.seen_from(points) for flow in self.flows)
        return Chain(tuple(self.cells[k] for k in at), self.adjoint[at], flows, self.slope[at])


def chains(cells: Cells, roles: Sequence[Roles], starts: tuple[Cell, ...]) -> list[Chain]:
    """The chains from the start cells up to the loss; point k lies in the step of ``roles[k]``."""
    by_cells: dict[tuple[Cell, ...], Chain] = {}
    waiting = [starts]
    while waiting and len(by_cells) < MOST_CHAINS:
        points = waiting.pop(0)
        if points in by_cells:
            continue
        by_cells[points] = _chain(cells, roles, points)
        waiting += [flow.users for flow in by_cells[points].flows]
    return list(by_cells.values())


def _chain(cells: Cells, roles: Sequence[Roles], points: tuple[Cell, ...]) -> Chain:
    """The cells' own chain; without flows where the points have not the same number of users."""
    users_of_points = [of_step.users.get(cell, []) for of_step, cell in zip(roles, points, strict=True)]
    flows: tuple[Flow, ...] = ()
    if len({len(users) for users in users_of_points}) == 1:
        flows = tuple(_flow(cells, roles, points, users) for users in zip(*users_of_points, strict=True))
    slope = np.array([cells.slope_of_activation(cell) for cell in points])
    return Chain(points, _adjoints(roles, points), flows, slope)


def _adjoints(roles: Sequence[Roles], points: tuple[Cell, ...]) -> Vector:
    """The derivatives of the loss by these cells; NaN where a cell has none."""
    adjoints = (of_step.forward.get(cell) for of_step, cell in zip(roles, points, strict=True))
    return np.array([np.nan if adjoint is None else adjoint.value for adjoint in adjoints])


def _flow(cells: Cells, roles: Sequence[Roles], points: tuple[Cell, ...], users: tuple[Cell, ...]) -> Flow:
    slopes = [_slopes_by_cell(cells, user).get(cell, 0.0) for user, cell in zip(users, points, strict=True)]
    return Flow(users, _adjoints(roles, users), np.array(slopes))


def _slopes_by_cell(cells: Cells, user: Cell) -> dict[Cell, float]:
    """Local derivatives by cell; a formula may refer to a cell in two ways ($A$1 and A1)."""
    slopes: dict[Cell, float] = {}
    for cell, slope in cells.slopes(user):
        slopes[cell] = slopes.get(cell, 0.0) + slope
    return slopes
