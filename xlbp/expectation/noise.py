"""Trainings that rounding noise drives, and what they are without it.

Adam and its kin divide a gradient by its own size, so 2.8e-17 makes as large a step as 0.28.  A gradient that is 0 in
exact arithmetic, such as that of a bias where the data lie evenly about it, is what the roundings left of it, and
each program rounds in its own way: every number that follows from such a step is another one there.

A gradient counts as noise where it is below 2^-48 of the terms it is made from; LibreOffice and Excel make 0 of such a
difference.  The training is done once more with these gradients 0, which is what exact arithmetic has, and once more
with another noise.  What is another number in one of them follows from noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlbp.reference.history import Array, Floors, History
from xlbp.reference.train import train
from xlbp.symbols.interpret import sizes_of_columns
from xlbp.symbols.program import Program
from xlbp.template import names
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.scaling import BY_RAW
from xlbp.template.template import Template

UNIT = 2.0**-48
FAR = 1e5  # of a number beside how it varies: its last digit is then 1e-11 of that
ANOTHER = 2.0**-10  # of UNIT: less than a last bit of the terms, as roundings partly cancel
VISIBLE = 5e-10  # relative: half of what verification takes for equal
TERMS = 2.0**-45  # of the terms' sizes: half of what it takes for noise
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Noise:
    """What of a training follows from rounding noise.

    ``parameters``, if any, have gradients that are none but noise, for the first time in ``iteration``; from
    ``visible`` on parameters or losses show it.  ``driven`` are the cells that follow, ``without`` is the training
    with these gradients 0, ``shaken`` the one with another noise.
    """

    parameters: tuple[str, ...]
    iteration: int
    visible: int
    driven: Mapping[str, Flags]
    without: History
    shaken: History

    @property
    def cells(self) -> int:
        """How many cells of the training sheet follow from noise."""
        return sum(int(flags.sum()) for flags in self.driven.values())


def find_noise(
    template: Template,
    program: Program,
    inputs: Mapping[str, float],
    values: Mapping[str, Array],
    sizes: Mapping[str, Array],
    sizes_of_constants: Mapping[str, float],
) -> Noise | None:
    """What follows from noise in a training on ``inputs``, or None.

    ``values`` are its quantities with all constants, ``sizes`` those of their terms.
    """
    columns = _columns_of_gradients(template, program)
    divides = OPTIMIZERS[template.training.optimizer].is_by_size
    if not divides or not any(_below(values, sizes, columns).values()):
        return _of_given_numbers(template, program, inputs, values, sizes, sizes_of_constants)
    terms = sizes_of_columns(program, values, sizes_of_constants, from_above=False)
    floors = {name: np.nan_to_num(UNIT * terms[column], nan=0.0) for name, column in columns.items()}
    without, shaken = (train(template, inputs, floors=Floors(floors, left)) for left in (0.0, ANOTHER))
    others = (without, shaken)
    moved, apart = {}, {}
    for name in program.names:
        moved[name] = np.any([_differs(values[name], other[name]) for other in others], axis=0)
        apart[name] = np.any([_shows(values[name], other[name], sizes[name]) for other in others], axis=0)
    start = _first(apart.values())
    if start is None:
        return _of_given_numbers(template, program, inputs, values, sizes, sizes_of_constants)
    results = [template.model.objective, *map(names.updated, columns)]
    visible = _first(apart[name] for name in results) or start
    tiny = {name: _tiny(values[columns[name]], floors[name]) for name in columns}
    if not any(flags[: visible + 1].any() for flags in tiny.values()):  # here it happens to be 0, but not elsewhere
        tiny = {name: _cancelled(values[columns[name]], floors[name]) for name in columns}
    driving = _driving(tiny, moved, apart, visible)
    iteration = min(int(tiny[name].argmax()) for name in driving)
    since = np.arange(len(without[names.ITERATION])) >= start
    return Noise(
        tuple(name for name in driving if int(tiny[name].argmax()) == iteration),
        iteration,
        visible,
        # a step of plus and one of minus may lead back to the same number: what has moved once is driven for good
        {name: np.logical_or.accumulate(flags) & since for name, flags in moved.items()},
        without,
        shaken,
    )


def _of_given_numbers(
    template: Template,
    program: Program,
    inputs: Mapping[str, float],
    values: Mapping[str, Array],
    sizes: Mapping[str, Array],
    sizes_of_constants: Mapping[str, float],
) -> Noise | None:
    """What follows from the last digits of given numbers that are very far from zero beside how they vary.

    A program that computes with more digits than a double's (Gnumeric, on some systems) reads other numbers there:
    of 1000000002.9 the next double is 1.2e-7 away.
    """
    if max(sizes_of_constants.values(), default=0.0) < FAR:
        return None
    raw = [name for name in inputs if template.model.inputs and template.model.quantity(name).letter in BY_RAW]
    nudged = {name: math.nextafter(inputs[name], (-1) ** place * math.inf) for place, name in enumerate(raw)}
    other = train(template, {**inputs, **nudged})
    moved = {name: _differs(values[name], other[name]) for name in program.names}
    start = _first(_shows(values[name], other[name], sizes[name]) for name in program.names)
    if start is None:
        return None
    since = np.arange(len(other[names.ITERATION])) >= start
    driven = {name: np.logical_or.accumulate(flags) & since for name, flags in moved.items()}
    return Noise((), 0, start, driven, {name: values[name] for name in other}, other)


def _first(columns: Iterable[Flags]) -> int | None:
    """The first row in which a flag of some column is set."""
    rows = np.flatnonzero(np.any(list(columns), axis=0))
    return int(rows[0]) if rows.size else None


def _columns_of_gradients(template: Template, program: Program) -> dict[str, str]:
    """The column of each parameter's gradient as the optimizer sees it: clipped, with the weight decay."""
    model, columns = template.model, set(program.names)
    seen_by_optimizer: dict[str, str] = {}
    for name in template.parameter_order:
        seen = names.kept("g", name)
        seen_by_optimizer[name] = seen if seen in columns else model.gradient(name)
    return seen_by_optimizer


def _below(values: Mapping[str, Array], sizes: Mapping[str, Array], columns: Mapping[str, str]) -> dict[str, bool]:
    """Which gradients may be noise somewhere: a first look, by sizes that are rather too large."""
    with np.errstate(all="ignore"):
        return {name: bool(_tiny(values[column], UNIT * sizes[column]).any()) for name, column in columns.items()}


def _tiny(gradients: Array, floors: Array) -> Flags:
    """Where a gradient is noise, and not 0 either."""
    is_tiny: Flags = (gradients != 0) & (np.abs(gradients) <= floors)
    return is_tiny


def _cancelled(gradients: Array, floors: Array) -> Flags:
    """Where a gradient is noise or 0, and its terms are not: other roundings leave something of these."""
    is_cancelled: Flags = (np.abs(gradients) <= floors) & (floors > 0)
    return is_cancelled


def _differs(values: Array, others: Array) -> Flags:
    """Where two numbers are not the same to the last bit; two errors are."""
    differs: Flags = (values != others) & ~(np.isnan(values) & np.isnan(others))
    return differs


def _shows(values: Array, others: Array, sizes: Array) -> Flags:
    """Where two numbers are so far apart that verification might see it."""
    with np.errstate(all="ignore"):
        close = np.abs(values - others) <= VISIBLE * np.abs(values) + TERMS * np.nan_to_num(sizes)
    shows: Flags = _differs(values, others) & ~close
    return shows


def _driving(
    tiny: Mapping[str, Flags], moved: Mapping[str, Flags], apart: Mapping[str, Flags], visible: int
) -> list[str]:
    """The parameters whose gradients are noise before it shows, if possible those whose own steps make it show."""
    until = slice(visible + 1)
    noisy = [name for name, flags in tiny.items() if flags[until].any()]
    by_step = [name for name in noisy if apart[names.updated(name)][until].any()]
    by_bits = [name for name in noisy if moved[names.updated(name)][until].any()]
    return by_step or by_bits or noisy
