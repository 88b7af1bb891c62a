"""Processes that each do one task at a time, none of which can take the others down.

A file may be made to crash the engine or to keep it busy for ever: the process dies, the file is named, and
another process goes on.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any, Generic, TypeVar

from xlbp.errors import XlbpError
from xlbp.system.pool import MOST, follow_the_first

SECONDS = 60.0  # for one task
STARTING = 60.0  # seconds for a process to start and to import what it needs, which are not the task's
BEGUN = "begun"  # what a process says when it takes up a task
MEMORY = 4 * 2**30  # bytes of a process's address space, where the system has such a limit

NOTHING_YET = object()
Task = TypeVar("Task")
Begin = Callable[..., Callable[[Any], Any]]


class LostError(Exception):
    """A task that ended its process, or took too long; the text says which."""


@dataclass
class _Worker(Generic[Task]):
    process: Any
    pipe: Any  # a Connection; on Windows another class
    task: Task | None = None
    deadline: float = field(default=0.0)


def work(
    begin: Begin, arguments: Sequence[Any], tasks: Sequence[Task], jobs: int, seconds: float = SECONDS
) -> Iterator[tuple[Task, Any]]:
    """Every task with its result, or with a LostError, in the order in which they are done.

    ``begin(*arguments)`` is called once in each process and gives the function that does a task.
    """
    waiting = deque(tasks)
    crew = [_hire(begin, arguments) for _ in range(min(jobs, len(tasks), MOST))]
    try:
        while waiting or any(worker.task is not None for worker in crew):
            for number, worker in enumerate(crew):
                if worker.task is None and waiting:
                    crew[number] = _give(worker, waiting.popleft(), begin, arguments)
            busy = {worker.pipe: n for n, worker in enumerate(crew) if worker.task is not None}
            said = wait(list(busy), timeout=0.2)
            for pipe, number in busy.items():
                worker = crew[number]
                task, result = worker.task, _result(worker, pipe in said, seconds)
                if result is not NOTHING_YET:
                    if worker.task is not None:  # it has not done its task, and never will
                        _dismiss(worker)
                        crew[number] = _hire(begin, arguments)
                    assert task is not None
                    yield task, result
    finally:
        for worker in crew:
            _dismiss(worker)


def _give(worker: _Worker[Any], task: Any, begin: Begin, arguments: Sequence[Any]) -> _Worker[Any]:
    """Send a task; where the idle process has died, to another one.  Returns who has it."""
    try:
        worker.pipe.send(task)
    except OSError:
        _dismiss(worker)
        worker = _hire(begin, arguments)
        worker.pipe.send(task)
    worker.task, worker.deadline = task, time.monotonic() + STARTING
    return worker


def _result(worker: _Worker[Any], has_spoken: bool, seconds: float) -> Any:
    """What a worker's task came to, or NOTHING_YET; whoever has done it is free again."""
    if not has_spoken:
        late = time.monotonic() > worker.deadline
        return LostError(f"took longer than {seconds:g} seconds") if late else NOTHING_YET
    try:
        said = worker.pipe.recv()
    except (EOFError, OSError):
        return LostError("ended the program that read it")
    if said == BEGUN:
        worker.deadline = time.monotonic() + seconds
        return NOTHING_YET
    worker.task = None
    return said[0]


def _hire(begin: Begin, arguments: Sequence[Any]) -> _Worker[Any]:
    context = multiprocessing.get_context("spawn")  # as on every system, see xlbp.system.pool
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, begin, arguments), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _dismiss(worker: _Worker[Any]) -> None:
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()


def _serve(pipe: Any, begin: Begin, arguments: Sequence[Any]) -> None:
    """One process: tasks in, results out, until the pipe closes."""
    follow_the_first()
    _limit_memory()
    do = begin(*arguments)
    with contextlib.suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            pipe.send(BEGUN)
            pipe.send((_done(do, task),))


def _done(do: Callable[[Any], Any], task: Any) -> Any:
    """A result; a fault of our own must not cost the others theirs."""
    try:
        return do(task)
    except XlbpError as error:
        return LostError(f"could not be marked: {error}")
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return LostError(f"could not be marked for a fault of xlbp itself, please report it ({said})")


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        resource: Any = importlib.import_module("resource")  # not on Windows
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
