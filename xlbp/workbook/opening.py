"""What a new book shows: the iteration it opens at, the sample, the places and parameters it has chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from xlbp.template.blocks.convolution import Convolution
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Array, Choices, mean_of_last
from xlbp.workbook.sheets.activation.activation import first_tangents
from xlbp.workbook.sheets.landscape import grid_size
from xlbp.workbook.sheets.learned.learned import picture_points
from xlbp.workbook.sheets.network.heat import most_steps
from xlbp.workbook.sheets.network.window import windowed
from xlbp.workbook.sheets.try_it.typed import first_typed

RADII = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 20.0)  # of a new book's landscape
PLACE = 3  # numbers that say where a place of a map is: its channel, row and column


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
    usual = replace(usual, weight=_first_with_slope(contents, history, usual.iteration))
    usual = _at_largest(contents, history, usual)
    return _over_what_moves(contents, history, usual) if grid_size(contents) else usual


def _at_largest(contents: Contents, history: Mapping[str, Array], choices: Choices) -> Choices:
    """At the largest number of the first convolution's maps, if there is one: the winner of a pool behind it."""
    convolutions = [each for each in windowed(contents) if isinstance(each.block, Convolution)]
    if not convolutions:
        return choices
    first = convolutions[0]
    mark = f"@{choices.sample}" if contents.template.model.batch > 1 else ""
    elements = first.layer.network.passed(first.layer.network.place_of(first.node), mark)
    if any(name not in history or len(name.indices) != PLACE for name in elements):
        return choices
    values = np.array([history[name][choices.iteration] for name in elements])
    if not np.isfinite(values).all():
        return choices
    channel, row, column = elements[int(values.argmax())].indices
    return replace(choices, channel=channel, row=row, column=column)


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


def _first_with_slope(contents: Contents, history: Mapping[str, Array], iteration: int) -> int:
    """The first parameter, counted from 1, whose gradient is not 0 there: its paths have something to show."""
    order = contents.template.parameter_order
    sloping = (n for n, name in enumerate(order, start=1) if _has_slope(history[contents.gradient(name)], iteration))
    return next(sloping, 1)


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
    losses = mean_of_last(history[contents.objective], contents.template.model.rows_of_epoch)
    way = losses - losses[0] if contents.template.model.maximize else losses[0] - losses
    if not (np.isfinite(way[-1]) and way[-1] > 0):
        return 0
    return int(np.argmax(way >= way[-1] / 2))


def _first_sample(contents: Contents) -> int:
    """The first with no input 0, so that every weight of the first layer counts; else one that is not 0 everywhere."""
    model = contents.template.model
    if model.batch < 2 or model.picks or (model.kind == "network" and model.network.takes_tokens):
        return 1
    samples = list(enumerate(model.inputs, start=1))
    return next((n for is_rich in (all, any) for n, inputs in samples if is_rich(inputs)), 1)
