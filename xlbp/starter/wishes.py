"""What a person asks of ``xlbp new``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlbp.datafile.form import COUNTS, NO_HEADER, PLAIN_FORM, SEPARATORS, Form
from xlbp.errors import UsageError, option
from xlbp.starter.kinds import DENSE
from xlbp.template.foreign_names import meant
from xlbp.template.samples.file_form import DROP


@dataclass(frozen=True)
class Wishes:
    """What a person asked for; None where nothing was said.  A batch of 0 is all samples."""

    targets: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    hidden: tuple[int, ...] = (4,)
    activation: str = "tanh"
    optimizer: str = "adam"
    iterations: int | None = None
    batch: int | None = None
    test: float | None = None
    kind: str = DENSE
    shape: tuple[int, ...] = ()  # of a picture
    steps: int | None = None  # of a sequence that stands in one row of the file
    sequence: str = ""  # the column that names the sequence of which a row is a step
    step: str = ""  # the column that numbers the steps
    form: Form = PLAIN_FORM  # what was said of how the file is to be read
    decimal: str = ""  # its decimal sign
    missing: str = DROP  # what becomes of rows with missing cells

    @property
    def orders_rows(self) -> tuple[str, ...]:
        """The columns that say of which sequence a row is a step, and of which step; they are no inputs."""
        return tuple(filter(None, (self.sequence, self.step)))


def one_of(flag: str, value: str, known: Sequence[str]) -> str:
    """A value that must be a known one, which an option gave.  Raises UsageError, with what may have been meant."""
    if value not in known:
        kind = flag.lstrip("-")
        raise UsageError(f"{option(flag)}: unknown {kind} {value!r}{meant(kind, value, known)}")
    return value


def separator_of(text: str) -> str:
    """The sign itself, or its name."""
    named = {name: sign for sign, name in SEPARATORS.items()}
    if text and text not in SEPARATORS and text not in named:
        raise UsageError(f"{option('--separator')} {text!r}: give one of {', '.join(named)}")
    return named.get(text, text)


def header_of(line: int | str | None) -> int | str:
    """The number of a line, ``none``, or ``counts``; 0 where nothing was said."""
    text = "" if line is None else str(line)
    if text in ("", NO_HEADER, COUNTS):
        return text or 0
    if not text.isdecimal() or not int(text):
        raise UsageError(f"{option('--header', text)}: give the number of the line with the names, or {NO_HEADER}")
    return int(text)
