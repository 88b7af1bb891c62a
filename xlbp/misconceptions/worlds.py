"""Whole rows computed by a mistake: what a person who makes it everywhere arrives at.

A world is the row with a mistake in it, from the person's own parameters on; a number that agrees with a world was
computed by its mistake, however many cells lie between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from xlbp.misconceptions.catalogue import misconceptions
from xlbp.misconceptions.filling import CircleError, Filling
from xlbp.misconceptions.functions import Functions
from xlbp.misconceptions.misconception import Misconception
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.row import Row
from xlbp.mistakes import Mistake
from xlbp.symbols.program import Program
from xlbp.template.template import Template

GIVEN = ("iteration", "parameters", "update")  # the phases of which a person's own numbers stand in the row


class World(NamedTuple):
    """A mistake, a quantity that it is about ('' for none), and what each quantity of the row comes to by it."""

    mistake: Mistake
    about: str
    numbers: Mapping[str, float]


class Worlds:
    """The rows of a problem by each mistake that runs through a row."""

    def __init__(self, template: Template, program: Program) -> None:
        self.problem = Problem(template, Row(template.model, program))

    @cached_property
    def _fillings(self) -> list[tuple[Misconception, Filling]]:
        functions = Functions()
        fillings = []
        for each in misconceptions(self.problem):
            if each.changes_cells:
                try:
                    filling = Filling(self.problem.row.altered([each]), self._asked, functions)
                except CircleError:
                    continue
                fillings.append((each, filling))
        return fillings

    @cached_property
    def _asked(self) -> list[str]:
        return [column.name for column in self.problem.columns.values() if column.phase != "test"]

    def of_row(self, above: Mapping[str, float], given: Mapping[str, float], *, is_first: bool) -> Iterator[World]:
        """A row by each mistake; ``above`` are the panel and the row above.

        ``given`` are the person's own numbers that stand in the row: parameters that it starts from, and updated ones.
        """
        for each, filling in self._fillings:
            numbers = dict(above)
            computed = filling.fill(numbers, given, is_first=is_first)
            yield World(each.mistake, self.problem.element_of(each.about), numbers | computed)
