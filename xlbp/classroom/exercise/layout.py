"""Where everything stands in an exercise: the training's own layout with a column for marks right of each blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from openpyxl.utils import get_column_letter

from xlbp.classroom.exercise.blanks import Blank, Blanks
from xlbp.classroom.exercise.kinds.kind import Kind, Wishes
from xlbp.classroom.exercise.kinds.task import Question, Task
from xlbp.errors import UsageError, option
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import LAST_COLUMN

FIRST, MARK_COLUMN = 7, 8  # of the sheet of marks: its first row, and the column of its verdicts


@dataclass(frozen=True)
class Exercise:
    """``contents`` has the layout with the marks in it; ``student`` is '' for everybody's book.

    ``verdicts`` are the words of a marked book, which stand where the live marks would; None in a student's own.
    ``task`` is what is asked on a sheet of answers, None where cells of the rows are all.
    """

    contents: Contents
    blanks: Blanks
    marked: bool
    marks: dict[str, int]  # quantity -> the column of its marks on the training sheet
    kind: Kind
    student: str = ""
    verdicts: Mapping[Blank, str] | None = None
    task: Task | None = None
    wishes: Wishes = field(default_factory=Wishes)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What is asked on the sheet of answers."""
        return self.task.questions(self.contents) if self.task else ()

    @property
    def asked(self) -> tuple[Blank, ...]:
        """All that marks are given for, in order."""
        return self.questions or self.blanks.cells

    @property
    def answers_title(self) -> str:
        """The title of the sheet of answers."""
        return self.contents.texts("sheet.answers")

    @property
    def live(self) -> bool:
        """Whether the book marks itself."""
        return self.marked and self.verdicts is None

    def hint(self, blank: Blank) -> str:
        """What is told of the formula of a blank, as ``____*AJ9``; '' for nothing."""
        return self.kind.hint(self, blank) if self.kind.hint and self.wishes.holes else ""

    def cell(self, blank: Blank) -> str:
        """The address of a blank, as ``F12``."""
        return self.contents.layout.cell(blank.name, blank.iteration)

    def absolute(self, name: str, iteration: int) -> str:
        """A cell of the training sheet as another sheet refers to it."""
        layout = self.contents.layout
        letter = get_column_letter(layout.columns[name])
        return f"{self.contents.training}!${letter}${layout.row_of(iteration)}"

    def formula(self, blank: Blank) -> str:
        """What must stand in a blank, without '='."""
        return self._at(blank, self._pattern(blank))

    def formulas(self) -> dict[Blank, str]:
        """What must stand in each blank, without '='; all rows but the first have the same but for its number."""
        pattern_of: dict[tuple[str, bool], str] = {}
        for blank in self.blanks.cells:
            key = blank.name, blank.iteration == 0
            if key not in pattern_of:
                pattern_of[key] = self._pattern(blank)
        return {blank: self._at(blank, pattern_of[blank.name, blank.iteration == 0]) for blank in self.blanks.cells}

    def _pattern(self, blank: Blank) -> str:
        column = next(c for c in self.contents.program.columns if c.name == blank.name)
        return self.contents.layout.writer()(column.at(blank.iteration))

    def _at(self, blank: Blank, pattern: str) -> str:
        row = self.contents.layout.row_of(blank.iteration)
        return pattern.replace("{r}", str(row)).replace("{p}", str(row - 1))


def lay_out_exercise(
    contents: Contents,
    blanks: Blanks,
    kind: Kind,
    marked: bool = True,
    student: str = "",
    verdicts: Mapping[Blank, str] | None = None,
) -> Exercise:
    """Make room for the marks.  Raises UsageError if the sheet has none, or if one mark would tell another blank."""
    if marked and verdicts is None:
        _must_not_tell(contents, blanks)
    columns: dict[str, int] = {}
    marks: dict[str, int] = {}
    at = 0
    blank = set(blanks.names) if marked else set()
    for name in contents.program.names:
        at += 1
        columns[name] = at
        if name in blank:
            at += 1
            marks[name] = at
    if at > LAST_COLUMN:
        raise UsageError(f"the exercise would need {at:,} columns, but a sheet has {LAST_COLUMN:,}; blank fewer cells")
    layout = replace(contents.layout, columns=columns, watched=False)
    return Exercise(replace(contents, layout=layout), blanks, marked, marks, kind, student, verdicts)


def _must_not_tell(contents: Contents, blanks: Blanks) -> None:
    """A derivative is marked by forward passes, which show how forward cells are computed."""
    phases = {column.name: column.phase for column in contents.program.columns}
    kinds = {phases[name] for name in blanks.names}
    if kinds & {"forward", "loss"} and kinds & {"backward", "gradients"}:
        raise UsageError(
            f"{option('--blank', blanks.asked)} leaves forward cells and derivatives blank, but the marks "
            f"of the derivatives compute the forward pass; make two exercises, "
            f"or one without marks ({option('--no-marks')})"
        )
