"""How a person's file is read, as the template says it, and what a person is told of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlbp.datafile.form import PLAIN_FORM, Form
from xlbp.datafile.recognise import Ambiguous
from xlbp.starter.choice import Choice
from xlbp.starter.columns import NOTHING_DROPPED, Dropped, Survey, are_classes
from xlbp.starter.doubtful import single_classes, totals
from xlbp.starter.wishes import Wishes


@dataclass(frozen=True)
class Reading:
    """What was decided about a file; ``codes`` and ``levels`` are what the texts of columns stand for.

    ``missing`` is what becomes of missing cells, '' where there are none, and ``gaps`` the texts that stand in them.
    To be looked at are the lines of ``totals``, the classes of which there is a ``single`` sample, and how many rows
    have no target and make a class of their own, the ``unknown_class``.
    """

    form: Form = PLAIN_FORM
    skipped: int = 0
    comments: int = 0
    doubt: Ambiguous | None = None
    codes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: str = ""
    gaps: tuple[str, ...] = ()
    dropped: Dropped = NOTHING_DROPPED
    alike: tuple[tuple[str, str], ...] = ()
    only: str = ""
    totals: tuple[int, ...] = ()
    single: tuple[str, ...] = ()
    unknown_class: int = 0


def reading_of(survey: Survey, choice: Choice, wishes: Wishes) -> Reading:
    """What the template must say so that it reads the same samples."""
    read = survey.read
    used = [each for each in survey.columns if each.name in {c.name for c in (*choice.inputs, *choice.targets)}]
    gaps = dict.fromkeys(text for each in used for text in _gaps(each.cells, {t for _, t in each.known}))
    classes = [each for each in choice.targets if are_classes(each)]
    coded = [each for each in choice.inputs if each.words]
    return Reading(
        form=read.form,
        skipped=read.skipped,
        comments=read.comments,
        doubt=read.doubt,
        codes={each.name: each.codes for each in coded if each.codes},
        levels={each.name: each.levels(choice.policy) for each in coded if not each.codes},
        missing=wishes.missing if gaps else "",
        gaps=tuple(gaps),
        dropped=choice.dropped,
        alike=choice.alike,
        only=choice.only,
        totals=totals([*choice.inputs, *choice.targets]),
        single=tuple(name for each in classes for name in single_classes(each)),
        unknown_class=sum(len(each.cells) - len(each.known) for each in classes),
    )


def _gaps(cells: tuple[tuple[int, str], ...], known: set[str]) -> list[str]:
    return [text for _, text in cells if text not in known]
