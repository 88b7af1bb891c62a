"""A sheet as a list of what stands where, before any file is written.

A page knows the value of each of its formulas: it is written beside the formula, so that previews show
numbers, and it is what verification expects of every engine.  The same builder that makes a book
therefore tells, for a book that comes back, what each of its cells must be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.datafile.numbers import snap
from xlbp.workbook.layout.layout import quoted


class ErrorValue(str):
    """An error that a cell shows on purpose, such as #N/A for a point that is not to be drawn."""

    __slots__ = ()


NOT_AVAILABLE = ErrorValue("#N/A")
Content: TypeAlias = float | str | ErrorValue | None  # None is #NUM!, a number that no cell can hold
Finish: TypeAlias = Callable[[Worksheet], None]


class Formula(NamedTuple):
    """A live cell: its formula without '=', what it is worth, and how large the terms it is made from are."""

    row: int
    column: int
    text: str
    value: Content
    size: float = 0.0
    run: int | None = None  # the one of several trainings on which it depends, counted from 0; None is all
    sure: bool = True  # roundings do not decide on its value
    in_doubt: bool = False  # its value follows from rounding noise in the training
    without_noise: Content = None

    @property
    def address(self) -> str:
        """The cell as ``F12``."""
        return f"{get_column_letter(self.column)}{self.row}"


class Spinner(NamedTuple):
    """Two arrows over a cell that step the number of an input, by its defined name; ``says`` tells so in words."""

    row: int
    column: int
    name: str
    first: int
    last: int
    says: str


@dataclass(frozen=True)
class Fixed:
    """A cell that is no formula: a text, or a number that a person may change."""

    row: int
    column: int
    content: str | float


@dataclass(frozen=True)
class Paper:
    """Pages of A4, upright: from which column on they print, in which rows all but the first begin, their title."""

    first_column: int
    starts: tuple[int, ...]
    title: str


@dataclass
class Page:
    """One sheet; rows and columns count from 1, and looks are called as :data:`xlbp.workbook.drawing.style.LOOKS` does.

    ``finishing`` holds what only openpyxl can do: charts, validation, colours by value.
    """

    title: str
    formulas: list[Formula] = field(default_factory=list)
    fixed: list[Fixed] = field(default_factory=list)
    looks: dict[tuple[int, int], str] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)  # of columns, at least
    heights: dict[int, float] = field(default_factory=dict)  # of rows that are not to be as high as their texts
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    names: dict[str, tuple[int, int]] = field(default_factory=dict)
    unlocked: list[tuple[int, int]] = field(default_factory=list)
    apart: set[tuple[int, int]] = field(default_factory=set)  # formulas whose looks are changed when finishing
    links: dict[tuple[int, int], str] = field(default_factory=dict)  # where a click on a cell leads
    spinners: list[Spinner] = field(default_factory=list)
    finishing: list[Finish] = field(default_factory=list)
    folded: list[int] = field(default_factory=list)  # rows that open by the + beside the row above
    protected: bool = True  # whether only its input cells can be changed
    formats_numbers: bool = False  # it brings its own rules for tiny and huge numbers
    print_columns: int = 0  # what stands further right is not printed, but for charts; 0 prints all
    paper: Paper | None = None  # how it prints where that is not in landscape, as wide as the paper
    screen_columns: int = 0  # what a reader must see without scrolling sideways; 0 for all that prints

    def number(self, row: int, column: int, content: float) -> None:
        """A number that never changes, with the 15 digits that a program keeps."""
        self.fixed.append(Fixed(row, column, snap(content)))
        self.looks[row, column] = "small"

    def text(self, row: int, column: int, content: str, look: str = "text") -> None:
        """A text."""
        self.fixed.append(Fixed(row, column, content))
        self.looks[row, column] = look

    def input(self, row: int, column: int, content: str | float, name: str) -> None:
        """A cell that a person may change, with its defined name."""
        self.fixed.append(Fixed(row, column, content))
        self.looks[row, column] = "input"
        self.names[name] = (row, column)

    def given(self, row: int, column: int, content: str | float, look: str = "input") -> None:
        """A cell that a person may change, without a name."""
        self.fixed.append(Fixed(row, column, content))
        self.looks[row, column] = look
        self.unlocked.append((row, column))

    def label(self, row: int, column: int, content: str | float) -> None:
        """A text, or a number that is a word."""
        self.fixed.append(Fixed(row, column, content))
        self.looks[row, column] = "column"

    def way(self, row: int, column: int, content: str | float, location: str, look: str = "link") -> None:
        """A text, or a number that is a word, that leads to another place of the book, as ``'Training'!F12``."""
        self.fixed.append(Fixed(row, column, content))
        self.looks[row, column] = look
        self.links[row, column] = location

    def spinner(self, row: int, column: int, name: str, first: int, last: int, says: str) -> None:
        """Two arrows, over a cell, that step an input of any page from ``first`` to ``last``; they are not printed.

        ``says`` tells what they do to those who do not see them.  Not every program shows them: the input itself can
        be typed everywhere.
        """
        self.spinners.append(Spinner(row, column, name, first, last, says))

    def live(
        self,
        row: int,
        column: int,
        formula: str,
        value: Content,
        look: str = "number",
        size: float = 0.0,
        run: int | None = None,
        sure: bool = True,
    ) -> None:
        """A formula, without its '=', and its value, which is an error where that is no finite double.

        ``size`` is how large the terms are that it is made from: programs may differ by their roundings.  Of a quantity
        that is shown as it is, :meth:`~xlbp.workbook.page.facts.Facts.size` tells it; 0 takes the value's own.  ``run``
        and ``sure`` as in :class:`Formula`.
        """
        if isinstance(value, float) and not math.isfinite(value):
            value = None
        self.formulas.append(Formula(row, column, formula, value, size, run, sure))
        self.looks[row, column] = look

    def address(self, row: int, column: int) -> str:
        """A cell as ``Check!C4``."""
        return f"{self.title}!{get_column_letter(column)}{row}"

    def target(self, row: int, column: int) -> str:
        """A cell as a defined name stands for it."""
        return f"{quoted(self.title)}!${get_column_letter(column)}${row}"

    def values(self) -> dict[str, Content]:
        """The value of each formula, by its address."""
        return {f.address: f.value for f in self.formulas}

    def merge(self, row: int, column: int, width: int, height: int = 1) -> None:
        """One cell over several columns and rows."""
        self.merged.append((row, column, row + height - 1, column + width - 1))

    def width(self, columns: Iterable[int], width: float) -> None:
        """The width of some columns, in digits; a text that needs more makes them wider."""
        self.widths.update(dict.fromkeys(columns, width))


def follow_noise(pages: Sequence[Page], without: Sequence[Page], shaken: Sequence[Page]) -> None:
    """Note on every formula whose value is another without rounding noise, or with another noise, what it may be."""
    for page, *others in zip(pages, without, shaken, strict=True):
        none, another = ({(f.row, f.column): f.value for f in other.formulas} for other in others)
        for index, formula in enumerate(page.formulas):
            place = formula.row, formula.column
            if not formula.value == none.get(place) == another.get(place):
                value = none.get(place, formula.value)
                page.formulas[index] = formula._replace(in_doubt=True, without_noise=value)


def doubt_runs(pages: Sequence[Page], runs: Collection[int]) -> None:
    """Note that formulas which depend on one of these trainings follow from rounding noise."""
    for page in pages:
        for index, formula in enumerate(page.formulas):
            if formula.run in runs and not formula.in_doubt:
                page.formulas[index] = formula._replace(in_doubt=True, without_noise=formula.value)
