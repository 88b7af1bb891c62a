"""Work for other processes; this module imports little, so that they start quickly."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path

from xlbp.errors import UsageError, WriteError
from xlbp.system.delivery import Travels, bytes_of, on_disk


def three() -> int:
    """What is made once in each process."""
    return 3


def times(factor: int, task: int) -> int:
    """Multiplies; 13 kills the process, 14 never ends, 15 is a fault, 16 finds the disk full, 17 can't be sent."""
    if task == 13:
        os._exit(1)
    if task == 14:
        time.sleep(60)
    if task == 15:
        raise KeyError("of ours")
    if task == 16:
        raise WriteError("can't write ann.xlsx: no space left on device")
    if task == 17:
        return lambda: task  # type: ignore[return-value]
    return task * factor


def whose(_: int) -> int:
    """Who does it."""
    time.sleep(0.01)
    return os.getpid()


def nap(number: int) -> int:
    """Takes a moment, in which it can be killed."""
    time.sleep(0.01)
    return number


def end_once(mark: Path) -> int:
    """Ends its process, if no other one was ended so."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return 1
    os._exit(1)


@dataclass(frozen=True)
class Deadly:
    """A task that kills the worker whose process does it, as often as ``most`` says; ``folder`` counts."""

    folder: Path
    most: int

    def done(self) -> int:
        """How many workers it has killed."""
        killed = len(list(self.folder.iterdir()))
        if killed < self.most:
            (self.folder / str(killed)).touch()
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(60)
        return killed


@dataclass(frozen=True)
class Counted(Travels):
    """The words in a file; each time it is done, a line is added to ``log``."""

    path: Path
    log: Path
    data: bytes | None = None

    def packed(self) -> Counted:
        """With the file's bytes."""
        return replace(self, data=bytes_of(self.path))

    def done(self) -> int:
        """How many words there are."""
        with self.log.open("a") as log:
            log.write(f"{self.path.name}\n")
        with on_disk(self.path, self.data) as path:
            words = path.read_text().split()
        if not words:
            raise UsageError(f"{path} is empty")
        return len(words)
