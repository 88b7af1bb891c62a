"""Steps that are right but for their length: which learning rates a person took, row by row.

A step is proportional to the rate, so the rates follow from a person's own parameters: each row's step, by that which
the right rate makes of the same row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from xlbp.misconceptions.misconception import Change, Misconception
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in
from xlbp.misconceptions.told import Array, Rows, Told
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, if_positive, ref, total
from xlbp.template import names

FEWEST = 3  # parameters that must move by one factor: of fewer, any mistake may look so
PARALLEL = 0.03  # how far the steps of a row may be from those times one factor, relative to their length
LAST_BITS = 1e-15  # what is left of a difference of two parameters by their rounding, relative to these
ALIKE = 1e-9  # how far apart two factors may be that are one, relative to it
DIGITS = (1, 2, 3, 4, 6)  # of a number that a person typed
MOST_SHOWN = 5  # rates


class _Factors(NamedTuple):
    """How long each row's step is, by the right one; and how far off that may be."""

    values: Array
    off: Array

    def are(self, others: Array) -> bool:
        """Whether these are others, as far as they are known."""
        return bool((np.abs(self.values - others) <= self.off + ALIKE * np.abs(others)).all())


def of_rates(problem: Problem, own: Mapping[str, Array], right: Rows, rates: Array) -> Iterator[Misconception]:
    """Another rate in all rows, one that decays, or any others, as a person's ``own`` parameters have them.

    ``right`` has what each row before comes to by the right ``rates``.
    """
    factors = _factors(own, right)
    if factors is None or factors.are(np.ones(len(factors.values))):
        return
    t = np.arange(len(factors.values))
    every, ratio = _every(factors), _ratio(factors)
    if every is not None:
        yield _with_factors(problem, Mistake.OTHER_RATE, f"{every:g}", np.full(len(t), every, dtype=np.float64))
    elif ratio is not None and len(t) > 2 and np.ptp(rates) == 0:
        yield _with_factors(problem, Mistake.RATE_DECAYS, f"{ratio:g}", np.float64(ratio) ** t)
    else:
        pairs = zip(factors.values, factors.off, strict=True)
        each = np.array([_typed(value, off) for value, off in pairs])
        yield _with_factors(problem, Mistake.OTHER_RATES, _shown(each * rates[: len(each)]), each)


def _factors(own: Mapping[str, Array], right: Rows) -> _Factors | None:
    """By each row but the last; None if its step is not parallel to the right one."""
    if len(own) < FEWEST:
        return None
    before = np.array([values[:-1] for values in own.values()])
    moved = np.array([values[1:] for values in own.values()]) - before
    meant = np.array([right[name][1:] for name in own]) - before
    lengths = np.linalg.norm(meant, axis=0)
    if not lengths.size or not (np.isfinite(lengths).all() and lengths.all()):
        return None
    factors = (moved * meant).sum(axis=0) / lengths**2
    rests = np.linalg.norm(moved - factors * meant, axis=0)
    rounding = LAST_BITS * np.linalg.norm(before, axis=0)
    is_parallel = (factors > -rounding / lengths) & (rests <= PARALLEL * np.linalg.norm(moved, axis=0) + rounding)
    return _Factors(factors, (2 * rests + rounding) / lengths) if is_parallel.all() else None


def _every(factors: _Factors) -> float | None:
    """The one factor of all rows, with as few digits as say it; None if there are several."""
    best = float(factors.values[np.argmin(factors.off)])
    return next((typed for typed in _shortened(best) if factors.are(np.full_like(factors.values, typed))), None)


def _ratio(factors: _Factors) -> float | None:
    """The r of factors 1, r, r^2, ..., with as few digits as say it; None if they are others."""
    known = (factors.values > 2 * factors.off) & (np.arange(len(factors.values)) > 0)
    t = np.flatnonzero(known)
    if not t.size:
        return None
    off = factors.off[t] / factors.values[t] / t  # of each root
    root = float(factors.values[t[np.argmin(off)]] ** (1 / t[np.argmin(off)]))
    every = np.arange(len(factors.values))
    return next((typed for typed in _shortened(root) if factors.are(np.power(typed, every, dtype=np.float64))), None)


def _shortened(number: float) -> Iterator[float]:
    """The number with a few digits, with more, and as it is."""
    yield from (float(f"{number:.{digits}g}") for digits in DIGITS)
    yield number


def _typed(number: float, off: float) -> float:
    """The number with as few digits as say it."""
    return next(typed for typed in _shortened(float(number)) if abs(typed - number) <= off + ALIKE * abs(number))


def _shown(rates: Array) -> str:
    """The rates one after the other, each as long as it stays once."""
    several = [f"{rate:.4g}" for rate in rates]
    each = [rate for t, rate in enumerate(several) if t == 0 or rate != several[t - 1]]
    return ", ".join([*each[:MOST_SHOWN], *(("…",) if len(each) > MOST_SHOWN else ())])


def _with_factors(problem: Problem, mistake: Mistake, about: str, factors: Array) -> Misconception:
    """Each row's rate so many times, behind the last factor as there."""
    rate = names.RATE if names.RATE in problem.columns else names.LEARNING_RATE
    changed = {rate: ref(rate) * _by_iteration(factors)}
    moved = (problem.relations.updated(name) for name in problem.parameters)
    columns: dict[str, Change] = {name: lambda expr: put_in(expr, changed) for name in moved if name is not None}
    return Misconception(mistake, about, columns=columns, told=_rates_told(factors))


def _by_iteration(factors: Array) -> Expr:
    """The first, and from each iteration on by what its factor is more."""
    jumps = [(t, jump) for t, jump in enumerate(np.diff(factors), start=1) if jump]
    later = (if_positive(ref(names.ITERATION) - (t - 0.5), const(float(jump)), const(0)) for t, jump in jumps)
    return total([const(float(factors[0])), *later])


def _rates_told(factors: Array) -> Told:
    """The schedule's own column tells the rates that are taken."""

    def told(rows: Rows) -> Rows:
        if names.RATE not in rows:
            return rows
        rates = rows[names.RATE]
        every = np.concatenate([factors, np.full(max(len(rates) - len(factors), 0), factors[-1])])
        return {**rows, names.RATE: rates * every[: len(rates)]}

    return told
