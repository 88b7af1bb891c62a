"""The workers of a Dask scheduler, each of whose threads has a warm process of its own for the tasks.

Engines do not belong in the worker itself: one that hangs would hold its thread for ever, one that crashes would take
the worker down.  Files travel as bytes, for nobody shares a disk with us; only so many tasks are with the scheduler at
a time, and each is given back as it is done.  A worker that dies costs the tasks it was at a second try.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import pickle
import queue
import secrets
import sys
import time
import warnings
from asyncio import CancelledError
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, NoReturn, TypeAlias

from xlbp import __version__
from xlbp.errors import EngineError, XlbpError, option
from xlbp.system.child import Job, Limits
from xlbp.system.children import TRIES, Answer, Child, outcome_of
from xlbp.system.delivery import packed
from xlbp.system.outcome import Failure, Outcome, refused
from xlbp.system.together import Together

try:
    from distributed import Client, Future, KilledWorker, WorkerPlugin, get_worker
except ModuleNotFoundError as error:
    raise EngineError(
        f"{option('--scheduler')} needs Dask, and {error.name} is not there; pip install 'xlbp[cluster]'"
    ) from None

MOST_BYTES = 64 * 2**20  # with the scheduler at a time
PATIENCE = 30.0  # seconds for the scheduler to answer, and for a worker to be there
WAKE = 0.2
QUIET = 60.0  # seconds without an answer after which we ask whether there are workers
COUNTED = 5.0  # seconds after which we ask how many threads there are

Versions: TypeAlias = tuple[str, str]  # of Python and of xlbp


def versions() -> Versions:
    """What must be the same everywhere for tasks and results to be understood."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}", __version__


class Children(WorkerPlugin):  # type: ignore[misc,unused-ignore]  # untyped where Dask is not installed
    """What a worker has for a job, also one that comes later: a process for each task that it is at."""

    def __init__(self, name: str, job: bytes, limits: Limits | None) -> None:
        self.name, self.job, self.limits, self.versions = name, job, limits, versions()

    def setup(self, worker: Any) -> None:  # noqa: ARG002 - as Dask calls it
        """On the worker, before its first task."""
        self.idle: queue.SimpleQueue[Child] = queue.SimpleQueue()
        _may_have_children()

    def teardown(self, worker: Any) -> None:  # noqa: ARG002
        """On the worker, when the job is done or the worker leaves."""
        with contextlib.suppress(queue.Empty):
            while True:
                self.idle.get_nowait().end()

    def do(self, task: bytes) -> tuple[Answer, float]:
        """What a process makes of the task; if that dies, what another one does.  And the seconds it was at it."""
        answer: Answer = Failure.ENDED
        for _ in range(TRIES):
            child = self._taken_by(task)
            answer = child.wait()
            if not child.is_lost:
                self.idle.put(child)
                return answer, child.seconds
            child.end()
            if answer is not Failure.ENDED:
                break
        return answer, child.seconds

    def _taken_by(self, task: bytes) -> Child:
        while True:
            try:
                child = self.idle.get_nowait()
            except queue.Empty:
                child = Child(self.job, self.limits)
            if child.takes(task):
                return child
            child.end()


def _may_have_children() -> None:
    """A nanny's worker is a daemon, which ends with the nanny, and which may have no processes: ours end with it."""
    process: Any = multiprocessing.current_process()
    process._config["daemon"] = False


class Done(NamedTuple):
    """What came of each of several tasks, and the seconds that processes were at them."""

    answers: list[Answer]
    seconds: float


def do(name: str, tasks: list[bytes]) -> Done | Versions:
    """Several tasks, on a worker; or the versions there, if they are not those of the first process."""
    plugin: Children = get_worker().plugins[name]
    if plugin.versions != versions():
        return versions()
    done = [plugin.do(task) for task in tasks]
    return Done([answer for answer, _ in done], sum(seconds for _, seconds in done))


@dataclass(frozen=True)
class _Task:
    """A task with its number, packed."""

    number: int
    packed: bytes


@dataclass(frozen=True)
class _Sent:
    """Tasks that are with the scheduler, done one after another by one worker; a suspect's worker has died."""

    tasks: tuple[_Task, ...]
    is_suspect: bool = False

    @property
    def size(self) -> int:
        """Bytes on their way."""
        return sum(len(task.packed) for task in self.tasks)


def on_cluster(job: Job, tasks: Iterator[tuple[int, Any]], most: int, address: str) -> Iterator[Outcome[Any]]:
    """The outcomes of at ``most`` so many tasks from the workers of the scheduler at ``address``.

    Raises EngineError if it does not answer, has no worker, has one of other versions, or is lost.
    """
    with _connected(address) as client:
        name = f"xlbp-{secrets.token_hex(8)}"
        client.register_plugin(Children(name, pickle.dumps(job), job.limits), name=name)
        together = Together(most, sum(client.nthreads().values()))
        run = _Run(client, address, name, job.limits, tasks, together)
        try:
            while run.submit():
                yield from run.outcomes()
        finally:
            run.end()


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """A client of the scheduler, whose workers are such as understand us."""
    _quiet()
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:  # the last without the settings of TLS
        raise EngineError(
            f"no scheduler answers at {address} ({_in_a_line(error)}); start one with  dask scheduler, or look at "
            "its address, and for tls:// at the certificates"
        ) from None
    try:
        _must_have_workers(client, address)
        yield client
    finally:
        with contextlib.suppress(Exception):  # of one that is lost already
            client.close(timeout=2)


def _quiet() -> None:
    """What Dask remarks of workers that come and go is not ours to tell; what ends the run is told in a sentence."""
    warnings.filterwarnings("ignore", category=UserWarning, module="distributed")
    for name in ("distributed", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("distributed.", "tornado.", "asyncio.")):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _must_have_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise EngineError(f"the scheduler {address} has no workers; start some with  dask worker {address}") from None
    for worker, theirs in client.run(versions, on_error="return").items():
        if isinstance(theirs, BaseException):
            raise EngineError(
                f"the worker {worker} can't load xlbp {__version__} ({_in_a_line(theirs)}); install it there"
            )
        _must_be_ours(theirs, f"the worker {worker}")


def _must_be_ours(theirs: Versions, where: str) -> None:
    """Raises EngineError for other versions than ours."""
    if theirs != versions():
        (their_python, their_xlbp), (python, ours) = theirs, versions()
        raise EngineError(
            f"{where} has Python {their_python} and xlbp {their_xlbp}, but here they are {python} and {ours}; "
            "install the same on both"
        )


def _in_a_line(error: BaseException) -> str:
    return " ".join(f"{error}".split())[:120] or type(error).__name__


class _Run:
    """Tasks on their way to the workers, and back."""

    def __init__(
        self,
        client: Any,
        address: str,
        name: str,
        limits: Limits | None,
        tasks: Iterator[tuple[int, Any]],
        together: Together,
    ) -> None:
        self.client, self.address, self.name, self.limits, self.tasks = client, address, name, limits, tasks
        self.together = together
        self.sent: dict[Any, _Sent] = {}  # by the future
        self.bytes = 0  # of these
        self.suspects: deque[_Task] = deque()  # whose worker died, perhaps by another's fault
        self.refused: deque[Outcome[Any]] = deque()  # before they could be sent
        self.finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.fetched: dict[Any, Any] = {}  # answers, by the future
        self.heard = self.counted = time.monotonic()  # when something was done, and when threads were counted
        self.is_lost = False  # the scheduler

    def submit(self) -> bool:
        """Send what there is room for; whether anything is still to come."""
        while len(self.sent) < self.together.most and self.bytes < MOST_BYTES and (some := self._next()):
            self._send(_Sent(some))
        if not self.sent and self.suspects:  # alone, so that only its own worker can be lost
            self._send(_Sent((self.suspects.popleft(),), is_suspect=True))
        return bool(self.sent or self.refused)

    def _next(self) -> tuple[_Task, ...]:
        """Tasks to be sent together; those that can't be packed are refused."""
        some: list[_Task] = []
        for number, task in islice(self.tasks, self.together.next()):
            try:
                some.append(_Task(number, pickle.dumps(packed(task), pickle.HIGHEST_PROTOCOL)))
            except XlbpError as error:
                self.refused.append(refused(number, error))
        return tuple(some)

    def _send(self, sent: _Sent) -> None:
        key = f"{self.name}-{sent.tasks[0].number}{'-again' if sent.is_suspect else ''}"
        tasks = [task.packed for task in sent.tasks]
        future: Future = self.client.submit(do, self.name, tasks, key=key, pure=False)
        self.sent[future] = sent
        self.bytes += sent.size
        future.add_done_callback(self.finished.put)

    def outcomes(self) -> Iterator[Outcome[Any]]:
        """What is known by now, after a moment."""
        while self.refused:
            yield self.refused.popleft()
        for future in self._done():
            sent = self.sent.pop(future)
            self.bytes -= sent.size
            answers = self._answers(future, sent)
            future.release()
            if not answers:
                self.suspects += sent.tasks
            for task, answer in zip(sent.tasks, answers, strict=False):
                yield outcome_of(task.number, answer, self.limits)

    def _done(self) -> list[Any]:
        """The futures that are done and fetched, awake now and then to hear Ctrl-C."""
        if not self.sent:
            return []
        done = []
        with contextlib.suppress(queue.Empty):
            done.append(self.finished.get(timeout=WAKE))
            while True:
                done.append(self.finished.get_nowait())
        if done:
            self.heard = time.monotonic()
            self._fetch([future for future in done if future.status == "finished"])
            if self.heard > self.counted + COUNTED:
                self._count()
        elif time.monotonic() > self.heard + QUIET:
            self._must_go_on()
        return done

    def _fetch(self, finished: list[Any]) -> None:
        """Get the answers of several at once."""
        try:
            self.fetched = dict(zip(finished, self.client.gather(finished), strict=True))
        except (Exception, CancelledError):
            self._lost()

    def _answers(self, future: Any, sent: _Sent) -> list[Answer]:
        """What came of tasks; nothing if their worker died and it was perhaps not their own fault."""
        if future in self.fetched:
            done: Done | Versions = self.fetched.pop(future)
            if not isinstance(done, Done):
                _must_be_ours(done, f"a worker of {self.address}")
                raise EngineError(f"a worker of {self.address} has changed its versions")
            self.together.learn(done.seconds, len(done.answers))
            return done.answers
        if future.status != "error":
            self._lost()
        error = future.exception()
        if isinstance(error, KilledWorker):
            return [Failure.ENDED] if sent.is_suspect else []
        raise EngineError(f"a worker of {self.address} can't do the work ({_in_a_line(error)})")

    def _must_go_on(self) -> None:
        """Raises EngineError if the scheduler has no workers any more."""
        self.heard = time.monotonic()
        if not self._count():
            raise EngineError(f"the scheduler {self.address} has lost all its workers; start some again")

    def _count(self) -> int:
        """The threads of all workers, which may come and go."""
        self.counted = time.monotonic()
        try:
            threads: int = sum(self.client.nthreads().values())
        except (Exception, CancelledError):
            self._lost()
        self.together.threads = max(threads, 1)
        return threads

    def _lost(self) -> NoReturn:
        self.is_lost = True
        raise EngineError(f"the scheduler {self.address} was lost; start it again, and its workers") from None

    def end(self) -> None:
        """Nothing of ours is left with the scheduler, if that is still there."""
        with contextlib.suppress(Exception, CancelledError):
            if not self.is_lost:
                self.client.cancel(list(self.sent), force=True)
                self.client.unregister_worker_plugin(self.name)
