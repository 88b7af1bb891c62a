"""The cells where a person chooses what a book shows: their defined names, and what was chosen in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.opening import first_choices
from xlbp.workbook.page.facts import Choices
from xlbp.workbook.page.lens import CHANNEL, COLUMN, HEAD, ITERATION, KEY, LAYER, QUERY, ROW, SAMPLE, UNIT, WEIGHT
from xlbp.workbook.sheets.activation.block import TANGENT
from xlbp.workbook.sheets.activation.functions import functions_of
from xlbp.workbook.sheets.check import STEP
from xlbp.workbook.sheets.landscape_axes import ACROSS, DOWN, RADIUS, parameter_labels
from xlbp.workbook.sheets.network.heat import most_heads, most_steps
from xlbp.workbook.sheets.network.window import largest
from xlbp.workbook.sheets.results.predictions import RESULTS_AT
from xlbp.workbook.sheets.try_it.typed import NAME, TRIED_AT, can_be_tried, typed_of


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
