"""A warm process that does one task after another: bytes in, bytes out.  What happens there."""

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
from xlbp.system.garbage import collect_seldom
from xlbp.system.outcome import Outcome, attempt, in_a_line

BEGUN = b"begun"  # what it says when it takes up a task
NEW_JOB = b"job "  # what a message begins with that tells a process another job than it began with
IDLE = 900.0  # seconds without a task after which it ends: whoever gave them may be gone


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


def serve(pipe: Any, job: bytes, memory: int | None) -> None:
    """Tasks in, outcomes out, until the pipe closes or nobody has said anything for long."""
    collect_seldom()
    follow_the_first()
    if memory is not None:
        _limit_memory(memory)
    do = _ready(job)
    with one_watcher(), contextlib.suppress(EOFError, OSError):
        while pipe.poll(IDLE):
            said = pipe.recv_bytes()
            if said.startswith(NEW_JOB):
                do = _ready(said.removeprefix(NEW_JOB))
                continue
            pipe.send_bytes(BEGUN)
            pipe.send_bytes(_answer(do, said))


def _ready(job: bytes) -> Callable[[Any], Any]:
    """The function that does a task; if its preparation fails, each task does as that did."""
    try:
        unpacked: Job = pickle.loads(job)
        return unpacked.ready()
    except Exception as error:
        return _raising(error)


def _raising(error: Exception) -> Callable[[Any], Any]:
    def do(_: Any) -> NoReturn:
        raise error

    return do


def _answer(do: Callable[[Any], Any], task: bytes) -> bytes:
    """The outcome of a task, whose number only the first process knows; a result that can't be sent is a fault."""
    try:
        return pickle.dumps(attempt(do, 0, pickle.loads(task)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return pickle.dumps(_fault(error))


def read_answer(answer: bytes) -> Outcome[Any] | Fault:
    """What a process of ours made of a task."""
    read: Outcome[Any] | Fault = pickle.loads(answer)
    return read


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
