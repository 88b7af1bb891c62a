"""What a search may use: the cells, the chain rule's flows, and what is known of the cells' roles and headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Place
from xlbp.auditing.claims.step_blocks import StepBlocks
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.repair.candidates import CandidateReferences
from xlbp.auditing.repair.fixes import Fix
from xlbp.auditing.truth.chains import Chain, chains
from xlbp.auditing.truth.derivation import Derivation
from xlbp.auditing.truth.heading_derivatives import HeadingDerivatives
from xlbp.auditing.truth.roles import CellRole, Roles

COUNTS = range(3, 33)  # of samples, that a sum may have been meant to be divided by


@dataclass
class SearchContext:
    """What a search may use at some places; the roles and derivatives are those of the first one's step."""

    cells: Cells
    roles: Roles
    forward: set[Cell]  # the cells of the forward pass, in all steps
    chains: list[Chain]  # of true derivatives
    candidates: CandidateReferences
    headings: HeadingDerivatives
    counts: Sequence[float]  # by which a sum may have been meant to be divided
    scales: Sequence[float]  # by which a derivative may be larger than that of the whole loss
    steps: Sequence[int]  # of each place
    blocks: StepBlocks | None  # where steps stand apart
    fixes: dict[tuple[object, ...], list[Fix]] = field(default_factory=dict)  # by what was asked of which cells

    def is_backward(self, cell: Cell) -> bool:
        """Whether a cell computes something, but nothing of the forward pass."""
        return cell not in self.forward and self.cells.is_formula(cell)

    def stands_for(self, cell: Cell, origin: int, others: Mapping[Cell, int]) -> bool:
        """Whether a cell is what one of the others is, in another step; with the places that they are reached from."""
        if self.blocks is None:
            return False
        step, compiled = self.steps[origin], self.cells.compiled(cell)
        for other, other_origin in others.items():
            other_step, other_compiled = self.steps[other_origin], self.cells.compiled(other)
            if compiled is None or other_compiled is None or self.blocks.moved(cell, step, other_step) != other:
                continue
            return self.blocks.are_alike(other_compiled, other, other_step, compiled, cell, step)
        return False

    def role(self, cell: Cell) -> CellRole:
        """The part that a cell plays."""
        return self.roles.of(cell)

    def derivation(self, home: Cell) -> Derivation:
        """Writes derivatives for a formula in ``home``."""
        holders = self.headings.holders(self.roles.step, home)
        return Derivation(self.cells, self.roles, home, holders=holders)


def search_context(
    cells: Cells,
    roles: Sequence[Roles],
    places: Sequence[Place],
    candidates: CandidateReferences,
    headings: HeadingDerivatives,
    blocks: StepBlocks | None = None,
) -> SearchContext:
    """What the search may use at these places, whose steps have these roles, and stand apart in blocks perhaps."""
    forward = {cell for of_step in roles for cell in of_step.forward}
    divisors = headings.scales[1:]
    factors = {place.factor for place in places[:1] if place.factor != 1}
    other_counts = [float(count) for count in COUNTS if count not in headings.scales]
    return SearchContext(
        cells,
        roles[0],
        forward,
        chains(cells, roles, tuple(place.cell for place in places)),
        candidates,
        headings,
        [*divisors, *other_counts],
        [*divisors, *factors],
        [place.step for place in places],
        blocks,
    )
