"""Which exercise is marked: as its record says, or as the teacher describes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xlbp.classroom.exercise.kinds.registry import BLANKS
from xlbp.classroom.exercise.record import Record, find_record, read_record
from xlbp.classroom.order import Order, kind_of
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
    kind: str | None = None


def described_by(sources: Sequence[Path], lists: Sequence[Path], record: Path | None, said: Described) -> Record:
    """The exercise as the teacher knows it; a record is looked for beside class lists and hand-ins.

    Raises UsageError where both are given, or neither is found.
    """
    if said.template is not None:
        kind = kind_of(said.kind or BLANKS.name)
        if record is not None or (kind.leaves_cells and said.blank is None):
            raise UsageError(
                f"{option('--template')} goes with {option('--blank')}, and without {option('--exercise')}"
            )
        if not kind.leaves_cells:
            raise UsageError(
                f"{option('--kind', kind.name)}: what each student is asked stands in the record alone; give it with "
                f"{option('--exercise')}"
            )
        order = Order(said.template, said.blank or "", said.overrides, said.language, kind=kind.name)
        return order.record(said.seed)
    if said != Described():
        others = ", ".join(map(option, ("--kind", "--blank", "--seed", "-n", "--set")))
        goes = f"{others} and {option('--lang')} go with {option('--template')}"
        raise UsageError(f"{goes}; a record knows them already")
    places = [*(path.parent for path in (*lists, *sources)), FOLDER, Path()]
    return read_record(record or find_record(places, *sources))
