"""Expected against found, cell by cell: nothing blank, no error and no NaN ever passes for a number.

Two numbers agree if they differ by at most ``rtol`` of the expected one, or by less than its noise:
2^-44 of the terms it is made from.  The noise is there for terms that cancel: near convergence a - t
may be 4e-16 in one program and exactly 0 in another, because LibreOffice and Excel set a difference
below 2^-48 of its operands to 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.verification.closeness import Floats, ulps
from xlbp.verification.doubt import Doubt
from xlbp.verification.kinds import ERROR, NUMBER, agreeing, classify
from xlbp.verification.texts import same_formula, same_text
from xlbp.xlsx.areas import CellError

RTOL = 1e-9
NOISE = 2.0**-44
UNSURE = "roundings decide on them, as the losses whose difference they judge are so large"
SMALLEST = 2.3e-308  # below this Excel knows only 0


@dataclass(frozen=True)
class Mismatch:
    """One cell that is not what it should be; for a formula, both texts.

    ``symbol`` is what the book calls the quantity ``name``, '' where it says the same or has no name for it.
    """

    cell: str
    name: str
    iteration: int | None
    expected: Any
    found: Any
    formula: str = ""
    symbol: str = ""

    @property
    def named(self) -> str:
        """The cell with its quantity: ``Training!F12 (W2[1,1] = w5 at iteration 3)``."""
        called = f"{self.name} = {self.symbol}" if self.symbol else self.name
        where = f" at iteration {self.iteration}" if self.iteration is not None else ""
        return f"{self.cell} ({called}{where})"


@dataclass(repr=False)
class Report:
    """The verdict of one engine on one book.

    Attributes
    ----------
    checked, unchecked, unchecked_reasons
        How many formula cells were compared, how many were not, and why.
    max_abs, max_rel, max_ulp
        The largest differences: absolute, relative, and in doubles.
    mismatches, formulas_changed
        The cells whose value, or whose formula, is not what it should be: ``cell``, ``name``, ``symbol``,
        ``iteration``, ``expected``, ``found``.
    diverged_at
        The first iteration that is no number, or None.
    differs
        How the book's own template differs from the one it should be of, or ''.

    """

    book: str
    engine: str
    checked: int = 0
    unchecked: int = 0
    composed: int = 0
    identical: int = 0  # to the last bit
    max_ulp: int = 0  # doubles between expected and found, where the terms are no larger than the result
    max_abs: float = 0.0
    max_rel: float = 0.0
    worst_cell: str | None = None
    diverged_at: int | None = None
    formulas_changed: list[Mismatch] = field(default_factory=list)
    mismatches: list[Mismatch] = field(default_factory=list)
    unchecked_reasons: dict[str, int] = field(default_factory=dict)
    differs: str = ""  # how the book's own template differs from the one it should be of

    @property
    def ok(self) -> bool:
        """Whether everything that was checked agrees, and something was."""
        return not self.differs and not self.formulas_changed and not self.mismatches and self.checked > 0

    @property
    def first(self) -> Mismatch | None:
        """The cell that is wrong first in the order of computation: of the first such row the leftmost one.

        None where every row agrees.  What is computed after it may follow from it, so that the largest difference
        says less.
        """
        in_rows = [mismatch for mismatch in self.mismatches if mismatch.iteration is not None]
        return min(in_rows, key=lambda mismatch: mismatch.iteration or 0, default=None)

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp verify --json`` prints."""
        from xlbp.verification.report import to_data  # noqa: PLC0415 - which knows reports

        return to_data(self)

    def __repr__(self) -> str:
        verdict = "agrees" if self.ok else "disagrees"
        figures = f"{self.checked:,} cells checked, max rel {self.max_rel:.2g}"
        first = f", first {self.first.named}" if self.first else ""
        differs = f", {self.differs}" if self.differs else ""
        return f"Report({self.book}, {self.engine}: {verdict}, {figures}{first}{differs})"

    def _repr_html_(self) -> str:
        from xlbp.verification.report import as_html  # noqa: PLC0415 - which knows reports

        return as_html(self)

    def leave_unchecked(self, reason: str, cells: int) -> None:
        """Count cells that were not checked, and say why."""
        if cells > 0:
            self.unchecked += cells
            self.unchecked_reasons[reason] = self.unchecked_reasons.get(reason, 0) + cells


class Reports(list[Report]):
    """A list of reports, one for each engine, that shows itself in a notebook."""

    def _repr_html_(self) -> str:
        return "".join(report._repr_html_() for report in self)


@dataclass(frozen=True)
class Block:
    """The formula cells of a sheet as plain data: a row for each iteration.

    ``expected`` is (rows, columns), NaN where the cell must show an error; ``sizes``, of that shape or
    one that broadcasts to it, how large the terms are that a cell is made from.  ``start`` and ``later`` are
    the formula patterns of row 0 and of all other rows, with ``{r}`` for the row's own number and
    ``{p}`` for the one above; None where the cell is an input.
    """

    sheet: str
    letters: Sequence[str]
    names: Sequence[str]
    first_row: int
    expected: Floats
    sizes: Floats
    start: Sequence[str | None]
    later: Sequence[str | None]
    doubt: Doubt | None = None
    symbols: Sequence[str] = ()  # what the book calls the columns; none where it has no words of its own

    def symbol(self, column: int) -> str:
        """What the book calls a column, where that is not its name."""
        symbol = self.symbols[column] if self.symbols else ""
        return "" if symbol == self.names[column] else symbol

    def address(self, row: int, column: int) -> str:
        """The cell as ``Training!F12``."""
        return f"{self.sheet}!{self.letters[column]}{self.first_row + row}"

    def formula(self, row: int, column: int) -> str:
        """The formula that must stand there, '' for an input."""
        return self.formulas(row)[column] or ""

    def formulas(self, row: int) -> list[str | None]:
        """The formulas of a row."""
        number = self.first_row + row
        patterns = self.start if row == 0 else self.later
        text = "\n".join(p or "" for p in patterns).replace("{r}", str(number)).replace("{p}", str(number - 1))
        return [f"={formula}" if formula else None for formula in text.split("\n")]

    def is_formula(self) -> NDArray[np.bool_]:
        """Which cells are formulas, (rows, columns)."""
        found = np.empty(self.expected.shape, dtype=np.bool_)
        found[0] = [p is not None for p in self.start]
        found[1:] = [p is not None for p in self.later]
        return found


@dataclass(frozen=True)
class Cell:
    """A formula cell of a teaching sheet: what must stand there, and what it must be worth.

    ``value`` is a number, a text, or None for an error; ``size`` as in :class:`Block`; ``block`` is the number
    of the one block on which it depends, None if it may depend on all.  On a cell that is not ``sure`` roundings
    decide; one that is ``in_doubt`` follows from noise, and is worth ``without_noise`` where a program makes 0 of that.
    """

    row: int
    column: int
    address: str
    formula: str
    value: float | str | None
    size: float
    block: int | None = None
    sure: bool = True
    in_doubt: bool = False
    without_noise: float | str | None = None


def compare_formulas(block: Block, contents: Sequence[Sequence[Any]]) -> list[Mismatch]:
    """Every cell whose formula is not the one the template gives."""
    changed = []
    for t, found_row in enumerate(contents):
        wanted_row = block.formulas(t)
        if wanted_row == found_row:
            continue
        for column, (wanted, found) in enumerate(zip(wanted_row, found_row, strict=True)):
            if wanted is not None and wanted != found and not same_formula(wanted, found):
                shown = "nothing" if found is None else found
                where, name = block.address(t, column), block.names[column]
                changed.append(Mismatch(where, name, t, wanted, shown, wanted, block.symbol(column)))
    return changed


def compare_cell_formulas(sheet: str, cells: Sequence[Cell], contents: Sequence[Sequence[Any]]) -> list[Mismatch]:
    """Every cell of a teaching sheet whose formula is not the one it must be."""
    changed = []
    for cell in cells:
        found = contents[cell.row - 1][cell.column - 1]
        if found != cell.formula and not same_formula(cell.formula, found):
            shown = "nothing" if found is None else found
            changed.append(Mismatch(f"{sheet}!{cell.address}", cell.address, None, cell.formula, shown, cell.formula))
    return changed


def compare_cells(
    report: Report, sheet: str, cells: Sequence[Cell], grid: Sequence[Sequence[Any]], rtol: float, doubt: str = ""
) -> None:
    """Compare the recalculated cells of a teaching sheet with what they must show.

    ``doubt`` is a reason for which the engine may have another value where a cell is in doubt.
    """
    for expected in cells:
        cell, found = expected, grid[expected.row - 1][expected.column - 1]
        if not cell.sure and not _agrees(cell, found, rtol):
            report.leave_unchecked(UNSURE, 1)
            continue
        if doubt and cell.in_doubt and not _agrees(cell, found, rtol):
            cell = replace(cell, value=cell.without_noise)
            if not _agrees(cell, found, rtol):
                report.leave_unchecked(doubt, 1)
                continue
        report.checked += 1
        if isinstance(cell.value, str):
            report.composed += 1
        elif cell.value is not None:
            _enter_number(report, f"{sheet}!{cell.address}", cell, found)
        report.identical += _is_identical(cell, found)
        if not _agrees(cell, found, rtol):
            wanted = "an error" if cell.value is None else cell.value
            shown = "nothing" if found is None else found
            report.mismatches.append(
                Mismatch(f"{sheet}!{cell.address}", cell.address, None, wanted, shown, cell.formula)
            )


def _agrees(cell: Cell, found: Any, rtol: float) -> bool:
    """Whether a recalculated cell shows what it must: a text, an error or a number."""
    if isinstance(cell.value, str):
        return (
            isinstance(found, str)
            and not isinstance(found, CellError)
            and same_text(cell.value, found, NOISE * cell.size)
        )
    if cell.value is None:
        return isinstance(found, CellError)
    if type(found) is not float or not math.isfinite(found):
        return False
    return abs(found - cell.value) <= rtol * abs(cell.value) + _noise(cell)


def _is_identical(cell: Cell, found: Any) -> bool:
    """Whether a cell is the same to the last bit; an error is where any is expected."""
    return isinstance(found, CellError) if cell.value is None else bool(cell.value == found)


def _noise(cell: Cell) -> float:
    """How far roundings may take a number of a teaching sheet."""
    size = cell.size if math.isfinite(cell.size) else 0.0  # beside a cell that is an error, sizes are unknown
    return NOISE * min(max(size, abs(float(cell.value or 0))), 1e290) + SMALLEST


def _enter_number(report: Report, where: str, cell: Cell, found: Any) -> None:
    """Enter the error of a number into the report."""
    if type(found) is not float or not math.isfinite(found):
        return
    expected = float(cell.value or 0)
    error = abs(found - expected)
    report.max_abs = max(report.max_abs, error)
    relative = error / abs(expected) if abs(expected) > _noise(cell) else 0.0
    if relative:
        report.max_ulp = max(report.max_ulp, int(ulps(expected, found)[0]))
    if relative > report.max_rel:
        report.max_rel, report.worst_cell = relative, where


def doubt_of(block: Block, grid: Sequence[Sequence[Any]]) -> str:
    """Why cells that follow from noise may be others in this engine; '' where they may not."""
    if block.doubt is None:
        return ""
    kinds, found = classify(grid)
    return block.doubt.reason if block.doubt.applies(kinds, found, block.expected) else ""


def compare_values(
    report: Report,
    block: Block,
    grid: Sequence[Sequence[Any]],
    rtol: float,
    trusted_rows: int,
    in_doubt: bool = False,
) -> None:
    """Compare the recalculated grid with the reference and enter the result in the report.

    Rows from ``trusted_rows`` on are not compared: the engine can't confirm them.  Where cells that follow from noise
    are ``in_doubt``, they may have the value without it, and are unchecked if they have neither.
    """
    kinds, found = classify(grid)
    formula = block.is_formula()
    formula[trusted_rows:] = False
    expected = block.expected
    with np.errstate(all="ignore"):
        noise = NOISE * np.minimum(np.nan_to_num(block.sizes, posinf=1e290), 1e290) + SMALLEST
        agree = agreeing(kinds, found, expected, rtol, noise)
        if in_doubt and block.doubt is not None:
            driven = block.doubt.driven & ~agree
            by_zero = driven & agreeing(kinds, found, block.doubt.without, rtol, noise)
            expected, agree = np.where(by_zero, block.doubt.without, expected), agree | by_zero
            unchecked = formula & driven & ~by_zero
            report.leave_unchecked(block.doubt.reason, int(unchecked.sum()))
            formula &= ~unchecked
        should_fail = np.isnan(expected)
        error = np.abs(found - expected)
        relative = np.where(np.abs(expected) > noise, error / np.abs(expected), 0.0)
    report.identical += int((formula & ((kinds == ERROR) & should_fail | (found == expected))).sum())
    report.checked += int(formula.sum())
    for t, column in np.argwhere(formula & ~agree):
        wanted = "an error" if should_fail[t, column] else float(expected[t, column])
        shown = "nothing" if grid[t][column] is None else grid[t][column]
        where, text = block.address(t, column), block.formula(t, column)
        found_there = Mismatch(where, block.names[column], int(t), wanted, shown, text, block.symbol(column))
        report.mismatches.append(found_there)
    compared = formula & (kinds == NUMBER) & ~should_fail
    _enter_errors(report, block, compared, error, relative)
    apart = compared & (relative > 0)
    report.max_ulp = max(report.max_ulp, int(ulps(expected[apart], found[apart]).max(initial=0)))


def _enter_errors(report: Report, block: Block, cells: NDArray[np.bool_], error: Floats, relative: Floats) -> None:
    if not cells.any():
        return
    error, relative = np.where(cells, error, 0.0), np.where(cells, relative, 0.0)
    ranking = relative if relative.max() > 0 else error
    before = report.max_rel if ranking is relative else math.inf if report.max_rel else report.max_abs
    report.max_abs = max(report.max_abs, float(error.max()))
    if ranking.max() > before:
        t, column = np.unravel_index(int(ranking.argmax()), ranking.shape)
        report.worst_cell = block.address(int(t), int(column))
    report.max_rel = max(report.max_rel, float(relative.max()))
