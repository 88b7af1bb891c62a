"""Which activations a book has: functions of one number, each with the units that take it.

They are found by what stands in the cells, so that a network's layers, the gates of a recurrent layer, and a formula's
own sigmoid are treated alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlbp.symbols.derivatives import RULES
from xlbp.symbols.expr import Expr, lift, names_in, ref, topological
from xlbp.symbols.program import Column
from xlbp.symbols.simplify import simplify
from xlbp.template.activations import ACTIVATIONS, Activation
from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.listed import listed
from xlbp.workbook.sheets.answering import thinned

MOST_UNITS = 24  # that are shown of each function
Z, A = ref("z"), ref("a")  # what goes in and what comes out, in the expressions of a function
GATED, GATE = "gated", "g"  # the kind of a block with a gate of its own, and the gate's letter


@dataclass(frozen=True)
class Unit:
    """The names of what goes into an activation and of what comes out; of a batch those of its first sample."""

    z: Quantity
    a: Quantity


@dataclass(frozen=True)
class Function:
    """An activation with its option ``k``: ``value`` is made of z, ``slope`` of z and a.

    ``units`` are those that are shown, of ``count`` that there are; ``labels`` name them in a list.
    """

    kind: str
    k: float | None
    value: Expr
    slope: Expr
    units: tuple[Unit, ...]
    labels: tuple[str, ...]
    count: int

    @property
    def record(self) -> Activation:
        """All else that is known of it."""
        return ACTIVATIONS[self.kind]


def functions_of(contents: Contents) -> tuple[Function, ...]:
    """The activations of a book, in the order in which they first come."""
    return contents.worked_out(_functions_of)


def _functions_of(contents: Contents) -> tuple[Function, ...]:
    grouped: dict[tuple[str, float | None, Expr, Expr], list[Unit]] = {}
    for kind, k, value, slope, unit in _each(contents):
        grouped.setdefault((kind, k, value, slope), []).append(unit)
    return tuple(_function(contents, *key, units) for key, units in grouped.items())


def _function(
    contents: Contents, kind: str, k: float | None, value: Expr, slope: Expr, units: Sequence[Unit]
) -> Function:
    shown = few_of_each_layer(units)
    labels = listed([contents.bare_symbol(unit.a) for unit in shown])
    return Function(kind, k, value, slope, tuple(shown), tuple(labels), len(units))


def few_of_each_layer(units: Sequence[Unit], most: int = MOST_UNITS) -> list[Unit]:
    """At most so many units: of the largest layers as many, evenly spread, as leave room for the others."""
    layers: dict[str, list[Unit]] = {}
    for unit in units:
        layers.setdefault(unit.a.block, []).append(unit)
    sizes = [len(layer) for layer in layers.values()]
    share = next((n for n in range(max(sizes), 0, -1) if sum(min(n, size) for size in sizes) <= most), 1)
    return thinned([unit for layer in layers.values() for unit in thinned(layer, share)], most)


def _each(contents: Contents) -> Iterator[tuple[str, float | None, Expr, Expr, Unit]]:
    """Every activation of the first sample: kind, option, value, slope, unit."""
    columns = {column.name: column for column in contents.program.columns if column.phase == "forward"}
    model, marks = contents.template.model, ("", *contents.template.model.marks[:1])
    gated = {str(node.layer): node.block.activation for node, _ in model.each_tensor() if node.block.kind == GATED}
    for column in columns.values():
        if column.expr.op not in ACTIVATIONS and not column.jacobian:
            continue
        a = contents.quantity(column.name)
        if a.sample not in marks:
            continue
        if a.block in gated and a.letter in ("a", GATE):
            if a.letter == "a":
                yield from _gated(contents, gated[a.block], a, column, columns)
        elif (found := _plain(column)) is not None:
            kind, k, value, slope, z = found
            yield kind, k, value, slope, Unit(contents.quantity(z), a)


def _plain(column: Column) -> tuple[str, float | None, Expr, Expr, str] | None:
    """An activation of the number in another cell: kind, option, value, slope, and the name of that cell."""
    op, args = column.expr.op, column.expr.args
    if op not in RULES or op not in ACTIVATIONS or args[0].op != "ref":
        return None
    if any(arg.op != "const" for arg in args[1:]):
        return None
    option = args[1].payload if len(args) > 1 else None
    slope = simplify(lift(RULES[op](A, Z, *args[1:])[0]))
    k = option if isinstance(option, float) else None
    return op, k, Expr(op, (Z, *args[1:])), slope, str(args[0].payload)


def _gated(
    contents: Contents, kind: str, a: Quantity, column: Column, columns: Mapping[str, Column]
) -> Iterator[tuple[str, float | None, Expr, Expr, Unit]]:
    """An activation z times a gate of z: the gate's own cell is put in."""
    gate = a.lettered(GATE)
    z = next(name for name in names_in(column.expr) if name != gate)
    put_in = {z: Z, str(a): A, str(gate): _with(columns[gate].expr, {z: Z})}
    yield kind, None, _with(column.expr, put_in), _with(dict(column.jacobian)[z], put_in), Unit(contents.quantity(z), a)


def _with(expr: Expr, put_in: Mapping[str, Expr]) -> Expr:
    """An expression with others in the places of some names."""
    done: dict[Expr, Expr] = {}
    for node in topological(expr):
        args = tuple(done[arg] for arg in node.args)
        done[node] = put_in[str(node.payload)] if node.op == "ref" else Expr(node.op, args, node.payload)
    return done[expr]
