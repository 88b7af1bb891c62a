"""A training as a layout: its parameters, gradients and losses, in a table where its steps are the rows of one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout, LayoutKind, Parameter, Place, is_numeric, named_apart, reaches
from xlbp.auditing.claims.options import table_of_rows
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.auditing.recognition.carriers import carried, numbers_behind, own_change
from xlbp.auditing.recognition.gradient_cells import GradientCells, gradient_cells
from xlbp.auditing.recognition.labels import Labels
from xlbp.auditing.recognition.losses import RTOL, SIMPLE, Explanation
from xlbp.auditing.recognition.training import Shift, Training

CERTAIN, LIKELY = 0.999, 0.5


def layouts_of(cells: Cells, training: Training, explained: Explanation, labels: Labels) -> list[Layout]:
    """How a training is read: by its gradients' cells, and where parameters have none, by what moves these."""
    gradients = gradient_cells(cells, training, explained, labels)
    every = {(step, k) for k, thread in enumerate(training.threads) for step in range(len(thread.moves))}
    without = every - gradients.keys()
    read: list[Layout] = []
    if gradients:
        read.append(_by_gradients(cells, training, explained, labels, gradients))
    if without:
        read.append(_by_moves(cells, training, explained, labels, without))
    return [layout for layout in read if layout.parameters]


def _by_gradients(
    cells: Cells, training: Training, explained: Explanation, labels: Labels, gradients: GradientCells
) -> Layout:
    """The parameters whose gradients stand in cells, in a table if their steps are its rows."""
    end = closing_step(cells, training, explained, gradients)
    steps = _judged_steps(explained)
    parameters: list[Parameter] = []
    new_values: list[tuple[Cell, ...]] = []
    for k, thread in enumerate(training.threads):
        moves = [(s, move) for s, move in enumerate(thread.moves) if s in steps and (s, k) in gradients]
        places = [Place(steps[s], move.old, gradients[s, k]) for s, move in moves]
        if end is not None and places and k in end.places:
            places.append(replace(end.places[k], step=len(steps)))
        if places:
            parameters.append(Parameter(_name(labels, thread.start), tuple(places)))
            new_values.append(tuple(move.new for _, move in moves))
    layout = _layout(training, explained, labels, parameters, end.loss if end else None)
    named = {parameter.name: news for parameter, news in zip(layout.parameters, new_values, strict=True)}
    layout = replace(layout, new_values=named)
    return _as_rows(cells, layout) or layout


def _by_moves(
    cells: Cells, training: Training, explained: Explanation, labels: Labels, without: Collection[tuple[int, int]]
) -> Layout:
    """The parameters that have no gradient's cell in some steps, by step and thread, judged by what they become."""
    factors, steps = _factors(cells, training, explained), _judged_steps(explained)
    parameters: list[Parameter] = []
    for k, thread in enumerate(training.threads):
        judged = [s for s in range(len(thread.moves)) if (s, k) in without and s in steps and (s, k) in factors]
        moves = [(s, thread.moves[s]) for s in judged]
        places = tuple(
            Place(steps[s], m.old, m.new, factors[s, k], True, carried(cells, m, training.made_in(s))) for s, m in moves
        )
        if places:
            parameters.append(Parameter(_name(labels, thread.start), places))
    return _layout(training, explained, labels, parameters, None)


def _judged_steps(explained: Explanation) -> dict[int, int]:
    """The steps that have a loss, and their numbers among these."""
    steps = [step for step, loss in enumerate(explained.losses) if loss is not None]
    return {step: at for at, step in enumerate(steps)}


def _name(labels: Labels, start: Cell) -> str:
    """What a parameter is called: by a word, or by its first cell."""
    return labels.name(start) or address(start, start[0])


def _layout(
    training: Training, explained: Explanation, labels: Labels, parameters: list[Parameter], last: Cell | None
) -> Layout:
    """The layout of some of a training's parameters."""
    sheet = training.threads[0].start[0]
    losses = tuple(loss for loss in (*explained.losses, last) if loss is not None)
    return Layout(
        LayoutKind.STEPS,
        sheet,
        named_apart(parameters, sheet),
        losses=losses,
        loss_name="" if explained.text or not losses else labels.name(losses[0]),
        assumed=explained.text,
        told_by=_how_sure(explained),
    )


def _how_sure(explained: Explanation) -> str:
    """How sure the reading is: the text ``audit.sure_<key>``."""
    if explained.share >= CERTAIN:
        return "certain"
    if explained.share >= LIKELY:
        return "mostly"
    return "likely" if explained.share else "by_word"


def _factors(cells: Cells, training: Training, explained: Explanation) -> dict[tuple[int, int], float]:
    """By step and thread: what the derivatives are multiplied with, the learning rate and a minus."""
    ratios: dict[tuple[int, int], float] = {}
    for step in range(training.steps):
        loss = explained.losses[step]
        if loss is None:
            continue
        adjoints = cells.adjoints(loss, training.stops)
        for k, move in training.moves(step):
            true = adjoints[move.old].value if move.old in adjoints else 0.0
            ratio = own_change(cells, move, training.made_in(step)) / true if true else 0.0
            ratios[step, k] = ratio if math.isfinite(ratio) else 0.0
    rates = {k: set(numbers_behind(cells, move, training.made_in(0))) for k, move in training.moves(0)}
    common = Counter(number for numbers in rates.values() for number in numbers)
    overall = _most_common([ratio for ratio in ratios.values() if ratio])
    varies = training.steps > 1 and _is_of_one_step(ratios, overall[0])
    factors: dict[tuple[int, int], float] = {}
    for (step, k), ratio in ratios.items():
        of_step = [other for (at, _), other in ratios.items() if at == step and other]
        of_thread = [other for (_, thread), other in ratios.items() if thread == k and other]
        own = {number for number in rates.get(k, ()) if common[number] <= len(rates) / 2}
        own_usual = _most_common(of_thread) if _is_own_rate(_most_common(of_thread)[0], overall[0], own) else (0.0, 0)
        if varies and ratio < 0 and len(of_step) == 1:
            factors[step, k] = ratio  # each step has a rate of its own, and nothing tells another one for this
            continue
        shared = _most_common(of_step)
        is_turned = shared[0] > 0 > overall[0] and not varies and not _takes_own_numbers(training, step, k)
        factors[step, k] = _factor(ratio, overall, (0.0, 0) if is_turned else shared, own_usual, set(common))
    return factors


def _takes_own_numbers(training: Training, step: int, k: int) -> bool:
    """Whether a move takes numbers that no other step's does, as a reward, which may turn it the other way."""
    moves = training.threads[k].moves
    elsewhere = {cell for at, move in enumerate(moves) if at != step for cell in move.others}
    return not elsewhere.issuperset({*moves[step].others} - training.made_in(step))


def _is_of_one_step(ratios: dict[tuple[int, int], float], usual: float) -> bool:
    """Whether the commonest ratio is that of a single step, where others have theirs that their parameters share."""
    by_step: dict[int, list[float]] = {}
    for (step, _), ratio in ratios.items():
        if ratio:
            by_step.setdefault(step, []).append(ratio)
    has_usual = [any(abs(each - usual) <= RTOL * abs(usual) for each in own) for own in by_step.values()]
    shared = [own for own in by_step.values() if len(own) > 1 and _most_common(own)[1] == len(own)]
    return sum(has_usual) == 1 and len(shared) > 1


def _is_own_rate(usual: float, overall: float, numbers: set[float]) -> bool:
    """Whether a parameter's usual factor is one of its own numbers, and goes the way that the others' factors go."""
    multiples = [number * other for number in numbers for other in (*SIMPLE, abs(overall))]
    return usual * overall >= 0 and any(abs(abs(usual) - rate) <= RTOL * rate for rate in multiples)


def _factor(
    ratio: float, overall: tuple[float, int], of_step: tuple[float, int], own: tuple[float, int], rates: set[float]
) -> float:
    """The factor of one move: what most share, in the whole training, in its step, or its parameter's own rate."""
    for usual, votes in (of_step, overall, own):
        if votes > 1 and abs(ratio - usual) <= RTOL * abs(usual):
            return usual
    for usual, votes in (overall, of_step):
        if votes > 1:
            return usual
    is_rate = any(abs(abs(ratio) - rate * simple) <= RTOL * rate for rate in rates for simple in SIMPLE)
    return ratio if is_rate or not rates else -max(rates)


def _most_common(ratios: list[float]) -> tuple[float, int]:
    """The ratio that most are, and how many; of as many up and down, that which goes down, as training does."""
    counts = Counter(float(f"{ratio:.6g}") for ratio in ratios)
    if not counts:
        return 0.0, 0
    usual = max(counts, key=lambda ratio: (counts[ratio], -abs(ratio), ratio < 0))
    exact = [ratio for ratio in ratios if float(f"{ratio:.6g}") == usual]
    return sorted(exact)[len(exact) // 2], counts[usual]


def _as_rows(cells: Cells, layout: Layout) -> Layout | None:
    """The layout as a table, where each of its steps is a row, or a column of a table on its side."""
    if layout.steps < 2 or any(place.adds for parameter in layout.parameters for place in parameter.places):
        return None
    for turned in (False, True):
        if all(_goes_down(parameter, layout, turned) for parameter in layout.parameters):
            return _table(cells, layout, turned)
    return None


def _goes_down(parameter: Parameter, layout: Layout, turned: bool) -> bool:
    """Whether a parameter, its gradient and the losses stand in one row, and each step in the next."""
    line: Literal[1, 2] = 2 if turned else 1
    column: Literal[1, 2] = 1 if turned else 2
    first = parameter.places[0]
    if len(parameter.places) != layout.steps:
        return False
    for place, loss in zip(parameter.places, layout.losses, strict=True):
        own = {cell[line] for cell in (place.cell, place.gradient, loss)}
        sheets = {place.cell[0], place.gradient[0], loss[0]}
        if own != {first.cell[line] + place.step} or sheets != {layout.sheet} or loss[column] < 1:
            return False
    return True


def _table(cells: Cells, layout: Layout, turned: bool) -> Layout:
    """The layout with a table, and with a last row that nothing follows."""
    sheet = cells.contents.turn(layout.sheet) if turned else layout.sheet

    def seen(cell: Cell) -> Cell:
        return (sheet, cell[2], cell[1]) if turned else cell

    parameters = tuple(
        replace(p, places=tuple(replace(e, cell=seen(e.cell), gradient=seen(e.gradient)) for e in p.places))
        for p in layout.parameters
    )
    losses = tuple(map(seen, layout.losses))
    first = parameters[0].places[0].cell[1]
    claimed = {cell[2] for p in parameters for cell in (p.places[0].cell, p.places[0].gradient)}
    table = table_of_rows(cells, sheet, first, first + len(losses) - 1, claimed)
    return replace(
        layout, kind=LayoutKind.TABLE, sheet=sheet, parameters=parameters, losses=losses, table=table, new_values={}
    )


@dataclass(frozen=True)
class ClosingStep:
    """The last step, whose gradients move nothing any more: its loss, and its places by thread."""

    loss: Cell
    places: dict[int, Place]


def closing_step(
    cells: Cells, training: Training, explained: Explanation, gradients: GradientCells
) -> ClosingStep | None:
    """The step that begins with the last new values, where a loss and gradients stand for it; None if none does."""
    first_loss, last = explained.losses[0], training.steps
    ends = {k: _taken_over(training, thread.moves[-1].new) for k, thread in enumerate(training.threads)}
    shifts = Counter(Shift.between(training.threads[k].start, end) for k, end in ends.items())
    if first_loss is None or not gradients or first_loss[2] < 1:
        return None
    shift = max(shifts, key=lambda each: (shifts[each], repr(each)))
    loss = shift.of(first_loss)
    places: dict[int, Place] = {}
    for k, end in ends.items():
        gradient = gradients.get((0, k))
        moved = shift.of(gradient) if gradient else None
        if (
            moved
            and shift.of(training.threads[k].start) == end
            and cells.is_formula(moved)
            and is_numeric(cells, moved)
        ):
            places[k] = Place(last, end, moved)
    is_computed = cells.is_formula(loss) and is_numeric(cells, loss) and bool(reaches(cells, loss, set(ends.values())))
    is_new = loss not in explained.losses
    return ClosingStep(loss, places) if is_computed and is_new and len(places) > len(ends) / 2 else None


def _taken_over(training: Training, new: Cell) -> Cell:
    """The cell that takes a new value over as the next step's parameter; the new value's own where none does."""
    for user in training.graph.users(new):
        if training.graph.source(user) == new and training.graph.users(user):
            return user
    return new
