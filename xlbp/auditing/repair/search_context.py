"""What a search may use: the cells, the chain rule's flows, and what is known of the cells' roles and headings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Place
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.repair.candidates import CandidateReferences
from xlbp.auditing.repair.fixes import Fix
from xlbp.auditing.truth.chains import Chain, chains
from xlbp.auditing.truth.derivation import Derivation
from xlbp.auditing.truth.heading_derivatives import HeadingDerivatives
from xlbp.auditing.truth.roles import Roles
from xlbp.symbols.expr import Expr
from xlbp.symbols.simplify import simplify

COUNTS = range(3, 33)  # of samples, that a sum may have been meant to be divided by


@dataclass
class SearchContext:
    """What a search may use: chains of true derivatives, candidates for references, cells of the forward pass."""

    cells: Cells
    chains: list[Chain]
    candidates: CandidateReferences
    is_backward: Callable[[Cell], bool]
    counts: Sequence[float] = ()
    scales: Sequence[float] = ()  # by which a derivative may be larger than that of the whole loss
    holds: Callable[[Cell], bool | None] = lambda cell: None  # whether a cell is what its heading promises
    role: Callable[[Cell], str] = lambda cell: ""  # the part that a cell plays
    # one term of the chain rule for a formula in the first cell: adjoint of the second times d second / d third
    term: Callable[[Cell, Cell, Cell], tuple[Expr, Mapping[str, Ref]] | None] = lambda home, user, cell: None
    # the derivative of the second cell by the third, for a formula in the first
    slope: Callable[[Cell, Cell, Cell], tuple[Expr, Mapping[str, Ref]] | None] = lambda home, user, cell: None
    # the derivative of an activation, the second cell, by its sum, for a formula in the first
    activation: Callable[[Cell, Cell], tuple[Expr | None, Mapping[str, Ref]]] = lambda home, cell: (None, {})
    seen: dict[tuple[object, ...], list[Fix]] = field(default_factory=dict)


def search_context(
    cells: Cells,
    roles: Sequence[Roles],
    places: Sequence[Place],
    candidates: CandidateReferences,
    said: HeadingDerivatives,
) -> SearchContext:
    """What the search may use at these places, whose steps have these roles."""
    forward = {cell for of in roles for cell in of.forward}
    scales = said.scales[1:]
    return SearchContext(
        cells,
        chains(cells, roles, tuple(place.cell for place in places)),
        candidates,
        lambda cell: cell not in forward and cells.is_formula(cell),
        [*scales, *(float(n) for n in COUNTS if n not in said.scales)],
        [*scales, *{place.factor for place in places[:1] if place.factor != 1}],
        said.holds,
        roles[0],
        lambda home, user, cell: _term(Derivation(cells, roles[0], home), user, cell),
        lambda home, user, cell: _slope(Derivation(cells, roles[0], home), user, cell),
        lambda home, cell: _activation(Derivation(cells, roles[0], home), cell),
    )


def _slope(derivation: Derivation, user: Cell, cell: Cell) -> tuple[Expr, dict[str, Ref]]:
    return derivation.slope(user, cell), derivation.slots


def _activation(derivation: Derivation, cell: Cell) -> tuple[Expr | None, dict[str, Ref]]:
    return derivation.activation(cell), derivation.slots


def _term(derivation: Derivation, user: Cell, cell: Cell) -> tuple[Expr, dict[str, Ref]]:
    return simplify(derivation.adjoint(user, 1) * derivation.slope(user, cell)), derivation.slots
