"""A process that does one task after another for the first one: what happens there."""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from xlbp.system.cleanup import one_watcher
from xlbp.system.outcome import Outcome, attempt, in_a_line

BEGUN = "begun"  # what it says when it takes up a task


@dataclass(frozen=True)
class Limits:
    """What a task may take: seconds, and bytes of its process's address space, where the system has such a limit."""

    seconds: float = 60.0
    memory: int = 4 * 2**30


@dataclass(frozen=True)
class Job:
    """What each process is told before its tasks."""

    work: Callable[..., Any]
    begin: Callable[[], Any] | None
    limits: Limits | None

    def ready(self) -> Callable[[Any], Any]:
        """The function that does a task."""
        if self.begin is None:
            return self.work
        work, common = self.work, self.begin()
        return lambda task: work(common, task)


@dataclass(frozen=True)
class Fault:
    """An exception that nobody foresaw, with its traceback as text."""

    error: Exception
    traceback: str


def serve(pipe: Any, job: Job) -> None:
    """Tasks in, outcomes out, until the pipe closes."""
    follow_the_first()
    if job.limits is not None:
        _limit_memory(job.limits.memory)
    try:
        do = job.ready()
    except Exception as error:
        do = _raising(error)
    with one_watcher(), contextlib.suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            pipe.send(BEGUN)
            _say(pipe, _answer(do, task))


def _raising(error: Exception) -> Callable[[Any], Any]:
    """Work that fails for each task as its preparation did."""

    def do(_: Any) -> NoReturn:
        raise error

    return do


def _answer(do: Callable[[Any], Any], task: Any) -> Outcome[Any] | Fault:
    """The outcome of a task, whose number only the first process knows."""
    try:
        return attempt(do, 0, task)
    except Exception as error:
        return _fault(error)


def _say(pipe: Any, answer: Outcome[Any] | Fault) -> None:
    try:
        pipe.send(answer)
    except OSError:
        raise
    except Exception as error:  # a result that can't be sent is a fault, too
        pipe.send(_fault(error))


def _fault(error: Exception) -> Fault:
    """A fault that can be sent: an exception that can't be is told by its words."""
    text = traceback.format_exc()
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return Fault(RuntimeError(in_a_line(error)), text)
    return Fault(error, text)


def follow_the_first() -> None:
    """Ctrl-C reaches all processes of a terminal; the first one ends the others, however it ends itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_first, daemon=True).start()


def _end_with_the_first() -> None:
    """After a kill that it can't catch nobody would end a busy one."""
    first = multiprocessing.parent_process()
    if first is not None:
        first.join()
        os._exit(1)


def _limit_memory(size: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        resource: Any = importlib.import_module("resource")  # not on Windows
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
