"""Texts put together from live cells: a formula that joins them, beside what a reader must then see.

A text with gaps is written once, with a token for each gap; symbols or numbers are filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias

from xlbp.workbook.page.facts import readable

Piece: TypeAlias = tuple[str, str]  # a formula, and the text it gives
OPERATORS, POWERS = tuple("+−·/"), tuple("²^")
GAP = re.compile("\x01(.*?)\x02")


def gap(name: str) -> str:
    """A token that stands for a name until it is filled in."""
    return f"\x01{name}\x02"


def gaps(text: str) -> list[str]:
    """The names a text waits for, in order."""
    return GAP.findall(text)


def literal(text: str) -> Piece:
    """A text that never changes."""
    return '"' + text.replace('"', '""') + '"', text


def joined(pieces: Iterable[Piece]) -> Piece:
    """Pieces one after the other; an empty text is left out."""
    kept = [piece for piece in pieces if piece[0] != '""']
    return "&".join(formula for formula, _ in kept) or '""', "".join(shown for _, shown in kept)


def filled(text: str, piece_of: Callable[[str, bool], Piece]) -> Piece:
    """A text with its gaps filled; the flag says whether a negative number needs brackets there."""
    pieces = GAP.split(text)  # literal, name, literal, name, ..., literal
    return joined(
        piece_of(piece, needs_brackets(pieces[odd - 1], pieces[odd + 1])) if odd % 2 else literal(piece)
        for odd, piece in enumerate(pieces)
    )


def how_many(area: str, text: str) -> str:
    """A formula that counts the cells of an area that hold just this text.

    COUNTIF would read a sign such as ≠ as an operator in some programs, and ? or * as any letters in all.
    """
    return f"SUMPRODUCT(({area}={literal(text)[0]})*1)"


def needs_brackets(before: str, after: str) -> bool:
    """Whether a negative number would be misread between these texts: 2 − -1, -3²."""
    return before.strip()[-1:] in OPERATORS or after[:1] in POWERS


def number(
    text_cell: str, number_cell: str, value: float | None, in_brackets: bool = False, whole: bool = False
) -> Piece:
    """The readable text of a number, which stands in a cell of its own; a negative one in brackets if asked.

    ``whole`` as in :func:`~xlbp.workbook.page.facts.readable`.
    """
    shown = readable(value, whole)
    if not in_brackets:
        return text_cell, shown
    formula = f'IFERROR(IF(SIGN({number_cell})<0,"("&{text_cell}&")",{text_cell}),{text_cell})'
    return formula, f"({shown})" if value is not None and value < 0 else shown
