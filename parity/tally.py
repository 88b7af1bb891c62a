"""Two sets of columns compared, and how much was compared in all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from parity.books import Array, Columns

TOLERANCE = 1e-12


@dataclass
class Tally:
    """What a run of the tests has compared, and the largest error of all."""

    books: int = 0
    cells: int = 0
    largest: float = 0.0
    where: str = "nothing"

    def enter(self, name: str, errors: Array) -> None:
        """One quantity's cells with their errors."""
        self.add(Tally(0, errors.size, float(errors.max(initial=0.0)), name))

    def add(self, other: Tally) -> None:
        """What another process has compared."""
        self.books += other.books
        self.cells += other.cells
        if other.largest > self.largest:
            self.largest, self.where = other.largest, other.where


TALLY = Tally()


def quantity(name: str) -> str:
    """What a column belongs to: ``dW1[2,3]``, and its part ``dW1[2,3]|4``, to dW1, ``z1[2]@3`` to z1."""
    return re.sub(r"\[[^\]]*\]|@T?\d+|\|\d+$", "", name)


def compare(found: Columns, expected: Mapping[str, Sequence[float]], least: float = 0.0) -> set[str]:
    """Every expected column that the sheet has, to 1e-12 of the largest number of its quantity, or of ``least``.

    What is no number fails.  Where PyTorch's training diverges, the book must show an error in the same
    cell, and what follows is not compared.  Returns the names compared.
    """
    groups: dict[str, list[str]] = {}
    for name in found:
        if name in expected:
            groups.setdefault(quantity(name), []).append(name)
    assert groups
    finite = np.isfinite([expected[name] for members in groups.values() for name in members])
    rows = int(finite.all(axis=0).argmin()) if not finite.all() else finite.shape[1]
    TALLY.books += 1
    wrong: list[tuple[int, str]] = []
    for group, members in groups.items():
        ours, theirs = (np.array([columns[name] for name in members], dtype=float) for columns in (found, expected))
        assert ours.shape == theirs.shape, group
        diverged = ~np.isfinite(theirs[:, rows : rows + 1])
        assert np.isnan(ours[:, rows : rows + 1][diverged]).all(), f"{group} diverges in PyTorch at iteration {rows}"
        ours, theirs = ours[:, :rows], theirs[:, :rows]
        errors = np.abs(ours - theirs) / (max(least, np.abs(theirs).max(initial=0.0)) or 1.0)
        for place, row in np.argwhere(~(errors <= TOLERANCE)).tolist():  # a NaN, too
            what = f"{ours[place, row]!r}, PyTorch {theirs[place, row]!r}, {errors[place, row]:.3g} apart"
            wrong.append((row, f"{members[place]} at iteration {row}: the book has {what}"))
        TALLY.enter(group, errors)
    if wrong:
        raise AssertionError(f"{min(wrong, key=lambda at: at[0])[1]}; {len(wrong)} cells disagree")
    return {name for members in groups.values() for name in members}
