"""A Program is one row; training is fill-down.

Each :class:`Column` binds a name to the expression of its cell.  A builder keeps to the rule that
nothing is computed twice in a row: a subexpression that has a cell already becomes a reference to it.
:func:`check` refuses what is not a row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from xlbp.symbols.derivatives import partials
from xlbp.symbols.expr import Expr, const, names_in, ref, topological, total
from xlbp.symbols.simplify import simplify


class ProgramError(ValueError):
    """The columns do not make a row."""


@dataclass(frozen=True)
class Column:
    """``name`` is ``expr`` in every row, or ``start`` in the first; ``phase`` and ``layer`` group it.

    ``jacobian`` holds derivatives known in closed form, which then need no rule of the table; ``above`` is what
    the column counts as in the row above the first, where its formula refers to itself.
    """

    name: str
    expr: Expr
    phase: str
    layer: int = 0
    start: Expr | None = None
    jacobian: tuple[tuple[str, Expr], ...] = ()
    above: Expr | None = None

    @property
    def given(self) -> bool:
        """Whether the first row holds a plain number, which a person may change."""
        return self.start is not None and self.start.op == "const"

    def at(self, iteration: int) -> Expr:
        """The expression that stands in the row of this iteration."""
        return self.start if iteration == 0 and self.start is not None else self.expr

    @cached_property
    def uses(self) -> tuple[str, ...]:
        """What it refers to in its own row, be that the first or another one."""
        return (*names_in(self.expr), *(() if self.start is None else names_in(self.start)))

    @cached_property
    def uses_above(self) -> tuple[str, ...]:
        """What it refers to in the row above."""
        return (*names_in(self.expr, "prev"), *(() if self.start is None else names_in(self.start, "prev")))


@dataclass(frozen=True)
class Program:
    """The columns in the order in which they stand, and the quantities the panel holds.

    ``answer`` are columns that stand in no row: the forward pass of an input that is no sample.
    """

    columns: tuple[Column, ...]
    panel: tuple[str, ...]
    answer: tuple[Column, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)


class Builder:
    """Collects columns, one cell for each distinct expression."""

    def __init__(self) -> None:
        self.columns: dict[str, Column] = {}
        self._cells: dict[Expr, Expr] = {}
        self._partials: dict[str, dict[str, Expr]] = {}

    def add(self, column: Column) -> Expr:
        """Append a column and return the reference to its cell."""
        if column.name in self.columns:
            raise ProgramError(f"the column {column.name!r} is bound twice")
        self.columns[column.name] = column
        cell = ref(column.name)
        if column.start is None and column.expr.args:
            self._cells.setdefault(column.expr, cell)
        return cell

    def define(
        self, name: str, expr: Expr, phase: str, layer: int = 0, jacobian: tuple[tuple[str, Expr], ...] = ()
    ) -> Expr:
        """Append ``name = expr``, simplified and with known cells put in."""
        return self.add(Column(name, self.reuse(simplify(expr)), phase, layer, jacobian=jacobian))

    def define_apart(
        self,
        name: str,
        expr: Expr,
        phase: str,
        layer: int,
        jacobian: tuple[tuple[str, Expr], ...],
        apart: Collection[str],
    ) -> Expr:
        """The same as a cell of its own: no copy of one that computes the same, and with none of ``apart`` put in."""
        plain = simplify(expr)
        own = Expr(plain.op, tuple(self.reuse(arg, apart) for arg in plain.args), plain.payload)
        return self.add(Column(name, own, phase, layer, jacobian=jacobian))

    def reuse(self, expr: Expr, apart: Collection[str] = ()) -> Expr:
        """``expr`` with each subexpression that has a cell, none of ``apart``, replaced by a reference to it."""
        done: dict[Expr, Expr] = {}
        for node in topological(expr):
            args = tuple(done[arg] for arg in node.args)
            plain = node if args == node.args else Expr(node.op, args, node.payload)
            cell = self._cells.get(plain, plain)
            done[node] = cell if cell is plain or cell.payload not in apart else plain
        return done[expr]

    def partials(self, name: str) -> dict[str, Expr]:
        """The local derivatives of a column, by what it refers to."""
        if name not in self._partials:
            column = self.columns[name]
            found = dict(column.jacobian) or partials(column.expr, ref(name))
            self._partials[name] = {key: self.reuse(simplify(value)) for key, value in found.items()}
        return self._partials[name]


class Adjoints:
    """Reverse accumulation over columns: dE/dname = sum over its users of dE/duser * duser/dname.

    The sum runs over the users in the order of their columns.  ``seeds`` are the columns whose
    derivative is 1.  A caller walks backward and calls :meth:`expression` once all users of a name
    have their adjoints, then :meth:`bind` to say which cell holds it.
    """

    def __init__(self, builder: Builder, seeds: Iterable[str]) -> None:
        self.builder = builder
        self.found: dict[str, Expr] = dict.fromkeys(seeds, const(1))
        self.users: dict[str, list[str]] = {}
        for column in builder.columns.values():
            for name in dict(column.jacobian) or names_in(column.expr):
                self.users.setdefault(name, []).append(column.name)

    def bind(self, name: str, cell: Expr) -> None:
        """The adjoint of ``name`` is this expression, normally a reference to its own cell."""
        self.found[name] = cell

    def flows(self, name: str) -> list[tuple[str, Expr, Expr]]:
        """What reaches ``name``: (user, adjoint of the user, local derivative) for each user."""
        users = (user for user in self.users.get(name, ()) if user in self.found)
        return [(user, self.found[user], self.builder.partials(user)[name]) for user in users]

    def expression(self, name: str) -> Expr:
        """The adjoint of ``name``, simplified, in terms of cells."""
        terms = total(adjoint * local for _, adjoint, local in self.flows(name))
        return self.builder.reuse(simplify(terms))


def check(program: Program) -> Program:
    """Return the program if every name is bound once, none is unbound, and no row has a cycle.

    Raises ProgramError naming the column at fault.
    """
    bound = set(program.panel)
    every = set(program.names)
    for column in program.columns:
        if column.name in bound:
            raise ProgramError(f"the column {column.name!r} is bound twice")
        for expr in (column.expr, column.start):
            _check_references(column.name, expr, bound, every)
        bound.add(column.name)
    return program


def _check_references(name: str, expr: Expr | None, bound: set[str], every: set[str]) -> None:
    if expr is None:
        return
    for used in names_in(expr):
        if used not in bound:
            why = "stands in a later column, which makes a cycle" if used in every else "is bound nowhere"
            raise ProgramError(f"{name!r} refers to {used!r}, which {why}")
    for used in names_in(expr, "pick"):
        if f"{used}#1" not in bound:
            raise ProgramError(f"{name!r} picks from {used!r}, which the panel does not hold")
    for used in names_in(expr, "prev"):
        if used not in every:
            raise ProgramError(f"{name!r} refers to {used!r} of the row above, which no column holds")
