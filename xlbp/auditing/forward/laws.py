"""The law of a line: how what its formulas name moves from one cell to the next, and which cells keep to it.

``=A1*B5``, ``=A2*B7``, ``=A3*B9`` keep to one law, though no copying makes them: each number grows by a step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import sub

from xlbp.auditing.forward.forms import EXACT, Form

FEWEST = 3  # cells that must keep to a law
AROUND = 6  # how far beyond the pairs that show a law others are looked for
LONGEST_GAP = 4
Step = tuple[float, ...]  # by how much each number of a form grows


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

    def is_kept(self, form: Form | None, k: int) -> bool:
        """Whether this is what the law says of cell k."""
        if form is None or form.shape != self.shape:
            return False
        numbers = zip(form.filling, self.start, self.step, strict=True)
        return all(number == round(start + k * step, EXACT) for number, start, step in numbers)


@dataclass(frozen=True)
class Stretch:
    """The part of a line in which cells keep to a law, and those between them that do not."""

    law: Law
    kept: tuple[int, ...]
    broken: tuple[tuple[int, ...], ...]  # runs of cells, each between two that keep to the law


def stretches(forms: Sequence[Form | None]) -> Iterator[Stretch]:
    """The laws that a line's cells keep to, with the cells that break them."""
    steps = [_step(one, next_one) for one, next_one in pairwise(forms)]
    yield from _middles(forms, steps)
    for law, pairs in _laws(forms, steps).items():
        first, last = max(0, pairs[0] - AROUND), min(len(forms), pairs[-1] + AROUND + 2)
        shown = {k for pair in pairs for k in (pair, pair + 1)}
        kept = [k for k in range(first, last) if k in shown or law.is_kept(forms[k], k)]
        for part in _without_long_gaps(kept):
            if len(part) >= FEWEST:
                gaps = ((a, b) for a, b in pairwise(part) if b > a + 1)
                yield Stretch(law, tuple(part), tuple(tuple(range(a + 1, b)) for a, b in gaps))


def _step(one: Form | None, other: Form | None) -> Step | None:
    """How the numbers of a form grow to the next one's; None where that has another shape."""
    if one is None or other is None or one.shape != other.shape:
        return None
    grown = tuple(map(sub, other.filling, one.filling))  # of one shape are equally many
    return tuple([round(by, EXACT) for by in grown]) if float in map(type, grown) else grown


def _middles(forms: Sequence[Form | None], steps: Sequence[Step | None]) -> Iterator[Stretch]:
    """Two cells of one shape and a third between them: a law of two cells, which another direction must confirm."""
    for k, (one, middle, last) in enumerate(zip(forms, forms[1:], forms[2:], strict=False)):
        if one is None or last is None or one.shape != last.shape:
            continue
        if (steps[k] is not None and steps[k] == steps[k + 1]) or _is_midway(one, middle, last):
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


def _laws(forms: Sequence[Form | None], steps: Sequence[Step | None]) -> dict[Law, list[int]]:
    """Every law that two neighbours show, with the places of these pairs."""
    laws: dict[Law, list[int]] = defaultdict(list)
    pairs: list[int] = []
    for k, (form, step) in enumerate(zip(forms, steps, strict=False)):
        if form is None or step is None:
            continue
        if k == 0 or step != steps[k - 1]:  # else the pair before shows the same law
            start = tuple(round(a - k * by, EXACT) for a, by in zip(form.filling, step, strict=True))
            pairs = laws[Law(form.shape, start, step)]
        pairs.append(k)
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
