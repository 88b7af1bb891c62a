"""The pages of a book, the front one first, and what a person has chosen on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from xlbp.template import names
from xlbp.workbook.layout.book_layout import BookLayout
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.layout.runs import Comparison
from xlbp.workbook.page.entries import training_entries
from xlbp.workbook.page.facts import Array, Choices, Facts
from xlbp.workbook.page.lens import CHANNEL, COLUMN, HEAD, ITERATION, KEY, LAYER, QUERY, ROW, SAMPLE, UNIT, WEIGHT
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.activation.activation import first_tangents
from xlbp.workbook.sheets.activation.block import TANGENT
from xlbp.workbook.sheets.activation.functions import functions_of
from xlbp.workbook.sheets.check import STEP
from xlbp.workbook.sheets.chosen_row import put_chosen_row
from xlbp.workbook.sheets.comparison.comparison import comparison_page
from xlbp.workbook.sheets.data import data_page
from xlbp.workbook.sheets.landscape import grid_size
from xlbp.workbook.sheets.landscape_axes import ACROSS, DOWN, RADIUS, parameter_labels
from xlbp.workbook.sheets.learned.learned import picture_points
from xlbp.workbook.sheets.network.heat import most_heads, most_steps
from xlbp.workbook.sheets.network.window import largest
from xlbp.workbook.sheets.registry import SHEETS
from xlbp.workbook.sheets.results.predictions import RESULTS_AT
from xlbp.workbook.sheets.start.start import start_page
from xlbp.workbook.sheets.try_it.typed import NAME, TRIED_AT, can_be_tried, first_typed, typed_of

RADII = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)  # of a new book's landscape


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
    pages = {sheet.key: sheet.page(contents, facts) for sheet in SHEETS if sheet.is_in(contents)}
    check = pages["check"]
    verdict = next(f for f in check.formulas if f.address == "C5")
    start = start_page(contents, replace(facts, verdict=str(verdict.value)), pages)
    if not verdict.sure:
        told = f"{quoted(check.title)}!C5"
        start.formulas = [f._replace(sure=told not in f.text) for f in start.formulas]
    training = training_entries(contents) or Page(contents.title)
    put_chosen_row(training, contents, facts)
    return [start, training, *pages.values()]


def first_choices(contents: Contents, history: Mapping[str, Array] | None = None) -> Choices:
    """What a new book shows: where it opens, and the landscape over the two parameters that training moves farthest.

    Without a ``history`` it is over the first two of the last layer that has so many.
    """
    sample = _first_sample(contents)
    order = contents.template.parameter_order
    layers = {column.name: column.layer for column in contents.program.columns}
    last = max(layers[name] for name in order)
    first = next(number for number, name in enumerate(order, start=1) if layers[name] == last)
    down = min(first + 1, len(order))
    end, tried = contents.layout.iterations, first_typed(contents)
    usual = Choices(
        sample=sample,
        query=most_steps(contents),
        across=max(1, min(first, down - 1)),
        down=down,
        results_at=end,
        tried_at=end,
        tried=tried,
        tangents=first_tangents(contents),
    )
    if history is None:
        return usual
    usual = replace(usual, iteration=_first_iteration(contents, history))
    return _over_what_moves(contents, history, usual) if grid_size(contents) else usual


def _over_what_moves(contents: Contents, history: Mapping[str, Array], usual: Choices) -> Choices:
    """The landscape over the two parameters that move farthest, so wide that their way fits on it.

    Of those that have no gradient at the chosen iteration it would be flat: they come last.
    """
    start = usual.iteration
    order = contents.template.parameter_order
    travelled = {n: _farthest(history[name], start) for n, name in enumerate(order, start=1)}
    sloping = {n for n, name in enumerate(order, start=1) if _has_slope(history[contents.gradient(name)], start)}
    usual_first = (usual.across, usual.down)
    by_travel = sorted(travelled, key=lambda n: (n not in sloping, -travelled[n], n not in usual_first, -n))
    across, down = sorted(by_travel[:2])
    needed = 1.05 * max(travelled[across], travelled[down])
    radius = next((radius for radius in RADII if radius >= needed > 0), usual.radius)
    return replace(usual, across=across, down=down, radius=radius)


def _farthest(values: Array, start: int) -> float:
    """How far a parameter gets from where it is at an iteration, errors aside."""
    away = np.abs(values - values[start])
    return float(np.max(away, initial=0.0, where=np.isfinite(away)))


def _has_slope(gradients: Array, start: int) -> bool:
    """Whether a gradient of an iteration is a number other than 0."""
    return bool(np.isfinite(gradients[start]) and gradients[start] != 0)


def _first_iteration(contents: Contents, history: Mapping[str, Array]) -> int:
    """Where a book opens: at iteration 0, for there a worked example begins.

    At that one nothing has been learned yet.  Where there is a picture of the learned function the book opens at the
    first iteration at which the loss, of mini-batches its mean over an epoch's rows, has come half of its way; or at 0
    where it has not come to where it should go.
    """
    if picture_points(contents) == 0:
        return 0
    losses = _mean_of_last(history[contents.objective], _rows_of_an_epoch(contents, history))
    way = losses - losses[0] if contents.template.model.maximize else losses[0] - losses
    if not (np.isfinite(way[-1]) and way[-1] > 0):
        return 0
    return int(np.argmax(way >= way[-1] / 2))


def _rows_of_an_epoch(contents: Contents, history: Mapping[str, Array]) -> int:
    """How many rows take all samples once."""
    if not contents.template.model.picks:
        return 1
    epochs = history[names.EPOCH]
    return int(np.count_nonzero(epochs == epochs[0]))


def _mean_of_last(values: Array, rows: int) -> Array:
    """At each row the mean of so many up to it; of all up to it where these are fewer."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.arange(1, len(sums))
    starts = np.maximum(0, ends - rows)
    return (sums[ends] - sums[starts]) / (ends - starts)


def _first_sample(contents: Contents) -> int:
    """The first whose inputs are not all 0, with which no weight of the first layer would count."""
    model = contents.template.model
    if model.batch < 2 or model.picks or (model.kind == "network" and model.network.takes_tokens):
        return 1
    return next((n for n, inputs in enumerate(model.inputs, start=1) if any(inputs)), 1)


class Choice(NamedTuple):
    """A cell where a person chooses: the field of the choices, what reads it (None for what is none), what it takes.

    Of a field that is a list it is the element at a ``place``.
    """

    field: str
    read: Callable[[Any], Any]
    takes: str
    place: int | None = None


def choices_of(contents: Contents) -> dict[str, Choice]:
    """Every cell where a person chooses, by its defined name."""
    sizes, symbols = contents.template.model.sizes, parameter_labels(contents)

    def whole(first: int, last: int) -> Callable[[Any], int | None]:
        return lambda value: int(value) if value == int(value) and first <= value <= last else None

    def positive(value: Any) -> float | None:
        return float(value) if value > 0 else None

    def place_in(labels: Sequence[str]) -> Callable[[Any], int | None]:
        return lambda value: labels.index(value) + 1 if value in labels else None

    channels, rows, columns = largest(contents) or (1, 1, 1)
    in_range, above, symbol = "a whole number in range", "a positive number", "the symbol of a parameter"
    tried = {}
    if can_be_tried(contents):
        typed = typed_of(contents)
        tried = {
            f"{NAME}{n + 1}": Choice("tried", partial(typed.read, n), typed.takes(n), n) for n in range(typed.count)
        }
    tangents = {
        f"{TANGENT}{n + 1}": Choice("tangents", place_in(function.labels), "a unit of the table", n)
        for n, function in enumerate(functions_of(contents))
    }
    return {
        **tried,
        **tangents,
        RESULTS_AT: Choice("results_at", whole(0, contents.layout.iterations), in_range),
        TRIED_AT: Choice("tried_at", whole(0, contents.layout.iterations), in_range),
        ITERATION: Choice("iteration", whole(0, contents.layout.iterations), in_range),
        SAMPLE: Choice("sample", whole(1, contents.template.model.batch), in_range),
        LAYER: Choice("layer", whole(1, len(sizes)), in_range),
        UNIT: Choice("unit", whole(1, max(sizes)), in_range),  # the page says if the layer has it
        CHANNEL: Choice("channel", whole(1, channels), in_range),
        ROW: Choice("row", whole(1, rows), in_range),
        COLUMN: Choice("column", whole(1, columns), in_range),
        HEAD: Choice("head", whole(1, most_heads(contents)), in_range),
        QUERY: Choice("query", whole(1, most_steps(contents)), in_range),
        KEY: Choice("key", whole(1, most_steps(contents)), in_range),
        STEP: Choice("step", positive, above),
        RADIUS: Choice("radius", positive, above),
        ACROSS: Choice("across", place_in(symbols), symbol),
        DOWN: Choice("down", place_in(symbols), symbol),
        WEIGHT: Choice("weight", place_in(symbols), symbol),
    }


def read_choices(
    contents: Contents, cells: Mapping[str, Any], otherwise: Choices | None = None
) -> tuple[Choices, dict[str, str]]:
    """The choices from what stands in their cells, or ``otherwise``; and for each unusable one what it takes."""
    every, first = choices_of(contents), otherwise or first_choices(contents)
    chosen: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, content in cells.items():
        choice = every[name]
        value = _read(choice.read, content)
        if value is None:
            wrong[name] = choice.takes
        elif choice.place is None:
            chosen[choice.field] = value
        else:
            elements = chosen.setdefault(choice.field, list(getattr(first, choice.field)))
            elements[choice.place] = value
    made: dict[str, Any] = {f: tuple(value) if isinstance(value, list) else value for f, value in chosen.items()}
    return replace(first, **made), wrong


def _read(read: Callable[[Any], Any], content: Any) -> Any:
    """The choice, or None for what is none: a text where a number belongs, TRUE, nothing."""
    try:
        return None if isinstance(content, bool) else read(content)
    except (TypeError, ValueError, OverflowError):
        return None
