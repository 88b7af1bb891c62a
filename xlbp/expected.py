"""What a book must show: every formula, and what the reference says each is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import XlbpError
from xlbp.interpret import sizes_of_columns
from xlbp.reference.history import History
from xlbp.reference.train import forward_passes, prepared, train
from xlbp.spec.table import snap
from xlbp.verification.compare import Block, Cell
from xlbp.workbook.blueprint import columns_of, patterns_of
from xlbp.workbook.contents import Contents
from xlbp.workbook.facts import Choices, Facts, Totals, in_order
from xlbp.workbook.page import Content, ErrorValue, Page
from xlbp.workbook.pages import first_choices, teaching_pages

CANCELLED = 1e-3  # of the terms' sizes: with the proof's 1e-9 some thousand times the noise of a double


@dataclass(frozen=True)
class Expected:
    """``values`` is (T + 1, columns) in the order of the sheet; ``pages`` are the teaching sheets, of ``facts``."""

    contents: Contents
    history: History
    values: NDArray[np.float64]
    block: Block
    pages: list[Page]
    facts: Facts

    def cells(self) -> dict[str, list[Cell]]:
        """The formula cells of the teaching sheets as plain data, by sheet."""
        return {
            page.title: [Cell(f.row, f.column, f.address, f"={f.text}", _plain(f.value), f.size) for f in page.formulas]
            for page in self.pages
            if page.formulas
        }


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
    history = train(contents.template, numbers)
    values = by_column(contents, history)
    known = prepared(contents.template, numbers)
    sizes = _sizes(contents, known, history)

    chosen = choices or first_choices(contents)

    def passes(settings: Sequence[Mapping[str, float]]) -> History:
        return forward_passes(contents.template, numbers, settings, chosen.iteration)

    own = known if inputs is None else prepared(contents.template, contents.template.inputs())
    if totals is None and inputs is None:
        totals = _totals(contents, history, sizes)
    elif totals is None:
        plain = train(contents.template)
        totals = _totals(contents, plain, _sizes(contents, own, plain))
    facts = Facts(history, sizes, known, chosen, passes, own, totals)
    names = [name for name, _ in columns_of(contents)]
    block = _block(contents, values, np.stack([sizes[name] for name in names], axis=1))
    return Expected(contents, history, values, block, teaching_pages(contents, facts) if with_pages else [], facts)


def _sizes(contents: Contents, known: Mapping[str, float], history: History) -> dict[str, NDArray[np.float64]]:
    constants = {name: np.asarray(value) for name, value in known.items() if name not in history}
    return sizes_of_columns(contents.program, {**constants, **history})


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
    sheet, first = contents.texts("sheet.training"), contents.layout.first_row
    return Block(sheet, letters, names, first, values, sizes, *patterns_of(contents))
