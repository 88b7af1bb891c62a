"""Where each key and each element of a TOML text stands, which no TOML library tells.

The text has been parsed before, so it is known to be right: this scanner only has to find its way.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]  # line and column, from 1

BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
KEY = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
BARE = re.compile(r"[^,\]}#\n]*")


def places(text: str) -> dict[Path, Place]:
    """The place of every table, key and array element, by its path in the parsed data."""
    scanner = _Scanner(text)
    scanner.document()
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    return {path: _line_and_column(starts, at) for path, at in scanner.found.items()}


def string_start(text: str, place: Place) -> int:
    """How many characters of quotes stand before the content of the string at ``place``."""
    line = text.split("\n")[place[0] - 1][place[1] - 1 :]
    quotes = re.match(r"\"{3}|'{3}|[\"']", line)
    return len(quotes[0]) if quotes else 0


def _line_and_column(starts: list[int], at: int) -> Place:
    line = next(number for number in range(len(starts), 0, -1) if starts[number - 1] <= at)
    return line, at - starts[line - 1] + 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.found: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}  # how many [[tables]] of each name so far

    def document(self) -> None:
        """Headers and assignments to the end of the text."""
        prefix: Path = ()
        while self.skip_blank():
            if self.text[self.at] == "[":
                prefix = self.header()
            else:
                self.assignment(prefix)

    def skip_blank(self) -> bool:
        """Skip white space and comments; whether anything is left."""
        blank = BLANK.match(self.text, self.at)
        self.at = blank.end() if blank else self.at
        return self.at < len(self.text)

    def header(self) -> Path:
        """``[a.b]`` or ``[[a.b]]``; the latter counts up, and ``[a.b.c]`` belongs to the latest ``a.b``."""
        start, repeated = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if repeated else 1
        keys = self.keys()
        self.at += 2 if repeated else 1
        path: Path = ()
        for depth, key in enumerate(keys, start=1):
            path += (key,)
            if repeated and depth == len(keys):
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                path += (self.counts[path],)
        self.found.setdefault(path, start)
        return path

    def keys(self) -> list[str]:
        """A dotted key."""
        found = []
        while match := KEY.match(self.text, self.at):
            key = match[1]
            found.append(key[1:-1] if key[0] in "\"'" else key)
            self.at = match.end()
            if not self.text.startswith(".", self.at):
                break
            self.at += 1
        return found

    def assignment(self, prefix: Path) -> None:
        """``key = value``."""
        start, path = self.at, prefix
        for key in self.keys():
            path += (key,)
            self.found.setdefault(path, start)
        self.at = self.text.index("=", self.at) + 1
        self.skip_blank()
        self.value(path)

    def value(self, path: Path) -> None:
        """A string, an array, an inline table, or something bare."""
        first = self.text[self.at]
        if first in "[{":
            self.at += 1
            self.items(path, "]" if first == "[" else "}")
            return
        found = STRING.match(self.text, self.at) or BARE.match(self.text, self.at)
        self.at = found.end() if found else self.at + 1

    def items(self, path: Path, end: str) -> None:
        """The elements of an array, or the keys of an inline table, and the bracket after them."""
        index = 0
        while self.skip_blank() and self.text[self.at] != end:
            if self.text[self.at] == ",":
                self.at += 1
            elif end == "]":
                self.found.setdefault((*path, index), self.at)
                self.value((*path, index))
                index += 1
            else:
                self.assignment(path)
        self.at += 1
