"""The processes of this machine, none of which can take the others down.

A stranger's file may crash an engine or keep it busy for ever: the process dies, or is ended, its task is given to
another one or told, and the rest goes on.  A timer in the busy process itself would not do, for an engine may hold the
interpreter's lock; so the first process keeps the time.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any

from xlbp.system.child import Job
from xlbp.system.children import TRIES, WAKE, Child, outcome_of
from xlbp.system.outcome import Failure, Outcome

MOST = 61  # processes: Windows waits for no more at a time


@dataclass(frozen=True)
class _Waiting:
    """A task with its number, and how many processes it has ended."""

    number: int
    task: bytes
    ended: int = 0


def in_processes(job: Job, tasks: Iterator[tuple[int, Any]], count: int) -> Iterator[Outcome[Any]]:
    """The outcomes from so many other processes; a new one takes the place of one that is lost."""
    pool = _Pool(job, tasks, min(count, MOST))
    try:
        while pool.hand_out():
            yield from pool.outcomes()
    finally:
        pool.end()


class _Staying:
    """Processes without limits that one job has left, for the next; they end with the block that wants several."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.blocks = 0

    def take(self, job: bytes) -> Child | None:
        """One of them, which has been told the job."""
        while self.children:
            child = self.children.pop()
            if child.takes_up(job):
                return child
            child.end()
        return None

    def begin(self, job: bytes, count: int) -> None:
        """So many of them, at least: they import what the job needs while this process does something else."""
        missing = count - len(self.children) if self.blocks else 0
        self.children += [Child(job, None) for _ in range(missing)]

    def end(self) -> None:
        """Nothing of them is left running."""
        _end(self.children)
        self.children = []


_staying = _Staying()


@contextmanager
def processes_stay() -> Iterator[None]:
    """For a block that has several jobs without limits, one after another: to start a process takes a second."""
    _staying.blocks += 1
    try:
        yield
    finally:
        _staying.blocks -= 1
        if not _staying.blocks:
            _staying.end()


def begin_processes(work: Callable[..., Any], count: int) -> None:
    """Begin so many that stay, where they do, with what this function's module imports."""
    _staying.begin(pickle.dumps(Job(work, None, None)), min(count, MOST))


def _end(children: Sequence[Child]) -> None:
    for child in children:
        child.pipe.close()  # an idle one ends by itself
    for child in children:
        child.end()


class _Pool:
    """The processes, and what each of them is at."""

    def __init__(self, job: Job, tasks: Iterator[tuple[int, Any]], count: int) -> None:
        self.job, self.limits = pickle.dumps(job), job.limits
        self.tasks, self.count = tasks, count
        self.again: deque[_Waiting] = deque()  # after a process died at it
        self.idle: list[Child] = []
        self.busy: dict[Child, _Waiting] = {}

    def hand_out(self) -> bool:
        """Give tasks to all that are idle, or can be started; whether any is at work now."""
        while len(self.busy) < self.count and (waiting := self._next()) is not None:
            self.busy[self._taken_by(waiting.task)] = waiting
        return bool(self.busy)

    def _next(self) -> _Waiting | None:
        numbered = next(self.tasks, None)
        if numbered is None:
            return self.again.popleft() if self.again else None
        number, task = numbered
        return _Waiting(number, pickle.dumps(task, pickle.HIGHEST_PROTOCOL))

    def _taken_by(self, task: bytes) -> Child:
        """Who takes the task; one that has died while it was idle costs none."""
        while True:
            child = self.idle.pop() if self.idle else self._another()
            if child.takes(task):
                return child
            child.end()

    def _another(self) -> Child:
        """A process that has stayed, or a new one."""
        stayed = _staying.take(self.job) if self.limits is None else None
        return stayed or Child(self.job, self.limits)

    def outcomes(self) -> Iterator[Outcome[Any]]:
        """What is known by now, after a moment."""
        speaking = wait([child.pipe for child in self.busy], timeout=WAKE)
        for child, waiting in list(self.busy.items()):
            answer = child.answer(child.pipe in speaking)
            if answer is None:
                continue
            del self.busy[child]
            if child.is_lost:
                child.end()
            else:
                self.idle.append(child)
            if answer is Failure.ENDED and waiting.ended + 1 < TRIES:
                self.again.append(_Waiting(waiting.number, waiting.task, waiting.ended + 1))
            else:
                yield outcome_of(waiting.number, answer, self.limits)

    def end(self) -> None:
        """Nothing of them is left running, but for those that stay."""
        if _staying.blocks and self.limits is None:
            _staying.children += self.idle
            self.idle = []
        _end([*self.idle, *self.busy])
