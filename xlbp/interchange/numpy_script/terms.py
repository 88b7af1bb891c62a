"""Terms of formulas as texts, put together with the brackets that they need."""

from __future__ import annotations

from collections.abc import Sequence

DEEPER, HIGHER = "([", ")]"


def outside_brackets(text: str) -> str:
    """A text without what stands in brackets."""
    kept, depth = "", 0
    for letter in text:
        depth -= letter in HIGHER
        kept += "" if depth else letter
        depth += letter in DEEPER
    return kept


def enclosed(text: str) -> str:
    """A term in brackets, unless it is a name, a number, a call, or a part of an array."""
    return f"({text})" if set(outside_brackets(text)) & set(" -+*/@<>=") else text


def as_factor(text: str) -> str:
    """A sum or a difference in brackets; a product stays as it is."""
    outside = outside_brackets(text)
    return f"({text})" if " + " in outside or " - " in outside else text


def added(terms: Sequence[str]) -> str:
    """``a + b - c``: the sum of terms, of which some begin with a minus."""
    first, *others = terms
    return first + "".join(f" - {term[1:]}" if term.startswith("-") else f" + {term}" for term in others)


def split_sum(text: str) -> list[str]:
    """The terms of a sum, each but the first with its sign before it: ``a``, ``+ b``, ``- c``."""
    terms, depth, begin = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in DEEPER) - (letter in HIGHER)
        if not depth and text[place : place + 3] in (" + ", " - "):
            terms.append(text[begin:place])
            begin = place + 1
    return [*terms, text[begin:]]
