"""A person's name however a platform or the person writes it: ways of spelling that are taken for one.

Three foldings, each coarser than the one before: ``spelled`` (Müller), ``unaccented`` (muller), and ``folded``, where
ü = u = ue (Mueller, Muller and Müller are mulr alike).  Words are glued together, for platforms glue them, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n",
     "ə": "a", "ß": "ss"}
)  # fmt: skip
BY_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
UMLAUT = re.compile("a[ae]+|([ou])e+")  # ä is written ae, å is written aa
FROM_EAST_ASIA = "\u2e7f"  # above it words are written without blanks between them
LONGEST_FAMILY_NAME = 2  # signs
BLANKS_OF_A_NAME = re.compile(r"[\s,;.\-‐‑–_/·・]+")
IN_BRACKETS = re.compile(r"\([^)]*\)|（[^）]*）|\[[^\]]*\]")


class Token(NamedTuple):
    """A word, a number, or a sign of East Asia, in small letters; ``glued`` to the one before it by no blank."""

    text: str
    is_number: bool
    is_sign: bool
    is_glued: bool


@lru_cache(maxsize=1 << 14)
def spelled(text: str) -> str:
    """Small letters, with their accents, and nothing else: ``O'Neil, Zoë`` is ``oneilzoë``."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in plain if c.isalnum() or unicodedata.combining(c))


@lru_cache(maxsize=1 << 16)
def unaccented(text: str) -> str:
    """The same without accents: ``oneilzoe``."""
    if text.isascii():
        return "".join(filter(str.isalnum, text.casefold()))
    parted = unicodedata.normalize("NFKD", spelled(text)).translate(LETTERS)
    bare = "".join(c for c in parted if unicodedata.category(c)[0] != "M")
    return unicodedata.normalize("NFC", bare)


def in_plain_letters(text: str) -> frozenset[str]:
    """What may be typed for a text on a keyboard without its accents: ``muller`` and ``mueller`` for Müller."""
    return frozenset((unaccented(text), unaccented(spelled(text).translate(BY_TWO_LETTERS))))


def folded(text: str) -> str:
    """The same where an umlaut and its two letters are one: ``Huebner``, ``Hübner`` and ``Hubner`` are ``hubner``."""
    return UMLAUT.sub(lambda found: found[1] or "a", unaccented(text))


@lru_cache(maxsize=1 << 14)
def tokens(text: str) -> tuple[Token, ...]:
    """Words and numbers, parted wherever the kind of sign changes or a capital stands inside: ``AnnaMüller2``."""
    parts: list[Token] = []
    word, before, is_apart = "", "", True
    for c in unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text)):
        kind = _kind(c)
        if kind == "mark":
            word += c
            continue
        is_new = kind != before or kind == "sign" or (c.isupper() and word[-1:].islower())
        if is_new and word:
            parts.append(_token(word, before, not is_apart))
            word, is_apart = "", False
        if not kind:
            is_apart = True
        else:
            word += c
        before = kind
    if word:
        parts.append(_token(word, before, not is_apart))
    return tuple(parts)


def _kind(c: str) -> str:
    """What a character is to a word: a letter, a number, a sign that is a word by itself, an accent; or '' for none."""
    if c.isdigit():
        return "number"
    if c.isalpha():
        return "sign" if c > FROM_EAST_ASIA else "letter"
    return "mark" if unicodedata.combining(c) or unicodedata.category(c) == "Mc" else ""


def _token(word: str, kind: str, is_glued: bool) -> Token:
    return Token(word.casefold(), kind == "number", kind == "sign", is_glued)


def words_of(name: str) -> tuple[str, ...]:
    """The words of a person's name; what stands in brackets is none of it, unless there is nothing else."""
    bare = IN_BRACKETS.sub(" ", name)
    words = tuple(word for word in BLANKS_OF_A_NAME.split(bare) if spelled(word))
    return words or tuple(word for word in BLANKS_OF_A_NAME.split(name) if spelled(word))


def orders(words: Sequence[str]) -> Iterator[str]:
    """A name's words glued in the orders that lists have them: family name first or last, and backwards.

    A name of East Asia, written without blanks, begins with a family name of one sign, or of two.
    """
    if len(words) == 1 and all(c > FROM_EAST_ASIA for c in words[0]):
        words = tuple(words[0])
        places = range(min(LONGEST_FAMILY_NAME + 1, len(words)))
    else:
        places = range(len(words))
        if len(words) > 2:
            yield "".join(reversed(words))
    for place in places:
        yield "".join((*words[place:], *words[:place]))


def alike(name: str) -> str:
    """One and the same text for all ways of writing a name."""
    return min(map(folded, orders(words_of(name))), default="")


def shortened(words: Sequence[str]) -> Iterator[str]:
    """A long name by its first and its last word, in both orders."""
    if len(words) > 2:
        yield words[0] + words[-1]
        yield words[-1] + words[0]
