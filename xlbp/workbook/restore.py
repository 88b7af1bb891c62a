"""From an opened book back to what it was made from, and to the numbers a person has set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from xlbp import __version__
from xlbp.errors import UnreadableError, UsageError
from xlbp.lang import Texts, load_texts
from xlbp.symbols.program import Program
from xlbp.template.load import parse_template
from xlbp.template.network import Network
from xlbp.template.template import Template
from xlbp.template.vary import MOST_RUNS, Run, runs_of
from xlbp.workbook.layout.contents import Contents, Part
from xlbp.workbook.layout.layout import LAST_COLUMN, LAST_ROW, make_layout, read_layout
from xlbp.workbook.layout.runs import Comparison, lay_out_runs, restore_runs
from xlbp.workbook.reader import Opened

DAMAGED = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, UsageError)
OTHER_LAYOUT = "its layout is not the one that this version gives its template"
WITH_PLAIN_MEANS = ("0.1.0",)  # versions
LEAST_CELL, SLACK = 20, 1_000_000  # bytes of XML; in our own books a cell takes about a hundred


def make_stamp(template: Template, language: str) -> dict[str, Any]:
    """What a book carries about itself, besides its layout."""
    return {
        "name": template.name,
        "template": template.text,
        "overrides": list(template.overrides),
        "language": language,
        "version": __version__,
        "files": template.files,
    }


def make_comparison_stamp(runs: Sequence[Run], language: str) -> dict[str, Any]:
    """What a book of several trainings carries: the first one's template, and what sets each apart."""
    stamp = make_stamp(runs[0].template, language)
    first = runs[0].overrides
    common = [override for override in stamp["overrides"] if override not in first]
    files = {name: text for run in runs for name, text in run.template.files.items()}
    settings = [[list(setting) for setting in run.settings] for run in runs]
    return {**stamp, "overrides": common, "files": files, "runs": settings}


def compares_several(opened: Opened) -> bool:
    """Whether the book is one of several trainings."""
    return "runs" in opened.stamp


def made_by_this_version(opened: Opened) -> bool:
    """Whether the teaching sheets are laid out as this version lays them out."""
    return bool(opened.stamp.get("version") == __version__)


def restore_template(opened: Opened) -> tuple[Template, str]:
    """The template and the language of a book.  Raises UnreadableError if its record is damaged."""
    try:
        return _parse(opened, ()), _language(opened)
    except DAMAGED as error:
        raise _damaged(opened, error) from None


def _parse(opened: Opened, settings: tuple[str, ...], table: bool = False) -> Template:
    """The book's template with its own overrides and further ``settings``."""
    stamp = opened.stamp
    text, name = str(stamp["template"]), str(stamp["name"])
    overrides = tuple(str(override) for override in stamp["overrides"])
    files = {str(file): str(content) for file, content in dict(stamp.get("files") or {}).items()}
    template = parse_template(text, "the book's own template", name, overrides + settings, files.__getitem__, table)
    return _with_plain_means(template) if stamp.get("version") in WITH_PLAIN_MEANS else template


def _with_plain_means(template: Template) -> Template:
    """The template of a book whose data sheet takes the mean of a feature straight from its sum."""
    if not isinstance(template.model, Network):
        return template
    data = replace(template.model.data, plain_mean=True)
    return replace(template, model=replace(template.model, data=data))


def _language(opened: Opened) -> str:
    return load_texts(str(opened.stamp["language"])).language


def restore_comparison(opened: Opened, compile_it: Callable[[Template], Program]) -> Comparison:
    """The comparison as the book was made, its layouts as the book says."""
    try:
        settings = [tuple((str(key), str(value)) for key, value in run) for run in opened.stamp["runs"]]
        if not 0 < len(settings) <= MOST_RUNS:
            raise ValueError(f"it holds {len(settings)} runs")
        runs = runs_of(settings, lambda given, table: _parse(opened, given, table))
        layouts, texts = list(opened.stamp["layouts"]), load_texts(_language(opened))
        programs = [compile_it(run.template) for run in runs]
        current = made_by_this_version(opened)
        found = [_restore_run(*run, texts, current) for run in zip(runs, programs, layouts, strict=True)]
        if current and found != list(lay_out_runs(runs, programs, texts).contents):
            raise ValueError(OTHER_LAYOUT)
        _must_be_possible(opened, found)
        return restore_runs(runs, found, texts)
    except DAMAGED as error:
        raise _damaged(opened, error) from None


def _restore_run(run: Run, program: Program, data: dict[str, Any], texts: Texts, current: bool) -> Contents:
    template, front = run.template, texts("sheet.comparison")
    layout = read_layout(data, template.training.iterations, str(data["data"]), front)
    layout = replace(layout, watched=layout.watched and current)
    initial = {name for name in layout.panel if name in template.model.parameters()}
    if set(layout.columns) != set(program.names) or set(layout.panel) - initial != _panel(template, program) - initial:
        raise ValueError("its layout is not that of its template")
    part = Part(run.number, run.label, str(data["sheet"]), front)
    return Contents(template, program, layout, texts, part)


def _panel(template: Template, program: Program) -> set[str]:
    return {*program.panel, *template.model.constants()}


def restore_contents(opened: Opened, template: Template, program: Any, language: str) -> Contents:
    """The contents as the book was made, its layout as the book says."""
    texts = load_texts(language)
    try:
        layout = read_layout(opened.stamp["layout"], template.training.iterations, texts("sheet.data"))
        layout = replace(layout, watched=layout.watched and made_by_this_version(opened))
        if set(layout.columns) != set(program.names) or set(layout.panel) != _panel(template, program):
            raise ValueError("its layout is not that of its template")
        if made_by_this_version(opened) and layout != make_layout(template, program, texts("sheet.data")):
            raise ValueError(OTHER_LAYOUT)
        contents = Contents(template, program, layout, texts)
        _must_be_possible(opened, [contents])
    except DAMAGED as error:
        raise _damaged(opened, error) from None
    return contents


def _must_be_possible(opened: Opened, contents: Sequence[Contents]) -> None:
    """Raise ValueError for a record that asks for more cells than its book can hold: nobody trains for nothing."""
    for layout in (one.layout for one in contents):
        rows = (layout.first_row, layout.last_row, *(place.row for place in layout.panel.values()))
        columns = (*layout.columns.values(), *(place.column for place in layout.panel.values()))
        if min(*rows, *columns) < 1 or max(rows) > LAST_ROW or max(columns) > LAST_COLUMN:
            raise ValueError("its layout leaves the sheet")
    cells = sum((one.layout.iterations + 1) * len(one.layout.columns) for one in contents)
    if cells * LEAST_CELL > opened.unpacked + SLACK:
        raise ValueError(f"it asks for {cells:,} cells, but the book unpacks to {opened.unpacked:,} bytes")


def _damaged(opened: Opened, error: Exception) -> UnreadableError:
    said = str(error).partition("\n")[0] or type(error).__name__
    return UnreadableError(f"{opened.path}: the book's own record is damaged ({said})")
