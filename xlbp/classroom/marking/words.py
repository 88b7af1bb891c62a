"""Verdicts as people read them, in the class's language."""

from __future__ import annotations

from xlbp.classroom.marking.verdict import WRONG, Verdict
from xlbp.workbook.layout.contents import Contents


def said(contents: Contents, verdict: Verdict) -> str:
    """``right``, ``wrong: the sign is turned round``."""
    status = contents.texts(f"marking.{verdict.status}")
    if verdict.status != WRONG:
        return status
    return contents.texts("marking.because", status=status, reason=mistake(contents, verdict))


def mistake(contents: Contents, verdict: Verdict) -> str:
    """The mistake in words, or both."""
    return "; ".join(_worded(contents, *named) for named in verdict.words)


def _worded(contents: Contents, key: str, about: str) -> str:
    shown = contents.symbol(about) if about in contents.layout.columns or about in contents.layout.panel else about
    return contents.texts(key, about=shown or "…")
