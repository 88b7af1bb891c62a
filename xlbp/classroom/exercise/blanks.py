"""Which cells of the training sheet a student fills in: a group of quantities, or a list of cells.

    gradients    dE/dw of every parameter            backward   every other derivative of the row
    forward      the forward pass and the loss       update     every parameter after the update

A list has commas between its parts: a symbol of the source or a name means the quantity in every iteration and
of every sample, a cell as ``AL12`` (of the book that ``xlbp generate`` makes) that one cell, ``AL12:AN14`` a block.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl.utils import column_index_from_string, get_column_letter

from xlbp.errors import UsageError, option, worded
from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.quantity import NORM, UPDATED, Quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.find import ADDRESS, find_target

GROUPS = ("gradients", "backward", "forward", "update")
PHASES = {"forward": ("forward", "loss"), "backward": ("backward",), "gradients": ("gradients",), "update": ("update",)}
DERIVATIVES = ("backward", "gradients")
FILLABLE = ("forward", "loss", "backward", "gradients", "optimizer", "update")
MOST_BLANKS = 2_000
BETWEEN = re.compile(r",(?![^\[]*\])")  # the commas of a list, not those of W1[2,1]
RANGE = re.compile(r"(?:(.+)!)?\$?([A-Za-z]{1,3})\$?(\d+):\$?([A-Za-z]{1,3})\$?(\d+)")


@dataclass(frozen=True)
class Blank:
    """One cell to fill in: a quantity at an iteration."""

    name: str
    iteration: int

    def titled(self, symbol: str) -> str:
        """What heads its column in a table."""
        return f"t={self.iteration} {symbol}"


@dataclass(frozen=True)
class Blanks:
    """All of them, in the order in which a row is computed; ``asked`` is what --blank said."""

    asked: str
    cells: tuple[Blank, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The quantities, each once."""
        return tuple(dict.fromkeys(cell.name for cell in self.cells))

    @property
    def group(self) -> str:
        """The group that was asked for, or ``cells``."""
        return self.asked if self.asked in GROUPS else "cells"


def find_blanks(contents: Contents, asked: str) -> Blanks:
    """The cells that ``asked`` means.  Raises UsageError for what can't be left blank."""
    columns = {column.name: column for column in contents.program.columns}
    cells: set[Blank] = set()
    for part in (part.strip() for part in BETWEEN.split(asked)):
        if part:
            cells |= set(_meant(contents, columns, part))
    if not cells:
        others = ", ".join(group for group in GROUPS if group != asked)
        said = worded(f"--blank {asked!r}", f"blank={asked!r}")
        raise UsageError(f"{said} leaves nothing of {contents.template.name} blank; try {others}, or cells")
    if len(cells) > MOST_BLANKS:
        raise UsageError(
            f"{option('--blank', asked)} leaves {len(cells):,} cells blank, but at most {MOST_BLANKS:,} can be marked; "
            f"take fewer iterations ({option('-n')}) or a smaller network"
        )
    order = {name: number for number, name in enumerate(contents.program.names)}
    return Blanks(asked, tuple(sorted(cells, key=lambda cell: (cell.iteration, order[cell.name]))))


def is_derivative(contents: Contents, column: Column) -> bool:
    """Whether a quantity is a derivative, which finite differences can mark."""
    return column.phase in DERIVATIVES and contents.template.model.quantity(column.name).relation != NORM


def _meant(contents: Contents, columns: dict[str, Column], part: str) -> Iterator[Blank]:
    """The cells of one part of the list."""
    if part in GROUPS:
        yield from _group(contents, part)
        return
    if block := RANGE.fullmatch(part):
        for cell in _cells_of(part, block):
            yield from _meant(contents, columns, cell)
        return
    if close := difflib.get_close_matches(part, GROUPS, n=1, cutoff=0.75):
        raise UsageError(f"{option('--blank', part)}: there is no such group; did you mean {close[0]}?")
    target = find_target(contents, part, None, None)
    called = [name for name in columns if contents.symbol(name) == part]
    if called or not ADDRESS.fullmatch(part):
        yield from _everywhere(contents, columns, part, called[0] if called else target.name)
    else:
        yield _checked(contents, columns, part, target.name, target.iteration)


def _cells_of(part: str, block: re.Match[str]) -> Iterator[str]:
    """The addresses of a block of cells, column by column."""
    sheet, left, top, right, bottom = block.groups()
    first, last = column_index_from_string(left.upper()), column_index_from_string(right.upper())
    if (last - first + 1) * (int(bottom) - int(top) + 1) > MOST_BLANKS:
        raise UsageError(f"{option('--blank', part)}: a block has at most {MOST_BLANKS:,} cells")
    for number in range(first, last + 1):
        for row in range(int(top), int(bottom) + 1):
            yield f"{f'{sheet}!' if sheet else ''}{get_column_letter(number)}{row}"


def _group(contents: Contents, group: str) -> Iterator[Blank]:
    """The quantities of a group; a plain number, a length and the share of hits are no task."""
    for column in contents.program.columns:
        quantity = contents.template.model.quantity(column.name)
        is_task = column.expr.op != "const" and quantity.relation != NORM and quantity.letter != names.HITS
        if column.phase in PHASES[group] and is_task:
            for t in range(contents.layout.iterations + 1):
                yield Blank(column.name, t)


def _everywhere(contents: Contents, columns: dict[str, Column], part: str, name: str) -> Iterator[Blank]:
    """A quantity in every iteration and, where the sample was not named, of every sample."""
    quantity = contents.template.model.quantity
    place = _place(quantity(name))
    of_all = quantity(name).sample and part not in (name, contents.symbol(name)) and "@" not in part
    for each in [other for other in columns if _place(quantity(other)) == place] if of_all else [name]:
        for t in range(contents.layout.iterations + 1):
            yield _checked(contents, columns, part, each, t)


def _place(quantity: Quantity) -> tuple[str, tuple[int, ...]]:
    """What a quantity is called, without its sample."""
    return quantity.tensor, quantity.indices


def _checked(contents: Contents, columns: dict[str, Column], part: str, name: str, iteration: int) -> Blank:
    column = columns.get(name)
    if column is None or column.phase not in FILLABLE:
        what = "an input" if column is None or column.given else f"no result ({column.phase})"
        raise UsageError(f"{option('--blank', part)}: {contents.symbol(name)} is {what}; leave a computed cell blank")
    return Blank(name, iteration)


def before_step(contents: Contents, name: str) -> Quantity | None:
    """The parameter that an update starts from; None for any other quantity."""
    quantity = contents.template.model.quantity(name)
    return quantity.of if quantity.relation == UPDATED else None
