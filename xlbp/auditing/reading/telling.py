"""Who is told of the steps of the work, and of the share of each that is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

Told = Callable[[float], None]  # is told the share of a step that is done
Item = TypeVar("Item")
TELLINGS = 100  # of a step


class Tell(Protocol):
    """Told of each step of the work, and of the share of it that is done, where that is known."""

    def __call__(self, step: str, share: float | None = None) -> None:
        """A step begins, or has come this far."""


def silent(step: str, share: float | None = None) -> None:
    """Nobody is told."""


def nobody(share: float) -> None:
    """Nobody is told."""


def within(step: str, tell: Tell) -> Told:
    """A step begins: what is told of its share from then on."""
    tell(step)
    return lambda share: tell(step, share)


def part(told: Told, begin: float, end: float) -> Told:
    """What is told of the share of a part, which takes the whole from here to there."""
    return lambda share: told(begin + (end - begin) * share)


def each(items: Sequence[Item], told: Told) -> Iterator[Item]:
    """The items one after another; it is told, now and then, how many of them are done."""
    seldom = max(1, len(items) // TELLINGS)
    for number, item in enumerate(items):
        if number % seldom == 0:
            told(number / len(items))
        yield item
