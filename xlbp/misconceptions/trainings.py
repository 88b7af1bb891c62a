"""Trainings by mistakes, from one person's start."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from xlbp.misconceptions.filling import CircleError, Filling, fill_down
from xlbp.misconceptions.functions import Functions
from xlbp.misconceptions.misconception import Misconception
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.row import Row
from xlbp.misconceptions.told import Array
from xlbp.model.compile import compile_template
from xlbp.template.template import Template

Chain: TypeAlias = tuple[Misconception, ...]


class Trainings:
    """The rows of a problem by any mistakes, from the same numbers."""

    def __init__(self, problem: Problem, inputs: Mapping[str, float]) -> None:
        self.problem, self.inputs = problem, inputs
        self.functions = Functions()
        self._other_rows: dict[str, Row] = {}  # by optimizer
        self._fillings: dict[tuple[object, ...], Filling] = {}  # of rows without a mistake

    def compute(
        self, chain: Chain, asked: Collection[str], rows: int, own: Mapping[str, Array]
    ) -> dict[str, Array] | None:
        """What is asked for in so many rows, by these mistakes; None where nobody can compute so.

        With ``own`` parameters each row starts from these, see :func:`xlbp.misconceptions.filling.fill_down`.
        """
        template = next((each.template for each in chain if each.template is not None), None)
        row = self.problem.row if template is None else self._row_of(template)
        late = sum(each.is_late for each in chain)
        turns = next((each.turns for each in chain if each.turns), ())
        each_turn: list[Chain] = [(turn,) for turn in turns] or [()]
        handed_on = [column.name for column in self.problem.of_phase("update")] if turns else []  # from turn to turn
        try:
            plain = self._filling_of(
                row, (*asked, *handed_on), rows + late == 1 and not turns, () if late or turns else own
            )
            fillings = [plain.of(row.altered((*chain, *turn))) for turn in each_turn]
        except CircleError:
            return None
        turn_of = self._turn_of(asked) if len(turns) == len(self.problem.model.marks) else {}
        computed = fill_down(fillings, self.inputs, rows + late, {} if late else own, turn_of)
        for each in chain:
            computed = dict(each.told(computed))
        return computed

    def _turn_of(self, asked: Collection[str]) -> dict[str, int]:
        """A sample's quantities are those of its own turn."""
        places = {mark: place for place, mark in enumerate(self.problem.model.marks)}
        return {name: places.get(self.problem.quantity(name).sample, 0) for name in asked}

    def _filling_of(self, row: Row, asked: tuple[str, ...], first_alone: bool, given: Collection[str]) -> Filling:
        """How a row without a mistake is computed, worked out once."""
        request = (id(row), asked, first_alone, tuple(given))
        if request not in self._fillings:
            self._fillings[request] = Filling(row, asked, self.functions, first_alone=first_alone, given=given)
        return self._fillings[request]

    def _row_of(self, template: Template) -> Row:
        """The row of another problem, compiled once."""
        optimizer = template.training.optimizer
        if optimizer not in self._other_rows:
            self._other_rows[optimizer] = Row(template.model, compile_template(template))
        return self._other_rows[optimizer]
