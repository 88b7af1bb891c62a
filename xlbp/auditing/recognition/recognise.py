"""Reads what trains where headings do not say so, and lays it beside what headings say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.reading.syntax import Cell, address, in_book
from xlbp.auditing.recognition.assumed_losses import assumed, is_flat
from xlbp.auditing.recognition.carriers import carriers
from xlbp.auditing.recognition.graph import Graph
from xlbp.auditing.recognition.labels import Labels
from xlbp.auditing.recognition.layouts import layout_of
from xlbp.auditing.recognition.losses import EXPLAINED, Explanation, explanation
from xlbp.auditing.recognition.moves import Move, MoveFinder
from xlbp.auditing.recognition.threads import threads
from xlbp.auditing.recognition.training import Training, trainings

STEP_FUNCTION = "this is the perceptron's rule: the output is a step, whose derivative is 0, so the weights follow no loss's gradient"
NO_LOSS = "it trains, but no cell was found whose derivatives it follows"
TOO_LARGE = "the book is too large to be looked through for what trains without headings"


@dataclass(frozen=True)
class NotFollowed:
    """A training that follows no loss that could be found."""

    names: tuple[str, ...]
    cell: Cell
    reason: str
    stops: frozenset[Cell] = frozenset()  # its parameters' cells


@dataclass
class Recognition:
    """The layouts of a book: those of its headings, completed by those of what trains."""

    layouts: list[Layout] = field(default_factory=list)
    not_followed: list[NotFollowed] = field(default_factory=list)


def recognise(cells: Cells, headed: list[Layout]) -> Recognition:
    """What a book trains, whatever its headings say; layouts by headings stay where they say as much."""
    finder = MoveFinder(cells)
    moves = finder.moves()
    known = {in_book(cell) for layout in headed if _says_all(layout) for cell in layout.stops()}
    if all(move.old in known or move.new in known for move in moves if move.proved):
        return Recognition(list(headed))
    graph = Graph(cells, {move.new for move in moves if move.proved})
    labels = Labels(cells)
    found = Recognition(list(headed))
    for training in trainings(cells, graph, threads(cells, moves)):
        if training.stops <= known:
            continue
        explained = _explained(cells, training, labels)
        if explained is not None:
            layout = layout_of(cells, training, explained, labels)
            if layout.parameters:
                found.layouts = list(_laid_beside(found.layouts, layout))
        elif _is_meant(cells, training, labels) and training.stops.isdisjoint(known):
            found.not_followed.append(_not_followed(cells, training, labels))
    return found


def _says_all(layout: Layout) -> bool:
    """Whether a layout by headings follows its parameters from step to step."""
    return layout.table is not None and layout.steps > 1


def _explained(cells: Cells, training: Training, labels: Labels) -> Explanation | None:
    """The loss that a training follows; None where there is none."""
    best = explanation(cells, training, labels)
    if best is not None and best.share >= EXPLAINED:
        return best
    guessed = max(assumed(cells, training), key=lambda each: each.share, default=None)
    if guessed is not None and guessed.share >= EXPLAINED:
        return guessed
    if best is not None and best.headed and _is_meant(cells, training, labels) and not is_flat(cells, training):
        return best
    return None


def _is_meant(cells: Cells, training: Training, labels: Labels) -> bool:
    """Whether words say that these cells train: a learning rate, or a gradient, is behind a move."""
    made = training.made_in(0)
    for _, move in training.moves(0):
        behind = [move.new, *(carrier.cell for carrier in carriers(cells, move, made))]
        if any(labels.says_gradient(cell) for cell in behind[1:]):
            return True
        plain = (cell for each in behind for cell in cells.arguments(each) if cell not in made)
        if any(labels.says_rate(cell) for cell in plain):
            return True
    return False


def _not_followed(cells: Cells, training: Training, labels: Labels) -> NotFollowed:
    """What to say of a training whose loss was not found."""
    starts = [thread.start for thread in training.threads]
    names = tuple(labels.name(start) or address(start, start[0]) for start in starts)
    return NotFollowed(names, starts[0], STEP_FUNCTION if is_flat(cells, training) else NO_LOSS, training.stops)


def _laid_beside(headed: Iterable[Layout], training: Layout) -> Iterator[Layout]:
    """The training instead of the layouts that say less of the same parameters."""
    own = {in_book(cell) for cell in training.stops()}
    is_told = False
    for layout in headed:
        theirs = {in_book(cell) for cell in layout.stops()}
        if own.isdisjoint(theirs):
            yield layout
        elif len(own) <= len(theirs) and not _takes_other_gradients(layout, training):
            is_told = True
            yield layout
        else:
            training = _named_alike(training, layout)
            rest = tuple(p for p in layout.parameters if own.isdisjoint(in_book(place.cell) for place in p.places))
            if rest:
                yield replace(layout, parameters=rest)
    if not is_told:
        yield training


def _takes_other_gradients(headed: Layout, training: Layout) -> bool:
    """Whether most moves of a training take other cells than those that headings call the gradients."""
    said = {in_book(place.cell): in_book(place.gradient) for p in headed.parameters for place in p.places}
    taken = {in_book(place.cell): in_book(place.gradient) for p in training.parameters for place in p.places}
    both = said.keys() & taken.keys()
    is_gradient = not any(place.adds for p in training.parameters for place in p.places)
    return is_gradient and sum(said[cell] != taken[cell] for cell in both) > len(both) / 2


def _named_alike(training: Layout, headed: Layout) -> Layout:
    """The training with the names that headings give its parameters."""
    names = {in_book(place.cell): p.name for p in headed.parameters for place in p.places}
    renamed: dict[str, str] = {}
    for parameter in training.parameters:
        name = next((names[cell] for place in parameter.places if (cell := in_book(place.cell)) in names), "")
        if name and name not in renamed.values():
            renamed[parameter.name] = name
    parameters = tuple(replace(p, name=renamed.get(p.name, p.name)) for p in training.parameters)
    if len({p.name for p in parameters}) < len(parameters):
        return training
    new_values = {renamed.get(name, name): news for name, news in training.new_values.items()}
    return replace(training, parameters=parameters, new_values=new_values)


def moved_cells(moves: Iterable[Move]) -> set[Cell]:
    """The cells that moves start from."""
    return {move.old for move in moves}
