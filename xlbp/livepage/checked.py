"""A page's numbers beside NumPy's: every quantity of every row, as it opens and with other numbers typed into it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xlbp.expectation.training import Trained, train_run
from xlbp.livepage.browser import NAME, rows_of
from xlbp.livepage.contents import PageContents
from xlbp.template import names
from xlbp.template.template import Template
from xlbp.verification.compare import Block, Mismatch, Report, compare_values
from xlbp.xlsx.areas import CellError, Grid, Value

RTOL = 1e-11
ERROR = CellError("#NUM!")
EDITED = "edited"
FACTOR, SHIFT = 1.0625, 0.015625  # of what is typed: with few binary digits, so that it stays the same number as text


def edited(template: Template) -> dict[str, float]:
    """Other numbers for most that can be typed: rate, parameters, inputs and targets that are amounts.

    Classes, tokens, the order of the draws and the settings of an optimizer have no number near that makes sense.
    """
    model = template.model
    tokens = bool(model.inputs) and model.kind == "network" and model.network.takes_tokens
    found = {}
    for name, value in template.inputs().items():
        quantity = model.quantity(name)
        is_amount = quantity.letter in ("x", "raw", "t", "traw") and bool(quantity.sample or quantity.indices)
        if quantity in template.parameter_order or (is_amount and not tokens) or quantity == names.LEARNING_RATE:
            found[name] = value * FACTOR + (SHIFT if quantity in template.parameter_order else 0.0)
    return found


def check_page(path: Path, page: PageContents) -> list[Report]:
    """The reports of a page that has been written: with the numbers it opens with, and with edited ones."""
    template = page.contents.template
    trials = {NAME: dict(page.given), f"{NAME}, {EDITED}": {**page.given, **edited(template)}}
    opened = rows_of(path, len(page.machine.columns), list(trials.values()))
    reports = [
        compared(str(path), engine, train_run(page.contents, inputs), rows)
        for (engine, inputs), rows in zip(trials.items(), opened.rows, strict=True)
    ]
    for complaint in opened.complaints:
        reports[0].mismatches.append(Mismatch(path.name, "script", None, "no error", complaint))
    return reports


def compared(shown_as: str, engine: str, trained: Trained, rows: NDArray[np.float64], rtol: float = RTOL) -> Report:
    """The report on all rows: a number where NumPy has one, an error where it has none."""
    block, report = block_of(trained), Report(shown_as, engine)
    report.diverged_at = trained.diverged_at
    grid: Grid = [list(map(_content, row)) for row in rows.tolist()]
    compare_values(report, block, grid, rtol, len(grid), in_doubt=block.doubt is not None)
    return report


def _content(number: float) -> Value:
    return ERROR if math.isnan(number) else number


def block_of(trained: Trained) -> Block:
    """What the page must show: the columns of the program, without those that watch a sheet."""
    block, count = trained.block, len(trained.contents.program.columns)
    doubt = block.doubt
    if doubt is not None:
        doubt = replace(doubt, driven=doubt.driven[:, :count], without=doubt.without[:, :count])
    return replace(
        block,
        sheet="page",
        letters=_letters(block.names[:count]),
        names=block.names[:count],
        first_row=0,
        expected=block.expected[:, :count],
        sizes=block.sizes[:, :count],
        start=block.start[:count],
        later=block.later[:count],
        symbols=block.symbols[:count],
        doubt=doubt,
    )


def _letters(called: Sequence[str]) -> list[str]:
    """What stands for the letter of a column in an address: ``page!dW1[1,2] t=7``."""
    return [f"{name} t=" for name in called]
