"""Whole rows computed by a mistake: what a student who makes it everywhere arrives at.

A world is the row's own formulas with some of them changed, from the student's own parameters on; a derivative
that agrees with a world was computed by its mistake, however many cells lie between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from xlbp.misconceptions.relations import Relations
from xlbp.misconceptions.rewriting import put_in
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, names_in, ref, total
from xlbp.symbols.program import Program
from xlbp.template.blocks.block import Role
from xlbp.template.quantity import GRADIENT

MOST_PATHS = 6


@dataclass(frozen=True)
class World:
    """Columns that are computed in another way."""

    mistake: Mistake
    instead: dict[str, Expr]
    about: str = ""


def worlds(program: Program, relations: Relations) -> Iterator[World]:
    """The mistakes that run through a whole backward pass."""
    for slopes in filter(None, relations.slopes.values()):
        yield World(Mistake.NO_SLOPE, {slope: const(1) for slope in slopes}, min(slopes))
    backward, passes = ("backward",), ("backward", "forward")
    every = tuple(column.phase for column in program.columns)
    for mistake, phases, other in (
        (Mistake.UPDATED_WEIGHTS, backward, relations.updated),
        (Mistake.TRANSPOSED, backward, relations.transposed),
        (Mistake.TRANSPOSED, passes, relations.transposed),
        (Mistake.OTHER_TARGET, every, relations.next_target),
    ):
        instead = _exchanged(program, phases, other)
        if instead:
            yield World(mistake, instead)
    yield from _paths(program, relations)


def _exchanged(program: Program, phases: tuple[str, ...], other: Callable[[str], str | None]) -> dict[str, Expr]:
    """The columns of these phases in which another quantity is taken for one of them."""
    instead: dict[str, Expr] = {}
    for column in program.columns:
        if column.phase in phases:
            pairs = ((name, other(name)) for name in names_in(column.expr))
            changed = put_in(column.expr, {name: ref(taken) for name, taken in pairs if taken is not None})
            if changed is not column.expr:
                instead[column.name] = changed
    return instead


def _paths(program: Program, relations: Relations) -> Iterator[World]:
    """One of the ways back from the loss is left out, everywhere."""
    sums = [c for c in program.columns if c.phase == "backward" and c.expr.op == "add" and _is_joint(c.name, relations)]
    for lost in range(min(MOST_PATHS, max((len(column.expr.args) for column in sums), default=0))):
        instead = {c.name: total(arg for n, arg in enumerate(c.expr.args) if n != lost) for c in sums}
        about = names_in(sums[0].expr.args[lost])[0] if lost < len(sums[0].expr.args) else ""
        yield World(Mistake.NO_PATH, instead, about)


def _is_joint(name: str, relations: Relations) -> bool:
    """Whether ways back meet in a quantity: the derivative by an activation, which feeds several units."""
    quantity = relations.quantities[name]
    of = quantity.of if quantity.relation == GRADIENT else None
    return of is not None and relations.model.role(of) is Role.ACTIVATION
