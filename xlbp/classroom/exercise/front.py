"""The first sheet of an exercise: what is asked, how the marks work, and how far one has come."""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl.utils import get_column_letter

from xlbp.classroom.exercise.blanks import is_derivative
from xlbp.classroom.exercise.layout import FIRST, MARK_COLUMN, Exercise
from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.program import Column
from xlbp.template.blocks.block import Role
from xlbp.workbook.drawing.miniature import put_miniature
from xlbp.workbook.drawing.schematic import drawn_as, small_picture
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import mathematics
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.facts import Choices, Facts
from xlbp.workbook.page.fitting import page_heights
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.live_text import how_many
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.prose import BULLET, MARK, TEXT, Prose
from xlbp.workbook.sheets.start.conventions import conventions, symbols_of_states

WIDTH = 96.0
PLAIN = ("sgd", "descent", "ascent")  # what an exercise on the update asks for
MOST_LINES, MOST_SOURCES = 16, 8  # units that are told, and what feeds each of them
PARAMETERS = (Role.WEIGHT, Role.BIAS)
NAME_CELL, NAME_LOOK = (2, MARK), "badge"  # where it says whose the book is
MOST_NAMED = 24  # quantities in the sentence that says what to fill in


def wiring(contents: Contents) -> Iterator[str]:
    """``net_h1 comes from i1 by w1, i2 by w2, bias b1.``; of what has no pre-activations each step, ``d = a + b``."""
    model = contents.template.model
    steps = {model.quantity(column.name): column for column in contents.program.columns if column.phase == "forward"}
    sums = [name for name in steps if model.role(name) is Role.PRE_ACTIVATION]
    if sums:
        yield from (_unit(contents, steps[name]) for name in sums if name.sample == model.marks[0])
        return
    write = mathematics(contents.template.symbols)
    yield from (f"{contents.symbol(name)} = {write(column.expr)}" for name, column in steps.items())


def _unit(contents: Contents, column: Column) -> str:
    """A pre-activation: every weight with what it is multiplied by, and the biases."""
    terms = list(_terms(column.expr))
    biases = [term for term in terms if _is_bias(contents, term)]
    sources = [_source(contents, term) for term in terms if term not in biases and names_in(term)]
    if len(sources) > MOST_SOURCES:
        sources = [*sources[: MOST_SOURCES - 1], "…", sources[-1]]
    symbol, texts = contents.bare_symbol, contents.texts
    sources += [texts("exercise.bias", bias=symbol(names_in(bias)[0])) for bias in biases]
    return texts("exercise.into", unit=symbol(column.name), sources=", ".join(sources))


def _terms(expr: Expr) -> Iterator[Expr]:
    """The terms of a sum, and of the sums among them."""
    if expr.op != "add":
        yield expr
        return
    for term in expr.args:
        yield from _terms(term)


def _is_bias(contents: Contents, term: Expr) -> bool:
    """Whether a term of a sum is a parameter alone."""
    model = contents.template.model
    return term.op == "ref" and model.role(model.quantity(str(term.payload))) in PARAMETERS


def _source(contents: Contents, term: Expr) -> str:
    """What a sum is fed with, by its weight where there is one."""
    model, symbol = contents.template.model, contents.bare_symbol
    factors = names_in(term)
    weights = [name for name in factors if model.role(model.quantity(name)) in PARAMETERS]
    if len(weights) == 1 and len(factors) == 2:
        [source] = (name for name in factors if name not in weights)
        return contents.texts("exercise.source", source=symbol(source), weight=symbol(weights[0]))
    return mathematics({name: symbol(name) for name in factors})(term)


def front_page(exercise: Exercise) -> Page:
    """The sheet; its one number is the count of right answers."""
    return Front(exercise).build()


def line_of_student(exercise: Exercise) -> str:
    """Whose the book is, as it stands in the cell ``NAME_CELL`` of the sheet."""
    return exercise.contents.texts("exercise.student", student=exercise.student)


def height_of_student(exercise: Exercise) -> float:
    """The height of that line's row; a long name takes several lines."""
    page = Page(exercise.contents.front)
    page.text(*NAME_CELL, line_of_student(exercise), NAME_LOOK)
    page.merge(*NAME_CELL, 2)
    _set_widths(page)
    return page_heights(page, page.widths, exercise.contents.texts.language)[NAME_CELL[0]]


def _set_widths(page: Page) -> None:
    for column, width in ((1, 2), (MARK, 6), (TEXT, WIDTH)):
        page.width([column], width)


class Front(Prose):
    """The sheet from top to bottom; a kind of task says its own of what is to be done, and how."""

    def __init__(self, exercise: Exercise) -> None:
        super().__init__(Page(exercise.contents.front))
        self.exercise, self.contents, self.texts = exercise, exercise.contents, exercise.contents.texts

    def build(self) -> Page:
        """From top to bottom."""
        self.top()
        self.heading("task")
        self.asked()
        self.wiring()
        self.heading("how")
        for key in self.rules():
            self.item(BULLET, self.texts(f"exercise.{key}", **self.words()))
        if self.exercise.marked and self.counts:
            self.heading("progress")
            self.progress()
        self.section(self.texts("start.conventions"))
        words = {**self.words(), **symbols_of_states(self.contents)}
        for key in conventions(self.contents):
            if not (self.exercise.blanks.group == "update" and key in PLAIN):
                self.item(BULLET, self.texts(f"convention.{key}", **words))
        _set_widths(self.page)
        return self.page

    def asked(self) -> None:
        """What is to be done."""
        count, quantities = len(self.exercise.blanks.cells), self.names()
        self.line(self.texts(f"exercise.{self.exercise.blanks.group}", count=count, names=quantities, **self.words()))

    def rules(self) -> list[str]:
        """Keys of what is said on how it works."""
        return ["yellow", "either", *self.about_marks(), "locked"]

    def top(self) -> None:
        """What the exercise is about, whose it is, its picture, and the way to the first blank."""
        self.line(self.texts("exercise.title", title=self.texts.of(self.contents.template.title)), "start title")
        if self.exercise.student:
            self.line(line_of_student(self.exercise), NAME_LOOK)
        self.line(self.contents.outline, "note")
        self.picture()
        self.row += 1
        self.link()

    def wiring(self) -> None:
        """What each unit is fed with, or each step of a formula; where the forward pass is blank nothing else tells."""
        lines = list(wiring(self.contents))
        self.heading("wiring")
        for line in lines[:MOST_LINES]:
            self.item(BULLET, line)
        if len(lines) > MOST_LINES:
            self.item(BULLET, self.texts("exercise.and_so_on"))

    def picture(self) -> None:
        """The network or graph as circles and lines, where it is not too large to draw; no numbers."""
        shape_only = Facts({}, {}, {}, Choices(), {}, {})
        lens = Lens(self.contents, shape_only)
        layers = small_picture(lens)
        if layers:
            shows = self.texts(f"alt.{drawn_as(lens)}", shape=self.contents.outline)
            self.row = put_miniature(self.page, layers, self.row, shows)

    def about_marks(self) -> list[str]:
        """What a mark goes by: a derivative by the loss itself, all else by the cells it depends on."""
        if not self.exercise.marked:
            return ["unmarked"]
        asked = set(self.exercise.blanks.names)
        kinds = {
            is_derivative(self.contents, column) for column in self.contents.program.columns if column.name in asked
        }
        return ["marks", *(["by_row"] if False in kinds else []), *(["by_loss"] if True in kinds else []), "rounding"]

    def names(self) -> str:
        """The quantities to fill in, without their samples; the ends of a long list."""
        symbols = list(dict.fromkeys(self.contents.bare_symbol(name) for name in self.exercise.blanks.names))
        if len(symbols) > MOST_NAMED:
            symbols = [*symbols[: MOST_NAMED - 2], "…", symbols[-1]]
        return ", ".join(symbols)

    def words(self) -> dict[str, object]:
        """What the texts are filled in with."""
        model, texts = self.contents.template.model, self.texts
        words = {word: texts(f"marks.{word}") for word in ("todo", "right", "again")}
        return {
            **words,
            **symbols_of_states(self.contents),
            "samples": model.samples,
            "batch": model.batch,
            "test": model.data.test,
            "data": texts("sheet.data"),
            "eta": self.contents.symbol("eta"),
            "objective": self.contents.symbol(self.contents.objective),
            "rows": self.contents.layout.iterations + 1,
            "training": texts("sheet.training"),
            "marks_sheet": texts("sheet.marks"),
        }

    def heading(self, key: str) -> None:
        """A heading, after an empty line."""
        self.section(self.texts(f"exercise.{key}_heading"))

    @property
    def first(self) -> tuple[str, str]:
        """The sheet and the cell where one begins."""
        return self.texts("sheet.training"), self.exercise.cell(self.exercise.blanks.cells[0])

    @property
    def counts(self) -> tuple[str, ...]:
        """The words of the marks that are counted."""
        return "right", "again", "todo"

    @property
    def marks_area(self) -> str:
        """The cells of all marks."""
        letter, last = get_column_letter(MARK_COLUMN), FIRST + len(self.exercise.blanks.cells) - 1
        return f"{quoted(self.texts('sheet.marks'))}!${letter}${FIRST}:${letter}${last}"

    def link(self) -> None:
        """Straight to the blanks."""
        title, first = self.first
        self.page.way(self.row, MARK, "→", f"{quoted(title)}!{first}")
        text = self.texts("exercise.go", sheet=title, cell=first)
        self.page.text(self.row, TEXT, text, "paragraph")
        self.row += 1

    def progress(self) -> None:
        """How many marks say what."""
        for word in self.counts:
            self.page.live(self.row, MARK, how_many(self.marks_area, self.texts(f"marks.{word}")), None, "badge")
            self.page.text(self.row, TEXT, self.texts(f"marks.{word}"), "paragraph")
            self.row += 1
