"""The fields of a form: how each is shown, and what of a command it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from xlbp.errors import UsageError

Values: TypeAlias = Mapping[str, Sequence[str]]  # what was typed or chosen; of files the names they were saved under

DECIMAL_COMMA = re.compile(r"^([^.,]*),([^.,]*)$")


class Kind(Enum):
    """How a field is shown."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    TICK = "tick"
    FILE = "file"
    FILES = "files"
    TEMPLATE = "template"  # a shipped one, by name


@dataclass(frozen=True)
class Field:
    """``option`` is what stands before the value in the command; without one the value stands alone.

    Its label is the text ``studio_field.NAME``, and ``studio_field.NAME_hint``, if there is one, is what stands below.
    """

    name: str
    kind: Kind = Kind.TEXT
    option: str = ""
    choices: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of the command, for a choice that is several
    default: str = ""
    accept: str = ""  # the endings of files
    folder: str = ""  # where they lie, but for archives, if the command takes the folder and not each of them
    is_needed: bool = False
    is_folded: bool = False  # among what few people need

    @property
    def is_file(self) -> bool:
        """Whether files come by it."""
        return self.kind in {Kind.FILE, Kind.FILES}

    def typed(self, values: Values) -> list[str]:
        """What stands in it; of a number with a decimal comma what a command takes for it."""
        typed = [value.strip() for value in values.get(self.name, ()) if value.strip()]
        if self.kind is Kind.NUMBER:
            return [DECIMAL_COMMA.sub(r"\1.\2", value) for value in typed]
        return typed

    def arguments(self, values: Values) -> list[str]:
        """Its part of the command.  Raises UsageError where something is missing, or is no choice of it."""
        typed = self.typed(values)
        if not typed and self.is_needed:
            raise UsageError(f"{self.name} is empty; fill it in")
        if self.choices and not set(typed) <= set(self.choices):
            raise UsageError(f"{self.name} is {typed[0]!r:.60}; choose one of {', '.join(self.choices)}")
        if self.kind is Kind.TICK:
            return [self.option] if typed else []
        return [word for value in typed for word in self.words.get(value, (self._argument(value),))]

    def _argument(self, value: str) -> str:
        """Of an option one word, ``--option=value``, so that no value is taken for an option."""
        if self.option:
            return f"{self.option}={value}"
        return f"./{value}" if value.startswith("-") else value
