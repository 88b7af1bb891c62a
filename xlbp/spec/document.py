"""A TOML text that remembers where each key stands, so that an error can point at it."""

from __future__ import annotations

import re
import sys
from typing import Any, NoReturn

from xlbp.errors import TemplateError, UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Path = tuple[str | int, ...]
Place = tuple[int, int]  # line and column, from 1; (0, 0) is unknown

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"))*)\s*=")
_SYNTAX = re.compile(r"(.*?) \(at line (\d+), column (\d+)\)$")


class Document:
    """The parsed data of a template, with ``--set`` overrides applied and places remembered."""

    def __init__(self, text: str, source: str, overrides: tuple[str, ...] = ()) -> None:
        self.source = source
        self.lines = text.split("\n")
        self.data = self._parse(text)
        self.places = _places(self.lines)
        self.overridden: dict[Path, str] = {}
        for override in overrides:
            self._override(override)

    def _parse(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self._syntax_error(str(error)) from None
        except (ValueError, RecursionError) as error:  # 10**5000 as digits; a thousand brackets
            raise TemplateError(f"not readable as TOML: {error}", self.source) from None

    def _syntax_error(self, message: str) -> TemplateError:
        found = _SYNTAX.match(message)
        if not found:
            return TemplateError(f"not valid TOML: {message}", self.source)
        what, line, column = found[1], int(found[2]), int(found[3])
        return self._at(f"not valid TOML: {what[0].lower()}{what[1:]}", (line, column))

    def _at(self, message: str, place: Place) -> TemplateError:
        line, column = place
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return TemplateError(message, self.source, line, column, text)

    def fail(self, path: Path, message: str, within: str = "", offset: int = 0) -> NoReturn:
        """Raise a TemplateError at ``path``, or inside it at the text ``within``."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.overridden:
                raise TemplateError(message, f"--set {self.overridden[path[:length]]}")
        raise self._at(message, self._locate(path, within, offset))

    def _locate(self, path: Path, within: str, offset: int) -> Place:
        """The place of the longest known part of ``path``; deeper keys are sought on its line."""
        for length in range(len(path), 0, -1):
            place = self.places.get(path[:length])
            if place:
                break
        else:
            return (0, 0)
        rest = [re.escape(str(key)) + r"\s*=" for key in path[length:] if isinstance(key, str)]
        for pattern in ([re.escape(within)] if within else []) + rest[::-1]:
            for number, line in enumerate(self.lines[place[0] - 1 :], start=place[0]):
                found = re.search(pattern, line)
                if found:
                    return (number, found.start() + 1 + offset)
        return place

    def _override(self, override: str) -> None:
        key, equals, value = override.partition("=")
        path: Path = tuple(int(k) - 1 if k.isdecimal() else k for k in key.strip().split("."))
        if not equals or not all(part != "" for part in path):
            raise UsageError(f"--set {override!r}: write it as key=value, as in training.learning_rate=0.1")
        target: Any = self.data
        for part in path[:-1]:
            target = _descend(target, part, override)
        _assign(target, path[-1], _value(value), override)
        self.overridden[path] = override


def _descend(target: Any, part: str | int, override: str) -> Any:
    if isinstance(target, dict) and isinstance(part, str):
        return target.setdefault(part, {})
    if isinstance(target, list) and isinstance(part, int) and 0 <= part < len(target):
        return target[part]
    raise UsageError(f"--set {override}: the template has nothing called {_shown(part)} there")


def _assign(target: Any, part: str | int, value: Any, override: str) -> None:
    if isinstance(target, dict) and isinstance(part, str):
        target[part] = value
    else:
        parent = _descend(target, part, override)  # raises unless it is an element of a list
        target[part] = value if parent is not None else None


def _shown(part: str | int) -> str:
    return f"number {part + 1} (they count from 1)" if isinstance(part, int) else repr(part)


def _value(text: str) -> Any:
    """A TOML value; what is no TOML is taken as a plain string, so that quotes may be left out."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, ValueError, KeyError):
        return text.strip()


def _places(lines: list[str]) -> dict[Path, Place]:
    """Where each table and each key of a table starts."""
    places: dict[Path, Place] = {}
    counts: dict[Path, int] = {}
    prefix: Path = ()
    for number, line in enumerate(lines, start=1):
        if header := _HEADER.match(line):
            prefix = _resolve(_keys(header[2]), counts, repeated=header[1] == "[[")
            places[prefix] = (number, line.index("[") + 1)
        elif assignment := _ASSIGNMENT.match(line):
            path = prefix + _keys(assignment[1])
            places.setdefault(path, (number, assignment.start(1) + 1))
    return places


def _keys(dotted: str) -> Path:
    parts = re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", dotted)
    return tuple(part.strip("\"'") for part in parts)


def _resolve(keys: Path, counts: dict[Path, int], repeated: bool) -> Path:
    """The path of a header; ``[[a.b]]`` counts up, ``[a.b.c]`` belongs to the latest ``a.b``."""
    path: Path = ()
    for depth, key in enumerate(keys, start=1):
        path += (key,)
        if repeated and depth == len(keys):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path
