"""What a book must show: every formula, and what the reference says each is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import XlbpError
from xlbp.interpret import sizes_of_answer, sizes_of_columns
from xlbp.reference.history import History, Told, diverged_at, untold
from xlbp.reference.train import answers, forward_passes, prepared, train
from xlbp.spec.model import Network
from xlbp.spec.table import snap
from xlbp.verification.compare import Block, Cell
from xlbp.workbook.blueprint import columns_of, whole_row
from xlbp.workbook.contents import Contents
from xlbp.workbook.facts import Choices, Facts, Totals, in_order
from xlbp.workbook.page import Content, ErrorValue, Page
from xlbp.workbook.pages import first_choices, teaching_pages
from xlbp.workbook.watch import watch_of

CANCELLED = 1e-3  # of the terms' sizes: with the proof's 1e-9 some thousand times the noise of a double


class Shown(Protocol):
    """What any book of ours must show: blocks with a row per iteration, and pages; and where each block diverges."""

    @property
    def pages(self) -> list[Page]:
        """The sheets that are no blocks."""

    @property
    def blocks(self) -> list[Block]:
        """The training sheets, in order."""

    @property
    def diverged(self) -> list[int | None]:
        """For each block the first iteration that is not finite, or None."""

    @property
    def formulas_in_rows(self) -> int:
        """How many formulas the blocks have."""


@dataclass(frozen=True)
class Expected:
    """``pages`` are the teaching sheets, of ``facts``."""

    contents: Contents
    history: History
    pages: list[Page]
    facts: Facts

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """The training sheet's values, (T + 1, columns) in the order of the sheet."""
        return of_whole_rows(self.contents, self.history, self.facts.inputs)

    @cached_property
    def block(self) -> Block:
        """The training sheet as plain data."""
        return block_of(self.contents, self.values, self.facts.sizes)

    @property
    def blocks(self) -> list[Block]:
        """The one training sheet."""
        return [self.block]

    @property
    def diverged(self) -> list[int | None]:
        """The first iteration that is not finite, or None."""
        return [diverged_at(self.history)]

    @property
    def formulas_in_rows(self) -> int:
        """How many formulas the training sheet has."""
        return formulas_in_rows(self.contents)


def cells_of(pages: Sequence[Page]) -> dict[str, list[Cell]]:
    """The formula cells of pages as plain data, by sheet."""
    return {
        page.title: [
            Cell(f.row, f.column, f.address, f"={f.text}", _plain(f.value), f.size, f.run) for f in page.formulas
        ]
        for page in pages
        if page.formulas
    }


def formula_cells(shown: Shown) -> int:
    """How many formulas a book has."""
    return shown.formulas_in_rows + sum(len(page.formulas) for page in shown.pages)


def formulas_in_rows(contents: Contents) -> int:
    """How many formulas a training sheet has."""
    start, later = (sum(p is not None for p in patterns) for patterns in whole_row(contents)[1:])
    return start + contents.layout.iterations * later


def expect(
    contents: Contents,
    inputs: Mapping[str, float] | None = None,
    choices: Choices | None = None,
    with_pages: bool = True,
    totals: Totals | None = None,
    told: Told = untold,
) -> Expected:
    """Train the reference on ``inputs`` (the template's own by default) and lay its numbers out.

    ``with_pages`` is false where the training alone is wanted: for an explanation, and for a book of another
    version, whose teaching sheets may be laid out otherwise.  ``totals`` are those of the template's own training,
    where it has been trained already; ``told`` hears the share of the training that is done.
    """
    numbers = contents.template.inputs() if inputs is None else dict(inputs)
    history, known, sizes = trained(contents, numbers, told)

    chosen = choices or first_choices(contents)

    def passes(settings: Sequence[Mapping[str, float]]) -> History:
        return forward_passes(contents.template, numbers, settings, chosen.iteration)

    def answered(points: Sequence[Sequence[float]], iteration: int) -> tuple[History, History]:
        return _answers(contents, history, known, points, iteration)

    own = known if inputs is None else prepared(contents.template, contents.template.inputs())
    if totals is None and inputs is None:
        totals = _totals(contents, history, sizes)
    elif totals is None:
        plain, _, terms = trained(contents, contents.template.inputs())
        totals = _totals(contents, plain, terms)
    facts = Facts(history, sizes, known, chosen, passes, own, totals, answers=answered)
    return Expected(contents, history, teaching_pages(contents, facts) if with_pages else [], facts)


def trained(
    contents: Contents, numbers: Mapping[str, float], told: Told = untold
) -> tuple[History, dict[str, float], History]:
    """The training on ``numbers``: every quantity, the panel with what is computed from it, the sizes of all terms."""
    history, known = train(contents.template, numbers, told), prepared(contents.template, numbers)
    constants = {name: np.asarray(value) for name, value in known.items() if name not in history}
    return history, known, sizes_of_columns(contents.program, {**constants, **history})


def _answers(
    contents: Contents, history: History, known: Mapping[str, float], points: Sequence[Sequence[float]], iteration: int
) -> tuple[History, History]:
    """What the network answers to these points with the parameters of an iteration, and the sizes of all terms."""
    network = contents.template.model
    assert isinstance(network, Network)
    moved = {name: float(history[name][iteration]) for name in contents.template.parameter_order}
    given = np.asarray(points, dtype=np.float64)
    found = answers(contents.template, known, moved, given)
    constants = {name: np.asarray(value) for name, value in {**known, **moved}.items()}
    farthest = np.max(np.abs(given), axis=0)  # a point near 0 is computed from the ends of the range
    sizes = {name: np.full(len(given), farthest[j]) for j, name in enumerate(network.given)}
    return found, {**sizes, **sizes_of_answer(contents.program, {**constants, **found}, sizes)}


def block_of(contents: Contents, values: NDArray[np.float64], sizes: Mapping[str, NDArray[np.float64]]) -> Block:
    """The training sheet as plain data."""
    columns, start, later = whole_row(contents)
    names, letters = [name for name, _ in columns], [letter for _, letter in columns]
    own = len(contents.program.columns)
    terms = np.abs(values)  # what watches a row has no terms
    terms[:, :own] = np.stack([sizes[name] for name in names[:own]], axis=1)
    return Block(contents.title, letters, names, contents.layout.first_row, values, terms, start, later)


def _totals(contents: Contents, own: History, sizes: Mapping[str, NDArray[np.float64]]) -> Totals:
    """Of the template's own training: each column's sum, and by what to measure a difference from it.

    That is the sum of the numbers' sizes; where these come from cancelling terms, a little of the terms' sizes.
    """
    return {
        name: (snap(in_order(own[name])), snap(float(np.abs(own[name]).sum() + CANCELLED * sizes[name].sum())))
        for name in contents.program.names
    }


def _plain(value: Content) -> float | str | None:
    """Verification asks only whether a cell is an error, not which."""
    return None if isinstance(value, ErrorValue) else value


def by_column(contents: Contents, history: History) -> NDArray[np.float64]:
    """The reference's values, (T + 1, columns); a column that has none is a fault of ours."""
    names = [name for name, _ in columns_of(contents)]
    missing = [name for name in names if name not in history]
    if missing:
        raise XlbpError(f"the reference gives no value for {missing[0]!r}; this is a fault of xlbp, please report it")
    return np.stack([history[name] for name in names], axis=1)


def of_whole_rows(contents: Contents, history: History, inputs: Mapping[str, float]) -> NDArray[np.float64]:
    """The same, and behind them the columns that watch the rows: 0, but for the copies of ``inputs``."""
    values, watch = by_column(contents, history), watch_of(contents)
    if watch is None:
        return values
    watching = np.zeros((len(values), len(watch.names)))
    watching[:, : len(watch.copies)] = [inputs[name] for name in watch.copies]
    return np.hstack([values, watching])
