"""Whole rows computed by a mistake: what a student who makes it everywhere arrives at.

A world is the row's own formulas with some of them changed, from the student's own parameters on; a derivative
that agrees with a world was computed by its mistake, however many cells lie between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.classroom.marking.mutants import INDEXED, put_in
from xlbp.symbols.expr import Expr, const, names_in, ref
from xlbp.symbols.program import Program
from xlbp.template import names
from xlbp.template.network import Network

MOST_PATHS = 6


@dataclass(frozen=True)
class World:
    """Columns that are computed in another way."""

    kind: str
    instead: dict[str, Expr]
    about: str = ""


def worlds(program: Program, network: Network) -> Iterator[World]:
    """The mistakes that run through a whole backward pass."""
    every = set(program.names)
    for number in range(1, len(network.layers) + 1):
        slopes: dict[str, Expr] = {n: const(1) for n in every if n.startswith(f"f'{number}[")}
        if slopes:
            yield World("no_slope", slopes, min(slopes))
    backward = [c for c in program.columns if c.phase == "backward"]
    moved = {n: ref(names.updated(n)) for n in every if names.updated(n) in every}
    forward = [c for c in program.columns if c.phase in ("backward", "forward")]
    for kind, columns, change in (
        ("updated_weights", backward, moved),
        ("transposed", backward, _turned(every)),
        ("transposed", forward, _turned(every)),
        ("other_target", list(program.columns), _next_target(every | set(program.panel), network)),
    ):
        instead = {c.name: put_in(c.expr, change) for c in columns}
        instead = {c.name: instead[c.name] for c in columns if instead[c.name] is not c.expr}
        if instead:
            yield World(kind, instead)
    yield from _paths(program)


def _turned(every: set[str]) -> dict[str, Expr]:
    """W[j,i] for W[i,j]."""
    found: dict[str, Expr] = {}
    for name in every:
        match = INDEXED.fullmatch(name)
        if match and re.fullmatch(r"W\d+", match[1]):
            i, j = match[2].split(",")
            if i != j and f"{match[1]}[{j},{i}]" in every:
                found[name] = ref(f"{match[1]}[{j},{i}]")
    return found


def _next_target(every: set[str], network: Network) -> dict[str, Expr]:
    """Each target is that of the next output."""
    found: dict[str, Expr] = {}
    for name in every:
        match = INDEXED.fullmatch(name)
        if match and match[1] == "t":
            other = f"t[{int(match[2]) % network.layers[-1].units + 1}]{match[3] or ''}"
            if other != name and other in every:
                found[name] = ref(other)
    return found


def _paths(program: Program) -> Iterator[World]:
    """One of the ways back from the loss is left out, everywhere."""
    sums = [c for c in program.columns if c.phase == "backward" and c.expr.op == "add" and c.name.startswith("da")]
    for lost in range(min(MOST_PATHS, max((len(c.expr.args) for c in sums), default=0))):
        instead = {}
        for column in sums:
            rest = [arg for n, arg in enumerate(column.expr.args) if n != lost]
            instead[column.name] = rest[0] if len(rest) == 1 else Expr("add", tuple(rest))
        about = names_in(sums[0].expr.args[lost])[0] if lost < len(sums[0].expr.args) else ""
        yield World("no_path", instead, about)
