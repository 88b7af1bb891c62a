"""The languages we speak: a file of words for each, found by looking; what is known of a language opens its file.

The first table of a file, ``[language]``, is the record of a language, see :class:`Language`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent
DEFAULT = "en"  # the language that all others are translated from
FACTS = "language"  # the table of a file that says what is known of its language

# Full-width signs: a line does not end with one that opens, nor begin with one that closes.
OPENING, CLOSING = "（《〈「『【〔［｛", "，。、；：？！）》〉」』】〕］｝％…”’"


class Language(NamedTuple):
    """What is known of a language besides its words.

    ``name`` is its own; ``locales`` are the beginnings of a locale's name, as POSIX and Windows have it.  ``decimal``
    is its decimal sign, ``thousands`` parts the thousands.  ``font`` is that of the cells; ``line_spacing`` from line
    to line, in sizes of it: the largest that is met.  ``full_width`` says that its letters are as wide as they are
    high, and its signs with them.
    """

    name: str
    locales: tuple[str, ...]
    decimal: str
    thousands: str
    font: str
    line_spacing: float
    full_width: bool = False


def read_words(path: Path, only_facts: bool = False) -> dict[str, dict[str, Any]]:
    """The tables of a language's file, or its first one alone."""
    from xlbp.toml import tomllib  # noqa: PLC0415 - a command that shows no words need not load it

    text = path.read_text("utf-8")
    tables: dict[str, dict[str, Any]] = tomllib.loads(text.partition("\n[")[0] if only_facts else text)
    return tables


@cache
def _facts(folder: Path, code: str) -> Language:
    facts = read_words(folder / f"{code}.toml", only_facts=True)[FACTS]
    return Language(**{**facts, "locales": tuple(facts["locales"])})


class Languages(Mapping[str, Language]):
    """Every language that has a file in the folder, English first; a record is read where it is asked for."""

    def __getitem__(self, code: str) -> Language:
        try:
            return _facts(FOLDER, code)
        except FileNotFoundError:
            raise KeyError(code) from None

    def __iter__(self) -> Iterator[str]:
        codes = (path.stem for path in FOLDER.glob("*.toml"))
        return iter(sorted(codes, key=lambda code: (code != DEFAULT, code)))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, code: object) -> bool:
        return (FOLDER / f"{code}.toml").is_file()


LANGUAGES = Languages()
