"""How exact a person's numbers are: doubles, 32 bits, or printed with so many decimals; told from the numbers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from xlbp.checking.log import Array, Labelled

RTOL, RTOL_SINGLE = 1e-9, 1e-5
NOISE, NOISE_SINGLE = 2.0**-44, 2.0**-17  # of the terms' sizes: 256 steps of a double, 128 of 32 bits
MOST_PRINTED = 12  # significant digits: what has more is taken for the number itself
SAMPLED = 200  # numbers that are looked at first
SHORT = 6  # significant digits that any number may happen to have
DOUBLE, SINGLE, ASKED = "as for numbers of 64 bits", "as for numbers of 32 bits", "as asked for"
FEWEST_DECIMALS = 2  # that show a number to be rounded: whole numbers and 0.5 are what they are
FEWEST_DIGITS = 2  # that numbers are rounded to: 0.001 among 0.0004 and 0.0009 has four decimals, not one digit
TELLING = 3  # significant digits of a lone number that show it to be rounded, as of 0.298
COARSE = 0.1  # of the largest number of a tensor: rounding to a larger unit leaves nothing to compare
HALF = 0.5000001  # of a unit in the last place: decimals round as their double happens to lie


@dataclass(frozen=True)
class Precision:
    """``rtol`` is relative, ``noise`` a share of the terms' sizes; ``why`` says in words why so.

    Of printed numbers ``decimals`` and ``digits`` are the most that any has behind the point, and altogether: each
    number is known to half a unit of the last place that both leave it.  None for numbers that are not rounded.
    """

    rtol: float = RTOL
    noise: float = NOISE
    decimals: int | None = None
    digits: int = 17
    why: str = DOUBLE

    def rounding(self, numbers: Array) -> Array:
        """How far each number may be from what was rounded to it: half a unit in its last place; 0 if none was."""
        if self.decimals is None:
            return np.zeros(numbers.shape)
        with np.errstate(all="ignore"):
            power = np.floor(np.log10(np.abs(np.where(numbers == 0, 1.0, numbers))))
            of_digits = np.where(numbers == 0, 0.0, 10.0 ** (power + 1 - self.digits))
        return HALF * np.maximum(10.0**-self.decimals, np.where(np.isfinite(of_digits), of_digits, 0.0))

    def tolerance(self, expected: Array, sizes: Array, numbers: Array) -> Array:
        """How far a number may be from the expected one, whose terms have these sizes, and agree."""
        with np.errstate(all="ignore"):
            return np.nan_to_num(self.rtol * np.abs(expected), nan=0.0) + self.noise_of(sizes) + self.rounding(numbers)

    def noise_of(self, sizes: Array) -> Array:
        """How far a number whose terms have these sizes may be off for that alone."""
        return self.noise * np.minimum(np.nan_to_num(sizes, nan=0.0, posinf=1e290), 1e290)


def in_32_bits(precision: Precision) -> Precision:
    """The same for numbers that were computed with 32 bits on the way."""
    return Precision(RTOL_SINGLE, NOISE_SINGLE, precision.decimals, precision.digits, SINGLE)


def said(precisions: Sequence[Precision]) -> str:
    """The tolerances and why, in a few words."""
    rounded = sorted({p.decimals for p in precisions if p.decimals is not None})
    exact = sorted({(p.rtol, p.why) for p in precisions if p.decimals is None})
    kinds = [f"{f'{rtol:g}'.replace('e-0', 'e-')} relative, {why}" for rtol, why in exact]
    if rounded:
        kinds.append(f"half a unit in the last of {' or '.join(map(str, rounded))} decimals, as numbers are rounded")
    return "; ".join(kinds)


def precisions_of(
    columns: Sequence[Labelled], rtol: float | None = None, tensors: Sequence[Hashable] | None = None
) -> list[Precision]:
    """The precision of each column; what a person said is relative, ``rtol``, goes before.

    Columns of the same one of ``tensors`` are the elements of one array, and rounded alike; each is one by itself if
    that is not said.
    """
    are_single = bool(columns) and all(c.single or _fits_single(c.values) for c in columns)
    are_single = are_single and any(c.single or _needs_single(c.values) for c in columns)
    arrays = _joined(columns, tensors or range(len(columns)))
    widest = _widest([*arrays.values()])
    precisions = []
    for column, tensor in zip(columns, tensors or range(len(columns)), strict=True):
        is_single = are_single or column.single or (_fits_single(column.values) and _needs_single(column.values))
        if rtol is not None:
            share = NOISE_SINGLE / RTOL_SINGLE if is_single else NOISE / RTOL
            precisions.append(Precision(rtol, max(NOISE, rtol * share), why=ASKED))
        elif is_single:
            precisions.append(Precision(RTOL_SINGLE, NOISE_SINGLE, why=SINGLE))
        else:
            precisions.append(_as_printed(arrays[tensor], widest))
    return precisions


def _joined(columns: Sequence[Labelled], tensors: Sequence[Hashable]) -> dict[Hashable, Array]:
    """All numbers of each tensor."""
    parts: dict[Hashable, list[Array]] = {}
    for column, tensor in zip(columns, tensors, strict=True):
        parts.setdefault(tensor, []).append(column.values.reshape(-1))
    return {tensor: np.concatenate(each) for tensor, each in parts.items()}


def _widest(arrays: Sequence[Array]) -> tuple[int, int]:
    """The most decimals and significant digits of any number of these."""
    each = [_printed(array) for array in arrays]
    return max((d for d, _ in each), default=0), max((n for _, n in each), default=0)


def _as_printed(array: Array, widest: tuple[int, int]) -> Precision:
    """The precision of an array in a log whose ``widest`` numbers have so many decimals and digits.

    A constant, such as 0.35 all along, is rounded as the others are.
    """
    own = _printed(array)
    decimals, digits = widest if _is_constant(array) else own
    if max(digits, own[1]) > MOST_PRINTED or not _is_rounded(array):
        return Precision()
    return Precision(decimals=decimals, digits=max(digits, FEWEST_DIGITS))


def _is_rounded(array: Array) -> bool:
    """Whether numbers show that they were rounded: by decimals of which several have as many, or one many digits.

    Whole numbers, 0 above all, are exact if nothing beside them has decimals: they show nothing.
    """
    digits = [_digits(number) for number in _finite(array)[:SAMPLED].tolist()]
    telling = [(d, n) for d, n in digits if d >= FEWEST_DECIMALS]
    same = max((sum(d == each for d, _ in telling) for each, _ in telling), default=0)
    return same > 1 or any(n >= TELLING for _, n in telling)


def _finite(values: Array) -> Array:
    flat: Array = values[np.isfinite(values)]
    return flat


def _is_constant(values: Array) -> bool:
    finite = _finite(values)
    return not finite.size or bool((finite == finite[0]).all())


def _fits_single(values: Array) -> bool:
    """Whether every number is one of 32 bits."""
    finite = _finite(values)
    with np.errstate(over="ignore"):
        return bool((finite.astype(np.float32).astype(np.float64) == finite).all()) or _are_shortest(finite)


def _needs_single(values: Array) -> bool:
    """Whether some number can hardly be one of 32 bits by chance."""
    some = _finite(values)[:SAMPLED]
    with np.errstate(over="ignore"):
        exact = some.astype(np.float32).astype(np.float64) == some
    if exact.all():
        return any(_digits(number)[1] > MOST_PRINTED for number in some.tolist())
    return _are_shortest(some) and any(_digits(number)[1] > SHORT + 1 for number in some.tolist())


def _are_shortest(finite: Array) -> bool:
    """Whether all are numbers of 32 bits as NumPy prints these: by the fewest digits that tell them from others."""
    some = finite[:SAMPLED]
    with np.errstate(over="ignore"):
        shortest = np.array([float(str(number)) for number in some.astype(np.float32)])
    return bool(some.size) and bool((shortest == some).all())


def _printed(values: Array) -> tuple[int, int]:
    """The most decimals that a number has, and the most significant digits; of many numbers some are looked at."""
    finite = _finite(values)
    some = finite[:: max(1, finite.size // SAMPLED)]
    each = [_digits(number) for number in some.tolist()]
    if finite.size > some.size and max((n for _, n in each), default=0) <= MOST_PRINTED:
        each = [_digits(number) for number in finite.tolist()]
    return max((d for d, _ in each), default=0), max((n for _, n in each), default=0)


def _digits(number: float) -> tuple[int, int]:
    """How many decimals and significant digits the shortest text of a number has."""
    sign_digits_exponent = Decimal(repr(number)).normalize().as_tuple()
    exponent = int(sign_digits_exponent.exponent)
    return max(0, -exponent), len(sign_digits_exponent.digits)
