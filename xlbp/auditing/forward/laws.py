"""The law of a line: how what its formulas name moves from one cell to the next, and which cells keep to it.

``=A1*B5``, ``=A2*B7``, ``=A3*B9`` keep to one law, though no copying makes them: each number grows by a step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from xlbp.auditing.forward.forms import EXACT, Form

FEWEST = 3  # cells that must keep to a law
AROUND = 6  # how far beyond the pairs that show a law others are looked for
LONGEST_GAP = 4


@dataclass(frozen=True)
class Law:
    """Cell k of the line has this shape, its holes filled with ``start + k * step``."""

    shape: int
    start: tuple[float, ...]
    step: tuple[float, ...]

    def at(self, k: int) -> Form:
        """What the law says of cell k."""
        pairs = zip(self.start, self.step, strict=True)
        return Form(self.shape, tuple(round(start + k * step, EXACT) for start, step in pairs))


@dataclass(frozen=True)
class Stretch:
    """The part of a line in which cells keep to a law, and those between them that do not."""

    law: Law
    kept: tuple[int, ...]
    broken: tuple[tuple[int, ...], ...]  # runs of cells, each between two that keep to the law


def stretches(forms: Sequence[Form | None]) -> Iterator[Stretch]:
    """The laws that a line's cells keep to, with the cells that break them."""
    yield from _middles(forms)
    for law, pairs in _laws(forms).items():
        first, last = max(0, pairs[0] - AROUND), min(len(forms), pairs[-1] + AROUND + 2)
        kept = [k for k in range(first, last) if _keeps(law, forms[k], k)]
        for part in _without_long_gaps(kept):
            if len(part) >= FEWEST:
                gaps = ((a, b) for a, b in pairwise(part) if b > a + 1)
                yield Stretch(law, tuple(part), tuple(tuple(range(a + 1, b)) for a, b in gaps))


def _keeps(law: Law, form: Form | None, k: int) -> bool:
    return form is not None and form.shape == law.shape and form == law.at(k)


def _middles(forms: Sequence[Form | None]) -> Iterator[Stretch]:
    """Two cells of one shape and a third between them: a law of two cells, which another direction must confirm."""
    for k, (one, middle, last) in enumerate(zip(forms, forms[1:], forms[2:], strict=False)):
        if one is None or last is None or one.shape != last.shape or _is_midway(one, middle, last):
            continue
        step = tuple((b - a) / 2 for a, b in zip(one.filling, last.filling, strict=True))
        start = tuple(a - k * by for a, by in zip(one.filling, step, strict=True))
        law = Law(one.shape, start, step)
        if all(by == int(by) for by in step):
            yield Stretch(law, (k, k + 2), ((k + 1,),))


def _is_midway(one: Form, middle: Form | None, last: Form) -> bool:
    """Whether the middle one keeps to the law of the other two."""
    if middle is None or middle.shape != one.shape:
        return False
    triples = zip(one.filling, middle.filling, last.filling, strict=True)
    return all(a + b == 2 * half for a, half, b in triples)


def _laws(forms: Sequence[Form | None]) -> dict[Law, list[int]]:
    """Every law that two neighbours show, with the places of these pairs."""
    laws: dict[Law, list[int]] = defaultdict(list)
    for k, (one, next_one) in enumerate(pairwise(forms)):
        if one is None or next_one is None or one.shape != next_one.shape:
            continue
        step = tuple(round(b - a, EXACT) for a, b in zip(one.filling, next_one.filling, strict=True))
        start = tuple(round(a - k * by, EXACT) for a, by in zip(one.filling, step, strict=True))
        laws[Law(one.shape, start, step)].append(k)
    return laws


def _without_long_gaps(places: Sequence[int]) -> Iterator[list[int]]:
    part: list[int] = []
    for k in places:
        if part and k - part[-1] > LONGEST_GAP:
            yield part
            part = []
        part.append(k)
    if part:
        yield part
