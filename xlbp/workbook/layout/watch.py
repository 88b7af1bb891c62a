"""Columns behind each training row that watch it: whether its formulas are in place, and say what they should.

What an input changes must not switch the check off, so nothing here knows any number of NumPy's.  A watching cell asks
of each cell of its row whether it holds a formula (ISFORMULA: Excel 2013 and later; where a program has no such
function, that part of the question falls away), and computes what the cell's formula must give once more, from the
cells of the same row and the one above.  Both are evaluations of one text, so they agree to the last bit, whatever
the inputs; where both are errors, the training has diverged, and nothing is wrong.

A watching cell is 0, or the :func:`code` of the first column that is out of place; the codes fall from left to right,
so that the largest of many tells the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import add

from openpyxl.utils import column_index_from_string, get_column_letter

from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.program import Column
from xlbp.template.names import WATCH
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import Writer
from xlbp.workbook.layout.layout import LAST_COLUMN, SHARED, Layout, Place

LONGEST, MOST = 6_000, 250  # characters and columns of one watching formula: a cell takes 8,192 and 255
MOST_COMPUTED = 50_000  # cells of a training sheet of which each is computed once more
LEARNED = ("parameters", "gradients", "optimizer", "update")  # in larger ones only what decides on the next row
DEEPEST = 50  # brackets within each other in a formula that is computed once more: a cell takes 64, with those around
RELATIVE, SNAPPED = "1E-9", "1E-12"  # how near counts as equal: of the cell, and of the last term of its sum
OWN = "{own}"  # stands for the code of the verdict, until it is known how many columns watch
ERROR = "9E+99"  # stands for an error, on both sides of a difference


@dataclass(frozen=True)
class Watch:
    """The watching columns: their names, letters, and formulas in the first and in the later rows.

    First come ``copies``, of inputs that several trainings share; then the columns that watch a part of the row each;
    the last one is the verdict on the row.  Each asks only of what stands left of it or above: some programs look
    at the cells in their order.
    """

    names: list[str]
    letters: list[str]
    start: list[str]
    later: list[str]
    copies: list[str]

    @property
    def verdict(self) -> str:
        """The letter of the verdict's column."""
        return self.letters[-1]


def code(number: int) -> int:
    """What a watching cell shows for the column of this number, counted from 1."""
    return LAST_COLUMN + 1 - number


def watch_of(contents: Contents) -> Watch | None:
    """The watching columns of a training sheet; None if it has none."""
    return contents.worked_out(_watch_of) if contents.layout.watched else None


def _watch_of(contents: Contents) -> Watch:
    watched, copies = len(contents.program.columns), _copies(contents)
    first = watched + 1 + len(copies)
    parts = list(_parts(_Asking(contents, copies), first))
    letters = [get_column_letter(number) for number in range(watched + 1, first + len(parts) + 1)]
    names = [*(f"{WATCH}:{name}" for name in copies), *(f"{WATCH}{n + 1}" for n in range(len(parts))), WATCH]
    own = [contents.layout.reference(contents.layout.panel[name]) for name in copies]
    row, above = _passed_on(letters[-2]), f"IF({in_place(f'{letters[-1]}{{p}}')},0,{OWN})"
    start = [*own, *(text for text, _ in parts), f"MAX({row})"]
    later = [*own, *(text for _, text in parts), f"MAX({row},{above})"]
    last = str(code(first + len(parts)))
    start, later = ([text.replace(OWN, last) for text in formulas] for formulas in (start, later))
    return Watch(names, letters, start, later, copies)


def _passed_on(letter: str) -> str:
    """What a watching cell says, for the next one; the verdict's own code if it is no formula any more."""
    return f"IF({in_place(f'{letter}{{r}}')},{letter}{{r}},{OWN})"


def in_place(cell: str) -> str:
    """Whether a cell holds a formula; true in a program that does not know."""
    return f"IFERROR(_xlfn.ISFORMULA({cell}),1)"


def _copies(contents: Contents) -> list[str]:
    """The inputs of a sheet that several trainings share which the rows need, in the order in which they stand there.

    A formula that looks at its own sheet alone can be written once for all rows.
    """
    panel, columns = contents.layout.panel, contents.layout.columns
    needed = {name for column in contents.program.columns for name in names_in(column.expr)} - columns.keys()
    shared = [name for name in needed if panel[name].sheet == SHARED]
    return sorted(shared, key=lambda name: (panel[name].row, panel[name].column))


class _Asking:
    """Writes the question that is asked of each cell."""

    def __init__(self, contents: Contents, copies: list[str]) -> None:
        self.contents, self.layout = contents, contents.layout
        self.last = str(self.layout.last_row)
        watched = len(contents.program.columns)
        self.copies = {name: watched + 1 + n for n, name in enumerate(copies)}
        self.is_small = (self.layout.iterations + 1) * watched <= MOST_COMPUTED
        self.write = _local_writer(self.layout, self.copies)

    def all(self) -> Iterator[tuple[str, str]]:
        """The questions of every copy and every column, in the first row and in the later ones."""
        for number in self.copies.values():
            asked = f"IF({in_place(f'{get_column_letter(number)}{{r}}')},0,{OWN})"
            yield asked, asked
        for number, column in enumerate(self.contents.program.columns, start=1):
            yield self.of_column(number, column)

    def of_column(self, number: int, column: Column) -> tuple[str, str]:
        """The questions of a column in the first row, '' for a number that a person may type, and in the later ones."""
        letter = get_column_letter(number)
        is_input = column.given and column.name not in self.layout.panel
        computed = self.is_small or column.phase in LEARNED
        start = column.at(0) if computed and not column.given else None
        later = column.expr if computed else None
        return "" if is_input else self._asked(letter, number, start), self._asked(letter, number, later)

    def _asked(self, letter: str, number: int, expr: Expr | None) -> str:
        cell = f"{letter}{{r}}"
        tests = in_place(cell)
        if expr is not None and self._can_be_computed(expr):
            residual = self._residual(cell, expr)
            if len(residual) < LONGEST and _depth(residual) < DEEPEST:
                tests = f"AND({tests},{residual})"
        return f"IF({tests},0,{code(number)})"

    def _can_be_computed(self, expr: Expr) -> bool:
        """Whether all that the formula needs stands on the sheet itself."""
        panel = self.layout.panel
        foreign = (name for name in names_in(expr) if name in panel and panel[name].sheet == "data")
        return not names_in(expr, "pick") and next(foreign, None) is None

    def _residual(self, cell: str, expr: Expr) -> str:
        """Whether a cell is what its formula must give.

        Excel sets a cell to 0 whose last sum cancels, but not a sum within a formula: hence the last term's size.
        The power 1 makes an error of a text, for what only repeats an overwritten cell is not at fault; and of an
        infinity, which IronCalc knows within a formula, and no cell.
        """
        size = f"{RELATIVE}*ABS({cell})"
        if expr.op in ("add", "sub"):
            size += f"+{SNAPPED}*ABS({self.write(expr.args[-1])})"
        apart = f"ABS(IFERROR({cell}^1,{ERROR})-IFERROR({self.write.atom(expr)}^1,{ERROR}))"
        return f"IFERROR(SIGN({apart}-IFERROR({size},0))<1,0)"  # SIGN: IronCalc takes what is below 2.2e-16 for 0


def _local_writer(layout: Layout, copies: dict[str, int]) -> Writer:
    """A printer without defined names, which formulas that are written once must not have; copies stand for inputs."""
    panel = {name: Place(place.sheet, place.row, place.column) for name, place in layout.panel.items()}
    return replace(layout, columns={**layout.columns, **copies}, panel=panel).writer()


def _parts(asking: _Asking, first: int) -> Iterator[tuple[str, str]]:
    """The formulas that watch a part of the row each, in the first row and in the later ones.

    They stand in the columns from ``first`` on.  Each passes on what the one before it says, so the last says it all.
    """
    starts: list[str] = []
    laters: list[str] = []
    lengths = (0, 0)
    for start, later in asking.all():
        more = tuple(_length(text, asking.last) for text in (start, later))
        if laters and (max(map(add, lengths, more)) > LONGEST or len(laters) == MOST):
            yield _largest(starts), _largest(laters)
            before = _passed_on(get_column_letter(first))
            starts, laters, first = [before], [before], first + 1
            lengths = (_length(before, asking.last),) * 2
        starts += [start] if start else []
        laters.append(later)
        lengths = (lengths[0] + more[0], lengths[1] + more[1])
    yield _largest(starts), _largest(laters)


def _largest(codes: list[str]) -> str:
    return f"MAX({','.join(codes)})" if codes else "MAX(0)"


def _length(text: str, row: str) -> int:
    """How long a question is in the row with this number, with the comma behind it."""
    return len(text.replace("{r}", row).replace("{p}", row)) + 1


def _depth(formula: str) -> int:
    """How many brackets stand within each other."""
    depth = deepest = 0
    for bracket in re.findall(r"[()]", formula):
        depth += 1 if bracket == "(" else -1
        deepest = max(deepest, depth)
    return deepest


# what another sheet tells of it


def report_of(contents: Contents) -> Report | None:
    """What another sheet can tell of a training sheet; None if nothing watches it."""
    watch = watch_of(contents)
    return Report(contents, watch) if watch else None


@dataclass(frozen=True)
class Report:
    """Formulas for another sheet that read a training sheet's watching columns."""

    contents: Contents
    watch: Watch

    def _area(self, first: str, last: str) -> str:
        layout = self.contents.layout
        return f"{self.contents.training}!${first}${layout.first_row}:${last}${layout.last_row}"

    @property
    def out_of_place(self) -> str:
        """The code of the first column that is out of place; 0 if none is."""
        layout, watch, verdicts = self.contents.layout, self.watch, self._area(self.watch.verdict, self.watch.verdict)
        own = code(column_index_from_string(watch.verdict))
        last = in_place(f"{self.contents.training}!${watch.verdict}${layout.last_row}")
        complete = f"COUNT({verdicts})={layout.iterations + 1}"  # two IF: with AND IronCalc computes all of it twice
        return f"MAX(IF({complete},0,{own}),IF({last},0,{own}),MIN({LAST_COLUMN},MAX({verdicts})))"

    def where(self, cell: str) -> str:
        """Phase, column, symbol and iteration, as a text, of the code that stands in a cell; '' for 0."""
        layout, texts = self.contents.layout, self.contents.texts
        number = f"{LAST_COLUMN + 1}-{cell}"
        row = layout.first_row - 2
        symbols = f"{self.contents.training}!$A${row}:${self.watch.verdict}${row}"
        letter = f'SUBSTITUTE(ADDRESS(1,{number},4),"1","")'
        verdicts = self._area(self.watch.verdict, self.watch.verdict)
        iteration = f'IFERROR("{texts("watch.iteration")}"&(MATCH({cell},{verdicts},0)-1),"")'
        place = f'{self._phase(number)}&"{texts("watch.column")}"&{letter}'
        return f'IF({cell}=0,"",{place}&" ("&INDEX({symbols},1,{number})&")"&{iteration})'

    def _phase(self, number: str) -> str:
        """The name of a column's phase."""
        columns = [*self.contents.program.columns]
        bands = [(phase, len(list(group))) for phase, group in groupby(columns, key=lambda column: column.phase)]
        texts, ends = self.contents.texts, 0
        found = ""
        closing = ""
        for phase, width in bands:
            ends += width
            found += f'IF({number}<={ends},"{texts(f"phase.{phase}")}",'
            closing += ")"
        return f'{found}"{texts("phase.watch")}"{closing}'
