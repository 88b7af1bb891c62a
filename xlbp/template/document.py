"""A TOML text that remembers where each key stands, so that an error can point at it."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from xlbp.errors import TemplateError, UsageError, worded
from xlbp.template.places import Path, Place, places, string_start
from xlbp.toml import tomllib

ITERATIONS = "training.iterations"  # which has a keyword of its own in Python
EVERY = "*"  # in the key of an override: all elements of a list
_DECIMAL_COMMA = re.compile(r"^\s*[\w.-]+\s*=\s*(-?\d+),(\d+)\s*(?:#.*)?$")
_SYNTAX = re.compile(r"(.*?) \(at line (\d+), column (\d+)\)$")


class Document:
    """The parsed data of a template, with ``--set`` overrides applied and places remembered."""

    def __init__(self, text: str, source: str, overrides: tuple[str, ...] = ()) -> None:
        self.source = source
        self.text, self.lines = text, text.split("\n")
        self.data = self._parse(text)
        self.places = places(text)
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
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        if comma := _DECIMAL_COMMA.search(text):
            remedy = f"{comma[1]},{comma[2]} has a decimal comma; write {comma[1]}.{comma[2]}"
            return self._at(f"not valid TOML: {remedy}", (line, comma.start(1) + 1))
        return self._at(f"not valid TOML: {what[0].lower()}{what[1:]}", (line, column))

    def _at(self, message: str, place: Place) -> TemplateError:
        line, column = place
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return TemplateError(message, self.source, line, column, text)

    def fail(self, path: Path, message: str, offset: int | None = None) -> NoReturn:
        """Raise a TemplateError at ``path``; ``offset`` counts into the string that stands there."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.overridden:
                raise TemplateError(message, set_to(self.overridden[path[:length]]))
        line, column = next((self.places[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.places), (0, 0))
        if offset is not None and line:
            column += string_start(self.text, (line, column)) + offset
        raise self._at(message, (line, column))

    def _override(self, override: str) -> None:
        key, equals, value = override.partition("=")
        path: Path = tuple(int(k) - 1 if k.isdecimal() else k for k in key.strip().split("."))
        if not equals or not all(part != "" for part in path):
            said = worded(f"--set {override!r}", f"overrides=[{override!r}]")
            raise UsageError(f"{said}: write it as key=value, as in training.learning_rate=0.1")
        for each in _paths(self.data, path, override):
            target: Any = self.data
            for part in each[:-1]:
                if part == "weights" and each[-1] == "init" and isinstance(target.get(part), list):
                    target[part] = {}  # drawn instead of written out
                target = _descend(target, part, override)
            _assign(target, each[-1], read_value(value), override)
            self.overridden[each] = override


def set_to(override: str) -> str:
    """An override, ``key=value``, as a person has said it."""
    key, _, value = override.partition("=")
    python = f"iterations={value}" if key == ITERATIONS else f"overrides={{{key.strip()!r}: {value.strip()}}}"
    return worded(f"--set {override}", python)


def _paths(data: Any, path: Path, override: str) -> list[Path]:
    """The path itself; where a part of it is ``*``, one for each element of the list there."""
    if EVERY not in path:
        return [path]
    place, target = path.index(EVERY), data
    for part in path[:place]:
        target = _descend(target, part, override)
    if not isinstance(target, list):
        example = f"network.layers.{EVERY}.activation"
        raise UsageError(f"{set_to(override)}: {EVERY} stands for every layer, as in {example}")
    return [p for n in range(len(target)) for p in _paths(data, (*path[:place], n, *path[place + 1 :]), override)]


def _descend(target: Any, part: str | int, override: str) -> Any:
    if isinstance(target, dict) and isinstance(part, str):
        return target.setdefault(part, {})
    if isinstance(target, list) and isinstance(part, int) and 0 <= part < len(target):
        return target[part]
    raise UsageError(f"{set_to(override)}: the template has nothing called {_shown(part)} there")


def _assign(target: Any, part: str | int, value: Any, override: str) -> None:
    if isinstance(target, dict) and isinstance(part, str):
        target[part] = value
    elif isinstance(target, str):
        key, _, given = override.partition("=")
        whole = key.rpartition(".")[0]
        raise UsageError(
            f"{set_to(override)}: {whole} is {target!r} there; give all of it, as in "
            f'{whole}={{name="{target}",{part}={given}}}'
        )
    else:
        parent = _descend(target, part, override)  # raises unless it is an element of a list
        target[part] = value if parent is not None else None


def _shown(part: str | int) -> str:
    return f"number {part + 1} (they count from 1)" if isinstance(part, int) else repr(part)


def read_value(text: str) -> Any:
    """A TOML value; what is no TOML is taken as a plain string, so that quotes may be left out."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, ValueError, KeyError, RecursionError):
        plain = text.strip()
        return {"true": True, "false": False}.get(plain.lower(), plain)  # as Python and Excel write them
