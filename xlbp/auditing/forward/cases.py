"""A departure with what stands there: what a rule judges, and how many cells a law must be kept by to be believed."""

from __future__ import annotations

from dataclasses import dataclass

from xlbp.auditing.forward.departures import Departure, Side
from xlbp.auditing.forward.differences import Difference, differences
from xlbp.auditing.forward.forms import Forms
from xlbp.auditing.reading.syntax import Cell, Node

FEW, MORE, MANY = 3, 4, 5  # cells that keep to the law, by how much depends on them
INSIDE = frozenset({Side.BETWEEN, Side.PARALLEL, Side.AROUND, Side.BLOCK})
BOTH_WAYS = frozenset({Side.PARALLEL, Side.AROUND, Side.BLOCK})  # whole blocks agree, and not one line alone
CHOOSING = frozenset({Side.PARALLEL, Side.BLOCK})  # in which one cell may be another choice than those around it


@dataclass(frozen=True)
class Case:
    """A departure with what stands there, where both were read."""

    forms: Forms
    departure: Departure
    found: Node | None  # None for a typed number
    others: tuple[Departure, ...]  # the same cell's other departures

    @property
    def cell(self) -> Cell:
        """The cell."""
        return self.departure.cell

    @property
    def parts(self) -> list[Difference]:
        """The smallest parts that differ."""
        return [] if self.found is None else list(differences(self.found, self.departure.expected, self.cell))

    @property
    def is_confirmed(self) -> bool:
        """Whether row and column say the same, or whole blocks do."""
        if self.departure.side in BOTH_WAYS:
            return True
        expected = self.departure.expected
        other_ways = [other for other in self.others if other.down != self.departure.down]
        return any(not list(differences(other.expected, expected, self.cell)) for other in other_ways)


def references_in(tree: Node) -> list[Node]:
    """The references and ranges in a tree, in order."""
    found = [tree] if is_reference(tree) else []
    for arg in tree.args:
        found += references_in(arg)
    return found


def is_reference(node: Node) -> bool:
    """Whether a part is a reference or a range."""
    return node.kind in ("ref", "range")
