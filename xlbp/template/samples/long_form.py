"""The long form of sequences: each row is a step, ``sequence`` says of which one, ``step`` in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xlbp.datafile.numbers import number
from xlbp.template.samples.columns import Columns
from xlbp.template.samples.given import Given, LastStep, Part, joined


@dataclass(frozen=True)
class Order:
    """For each sequence the places of its rows in the file, step by step; the sequences as they come in the file."""

    places: tuple[tuple[int, ...], ...]

    def gathered(self, part: Part) -> Part:
        """The rows of each sequence, one step after the other: (steps, features)."""
        steps = range(1, len(self.places[0]) + 1)
        rows = tuple(tuple(value for place in places for value in part.rows[place]) for places in self.places)
        names = tuple(f"{name}[{step}]" for step in steps for name in part.names)
        return Part((len(steps), *part.shape), rows, part.letters, names)


def read_order(columns: Columns) -> Order | None:
    """By the columns that ``sequence`` and ``step`` name; None where rows are samples.

    Without ``step`` the steps of a sequence come in the file's order.
    """
    table = columns.table
    if not table.has("sequence"):
        if table.has("step"):
            table.missing("sequence")
        return None
    cells = columns.cells("sequence", 0, table.text("sequence"))
    times = _times(columns) if table.has("step") else [float(place) for place in range(len(cells))]
    rows: dict[str, dict[float, int]] = {}
    for place, ((line, sequence), time) in enumerate(zip(cells, times, strict=True)):
        if rows.setdefault(sequence, {}).setdefault(time, place) != place:
            where = columns.at(line, table.text("step"))
            table.fail("step", f"{where}: the sequence {sequence!r} has the step {time:g} twice")
    _must_be_of_one_length(columns, {sequence: len(steps) for sequence, steps in rows.items()})
    return Order(tuple(tuple(steps[time] for time in sorted(steps)) for steps in rows.values()))


def _times(columns: Columns) -> list[float]:
    """The number of each row's step."""
    column, times = columns.table.text("step"), []
    for line, text in columns.cells("step", 0, column):
        if (time := number(text)) is None:
            columns.table.fail("step", f"{columns.at(line, column)}: {text[:40]!r} is no number of a step")
        times.append(time)
    return times


def _must_be_of_one_length(columns: Columns, lengths: dict[str, int]) -> None:
    first, steps = next(iter(lengths.items()))
    for sequence, length in lengths.items():
        if length != steps:
            lengths_met = f"the sequence {first!r} of {columns.name!r} has {steps} steps, {sequence!r} has {length}"
            columns.table.fail("sequence", f"{lengths_met}; cut the longer ones, or fill up the shorter ones")


def in_sequences(columns: Columns, order: Order, inputs: Part, targets: Part, classes: Sequence[str]) -> Given:
    """The samples from what stands in each row; the targets are those of each step, and classes those of a step."""
    given = joined(columns.table, order.gathered(inputs), order.gathered(targets))
    letters = tuple(classes) or given.target_letters
    return replace(given, target_letters=letters, last_step=LastStep(targets.names, tuple(classes)))
