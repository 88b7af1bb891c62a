"""A training with some inputs changed, as live rows on a sheet of its own.

The change comes with an answer: until one has been typed, the rows are those of the book, so that no cell tells what
the change leads to.  Only the quantities that the asked one depends on have columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from openpyxl.utils import get_column_letter

from xlbp.classroom.exercise.layout import Exercise
from xlbp.symbols.expr import names_in
from xlbp.symbols.program import Column
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import HERE, Layout, Place, quoted
from xlbp.workbook.page.page import Page

LABELS, VALUES, SYMBOLS, FIRST = 4, 5, 7, 8  # rows: the changed inputs, the headings, the first iteration


@dataclass(frozen=True)
class TrialSheet:
    """``changes``: an input, or a parameter's first value, and the formula of what it is instead.

    ``target`` is asked for up to iteration ``last``.
    """

    title: str
    note: str
    changes: Mapping[str, str]
    target: str
    last: int

    def cell(self, exercise: Exercise, iteration: int) -> str:
        """The asked quantity as another sheet refers to it."""
        column = get_column_letter(_columns(exercise, self.target, self.last)[self.target])
        return f"{quoted(self.title)}!${column}${FIRST + iteration}"

    def column(self, exercise: Exercise) -> str:
        """All of its cells."""
        column = get_column_letter(_columns(exercise, self.target, self.last)[self.target])
        return f"{quoted(self.title)}!${column}${FIRST}:${column}${FIRST + self.last}"

    def page(self, exercise: Exercise) -> Page:
        """The sheet."""
        contents = exercise.contents
        page = Page(self.title)
        page.way(1, 1, "⌂", f"{quoted(exercise.answers_title)}!A1")
        page.text(1, 2, self.title, "title")
        page.text(2, 2, self.note, "muted")
        columns = _columns(exercise, self.target, self.last)
        changed = self._put_inputs(page, exercise)
        layout = exercise.contents.layout
        panel = {**layout.panel, **changed}
        local = replace(layout, columns=columns, panel=panel, first_row=FIRST, home=contents.title)
        for name, column in columns.items():
            page.text(SYMBOLS, column, contents.symbol(name), "column")
        page.width([1], 4)
        page.width(columns.values(), 11)
        for program_column in contents.program.columns:
            if program_column.name in columns:
                self._put_column(page, exercise, local, program_column)
        return page

    def _put_inputs(self, page: Page, exercise: Exercise) -> dict[str, Place]:
        """The changed inputs of the panel, and where they stand here."""
        contents = exercise.contents
        changed: dict[str, Place] = {}
        inputs = [name for name in self.changes if name in contents.layout.panel]
        for column, name in enumerate(inputs, start=2):
            page.text(LABELS, column, contents.symbol(name), "column")
            page.live(VALUES, column, self.changes[name], None, "number")
            changed[name] = Place(HERE, VALUES, column)
        return changed

    def _put_column(self, page: Page, exercise: Exercise, local: Layout, column: Column) -> None:
        """A quantity in every iteration."""
        write = local.writer()
        place = local.columns[column.name]
        for t in range(self.last + 1):
            if t == 0 and column.name in self.changes and column.given:
                text = self.changes[column.name]
            elif t == 0 and column.given:
                text = exercise.absolute(column.name, 0)
            else:
                text = write(column.at(t)).replace("{r}", str(FIRST + t)).replace("{p}", str(FIRST + t - 1))
            page.live(FIRST + t, place, text, None, "small")


def _columns(exercise: Exercise, target: str, last: int) -> dict[str, int]:
    """A column for each quantity that the asked one depends on, in the order of the row."""
    return {name: at for at, name in enumerate(needed_for(exercise.contents, target, last), start=2)}


def needed_for(contents: Contents, target: str, last: int) -> list[str]:
    """The quantities that one depends on up to an iteration, and itself, in the order of the row."""
    columns = {column.name: column for column in contents.program.columns}
    needed: set[str] = set()
    ahead = [target]
    while ahead:
        name = ahead.pop()
        if name in columns and name not in needed:
            needed.add(name)
            column = columns[name]
            for expr in {column.at(0), column.at(last)}:
                ahead += (*names_in(expr), *names_in(expr, "prev"))
    return [name for name in columns if name in needed]
