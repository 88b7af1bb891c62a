"""Why a finding is one, as a record that every language has the words for: ``audit.why_<key>``, and what fills them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xlbp.auditing.reading.syntax import Cell, address
from xlbp.lang import Texts, load_texts
from xlbp.lang.languages import DEFAULT
from xlbp.mistakes import Mistake

MOST_RANGES = 12  # that are listed of a finding's cells
SAME = 1e-12


@dataclass(frozen=True)
class Clause:
    """A part of an explanation that stands for itself: the text ``audit.why_<key>`` and what fills it."""

    key: str
    values: Mapping[str, object]

    def in_words(self, texts: Texts) -> str:
        """The clause in a language; numbers and cells that fill it are written with that language's signs."""
        return texts(f"audit.why_{self.key}", **{name: _written(value, texts) for name, value in self.values.items()})


@dataclass(frozen=True)
class Reason:
    """Why a finding is one: what tells it, what is said after it, and by how much a forward pass's number is off."""

    mistake: Mistake
    key: str
    values: Mapping[str, object]
    further: tuple[Clause, ...] = ()

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All that is said, in order."""
        return (Clause(self.key, self.values), *self.further)

    def and_then(self, *clauses: Clause) -> Reason:
        """The reason with more said after it."""
        return replace(self, further=(*self.further, *clauses))

    def after(self, key: str, **values: object) -> Reason:
        """The reason with something said before it."""
        return Reason(self.mistake, key, values, self.clauses)


@dataclass(frozen=True)
class Places:
    """Cells that are listed in a sentence."""

    cells: Sequence[Cell]
    home: str  # the sheet whose cells go without its name


@dataclass(frozen=True)
class Share:
    """A relative error that stands in a sentence."""

    size: float


def mistake_of(kind: str) -> Mistake:
    """The mistake that a finding of this kind is of."""
    return next(mistake for mistake in Mistake if mistake.audited == kind)


def said(kind: str, key: str, **values: object) -> Reason:
    """The reason ``audit.why_<key>`` for a finding of this kind."""
    return Reason(mistake_of(kind), key, values)


def explained(reason: Reason, language: str = DEFAULT) -> str:
    """The explanation in a language."""
    texts = load_texts(language)
    parts = (*(clause.in_words(texts) for clause in reason.clauses), _size(reason, texts))
    return ("；" if texts.facts.full_width else "; ").join(filter(None, parts))


def _size(reason: Reason, texts: Texts) -> str:
    """By how much a forward pass's number is off; '' where nothing says so."""
    error = reason.values.get("error", math.nan)
    if not isinstance(error, float) or math.isnan(error):
        return ""
    if error <= SAME:
        return texts("audit.why_no_difference")
    return texts("audit.why_off", percent=texts.with_own_signs(percent(error)))


def _written(value: object, texts: Texts) -> object:
    if isinstance(value, Places):
        return extent(value.cells, value.home, texts)
    if isinstance(value, Share):
        return texts.with_own_signs(percent(value.size)) if math.isfinite(value.size) else texts("audit.page_unknown")
    return texts.with_own_signs(f"{value:.6g}") if isinstance(value, float) else value


def percent(share: float) -> str:
    """A relative error for people: 0.024 %, 7.5 %, 180 %."""
    return f"{100 * share:.0f} %" if share >= 0.0995 else f"{100 * share:.2g} %"


def extent(cells: Sequence[Cell], home: str, texts: Texts | None = None) -> str:
    """``B3:B9, D4``: the cells in ranges, for people; in English where no texts are given."""
    parts = list(_ranges(cells, home))
    listed = ", ".join(parts[:MOST_RANGES])
    if len(parts) <= MOST_RANGES:
        return listed
    return (texts or load_texts(DEFAULT))("audit.and_more", names=listed, count=len(parts) - MOST_RANGES)


def _ranges(cells: Sequence[Cell], home: str) -> Iterator[str]:
    """The cells as the largest ranges that they fill, from the first on."""
    left = set(cells)
    for cell in sorted(left):
        if cell not in left:
            continue
        sheet, row, column = cell
        bottom = row
        while (sheet, bottom + 1, column) in left:
            bottom += 1
        right = column
        while all((sheet, r, right + 1) in left for r in range(row, bottom + 1)):
            right += 1
        left -= {(sheet, r, c) for r in range(row, bottom + 1) for c in range(column, right + 1)}
        first, last = address(cell, home), address((sheet, bottom, right), sheet)
        yield first if (bottom, right) == (row, column) else f"{first}:{last}"
