"""Why no straight line parts the samples: where the middle of two of the one kind is that of two of the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.record import Prediction

MOST_SAMPLES = 32
Point = tuple[Quantity, Quantity]


def no_line(lab: Lab) -> Prediction | None:
    """Asked of samples of two inputs and two kinds that have such a middle; None of all others."""
    kinds = _kinds(lab)
    if kinds is None:
        return None
    (low, lows), (high, highs) = kinds
    pair = next((ours for ours, theirs in product(_pairs(highs), _pairs(lows)) if _meet(lab, ours, theirs)), None)
    if pair is None:
        return None
    targets = {"high": lab.own_signs(f"{high:g}"), "low": lab.own_signs(f"{low:g}")}
    first, second = (lab.contents.bare_symbol(name) for name in highs[0])
    across, up = (lab.tell(names, 0, measure="mean") for names in zip(*pair, strict=True))
    return lab.prediction(
        "no_line",
        lab.text("no_line", **targets, first=first, second=second),
        lab.text("no_line_answer", **targets, across=across, up=up),
        f"{quoted(lab.contents.texts('sheet.network'))}!A1",
    )


def _kinds(lab: Lab) -> list[tuple[float, list[Point]]] | None:
    """The two values of the one target, each with its samples' inputs; None of other data."""
    network = lab.contents.network
    targets = network.each_target()
    if len(network.given) != 2 or len(targets) != 1 or not 4 <= network.batch <= MOST_SAMPLES:
        return None
    kinds: dict[float, list[Point]] = {}
    for mark in network.marks:
        first, second = (name.sampled(mark) for name in network.given)
        target = targets[0].sampled(mark)
        if not all(name in lab.inputs for name in (first, second, target)):
            return None
        kinds.setdefault(lab.inputs[target], []).append((first, second))
    return sorted(kinds.items(), key=lambda kind: kind[0]) if len(kinds) == 2 else None


def _pairs(points: Sequence[Point]) -> list[tuple[Point, Point]]:
    return list(combinations(points, 2))


def _meet(lab: Lab, ours: tuple[Point, Point], theirs: tuple[Point, Point]) -> bool:
    """Whether two pairs of points have the same middle."""
    sums = [[sum(lab.inputs[name] for name in names) for names in zip(*pair, strict=True)] for pair in (ours, theirs)]
    return sums[0] == sums[1]
