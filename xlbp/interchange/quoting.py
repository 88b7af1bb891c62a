"""A stranger's text where a script or a template has room for it: in a comment, and in a docstring."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from xlbp.interchange.literals import INDENT, WIDTH


def in_one_line(text: str) -> str:
    """A text that ends no line before its time: symbols, names of columns and of layers may hold anything."""
    return " ".join(_printable(text).split())


def docstring(paragraphs: Iterable[str]) -> list[str]:
    """The lines of a docstring: its paragraphs, with an empty line between each two."""
    wrapped = (textwrap.wrap(_quoted(text), WIDTH - len(INDENT)) for text in paragraphs)
    first, *others = [line for lines in wrapped for line in ("", *lines)][1:]
    return [f'"""{first}', *others, '"""']


def _quoted(text: str) -> str:
    """A text that can stand between three quotation marks."""
    return _printable(text).replace("\\", "\\\\").replace('"""', "'''")


def _printable(text: str) -> str:
    """A text with blanks for line ends and control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
