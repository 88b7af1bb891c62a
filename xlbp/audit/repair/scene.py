"""What a search may use: the cells, the chain rule's flows, and what is known of the cells' roles and headings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from xlbp.audit.calculation.cells import Cells
from xlbp.audit.reading.syntax import Cell, Ref
from xlbp.audit.repair.fixes import Fix
from xlbp.audit.truth.chains import Chain
from xlbp.graph.expr import Expr


@dataclass
class Scene:
    """What a search may use: chains of true derivatives, candidates for references, cells of the forward pass."""

    cells: Cells
    chains: list[Chain]
    candidates: Callable[[Cell], list[Ref]]
    is_backward: Callable[[Cell], bool]
    counts: Sequence[float] = ()
    scales: Sequence[float] = ()  # by which a derivative may be larger than that of the whole loss
    holds: Callable[[Cell], bool | None] = lambda cell: None  # whether a cell is what its heading promises
    role: Callable[[Cell], str] = lambda cell: ""  # the part that a cell plays
    # one term of the chain rule for a formula in the first cell: adjoint of the second times d second / d third
    term: Callable[[Cell, Cell, Cell], tuple[Expr, Mapping[str, Ref]] | None] = lambda home, user, cell: None
    # the derivative of the second cell by the third, for a formula in the first
    slope: Callable[[Cell, Cell, Cell], tuple[Expr, Mapping[str, Ref]] | None] = lambda home, user, cell: None
    seen: dict[tuple[object, ...], list[Fix]] = field(default_factory=dict)
