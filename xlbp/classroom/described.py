"""Which exercise is marked: as its record says, or as the teacher describes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xlbp.classroom.exercise.record import Record, find_record, read_record
from xlbp.classroom.order import Order
from xlbp.errors import UsageError, option
from xlbp.system.atomic import FOLDER
from xlbp.template.sources import Source


@dataclass(frozen=True)
class Described:
    """What a teacher says of an exercise that has no record; None where nothing was said."""

    template: Source | None = None
    blank: str | None = None
    seed: int | None = None
    overrides: tuple[str, ...] = ()
    language: str | None = None


def described_by(sources: Sequence[Path], lists: Sequence[Path], record: Path | None, said: Described) -> Record:
    """The exercise as the teacher knows it; a record is looked for beside class lists and hand-ins.

    Raises UsageError where both are given, or neither is found.
    """
    if said.template is not None:
        if record is not None or said.blank is None:
            raise UsageError(
                f"{option('--template')} goes with {option('--blank')}, and without {option('--exercise')}"
            )
        return Order(said.template, said.blank, said.overrides, said.language).record(said.seed)
    if said != Described():
        others = ", ".join(map(option, ("--blank", "--seed", "-n", "--set")))
        goes = f"{others} and {option('--lang')} go with {option('--template')}"
        raise UsageError(f"{goes}; a record knows them already")
    places = [*(path.parent for path in (*lists, *sources)), FOLDER, Path()]
    return read_record(record or find_record(places, *sources))
