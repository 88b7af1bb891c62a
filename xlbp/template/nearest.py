"""The known word that a misspelt one may have been meant for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` for a near miss, in capitals or not, else the list of what is known."""
    options = list(known)
    if close := close_to(word, options):
        return f" (did you mean {close!r}?)"
    return f" (known: {', '.join(options)})" if options else ""


def close_to(word: str, known: Iterable[str]) -> str:
    """The known word that is most like another, in capitals or not; '' if none is."""
    plain = {option.lower(): option for option in known}
    close = difflib.get_close_matches(word.lower(), plain, n=1, cutoff=0.6)
    return plain[close[0]] if close else ""
