"""The pages of a book, the front one first, and what a person has chosen on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xlbp.template.network import Network
from xlbp.workbook.layout.book_layout import BookLayout
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.layout.runs import Comparison
from xlbp.workbook.page.entries import training_entries
from xlbp.workbook.page.facts import Choices, Facts
from xlbp.workbook.page.lens import ITERATION, LAYER, SAMPLE, UNIT
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.charts import charts_page
from xlbp.workbook.sheets.check import STEP, check_page
from xlbp.workbook.sheets.comparison.comparison import comparison_page
from xlbp.workbook.sheets.data import data_page
from xlbp.workbook.sheets.landscape import ACROSS, DOWN, RADIUS, grid_size, landscape_page, parameter_labels
from xlbp.workbook.sheets.learned.learned import learned_page, picture_points
from xlbp.workbook.sheets.network.matrix_form import fits, matrix_page
from xlbp.workbook.sheets.network.network import network_page
from xlbp.workbook.sheets.proof import proof_page
from xlbp.workbook.sheets.start import start_page
from xlbp.workbook.sheets.steps.steps import steps_page

Reader = Callable[[Any], Any]


def pages_of(book: BookLayout, facts: Sequence[Facts]) -> list[Page]:
    """Every sheet besides the trainings' rows and their losses, with the values it must show.

    ``facts`` are those of each training.
    """
    if book.comparison is None:
        return _teaching_pages(book.first, facts[0])
    return _comparison_pages(book.comparison, facts)


def _comparison_pages(comparison: Comparison, facts: Sequence[Facts]) -> list[Page]:
    """The front sheet, what is said on the trainings' own sheets, the sheets of data."""
    pages = [comparison_page(comparison, facts)]
    pages += [page for contents in comparison.contents if (page := training_entries(contents))]
    for contents in comparison.data_sheets.values():
        pages.append(data_page(contents, facts[comparison.contents.index(contents)]))
    return pages


def _teaching_pages(contents: Contents, facts: Facts) -> list[Page]:
    """The sheets of a book of one training."""
    check = check_page(contents, facts)
    pages = {
        "steps": steps_page(contents, facts),
        "network": network_page(contents, facts),
        **({"matrix": matrix_page(contents, facts)} if fits(contents) else {}),
        "charts": charts_page(contents, facts),
        **({"learned": learned_page(contents, facts)} if picture_points(contents) else {}),
        "check": check,
    }
    if grid_size(contents):
        pages["landscape"] = landscape_page(contents, facts)
    pages["proof"] = proof_page(contents, facts)
    if contents.data_on_own_sheet:
        pages["data"] = data_page(contents, facts)
    others = ["training", *pages]
    verdict = next(f for f in check.formulas if f.address == "C5")
    start = start_page(contents, replace(facts, verdict=str(verdict.value)), others)
    if not verdict.sure:
        told = f"{quoted(check.title)}!C5"
        start.formulas = [replace(f, sure=told not in f.text) for f in start.formulas]
    entries = training_entries(contents)
    return [start, *([entries] if entries else []), *pages.values()]


def first_choices(contents: Contents) -> Choices:
    """What a new book shows: iteration 0, and the landscape over two weights of the last layer."""
    order = contents.template.parameter_order
    layers = {column.name: column.layer for column in contents.program.columns}
    last = max(layers[name] for name in order)
    first = next(number for number, name in enumerate(order, start=1) if layers[name] == last)
    return Choices(across=first, down=min(first + 1, len(order)))


def read_choices(contents: Contents, typed: Mapping[str, Any]) -> tuple[Choices, dict[str, str]]:
    """The choices from what stands in their cells, and for each unusable one what it should be."""
    symbols = parameter_labels(contents)
    choices, model = first_choices(contents), contents.template.model
    samples = model.batch if isinstance(model, Network) else 1
    units = [layer.units for layer in model.layers] if isinstance(model, Network) else [1]
    wrong: dict[str, str] = {}
    fields: dict[str, tuple[str, Reader, str]] = {
        ITERATION: ("iteration", lambda v: _whole(v, 0, contents.layout.iterations), "a whole number in range"),
        SAMPLE: ("sample", lambda v: _whole(v, 1, samples), "a whole number in range"),
        LAYER: ("layer", lambda v: _whole(v, 1, len(units)), "a whole number in range"),
        UNIT: (
            "unit",
            lambda v: _whole(v, 1, max(units)),
            "a whole number in range",
        ),  # the page says if the layer has it
        STEP: ("step", lambda v: float(v) if v > 0 else None, "a positive number"),
        RADIUS: ("radius", lambda v: float(v) if v > 0 else None, "a positive number"),
        ACROSS: ("across", lambda v: symbols.index(v) + 1 if v in symbols else None, "the symbol of a parameter"),
        DOWN: ("down", lambda v: symbols.index(v) + 1 if v in symbols else None, "the symbol of a parameter"),
    }
    values: dict[str, Any] = {}
    for name, content in typed.items():
        field, read, should_be = fields[name]
        value = _read(read, content)
        if value is None:
            wrong[name] = should_be
        else:
            values[field] = value
    return Choices(**{**vars(choices), **values}), wrong


def _read(read: Reader, content: Any) -> Any:
    """The choice, or None for what is none: a text where a number is wanted, TRUE, nothing."""
    try:
        return None if isinstance(content, bool) else read(content)
    except (TypeError, ValueError, OverflowError):
        return None


def _whole(value: Any, first: int, last: int) -> int | None:
    return int(value) if value == int(value) and first <= value <= last else None
