"""The known word that a misspelt one may have been meant for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

ALIKE = 0.6  # the share of letters that a misspelt word has in common with what was meant


def nearest(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` for a near miss, in capitals or not, else the list of what is known."""
    options = list(known)
    if close := close_to(word, options):
        return f" (did you mean {close!r}?)"
    return listed(options)


def listed(known: Iterable[str]) -> str:
    """`` (known: a, b)``, or '' where nothing is."""
    options = ", ".join(known)
    return f" (known: {options})" if options else ""


def close_to(word: str, known: Iterable[str], alike: float | None = None) -> str:
    """The known word that is most like another, in capitals or not; '' if none is so much ``alike``."""
    plain = {option.lower(): option for option in known}
    close = difflib.get_close_matches(word.lower(), plain, n=1, cutoff=alike or ALIKE)
    return plain[close[0]] if close else ""
