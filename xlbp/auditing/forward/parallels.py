"""Formulas at one distance from each other: where three in a row agree, and where the middle one of three does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

STRIDES = range(1, 25)  # cells from one block to the next
APART = 2 * STRIDES[-1] + 1  # further apart, two cells have no part in one triple

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Triples:
    """What cells at one distance say.

    Of each middle cell that agrees with those before and behind it, its line and its place; of each that does not,
    though they agree, its line, its place and that of the first.
    """

    agreeing_lines: Whole
    agreeing_places: Whole
    differing: list[tuple[int, int, int]]

    def agreeing_by_place(self) -> dict[int, int]:
        """How many lines agree at each place where any does."""
        return _counted(self.agreeing_places)


class ParallelLines:
    """The numbered formulas of a sheet, line after line in one array, with more between lines than a triple spans."""

    def __init__(self, numbered: Sequence[tuple[int, int, int]]) -> None:
        """Of each cell its line, its place there, and a number for its formula, 0 for none."""
        self._lines, self._places, numbers = np.array(sorted(numbered), dtype=np.int64).T
        steps = np.where(np.diff(self._lines) == 0, np.minimum(np.diff(self._places), APART), APART)
        at = np.concatenate(([0], np.cumsum(steps)))
        self._numbers = np.full(at[-1] + 1, -1, dtype=np.int64)  # -1 where no cell is
        self._numbers[at] = numbers
        self._cells = np.zeros_like(self._numbers)  # where each cell of the array stands among those given
        self._cells[at] = np.arange(len(at))

    def triples(self, stride: int) -> Triples:
        """The triples at a distance."""
        numbers = self._numbers
        first, middle, last = numbers[: -2 * stride], numbers[stride:-stride], numbers[2 * stride :]
        is_pair = (first == last) & (first > 0)
        agreeing = self._cells[np.flatnonzero(is_pair & (middle == first)) + stride]
        differing = self._cells[np.flatnonzero(is_pair & (middle != first) & (middle >= 0)) + stride]
        places = self._places[differing]
        lists = (self._lines[differing].tolist(), places.tolist(), (places - stride).tolist())
        return Triples(self._lines[agreeing], self._places[agreeing], list(zip(*lists, strict=True)))

    @staticmethod
    def agreeing_by_line(at_strides: Sequence[Triples]) -> dict[int, int]:
        """How often cells agree in each line where any does, at all distances."""
        return _counted(np.concatenate([triples.agreeing_lines for triples in at_strides]))


def _counted(numbers: Whole) -> dict[int, int]:
    found, counts = np.unique(numbers, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))
