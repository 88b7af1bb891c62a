"""The other end of a warm process: it is given tasks, is waited for, and is ended when one takes too long."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import replace
from multiprocessing.connection import wait
from typing import Any, TypeAlias

from xlbp.errors import INTERNAL_FAULT, EngineError, option
from xlbp.system.child import BEGUN, NEW_JOB, Limits, read_answer, serve
from xlbp.system.outcome import Failure, Outcome, in_a_line

WAKE = 0.2  # seconds: Windows hears no Ctrl-C while it waits
STARTING = 60.0  # seconds for a process to start and to import what it needs, which are not the task's
LEAVING = 5.0  # seconds for an idle process to end by itself
TRIES = 2  # processes that a task may end: the first may have been ended from outside, or for want of memory

Answer: TypeAlias = bytes | Failure  # what it said, or why it said nothing


class Child:
    """A process that does one task at a time; what it makes of it comes back by a pipe that no other uses."""

    def __init__(self, job: bytes, limits: Limits | None) -> None:
        context = multiprocessing.get_context("spawn")  # as on every system; a fork would share engines and locks
        self.pipe, theirs = context.Pipe()
        memory = limits.memory if limits else None
        self.process = context.Process(target=serve, args=(theirs, job, memory), daemon=True)
        self.process.start()
        theirs.close()
        self.limits = limits
        self.deadline = self.begun = 0.0  # when its task must be done, and when it took that up
        self.is_new, self.is_busy, self.is_lost = True, False, False

    def takes(self, task: bytes) -> bool:
        """Give it a task.  False if it has died since its last one; one that never worked is lost with its task."""
        try:
            self.pipe.send_bytes(task)
        except OSError:
            if not self.is_new:
                self.is_lost = True
                return False
        self.is_busy, self.is_new = True, False
        self.deadline = time.monotonic() + STARTING
        return True

    def takes_up(self, job: bytes) -> bool:
        """Tell it another job.  False if it has died."""
        try:
            self.pipe.send_bytes(NEW_JOB + job)
        except OSError:
            self.is_lost = True
        return not self.is_lost

    def answer(self, is_speaking: bool) -> Answer | None:
        """What its task came to, if that is known by now; ``is_speaking``: something can be read."""
        said = self._said() if is_speaking else self._silent()
        self.is_lost = isinstance(said, Failure)
        self.is_busy = said is None
        return said

    def _silent(self) -> Failure | None:
        """That it took too long, if it has a limit."""
        return Failure.LATE if self.limits is not None and time.monotonic() > self.deadline else None

    def _said(self) -> Answer | None:
        """What it says of its task; None if it has but begun."""
        try:
            said = self.pipe.recv_bytes()
        except (EOFError, OSError):
            return Failure.ENDED
        if said == BEGUN:
            self.begun = time.monotonic()
            self.deadline = self.begun + (self.limits.seconds if self.limits else 0.0)
            return None
        return bytes(said)

    @property
    def seconds(self) -> float:
        """How long ago it took up its task, be that done or not."""
        return time.monotonic() - self.begun if self.begun else 0.0

    def wait(self) -> Answer:
        """What its task came to, however long that takes."""
        while True:
            said = self.answer(bool(wait([self.pipe], timeout=WAKE)))
            if said is not None:
                return said

    def end(self) -> None:
        """Nothing of it is left running."""
        self.pipe.close()
        if not self.is_busy and not self.is_lost:
            self.process.join(LEAVING)
        self.process.kill()
        self.process.join()


def outcome_of(number: int, answer: Answer, limits: Limits | None) -> Outcome[Any]:
    """The answer as that of the task with this number.  Raises a fault of ours, where there are no limits."""
    if isinstance(answer, Failure):
        return Outcome(number, None, _why(answer, limits), EngineError.exit_code, answer)
    read = read_answer(answer)
    if isinstance(read, Outcome):
        return replace(read, number=number)
    if limits is None:
        raise read.error from _ThereError(read.traceback)
    return Outcome(number, None, in_a_line(read.error), INTERNAL_FAULT, Failure.FAULT)


def _why(failure: Failure, limits: Limits | None) -> str:
    if failure is Failure.LATE and limits is not None:
        return f"took longer than {limits.seconds:g} seconds"
    return (
        "each of two processes that were at it was ended from outside, or by an engine's crash; "
        f"if memory is short, give fewer {option('--jobs')}"
    )


class _ThereError(Exception):
    """The traceback of a fault as it was in the other process."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"
