"""Tables and headings for a notebook."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from xlbp.pictures.svg import Picture


def heading(words: str) -> str:
    """A line in bold."""
    return f"<div><b>{escape(words)}</b></div>"


def said(words: str) -> str:
    """A plain line."""
    return f"<div>{escape(words)}</div>"


def preformatted(words: str) -> str:
    """A text whose lines and columns stay as they are."""
    return f"<pre>{escape(words)}</pre>"


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; numbers stand on the right with six digits."""
    head = "".join(f"<th>{escape(each)}</th>" for each in headings)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def record(title: str, facts: Mapping[str, object]) -> str:
    """A line in bold, and under it a table of what there is, a row for each; what is empty is left out."""
    said = (
        (name, ", ".join(map(str, fact)) if isinstance(fact, list | tuple) else fact) for name, fact in facts.items()
    )
    return heading(title) + table(("", ""), [(name, str(fact)) for name, fact in said if fact not in ("", None)])


def shown(picture: Picture) -> str:
    """A picture in its own line."""
    return f"<div>{picture.svg}</div>"


def number(value: float) -> str:
    """Six digits, or what a cell shows in the place of a number that is none."""
    return f"{value:.6g}" if math.isfinite(value) else "#NUM!"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f'<td style="text-align:right">{number(value)}</td>'
    return f'<td style="text-align:left">{escape(str(value))}</td>'
