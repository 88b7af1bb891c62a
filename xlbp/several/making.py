"""Books to be made, each of a template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from xlbp.errors import XlbpError
from xlbp.pipeline import generate
from xlbp.results import Made, Progress, silent
from xlbp.system.atomic import check_target, make_folder, target_for
from xlbp.system.cleanup import temporary_folder
from xlbp.system.delivery import Delivery, Produced, Travels, told_of
from xlbp.system.outcome import Outcome, refused
from xlbp.system.pool import Machines, run_all
from xlbp.template.load import load_template
from xlbp.template.sources import Source, called


class MadeBook(NamedTuple):
    """What was made, and its files, which lie where they are to be in the first process alone."""

    made: Made
    book: bytes
    notes: bytes | None


@dataclass(frozen=True)
class Order(Travels):
    """One book that is wanted, as plain data for another process; ``asked`` is what its template is called."""

    template: Source
    output: Path | None
    overrides: tuple[str, ...]
    language: str | None
    force: bool
    verified: bool
    protected: bool
    notes: bool
    asked: str = ""

    def packed(self) -> Order:
        """With its template, and the data that this names."""
        return replace(self, template=load_template(self.template, self.overrides), overrides=(), asked=self.called)

    @property
    def called(self) -> str:
        """What its template is called, in a command."""
        return self.asked or called(self.template)

    def make(self, progress: Progress = silent) -> Made:
        """Make it, in its place."""
        return generate(
            self.template,
            self.output,
            self.overrides,
            self.language,
            self.force,
            self.verified,
            self.protected,
            progress,
            self.notes,
            self.called,
        )

    def made(self) -> MadeBook:
        """Make it, in another process: as bytes."""
        assert self.output is not None
        with temporary_folder() as folder, told_of(there := folder / self.output.name, self.output):
            made = replace(self, output=there).make()
            for report in made.reports:
                report.book = str(self.output)
            notes = made.notes.read_bytes() if made.notes else None
            here = replace(made, path=self.output, notes=self.output.parent / made.notes.name if made.notes else None)
            return MadeBook(here, made.path.read_bytes(), notes)


def make_one(order: Order, where: Machines, progress: Progress = silent) -> Made:
    """A single book: in this process, or on a cluster.  Raises what generate does."""
    if not where.scheduler:
        return order.make(progress)
    template = load_template(order.template, order.overrides)
    output = target_for(order.output, f"{template.name}.xlsx", order.force)
    make_folder(output.parent)
    [outcome] = make_all([replace(order, output=output)], where)
    return replace(outcome.value(), template=template)


def make_all(orders: Sequence[Order], where: Machines) -> Iterator[Outcome[Made]]:
    """What comes of each order, as it is done; what can't be put in its place is told before any work."""
    possible: list[tuple[int, Order]] = []
    for number, order in enumerate(orders):
        try:
            check_target(order.output or Path(), order.force)
            possible.append((number, order))
        except XlbpError as error:
            yield refused(number, error)

    def deliver(place: int, made: MadeBook) -> Delivery[Made]:
        force = possible[place][1].force
        notes = [Produced(made.made.notes, made.notes, force)] if made.made.notes and made.notes is not None else []
        return Delivery(made.made, (Produced(made.made.path, made.book, force), *notes))

    for outcome in run_all(Order.made, [order for _, order in possible], where, deliver=deliver):
        yield replace(outcome, number=possible[outcome.number][0])
