"""What a book must show: every formula, and what the reference says each is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import XlbpError
from xlbp.expectation.noise import Noise, find_noise
from xlbp.reference.history import History, Told, diverged_at, untold
from xlbp.reference.train import answers, forward_passes, prepared, train
from xlbp.symbols.interpret import sizes_of_answer, sizes_of_columns
from xlbp.template.names import ITERATION
from xlbp.template.network import Network
from xlbp.template.table import snap
from xlbp.verification.compare import Block, Cell
from xlbp.verification.doubt import Doubt
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.patterns import columns_of, whole_row
from xlbp.workbook.layout.watch import watch_of
from xlbp.workbook.page.facts import Choices, Facts, Noisy, Total, Totals, in_order, sizes_of_scaled
from xlbp.workbook.page.page import Content, ErrorValue, Page, follow_noise
from xlbp.workbook.pages import first_choices, teaching_pages

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
    noise: Noise | None = None

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """The training sheet's values, (T + 1, columns) in the order of the sheet."""
        return of_whole_rows(self.contents, self.history, self.facts.inputs)

    @cached_property
    def block(self) -> Block:
        """The training sheet as plain data."""
        return block_of(self.contents, self.values, self.facts.sizes, self.noise)

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
            Cell(
                *(f.row, f.column, f.address, f"={f.text}", _plain(f.value), f.size, f.run),
                sure=f.sure,
                in_doubt=f.in_doubt,
                without_noise=_plain(f.without_noise),
            )
            for f in page.formulas
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
    own: Facts | None = None,
    told: Told = untold,
) -> Expected:
    """Train the reference on ``inputs`` (the template's own by default) and lay its numbers out.

    ``with_pages`` is false where the training alone is wanted: for an explanation, and for a book of another
    version, whose teaching sheets may be laid out otherwise.  ``own`` are the facts of the template's own training,
    where it has been trained already; ``told`` hears the share of the training that is done.
    """
    numbers = contents.template.inputs() if inputs is None else dict(inputs)
    training = trained(contents, numbers, told)
    history, known, sizes, noise = training

    chosen = choices or first_choices(contents)

    def passes(settings: Sequence[Mapping[str, float]]) -> History:
        return forward_passes(contents.template, numbers, settings, chosen.iteration)

    def answered(points: Sequence[Sequence[float]], iteration: int) -> tuple[History, History]:
        return _answers(contents, history, known, points, iteration)

    facts = Facts(history, sizes, known, chosen, passes, *_own(contents, training, inputs, own), answers=answered)
    if not with_pages:
        return Expected(contents, history, [], facts, noise)
    pages = teaching_pages(contents, facts)
    if noise is not None:
        others = (_with_noise(contents, facts, history) for history in (noise.without, noise.shaken))
        follow_noise(pages, *(teaching_pages(contents, other) for other in others))
    return Expected(contents, history, pages, facts, noise)


def _own(
    contents: Contents, training: Outcome, inputs: Mapping[str, float] | None, known: Facts | None
) -> tuple[Mapping[str, float], Totals, Noisy | None]:
    """Of the template's own training: the panel, the totals, the noise; from facts of it, if these are ``known``."""
    if known is not None:
        return known.own, known.totals, known.noisy
    own = training if inputs is None else trained(contents, contents.template.inputs())
    return own.known, _totals(contents, own), noisy_of(own.noise)


def noisy_of(noise: Noise | None) -> Noisy | None:
    """What is told of noise, if there is any."""
    if noise is None or not noise.parameters:
        return None
    return Noisy(noise.parameters, noise.iteration, noise.visible)


def _with_noise(contents: Contents, facts: Facts, history: History) -> Facts:
    """What the teaching sheets show in a program whose roundings make another training."""

    def answered(points: Sequence[Sequence[float]], iteration: int) -> tuple[History, History]:
        return _answers(contents, history, facts.inputs, points, iteration)

    return replace(facts, history=history, answers=answered)


class Outcome(NamedTuple):
    """A training: every quantity, the panel with what is computed from it, the sizes of all terms, and its noise."""

    history: History
    known: dict[str, float]
    sizes: History
    noise: Noise | None


def trained(contents: Contents, numbers: Mapping[str, float], told: Told = untold) -> Outcome:
    """The training on ``numbers``."""
    template, program = contents.template, contents.program
    history, known = train(template, numbers, told), prepared(template, numbers)
    values = {**{name: np.asarray(value) for name, value in known.items()}, **history}
    of_inputs = sizes_of_scaled(known)
    sizes = sizes_of_columns(program, values, of_inputs)
    noise = find_noise(template, program, numbers, values, sizes, of_inputs)
    rows = len(history[ITERATION])
    return Outcome(history, known, {**_at_each_row(of_inputs, rows), **sizes}, noise)


def _at_each_row(numbers: Mapping[str, float], rows: int) -> History:
    """Numbers that are the same in every row."""
    return {name: np.broadcast_to(np.float64(number), rows) for name, number in numbers.items()}


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


def block_of(
    contents: Contents,
    values: NDArray[np.float64],
    sizes: Mapping[str, NDArray[np.float64]],
    noise: Noise | None = None,
) -> Block:
    """The training sheet as plain data."""
    columns, start, later = whole_row(contents)
    names, letters = [name for name, _ in columns], [letter for _, letter in columns]
    own = len(contents.program.columns)
    terms = np.abs(values)  # what watches a row has no terms
    terms[:, :own] = np.stack([sizes[name] for name in names[:own]], axis=1)
    block = Block(contents.title, letters, names, contents.layout.first_row, values, terms, start, later)
    return block if noise is None else replace(block, doubt=_doubt(contents, block, noise))


def _doubt(contents: Contents, block: Block, noise: Noise) -> Doubt:
    """Which cells of the training sheet follow from noise, and what they are without it."""
    none = np.zeros(len(block.expected), dtype=np.bool_)
    driven = np.stack([noise.driven.get(name, none) for name in block.names], axis=1)
    without = [noise.without.get(name, column) for name, column in zip(block.names, block.expected.T, strict=True)]
    return Doubt(reason_of(contents, noise), noise.iteration, driven, np.stack(without, axis=1))


def reason_of(contents: Contents, noise: Noise) -> str:
    """Why cells follow from noise, in a line."""
    if not noise.parameters:
        return "they follow from the last digits of inputs that are very far from zero beside how they vary"
    gradient = f"the gradient of {contents.symbol(noise.parameters[0])}"
    return f"they follow from rounding noise: from iteration {noise.iteration} on {gradient} is nothing else"


def _totals(contents: Contents, own: Outcome) -> Totals:
    """Of the template's own training: each column's sum, by what to measure a difference from it, what noise drives.

    The measure is the sum of the numbers' sizes; where these come from cancelling terms, a little of the terms' sizes.
    """
    driven = own.noise.driven if own.noise and own.noise.parameters else {}
    return {
        name: Total(
            snap(in_order(own.history[name])),
            snap(float(np.abs(own.history[name]).sum() + CANCELLED * own.sizes[name].sum())),
            int(driven[name].sum()) if name in driven else 0,
        )
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
