"""Files that travel as bytes, between processes that may have no disk in common.

A task that needs files is a :class:`Travels`: before it leaves the machine, ``packed`` puts their bytes into it, and
where it is done :func:`on_disk` lays them out.  A task that makes files hands back their bytes; the first process makes
a :class:`Delivery` of its result, and writes them, wholly or not at all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from typing import Any, Generic, TypeAlias, TypeVar

from xlbp.errors import UnreadableError, WriteError, XlbpError, reason_of
from xlbp.system.atomic import replacing
from xlbp.system.cleanup import temporary_folder
from xlbp.system.outcome import KINDS, Outcome, refused

Packed = TypeVar("Packed", bound="Travels")
Kept = TypeVar("Kept")


class Travels(ABC):
    """A task with files."""

    @abstractmethod
    def packed(self: Packed) -> Packed:
        """The same task with the bytes of its files.  Raises UnreadableError for one that can't be read."""


def packed(task: Any) -> Any:
    """A task as it leaves the machine."""
    return task.packed() if isinstance(task, Travels) else task


def bytes_of(path: Path) -> bytes:
    """All of a file.  Raises UnreadableError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path}: can't be read: {reason_of(error)}") from None


@contextmanager
def on_disk(path: Path, data: bytes | None) -> Iterator[Path]:
    """Where a task's file can be read: at ``path``, or if it came as bytes, in a folder of this process.

    An error of ours that names it there is told of ``path``.
    """
    if data is None:
        yield path
        return
    copy = _own_folder() / token_hex(4) / path.name
    try:
        copy.parent.mkdir()
        copy.write_bytes(data)
    except OSError as error:
        raise WriteError(f"can't write in the folder {str(copy.parent)!r}: {reason_of(error)}") from None
    try:
        with told_of(copy, path):
            yield copy
    finally:
        copy.unlink(missing_ok=True)
        copy.parent.rmdir()


@contextmanager
def told_of(there: Path, here: Path) -> Iterator[None]:
    """What an error of ours says of a path where a task is done is told of what it stands for in the first process."""
    try:
        yield
    except XlbpError as error:
        said = error.in_both_wordings
        if there == here or str(there) not in said:
            raise
        raise KINDS[error.exit_code](said.replace(str(there), str(here))) from None


@cache
def _own_folder() -> Path:
    """A temporary folder that goes when this process does."""
    return _stays.enter_context(temporary_folder())


_stays = ExitStack()  # never left: the folder goes when the process does


@dataclass(frozen=True)
class Produced:
    """A file that a task made, and where it is to be; ``force``: in the place of what may be there."""

    path: Path
    data: bytes
    force: bool = False

    def write(self) -> None:
        """Put it in its place.  Raises WriteError."""
        with replacing(self.path, self.force) as temporary:
            temporary.write_bytes(self.data)

    @property
    def digest(self) -> bytes:
        """What tells it from any other content."""
        return blake2b(self.data, digest_size=16).digest()


@dataclass(frozen=True)
class Delivery(Generic[Kept]):
    """What is kept of a result, and the files that are made of it."""

    kept: Kept
    files: tuple[Produced, ...] = ()


Deliver: TypeAlias = Callable[[int, Any], Delivery[Any]]


def delivered(outcome: Outcome[Any], deliver: Deliver | None) -> tuple[Outcome[Any], tuple[Produced, ...]]:
    """The outcome with its files written, and these; where the disk refuses, that is the outcome."""
    if outcome.failure is not None or deliver is None:
        return outcome, ()
    delivery = deliver(outcome.number, outcome.result)
    try:
        for file in delivery.files:
            file.write()
    except WriteError as error:
        return refused(outcome.number, error), ()
    return replace(outcome, result=delivery.kept), delivery.files
