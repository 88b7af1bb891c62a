"""The cells of a book seen from below: who takes a cell, and all that is made from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell, Turned

MOST_EDGES = 4_000_000
LONGEST_COPY = 6  # cells that take over each other's value


class Graph:
    """Who takes which cell; ``news`` are the cells at which a step of training ends."""

    def __init__(self, cells: Cells, news: Collection[Cell]) -> None:
        self.cells, self.news = cells, news

    @cached_property
    def _users(self) -> dict[Cell, list[Cell]]:
        users: dict[Cell, list[Cell]] = {}
        edges = 0
        for cell in sorted({*self.cells.contents.formulas, *self.cells.contents.arrays}):
            if isinstance(cell[0], Turned):
                continue
            arguments = set(self.cells.arguments(cell))
            edges += len(arguments)
            if edges > MOST_EDGES:
                break
            for argument in arguments:
                users.setdefault(argument, []).append(cell)
        return users

    def users(self, cell: Cell) -> list[Cell]:
        """The cells whose formulas refer to this one."""
        return self._users.get(cell, [])

    def made_from(self, starts: Iterable[Cell]) -> set[Cell]:
        """All cells that are made from these within one step: not looking behind what a parameter becomes."""
        seen: set[Cell] = set()
        waiting = list(starts)
        while waiting:
            for user in self.users(waiting.pop()):
                if user not in seen and user not in self.news:
                    seen.add(user)
                    waiting.append(user)
        return seen

    def source(self, cell: Cell) -> Cell:
        """The cell whose value a cell takes over as it stands, through however many copies; itself if it is none."""
        for _ in range(LONGEST_COPY):
            compiled = self.cells.compiled(cell)
            if cell in self.news or compiled is None or compiled.expr.op != "ref":
                return cell
            cell = compiled.cells(cell)[0]
        return cell
