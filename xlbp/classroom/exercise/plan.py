"""An exercise before any book of it: the template, its cells, the blanks, and each student's version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from xlbp.classroom.exercise.blanks import Blank, Blanks, find_blanks
from xlbp.classroom.exercise.kinds.kind import Kind, Wishes
from xlbp.classroom.exercise.kinds.registry import BLANKS
from xlbp.classroom.exercise.kinds.task import Task
from xlbp.classroom.exercise.layout import Exercise, lay_out_exercise
from xlbp.classroom.exercise.numbers import Numbers, personal
from xlbp.symbols.expr import const
from xlbp.symbols.program import Column, Program
from xlbp.workbook.layout.contents import Contents


@dataclass(frozen=True)
class Plan:
    """Laid out once; a student's version differs in the initial parameters alone, and in the task if there is one."""

    contents: Contents
    blanks: Blanks
    marked: bool
    kind: Kind = BLANKS
    wishes: Wishes = field(default_factory=Wishes)

    def version(
        self,
        numbers: Numbers | None = None,
        student: str = "",
        verdicts: Mapping[Blank, str] | None = None,
        task: Task | None = None,
    ) -> Exercise:
        """The exercise with a student's numbers, or with the template's own; ``verdicts`` as in a marked book."""
        contents = self.contents if numbers is None else _with_numbers(self.contents, numbers)
        exercise = lay_out_exercise(contents, self.blanks, self.kind, self.marked, student, verdicts)
        return replace(exercise, task=task, wishes=self.wishes)

    @property
    def called(self) -> str:
        """What is asked for, in the name of a file: the group of cells, or the kind of task."""
        if self.kind is BLANKS:
            return self.blanks.group
        return f"{self.kind.name}-{self.blanks.group}" if self.kind.leaves_cells else self.kind.name


def make_plan(
    contents: Contents, asked: str, marked: bool = True, kind: Kind = BLANKS, wishes: Wishes | None = None
) -> Plan:
    """Raises UsageError for blanks that can't be."""
    blanks = find_blanks(contents, asked) if kind.leaves_cells else Blanks("", ())
    plan = Plan(contents, blanks, marked, kind, wishes or Wishes())
    plan.version()
    return plan


def _with_numbers(contents: Contents, numbers: Numbers) -> Contents:
    """The template and the first row of the program; formulas stay as they are."""

    def own(column: Column) -> Column:
        return replace(column, start=const(numbers[column.name])) if column.name in numbers else column

    program = Program(tuple(map(own, contents.program.columns)), contents.program.panel)
    return replace(contents, template=personal(contents.template, numbers), program=program)
