"""What a book must show: every formula, and what the reference says each is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import XlbpError
from xlbp.interpret import sizes_of_columns
from xlbp.reference.history import History, diverged_at
from xlbp.reference.train import forward_passes, prepared, train
from xlbp.spec.table import snap
from xlbp.verification.compare import Block, Cell
from xlbp.workbook.blueprint import columns_of, patterns_of
from xlbp.workbook.contents import Contents
from xlbp.workbook.facts import Choices, Facts, Totals, in_order
from xlbp.workbook.page import Content, ErrorValue, Page
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


@dataclass(frozen=True)
class Expected:
    """``values`` is (T + 1, columns) in the order of the sheet; ``pages`` are the teaching sheets, of ``facts``."""

    contents: Contents
    history: History
    values: NDArray[np.float64]
    block: Block
    pages: list[Page]
    facts: Facts

    @property
    def blocks(self) -> list[Block]:
        """The one training sheet."""
        return [self.block]

    @property
    def diverged(self) -> list[int | None]:
        """The first iteration that is not finite, or None."""
        return [diverged_at(self.history)]


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
    return sum(int(b.is_formula().sum()) for b in shown.blocks) + sum(len(page.formulas) for page in shown.pages)


def expect(
    contents: Contents,
    inputs: Mapping[str, float] | None = None,
    choices: Choices | None = None,
    with_pages: bool = True,
    totals: Totals | None = None,
) -> Expected:
    """Train the reference on ``inputs`` (the template's own by default) and lay its numbers out.

    ``with_pages`` is false for a book of another version, whose teaching sheets may be laid out otherwise.
    ``totals`` are those of the template's own training, where it has been trained already.
    """
    numbers = contents.template.inputs() if inputs is None else dict(inputs)
    history, known, sizes = trained(contents, numbers)

    chosen = choices or first_choices(contents)

    def passes(settings: Sequence[Mapping[str, float]]) -> History:
        return forward_passes(contents.template, numbers, settings, chosen.iteration)

    own = known if inputs is None else prepared(contents.template, contents.template.inputs())
    if totals is None and inputs is None:
        totals = _totals(contents, history, sizes)
    elif totals is None:
        plain, _, terms = trained(contents, contents.template.inputs())
        totals = _totals(contents, plain, terms)
    facts = Facts(history, sizes, known, chosen, passes, own, totals)
    values, block = block_of(contents, history, sizes)
    return Expected(contents, history, values, block, teaching_pages(contents, facts) if with_pages else [], facts)


def trained(contents: Contents, numbers: Mapping[str, float]) -> tuple[History, dict[str, float], History]:
    """The training on ``numbers``: every quantity, the panel with what is computed from it, the sizes of all terms."""
    history, known = train(contents.template, numbers), prepared(contents.template, numbers)
    constants = {name: np.asarray(value) for name, value in known.items() if name not in history}
    return history, known, sizes_of_columns(contents.program, {**constants, **history})


def block_of(contents: Contents, history: History, sizes: History) -> tuple[NDArray[np.float64], Block]:
    """The training sheet's values, (T + 1, columns), and the sheet as plain data."""
    values = by_column(contents, history)
    return values, _block(contents, values, np.stack([sizes[name] for name, _ in columns_of(contents)], axis=1))


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


def _block(contents: Contents, values: NDArray[np.float64], sizes: NDArray[np.float64]) -> Block:
    columns = columns_of(contents)
    names, letters = [name for name, _ in columns], [letter for _, letter in columns]
    sheet, first = contents.title, contents.layout.first_row
    return Block(sheet, letters, names, first, values, sizes, *patterns_of(contents))
