"""A mistake as a training: which cells of the row a person writes, derives or updates otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from xlbp.misconceptions.told import Told, as_it_is
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr
from xlbp.template.template import Template

Change: TypeAlias = Callable[[Expr], Expr]  # what stands in a cell, to what stands there by the mistake
Edge: TypeAlias = tuple[str, str]  # a cell, and one that it uses


@dataclass(frozen=True)
class Misconception:
    """What a person takes for right.

    ``cells`` of the forward pass and of the loss are written otherwise, and the way back follows from them as they
    are.  ``slopes`` are local derivatives taken otherwise: of a cell, by one that it uses.  ``columns`` of any phase
    stand otherwise, and nothing follows: gradients that are not divided, updates in the wrong direction.
    With ``turns`` a row is gone through several times, each with one more mistake, as where each sample moves the
    parameters by itself.  ``template`` is another problem in place of the right one, as with another optimizer;
    ``told`` is what a person tells of the rows who computes them right but writes down others; ``is_late`` where these
    are those of the next iteration.  ``about`` is a quantity or a tensor, '' for none.
    """

    mistake: Mistake
    about: str = ""
    cells: Mapping[str, Change] = field(default_factory=dict)
    slopes: Mapping[Edge, Change] = field(default_factory=dict)
    columns: Mapping[str, Change] = field(default_factory=dict)
    turns: tuple[Misconception, ...] = ()
    template: Template | None = None
    told: Told = as_it_is
    is_late: bool = False

    @property
    def changes_cells(self) -> bool:
        """Whether anything in the row is another."""
        return bool(self.cells or self.slopes or self.columns)


def to(expr: Expr) -> Change:
    """Always this, whatever stood there."""
    return lambda _: expr


def times(factor: Expr | float) -> Change:
    """So many times what stood there."""
    return lambda expr: expr * factor
