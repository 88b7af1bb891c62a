"""What is too much to hold for a whole class: kept in a file without a name, read again when somebody looks at it."""

from __future__ import annotations

import pickle
import tempfile
import weakref
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, Any, Generic, TypeVar, overload

Item = TypeVar("Item")


class Shelf:
    """The file; it goes with the last of what was put there."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="xlbp-")  # noqa: SIM115 - open as long as it is wanted
        weakref.finalize(self, self._file.close)

    def put(self, items: Sequence[Item]) -> Sequence[Item]:
        """The same items, on the shelf."""
        if not items:
            return ()
        data = zlib.compress(pickle.dumps(list(items), pickle.HIGHEST_PROTOCOL), 1)
        place = self._file.seek(0, 2)
        self._file.write(data)
        return _Shelved(self, place, len(data), len(items))

    def take(self, place: int, size: int) -> Any:
        """What was put there."""
        self._file.seek(place)
        return pickle.loads(zlib.decompress(self._file.read(size)))  # of our own making


class _Shelved(Sequence[Item], Generic[Item]):
    """Items that are read anew each time."""

    __slots__ = ("_count", "_place", "_shelf", "_size")

    def __init__(self, shelf: Shelf, place: int, size: int, count: int) -> None:
        self._shelf, self._place, self._size, self._count = shelf, place, size, count

    def _items(self) -> list[Item]:
        items: list[Item] = self._shelf.take(self._place, self._size)
        return items

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items())

    @overload
    def __getitem__(self, place: int) -> Item: ...

    @overload
    def __getitem__(self, place: slice) -> list[Item]: ...

    def __getitem__(self, place: int | slice) -> Item | list[Item]:
        return self._items()[place]

    def __repr__(self) -> str:
        return repr(self._items())

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (self._items(),)
