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
from xlbp.many import MOST, follow_the_first

SECONDS = 60.0  # for one task
MEMORY = 4 * 2**30  # bytes of a process's address space, where the system has such a limit

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
                    worker.task, worker.deadline = waiting.popleft(), time.monotonic() + seconds
                    worker.pipe.send(worker.task)
                if worker.task is not None and time.monotonic() > worker.deadline:
                    yield worker.task, LostError(f"took longer than {seconds:g} seconds")
                    _dismiss(worker)
                    crew[number] = _hire(begin, arguments)
            busy = {worker.pipe: n for n, worker in enumerate(crew) if worker.task is not None}
            for pipe in wait(list(busy), timeout=0.2) if busy else ():
                worker = crew[busy[pipe]]
                task = worker.task
                assert task is not None
                try:
                    result, worker.task = worker.pipe.recv(), None
                except (EOFError, OSError):
                    result = LostError("ended the program that read it")
                    _dismiss(worker)
                    crew[busy[pipe]] = _hire(begin, arguments)
                yield task, result
    finally:
        for worker in crew:
            _dismiss(worker)


def _hire(begin: Begin, arguments: Sequence[Any]) -> _Worker[Any]:
    context = multiprocessing.get_context("spawn")  # as on every system, see xlbp.many
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
            pipe.send(_done(do, pipe.recv()))


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
