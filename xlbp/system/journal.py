"""What is done already, so that a run that was interrupted is taken up where it stopped.

A journal is a file beside the result.  It names the version of xlbp and the job, by its digest; each entry holds a
task's digest, its result, and the digests of the files that it made.  An entry counts only if all of that is as it
was: another job, another version, another hand-in, a file that was changed or is gone, a line that a kill cut off,
and the task is done again.  The journal goes when the run ends well.

It may lie among strangers' files, so nothing in it runs: only plain values and records of xlbp are read from it.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, is_dataclass
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from xlbp import __version__
from xlbp.errors import Interrupted, WriteError, XlbpError, counted, reason_of
from xlbp.system.delivery import Produced, packed
from xlbp.system.digest import SIZE, digest_of
from xlbp.system.outcome import Outcome

SUFFIX = ".journal"
SIGN = b"xlbp journal "  # what each begins with
FORMAT = 1
CHECK, LENGTH = 8, 4  # bytes
PLAIN = {  # beside records of ours: what may be made from a journal
    **{("builtins", name): True for name in ("set", "frozenset", "complex", "bytearray")},
    **{("pathlib", name): True for name in ("Path", "PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath")},
    **{("pathlib._local", name): True for name in ("PosixPath", "WindowsPath", "PurePosixPath")},
    ("fractions", "Fraction"): True,
    ("collections", "OrderedDict"): True,
    ("numpy", "dtype"): True,
    **{(module, "scalar"): True for module in ("numpy.core.multiarray", "numpy._core.multiarray")},
}


@dataclass(frozen=True)
class Entry:
    """A task's result, and the files that it made: where they are, and their digests."""

    result: Any
    files: tuple[tuple[str, bytes], ...]

    @property
    def is_there(self) -> bool:
        """Whether its files are still as they were made."""
        return all(_is_unchanged(Path(path), digest) for path, digest in self.files)


def _is_unchanged(path: Path, digest: bytes) -> bool:
    try:
        return Produced(path, path.read_bytes()).digest == digest
    except OSError:
        return False


class _Reader(pickle.Unpickler):
    """Reads plain values and records of xlbp."""

    def find_class(self, module: str, name: str) -> Any:
        """The class, if it is but a record."""
        if (module, name) in PLAIN:
            return super().find_class(module, name)
        if module.split(".", maxsplit=1)[0] == "xlbp":
            found = super().find_class(module, name)  # a record, or plain values with more to them
            is_own = isinstance(found, type) and found.__module__ == module  # not what the module imports
            if is_own and (is_dataclass(found) or issubclass(found, Enum | tuple | str)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no record")


class Journal:
    """The entries of earlier runs of one job, and those of this one."""

    def __init__(self, path: Path, job: object) -> None:
        self.path, self.job = path, digest_of(job)
        self.head = _head(self.job)
        self.places: dict[bytes, tuple[int, int]] = {}  # by the task's digest: where its entry begins, and its length
        self.size = 0  # of what is sound
        self.stream: BinaryIO | None = None
        self._read()
        self.resumes = bool(self.size)

    def _read(self) -> None:
        """Find the entries, up to the first that is not whole.  Raises WriteError for another file of this name."""
        try:
            with self.path.open("rb") as stream:
                head = stream.readline(len(self.head) + 1)
                if head[: len(SIGN)] != SIGN[: len(head)]:
                    raise WriteError(
                        f"{self.path} is no journal of xlbp, and stays; move it away, or name another file"
                    )
                if head != self.head:
                    return
                self.size = len(self.head)
                while (entry := _whole_entry(stream)) is not None:
                    key, length = entry
                    self.places[key] = (self.size + SIZE + CHECK + LENGTH, length)
                    self.size += SIZE + CHECK + LENGTH + length
        except FileNotFoundError:
            return
        except OSError as error:
            self._refuse(error)

    def _refuse(self, error: OSError) -> NoReturn:
        raise WriteError(f"the journal {self.path} can't be kept: {reason_of(error)}; move it away") from None

    def key(self, work: object, task: object) -> bytes:
        """What an entry is known by: the job, what is done, and all that it is done with."""
        return digest_of([self.job, work, task])

    def result(self, key: bytes) -> Entry | None:
        """What an earlier run made of a task, if that still holds."""
        if key not in self.places:
            return None
        offset, length = self.places[key]
        with self.path.open("rb") as stream:
            stream.seek(offset)
            packed = stream.read(length)
        try:
            entry = _Reader(io.BytesIO(packed)).load()
        except Exception:
            return None
        return entry if isinstance(entry, Entry) and entry.is_there else None

    def keep(self, key: bytes, outcome: Outcome[Any], files: Sequence[Produced]) -> None:
        """Remember a result; what has none is tried again, as is a part of which anything failed."""
        if _has_failed(outcome):
            return
        entry = Entry(outcome.result, tuple((str(file.path), file.digest) for file in files))
        packed = pickle.dumps(entry, pickle.HIGHEST_PROTOCOL)
        try:
            self._opened().write(key + _check(key, packed) + len(packed).to_bytes(LENGTH, "big") + packed)
            self._opened().flush()
        except OSError as error:
            self._refuse(error)
        self.places[key] = (self.size + SIZE + CHECK + LENGTH, len(packed))
        self.size += SIZE + CHECK + LENGTH + len(packed)

    def begin(self) -> None:
        """Note that the job has begun, before it writes anything that another run would not replace."""
        try:
            self._opened().flush()
        except OSError as error:
            self._refuse(error)

    def _opened(self) -> BinaryIO:
        """The file at its sound end; one of another job begins anew."""
        if self.stream is None:
            self.stream = self.path.open("r+b" if self.size else "wb")
            self.stream.truncate(self.size)
            self.stream.seek(self.size)
            if not self.size:
                self.stream.write(self.head)
                self.size = len(self.head)
        return self.stream

    def close(self) -> None:
        """Leave it as it is."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None

    def remove(self) -> None:
        """Nothing of it is needed any more."""
        self.close()
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            self._refuse(error)

    @property
    def advice(self) -> str:
        """How to go on."""
        if not self.places:
            return f"{self.path} knows what was begun: the same command goes on"
        return f"{counted(len(self.places), 'result')} in {self.path}: the same command goes on from there"


def _head(job: bytes) -> bytes:
    """The first line: all that must be as it was."""
    python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    return SIGN + f"{FORMAT}, {__version__}, {python}, {job.hex()}\n".encode()


def _has_failed(outcome: Outcome[Any]) -> bool:
    parts = outcome.result if isinstance(outcome.result, list) else ()
    return outcome.failure is not None or any(isinstance(part, Outcome) and _has_failed(part) for part in parts)


def _check(key: bytes, packed: bytes) -> bytes:
    return blake2b(key + packed, digest_size=CHECK).digest()


def _whole_entry(stream: BinaryIO) -> tuple[bytes, int] | None:
    """The key of the next entry and its length, None if it is cut off or damaged."""
    key, check, length = stream.read(SIZE), stream.read(CHECK), stream.read(LENGTH)
    packed = stream.read(int.from_bytes(length, "big")) if len(length) == LENGTH else b""
    return (key, len(packed)) if length and _check(key, packed) == check else None


class Left:
    """What an earlier run did, and then the tasks that it left undone."""

    def __init__(self, work: object, tasks: Sequence[Any], journal: Journal) -> None:
        self.work, self.tasks, self.journal = work, tasks, journal
        self.done: set[int] = set()  # the numbers of tasks that need not be done again
        self.keys: dict[int, bytes] = {}  # of the tasks that are being done

    def earlier(self) -> Iterator[Outcome[Any]]:
        """The outcomes that the journal has, each as soon as it is read: all of a large class are too many to hold."""
        for number, task in enumerate(self.tasks if self.journal.resumes else ()):
            key = self._key(task)
            entry = self.journal.result(key) if key is not None else None
            if entry is not None:
                self.done.add(number)
                yield Outcome(number, entry.result)

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        for number, task in enumerate(self.tasks):
            if number not in self.done:
                if (key := self._key(task)) is not None:
                    self.keys[number] = key
                yield number, task

    def _key(self, task: Any) -> bytes | None:
        """What the journal knows a task by; None of one whose files can't be read, which is told where it is done."""
        try:
            return self.journal.key(self.work, packed(task))
        except XlbpError:
            return None

    def keep(self, outcome: Outcome[Any], files: Sequence[Produced]) -> None:
        """A task is done, and its files are written."""
        key = self.keys.pop(outcome.number, None)
        if key is not None:
            self.journal.keep(key, outcome, files)


@contextmanager
def journal_at(path: Path, job: object) -> Iterator[Journal]:
    """A journal of a job, which goes if the block ends well, and is told of if it does not."""
    journal = Journal(path, job)
    try:
        yield journal
    except Interrupted as stopped:
        raise Interrupted(journal.advice) if journal.size else stopped from None
    except XlbpError as error:
        if journal.size:
            error.args = (f"{error.in_both_wordings}; {journal.advice}", *error.args[1:])
        raise
    finally:
        journal.close()
    journal.remove()
