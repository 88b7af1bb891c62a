"""The plain numbers that the teaching sheets show: the training, and what a person has chosen to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# IronCalc writes an exponent of three digits wrongly in TEXT
SMALLEST, LARGEST = 1e-99, 9.99e99
Passes = Callable[[Sequence[Mapping[str, float]]], Mapping[str, Array]]
Answers = Callable[[Sequence[Sequence[float]], int], tuple[Mapping[str, Array], Mapping[str, Array]]]


def unasked(points: Sequence[Sequence[float]], iteration: int) -> tuple[Mapping[str, Array], Mapping[str, Array]]:
    """No answers: for a book that shows none."""
    raise NotImplementedError(f"nobody answers {len(points)} points at iteration {iteration}")


class Total(NamedTuple):
    """Of a column in the template's own training: its sum, by what to measure a difference, cells that noise drives."""

    total: float
    scale: float
    driven: int = 0


Totals = Mapping[str, Total]


class Noisy(NamedTuple):
    """Which parameters' gradients are none but rounding noise, from which iteration on, and from which on it shows."""

    parameters: tuple[str, ...]
    iteration: int
    visible: int


@dataclass(frozen=True)
class Choices:
    """What a person may choose on the teaching sheets; every field has a cell with a defined name."""

    iteration: int = 0
    sample: int = 1
    layer: int = 1  # of the unit that a large network's steps are about
    unit: int = 1
    step: float = 1e-5  # of the central differences
    across: int = 1  # the landscape's two parameters, counted from 1
    down: int = 2
    radius: float = 2.0


@dataclass(frozen=True)
class Facts:
    """``history``: every quantity over the iterations; ``inputs``: the panel; ``sizes``: see interpret.

    ``passes`` gives every forward quantity for a list of parameter settings: a forward pass each.  ``answers`` gives
    them, and the sizes of their terms, for a list of inputs that are no samples, with the parameters of an iteration.
    """

    history: Mapping[str, Array]
    sizes: Mapping[str, Array]
    inputs: Mapping[str, float]
    choices: Choices
    passes: Passes
    own: Mapping[str, float]  # the panel as the template has it
    totals: Totals  # of the template's own training, by column
    noisy: Noisy | None = None  # in the template's own training
    verdict: str = ""  # of the gradient check, once it is known
    answers: Answers = unasked

    def value(self, name: str) -> float | None:
        """A quantity at the chosen iteration, or a number of the panel; None for an error."""
        if name not in self.history:
            known = self.inputs[name]
            return known if np.isfinite(known) else None
        found = float(self.history[name][self.choices.iteration])
        return found if np.isfinite(found) else None

    def size(self, name: str) -> float:
        """How large the terms of a quantity are at the chosen iteration."""
        return float(self.sizes[name][self.choices.iteration]) if name in self.sizes else abs(self.inputs[name])


def sizes_of_scaled(inputs: Mapping[str, float]) -> dict[str, float]:
    """How large the terms are that each scaled feature is made from, (raw - shift) / size, if any is scaled."""
    found = {}
    for name, value in inputs.items():
        feature, mark, row = name.removeprefix("raw").partition("#")
        if name.startswith("raw[") and mark and f"shift{feature}" in inputs:
            terms = abs(value) + abs(inputs[f"shift{feature}"])
            found[f"x{feature}#{row}"] = terms / max(abs(inputs[f"size{feature}"]), 1e-300)
    return found


def in_order(values: Array) -> float:
    """The sum from first to last, as a spreadsheet takes it."""
    return float(np.add.accumulate(values)[-1])


def readable(value: float | None) -> str:
    """A number as the sheets' own text formulas write it: four decimals, or scientific, and U+2212 for minus."""
    if value is None:
        return "#NUM!"
    if value == 0 or abs(value) < SMALLEST:
        return "0.0000"
    if abs(value) >= LARGEST:
        return "> 1E+99" if value > 0 else "< −1E+99"
    digits = _four_decimals(abs(value)) if 1e-4 <= abs(value) < 1e6 else f"{abs(value):.2E}"
    return f"−{digits}" if value < 0 else digits


def _four_decimals(size: float) -> str:
    """As spreadsheets round: a half goes up, where Python takes the even digit (0.03125 is 0.0313)."""
    return str(Decimal(repr(size)).quantize(Decimal("0.0001"), ROUND_HALF_UP))


def readable_formula(cell: str) -> str:
    """The spreadsheet's side of :func:`readable`; by SIGN, as IronCalc takes what is below 2.2e-16 for 0.

    A large number is rounded before TEXT sees it: IronCalc's loses the carry, and makes 1.00E+09 of 1.996E9.
    """
    plain = f"OR(SIGN({cell})=0,AND(ABS({cell})>=0.0001,ABS({cell})<1000000))"
    minus = f'IF(SIGN({cell})<0,"−","")&'
    large = f'IF(ABS({cell})>=9.99E99,IF(SIGN({cell})>0,"> 1E+99","< −1E+99")'
    rounded = f'{minus}TEXT(ROUND(ABS({cell}),2-INT(LOG10(ABS({cell})))),"0.00E+00")'
    small = f'IF(ABS({cell})*1E99<1,"0.0000",{minus}TEXT(ABS({cell}),"0.00E+00"))'
    scientific = f"IF(ABS({cell})>1,{rounded},{small})"
    return f'IFERROR(IF({plain},{minus}FIXED(ABS({cell}),4,1),{large},{scientific})),"#NUM!")'
