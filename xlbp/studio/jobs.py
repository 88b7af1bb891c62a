"""Jobs: each is a command of xlbp, run in a process and a folder of its own, so that a crash costs nothing else."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from xlbp.errors import reason_of
from xlbp.studio.uploads import free
from xlbp.system.interpreter import python
from xlbp.system.process import end_group

AT_ONCE = 2
KEPT = 60  # jobs whose files are kept; the oldest that ended go
SECONDS = 3600.0  # after which a job is ended
MOST_SAID = 1_000_000  # bytes that are shown of what a command printed
LEAVING = 5.0  # seconds for a command to clean up after itself
TEMPLATE = "my-template.toml"  # what a template is called that the studio writes
SPEAKS_TO_PROGRAMS = "--json"
BY_DEFAULT = "output"  # the folder for what has no other place
OUTPUT, ERRORS = ".stdout", ".stderr"
SPEECH = {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
SAFE_PATH = {"PYTHONSAFEPATH": "1"}  # no module is taken from the folder that has a stranger's files


def as_typed(arguments: Sequence[str]) -> list[str]:
    """A job's command as a person would type it, who reads what it says."""
    return [word for word in arguments if word != SPEAKS_TO_PROGRAMS]


class State(Enum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"  # it ended by itself, and its exit code says how
    STOPPED = "stopped"  # by who asked for it
    LATE = "late"


@dataclass
class Job:
    """A command in its folder.  ``given`` are the names in the folder that it did not make."""

    story: str
    arguments: tuple[str, ...]
    folder: Path
    language: str
    key: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    state: State = State.WAITING
    code: int | None = None
    begun: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    given: frozenset[str] = frozenset()
    is_kept: bool = True  # whether what it makes is worth keeping
    fault: str = ""  # why it could not be run, or what it made not be kept
    task: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.state not in {State.WAITING, State.RUNNING}

    def said(self, name: str = OUTPUT, most: int = MOST_SAID) -> str:
        """What the command printed, from its beginning."""
        try:
            with (self.folder / name).open("rb") as stream:
                return stream.read(most).decode("utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    @property
    def error(self) -> str:
        """The command's one line of what is wrong, without the program's name; or why it could not do its work."""
        lines = [self.fault, *self.said(ERRORS).splitlines()]
        lines = [line for line in lines if line.strip()]
        return "\n".join(lines).removeprefix("xlbp: error: ")

    def made(self) -> list[Path]:
        """The files and folders that it made, by name: those in the folder that xlbp writes to, and those beside it."""
        places = [self.folder, self.folder / BY_DEFAULT]
        there = [path for place in places if place.is_dir() for path in place.iterdir() if path.name[0] != "."]
        own = self.given | {BY_DEFAULT}
        return sorted((path for path in there if path.name not in own), key=lambda path: path.name)


class Jobs:
    """All jobs of a studio, the newest last; at most :data:`AT_ONCE` run at a time.

    Their folders are in ``root`` and go with the studio; what they make is copied to ``kept`` as well, if there is one.
    """

    def __init__(self, root: Path, kept: Path | None = None) -> None:
        self.root, self.kept = root, kept
        self.all: dict[str, Job] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    def new_folder(self) -> Path:
        """An empty folder for a job."""
        folder = self.root / secrets.token_hex(8)
        folder.mkdir(mode=0o700)
        return folder

    def start(self, story: str, arguments: Sequence[str], folder: Path, language: str, is_kept: bool = True) -> Job:
        """Begin a command in a folder with its files, as soon as there is a place."""
        given = frozenset(path.name for path in folder.iterdir())
        job = Job(story, tuple(arguments), folder, language, given=given, is_kept=is_kept)
        self.all[job.key] = job
        self._forget_the_oldest()
        job.task = asyncio.create_task(self._do(job))
        return job

    async def stop(self, job: Job) -> None:
        """End a job; what it has made so far stays."""
        if job.task is not None and not job.is_over:
            job.task.cancel()
            with suppress(asyncio.CancelledError):
                await job.task
            job.state = State.STOPPED

    async def stop_all(self) -> None:
        """End everything that runs."""
        for job in list(self.all.values()):
            await self.stop(job)

    async def _do(self, job: Job) -> None:
        async with self._places:
            job.state, job.begun = State.RUNNING, time.monotonic()
            state = State.DONE
            try:
                job.code = await asyncio.wait_for(_run(job), SECONDS)
                if self.kept is not None and job.is_kept:
                    await asyncio.to_thread(keep, job.made(), self.kept)
            except asyncio.TimeoutError:
                state = State.LATE
            except OSError as error:
                job.fault = f"{error.filename or self.root}: {reason_of(error)}"
            job.state, job.seconds = state, time.monotonic() - job.begun

    def _forget_the_oldest(self) -> None:
        over = [job for job in self.all.values() if job.is_over]
        for job in over[: max(len(self.all) - KEPT, 0)]:
            self.forget(job)

    def forget(self, job: Job) -> None:
        """A job that is over goes, with its files."""
        self.all.pop(job.key, None)
        shutil.rmtree(job.folder, ignore_errors=True)


def keep(paths: Sequence[Path], folder: Path) -> None:
    """Copy files and folders; what is there already stays, and a new one gets a number.  Raises OSError."""
    for path in paths:
        target = free(folder / path.name)
        if path.is_dir():
            shutil.copytree(path, target)
        else:
            shutil.copyfile(path, target)


async def _run(job: Job) -> int:
    """The exit code of the job's command, in a process of its own, of which nothing is left when this ends."""
    with (job.folder / OUTPUT).open("wb") as output, (job.folder / ERRORS).open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *python("-m", "xlbp", *job.arguments),
            cwd=job.folder,
            env={**os.environ, **SPEECH, **SAFE_PATH},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=os.name == "posix",
        )
    try:
        return await process.wait()
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Nothing of a command is left: it is asked to leave, which cleans up, then ended with all that it started."""
    if (
        process.returncode is None and os.name == "posix"
    ):  # elsewhere one can't ask, and must not orphan what it started
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(process.wait()), LEAVING)
    end_group(process.pid, is_over=process.returncode is not None)
