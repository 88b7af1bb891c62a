"""Reads what trains where headings do not say so, and lays it beside what headings say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.reading.syntax import Cell, address, in_book, title
from xlbp.auditing.reading.telling import Told, nobody
from xlbp.auditing.recognition.assumed_losses import assumed, compared_in, is_flat, is_linear, is_rounded, unread_behind
from xlbp.auditing.recognition.breaks import Break, breaks
from xlbp.auditing.recognition.carriers import carriers
from xlbp.auditing.recognition.continuations import continued
from xlbp.auditing.recognition.descent import goes_downhill
from xlbp.auditing.recognition.gradient_cells import has_doubtful_factor
from xlbp.auditing.recognition.graph import Graph
from xlbp.auditing.recognition.labels import Labels
from xlbp.auditing.recognition.layouts import layouts_of
from xlbp.auditing.recognition.losses import EXPLAINED, Explanation, explanation
from xlbp.auditing.recognition.moves import Move, MoveFinder, without_made, without_sums
from xlbp.auditing.recognition.roundabout import without_roundabout
from xlbp.auditing.recognition.strays import with_strays
from xlbp.auditing.recognition.threads import threads
from xlbp.auditing.recognition.training import Training, trainings
from xlbp.auditing.recognition.typed import moved_by_numbers, typed_loss

MOVED_ALIKE = 3  # numbers at least that one cell is taken from alike, which are no parameters then
STEP_FUNCTION = (
    "this is the perceptron's rule: the output is a step, whose derivative is 0, so no weight follows a loss's gradient"
)
ROUNDED = "a prediction is rounded on its way to the loss, and the derivative of a rounded number is 0"
UNREAD = "what is compared with the targets rests on {}, which can't be read"
NO_LOSS = "it trains, but no cell was found whose derivatives it follows"
RIVAL = (
    "the moves follow {}, which no cell holds, and not {}, in which all parameters meet: if that is the loss, they are "
    "wrong"
)
FACTOR = (
    "every parameter is moved by one multiple of the loss's derivatives, but not by what looks like the learning rate: "
    "either this is part of the rate, or a factor is missing in all gradients alike"
)
WITHOUT_LOSS = "in {} of its {} steps no cell was found that holds the loss, so these are not judged"
TYPED_LOSS = "the loss in {} is a number, no formula: {} was taken in its place"
MOVED_BY_NUMBERS = "{} moves it as others are moved, but by what was typed, in {}, and not by what the step computes"
TOO_LARGE = "the book is too large to be looked through as a whole for what trains without headings"


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
    breaks: list[Break] = field(default_factory=list)


def recognise(cells: Cells, headed: list[Layout], told: Told = nobody) -> Recognition:
    """What a book trains, whatever its headings say; layouts by headings stay where they say as much."""
    finder = MoveFinder(cells)
    known = {in_book(cell) for layout in headed if _says_all(layout) for cell in layout.stops()}
    every_move = finder.moves(told)
    moves = with_strays(cells, every_move)
    if not _are_known(moves, known):
        moves = without_made(cells, without_sums(cells, every_move), known)
        moves = with_strays(cells, without_roundabout(cells, moves))
    if _are_known(moves, known):
        return Recognition(list(headed))
    calculation = {in_book(cell) for layout in headed if _says_all(layout) for cell in _behind(cells, layout)}
    graph = Graph(cells, {move.new for move in moves if move.proved})
    labels = Labels(cells)
    found = Recognition(list(headed))
    if finder.is_exhausted:
        first = min(move.old for move in moves)
        found.not_followed.append(NotFollowed((title(first[0]),), first, TOO_LARGE))
    every = [
        thread for thread in threads(cells, moves) if len(thread.moves) > 1 or thread.moves[0].new not in calculation
    ]
    for training in continued(cells, graph, trainings(cells, graph, every)):
        if training.stops <= known:
            continue
        explained = _explained(cells, training, labels)
        if explained is not None:
            found.breaks += breaks(cells, training)
            found.layouts = [layout for layout in found.layouts if not _is_made_in(training, layout)]
            for layout in layouts_of(cells, training, explained, labels):
                found.layouts = list(_laid_beside(found.layouts, layout))
            found.not_followed += _doubts(cells, training, labels, explained)
            found.not_followed += _typed(cells, training, moves, labels, explained)
        elif len(training.threads) > 1 and _is_meant(cells, training, labels) and training.stops.isdisjoint(known):
            found.not_followed.append(_not_followed(cells, training, labels))
    return found


def _doubts(cells: Cells, training: Training, labels: Labels, explained: Explanation) -> Iterator[NotFollowed]:
    """What of a training that follows a loss is not judged, or not proved."""
    told = _not_followed(cells, training, labels)
    if None in explained.losses:
        reason = WITHOUT_LOSS.format(explained.losses.count(None), len(explained.losses))
        yield replace(told, reason=reason, stops=frozenset())
    if has_doubtful_factor(cells, training, explained, labels):
        yield replace(told, reason=FACTOR, stops=frozenset())
    if explained.rival is not None:
        yield _rivalled(cells, training, labels, explained)


def _typed(
    cells: Cells, training: Training, moves: list[Move], labels: Labels, explained: Explanation
) -> Iterator[NotFollowed]:
    """What was typed where the training computes."""
    told = _not_followed(cells, training, labels)
    sheet = told.cell[0]
    loss = typed_loss(cells, sheet) if explained.text else None
    if loss is not None:
        reason = TYPED_LOSS.format(address(loss, sheet), explained.text)
        yield replace(told, cell=loss, reason=reason, stops=frozenset())
    for move, cell in moved_by_numbers(cells, training, moves):
        name = labels.name(move.old) or address(move.old, sheet)
        yield NotFollowed((name,), cell, MOVED_BY_NUMBERS.format(address(move.new, sheet), address(cell, sheet)))


def _are_known(moves: list[Move], known: set[Cell]) -> bool:
    """Whether all that moves belongs to the layouts by headings."""
    return all(move.old in known or move.new in known for move in moves if move.proved)


def _is_made_in(training: Training, headed: Layout) -> bool:
    """Whether what headings call parameters is computed anew in every step of a training, as a hidden state is."""
    if not training.stops.isdisjoint(map(in_book, headed.stops())):
        return False
    later = [[in_book(place.cell) for place in p.places if place.step] for p in headed.parameters]
    made = [training.made_in(step) for step in range(training.steps)] if all(later) else []
    return any(all(not cells.isdisjoint(each) for each in later) for cells in made)


def _behind(cells: Cells, layout: Layout) -> Iterator[Cell]:
    """All that a layout's losses, gradients and new values are made from: no training of its own moves there."""
    yield from cells.below(sorted({*layout.losses, *layout.gradients(), *layout.stops()}), lambda cell: False)


def _says_all(layout: Layout) -> bool:
    """Whether a layout by headings follows its parameters from step to step."""
    return layout.table is not None and layout.steps > 1


def _explained(cells: Cells, training: Training, labels: Labels) -> Explanation | None:
    """The loss that a training follows; None where there is none."""
    best = explanation(cells, training, labels)
    is_named = (best is not None and best.headed) or _is_meant(cells, training, labels)
    if (not is_named and _is_centring(cells, training)) or _are_errors(training, labels):
        return None
    if best is not None and not best.is_free and is_linear(cells, training, best.losses[0]):
        best = None  # an error with its sign, whatever it is called
    if best is not None and _is_of_one_sample(cells, training, best.losses[0]):
        best = None
    if best is not None and best.share >= EXPLAINED:
        return _proved(cells, training, best)
    if is_flat(cells, training):
        return None  # what the moves are made from explains some of them by chance
    is_loss = best is not None and best.is_free and not is_linear(cells, training, best.losses[0])
    if best is not None and is_loss and _takes_what_moved(cells, training, best.losses[0]):
        return None
    if best is not None and is_loss and (is_named or goes_downhill(cells, training, best.losses[0])):
        return best
    return _guessed(cells, training, best)


def _are_errors(training: Training, labels: Labels) -> bool:
    """Whether all that one step makes is read by a loss: targets less what a network says are errors, no updates."""
    users = [training.graph.users(move.new) for _, move in training.moves(0)]
    return training.steps == 1 and all(any(map(labels.says_loss, cells)) for cells in users)


def _takes_what_moved(cells: Cells, training: Training, loss: Cell | None) -> bool:
    """Whether a step's loss is made from the new values: noise less what a network predicts is an error, no update."""
    behind = set() if loss is None else set(cells.below((loss,), lambda cell: False))
    return any(move.new in behind for _, move in training.moves(0))


def _is_of_one_sample(cells: Cells, training: Training, loss: Cell | None) -> bool:
    """Whether a loss knows nothing of some predictions that the moves of its step are made from: other samples' own.

    The other probabilities of a softmax are made from what the loss is made from, too.
    """
    if loss is None:
        return False
    news = [move.new for _, move in training.moves(0)]
    behind_moves = {*cells.below(news, training.stops.__contains__)}
    behind_loss = {*cells.below((loss,), training.stops.__contains__)}
    made = training.made_in(0)
    unknown = {pair.prediction for pair in compared_in(cells, training, 0)} & behind_moves - behind_loss
    return any(not behind_loss.issuperset(made.intersection(cells.arguments(cell))) for cell in unknown)


def _proved(cells: Cells, training: Training, best: Explanation) -> Explanation | None:
    """A loss that explains most moves, or a likelier one that no cell holds; None where moves only add up."""
    if not (best.is_free or best.headed):
        if is_flat(cells, training):
            return None
        likelier = max(assumed(cells, training), key=lambda each: each.share, default=best)
        best = likelier if likelier.share > best.share else best
    is_meant = best.is_free and best.headed
    return None if not is_meant and _adds_alone(cells, training) else best


def _guessed(cells: Cells, training: Training, best: Explanation | None) -> Explanation | None:
    """A loss that no cell holds; with the cell that may be meant instead."""
    guessed = max(assumed(cells, training), key=lambda each: each.share, default=None)
    if guessed is None or guessed.share < EXPLAINED:
        return None
    rival = best.losses[0] if best is not None and best.is_free else None
    return replace(guessed, rival=None if rival and is_linear(cells, training, rival) else rival)


def _adds_alone(cells: Cells, training: Training) -> bool:
    """Whether every move adds a cell as it is, as a sum does, without a rate or a minus."""
    for _, move in training.moves(0):
        chain = carriers(cells, move, training.made_in(0))
        if not chain or any(carrier.share != 1 for carrier in chain):
            return False
    return True


def _is_centring(cells: Cells, training: Training) -> bool:
    """Whether in every step one and the same cell is taken from all numbers alike, as a mean is in a norm."""
    for step in training.sampled_steps:
        carried = [carriers(cells, move, training.made_in(step))[:1] for _, move in training.moves(step)]
        by = {(carrier.cell, carrier.share) for chain in carried for carrier in chain}
        if len(carried) < MOVED_ALIKE or not all(carried) or len(by) != 1:
            return False
    return True


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


def _rivalled(cells: Cells, training: Training, labels: Labels, explained: Explanation) -> NotFollowed:
    """What to say where the moves follow an assumed loss, though a cell stands there that may be meant as theirs."""
    told = _not_followed(cells, training, labels)
    assert explained.rival is not None
    return replace(told, reason=RIVAL.format(explained.text, address(explained.rival, told.cell[0])))


def _not_followed(cells: Cells, training: Training, labels: Labels) -> NotFollowed:
    """What to say of a training whose loss was not found."""
    starts = [thread.start for thread in training.threads]
    names = tuple(labels.name(start) or address(start, start[0]) for start in starts)
    return NotFollowed(names, starts[0], _why_not(cells, training), training.stops)


def _why_not(cells: Cells, training: Training) -> str:
    """Why no loss was found that a training follows."""
    if not is_flat(cells, training):
        return NO_LOSS
    unread = unread_behind(cells, training)
    if unread is not None:
        return UNREAD.format(address(unread, training.threads[0].start[0]))
    return ROUNDED if is_rounded(cells, training) else STEP_FUNCTION


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
