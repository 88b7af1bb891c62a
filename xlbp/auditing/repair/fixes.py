"""A change of a formula: what stood in its parts and what should, what it costs, and the cells that it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from xlbp.auditing.calculation.expressions import joined
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.reading.syntax import Cell, Node, Ref
from xlbp.auditing.truth.chains import Vector
from xlbp.symbols.expr import Expr, names_in

ONE_SLIP = 0.6  # of the sum of their costs, where several terms have one


@dataclass(frozen=True)
class Edit:
    """One change: ``hint`` says of which sort, ``found`` and ``expected`` are the parts that differ."""

    hint: str
    found: Expr
    expected: Expr
    times: int = 1


@dataclass(frozen=True)
class ChangedFormula:
    """The changed formula of one series of cells, with the values it gives there."""

    cells: tuple[Cell, ...]
    expr: Expr
    slots: Mapping[str, Ref]
    values: Vector
    edits: tuple[Edit, ...]
    text: str = ""  # the formula itself, where it is more than its expression: a matrix product
    trees: tuple[Node, Node, Node] | None = None  # the formula as a tree, and of it the old part and the new one

    @cached_property
    def compiled(self) -> Compiled:
        """The changed formula, ready to be computed."""
        return Compiled(self.expr, tuple((name, self.slots[name]) for name in dict.fromkeys(names_in(self.expr))))


@dataclass(frozen=True)
class Fix:
    """Changes that belong together; the cheaper, the more plausible."""

    cost: float
    expr: Expr
    edits: tuple[Edit, ...] = ()
    parts: tuple[ChangedFormula, ...] = ()


def choices(tried: list[list[Fix]]) -> Iterator[list[Fix]]:
    """For each term its cheapest change; and for each a change of the cell that it refers to, where there is one."""
    cheapest = [fixes[0] for fixes in tried]
    yield cheapest
    behind = [next((fix for fix in fixes if fix.parts), fixes[0]) for fixes in tried]
    if behind != cheapest:
        yield behind


def together(terms: list[tuple[int, Expr]], at: list[int], chosen: list[Fix]) -> Fix:
    """Changes of several terms as one; the same slip in all of them is likelier than the sum of them."""
    new = dict(zip(at, (fix.expr for fix in chosen), strict=True))
    parts = {part.cells: part for fix in chosen for part in fix.parts}
    return Fix(
        sum(fix.cost for fix in chosen) * (ONE_SLIP if len(chosen) > 1 else 1.0),
        joined([(sign, new.get(k, term)) for k, (sign, term) in enumerate(terms)]),
        tuple(edit for fix in chosen for edit in fix.edits),
        tuple(parts.values()),
    )
