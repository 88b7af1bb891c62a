"""Before any parser: says whether a file is a workbook at all, if not, what it is, and whether it is safe to open.

A stranger's file may be made to fill the memory, to be read in two ways, or to have a program run or fetch
something.  All of that is told from the zip's directory and from one pass over the bytes.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from xlbp.errors import UnreadableError, option, reason_of, verb

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
MOST_PACKED, MOST_UNPACKED, MOST_ENTRIES = 20_000_000, 200_000_000, 1_000
MOST_RATIO, RATIO_FROM = 100, 10_000_000  # unpacked to packed, of an entry above so many bytes: sheets of
# LibreOffice reach 100 where columns repeat, and what unpacks to less harms nobody
PIECE, OVERLAP = 1 << 20, 64

Entries = Sequence[zipfile.ZipInfo]
FOREIGN = {  # folders and files that run something or point elsewhere
    "vbaproject": "it holds macros; save it as .xlsx without them",
    "macrosheets": "it holds macro sheets; save it as .xlsx without them",
    "activex": "it holds ActiveX controls; remove them",
    "externallinks": "it links to other files; break the links and save it",
    "embeddings": "it holds embedded files; remove them",
    "connections.xml": "it holds connections to data elsewhere; remove them",
    "querytables": "it holds queries to data elsewhere; remove them",
}
MACROS = ("vbaproject", "activex")  # in a book with macros; who only reads does not run them


class Reader(Enum):
    """What the program that opens a package does with it."""

    OF_ALL = "all"  # it may follow whatever it finds
    OF_DATA = "data"  # it takes numbers and formulas, and runs nothing
    OF_CELLS = "cells"  # it takes nothing but cells, and follows no link


HARMLESS: dict[Reader, Sequence[str]] = {  # which of the foreign parts do no harm to it
    Reader.OF_ALL: (),
    Reader.OF_DATA: MACROS,
    Reader.OF_CELLS: tuple(FOREIGN),
}

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
DECLARATIONS = [word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ENCODINGS]
CALLS = [b"WEBSERVICE(", b"RTD(", b"CALL(", b"REGISTER.ID(", b"EXEC(", b"DDE("]
PARTS = {  # what a part must not say, in capitals, and why
    re.compile(b"|".join(map(re.escape, DECLARATIONS))): (DECLARATIONS, "its XML declares entities"),
    re.compile(rb"\b(?:" + b"|".join(map(re.escape, CALLS)) + rb")"): (
        CALLS,
        "a formula calls programs or the network",
    ),
}
EXTERNAL = re.compile(rb"<[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.I)
MADE_INTO_BOOKS = {  # what a file is that stands for a workbook, and how it becomes one
    ".toml": f"a template ({verb('generate')} makes its workbook)",
    ".csv": f"a table of data ({verb('new')} makes a template of it, {verb('generate')} the workbook)",
}
OTHER_OFFICE = {"word/": "a Word document", "ppt/": "a PowerPoint presentation"}  # by the folder of their parts
TEXTS = ("xl/sharedStrings.xml", "xl/comments", "docProps/")  # people's words, which no program calculates


def preflight(path: Path, large: bool = False, reader: Reader = Reader.OF_ALL) -> None:
    """Raise UnreadableError, naming what the file is, unless it is a sound and harmless .xlsx package.

    ``large`` lifts the limits of size, for a book that one has made oneself.  A ``reader`` of cells takes an
    OpenDocument sheet, too.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(1_000_000)
            size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise UnreadableError(f"can't read {str(path)!r}: {reason_of(error)}") from None
    if not head.startswith(b"PK"):
        raise UnreadableError(f"{path}: {_what_it_is(head, path.suffix.lower())}")
    with path.open("rb") as stream:
        must_be_harmless(stream, path, size, large, reader, sheets=reader is Reader.OF_CELLS)


def must_be_harmless(
    stream: BinaryIO,
    path: Path,
    size: int,
    large: bool = False,
    reader: Reader = Reader.OF_ALL,
    sheets: bool = False,
) -> None:
    """Raise UnreadableError unless the package in the stream is sound and harmless; ``path`` is what it is called.

    ``sheets`` takes an OpenDocument sheet for a workbook, too.
    """
    try:
        with zipfile.ZipFile(stream) as package:
            entries = package.infolist()
            _refuse(
                path,
                (
                    _foreign(entries, HARMLESS[reader]),
                    _ambiguous(entries),
                    "" if large else _too_large(size, entries),
                ),
            )
            names = [entry.filename for entry in entries]
            if not (sheets and is_opendocument(names)):
                _must_be_a_workbook(path, names)
            _refuse(path, (_harmful(package, entry, reader) for entry in entries))
    except UnreadableError:
        raise
    except Exception as error:  # zlib.error and its kin have no common base
        raise UnreadableError(f"{path}: the package is damaged ({error}); get a fresh copy") from None


def _refuse(path: Path, reasons: Iterable[str]) -> None:
    """Raise for the first reason there is."""
    for reason in reasons:
        if reason:
            raise UnreadableError(f"{path}: refused, {reason}")


def _what_it_is(head: bytes, suffix: str) -> str:
    if not head:
        return "the file is empty"
    if head.startswith(OLE):
        if ENCRYPTED_MARK in head:
            return "the workbook is encrypted; save it without a password"
        return "this is an old .xls workbook; save it as .xlsx"
    if suffix in MADE_INTO_BOOKS:
        return f"this is {MADE_INTO_BOOKS[suffix]}, no workbook yet"
    return "this is no .xlsx workbook but something else, a text perhaps; save it as .xlsx"


def is_opendocument(names: Sequence[str]) -> bool:
    """Whether a package with these entries is LibreOffice's own kind of file."""
    return "mimetype" in names and "content.xml" in names


def _must_be_a_workbook(path: Path, names: list[str]) -> None:
    if is_opendocument(names):
        raise UnreadableError(f"{path}: this is an OpenDocument sheet (.ods); save it as .xlsx")
    for folder, what in OTHER_OFFICE.items():
        if any(name.startswith(folder) for name in names):
            raise UnreadableError(f"{path}: this is {what}, no .xlsx workbook")
    if "xl/workbook.xml" not in names:
        raise UnreadableError(f"{path}: this is a zip file, but no .xlsx workbook")


def _too_large(size: int, entries: Entries) -> str:
    """Sizes as the zip's directory tells them; reading stops there, whatever follows."""
    unpacked = sum(entry.file_size for entry in entries)
    met: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: size > MOST_PACKED, f"it has {size:,} bytes, but at most {MOST_PACKED:,} are taken"),
        (
            lambda: len(entries) > MOST_ENTRIES,
            f"it has {len(entries):,} entries, but at most {MOST_ENTRIES:,} are taken",
        ),
        (
            lambda: unpacked > MOST_UNPACKED,
            f"it unpacks to {unpacked:,} bytes, but at most {MOST_UNPACKED:,} are taken",
        ),
        (lambda: any(map(_is_bomb, entries)), f"a part of it unpacks to over {MOST_RATIO} times its size"),
    )
    return next((f"{words} ({option('--large')} lifts this)" for holds, words in met if holds()), "")


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(1, entry.compress_size)


def _ambiguous(entries: Entries) -> str:
    """Names that two readers might take for different things."""
    twice = [name for name, times in Counter(entry.filename.lower() for entry in entries).items() if times > 1]
    if twice:
        return f"it holds {twice[0]!r} twice"
    for entry in entries:
        name = entry.filename
        if name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts or "\0" in entry.orig_filename:
            return f"the entry {name!r} points out of the package"
        if entry.flag_bits & 1:
            return f"the entry {name!r} is encrypted"
    return ""


def _foreign(entries: Entries, allowed: Sequence[str] = ()) -> str:
    """Macros, links to other files, embedded files."""
    for entry in entries:
        parts = PurePosixPath(entry.filename.lower()).parts
        for mark, reason in FOREIGN.items():
            if mark not in allowed and any(part.startswith(mark) for part in parts):
                return reason
    return ""


def _harmful(package: zipfile.ZipFile, entry: zipfile.ZipInfo, reader: Reader) -> str:
    """Read one entry to its end, which checks its sum, and look for what must not be in it."""
    is_xml = entry.filename.endswith((".xml", ".rels", ".vml")) and not entry.filename.startswith(TEXTS)
    rest = b""
    with package.open(entry) as stream:
        while piece := stream.read(PIECE):
            if not is_xml:
                continue
            text = rest + piece
            capitals = text.upper()
            for pattern, (words, reason) in PARTS.items():  # to look for plain words is faster than for the pattern
                if any(word in capitals for word in words) and pattern.search(capitals):
                    return f"{reason} (in {entry.filename!r})"
            if reader is not Reader.OF_CELLS and entry.filename.endswith(".rels") and _points_elsewhere(text):
                return f"it points to something outside of it (in {entry.filename!r})"
            rest = text[-OVERLAP:]
    return ""


def _points_elsewhere(relations: bytes) -> bool:
    """Whether a relation leaves the package; a hyperlink may, as a person has to click it."""
    return any(b"/hyperlink" not in found[0] for found in re.finditer(EXTERNAL, relations))
