"""A training: threads whose parameters meet in one loss, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import is_numeric
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.recognition.graph import Graph
from xlbp.auditing.recognition.moves import Move
from xlbp.auditing.recognition.threads import Thread


@dataclass(frozen=True)
class Shift:
    """How far a step stands from the first one; ``sheet`` is '' where it is on the same sheet."""

    sheet: str
    down: int
    right: int

    @classmethod
    def between(cls, first: Cell, later: Cell) -> Shift:
        """The shift from one cell to another."""
        return cls("" if later[0] == first[0] else later[0], later[1] - first[1], later[2] - first[2])

    def of(self, cell: Cell) -> Cell:
        """Where a cell of the first step is in this one."""
        return (self.sheet or cell[0], cell[1] + self.down, cell[2] + self.right)


class Training:
    """Threads that train together."""

    def __init__(self, cells: Cells, graph: Graph, threads: Iterable[Thread]) -> None:
        self.cells, self.graph = cells, graph
        self.threads = tuple(sorted(threads, key=lambda thread: thread.start))
        self._made: dict[int, set[Cell]] = {}
        self._shifts: dict[int, Shift] = {}

    @property
    def steps(self) -> int:
        """How many steps the longest thread has."""
        return max(len(thread.moves) for thread in self.threads)

    @cached_property
    def stops(self) -> frozenset[Cell]:
        """All cells that hold a parameter's value: where a derivative ends."""
        return frozenset(old for thread in self.threads for old in thread.olds)

    def moves(self, step: int) -> list[tuple[int, Move]]:
        """The moves of a step, with the number of their threads."""
        return [(k, thread.moves[step]) for k, thread in enumerate(self.threads) if step < len(thread.moves)]

    def made_in(self, step: int) -> set[Cell]:
        """All cells that are made from the parameters of a step."""
        if step not in self._made:
            self._made[step] = self.graph.made_from(move.old for _, move in self.moves(step))
        return self._made[step]

    def shift(self, step: int) -> Shift:
        """How far most parameters of a step stand from those of the first."""
        if step not in self._shifts:
            self._shifts[step] = self._usual_shift(step)
        return self._shifts[step]

    def _usual_shift(self, step: int) -> Shift:
        counts = Counter(
            Shift.between(thread.start, thread.moves[step].old) for thread in self.threads if step < len(thread.moves)
        )
        return max(counts, key=lambda shift: (counts[shift], -abs(shift.down), -abs(shift.right), shift.sheet))

    def in_step(self, cell: Cell, step: int) -> Cell | None:
        """What a cell of the first step is in another one; None where nothing is computed there."""
        if step == 0:
            return cell
        moved = self.shift(step).of(cell)
        if is_numeric(self.cells, moved) and self.cells.is_formula(moved) and moved in self.made_in(step):
            return moved
        if is_numeric(self.cells, moved) and not self.cells.is_formula(moved) and self._is_usual(cell):
            return moved  # a number that was typed where the other steps compute
        alike = self.cells.compiled(cell)
        found = (other for other in sorted(self.made_in(step)) if other != cell and self.cells.compiled(other) == alike)
        return next(found, None) if alike is not None else None

    def _is_usual(self, cell: Cell) -> bool:
        """Whether a cell of the first step stands as far from its step in half of them or more."""
        others = [self.shift(step).of(cell) for step in range(1, self.steps)]
        return sum(map(self.cells.is_formula, others)) >= len(others) / 2

    @property
    def sampled_steps(self) -> list[int]:
        """The first two steps, the last, and one between."""
        return sorted({0, min(1, self.steps - 1), self.steps // 2, self.steps - 1})


def trainings(cells: Cells, graph: Graph, threads: list[Thread]) -> list[Training]:
    """The threads in groups that meet in one step: what is made from the one is made from the other, too.

    A cell that is made from several steps, as the best loss of all, joins no trainings.
    """
    leader = list(range(len(threads)))

    def root(k: int) -> int:
        while leader[k] != k:
            k = leader[k]
        return k

    owner: dict[Cell, int] = {}
    for k, thread in enumerate(threads):
        waiting = [thread.start]
        of_next_step = graph.made_from(thread.olds[1:2])
        while waiting:
            for user in graph.users(waiting.pop()):
                if user in graph.news or user in of_next_step:
                    continue
                if user in owner:
                    leader[root(owner[user])] = root(k)
                else:
                    owner[user] = k
                    waiting.append(user)
    groups: dict[int, list[Thread]] = {}
    for k, thread in enumerate(threads):
        groups.setdefault(root(k), []).append(thread)
    return [Training(cells, graph, group) for group in groups.values()]
