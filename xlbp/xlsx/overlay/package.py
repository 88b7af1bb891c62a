"""A package's parts by their names, with the relationships between them and the list of their types."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import deque
from pathlib import Path, PurePosixPath

from xlbp.errors import UnreadableError
from xlbp.xlsx.escaping import quoted, unescape

TYPES = "[Content_Types].xml"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
EMPTY_RELATIONS = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*("[^"]*"|'[^']*')""")


class Package:
    """A workbook's parts; what is changed here is written, all else as it was."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
        if TYPES not in self.parts:
            raise UnreadableError(f"{path}: it is no workbook package; save it as .xlsx")

    def save(self, path: Path) -> None:
        """Write the package."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in self.parts.items():
                archive.writestr(name, part)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Of a part's relationships, by their ids: the last word of the type, and the part that is meant."""
        found: dict[str, tuple[str, str]] = {}
        for element in RELATION.findall(self.parts.get(relations_of(part), b"")):
            values = attributes(element)
            if values.get("TargetMode", "Internal") != "External":
                kind = values.get("Type", "").rpartition("/")[2]
                found[values.get("Id", "")] = (kind, _absolute(part, values.get("Target", "")))
        return found

    def related(self, part: str, kind: str) -> str:
        """The first part of this kind that a part names; '' if there is none."""
        return next((target for own, target in self.relations(part).values() if own == kind), "")

    def relate(self, part: str, kind: str, target: str) -> str:
        """Have a part name another; gives the relationship's id."""
        name = relations_of(part)
        text = self.parts.get(name, EMPTY_RELATIONS)
        taken = {attributes(element).get("Id", "") for element in RELATION.findall(text)}
        own = next(f"rIdMark{n}" for n in range(1, len(taken) + 2) if f"rIdMark{n}" not in taken)
        relative = posixpath.relpath(target, posixpath.dirname(part) or ".")
        element = f'<Relationship Id="{own}" Type="{RELATIONS}/{kind}" Target={quoted(relative)}/>'
        self.parts[name] = put_before_end(text, element, "Relationships")
        return own

    def say_type(self, part: str, content_type: str) -> None:
        """Tell the type of a new part."""
        element = f'<Override PartName="/{part}" ContentType="{content_type}"/>'
        self.parts[TYPES] = put_before_end(self.parts[TYPES], element, "Types")

    def say_type_of_suffix(self, suffix: str, content_type: str) -> None:
        """Tell the type of all parts with this suffix, unless it is told."""
        if not re.search(rf'<(?:\w+:)?Default\b[^>]*Extension="{suffix}"'.encode(), self.parts[TYPES], re.IGNORECASE):
            element = f'<Default Extension="{suffix}" ContentType="{content_type}"/>'
            self.parts[TYPES] = put_after_start(self.parts[TYPES], element, "Types")

    def without_macros(self) -> None:
        """Leave out macros, as a file that ends in .xlsx may hold none."""
        names = [name for name in self.parts if PurePosixPath(name).name.lower().startswith("vba")]
        for name in names:
            del self.parts[name]
            override = rf'<(?:\w+:)?Override\b[^>]*PartName="/{re.escape(name)}"[^>]*/>'.encode()
            self.parts[TYPES] = re.sub(override, b"", self.parts[TYPES])
        self.parts[TYPES] = re.sub(
            rb"application/vnd\.ms-excel\.(?:sheet|template)\.macroEnabled\.main\+xml",
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            self.parts[TYPES],
        )
        for name in [name for name in self.parts if name.endswith(".rels")]:
            gone = rb"<(?:\w+:)?Relationship\b[^>]*/vbaProject\w*\"[^>]*/>"
            self.parts[name] = re.sub(gone, b"", self.parts[name])

    def free_name(self, pattern: str) -> str:
        """A name for a new part, as ``xl/comments{}.xml`` with the first number that is free."""
        taken = {name.lower() for name in self.parts}
        return next(name for n in range(1, len(taken) + 2) if (name := pattern.format(n)).lower() not in taken)


def relations_of(part: str) -> str:
    """The part that holds a part's relationships."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def attributes(element: bytes) -> dict[str, str]:
    """The attributes of a start tag."""
    text = element.decode("utf-8", "replace")
    return {name: unescape(value[1:-1]) for name, value in ATTRIBUTE.findall(text)}


def put_before_end(text: bytes, element: str, root: str) -> bytes:
    """A part with an element put in at the end of its root, or of the last element of that name."""
    end = _last(text, rf"</((?:\w+:)?){root}\s*>")
    if end is not None:
        return text[: end.start()] + _prefixed(element, end[1].decode()) + text[end.start() :]
    empty = _last(text, rf"<((?:\w+:)?){root}\b([^>]*?)/>")
    if empty is None:
        raise UnreadableError(f"the workbook can't be marked: a part of it has no {root}")
    prefix, rest = empty[1].decode(), empty[2].decode()
    whole = f"<{prefix}{root}{rest}>".encode() + _prefixed(element, prefix) + f"</{prefix}{root}>".encode()
    return text[: empty.start()] + whole + text[empty.end() :]


def put_after_start(text: bytes, element: str, root: str) -> bytes:
    """A part with an element put in right behind the start tag of its root."""
    start = re.search(rf"<((?:\w+:)?){root}\b[^>]*>".encode(), text)
    if start is None:
        raise UnreadableError(f"the workbook can't be marked: a part of it has no {root}")
    return text[: start.end()] + _prefixed(element, start[1].decode()) + text[start.end() :]


def _last(text: bytes, pattern: str) -> re.Match[bytes] | None:
    return next(iter(deque(re.finditer(pattern.encode(), text), maxlen=1)), None)


def _prefixed(element: str, prefix: str) -> bytes:
    """An element with the prefix that its neighbours have."""
    if prefix:
        element = re.sub(r"<(/?)(?=[A-Za-z]\w*[\s>/])", rf"<\1{prefix}", element)
    return element.encode()


def _absolute(part: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
