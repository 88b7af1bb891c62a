"""Repetition found: what recurs with its numbers in even steps becomes a loop, and loops that do so a loop of loops.

An item is a key, which tells its form, and the whole numbers that it has in that form.  ``z1[1]@1``, ``z1[1]@2``,
... are computed alike, by cells that stand side by side: their items have one key, and numbers that each grow by a
step of their own.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple, TypeAlias

LONGEST = 48  # items that recur together
FEWEST = 3  # repetitions of a plain item that are worth a loop
Numbers: TypeAlias = tuple[int, ...]


class Item(NamedTuple):
    """A form, and its numbers."""

    key: Hashable
    numbers: Numbers


class Loop(NamedTuple):
    """The form of what is done so many ``times``: items of these forms, all numbers of which grow by ``steps``."""

    times: int
    steps: Numbers
    body: tuple[Hashable, ...]
    lengths: tuple[int, ...]  # how many of the numbers each item of the body has


def folded(items: Sequence[Item]) -> list[Item]:
    """The same in as few items as loops make of them; short repetitions first, so that loops stand within loops."""
    found, length = list(items), 1
    while length <= min(LONGEST, len(found) // 2):
        shorter = _pass(found, length)
        length = 1 if len(shorter) < len(found) else length + 1
        found = shorter
    return found


def _pass(items: list[Item], length: int) -> list[Item]:
    """Every repetition of so many items, once through."""
    out: list[Item] = []
    at = 0
    while at < len(items):
        count = _count(items, at, length)
        fewest = 2 if length == 1 and isinstance(items[at].key, Loop) else FEWEST
        if count >= fewest:
            out.append(_loop(items, at, length, count))
            at += count * length
        else:
            out.append(items[at])
            at += 1
    return out


def _count(items: list[Item], at: int, length: int) -> int:
    """How often the items from this place on recur, with even steps."""
    if at + length >= len(items) or items[at].key != items[at + length].key:
        return 1
    steps, count = _steps(items, at, length), 1
    while steps is not None and _steps(items, at + (count - 1) * length, length) == steps:
        count += 1
    return count


def _steps(items: list[Item], at: int, length: int) -> Numbers | None:
    """By how much the numbers of so many items grow to those of the items behind them; None where forms differ."""
    if at + 2 * length > len(items):
        return None
    steps: list[int] = []
    for one, other in zip(items[at : at + length], items[at + length : at + 2 * length], strict=True):
        if one.key != other.key:
            return None
        steps += (b - a for a, b in zip(one.numbers, other.numbers, strict=True))
    return tuple(steps)


def _loop(items: list[Item], at: int, length: int, count: int) -> Item:
    body = items[at : at + length]
    steps = _steps(items, at, length) or ()
    key = Loop(count, steps, tuple(item.key for item in body), tuple(len(item.numbers) for item in body))
    return Item(key, tuple(number for item in body for number in item.numbers))
