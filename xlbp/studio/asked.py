"""What a page's script asks, as JSON: read, or refused in a sentence."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from xlbp.errors import UsageError

MOST_TEXT = 5_000_000  # characters of a template


async def asked_by(request: Request) -> dict[str, Any]:
    """The object that a request brings.  Raises UsageError for anything else."""
    try:
        asked = await request.json()
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or too deep
        asked = None
    if not isinstance(asked, dict):
        raise UsageError("what the page sent can't be read; load the page again")
    return asked


def text_of(asked: dict[str, Any], key: str) -> str:
    """A text of it, '' if it is not there.  Raises UsageError for one that no file takes, or too long."""
    return must_be_text(str(asked.get(key, "")))


def must_be_text(text: str) -> str:
    """The text, if it can be saved, and is no longer than a template may be.  Raises UsageError."""
    if len(text) > MOST_TEXT:
        raise UsageError(f"the template has {len(text):,} characters; the studio takes {MOST_TEXT:,}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"the template can't be saved: {text[error.start]!r} is no character; delete it") from None
    return text
