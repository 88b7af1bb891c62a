"""Many books at a time, each by one of several processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from xlbp.errors import EngineError, UnreadableError, UsageError, WriteError, XlbpError

MOST = 61  # processes: Windows waits for no more at a time
WAKE = 0.5  # seconds: Windows hears no Ctrl-C while it waits
KINDS = {kind.exit_code: kind for kind in (XlbpError, UsageError, UnreadableError, WriteError, EngineError)}

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What came of the task with this number: a result, or the words and the exit code of an error."""

    number: int
    result: Result | None
    error: str = ""
    exit_code: int = 0

    def value(self) -> Result:
        """The result.  Raises the error that was one."""
        if self.result is None:
            raise KINDS[self.exit_code](self.error)
        return self.result


def cores() -> int:
    """How many processes can run at a time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_all(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    jobs: int,
    begin: Callable[..., object] | None = None,
    *given: Any,
) -> Iterator[Outcome[Result]]:
    """The outcome of each task as it comes in.  One job works in this process; an error ends no other task.

    ``begin(*given)`` is called once in each process, before any task.
    """
    if min(jobs, len(tasks)) == 1:
        if begin is not None:
            begin(*given)
        for number, task in enumerate(tasks):
            yield attempt(work, number, task)
        return
    context = multiprocessing.get_context("spawn")  # as on every system; a fork would share engines and locks
    is_done = False
    pool = ProcessPoolExecutor(min(jobs, len(tasks), MOST), context, _begin, (begin, *given))
    try:
        done: SimpleQueue[Future[Outcome[Result]]] = SimpleQueue()
        for number, task in enumerate(tasks):
            pool.submit(attempt, work, number, task).add_done_callback(done.put)
        for _ in tasks:
            yield _next(done).result()
        is_done = True
    except BrokenProcessPool:
        raise EngineError("a process that made books was ended from outside; give fewer --jobs") from None
    finally:
        if is_done:
            pool.shutdown()
        else:
            _break_off(pool)


def attempt(work: Callable[[Task], Result], number: int, task: Task) -> Outcome[Result]:
    """The outcome of a task; an error of ours is one, any other is a fault."""
    try:
        return Outcome(number, work(task))
    except XlbpError as error:
        return Outcome(number, None, str(error), error.exit_code)


def _next(done: SimpleQueue[Future[Outcome[Result]]]) -> Future[Outcome[Result]]:
    """The next that comes in, awake now and then."""
    while True:
        try:
            return done.get(timeout=WAKE)
        except Empty:
            continue


def _begin(begin: Callable[..., object] | None, *given: Any) -> None:
    """In each process, once."""
    follow_the_first()
    if begin is not None:
        begin(*given)


def follow_the_first() -> None:
    """Ctrl-C reaches all processes of a terminal; the first one ends the others, however it ends itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_first, daemon=True).start()


def _end_with_the_first() -> None:
    """After a kill that it can't catch nobody would end the others: they hold both ends of the pipe they wait at."""
    first = multiprocessing.parent_process()
    if first is not None:
        first.join()
        os._exit(1)


def _break_off(pool: ProcessPoolExecutor) -> None:
    """Nothing is left running."""
    children = multiprocessing.active_children()
    pool.shutdown(wait=False, cancel_futures=True)
    for child in children:
        child.terminate()
    for child in children:
        child.join()
