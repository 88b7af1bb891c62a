"""What a whole book is made from: one training, or several that a comparison brings together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xlbp.lang import Texts
from xlbp.symbols.program import Program
from xlbp.template.vary import Run
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import make_layout
from xlbp.workbook.layout.mine import OwnNumbers
from xlbp.workbook.layout.runs import Comparison, lay_out_runs


@dataclass(frozen=True)
class BookLayout:
    """The book's trainings, each laid out; ``comparison`` is what several of them share, None in a book of one."""

    trainings: tuple[Contents, ...]
    comparison: Comparison | None = None

    @property
    def first(self) -> Contents:
        """The only training, or the first, for what is the same in all."""
        return self.trainings[0]

    def showing(self, mine: OwnNumbers) -> BookLayout:
        """The same book of one training, with somebody's own numbers beside it."""
        [contents] = self.trainings
        return BookLayout((replace(contents, mine=mine),))

    @property
    def runs(self) -> tuple[Run, ...]:
        """What sets each training apart from the template."""
        return self.comparison.runs if self.comparison else (Run(1, (), self.first.template),)


def book_of_one(contents: Contents) -> BookLayout:
    """The book of a single training."""
    return BookLayout((contents,))


def book_of_several(comparison: Comparison) -> BookLayout:
    """The book of a comparison."""
    return BookLayout(comparison.contents, comparison)


def lay_out_book(runs: Sequence[Run], programs: Sequence[Program], texts: Texts, compares: bool) -> BookLayout:
    """Give every quantity of every run its cell; a book that does not compare has one run."""
    if compares:
        return book_of_several(lay_out_runs(runs, programs, texts))
    [run], [program] = runs, programs
    return book_of_one(Contents(run.template, program, make_layout(run.template, program, texts("sheet.data")), texts))
