"""Many tasks at a time, each done by one of several processes, none of which can take the others down.

A stranger's file may crash an engine or keep it busy for ever: the process dies, or is ended, its task is told, and
another process goes on with the rest.  A timer in the busy process itself would not do, for an engine may hold the
interpreter's lock; so the first process keeps the time.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from multiprocessing.connection import wait
from typing import Any, TypeVar, overload

from xlbp.errors import INTERNAL_FAULT, EngineError, option
from xlbp.system.child import BEGUN, Job, Limits, serve
from xlbp.system.outcome import Failure, Outcome, attempt, in_a_line

MOST = 61  # processes: Windows waits for no more at a time
WAKE = 0.2  # seconds: Windows hears no Ctrl-C while it waits
STARTING = 60.0  # seconds for a process to start and to import what it needs, which are not the task's
LEAVING = 5.0  # seconds for an idle process to end by itself

Task = TypeVar("Task")
Result = TypeVar("Result")
Common = TypeVar("Common")


def cores() -> int:
    """How many processes can run at a time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@overload
def run_all(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    jobs: int,
    begin: None = None,
    limits: Limits | None = None,
) -> Iterator[Outcome[Result]]: ...


@overload
def run_all(
    work: Callable[[Common, Task], Result],
    tasks: Sequence[Task],
    jobs: int,
    begin: Callable[[], Common],
    limits: Limits | None = None,
) -> Iterator[Outcome[Result]]: ...


def run_all(
    work: Callable[..., Any],
    tasks: Sequence[Any],
    jobs: int,
    begin: Callable[[], Any] | None = None,
    limits: Limits | None = None,
) -> Iterator[Outcome[Any]]:
    """The outcome of ``work(task)`` for each task, as it comes in; with ``begin``, of ``work(begin(), task)``.

    ``begin`` is called once in each process.  An error of ours ends no other task, nor does a process that dies.  With
    ``limits``, which are for strangers' files, each task is done in another process, and a fault of ours is an outcome
    as well; without, it is raised, and a single job is done in this process.
    """
    job = Job(work, begin, limits)
    count = min(max(jobs, 1), len(tasks), MOST)
    if count == 1 and limits is None:
        do = job.ready()
        for number, task in enumerate(tasks):
            yield attempt(do, number, task)
    else:
        yield from _in_processes(job, tasks, count)


def _in_processes(job: Job, tasks: Sequence[Any], count: int) -> Iterator[Outcome[Any]]:
    """The outcomes from so many other processes; a new one takes the place of one that is lost."""
    waiting = deque(enumerate(tasks))
    children: list[_Child] = []
    try:
        while waiting or any(child.is_busy for child in children):
            _hand_out(waiting, children, job, count)
            busy = [child for child in children if child.is_busy]
            speaking = wait([child.pipe for child in busy], timeout=WAKE)
            for child in busy:
                outcome = child.outcome(child.pipe in speaking)
                if child.is_lost:
                    children.remove(child)
                    child.end()
                if outcome is not None:
                    yield outcome
    finally:
        for child in children:
            child.pipe.close()  # an idle one ends by itself
        for child in children:
            child.end()


def _hand_out(waiting: deque[tuple[int, Any]], children: list[_Child], job: Job, count: int) -> None:
    """Give tasks to all that are idle, or can be started."""
    while waiting:
        child = next((child for child in children if not child.is_busy), None)
        if child is None and len(children) == count:
            return
        if child is None:
            child = _Child(job)
            children.append(child)
        if child.takes(*waiting[0]):
            waiting.popleft()
        else:  # it has died while it was idle, which costs no task
            children.remove(child)
            child.end()


class _Child:
    """A process that does one task at a time; what it makes of it comes back by a pipe that no other uses."""

    def __init__(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")  # as on every system; a fork would share engines and locks
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, job), daemon=True)
        self.process.start()
        theirs.close()
        self.limits = job.limits
        self.number: int | None = None  # of the task it is at
        self.deadline = 0.0
        self.is_new, self.is_lost = True, False

    @property
    def is_busy(self) -> bool:
        """Whether it is at a task."""
        return self.number is not None

    def takes(self, number: int, task: Any) -> bool:
        """Give it a task.  False if it has died since its last one; one that never worked is lost with its task."""
        try:
            self.pipe.send(task)
        except OSError:
            if not self.is_new:
                return False
        self.number, self.is_new = number, False
        self.deadline = time.monotonic() + STARTING
        return True

    def outcome(self, is_speaking: bool) -> Outcome[Any] | None:
        """What its task came to, if that is known by now."""
        assert self.number is not None
        if is_speaking:
            return self._heard(self.number)
        if self.limits is None or time.monotonic() <= self.deadline:
            return None
        self.is_lost = True
        late = f"took longer than {self.limits.seconds:g} seconds"
        return Outcome(self.number, None, late, EngineError.exit_code, Failure.LATE)

    def _heard(self, number: int) -> Outcome[Any] | None:
        """What it says of its task; None if it has but begun.  Raises a fault of ours, where there are no limits."""
        try:
            said = self.pipe.recv()
        except (EOFError, OSError):
            self.is_lost = True
            ended = f"a process that made books was ended from outside; give fewer {option('--jobs')}"
            return Outcome(number, None, ended, EngineError.exit_code, Failure.ENDED)
        if said == BEGUN:
            self.deadline = time.monotonic() + (self.limits.seconds if self.limits else 0.0)
            return None
        self.number = None
        if isinstance(said, Outcome):
            return replace(said, number=number)
        if self.limits is None:
            raise said.error from _ThereError(said.traceback)
        return Outcome(number, None, in_a_line(said.error), INTERNAL_FAULT, Failure.FAULT)

    def end(self) -> None:
        """Nothing of it is left running."""
        self.pipe.close()
        if not self.is_busy:
            self.process.join(LEAVING)
        self.process.kill()
        self.process.join()


class _ThereError(Exception):
    """The traceback of a fault as it was in the other process."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"
