"""Steps that are right but for their length: which learning rates a person took, row by row.

A step is proportional to the rate, so the rates follow from a person's own parameters: each row's step, by that which
the right rate makes of the same row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from xlbp.misconceptions.misconception import Change, Misconception
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in
from xlbp.misconceptions.told import Array, Rows, Told
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, if_positive, ref, total
from xlbp.template import names

FEWEST = 3  # parameters that must move by one factor: of fewer, any mistake may look so
PARALLEL = 1e-3  # how far the steps of a row may be from those times one factor, relative to their length
ALIKE = 1e-6  # how far apart two factors may be that are one, relative to it
DIGITS = 4  # of a number that a person typed
MOST_SHOWN = 5  # rates


def of_rates(problem: Problem, own: Mapping[str, Array], right: Rows, rates: Array) -> Iterator[Misconception]:
    """Another rate in all rows, one that decays, or any others, as a person's ``own`` parameters have them.

    ``right`` has what each row before comes to by the right ``rates``.
    """
    factors = _factors(own, right)
    if factors is None or np.allclose(factors, 1, rtol=ALIKE, atol=0):
        return
    first, ratio = _plain(factors[0]), _plain(factors[1] / factors[0]) if len(factors) > 1 else 1.0
    powers = first * ratio ** np.arange(len(factors))
    is_constant = np.allclose(rates, rates[0], rtol=ALIKE, atol=0)
    if np.allclose(factors, first, rtol=ALIKE, atol=0):
        yield _with_factors(problem, Mistake.OTHER_RATE, f"{first:.4g}", np.full(len(factors), first))
    elif first == 1 and is_constant and len(factors) > 2 and np.allclose(factors, powers, rtol=ALIKE, atol=0):
        yield _with_factors(problem, Mistake.RATE_DECAYS, f"{ratio:.4g}", powers)
    else:
        each = np.array([_plain(factor) for factor in factors])
        yield _with_factors(problem, Mistake.OTHER_RATES, _shown(each * rates[: len(each)]), each)


def _factors(own: Mapping[str, Array], right: Rows) -> Array | None:
    """By each row but the last: how long its step is, by the right one; None if they are not parallel."""
    if len(own) < FEWEST:
        return None
    before = np.array([values[:-1] for values in own.values()])
    moved = np.array([values[1:] for values in own.values()]) - before
    meant = np.array([right[name][1:] for name in own]) - before
    lengths = np.square(meant).sum(axis=0)
    if not lengths.size or not (np.isfinite(lengths).all() and lengths.all()):
        return None
    factors = (moved * meant).sum(axis=0) / lengths
    rests = np.square(moved - factors * meant).sum(axis=0)
    is_parallel = (factors > 0) & (rests <= PARALLEL**2 * np.square(moved).sum(axis=0))
    return factors if is_parallel.all() else None


def _plain(number: float) -> float:
    """The number as a person typed it, where a few digits say it."""
    typed = float(f"{number:.{DIGITS}g}")
    return typed if abs(typed - number) <= ALIKE * abs(number) else float(number)


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
