"""The lesson path: which sheet to open when, at which cell, and the question that this stop answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.page import Page

TRAINING, LAST = "training", "proof"  # keys of the sheet with the rows, and of the path's end
CHAIN_ROW = 3  # of the sheet of words: the chain rule with numbers, where a book has such a sentence
ORDER = (  # sheets that are not named here come before the end
    *("data", "network", "steps", "activation", "matrix", TRAINING, "charts", "learned", "results", "try_it"),
    *("landscape", "check", "break_it", "words"),
)
OF_KIND = {"network", "steps_one", "steps_last", "steps_first", TRAINING, "charts", "landscape", "check"}


@dataclass(frozen=True)
class Stop:
    """A sheet on the path: its key and title, the cell to go to as a link has it, and the question it answers."""

    key: str
    title: str
    place: str
    question: str


def lesson_path(contents: Contents, pages: Mapping[str, Page]) -> list[Stop]:
    """The stops in order; ``pages`` are the sheets of the book besides this one and the training's, by key."""
    keys = {TRAINING, *pages}
    others = [key for key in pages if key not in (*ORDER, LAST)]
    ordered = [*(key for key in ORDER if key in keys), *others, *([LAST] if LAST in keys else [])]
    return [stop for key in ordered for stop in _stops(contents, pages, key)]


def _stops(contents: Contents, pages: Mapping[str, Page], key: str) -> list[Stop]:
    if key == "steps":
        return _of_steps(contents, pages[key])
    if key == TRAINING:
        place = f"{contents.training}!A{contents.layout.first_row}"
        return [_stop(contents, contents.title, key, key, place)]
    title = pages[key].title
    if key == "matrix" and not all(layer.is_dense for layer in contents.template.model.layers):
        return [_stop(contents, title, key, "matrix_tensors", f"{quoted(title)}!A1")]
    if key == "words" and not any(cell.row == CHAIN_ROW for cell in pages[key].fixed):
        return [_stop(contents, title, key, "words_alone", f"{quoted(title)}!A1")]
    return [_stop(contents, title, key, key, f"{quoted(title)}!A1")]


def _of_steps(contents: Contents, page: Page) -> list[Stop]:
    """A weight of the last layer and then one of the first; one stop where there are no two, or no lines of theirs."""
    order = contents.template.parameter_order
    layers = {column.name: column.layer for column in contents.program.columns}
    last = next(name for name in order if layers[name] == layers[order[-1]])
    places = {name: _place_of(contents, page, name) for name in (last, order[0])}
    top = f"{quoted(page.title)}!A1"
    if len(places) == 1 or not all(places.values()):
        return [_stop(contents, page.title, "steps", "steps_one", next(iter(places.values())) or top, last)]
    return [
        _stop(contents, page.title, "steps", key, places[name], name)
        for key, name in (("steps_last", last), ("steps_first", order[0]))
    ]


def _place_of(contents: Contents, page: Page, parameter: str) -> str:
    """Where the derivative by a parameter stands on the sheet, as a link has it; '' where it has no line."""
    symbol = contents.bare_symbol(contents.gradient(parameter))
    found = next((cell for cell in page.fixed if cell.content == symbol), None)
    return f"{quoted(page.title)}!{get_column_letter(found.column)}{found.row}" if found else ""


def _stop(contents: Contents, title: str, key: str, question: str, place: str, parameter: str = "") -> Stop:
    texts, kind = contents.texts, contents.template.kind
    suffix = f"_{kind}" if question in OF_KIND else ""
    words = {
        "objective": contents.symbol(contents.objective),
        "parameter": contents.symbol(parameter) if parameter else "",
        "gradient": contents.symbol(contents.gradient(parameter)) if parameter else "",
    }
    asked = f"path.{question}{suffix}"
    return Stop(key, title, place, texts(asked if asked in texts.words else f"about.{key}", **words))
