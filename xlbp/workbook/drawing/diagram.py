"""What the picture of a network or of a graph holds: nodes in layers, and the edges that lead into each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from xlbp.symbols.expr import Expr
from xlbp.template.blocks.block import PARAMETERS
from xlbp.template.model import Unit
from xlbp.template.quantity import Quantity
from xlbp.workbook.page.lens import Lens

MOST_NODES, MOST_EDGES = 10, 48  # in a layer, and between two layers


@dataclass(frozen=True)
class Edge:
    """From a node to the one it belongs to: a quantity on it, and if it is trained, that one's gradient."""

    source: str
    symbol: str
    quantity: str
    gradient: str = ""


@dataclass
class Node:
    """A unit: its symbol, the quantities it shows, and what leads into it.  A passing line shows none.

    ``kind`` is "unit", or "target" or "loss" at the end of a network.
    """

    key: str
    symbol: str
    forward: str = ""
    backward: str = ""
    edges: list[Edge] = field(default_factory=list)
    kind: str = "unit"

    @property
    def rows(self) -> int:
        """The rows it takes: three for itself, one for each edge, and one of air."""
        return 1 if not self.forward else max(3, len(self.edges)) + 1


Layers = list[list[Node]]


def diagram(lens: Lens) -> Layers:
    """The picture, or [] if it is too large for one."""
    units = lens.contents.template.model.units(lens.mark)
    layers: Layers = [[] for _ in range(1 + max(unit.stage for unit in units))]
    if any(sum(unit.stage == stage for unit in units) > MOST_NODES for stage in range(len(layers))):
        return []
    _Diagram(lens, units, layers).fill()
    too_large = any(len(layer) > MOST_NODES or sum(len(n.edges) for n in layer) > MOST_EDGES for layer in layers)
    return [] if too_large else layers


class _Term(NamedTuple):
    """What stands on an edge, the unit that it comes from, if it does, and the gradient of what is trained."""

    quantity: Quantity
    source: Unit | None = None
    gradient: str = ""


class _Diagram:
    """Draws unit after unit; an edge over several layers passes through those between."""

    def __init__(self, lens: Lens, units: tuple[Unit, ...], layers: Layers) -> None:
        self.lens, self.contents, self.units, self.layers = lens, lens.contents, units, layers
        self.columns = {column.name: column for column in self.contents.program.columns}
        self.unit_of = {part: unit for unit in units for part in (unit.name, *unit.parts)}

    def fill(self) -> None:
        """A node for each unit, with its edges."""
        for unit in self.units:
            backward = unit.derivative if unit.derivative in self.columns else None
            node = Node(unit.name, self.lens.labelled(unit.name), unit.name, backward or "")
            for quantity, source, gradient in self.terms(unit):
                through = self.passing(source, quantity, unit.stage) if source else ""
                node.edges.append(Edge(through, self.lens.symbol(quantity), quantity, gradient))
            self.layers[unit.stage].append(node)

    def terms(self, unit: Unit) -> Iterator[_Term]:
        """What leads into a unit."""
        for source, quantity in unit.arguments:
            yield _Term(quantity, self.unit_of[source])
        for formula in unit.formulas:
            if formula in self.columns:
                yield from _Formula(self, unit).terms(self.columns[formula].expr)

    def passing(self, source: Unit, quantity: str, end: int) -> str:
        """The node an edge comes from in the layer before ``end``: the source, or a line that passes there.

        A constant that goes to several steps has one line, from which they branch off.
        """
        symbol = self.lens.symbol(source.name)
        return passing_line(self.layers, symbol, source.name, source.stage, end, quantity)


def passing_line(layers: Layers, symbol: str, source: str, start: int, end: int, quantity: str = "") -> str:
    """The node an edge into the layer ``end`` comes from: its source, or the line that passes the layers between.

    ``quantity`` is what the line stands for; several edges with the same one share a line.
    """
    before = source
    for place in range(start + 1, end):
        key = f"{quantity or source}>{place}"
        if all(node.key != key for node in layers[place]):
            layers[place].append(Node(key, symbol, edges=[Edge(before, "", quantity)]))
        before = key
    return before


class _Formula:
    """What one of a unit's formulas refers to.

    A parameter times a number of an earlier unit is one term; any other such number comes by itself, and any other
    parameter, as a bias, from nowhere.  What the block computes on the way is looked through.
    """

    def __init__(self, diagram: _Diagram, unit: Unit) -> None:
        self.diagram, self.contents, self.unit = diagram, diagram.contents, unit
        self.seen: set[Quantity] = set()

    def terms(self, expr: Expr) -> Iterator[_Term]:
        """The terms of an expression, from left to right."""
        if expr.op == "mul" and (weighted := self.weighted(*map(self.named, expr.args))):
            yield weighted
        elif (name := self.named(expr)) is not None:
            yield from self.alone(name)
        else:
            for arg in expr.args:
                yield from self.terms(arg)

    def named(self, expr: Expr) -> Quantity | None:
        """The quantity that a reference to this row is to; None for any other expression."""
        return self.contents.quantity(str(expr.payload)) if expr.op == "ref" else None

    def weighted(self, left: Quantity | None, right: Quantity | None) -> _Term | None:
        """A parameter times a number of an earlier unit, in either order."""
        for weight, number in ((left, right), (right, left)):
            if weight is not None and number is not None and self.is_parameter(weight) and self.earlier(number):
                return _Term(weight, self.earlier(number), self.gradient(weight))
        return None

    def alone(self, name: Quantity) -> Iterator[_Term]:
        """A reference that is not weighted; each is told once."""
        if name in self.seen:
            return
        self.seen.add(name)
        unit, column = self.diagram.unit_of.get(name), self.diagram.columns.get(name)
        if self.is_parameter(name):
            yield _Term(name, gradient=self.gradient(name))
        elif self.earlier(name):
            yield _Term(name, self.earlier(name))
        elif unit is None and column is not None and column.phase == "forward":
            yield from self.terms(column.expr)

    def is_parameter(self, name: Quantity) -> bool:
        """Whether training moves it, or might."""
        tensor = self.contents.template.model.tensor(name)
        return tensor is not None and tensor.role in PARAMETERS

    def earlier(self, name: Quantity) -> Unit | None:
        """The unit of an earlier layer that a number stands for."""
        unit = self.diagram.unit_of.get(name)
        return unit if unit is not None and unit.stage < self.unit.stage else None

    def gradient(self, parameter: Quantity) -> str:
        """The gradient of a parameter that is trained."""
        gradient = self.contents.gradient(parameter)
        return gradient if gradient in self.diagram.columns else ""
