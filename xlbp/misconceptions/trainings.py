"""Trainings by mistakes, from one person's start."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from xlbp.misconceptions.filling import CircleError, Filling
from xlbp.misconceptions.functions import Functions
from xlbp.misconceptions.misconception import Misconception
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.row import Row
from xlbp.misconceptions.told import Array, as_it_is
from xlbp.model.compile import compile_template
from xlbp.template.template import Template

Chain: TypeAlias = tuple[Misconception, ...]


class Trainings:
    """The rows of a problem by any mistakes, from the same numbers."""

    def __init__(self, problem: Problem, inputs: Mapping[str, float]) -> None:
        self.problem, self.inputs = problem, inputs
        self.functions = Functions()
        self._other_rows: dict[str, Row] = {}  # by optimizer

    def compute(
        self, chain: Chain, asked: Collection[str], rows: int, own: Mapping[str, Array]
    ) -> dict[str, Array] | None:
        """What is asked for in so many rows, by these mistakes; None where nobody can compute so.

        With ``own`` parameters each row starts from these, see :meth:`Filling.compute`.
        """
        template = next((each.template for each in chain if each.template is not None), None)
        row = self.problem.row if template is None else self._row_of(template)
        is_told = any(each.told is not as_it_is for each in chain)
        try:
            filling = Filling(row.altered(chain), asked, self.functions)
        except CircleError:
            return None
        computed = filling.compute(self.inputs, rows + is_told, {} if is_told else own)
        for each in chain:
            computed = dict(each.told(computed))
        return computed

    def _row_of(self, template: Template) -> Row:
        """The row of another problem, compiled once."""
        optimizer = template.training.optimizer
        if optimizer not in self._other_rows:
            self._other_rows[optimizer] = Row(template.model, compile_template(template))
        return self._other_rows[optimizer]
