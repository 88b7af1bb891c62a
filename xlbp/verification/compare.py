"""Expected against found, cell by cell: nothing blank, no error and no NaN ever passes for a number.

Two numbers agree if they differ by at most ``rtol`` of the expected one, or by less than its noise:
2^-44 of the terms it is made from.  The noise is there for terms that cancel: near convergence a - t
may be 4e-16 in one program and exactly 0 in another, because LibreOffice and Excel set a difference
below 2^-48 of its operands to 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.recalc.base import CellError
from xlbp.verification.closeness import Floats, ulps
from xlbp.verification.texts import same_formula, same_text

RTOL = 1e-9
NOISE = 2.0**-44
SMALLEST = 2.3e-308  # below this Excel knows only 0

NUMBER, ERROR, OTHER = 0, 1, 2


@dataclass(frozen=True)
class Mismatch:
    """One cell that is not what it should be; for a formula, both texts."""

    cell: str
    name: str
    iteration: int | None
    expected: Any
    found: Any
    formula: str = ""


@dataclass
class Report:
    """The verdict of one engine on one book; the fields are those of the JSON contract."""

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

    def leave_unchecked(self, reason: str, cells: int) -> None:
        """Count cells that were not checked, and say why."""
        if cells > 0:
            self.unchecked += cells
            self.unchecked_reasons[reason] = self.unchecked_reasons.get(reason, 0) + cells


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
    of the one block on which it depends, None if it may depend on all.
    """

    row: int
    column: int
    address: str
    formula: str
    value: float | str | None
    size: float
    block: int | None = None


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
                changed.append(Mismatch(block.address(t, column), block.names[column], t, wanted, shown, wanted))
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
    report: Report, sheet: str, cells: Sequence[Cell], grid: Sequence[Sequence[Any]], rtol: float
) -> None:
    """Compare the recalculated cells of a teaching sheet with what they must show."""
    for cell in cells:
        found = grid[cell.row - 1][cell.column - 1]
        report.checked += 1
        if isinstance(cell.value, str):
            report.composed += 1
            report.identical += cell.value == found
            agree = (
                isinstance(found, str)
                and not isinstance(found, CellError)
                and same_text(cell.value, found, NOISE * cell.size)
            )
        elif cell.value is None:
            agree = isinstance(found, CellError)
            report.identical += agree
        else:
            agree = _enter_number(report, f"{sheet}!{cell.address}", cell, found, rtol)
        if not agree:
            wanted = "an error" if cell.value is None else cell.value
            shown = "nothing" if found is None else found
            report.mismatches.append(
                Mismatch(f"{sheet}!{cell.address}", cell.address, None, wanted, shown, cell.formula)
            )


def _enter_number(report: Report, where: str, cell: Cell, found: Any, rtol: float) -> bool:
    """Whether a number agrees; its error goes into the report."""
    if type(found) is not float or not math.isfinite(found):
        return False
    expected = float(cell.value or 0)
    size = cell.size if math.isfinite(cell.size) else 0.0  # beside a cell that is an error, sizes are unknown
    error, noise = abs(found - expected), NOISE * min(max(size, abs(expected)), 1e290) + SMALLEST
    report.max_abs = max(report.max_abs, error)
    relative = error / abs(expected) if abs(expected) > noise else 0.0
    report.identical += found == expected
    if relative:
        report.max_ulp = max(report.max_ulp, int(ulps(expected, found)[0]))
    if relative > report.max_rel:
        report.max_rel, report.worst_cell = relative, where
    return error <= rtol * abs(expected) + noise


def compare_values(report: Report, block: Block, grid: Sequence[Sequence[Any]], rtol: float, trusted_rows: int) -> None:
    """Compare the recalculated grid with the reference and enter the result in the report.

    Rows from ``trusted_rows`` on are not compared: the engine can't confirm them.
    """
    kinds, found = _classify(grid)
    formula = block.is_formula()
    formula[trusted_rows:] = False
    expected = block.expected
    should_fail = np.isnan(expected)
    with np.errstate(all="ignore"):
        error = np.abs(found - expected)
        noise = NOISE * np.minimum(np.nan_to_num(block.sizes, posinf=1e290), 1e290) + SMALLEST
        agree = (kinds == NUMBER) & ~should_fail & (error <= rtol * np.abs(expected) + noise)
        relative = np.where(np.abs(expected) > noise, error / np.abs(expected), 0.0)
    failing = (kinds == ERROR) & should_fail
    agree |= failing
    report.identical += int((formula & (failing | (found == expected))).sum())
    report.checked += int(formula.sum())
    for t, column in np.argwhere(formula & ~agree):
        wanted = "an error" if should_fail[t, column] else float(expected[t, column])
        shown = "nothing" if grid[t][column] is None else grid[t][column]
        where, text = block.address(t, column), block.formula(t, column)
        report.mismatches.append(Mismatch(where, block.names[column], int(t), wanted, shown, text))
    compared = formula & (kinds == NUMBER) & ~should_fail
    _enter_errors(report, block, compared, error, relative)
    apart = compared & (relative > 0)
    report.max_ulp = max(report.max_ulp, int(ulps(expected[apart], found[apart]).max(initial=0)))


def _classify(grid: Sequence[Sequence[Any]]) -> tuple[NDArray[np.int8], Floats]:
    """Number, error, or neither; the numbers, NaN elsewhere."""
    kinds = np.full((len(grid), len(grid[0])), NUMBER, dtype=np.int8)
    values = np.empty(kinds.shape)
    for t, row in enumerate(grid):
        if set(map(type, row)) == {float}:
            values[t] = row
        else:
            kinds[t] = [NUMBER if type(v) is float else ERROR if type(v) is CellError else OTHER for v in row]
            values[t] = [v if type(v) is float else np.nan for v in row]
    kinds[(kinds == NUMBER) & ~np.isfinite(values)] = OTHER  # an inf in a cell is no number
    return kinds, values


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
