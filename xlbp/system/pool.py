"""Many tasks at a time, done by the processes of this machine or by those of a cluster, as it is asked for."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from xlbp.errors import UsageError, XlbpError, option
from xlbp.system.child import Job, Limits
from xlbp.system.delivery import delivered, packed
from xlbp.system.journal import Journal
from xlbp.system.local import in_processes
from xlbp.system.outcome import Failure, Outcome, attempt

ADDRESS = re.compile(r"(tcp|tls)://\S+:\d+")

Task = TypeVar("Task")
Result = TypeVar("Result")
Common = TypeVar("Common")


def cores() -> int:
    """How many processes can run at a time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Machines:
    """Where tasks are done: in so many processes of this machine, or by the workers of the scheduler at an address."""

    jobs: int = 1
    scheduler: str = ""

    def __post_init__(self) -> None:
        if self.scheduler and not ADDRESS.fullmatch(self.scheduler):
            raise UsageError(
                f"{option('--scheduler', self.scheduler)}: give the address that the scheduler prints when it starts, "
                "such as tcp://192.168.0.7:8786 or tls://192.168.0.7:8786"
            )


@overload
def run_all(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    where: Machines | int,
    begin: None = None,
    limits: Limits | None = None,
    journal: Journal | None = None,
) -> Iterator[Outcome[Result]]: ...


@overload
def run_all(
    work: Callable[[Common, Task], Result],
    tasks: Sequence[Task],
    where: Machines | int,
    begin: Callable[[], Common],
    limits: Limits | None = None,
    journal: Journal | None = None,
) -> Iterator[Outcome[Result]]: ...


def run_all(
    work: Callable[..., Any],
    tasks: Sequence[Any],
    where: Machines | int,
    begin: Callable[[], Any] | None = None,
    limits: Limits | None = None,
    journal: Journal | None = None,
) -> Iterator[Outcome[Any]]:
    """The outcome of ``work(task)`` for each task, as it comes in; with ``begin``, of ``work(begin(), task)``.

    ``begin`` is called once in each process.  An error of ours ends no other task, nor does a process that dies: its
    task is given to another one, and is left if it ends that, too.  With ``limits``, which are for strangers' files,
    each task is done in another process, and a fault of ours is an outcome as well; without, it is raised, and a
    single job is done in this process.  A number stands for so many processes of this machine.

    The files of a :class:`Delivery` are written before its outcome is told, which then has but the result.  What the
    ``journal`` has of an earlier run is not done again.
    """
    asked = Machines(where) if isinstance(where, int) else where
    job = Job(work, begin, limits)
    if journal is None:
        for outcome in _outcomes(job, enumerate(tasks), len(tasks), asked):
            yield delivered(outcome)[0]
    else:
        yield from _journaled(job, tasks, asked, journal)


def _outcomes(job: Job, tasks: Iterator[tuple[int, Any]], most: int, where: Machines) -> Iterator[Outcome[Any]]:
    """The outcomes of numbered tasks, of which there are at ``most`` so many."""
    count = min(max(where.jobs, 1), most)
    if where.scheduler:
        from xlbp.system.cluster import on_cluster  # noqa: PLC0415 - Dask is an extra

        yield from on_cluster(job, tasks, where.scheduler)
    elif count == 1 and job.limits is None:
        do = job.ready()
        for number, task in tasks:
            yield attempt(do, number, task)
    else:
        yield from in_processes(job, tasks, count)


def _journaled(job: Job, tasks: Sequence[Any], where: Machines, journal: Journal) -> Iterator[Outcome[Any]]:
    """The outcomes of an earlier run, and of what it left undone, each kept when the caller has taken it."""
    left = _Left(job, tasks, journal)
    for outcome in _outcomes(job, iter(left), len(tasks), where):
        done, files = delivered(outcome)
        yield done
        journal.keep(left.keys.pop(done.number), done, files)
        yield from left.earlier()
    yield from left.earlier()


class _Left:
    """The tasks that an earlier run left undone; the others' outcomes are found on the way."""

    def __init__(self, job: Job, tasks: Sequence[Any], journal: Journal) -> None:
        self.job, self.tasks, self.journal = job, tasks, journal
        self.keys: dict[int, bytes] = {}  # of the tasks that are being done
        self.found: deque[Outcome[Any]] = deque()

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        for number, task in enumerate(self.tasks):
            try:
                key = self.journal.key(self.job.work, packed(task))
            except XlbpError as error:
                refused = Outcome[Any](number, None, error.in_both_wordings, error.exit_code, Failure.REFUSED)
                self.found.append(refused)
                continue
            entry = self.journal.result(key)
            if entry is not None:
                self.found.append(Outcome(number, entry.result))
                continue
            self.keys[number] = key
            yield number, task

    def earlier(self) -> Iterator[Outcome[Any]]:
        """Those found since the last time."""
        while self.found:
            yield self.found.popleft()
