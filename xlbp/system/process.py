"""Runs an engine in a process group of its own, with limits of time and memory and nothing left behind."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from xlbp.errors import EngineError, reason_of
from xlbp.system import limits
from xlbp.system.cleanup import watched_group
from xlbp.system.interpreter import python

ENVIRONMENT_PREFIX = "XLBP_"  # XLBP_SOFFICE, XLBP_SSCONVERT name a program; XLBP_TIMEOUT sets seconds, XLBP_MEMORY MB
TIMEOUT, WAKE = 600.0, 0.5
LEAST_MEMORY, MEMORY_PER_BYTE = 3_000, 40  # MB; measured: 10 bytes for a byte of the unpacked book, and soffice in 2 GB


@dataclass(frozen=True)
class Ended:
    """How a process ended: its code, negative for a signal, and what it said."""

    code: int
    output: bytes

    def last_words(self) -> str:
        """The last line of what it said, with a colon before it; '' if it said nothing."""
        said = self.output.decode("utf-8", "replace").strip().splitlines()
        return f": {said[-1][:200]}" if said else ""


def find_program(names: Sequence[str], remedy: str) -> str:
    """The path of the first program there is, a name or a place; XLBP_NAME says which instead.

    Raises EngineError with the remedy if there is none.
    """
    variable = ENVIRONMENT_PREFIX + names[0].upper()
    override = os.environ.get(variable)
    for name in [override] if override else names:
        if path := shutil.which(name):
            return path
    raise EngineError(f"{override or names[0]} was not found; {remedy}, or set {variable} to its path")


def timeout() -> float:
    """How long a program may take, in seconds."""
    return _above_zero("TIMEOUT", "seconds", TIMEOUT)


def memory_for(book: Path) -> int:
    """How many MB of address space a program may have: enough for any book that is what it seems."""
    with zipfile.ZipFile(book) as package:
        unpacked = sum(entry.file_size for entry in package.infolist())
    return int(_above_zero("MEMORY", "megabytes", LEAST_MEMORY + MEMORY_PER_BYTE * unpacked / 1e6))


def _above_zero(name: str, unit: str, default: float) -> float:
    given = os.environ.get(ENVIRONMENT_PREFIX + name, str(default))
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise EngineError(f"{ENVIRONMENT_PREFIX}{name} is {given!r}, but must be a number of {unit} above 0")
    return number


class Running:
    """A command that has been started: it hears what it is told, and is waited for."""

    def __init__(self, process: subprocess.Popen[bytes], label: str, seconds: float) -> None:
        self._process, self._label, self._seconds = process, label, seconds

    def tell(self, line: bytes) -> None:
        """A line for its stdin, short enough for a pipe to hold it; one that has ended hears nothing."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()

    def ask(self, line: bytes, seconds: float) -> bytes:
        """The line that it answers to a line; b"" from one that has ended, or that takes longer and is ended for it."""
        self.tell(line)
        assert self._process.stdout is not None
        too_long = threading.Timer(seconds, self._process.kill)
        too_long.start()
        try:
            return self._process.stdout.readline()
        finally:
            too_long.cancel()

    def finish(self, rest: bytes = b"") -> Ended:
        """How it ended, after the rest of its stdin.  Raises EngineError if it does not end in time."""
        try:
            output = _output(self._process, rest, self._seconds)
        except subprocess.TimeoutExpired:
            raise EngineError(
                f"{self._label} did not finish within {self._seconds:g} seconds; XLBP_TIMEOUT sets another limit"
            ) from None
        finally:
            _end(self._process)
        return Ended(self._process.returncode, output)


@contextmanager
def started(
    command: Sequence[str], label: str, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Start a command.  When the block ends, so does the command.  Raises EngineError if it can't be started."""
    seconds = timeout()
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            cwd=folder,
            env=environment,
        )
    except OSError as error:
        raise EngineError(f"{label} can't be started: {reason_of(error)}") from None
    try:
        with watched_group(process.pid):
            yield Running(process, label, seconds)
    finally:
        _end(process)


def _output(process: subprocess.Popen[bytes], asked: bytes, limit: float) -> bytes:
    """What the process says until it ends; awake now and then, as Windows hears no Ctrl-C while it waits."""
    end = time.monotonic() + limit
    _feed(process, asked)
    while True:
        left = end - time.monotonic()
        try:
            return process.communicate(timeout=max(0.0, min(WAKE, left)))[0]
        except subprocess.TimeoutExpired:
            if left <= WAKE:
                raise


def _feed(process: subprocess.Popen[bytes], asked: bytes) -> None:
    """Write the process's stdin from a thread, however late it reads, and close it.

    ``communicate`` forgets after a timeout what it has not written yet, and a pipe holds 64 KiB alone.
    """
    stdin, process.stdin = process.stdin, None
    assert stdin is not None

    def write() -> None:
        with suppress(OSError), stdin:  # the process has ended, or wants to read no more
            stdin.write(asked)

    threading.Thread(target=write, daemon=True).start()


Wait = Callable[[Path], None]


@contextmanager
def started_office(command: Sequence[str], label: str, books: Sequence[Path]) -> Iterator[Wait]:
    """Start an office program that reads ``books``; what is yielded waits for it, and for the workbook it must leave.

    An exit code of 0 alone proves nothing.
    """
    theirs = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(books[0].parent))  # temporary files, which go with ours
    environment = {**_in_plain_numbers(os.environ), **theirs}
    command = limited(command, sum(map(memory_for, books)))
    with started(command, label, environment=environment) as office:
        ended: list[Ended] = []

        def wait(result: Path) -> None:
            if not ended:
                ended.append(office.finish())
            if not zipfile.is_zipfile(result):
                code, words = ended[0].code, ended[0].last_words()
                raise EngineError(f"{label} ended with code {code} and wrote no workbook{words}")

        yield wait


def limited(command: Sequence[str], megabytes: int) -> list[str]:
    """The command, started by a Python that sets the limits first; where a system has none, the command itself."""
    if os.name != "posix":
        return list(command)
    return python("-I", "-S", limits.__file__, str(megabytes), str(math.ceil(timeout())), *command)


def end_group(pid: int, is_over: bool) -> None:
    """End a process that began a group of its own, with all that it started and that is left of it.

    Of one that is over Windows knows no more, and may have given its number to another.
    """
    killpg = getattr(os, "killpg", None)  # not on Windows
    if killpg is not None:
        with suppress(ProcessLookupError, PermissionError):
            killpg(pid, 9)
    elif not is_over:
        with suppress(OSError):
            tree = ["taskkill", "/F", "/T", "/PID", str(pid)]
            subprocess.run(tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole group: soffice starts the real program and waits for it."""
    end_group(process.pid, is_over=process.poll() is not None)
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            with suppress(OSError):  # what it was told and never read
                stream.close()


def _in_plain_numbers(environment: Mapping[str, str]) -> dict[str, str]:
    """The same environment with a decimal point: a comma would stand in every text made from a number."""
    found = {name: value for name, value in environment.items() if name != "LC_ALL"}
    if environment.get("LC_ALL"):
        found["LC_CTYPE"] = environment["LC_ALL"]  # which tells how file names are written
    return {**found, "LC_NUMERIC": "C"}
