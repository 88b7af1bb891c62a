"""The sheet of marks: for each blank the student's answer, how exact it must be, and whether it is right.

No cell here holds an answer.  A derivative is compared with two forward passes, from the quantity moved up and
moved down by h; while the blank is empty nothing moves, so that even these tell nothing.  Anything else must
satisfy the equation of :mod:`xlbp.classroom.exercise.equations` with the cells it depends on, the student's own
among them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.classroom.exercise.blanks import Blank, before_step, is_derivative
from xlbp.classroom.exercise.equations import ABOVE, ANSWER, TOLERANCE, Equation, equation_of
from xlbp.classroom.exercise.layout import FIRST, MARK_COLUMN, Exercise
from xlbp.classroom.exercise.slopes import BEFORE, Slope
from xlbp.classroom.exercise.steps import Steps
from xlbp.classroom.exercise.tolerance import ABSOLUTE, LOOSE, MOST_DECIMALS, OF_STEP, RELATIVE
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.formula import spreadsheet_number
from xlbp.workbook.layout.layout import HERE, Layout, Place, quoted
from xlbp.workbook.page.page import Page

Cell = tuple[str, int, int]  # sheet, row, column
STEP = "mark_h"  # the defined name of h
STEP_SIZE = 1e-5
T, SYMBOL, YOURS, ALLOWED_COLUMN, PLUS, MINUS = range(2, 8)
ANY_ROW, BETWEEN = 9_000_001, "\n"  # a row that no sheet has, and what no formula has
FIRST_PASS = 4  # the first row of the sheet of passes
WORDS = ("todo", "right", "again", "number", "formula")
# the words of the marks, and the phase of their colour
LIVE = {
    **{"marks.right": "update", "marks.way": "gradients"},
    **{f"marks.{word}": "loss" for word in ("again", "number", "other_way", "formula", "choose")},
}
MARKED = {"marking.right": "update", "marking.follows": "gradients", "marking.wrong": "loss"}  # in a marked book


def marks_pages(exercise: Exercise) -> list[Page]:
    """The sheet of marks, and behind it the passes where there are derivatives; values come with an engine."""
    page, passes = Page(exercise.contents.texts("sheet.marks")), _Passes(exercise)
    _head(page, exercise)
    for row, blank in enumerate(exercise.blanks.cells, start=FIRST):
        _put_mark(page, exercise, passes, row, blank)
    last = FIRST + len(exercise.blanks.cells) - 1
    page.finishing.append(lambda sheet: _finish(sheet, exercise, last))
    if not passes.used:
        return [page]
    page.text(4, 2, "h", "label")
    page.number(4, 3, STEP_SIZE)
    page.looks[4, 3] = "given number"
    page.names[STEP] = (4, 3)
    return [page, passes.page]


def cells_at_rest(exercise: Exercise) -> dict[Cell, Cell]:
    """Where nothing is typed yet, each cell of a pass shows what that of the rows shows which stands here behind it.

    So do the two of the sheet of marks that show the ends of the passes.  Nothing where some pass takes another form
    than the rows, which may come to another last digit.
    """
    if not exercise.live or exercise.task:
        return {}
    contents, passes, texts = exercise.contents, _Passes(exercise), exercise.contents.texts
    found: dict[Cell, Cell] = {}
    for row, blank in enumerate(exercise.blanks.cells, start=FIRST):
        if is_derivative(contents, passes.columns[blank.name]):
            slope, t = passes.slopes(blank.name), contents.layout.row_of(blank.iteration)
            if slope.instead:
                return {}
            ends = {(texts("sheet.marks"), row, column): slope.target for column in (PLUS, MINUS)}
            cells = {
                (passes.page.title, pass_row, passes.places[name]): name
                for pass_row in (passes.next, passes.next + 1)
                for name in (slope.node, *passes.steps(blank.name))
            }
            passes.next += 2
            shown = {
                name: (contents.title, t, contents.layout.columns[name]) for name in {*ends.values(), *cells.values()}
            }
            found |= {cell: shown[name] for cell, name in (ends | cells).items()}
    return found


def _head(page: Page, exercise: Exercise) -> None:
    """The title, how a mark is made, and the headings."""
    texts = exercise.contents.texts
    page.way(1, 1, "⌂", f"{quoted(exercise.contents.front)}!A1")
    page.text(1, 2, page.title, "title")
    for row, key in ((2, "explanation"), (3, "tolerance")):
        page.text(row, 2, texts(f"marks.{key}"), "note")
        page.merge(row, 2, MARK_COLUMN - 1)
    headings = ("t", "quantity", "yours", "allowed", "plus", "minus", "mark")
    for column, key in enumerate(headings, start=2):
        page.text(FIRST - 1, column, texts(f"marks.{key}"), "column")
    page.width([1], 4)
    page.width(range(2, 9), 17)  # ten decimals in any font: the values come later


def _put_mark(page: Page, exercise: Exercise, passes: _Passes, row: int, blank: Blank) -> None:
    contents = exercise.contents
    cell = exercise.absolute(blank.name, blank.iteration)
    column = next(c for c in contents.program.columns if c.name == blank.name)
    page.number(row, T, blank.iteration)
    page.looks[row, T] = "integer"
    page.text(row, SYMBOL, contents.symbol(blank.name), "symbol")
    page.live(row, YOURS, f'IF(ISBLANK({cell}),"",{cell})', None, "number")
    yours, allowed = f"$D{row}", f"$E{row}"
    start = before_step(contents, blank.name)
    before = exercise.absolute(start, blank.iteration) if start is not None else ""
    page.live(row, ALLOWED_COLUMN, f'IF(ISNUMBER({yours}),{_allowed(yours, before)},"")', None, "difference")
    if is_derivative(contents, column):
        slope = passes.slopes(blank.name)
        plus, minus = passes.put(blank, slope)
        page.live(row, PLUS, plus, None, "precise")
        page.live(row, MINUS, minus, None, "precise")
        difference = f"$F{row}-$G{row}" if slope.count == 1 else f"{slope.count}*($F{row}-$G{row})"
        condition = f"ABS({difference}-2*{STEP}*{yours})<=2*{STEP}*{allowed}"
    else:
        condition = _condition(exercise, equation_of(column.at(blank.iteration)), blank.iteration, row)
    todo, right, again, no_number, no_formula = (contents.texts(f"marks.{word}") for word in WORDS)
    judged = f'IF(IFERROR({condition},FALSE),"{right}","{again}")'
    if not exercise.kind.takes_numbers:  # a program that has no such function takes a number for a formula
        judged = f'IF(IFERROR(_xlfn.ISFORMULA({cell}),1),{judged},"{no_formula}")'
    verdict = f'IF(ISNUMBER({yours}),{judged},"{no_number}")'
    page.live(row, MARK_COLUMN, f'IF(ISBLANK({cell}),"{todo}",{verdict})', None, "result")


def _allowed(yours: str, before: str) -> str:
    """How far an answer may be off: half a unit of its last decimal, but no more than its third digit."""
    decimals = "+".join(f"({yours}<>ROUND({yours},{n}))" for n in range(MOST_DECIMALS))
    loose, exact = spreadsheet_number(LOOSE), spreadsheet_number(RELATIVE)
    step = f",{spreadsheet_number(OF_STEP)}*ABS({yours}-{before})" if before else ""
    rounded = f"MIN({loose}*ABS({yours}),0.5*10^-({decimals}){step})"
    return f"{rounded}+{exact}*ABS({yours})+{spreadsheet_number(ABSOLUTE)}"


def _condition(exercise: Exercise, equation: Equation, iteration: int, row: int) -> str:
    """The equation with the cells of the training sheet, and the answer's own here."""
    write = places(exercise, iteration, row).writer()
    if equation.largest_of:
        ends = [f"$D{row}-{_bracketed(write(bound))}" for bound in equation.largest_of]
        above = ",".join(f"{end}>=-$E{row}" for end in ends)
        return f"AND({above},MIN({','.join(f'ABS({end})' for end in ends)})<=$E{row})"
    left, right, slope = (write(side) for side in (equation.left, equation.right, equation.slope))
    allowed = f"$E{row}" if slope == "1" else f"$E{row}*ABS({slope})"
    return f"ABS({left}-{_bracketed(right)})<={allowed}"


def _bracketed(text: str) -> str:
    return f"({text})" if any(sign in text for sign in "+-") else text


def places(exercise: Exercise, iteration: int, row: int) -> Layout:
    """The layout of :func:`places_of_row`, and what the mark in a row of this sheet refers to besides."""
    layout = places_of_row(exercise, iteration)
    here = {ANSWER: Place(HERE, row, YOURS), TOLERANCE: Place(HERE, row, ALLOWED_COLUMN)}
    return replace(layout, panel={**layout.panel, **here})


def places_of_row(exercise: Exercise, iteration: int) -> Layout:
    """A layout without columns: every quantity of a row, and of the one above, is a cell of the training sheet."""
    return _places_at(exercise, exercise.contents.layout.row_of(iteration), has_above=iteration > 0)


def _places_at(exercise: Exercise, row: int, has_above: bool) -> Layout:
    contents, layout = exercise.contents, exercise.contents.layout
    cells = dict[str, Place]()
    for name, column in layout.columns.items():
        cells[name] = cells[BEFORE + name] = Place("training", row, column)
        if has_above:
            cells[ABOVE + name] = Place("training", row - 1, column)
    return replace(layout, columns={}, panel={**layout.panel, **cells}, home=contents.title)


class _Passes:
    """The sheet of forward passes: two rows for each derivative, with what the moved quantity changes."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise, self.contents = exercise, exercise.contents
        self.page = Page(self.contents.texts("sheet.differences"))
        self.used = False
        self.next = FIRST_PASS
        known = self.contents.worked_out(Steps)
        self.columns, self.slopes, self.steps = known.columns, known.slope, known.of
        self.layout = _places_at(exercise, ANY_ROW, has_above=True)
        self.texts = cache(self._texts)
        self.places = self._in_order()

    def _in_order(self) -> dict[str, int]:
        """A column for each quantity of which some pass has a cell, in the order of the row."""
        needed: set[str] = set()
        for name in self.exercise.blanks.names:
            if is_derivative(self.contents, self.columns[name]):
                needed |= {self.slopes(name).node, *self.steps(name)}
        return {name: at for at, name in enumerate((n for n in self.columns if n in needed), start=5)}

    def put(self, blank: Blank, slope: Slope) -> tuple[str, str]:
        """Two passes; the cells of the target in both, as the sheet of marks refers to them."""
        if not self.used:
            self._headings()
        row = self.exercise.contents.layout.row_of(blank.iteration)
        texts = self.texts(blank.name).replace(f"${ANY_ROW}", f"${row}").replace(f"${ANY_ROW - 1}", f"${row - 1}")
        return self._row(blank, slope, texts, "+"), self._row(blank, slope, texts, "-")

    def _texts(self, derivative: str) -> str:
        """The formulas of a pass, line by line: what the moved quantity changes, from the cells beside it.

        With {r} for the row of the pass, and ANY_ROW for that of the training.
        """
        slope, steps = self.slopes(derivative), self.steps(derivative)
        local = {name: self.places[name] for name in (slope.node, *steps)}
        write = replace(self.layout, columns=local).writer()
        return BETWEEN.join(map(write, steps.values()))

    def _headings(self) -> None:
        page, texts = self.page, self.contents.texts
        page.way(1, 1, "⌂", f"{quoted(self.contents.front)}!A1")
        page.text(1, 2, page.title, "title")
        page.text(2, 2, texts("differences.explanation"), "muted")
        for column, key in ((2, "t"), (3, "quantity"), (4, "moved")):
            page.text(FIRST_PASS - 1, column, texts(f"marks.{key}"), "column")
        for name, column in self.places.items():
            page.text(FIRST_PASS - 1, column, self.contents.symbol(name), "column")
        page.width([1], 4)
        page.width(range(2, 5), 12)
        page.width(self.places.values(), 11)
        self.used = True

    def _row(self, blank: Blank, slope: Slope, texts: str, sign: str) -> str:
        """One pass; where its target stands."""
        row, t = self.next, blank.iteration
        self.next += 1
        self.page.number(row, 2, t)
        self.page.looks[row, 2] = "integer"
        self.page.text(row, 3, self.contents.symbol(blank.name), "symbol")
        self.page.text(row, 4, f"{self.contents.symbol(slope.node)} {'+' if sign == '+' else '−'} h", "text")
        step = f"IF(ISBLANK({self.exercise.absolute(blank.name, t)}),0,{STEP})"
        moved = f"{self.exercise.absolute(slope.node, t)}{sign}{step}"
        self.page.live(row, self.places[slope.node], moved, None, "small")
        formulas = texts.replace("{r}", str(row)).split(BETWEEN) if texts else ()
        for name, text in zip(self.steps(blank.name), formulas, strict=True):
            self.page.live(row, self.places[name], text, None, "small")
        if slope.target not in (*self.steps(blank.name), slope.node):  # the node does not reach it
            return self.exercise.absolute(slope.target, t)
        return f"{quoted(self.page.title)}!${get_column_letter(self.places[slope.target])}${row}"


def _finish(sheet: Worksheet, exercise: Exercise, last: int) -> None:
    colour_marks(sheet, exercise, [f"{get_column_letter(MARK_COLUMN)}{FIRST}:{get_column_letter(MARK_COLUMN)}{last}"])
    sheet.freeze_panes = f"D{FIRST}"


def colour_marks(sheet: Worksheet, exercise: Exercise, areas: list[str]) -> None:
    """Green for right, vermilion for wrong, beside the words themselves."""
    for key, phase in (LIVE if exercise.verdicts is None else MARKED).items():
        text, band = exercise.contents.texts(key), style.PHASES[phase]
        for area in areas:
            rule = style.when_cell("equal", f'"{text}"', style.change(band.fill, band.ink, bold=True))
            sheet.conditional_formatting.add(area, rule)
