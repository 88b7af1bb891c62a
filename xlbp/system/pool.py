"""Many tasks at a time, done by the processes of this machine or by those of a cluster, as it is asked for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from xlbp.errors import UsageError, option
from xlbp.system.child import Job, Limits
from xlbp.system.delivery import Delivery, delivered
from xlbp.system.journal import Journal, Left
from xlbp.system.local import in_processes
from xlbp.system.outcome import Outcome, attempt

ADDRESS = re.compile(r"(tcp|tls)://\S+:\d+")

Task = TypeVar("Task")
Result = TypeVar("Result")
Common = TypeVar("Common")
Kept = TypeVar("Kept")


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
    deliver: None = None,
) -> Iterator[Outcome[Result]]: ...


@overload
def run_all(
    work: Callable[[Common, Task], Result],
    tasks: Sequence[Task],
    where: Machines | int,
    begin: Callable[[], Common],
    limits: Limits | None = None,
    journal: Journal | None = None,
    deliver: None = None,
) -> Iterator[Outcome[Result]]: ...


@overload
def run_all(
    work: Callable[..., Result],
    tasks: Sequence[Task],
    where: Machines | int,
    begin: Callable[[], Common] | None = None,
    limits: Limits | None = None,
    journal: Journal | None = None,
    *,
    deliver: Callable[[int, Result], Delivery[Kept]],
) -> Iterator[Outcome[Kept]]: ...


def run_all(
    work: Callable[..., Any],
    tasks: Sequence[Any],
    where: Machines | int,
    begin: Callable[[], Any] | None = None,
    limits: Limits | None = None,
    journal: Journal | None = None,
    deliver: Callable[[int, Any], Delivery[Any]] | None = None,
) -> Iterator[Outcome[Any]]:
    """The outcome of ``work(task)`` for each task, as it comes in; with ``begin``, of ``work(begin(), task)``.

    ``begin`` is called once in each process.  An error of ours ends no other task, nor does a process that dies: its
    task is given to another one, and is left if it ends that, too.  With ``limits``, which are for strangers' files,
    each task is done in another process, and a fault of ours is an outcome as well; without, it is raised, and a
    single job is done in this process.  A number stands for so many processes of this machine.

    ``deliver`` says, in this process, what of a task's result is kept, and which files are made of it; they are
    written before its outcome is told.  What the ``journal`` has of an earlier run is not done again.
    """
    asked = Machines(where) if isinstance(where, int) else where
    job = Job(work, begin, limits)
    if journal is None:
        for outcome in _outcomes(job, enumerate(tasks), len(tasks), asked):
            yield delivered(outcome, deliver)[0]
        return
    left = Left(job.work, tasks, journal)
    yield from left.earlier()
    for outcome in _outcomes(job, iter(left), len(tasks) - len(left.done), asked):
        kept, files = delivered(outcome, deliver)
        yield kept
        left.keep(kept, files)  # now that the caller has taken it


def _outcomes(job: Job, tasks: Iterator[tuple[int, Any]], most: int, where: Machines) -> Iterator[Outcome[Any]]:
    """The outcomes of numbered tasks, of which there are at ``most`` so many."""
    count = min(max(where.jobs, 1), most)
    if most == 0:
        return
    if where.scheduler:
        from xlbp.system.cluster import on_cluster  # noqa: PLC0415 - Dask is an extra

        yield from on_cluster(job, tasks, most, where.scheduler)
    elif count == 1 and job.limits is None:
        do = job.ready()
        for number, task in tasks:
            yield attempt(do, number, task)
    else:
        yield from in_processes(job, tasks, count)
