"""What comes of a task that another process may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from xlbp.errors import EngineError, UnreadableError, UsageError, WriteError, XlbpError

KINDS = {kind.exit_code: kind for kind in (XlbpError, UsageError, UnreadableError, WriteError, EngineError)}

Task = TypeVar("Task")
Result = TypeVar("Result")


class Failure(Enum):
    """Why a task has no result."""

    REFUSED = "an error of ours: it can't be done"
    FAULT = "any other exception: a fault of ours"
    ENDED = "its process ended, by itself or from outside"
    LATE = "it took too long"


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What came of the task with this number: a result, or the words and the exit code of an error.

    ``error`` is the message in both wordings, as :class:`XlbpError` has it.
    """

    number: int
    result: Result | None = None
    error: str = ""
    exit_code: int = 0
    failure: Failure | None = None

    def value(self) -> Result:
        """The result.  Raises the error that was one."""
        if self.result is None:
            raise KINDS.get(self.exit_code, XlbpError)(self.error)
        return self.result


def attempt(work: Callable[[Task], Result], number: int, task: Task) -> Outcome[Result]:
    """The outcome of a task; an error of ours is one, any other is a fault."""
    try:
        return Outcome(number, work(task))
    except XlbpError as error:
        return refused(number, error)


def refused(number: int, error: XlbpError) -> Outcome[Any]:
    """The outcome of a task that can't be done."""
    return Outcome(number, None, error.in_both_wordings, error.exit_code, Failure.REFUSED)


def in_a_line(error: Exception) -> str:
    """An unforeseen error, as it is reported."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
