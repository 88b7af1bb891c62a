"""The parts of a workbook's package and how they refer to each other, as leniently as programs read them.

Nothing here asks for a part's content type or namespace: writers disagree on both, and calculation needs neither.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat
from zipfile import ZipFile

from defusedxml.ElementTree import fromstring

from xlbp.auditing.reading.telling import Told, nobody

PIECE = 1 << 18
LONGEST = 1 << 25  # bytes of an element that is taken as a whole


class BrokenPartError(ValueError):
    """A part of the package is no XML, or declares entities."""


@dataclass(frozen=True)
class Relation:
    """What one part says of another: the last word of the relation's type, and the other part's name."""

    kind: str
    part: str  # "" for what is outside of the package


class Package:
    """A package's parts by their names, whose letter case does not count."""

    def __init__(self, archive: ZipFile, told: Told = nobody) -> None:
        self._archive, self._told, self._read = archive, told, 0
        self._size = max(1, sum(part.file_size for part in archive.infolist()))
        self.names = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}

    def __contains__(self, part: str) -> bool:
        return part.lower() in self.names

    def pieces(self, part: str) -> Iterator[bytes]:
        """A large part's bytes, telling how much of the whole package has been read."""
        with self._archive.open(self.names[part.lower()]) as stream:
            while piece := stream.read(PIECE):
                yield piece
                self._read += len(piece)
                self._told(self._read / self._size)

    def tree(self, part: str) -> Any:
        """A small part as a tree of elements; None where it is missing or empty."""
        data = self._archive.read(self.names[part.lower()]) if part in self else b""
        return fromstring(data) if data.strip() else None

    def relations(self, part: str = "") -> dict[str, Relation]:
        """The relations of a part, or of the package itself, by their ids."""
        folder, name = posixpath.split(part)
        tree = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        relations: dict[str, Relation] = {}
        for element in () if tree is None else tree:
            kind = element.get("Type", "").rpartition("/")[2]
            inside = element.get("TargetMode", "").lower() != "external"
            target = _joined(folder, element.get("Target", "")) if inside else ""
            relations[element.get("Id", "")] = Relation(kind, target)
        return relations


def _joined(folder: str, target: str) -> str:
    """The part that a target means, as seen from a part in this folder."""
    target = unquote(target.replace("\\", "/").partition("#")[0])
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))


def local(tag: str) -> str:
    """An element's or attribute's name without its namespace."""
    return tag.rpartition("}")[2].rpartition(":")[2]


def named(tree: Any, name: str) -> Iterator[Any]:
    """The elements of this name, whatever their namespace."""
    return (element for element in tree.iter() if local(str(element.tag)) == name)


class LocalNames(dict[str, str]):
    """The names of elements without their prefixes, each taken apart once."""

    def __missing__(self, name: str) -> str:
        self[name] = name.rpartition(":")[2]
        return self[name]


Start = Callable[[str, dict[str, str]], None]


@dataclass(frozen=True)
class Whole:
    """Elements of one name that may be taken at once, from ``<row`` up to ``</row>``, and not as a stream of events."""

    name: str
    take: Callable[[bytes], bool]  # whether it could be taken: it goes into the stream otherwise


def walk(
    pieces: Iterable[bytes],
    start: Start,
    end: Callable[[str], None],
    text: Callable[[str], None],
    whole: Whole | None = None,
) -> None:
    """Read a large part as a stream of events.  Raises BrokenPartError for what is no XML, or declares entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        for piece in pieces if whole is None else _without_whole(pieces, whole):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise BrokenPartError(str(error)) from None


def _without_whole(pieces: Iterable[bytes], whole: Whole) -> Iterator[bytes]:
    """The pieces, cut at tags, without the elements that were taken; with a comment, as it stands from there on."""
    opening, closing = f"<{whole.name} ".encode(), f"</{whole.name}>".encode()
    rest = b""
    waiting = iter(pieces)
    for piece in waiting:
        rest += piece
        if b"<!" in rest or rest.find(b"<?", 1) > 0 or len(rest) > LONGEST:  # an element may stand in a remark
            break
        at = 0
        while (begin := rest.find(opening, at)) >= 0 and (last := rest.find(closing, begin)) >= 0:
            if rest[at:begin]:
                yield rest[at:begin]
            if not whole.take(rest[begin:last]):
                yield rest[begin : last + len(closing)]
            at = last + len(closing)
        keep = begin if begin >= 0 else max(at, rest.rfind(b"<"))
        yield rest[at:keep]
        rest = rest[keep:]
    yield rest
    yield from waiting


def _refuse(*_: object) -> None:
    raise BrokenPartError("its XML declares entities")
