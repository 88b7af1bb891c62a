"""Whole rows computed by a mistake: what a person who makes it everywhere arrives at.

A world is the row with a mistake in it, from the person's own parameters on; a number that agrees with a world was
computed by its mistake, however many cells lie between.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TypeAlias

import numpy as np

from xlbp.misconceptions.catalogue import misconceptions
from xlbp.misconceptions.filling import CircleError, Filling
from xlbp.misconceptions.functions import Functions
from xlbp.misconceptions.misconception import Misconception
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.row import Row
from xlbp.misconceptions.told import as_it_is
from xlbp.mistakes import Mistake
from xlbp.model.compile import compile_template
from xlbp.symbols.program import Program
from xlbp.template.template import Template

GIVEN = ("iteration", "parameters", "update")  # the phases of which a person's own numbers stand in the row
Made: TypeAlias = tuple[int, ...]  # the mistakes of a world by their numbers, each on top of those before
Numbers: TypeAlias = Mapping[str, float]


class Worlds:
    """The rows of a problem by each mistake that runs through a row; how they are computed is worked out once."""

    def __init__(self, template: Template, program: Program) -> None:
        self.problem = Problem(template, Row(template.model, program))
        self._functions = Functions()
        self._fillings: dict[Made, Filling | None] = {}

    @cached_property
    def misconceptions(self) -> list[Misconception]:
        """All that show within a row, the common ones first."""
        return [each for each in misconceptions(self.problem) if not each.turns and not each.is_late]

    @cached_property
    def singles(self) -> list[Made]:
        """Each mistake alone."""
        return [(number,) for number in range(len(self.misconceptions))]

    def mistake(self, made: Made) -> tuple[Mistake, str]:
        """The last of the mistakes, and a quantity that it is about; '' for none."""
        last = self.misconceptions[made[-1]]
        return last.mistake, self.problem.element_of(last.about)

    def row(self, made: Made, above: Numbers, given: Numbers, *, is_first: bool) -> dict[str, float]:
        """A row by these mistakes; nothing where nobody can compute so.  ``above`` are the panel and the row above.

        ``given`` are the person's own numbers that stand in the row: parameters that it starts from, and updated ones.
        """
        filling = self._filling(made)
        if filling is None:
            return {}
        numbers = dict(above)
        numbers |= filling.fill(numbers, given, is_first=is_first)
        for each in (self.misconceptions[number] for number in made):
            if each.told is not as_it_is:
                told = each.told({name: np.array([value]) for name, value in numbers.items()})
                numbers = {name: float(values[0]) for name, values in told.items()}
        return numbers

    def _filling(self, made: Made) -> Filling | None:
        """None where nobody can compute so."""
        if made not in self._fillings:
            chain = [self.misconceptions[number] for number in made]
            template = next((each.template for each in chain if each.template is not None), None)
            row = self.problem.row if template is None else Row(template.model, compile_template(template))
            try:
                self._fillings[made] = Filling(row.altered(chain), self._asked, self._functions)
            except CircleError:
                self._fillings[made] = None
        return self._fillings[made]

    @cached_property
    def _asked(self) -> list[str]:
        return [column.name for column in self.problem.columns.values() if column.phase != "test"]
