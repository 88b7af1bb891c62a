"""What one student is asked on a sheet of answers: questions, and all that a book needs to say to them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xlbp.classroom.exercise.blanks import Blank

if TYPE_CHECKING:
    from xlbp.classroom.exercise.layout import Exercise
    from xlbp.workbook.layout.contents import Contents
    from xlbp.workbook.page.page import Page

Standing = Mapping[tuple[str, int], str | float]  # quantity, iteration -> a formula pattern without '=', or a number

EVERYBODY = ""  # the key of the task that all students share


@dataclass(frozen=True)
class Question(Blank):
    """One answer on the sheet of answers: ``name`` tells it apart, ``iteration`` is 0.

    ``title`` heads its column in the tables of marks; ``text`` is what the student reads; where there are ``choices``
    the answer is one of them; what ``is_text`` is to stay one, a formula too.
    """

    title: str = field(default="", compare=False)
    text: str = field(default="", compare=False)
    choices: tuple[str, ...] = field(default=(), compare=False)
    is_text: bool = field(default=False, compare=False)

    def titled(self, symbol: str) -> str:  # noqa: ARG002
        """What heads its column in a table."""
        return self.title


@dataclass(frozen=True)
class Live:
    """What the sheet of answers says beside a question: formulas without '=', '' for none."""

    mark: str
    revealed: str = ""


class Task(ABC):
    """A student's own."""

    @abstractmethod
    def questions(self, contents: Contents) -> tuple[Question, ...]:
        """In order, with the texts of the book's language."""

    @abstractmethod
    def live(self, exercise: Exercise, number: int, answer: str) -> Live:
        """The mark of a question, counted from 0, and what it reveals; ``answer`` is the cell of the answer."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """What the teacher's record keeps of it."""

    def behind(self, exercise: Exercise) -> list[Page]:  # noqa: ARG002
        """The sheets that the live marks need."""
        return []

    def standing(self, exercise: Exercise) -> Standing:  # noqa: ARG002
        """Cells of the rows that stand otherwise than in the book that ``xlbp generate`` makes."""
        return {}

    def words(self, contents: Contents) -> dict[str, object]:  # noqa: ARG002
        """What the texts of the first sheet are filled in with besides."""
        return {}

    @property
    def hides_formulas(self) -> bool:
        """Whether no formula stands over a column, as it would tell an answer."""
        return False

    @property
    def sign(self) -> str:
        """By which tasks that must not be the same are told apart; '' where they may be."""
        return ""
