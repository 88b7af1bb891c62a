"""What an audit found: of every sheet its claims, the truth, the updates and the findings; and what was not judged."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, address, in_book, title
from xlbp.auditing.truth.gradients import Truth
from xlbp.auditing.unjudged import not_judged
from xlbp.auditing.updates.check import UpdateVerdict
from xlbp.errors import UnreadableError

SHOWN = 200  # characters of a formula that can't be read
DOUBTS = 10  # of a sheet


@dataclass
class Sheet:
    """One sheet's audit."""

    layout: Layout
    truth: Truth
    updates: UpdateVerdict
    findings: list[Finding]


@dataclass
class Audit:
    """A book's audit: that of each of its sheets that claims gradients, and what could not be read."""

    book: str
    cells: Cells
    sheets: list[Sheet]
    unreadable: list[dict[str, str]] = field(default_factory=list)
    unjudged: list[dict[str, str]] = field(default_factory=list)  # what is claimed, but neither right nor wrong

    @property
    def findings(self) -> list[Finding]:
        """All findings, sheet by sheet."""
        return [finding for sheet in self.sheets for finding in sheet.findings]

    @property
    def ok(self) -> bool:
        """Whether all that is claimed was judged, and nothing is wrong with it."""
        return not self.findings and not self.unjudged

    @property
    def nothing_judged(self) -> bool:
        """Whether no gradient at all was judged."""
        return not any(sheet.truth.judged(p) for sheet in self.sheets for p in sheet.layout.parameters)


def completed(path: Path, cells: Cells, sheets: list[Sheet], without_loss: list[Layout]) -> Audit:
    """The audit of a book.  Raises UnreadableError where nothing in it could be judged."""
    if not sheets:
        raise UnreadableError(_why_nothing(path, without_loss))
    home = sheets[0].layout.sheet
    cut = [_entry(address(cell, home), cells.formula(cell) or "", words) for cell, words in cells.contents.cut.items()]
    unreadable = [*cut, *_not_read(cells, sheets[0]), *_no_loss(without_loss), *_doubts(cells, sheets)]
    unjudged = [entry for sheet in sheets for entry in not_judged(cells, sheet.layout, sheet.truth, sheet.updates)]
    return Audit(str(path), cells, sheets, unreadable, unjudged)


def _why_nothing(path: Path, without_loss: list[Layout]) -> str:
    if without_loss:
        sheets = ", ".join(sorted({repr(title(layout.sheet)) for layout in without_loss}))
        return (
            f"{path}: no loss was found for the gradients on {sheets}; name its cell with --loss, or give --loss-expr"
        )
    return (
        f"{path}: no gradients were found by their headings; "
        "name them, as --loss E5 --parameters B5:I5 --gradients T5:AA5 --rows 5:90 "
        "(without --rows it is one step), and --loss-expr where no cell holds the loss"
    )


def _entry(cell: str, formula: str, reason: str) -> dict[str, str]:
    return {"cell": cell, "formula": formula[:SHOWN], "reason": reason}


def _not_read(cells: Cells, first: Sheet) -> Iterator[dict[str, str]]:
    """The cells, among those that matter, whose formulas can't be read: each is taken as its saved number."""
    told: set[Cell] = set()  # a sheet may have been looked at upright and on its side
    for cell, reason in sorted(cells.unreadable.items()):
        if min(cell[1:]) > 0 and in_book(cell) not in told:
            told.add(in_book(cell))
            home = title(first.layout.sheet)
            yield _entry(address(in_book(cell), home), cells.formula(cell) or "", reason)


def _no_loss(layouts: list[Layout]) -> Iterator[dict[str, str]]:
    for layout in layouts:
        cell = address(layout.parameters[0].places[0].gradient)
        yield _entry(cell, "", "no loss was found for these gradients; name it with --loss")


def _doubts(cells: Cells, sheets: list[Sheet]) -> Iterator[dict[str, str]]:
    for sheet in sheets:
        broken = next((loss for loss in sheet.layout.losses if math.isnan(cells.value(loss))), None)
        if broken is not None:
            reason = "the loss is an error from here on: what belongs to it can't be judged"
            yield _entry(address(broken, sheet.layout.sheet), cells.formula(broken) or "", reason)
        undefined = next(_undefined(cells, sheet), None)
        if undefined is not None:
            reason = "the derivative is undefined from here on: what belongs to it can't be judged"
            yield _entry(address(undefined, sheet.layout.sheet), cells.formula(undefined) or "", reason)
        for where, words in sheet.truth.doubted[:DOUBTS]:
            yield _entry(address(where, sheet.layout.sheet), cells.formula(where) or "", words)


def _undefined(cells: Cells, sheet: Sheet) -> Iterator[Cell]:
    """The gradients in steps whose loss is a number and has no derivative, as a root at 0; each in its first row."""
    losses = sheet.layout.losses
    for compared in sheet.truth.compared.values():
        for one in compared:
            if math.isnan(one.true) and not math.isnan(cells.value(losses[one.place.step])):
                yield one.place.gradient
