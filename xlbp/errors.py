"""Every way xlbp says no, and the exit code that goes with it.

    XlbpError               1   bare: a fault of xlbp itself, or a book that disagrees when it is made
    ├── UsageError          2   the command line, or a value given on it, is wrong
    │   └── TemplateError   2   the template is wrong; knows the line and draws a caret
    ├── UnreadableError     3   the book can't be read, or is not one of ours
    ├── WriteError          4   the result can't be written
    └── EngineError         5   a spreadsheet engine is missing, failed or timed out

Exit code 0 is success, 1 a book that disagrees with its reference (a result, not an error),
130 Ctrl-C, 70 a fault of our own.  A message is one sentence: the thing, what was met, the remedy.

A remedy is often an option: ``--force`` to somebody at the command line, ``force=True`` to somebody in Python.  A
message therefore holds both wordings (:func:`option`, :func:`verb`, :func:`worded`); ``str(error)`` speaks Python,
``error.at_the_command_line`` the other.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DISAGREES = 1
INTERRUPTED = 130
INTERNAL_FAULT = 70  # nothing in the list above: please report it

OPENS, PARTS, CLOSES = "\ue000", "\ue001", "\ue002"  # around two wordings; no keyboard has these characters
WORDINGS = re.compile(f"{OPENS}([^{PARTS}]*){PARTS}([^{CLOSES}]*){CLOSES}")
KEYWORDS = {  # what Python calls an option that has another name there
    "-o": "output",
    "-n": "iterations",
    "--set": "overrides",
    "--lang": "language",
    "--engine": "engines",
    "--target": "targets",
    "--from-csv": "data",
    "--force": "force=True",
    "--large": "large=True",
    "--no-verify": "verify=False",
    "--no-marks": "marks=False",
    "--no-holes": "holes=False",
}


def worded(command: str, python: str) -> str:
    """A phrase of a message in two wordings: the command line's, and Python's."""
    return f"{OPENS}{command}{PARTS}{python}{CLOSES}"


def option(flag: str, value: object = None) -> str:
    """An option in both wordings, with its value if there is one: ``--jobs 4`` and ``jobs=4``."""
    keyword = KEYWORDS.get(flag, flag.lstrip("-").replace("-", "_"))
    if value is None:
        return worded(flag, keyword)
    if isinstance(value, float):
        return worded(f"{flag} {value:g}", f"{keyword}={value:g}")
    return worded(f"{flag} {value}", f"{keyword}={str(value) if isinstance(value, Path) else value!r}")


def verb(name: str, argument: str = "") -> str:
    """A command in both wordings: ``xlbp new iris.csv`` and ``xlbp.new('iris.csv')``."""
    command = f"xlbp {name} {shlex.quote(argument)}" if argument else f"xlbp {name}"
    return worded(command, f"xlbp.{name}({repr(argument) if argument else ''})")


def at_the_command_line(message: str) -> str:
    """A message in the words of the command line."""
    return WORDINGS.sub(r"\1", message)


def in_python(message: str) -> str:
    """A message in Python's words."""
    return WORDINGS.sub(r"\2", message)


class XlbpError(Exception):
    """Base of all errors xlbp raises on purpose; ``exit_code`` is what the command returns."""

    exit_code = 1

    def __str__(self) -> str:
        return in_python(self.in_both_wordings)

    @property
    def in_both_wordings(self) -> str:
        """The whole message, for whoever hands it on."""
        return str(self.args[0]) if self.args else ""

    @property
    def at_the_command_line(self) -> str:
        """The whole message, as the command line says it."""
        return at_the_command_line(self.in_both_wordings)


class UsageError(XlbpError):
    """The request itself can't be carried out."""

    exit_code = 2


class TemplateError(UsageError):
    """A template says something impossible.

    ``source`` names the file, ``line`` and ``column`` count from 1 (0: unknown), and ``text`` is
    the offending line, under which ``str(error)`` draws a caret.
    """

    def __init__(self, message: str, source: str = "", line: int = 0, column: int = 0, text: str = "") -> None:
        super().__init__(message)
        self.message, self.source = message, source
        self.line, self.column, self.text = line, column, text

    @property
    def in_both_wordings(self) -> str:
        """The message, where in the template, and the caret."""
        where = f"{self.source}:{self.line}" if self.line else self.source
        head = f"{where}: {self.message}" if where else self.message
        if not self.text:
            return head
        shown, column = _window(self.text, self.column)
        return f"{head}\n    {shown}\n    {' ' * max(column - 1, 0)}^"


def _window(text: str, column: int, width: int = 100) -> tuple[str, int]:
    """The part of a long line around ``column``, and the column within that part."""
    start = max(0, column - width // 2) if len(text) > width else 0
    return text[start : start + width].rstrip(), column - start


class UnreadableError(XlbpError):
    """The file is missing, damaged, dangerous, or no workbook of ours."""

    exit_code = 3


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM, with how to go on, if there is a way.  No KeyboardInterrupt, to which click adds a line."""

    def __init__(self, advice: str = "") -> None:
        super().__init__()
        self.advice = advice  # apart, for a codec puts its own words into an exception that has only arguments

    def __str__(self) -> str:
        return self.advice


def counted(number: int, noun: str) -> str:
    """``1 row``, ``1,001 rows``: a noun as many as there are of it, for a message in English."""
    if number == 1:
        return f"1 {noun}"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{number:,} {plural}"


def reason_of(error: OSError | ValueError) -> str:
    """Why the system refused, in the words that C has for it: Windows has its own, in the language of its user."""
    number = getattr(error, "errno", None)
    return (os.strerror(number) if number else str(error)).lower()


@contextmanager
def reading(path: Path, what: str = "the workbook") -> Iterator[None]:
    """Whatever a parser makes of a stranger's file, who can break it in any way, is one UnreadableError."""
    try:
        yield
    except XlbpError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:120] or type(error).__name__
        raise UnreadableError(f"{path}: {what} can't be read ({said})") from None


class WriteError(XlbpError):
    """The result can't be written where it was asked for."""

    exit_code = 4


class EngineError(XlbpError):
    """A spreadsheet engine is absent, crashed, hung, or wrote nothing."""

    exit_code = 5
