"""What a book carries about itself, and from an opened book back to what it was made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from xlbp import __version__
from xlbp.errors import UnreadableError, UsageError
from xlbp.lang import Texts, load_texts
from xlbp.symbols.program import Program
from xlbp.template.load import parse_template
from xlbp.template.template import Template
from xlbp.template.translation import in_language
from xlbp.template.vary import MOST_RUNS, Run, runs_of
from xlbp.workbook.layout.book_layout import BookLayout, book_of_one, book_of_several, lay_out_book
from xlbp.workbook.layout.contents import Contents, Part
from xlbp.workbook.layout.layout import LAST_COLUMN, LAST_ROW, read_layout
from xlbp.workbook.layout.mine import OwnNumbers, read_own_numbers
from xlbp.workbook.layout.runs import restore_runs
from xlbp.workbook.reader import Opened

DAMAGED = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, UsageError)
OTHER_LAYOUT = "its layout is not the one that this version gives its template"
WITH_PLAIN_MEANS = ("0.1.0",)  # versions
LEAST_CELL, SLACK = 20, 1_000_000  # bytes of XML; in our own books a cell takes about a hundred


def make_stamp(book: BookLayout) -> dict[str, Any]:
    """What a book carries about itself: the template, what sets each of several runs apart, and the layouts."""
    template, varied = book.first.template, book.runs[0].overrides
    stamp = {
        "name": template.name,
        "template": template.text,
        "overrides": [override for override in template.overrides if override not in varied],
        "language": book.first.texts.language,
        "version": __version__,
        "files": {name: text for run in book.runs for name, text in run.template.files.items()},
        "translations": template.translations,
    }
    if book.comparison is None:
        mine = {"mine": book.first.mine.to_data()} if book.first.mine is not None else {}
        return {**stamp, "layout": book.first.layout.to_data(), **mine}
    settings = [[list(setting) for setting in run.settings] for run in book.runs]
    layouts = [{**t.layout.to_data(), "sheet": t.title, "data": t.layout.data_sheet} for t in book.trainings]
    return {**stamp, "runs": settings, "layouts": layouts}


def made_by_this_version(opened: Opened) -> bool:
    """Whether the teaching sheets are laid out as this version lays them out."""
    return bool(opened.stamp.get("version") == __version__)


def restore_book(opened: Opened, compile_it: Callable[[Template], Program]) -> BookLayout:
    """The book as it was made, its layouts as its own record says.  Raises UnreadableError if that is damaged."""
    try:
        texts = load_texts(str(opened.stamp["language"]))
        runs = _runs(opened)
        programs = [compile_it(run.template) for run in runs]
        book = _laid_out(opened, runs, programs, texts)
        compares = book.comparison is not None
        if made_by_this_version(opened) and book.trainings != lay_out_book(runs, programs, texts, compares).trainings:
            raise ValueError(OTHER_LAYOUT)
        _must_be_possible(opened, book.trainings)
    except DAMAGED as error:
        raise _damaged(opened, error) from None
    return book


def is_record_of(opened: Opened, book: BookLayout) -> bool:
    """Whether the opened book's own record gives back the trainings of ``book``, and their layouts, as they are.

    Then all that the book must show is what ``book`` must show, and needs no second computation.
    """
    try:
        texts, runs = load_texts(str(opened.stamp["language"])), _runs(opened)
        if not made_by_this_version(opened) or runs != book.runs:
            return False
        restored = _laid_out(opened, runs, [training.program for training in book.trainings], texts)
    except DAMAGED:
        return False
    return restored.trainings == book.trainings


def _runs(opened: Opened) -> tuple[Run, ...]:
    """The trainings of the book: those it compares, or its only one."""
    if "runs" not in opened.stamp:
        return (Run(1, (), _parse(opened, ())),)
    settings = [tuple((str(key), str(value)) for key, value in run) for run in opened.stamp["runs"]]
    if not 0 < len(settings) <= MOST_RUNS:
        raise ValueError(f"it holds {len(settings)} runs")
    return runs_of(settings, lambda overrides, table: _parse(opened, overrides, table))


def _parse(opened: Opened, settings: tuple[str, ...], table: bool = False) -> Template:
    """The book's template with its own overrides and further ``settings``."""
    stamp = opened.stamp
    text, name = str(stamp["template"]), str(stamp["name"])
    overrides = tuple(str(override) for override in stamp["overrides"])
    files = {str(file): str(content) for file, content in dict(stamp.get("files") or {}).items()}
    template = parse_template(text, "the book's own template", name, overrides + settings, files.__getitem__, table)
    translations = {str(code): str(text) for code, text in dict(stamp.get("translations") or {}).items()}
    template = in_language(replace(template, translations=translations), load_texts(str(stamp["language"])))
    return _with_plain_means(template) if stamp.get("version") in WITH_PLAIN_MEANS else template


def _with_plain_means(template: Template) -> Template:
    """The template of a book whose data sheet takes the mean of a feature straight from its sum."""
    data = replace(template.model.data, plain_mean=True)
    return replace(template, model=replace(template.model, data=data))


def _laid_out(opened: Opened, runs: Sequence[Run], programs: Sequence[Program], texts: Texts) -> BookLayout:
    """The runs with the layouts that the record gives them."""
    if "runs" not in opened.stamp:
        [run], [program] = runs, programs
        book = book_of_one(_training(opened, run.template, program, texts, opened.stamp["layout"], None))
        return book.showing(_own_numbers(opened, book.first)) if "mine" in opened.stamp else book
    layouts, front = list(opened.stamp["layouts"]), texts("sheet.comparison")
    trainings = [
        _training(opened, run.template, program, texts, data, Part(run.number, run.label, str(data["sheet"]), front))
        for run, program, data in zip(runs, programs, layouts, strict=True)
    ]
    return book_of_several(restore_runs(runs, trainings, texts))


def _own_numbers(opened: Opened, contents: Contents) -> OwnNumbers:
    """Somebody's own numbers that the book shows.  Raises ValueError for those of no quantity or row of it."""
    mine = read_own_numbers(opened.stamp["mine"])
    if mine.rows > contents.layout.iterations + 1 or not all(contents.has(column.name) for column in mine.columns):
        raise ValueError("it shows numbers of what it has not")
    return mine


def _training(
    opened: Opened, template: Template, program: Program, texts: Texts, data: dict[str, Any], part: Part | None
) -> Contents:
    """One training with its layout.  Raises ValueError if that has other columns or inputs than the template."""
    sheet, front = (str(data["data"]), part.front) if part else (texts("sheet.data"), "")
    layout = read_layout(data, template.training.iterations, sheet, front)
    layout = replace(layout, watched=layout.watched and made_by_this_version(opened))
    initial = {name for name in layout.panel if part and name in template.model.parameters()}  # runs may share these
    panel = {*program.panel, *template.model.constants(), *template.model.tabled()}
    if set(layout.columns) != set(program.names) or set(layout.panel) - initial != panel - initial:
        raise ValueError("its layout is not that of its template")
    return Contents(template, program, layout, texts, part)


def _must_be_possible(opened: Opened, trainings: Sequence[Contents]) -> None:
    """Raise ValueError for a record that asks for more cells than its book can hold: nobody trains for nothing."""
    layouts = [training.layout for training in trainings]
    for layout in layouts:
        rows = (layout.first_row, layout.last_row, *(place.row for place in layout.panel.values()))
        columns = (*layout.columns.values(), *(place.column for place in layout.panel.values()))
        if min(*rows, *columns) < 1 or max(rows) > LAST_ROW or max(columns) > LAST_COLUMN:
            raise ValueError("its layout leaves the sheet")
    cells = sum((layout.iterations + 1) * len(layout.columns) for layout in layouts)
    if cells * LEAST_CELL > opened.unpacked + SLACK:
        raise ValueError(f"it asks for {cells:,} cells, but the book unpacks to {opened.unpacked:,} bytes")


def _damaged(opened: Opened, error: Exception) -> UnreadableError:
    said = str(error).partition("\n")[0] or type(error).__name__
    return UnreadableError(f"{opened.path}: the book's own record is damaged ({said})")
