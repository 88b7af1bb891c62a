"""A zip archive of hand-ins, taken apart into a temporary folder: whoever made it, it can't write anywhere else.

No entry's name becomes a path: files are numbered.  What an archive says of itself is checked before it is opened
(how many entries), before anything is unpacked (how large, by which factor), and while it is.
"""

from __future__ import annotations

import stat
import struct
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from xlbp.datafile.encodings import recognised
from xlbp.errors import UnreadableError, UsageError, WriteError, reason_of
from xlbp.system.atomic import FORBIDDEN
from xlbp.xlsx.preflight import MOST_PACKED

MOST_ENTRIES, MOST_DIRECTORY = 200_000, 100_000_000  # of one archive, and bytes of its directory
MOST_UNPACKED = 8_000_000_000  # bytes of all archives together
MOST_RATIO, RATIO_FROM = 100, 100_000_000  # unpacked to packed, of an archive that unpacks to more bytes
LONGEST_NAME, LONGEST_SUFFIX = 1_000, 9
PIECE = 1 << 20
END, END_64, LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
LONGEST_END, RECORD_64 = 22 + 0xFFFF, 56  # bytes
IN_RECORD = 0xFFFFFFFF  # what the end says of its directory's bytes where the record says how many they are
UNICODE_NAME = 0x7075  # the extra field in which Info-ZIP keeps a name in UTF-8
IS_UTF8, IS_ENCRYPTED = 0x800, 0x1
BOOK = "xl/workbook.xml"


@dataclass(frozen=True)
class Skipped:
    """A file of an archive that is not read, and why, as the end of a sentence that begins with its name.

    ``shown`` is what a teacher is shown, ``name`` what it is called in the archive.
    """

    shown: Path
    name: str
    reason: str


@dataclass
class Unpacked:
    """Where files go, how many there are, and how many bytes there may still be."""

    folder: Path
    files: int = 0
    left: int = MOST_UNPACKED
    skipped: list[Skipped] = field(default_factory=list)

    def place(self, suffix: str) -> Path:
        """A path for the next file."""
        self.files += 1
        return self.folder / f"{self.files}{suffix}"


@dataclass(frozen=True)
class Entry:
    """A file of an archive, unpacked: its name there, its time, and where it lies."""

    name: str
    changed: float
    path: Path


def unpack(archive: Path, shown: Path, into: Unpacked) -> Iterator[Entry]:
    """Every file of an archive, one after the other; what can't be taken is told in ``into.skipped``.

    Raises UnreadableError, in one sentence, for an archive that is damaged, or made to fill memory or disk; WriteError
    where the disk takes no more.
    """
    try:
        with archive.open("rb") as stream:
            _must_be_small(stream, shown)
            with zipfile.ZipFile(stream) as package:
                entries = package.infolist()
                _must_be_no_bomb(entries, archive.stat().st_size, into.left, shown)
                yield from _files(package, entries, shown, into)
    except (OSError, ValueError, zipfile.BadZipFile, struct.error, EOFError, NotImplementedError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise UnreadableError(f"{shown}: the archive is damaged ({reason}); download it again") from None


def is_archive(path: Path) -> bool:
    """Whether a file is a zip that is no workbook; False, too, for one that can't be read."""
    try:
        with path.open("rb") as stream:
            if stream.read(2) != b"PK":
                return False
            entries, directory = _directory(stream)
            if entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
                return True
            with zipfile.ZipFile(stream) as package:
                names = package.namelist()
                return BOOK not in names and "mimetype" not in names
    except (OSError, ValueError, zipfile.BadZipFile, struct.error, NotImplementedError):
        return path.suffix.lower() == ".zip"


def _must_be_small(stream: BinaryIO, shown: Path) -> None:
    """Refuse an archive of too many entries before its directory is read."""
    entries, directory = _directory(stream)
    if entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
        raise UnreadableError(
            f"{shown}: refused, the archive has {entries:,} entries, but at most {MOST_ENTRIES:,} are taken"
            if entries > MOST_ENTRIES
            else f"{shown}: refused, the archive's directory has {directory:,} bytes, more than any class needs"
        )


def _directory(stream: BinaryIO) -> tuple[int, int]:
    """How many entries an archive says it has, and how many bytes its directory; the most where it says so twice.

    Python's releases read the record of a large archive where the locator points, or right before the locator.
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - LONGEST_END))
    tail = stream.read()
    place = tail.rfind(END)
    if place < 0:
        raise zipfile.BadZipFile("it has no end")
    entries, directory = struct.unpack("<HL", tail[place + 10 : place + 16])
    if tail[place - 20 : place - 16] == LOCATOR_64:
        locator = size - len(tail) + place - 20
        places = min(size, struct.unpack("<Q", tail[place - 12 : place - 4])[0]), max(0, locator - RECORD_64)
        records = [record for where in places if (record := _record_at(stream, where))]
        records += [(entries, directory)] if directory != IN_RECORD or not records else []
        entries, directory = (max(told) for told in zip(*records, strict=True))
    stream.seek(0)
    return entries, directory


def _record_at(stream: BinaryIO, where: int) -> tuple[int, int] | None:
    """How many entries, and bytes of the directory, the record of a large archive tells that stands there, if any."""
    stream.seek(where)
    record = stream.read(RECORD_64)
    return struct.unpack("<QQ", record[32:48]) if record[:4] == END_64 and len(record) == RECORD_64 else None


def _must_be_no_bomb(entries: Sequence[zipfile.ZipInfo], packed: int, left: int, shown: Path) -> None:
    """Refuse what unpacks to more than any class hands in."""
    if len(entries) > MOST_ENTRIES:
        raise UnreadableError(f"{shown}: refused, the archive has {len(entries):,} entries")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > left:
        raise UnreadableError(f"{shown}: refused, it unpacks to {unpacked:,} bytes, but at most {left:,} are taken")
    if unpacked > RATIO_FROM and unpacked > MOST_RATIO * max(1, packed):
        raise UnreadableError(f"{shown}: refused, it unpacks to over {MOST_RATIO} times its size")


def _files(
    package: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], shown: Path, into: Unpacked
) -> Iterator[Entry]:
    seen: set[str] = set()
    for entry, name in zip(entries, _names(entries), strict=True):
        if name.endswith("/"):  # a folder; is_dir() stumbles over an entry without a name
            continue
        reason = _reason_against(entry, name, seen)
        seen.add(name)
        if reason:
            called = name.replace("\0", " ")[:LONGEST_NAME].lstrip("/")
            into.skipped.append(Skipped(shown / called, called, reason))
            continue
        place = into.place(FORBIDDEN.sub("", Path(name).suffix.lower())[:LONGEST_SUFFIX])
        if reason := _written(package, entry, place, into):
            into.skipped.append(Skipped(shown / name, name, reason))
            place.unlink(missing_ok=True)
        else:
            yield Entry(name, _time_of(entry), place)


def _reason_against(entry: zipfile.ZipInfo, name: str, seen: set[str]) -> str:
    """Why an entry is not unpacked; '' if it may be."""
    path = PurePosixPath(name)
    mode = entry.external_attr >> 16
    reasons = {
        "its name points out of the archive": path.is_absolute() or ".." in path.parts or name[1:2] == ":",
        "its name is none": "\0" in name or not path.name or len(name) > LONGEST_NAME,
        "it is a link or a device, no file": stat.S_IFMT(mode) not in (0, stat.S_IFREG),
        "it has a password; hand it in without one": bool(entry.flag_bits & IS_ENCRYPTED),
        "the archive holds this name twice; the first one was read": name in seen,
        f"it has {entry.file_size:,} bytes, but at most {MOST_PACKED:,} are taken": entry.file_size > MOST_PACKED,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _written(package: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path, into: Unpacked) -> str:
    """Unpack an entry, no more of it than it says it has; why that failed, or ''."""
    try:
        _append(b"", place)
        with package.open(entry) as source:
            while piece := source.read(PIECE):
                into.left -= len(piece)
                _append(piece, place)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        return f"it is damaged ({error})"
    except Exception as error:  # zlib.error and its kin have no common base
        if isinstance(error, OSError | WriteError):
            raise
        return f"it is damaged ({error})"
    return ""


def _append(piece: bytes, place: Path) -> None:
    """Write a piece behind what a file has.  Raises WriteError, since that is no fault of the archive."""
    try:
        with place.open("ab") as target:
            target.write(piece)
    except OSError as error:
        what = f"{place.parent}: the hand-ins can't be unpacked there ({reason_of(error)})"
        raise WriteError(f"{what}; make room on the disk, or set TMPDIR to a folder on another one") from None


def _names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The entries' names with ``/`` between folders, in the encoding that they are written in.

    Without the sign for UTF-8 a name is in the code page of some machine: in UTF-8 none the less, in that which the
    names prove together, or in DOS's, which is the standard's.
    """
    raw = [None if entry.flag_bits & IS_UTF8 else entry.orig_filename.encode("cp437", "replace") for entry in entries]
    foreign = [data for data in raw if data is not None and not data.isascii()]
    encoding = _encoding_of(b"\n".join(foreign)) if foreign else "utf-8"
    names = []
    for entry, data in zip(entries, raw, strict=True):
        own = _unicode_name(entry.extra)
        name = own or (entry.orig_filename if data is None else data.decode(encoding, "replace"))
        names.append(name.replace("\\", "/"))
    return names


def _encoding_of(names: bytes) -> str:
    try:
        return recognised(names)[1] or "utf-8"
    except ValueError:
        return "cp437"


def _unicode_name(extra: bytes) -> str:
    """The name in the extra field for it, '' where there is none."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == UNICODE_NAME and size > 5 and extra[4] == 1:
            return extra[9 : 4 + size].decode("utf-8", "replace")
        extra = extra[4 + size :]
    return ""


def _time_of(entry: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*entry.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0


def must_exist(path: Path) -> None:
    """Raise UsageError for a source of hand-ins that is not there."""
    if not path.exists():
        raise UsageError(f"{path} does not exist; give the folder or the archive of the handed-in books")
