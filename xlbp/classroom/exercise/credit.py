"""What a teacher says of points: of a part, a quantity or a cell, of what is right given an earlier slip, of a mistake.

As a file it is TOML, and so it stands in the record of an exercise:

    partial = 0.5            # right, given an earlier slip; 1 if nothing is said
    [mistakes]               # a wrong cell with this mistake; 0 if nothing is said
    rounding = 0.5
    [weights]                # points of a cell; 1 if nothing is said, and the last that fits counts
    gradients = 2
    w5 = 3
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from xlbp.errors import UsageError, option, reason_of
from xlbp.mistakes import Mistake
from xlbp.toml import tomllib

SUFFIX = ".toml"
WHOLE = Fraction(1)
PARTIAL, MISTAKES, WEIGHTS = KEYS = ("partial", "mistakes", "weights")
LARGEST_WEIGHT, LARGEST_FILE = 1_000_000, 1_000_000
KINDS = {name: mistake for mistake in Mistake for name in (mistake.marked, mistake.key) if name}


class HasCredit(Protocol):
    """The record of an exercise, as far as points go."""

    @property
    def credit(self) -> Mapping[str, Any]:
        """What was said of them when it was made."""


@dataclass(frozen=True)
class Credit:
    """``mistakes`` by the kinds of the marks' JSON; ``weights`` by what they are of, in the order that was given."""

    partial: Fraction = WHOLE
    mistakes: Mapping[str, Fraction] = field(default_factory=dict)
    weights: Mapping[str, Fraction] = field(default_factory=dict)

    def with_changes(self, said: Mapping[str, Any], source: str = "") -> Credit:
        """The credit with what else is said; what is said later of the same counts.  Raises UsageError.

        ``source`` is the file that says so, '' for options.
        """
        for key in said.keys() - set(KEYS):
            raise UsageError(f"{source}: there is no {key!r}; it has {PARTIAL}, [{MISTAKES}] and [{WEIGHTS}]")
        partial = said.get(PARTIAL)
        return Credit(
            self.partial if partial is None else _share(partial, _called(source, "--partial", partial)),
            {**self.mistakes, **_mistakes(_table(said, MISTAKES, source), source)},
            _later(self.weights, _weights(_table(said, WEIGHTS, source), source)),
        )

    def to_dict(self) -> dict[str, Any]:
        """As the record has it; empty where nothing was said."""
        said = {PARTIAL: str(self.partial)} if self.partial != WHOLE else {}
        tables = {MISTAKES: self.mistakes, WEIGHTS: self.weights}
        return said | {key: {k: str(v) for k, v in table.items()} for key, table in tables.items() if table}


PLAIN = Credit()


@dataclass(frozen=True)
class SaidOfCredit:
    """What a teacher says when books are made or marked, the later of it before the earlier; and which file says so."""

    changes: tuple[tuple[Mapping[str, Any], str], ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether anything is said."""
        return any(value for said, _ in self.changes for value in said.values())

    def of(self, record: HasCredit) -> Credit:
        """The credit as the record of an exercise has it, but for what is said here."""
        credit = PLAIN.with_changes(record.credit)
        for said, source in self.changes:
            credit = credit.with_changes(said, source)
        return credit


NOTHING_SAID = SaidOfCredit()


def said_of_credit(
    partial: object = None,
    credit: Path | str | Mapping[str, Any] | Sequence[str] = (),
    weights: Mapping[str, Any] | Sequence[str] = (),
) -> SaidOfCredit:
    """What options say: ``credit`` is a file's name, or mistakes with numbers; several of either as texts.

    A file counts less than what is said beside it.
    """
    parts = [str(credit)] if isinstance(credit, Path | str) else credit
    files = [] if isinstance(parts, Mapping) else [part for part in parts if is_file(part)]
    mistakes = parts if isinstance(parts, Mapping) else _pairs("--credit", [p for p in parts if not is_file(p)])
    own = {PARTIAL: partial, MISTAKES: mistakes,
           WEIGHTS: weights if isinstance(weights, Mapping) else _pairs("--weight", weights)}  # fmt: skip
    return SaidOfCredit((*((read_credit(Path(file)), file) for file in files), (own, "")))


def is_file(said: str) -> bool:
    """Whether credits are said by a file."""
    return said.lower().endswith(SUFFIX)


def _pairs(flag: str, each: Iterable[str]) -> dict[str, str]:
    """``rounding=0.5`` and more of these.  Raises UsageError."""
    pairs = {}
    for text in each:
        name, sign, value = text.rpartition("=")
        if not sign:
            example = "rounding=0.5, or a file.toml" if flag == "--credit" else "gradients=2"
            raise UsageError(f"{option(flag, text)}: write NAME=NUMBER, such as {example}")
        pairs[name.strip()] = value
    return pairs


def read_credit(path: Path) -> dict[str, Any]:
    """What a file says.  Raises UsageError if it is none."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UsageError(f"{path}: no file of credits (it is too large)")
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"can't read the credits {str(path)!r}: {reason_of(error)}") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: no TOML ({error}); write lines such as  partial = 0.5") from None


def _called(source: str, flag: str, value: object) -> str:
    """What a value is called in an error: its place in the file, or its option."""
    return f"{source}: {flag.lstrip('-')} = {value}" if source else option(flag, value)


def _table(said: Mapping[str, Any], key: str, source: str) -> Mapping[str, Any]:
    table = said.get(key, {})
    if not isinstance(table, Mapping):
        raise UsageError(f"{source}: [{key}] is a table of names and numbers")
    return table


def _mistakes(table: Mapping[str, Any], source: str) -> dict[str, Fraction]:
    shares = {}
    for name, value in table.items():
        called = _called(source, "--credit", f"{name}={value}")
        if name not in KINDS:
            close = difflib.get_close_matches(name, KINDS, n=1)
            meant = f"did you mean {close[0]}?" if close else f"such as {Mistake.ROUNDING.key} or {Mistake.SIGN.key}"
            raise UsageError(f"{called}: there is no mistake of this name; {meant}")
        shares[KINDS[name].key] = _share(value, called)
    return shares


def _weights(table: Mapping[str, Any], source: str) -> dict[str, Fraction]:
    return {name: _weight(value, _called(source, "--weight", f"{name}={value}")) for name, value in table.items()}


def _later(before: Mapping[str, Fraction], after: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Both, those that are said again behind all others."""
    return {**{name: weight for name, weight in before.items() if name not in after}, **after}


def _share(value: object, called: str) -> Fraction:
    number = _number(value)
    if number is None or not 0 <= number <= 1:
        raise UsageError(f"{called}: give a number from 0 to 1, such as 0.5")
    return number


def _weight(value: object, called: str) -> Fraction:
    number = _number(value)
    if number is None or not 0 <= number <= LARGEST_WEIGHT:
        raise UsageError(f"{called}: give points from 0 to {LARGEST_WEIGHT:,}, such as 2")
    return number


def _number(value: object) -> Fraction | None:
    """With either decimal sign, or as 1/2; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Fraction):
        return None
    try:
        return Fraction(str(value).strip().replace(",", "."))
    except (ValueError, ZeroDivisionError):
        return None
