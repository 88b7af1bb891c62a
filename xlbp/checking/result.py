"""What a check comes to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlbp.errors import at_the_command_line, counted, in_python

EQUAL, OFF, UNKNOWN, SUPPOSED = "agrees", "off", "not given", "supposed right"  # what is known of a factor


@dataclass(frozen=True)
class Factor:
    """A quantity in the formula of another one: what it should be, and what a person has; None if they gave nothing.

    ``needed`` is what it would have to be for the person's own result, where all others are known.
    """

    name: str
    symbol: str
    expected: float
    own: float | None
    status: str
    needed: float | None = None


@dataclass(frozen=True)
class Departure:
    """The first number that departs.  ``expected`` and ``found`` are NaN for an error.

    ``lines`` are its formula with the numbers, under each other, and a caret under the factor that is off;
    ``told`` says in a sentence which that is.  ``derived_from`` is what the number follows from if it was not given.
    """

    iteration: int
    name: str
    symbol: str
    expected: float
    found: float
    factors: tuple[Factor, ...] = ()
    lines: tuple[str, ...] = ()
    told: str = ""
    derived_from: str = ""


@dataclass(frozen=True)
class Explanation:
    """A mistake that explains departing numbers: its ``kind``, its key in the texts, which as (name, iteration)."""

    kind: str
    key: str
    about: str
    cells: tuple[tuple[str, int], ...]
    text: str

    @property
    def explains(self) -> int:
        """How many numbers it explains."""
        return len(self.cells)


@dataclass(frozen=True, repr=False)
class Checked:
    """A person's numbers beside the truth.

    ``checked`` counts the numbers that were compared, ``departing`` those that depart; ``unknown`` are labels that
    stand for nothing, each with the nearest that does, ``noisy`` counts numbers that follow from rounding noise and
    were not compared, ``too_coarse`` by tensor those that are rounded to too few decimals to tell, ``beyond`` the rows
    after the last iteration, which were left out.  ``first`` is the first departure in the order of computation; where
    that is a number to start from, ``later`` is the first that departs from a training on the person's own start.
    """

    template: str
    checked: int
    departing: int
    quantities: int
    iterations: int
    tolerance: str
    max_rel: float
    is_rounded: bool = False  # whether some numbers are, so that the largest difference says nothing
    unknown: Mapping[str, str] = field(default_factory=dict)
    misshapen: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    noisy: int = 0
    too_coarse: Mapping[str, int] = field(default_factory=dict)
    beyond: int = 0
    first: Departure | None = None
    later: Departure | None = None
    mistakes: tuple[Explanation, ...] = ()
    book: Path | None = None
    asked: str = ""  # what the template was called, by name or path

    @property
    def ok(self) -> bool:
        """Whether something was compared and all of it agrees, and nothing was rounded too coarsely for that."""
        return self.first is None and not self.too_coarse and self.checked > 0

    @property
    def verdict(self) -> str:
        """In two or three words, what the numbers do."""
        if self.first is not None:
            return f"{self.departing:,} depart"
        if self.too_coarse:
            return "too coarse to tell"
        return "all agree" if self.checked else "nothing compared"

    def __repr__(self) -> str:
        first = self.first
        where = f"first departure {first.symbol} at iteration {first.iteration}" if first else self.verdict
        return f"Checked({self.template}: {counted(self.checked, 'number')}, {where})"

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        return html.preformatted(str(self))

    def __str__(self) -> str:
        from xlbp.checking.text import as_text  # noqa: PLC0415 - which itself knows this

        return in_python(as_text(self))

    @property
    def at_the_command_line(self) -> str:
        """The same, as the command says it."""
        from xlbp.checking.text import as_text  # noqa: PLC0415

        return at_the_command_line(as_text(self))

    def to_dict(self) -> dict[str, object]:
        """Plain data for programs; a number that is none is null."""
        return {
            "template": self.template,
            "checked": self.checked,
            "unknown": [*self.unknown, *self.misshapen],
            "first": _departure(self.first),
            "mistakes": [_explanation(each) for each in self.mistakes],
            "max_rel": self.max_rel,
            "ok": self.ok,
            "departing": self.departing,
            "iterations": self.iterations,
            "tolerance": self.tolerance,
            "nearest": {label: near for label, near in self.unknown.items() if near},
            "misshapen": dict(self.misshapen),
            "unchecked": self.noisy,
            "too_coarse": dict(self.too_coarse),
            "notes": list(self.notes),
            "later": _departure(self.later),
            "book": str(self.book) if self.book else None,
        }


def _departure(departure: Departure | None) -> dict[str, object] | None:
    if departure is None:
        return None
    return {
        "iteration": departure.iteration,
        "name": departure.name,
        "symbol": departure.symbol,
        "expected": _number(departure.expected),
        "found": _number(departure.found),
        "told": departure.told,
        "derived_from": departure.derived_from or None,
        "factors": [
            {
                "name": factor.name,
                "symbol": factor.symbol,
                "expected": _number(factor.expected),
                "found": None if factor.own is None else _number(factor.own),
                "status": factor.status,
                "needed": None if factor.needed is None else _number(factor.needed),
            }
            for factor in departure.factors
        ],
    }


def _explanation(mistake: Explanation) -> dict[str, object]:
    return {
        "kind": mistake.kind,
        "explains": mistake.explains,
        "cells": [{"name": name, "iteration": iteration} for name, iteration in mistake.cells],
        "text": mistake.text,
        "about": mistake.about,
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
