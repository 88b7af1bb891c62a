"""The first sheet where answers stand on a sheet of their own."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from xlbp.classroom.exercise.front import Front
from xlbp.classroom.exercise.kinds.answers import FIRST, MARK, here
from xlbp.classroom.exercise.layout import Exercise
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.page import Page


class TaskFront(Front):
    """What is asked, and the way to the sheet of answers."""

    @classmethod
    def page_of(cls, exercise: Exercise) -> Page:
        """The sheet."""
        return cls(exercise).build()

    def asked(self) -> None:
        """What is to be done."""
        self.line(self.texts(f"task.{self.exercise.kind.name}", count=len(self.exercise.questions), **self.words()))

    def rules(self) -> list[str]:
        """Keys of what is said on how it works."""
        kind = self.exercise.kind.name
        live = [f"{kind}_live"] if self.exercise.live else ["unmarked"]
        return ["answers_yellow", f"{kind}_how", *live, "locked"]

    @property
    def first(self) -> tuple[str, str]:
        """The sheet and the cell where one begins."""
        return self.exercise.answers_title, here(0).replace("$", "")

    @property
    def counts(self) -> tuple[str, ...]:
        """The words of the marks that are counted."""
        return self.exercise.kind.counts

    @property
    def marks_area(self) -> str:
        """The cells of all marks."""
        letter, last = get_column_letter(MARK), FIRST + len(self.exercise.questions) - 1
        return f"{quoted(self.exercise.answers_title)}!${letter}${FIRST}:${letter}${last}"

    def words(self) -> dict[str, object]:
        """What the texts are filled in with."""
        exercise, texts = self.exercise, self.texts
        marks = {word: texts(f"marks.{word}") for word in ("way", "other_way")}
        of_task = exercise.task.words(exercise.contents) if exercise.task else {}
        return {**super().words(), **marks, **of_task, "answers": exercise.answers_title}
