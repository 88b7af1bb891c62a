"""Which cells hold the gradients of a training: those that carry the moves, or none where the moves hold them alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from xlbp.auditing.calculation.cells import Adjoint, Cells
from xlbp.auditing.claims.layout import is_numeric
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.recognition.carriers import carriers, change, numbers_behind
from xlbp.auditing.recognition.labels import Labels
from xlbp.auditing.recognition.losses import RTOL, Explanation
from xlbp.auditing.recognition.moves import Move
from xlbp.auditing.recognition.training import Training

ENOUGH = 0.34  # of the threads must have a gradient's cell that is proved, before the others are given one

LN_10 = math.log(10)  # by which a loss with LOG for LN is too small
GradientCells = Mapping[tuple[int, int], Cell]  # by step and thread


FIRST_STEPS = 8  # and some later ones, in which it is looked whether a cell is the gradient or happens to equal it


def gradient_cells(cells: Cells, training: Training, explained: Explanation, labels: Labels) -> GradientCells:
    """The gradient's cell of every move; none at all where no cells hold gradients."""
    found = _found(cells, training, explained, labels)
    by_chance = _equal_by_chance(cells, training, explained, found) | _scaled_by_inputs(cells, training, found)
    return {(step, k): cell for (step, k), cell in found.items() if k not in by_chance}


def _equal_by_chance(cells: Cells, training: Training, explained: Explanation, found: GradientCells) -> set[int]:
    """The threads whose moves are right where the cell that carries them is not the gradient.

    A unit's delta is the gradient of its bias; of a weight it is only where the weight's input happens to be 1.
    """
    shares: dict[int, float] = {}  # of the first step in which the cell is the gradient
    contradicted: set[int] = set()
    right: list[tuple[int, float, float, float]] = []  # thread, derivative, change, share
    for step in _first_and_sampled(training):
        loss = explained.losses[step]
        adjoints = cells.adjoints(loss, training.stops) if loss is not None else {}
        for k, move in training.moves(step) if adjoints else ():
            chain = carriers(cells, move, training.made_in(step))
            share = next((carrier.share for carrier in chain if carrier.cell == found.get((step, k))), None)
            true = adjoints[move.old].value if move.old in adjoints else 0.0
            if share is None:
                continue
            if true and abs(cells.value(found[step, k]) - true) <= RTOL * abs(true):
                shares.setdefault(k, share)
            right.append((k, true, change(cells, move), share))
    for k, true, moved, share in right:
        rate = shares.get(k, 0.0)
        if abs(share - rate) > RTOL * abs(rate) and abs(moved - rate * true) <= RTOL * abs(rate * true):
            contradicted.add(k)
    return contradicted if shares else set()


def _scaled_by_inputs(cells: Cells, training: Training, found: GradientCells) -> set[int]:
    """The threads whose share of a cell differs from step to step, where another thread's share of it stays.

    That cell is a unit's delta or an error, which an input multiplies on its way to this thread's parameter.
    """
    shares: dict[tuple[int, int], set[float]] = {}  # by the thread that the cell is found for, and one that it carries
    for step in _first_and_sampled(training):
        chains = {k: carriers(cells, move, training.made_in(step)) for k, move in training.moves(step)}
        for k in chains:
            cell = found.get((step, k))
            for other, chain in chains.items() if cell is not None else ():
                share = next((carrier.share for carrier in chain if carrier.cell == cell), None)
                if share is not None:
                    shares.setdefault((k, other), set()).add(float(f"{share:.9g}"))
    varying = {k for k, other in shares if k == other and len(shares[k, k]) > 1}
    return {k for k, other in shares if k in varying and len(shares[k, other]) == 1}


def _first_and_sampled(training: Training) -> list[int]:
    """The steps in which it is looked whether a cell is a gradient."""
    return sorted({*range(min(FIRST_STEPS, training.steps)), *training.sampled_steps})


def _found(cells: Cells, training: Training, explained: Explanation, labels: Labels) -> GradientCells:
    """The cells that are gradients by value, by word, or by their form."""
    proved = dict(explained.gradients)
    if len({k for _, k in proved}) >= ENOUGH * len(training.threads):
        return _of_all(cells, training, explained, proved)
    if _moves_right(cells, training, explained, labels):
        return {}  # whatever factor the cells lack that carry the moves, the moves have it
    depth = _depth_that_says_so(cells, training, labels)
    if depth is None:
        depth = _depth_of_scaled(cells, training, explained, labels)
    if depth is None:
        return {}
    claimed: dict[tuple[int, int], Cell] = {}
    for step in range(training.steps):
        for k, move in training.moves(step):
            chain = carriers(cells, move, training.made_in(step))
            if len(chain) > depth:
                claimed[step, k] = chain[depth].cell
    return _without_doubles(claimed)


def _moves_right(cells: Cells, training: Training, explained: Explanation, labels: Labels) -> bool:
    """Whether every move is minus the derivative times a number behind it that a word calls the rate."""
    for step in training.sampled_steps:
        loss = explained.losses[step]
        adjoints = cells.adjoints(loss, training.stops) if loss is not None else {}
        made = training.made_in(step)
        for _, move in training.moves(step):
            true = adjoints[move.old].value if move.old in adjoints else math.nan
            rates = [cells.value(cell) for cell in _plain_cells(cells, move, made) if labels.says_rate(cell)]
            if not any(abs(change(cells, move) + rate * true) <= RTOL * abs(rate * true) for rate in rates):
                return False
    return True


def _depth_that_says_so(cells: Cells, training: Training, labels: Labels) -> int | None:
    """How far below the new values the cells are that a heading calls gradients."""
    counts = Counter[int]()
    moves = training.moves(0)
    for _, move in moves:
        chain = carriers(cells, move, training.made_in(0))
        said = [depth for depth, carrier in enumerate(chain) if labels.says_gradient(carrier.cell)]
        counts.update(said[:1])
    if not counts:
        return None
    depth, votes = max(counts.items(), key=lambda entry: (entry[1], -entry[0]))
    return depth if votes >= ENOUGH * len(moves) else None


def _depth_by_form(cells: Cells, training: Training) -> int | None:
    """How far below the new values the cells are that a plain number, the learning rate, times them is taken from."""
    counts = Counter[int]()
    moves = training.moves(0)
    for _, move in moves:
        made = training.made_in(0)
        rates = numbers_behind(cells, move, made)
        for depth, carrier in enumerate(carriers(cells, move, made)):
            if any(abs(carrier.share + rate) <= RTOL * rate for rate in rates):
                counts[depth] += 1
    if not counts:
        return None
    usual = min(counts, key=lambda each: (-counts[each], each))
    return usual if counts[usual] >= ENOUGH * len(moves) else None


def _depth_of_scaled(cells: Cells, training: Training, explained: Explanation, labels: Labels) -> int | None:
    """How far below the new values the gradients are by their form, though they may be off by one factor."""
    if not explained.is_scaled:
        return _depth_by_form(cells, training)
    depth = _depth_at_rate(cells, training, labels)
    is_proved = depth is not None or not _is_of_other_logarithm(cells, training, explained)
    return depth if is_proved else _depth_at_rate(cells, training, None)


def _is_of_other_logarithm(cells: Cells, training: Training, explained: Explanation) -> bool:
    """Whether the moves of the first step are those of a loss with natural logarithms, by a number of theirs."""
    loss = explained.losses[0]
    adjoints = cells.adjoints(loss, training.stops) if loss is not None else {}
    for _, move in training.moves(0):
        true = adjoints[move.old].value if move.old in adjoints else 0.0
        numbers = numbers_behind(cells, move, training.made_in(0))
        moved = abs(change(cells, move))
        if true and not any(abs(moved - abs(true) * LN_10 * rate) <= RTOL * moved for rate in numbers):
            return False
    return bool(adjoints)


def _depth_at_rate(cells: Cells, training: Training, labels: Labels | None) -> int | None:
    """How far below the new values the cells are that every move takes by minus a rate: a number that a word calls so.

    Where all of them are off by one factor, this is not a part of the learning rate, which is known.  Without labels
    any number counts as a rate.
    """
    depths: set[int] = set()
    for step in training.sampled_steps:
        made = training.made_in(step)
        for _, move in training.moves(step):
            plain = [cell for cell in _plain_cells(cells, move, made) if labels is None or labels.says_rate(cell)]
            rates = [cells.value(cell) for cell in plain] if labels else numbers_behind(cells, move, made)
            taken = [
                depth
                for depth, carrier in enumerate(carriers(cells, move, made))
                if any(abs(carrier.share + rate) <= RTOL * abs(rate) for rate in rates)
            ]
            if not taken:
                return None
            depths.add(taken[0])
    return depths.pop() if len(depths) == 1 else None


def has_doubtful_factor(cells: Cells, training: Training, explained: Explanation, labels: Labels) -> bool:
    """Whether cells carry every move by minus a number, as gradients by their rate, but are off by one factor.

    That may be a part of the rate that nothing names, or missing in all gradients alike.
    """
    if not explained.is_scaled or explained.gradients or _found(cells, training, explained, labels):
        return False
    return _depth_at_rate(cells, training, None) is not None


def _plain_cells(cells: Cells, move: Move, made: set[Cell]) -> list[Cell]:
    """What the formulas of a move take besides what the step makes."""
    chain = [move.new, *(carrier.cell for carrier in carriers(cells, move, made))]
    return [argument for cell in chain for argument in cells.arguments(cell) if argument not in made | {move.old}]


def _of_all(
    cells: Cells, training: Training, explained: Explanation, proved: dict[tuple[int, int], Cell]
) -> GradientCells:
    """The proved cells, and for the other moves those that stand where they should, or that are worth as much."""
    found: dict[tuple[int, int], Cell] = {}
    for k, thread in enumerate(training.threads):
        at_start = _at_start(training, proved, k)
        for step in range(len(thread.moves)):
            cell = proved.get((step, k))
            moved = training.shift(step).of(at_start) if at_start else None
            if moved is not None and is_numeric(cells, moved):
                cell = moved if cell is None or cells.value(moved) == cells.value(cell) else cell
            if cell is not None:
                found[step, k] = cell
    _add_equal_ones(cells, training, explained, found)
    depth = _usual_depth(cells, training, found)
    for step in range(training.steps):
        for k, move in training.moves(step):
            if (step, k) not in found and depth is not None:
                chain = carriers(cells, move, training.made_in(step))
                is_free = len(chain) > depth and chain[depth].cell not in found.values()
                if is_free and _moves_alike(cells, training, found, k, depth):
                    _add_in_all_steps(cells, training, found, k, step, chain[depth].cell)
    _add_beside(cells, training, found)
    return found


def _moves_alike(cells: Cells, training: Training, found: GradientCells, k: int, depth: int) -> bool:
    """Whether a thread's cells at this depth carry its moves as gradients do: by the others' rate, or a multiple of it.

    A unit's delta carries the moves of a weight by the weight's input besides, which differs from sample to sample.
    """
    ratios: list[float] = []
    for step in _first_and_sampled(training):
        own: list[float] = []
        others: list[float] = []
        for thread, move in training.moves(step):
            chain = carriers(cells, move, training.made_in(step))
            if len(chain) > depth and (thread == k or found.get((step, thread)) == chain[depth].cell):
                (own if thread == k else others).append(chain[depth].share)
        if own and any(others):
            ratios.append(own[0] / max(others, key=abs))
    usual = ratios[0] if len(ratios) > 1 else 1.0
    return bool(ratios) and all(abs(ratio - usual) <= RTOL * abs(usual) for ratio in ratios)


def _add_in_all_steps(
    cells: Cells, training: Training, found: dict[tuple[int, int], Cell], k: int, step: int, cell: Cell
) -> None:
    """Add a thread's gradient in one step, and in the others where it stands as far from the parameter."""
    here = training.shift(step)
    for other in range(len(training.threads[k].moves)):
        there = training.shift(other)
        sheet = there.sheet or (training.threads[k].start[0] if here.sheet else cell[0])
        moved = (sheet, cell[1] + there.down - here.down, cell[2] + there.right - here.right)
        if (other, k) not in found and (other == step or is_numeric(cells, moved)):
            found[other, k] = moved


def _add_beside(cells: Cells, training: Training, found: dict[tuple[int, int], Cell]) -> None:
    """Add, for threads without any, the cell behind the move that is as far from the parameter as the others' are."""
    moves = dict(training.moves(0))
    distances = Counter(
        (cell[0] == moves[k].old[0], cell[1] - moves[k].old[1], cell[2] - moves[k].old[2])
        for (step, k), cell in found.items()
        if step == 0
    )
    for k, move in moves.items():
        if any(thread == k for _, thread in found):
            continue
        behind = set(cells.below((move.new,), training.stops.__contains__)) & training.made_in(0) - set(found.values())
        usual = [distance for distance, votes in sorted(distances.items()) if votes > distances.total() / 2]
        for same_sheet, down, right in usual:
            cell = (move.old[0], move.old[1] + down, move.old[2] + right)
            if same_sheet and cell in behind:
                _add_in_all_steps(cells, training, found, k, 0, cell)
                break


def _at_start(training: Training, proved: Mapping[tuple[int, int], Cell], k: int) -> Cell | None:
    """Where a thread's gradient stands in the first step, by most of the steps in which it is proved."""
    counts = Counter[Cell]()
    for (step, thread), cell in proved.items():
        if thread == k:
            shift = training.shift(step)
            home = training.threads[k].start[0] if shift.sheet else cell[0]
            counts[home, cell[1] - shift.down, cell[2] - shift.right] += 1
    return max(counts, key=lambda cell: (counts[cell], cell)) if counts else None


def _add_equal_ones(
    cells: Cells, training: Training, explained: Explanation, found: dict[tuple[int, int], Cell]
) -> None:
    """Add, for threads without any, the one cell of the step that is worth the derivative."""
    missing = [k for k in range(len(training.threads)) if not any(thread == k for _, thread in found)]
    loss = explained.losses[0]
    if not missing or loss is None:
        return
    adjoints = cells.adjoints(loss, training.stops)
    taken = set(found.values())
    for k in missing:
        true = adjoints.get(training.threads[k].start, Adjoint(0.0, 0.0)).value
        if not true:
            continue
        equal = [
            cell
            for cell in sorted(training.made_in(0))
            if cell not in adjoints and cell not in taken and abs(cells.value(cell) - true) <= RTOL * abs(true)
        ]
        last = [cell for cell in equal if set(equal).isdisjoint(training.graph.users(cell))]
        if len(last) == 1:
            for step in range(len(training.threads[k].moves)):
                moved = training.shift(step).of(last[0])
                if is_numeric(cells, moved):
                    found[step, k] = moved


def _usual_depth(cells: Cells, training: Training, found: GradientCells) -> int | None:
    """How far below the new values most gradients are found."""
    counts = Counter[int]()
    for k, move in training.moves(0):
        chain = [carrier.cell for carrier in carriers(cells, move, training.made_in(0))]
        if found.get((0, k)) in chain:
            counts[chain.index(found[0, k])] += 1
    return max(counts, key=lambda depth: (counts[depth], -depth)) if counts else None


def _without_doubles(claimed: dict[tuple[int, int], Cell]) -> GradientCells:
    """The claims, but for cells that two parameters would share: one of them takes the other's gradient."""
    counts = Counter(claimed.values())
    return {key: cell for key, cell in claimed.items() if counts[cell] == 1}
