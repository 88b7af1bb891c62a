"""Slips as students make them: each is written into a cell by the text of a formula, or as a number or a text.

They share no code with the guesses that marking makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.layout import Exercise

OTHERS = (  # the answer of another cell may be told by what is different in it
    *("other_cell", "other_input", "other_delta", "transposed", "other_gradient", "other_weight", "other_slope"),
    *("other_error", "other_unit", "other_quantity", "other_target", "no_term"),  # E1 for E1 + E2 lacks a term
)


@dataclass(frozen=True)
class Book:
    """A student's exercise, and the right numbers of its own rows."""

    exercise: Exercise
    history: Mapping[str, NDArray[np.float64]]

    def key(self, blank: Blank) -> str:
        """The right formula, without '='."""
        return self.exercise.formula(blank)

    def value(self, blank: Blank) -> float:
        """The right number, where there was no slip before."""
        return float(self.history[blank.name][blank.iteration])

    def cell(self, name: str, t: int) -> str:
        """Where a quantity stands."""
        layout = self.exercise.contents.layout
        if name in layout.columns:
            return layout.cell(name, t)
        return layout.panel[name].defined

    def has(self, name: str) -> bool:
        """Whether there is such a quantity."""
        return name in self.exercise.contents.layout.columns or name in self.exercise.contents.layout.panel

    def put(self, formula: str, changes: dict[str, str]) -> str | None:
        """The formula with cells replaced, or None if that changes nothing."""
        found = re.sub(r"\b[A-Za-z_]+[A-Za-z_0-9]*\b", lambda m: changes.get(m[0], m[0]), formula)
        return None if found == formula else f"={found}"


Plant = Callable[[Book, Blank], "str | float | None"]
INDEXED = re.compile(r"([^\[]+)\[(\d+)(?:,(\d+))?\](@\d+)?")


def other(name: str, first: int | None = None, second: int | None = None, stem: str = "") -> str:
    """The name with other indices, or with another letter."""
    found = INDEXED.fullmatch(name)
    if not found:
        return ""
    i, j = first or int(found[2]), second or (int(found[3]) if found[3] else None)
    return f"{stem or found[1]}[{i}{f',{j}' if j else ''}]{found[4] or ''}"


def swapped(pattern: str, change: Callable[[str], str]) -> Plant:
    """Every quantity of the formula whose name fits the pattern is taken for another one."""

    def plant(book: Book, blank: Blank) -> str | None:
        layout, changes = book.exercise.contents.layout, {}
        for name in (*layout.columns, *layout.panel):
            new = change(name) if re.fullmatch(pattern, name) else ""
            if new and new != name and book.has(new) and book.cell(name, blank.iteration):
                changes[book.cell(name, blank.iteration)] = book.cell(new, blank.iteration)
        return book.put(book.key(blank), changes)

    return plant


def turned(n: str) -> str:
    """2 for 1, and 1 for 2."""
    return "2" if n == "1" else "1" if n == "2" else ""


def next_index(name: str) -> str:
    """The other of two units."""
    found = INDEXED.fullmatch(name)
    return other(name, int(turned(found[2]) or 0)) if found and turned(found[2]) else ""


def transposed(name: str) -> str:
    """W[j,i]."""
    found = INDEXED.fullmatch(name)
    return other(name, int(found[3]), int(found[2])) if found and found[3] and found[2] != found[3] else ""


def text_change(pattern: str, new: str, only: str = ".*") -> Plant:
    """A change of the formula's text, in quantities whose name fits ``only``."""

    def plant(book: Book, blank: Blank) -> str | None:
        if not re.fullmatch(only, blank.name):
            return None
        key = book.key(blank)
        found = re.sub(pattern, new, key)
        return None if found in (key, "") else f"={found}"

    return plant


def only_in(names: str, plant: Plant) -> Plant:
    """The slip, in quantities whose name fits."""
    return lambda book, blank: plant(book, blank) if re.fullmatch(names, blank.name) else None


def rate_forgotten(book: Book, blank: Blank) -> str | None:
    """Without eta."""
    return book.put(book.key(blank), {"eta": "1"}) if "+" in blank.name else None


def of_another_cell(book: Book, blank: Blank) -> str | None:
    """The formula of the next blank of the same row."""
    letter = re.match(r"[a-zA-Z]*", blank.name)
    rest = [
        b
        for b in book.exercise.blanks.cells
        if b.iteration == blank.iteration and b != blank and re.match(r"[a-zA-Z]*", b.name)[0] == letter[0]
    ]
    return f"={book.key(rest[0])}" if rest else None


def of_another_row(book: Book, blank: Blank) -> str | None:
    """The right formula, slipped by a row."""
    layout = book.exercise.contents.layout
    if blank.iteration == 0:
        return None
    row = layout.row_of(blank.iteration)
    found = re.sub(rf"(?<=[A-Z]){row}\b", str(row - 1), book.key(blank))
    return None if found == book.key(blank) else f"={found}"


def no_activation(book: Book, blank: Blank) -> str | None:
    """The input of the activation itself."""
    return f"={book.cell('z' + blank.name[1:], blank.iteration)}" if re.fullmatch(r"a\d\[.*", blank.name) else None


def two_digits(book: Book, blank: Blank) -> float | None:
    """Two digits where three are asked for, if that is too little."""
    value = book.value(blank)
    short = float(f"{value:.1e}")
    return short if 0.006 * abs(value) < abs(short - value) and abs(value) > 1e-3 and blank.iteration == 0 else None


SLIPS: dict[str, tuple[Plant, tuple[str, ...]]] = {  # how it is planted, and the names that are right for it
    "sign": (lambda book, blank: f"=-({book.key(blank)})", ("sign", "direction", "other_slope", "other_cell")),
    "twice as large": (lambda book, blank: f"=2*({book.key(blank)})", ("factor_two", "no_half", "sum_for_mean")),
    "missing derivative of the activation": (
        swapped(r"dz\d+\[\d+\](@\d+)?", lambda n: other(n, stem="da" + n[2 : n.index("[")])),
        ("no_slope",),
    ),
    "missing derivative, in the delta": (
        text_change(r"^([A-Z]+\d+)\*([A-Z]+\d+)$", r"\1", r"dz\d+\[\d+\](@\d+)?"),
        ("no_slope", "no_factor"),
    ),
    "transposed weights": (swapped(r"W\d+\[\d+,\d+\]", transposed), ("transposed", "other_weight")),
    "updated weights": (
        only_in(r"da.*", swapped(r"W2\[\d+,\d+\]", lambda n: n.replace("W2[", "W2+["))),
        ("updated_weights",),
    ),
    "a path of the chain rule missing": (
        text_change(r"^([A-Z]+\d+\*[A-Z]+\d+)\+[A-Z]+\d+\*[A-Z]+\d+$", r"\1", r"(da|d).*"),
        ("no_path", "no_term"),
    ),
    "another unit's delta": (
        only_in(r"dW.*", swapped(r"dz\d+\[\d+\](@\d+)?", next_index)),
        ("other_delta", "other_cell"),
    ),
    "another unit's derivative": (
        only_in(r"dz.*", swapped(r"f'\d+\[\d+\](@\d+)?", next_index)),
        ("other_slope",),
    ),
    "another input": (
        only_in(r"dW.*|z.*", swapped(r"x\[\d+\]|a\d\[\d+\](@\d+)?", next_index)),
        ("other_input", "other_cell", "other_weight", "transposed"),
    ),
    "another target": (only_in(r"e.*", swapped(r"t\[\d+\]", next_index)), ("other_target",)),
    "sum for mean": (text_change(r"/4$", "", r"dW.*|db.*"), ("sum_for_mean",)),
    "1/2 missing": (text_change(r"/2$", "", r"E.*"), ("no_half",)),
    "not squared": (text_change(r"^([A-Z]+\d+)\*\1/2$", r"\1/2", r"E.*"), ("not_squared", "no_factor")),
    "bias left out": (text_change(r"\+b_\d+$", "", r"z.*"), ("no_bias",)),
    "activation left out": (no_activation, ("no_activation",)),
    "plus for minus": (text_change(r"-", "+", r"e.*"), ("operator",)),
    "learning rate left out": (rate_forgotten, ("no_rate",)),
    "step in the wrong direction": (text_change(r"-eta", "+eta", r"W.*\+.*"), ("direction",)),
    "the step alone": (text_change(r"^[A-Z]+\d+(-eta)", r"\1", r"W.*\+.*"), ("step_alone",)),
    "another parameter's gradient": (
        only_in(r"W.*\+.*", swapped(r"dW\d+\[1,\d+\]", lambda n: other(n, 2))),
        ("other_gradient",),
    ),
    "the answer of another cell": (of_another_cell, OTHERS),
    "a row above": (of_another_row, ("other_row", "not_moved")),
    "too few digits": (two_digits, ("rounding",)),
    "a text": (lambda book, blank: "see above", ("no_number",)),
    "left empty": (lambda book, blank: "", ()),
    "a typing error": (lambda book, blank: f"=({book.key(blank)})*1.3717", ("",)),
}  # fmt: skip
