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
MOST = 150  # chains


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
    found: dict[tuple[Cell, ...], Chain] = {}
    waiting = [starts]
    while waiting and len(found) < MOST:
        here = waiting.pop(0)
        if here in found:
            continue
        users = [of.users.get(cell, []) for of, cell in zip(roles, here, strict=True)]
        alike = len({len(each) for each in users}) == 1
        flows = tuple(_flow(cells, roles, here, above) for above in zip(*users, strict=True)) if alike else ()
        slope = np.array([cells.slope_of_activation(cell) for cell in here])
        found[here] = Chain(here, _adjoints(roles, here), flows, slope)
        waiting += [flow.users for flow in flows]
    return list(found.values())


def _adjoints(roles: Sequence[Roles], cells: tuple[Cell, ...]) -> Vector:
    return np.array([of.forward[c].value if c in of.forward else np.nan for of, c in zip(roles, cells, strict=True)])


def _flow(cells: Cells, roles: Sequence[Roles], here: tuple[Cell, ...], users: tuple[Cell, ...]) -> Flow:
    slopes = [dict(_summed(cells, user)).get(cell, 0.0) for user, cell in zip(users, here, strict=True)]
    return Flow(users, _adjoints(roles, users), np.array(slopes))


def _summed(cells: Cells, user: Cell) -> dict[Cell, float]:
    """Local derivatives by cell; a formula may refer to a cell in two ways ($A$1 and A1)."""
    total: dict[Cell, float] = {}
    for cell, slope in cells.slopes(user):
        total[cell] = total.get(cell, 0.0) + slope
    return total
