"""Verdicts as people read them, in the class's language."""

from __future__ import annotations

from xlbp.classroom.gradebook.export import written
from xlbp.classroom.marking.verdict import EMPTY, FOLLOWS, RIGHT, WRONG, Verdict
from xlbp.workbook.layout.contents import Contents


def said(contents: Contents, verdict: Verdict) -> str:
    """``right``, ``wrong: the sign is turned round``."""
    status = judged_as(contents, verdict)
    if verdict.status != WRONG:
        return status
    return contents.texts("marking.because", status=status, reason=mistake(contents, verdict))


def judged_as(contents: Contents, verdict: Verdict) -> str:
    """``right``; with the points where the word does not tell them, ``wrong (0.5 of 2)``."""
    status = contents.texts(f"marking.{verdict.status}")
    return status if verdict.is_plain else f"{status} ({worth(contents, verdict)})"


SIGNS = {RIGHT: "✓", FOLLOWS: "(✓)", WRONG: "✗", EMPTY: "–"}  # beside the colour, which no grey printer shows


def signed(contents: Contents, verdict: Verdict) -> str:
    """``✓``; with the points where the sign does not tell them."""
    sign = SIGNS[verdict.status]
    return sign if verdict.is_plain else f"{sign} {written(verdict.points, contents.texts.facts.decimal)}"


def worth(contents: Contents, verdict: Verdict) -> str:
    """``0.5 of 2``."""
    decimal = contents.texts.facts.decimal
    points, of = written(verdict.points, decimal), written(verdict.of, decimal)
    return contents.texts("marking.worth", points=points, of=of)


def mistake(contents: Contents, verdict: Verdict) -> str:
    """The mistake in words, or both."""
    return "; ".join(_worded(contents, *named) for named in verdict.words)


def _worded(contents: Contents, key: str, about: str) -> str:
    shown = contents.symbol(about) if about in contents.layout.columns or about in contents.layout.panel else about
    return contents.texts(key, about=shown or "…")
