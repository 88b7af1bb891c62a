"""Threads: one parameter followed from step to step, by what it becomes and by who takes that over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import is_numeric
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.recognition.graph import Graph
from xlbp.auditing.recognition.moves import Move

MOST_COPIES = 2_000  # of a parameter in one step, a row for each sample


@dataclass(frozen=True)
class Thread:
    """The moves of one parameter, in the order of the steps."""

    moves: tuple[Move, ...]

    @property
    def start(self) -> Cell:
        """The cell that it starts from."""
        return self.moves[0].old

    @property
    def olds(self) -> tuple[Cell, ...]:
        """The parameter's cells, step by step."""
        return tuple(move.old for move in self.moves)


def threads(cells: Cells, moves: Iterable[Move]) -> list[Thread]:
    """The proved moves, and those that lead to them, joined from step to step."""
    every = list(moves)
    graph = Graph(cells, {move.new for move in every if move.proved})
    every = [_from_first_copy(cells, graph, move) for move in every]
    by_old = _one_for_each_parameter(cells, every)
    by_new = {move.new: move for move in by_old.values()}
    for move in _leading_to(graph, by_old, every):
        if move.old not in by_old:
            by_new.setdefault(move.new, move)
    following = {move.new: by_old.get(move.new) for move in by_new.values()}
    following |= _taken_over(cells, graph, by_old, by_new)
    begun = {move.new for move in following.values() if move is not None}
    firsts = [move for new, move in by_new.items() if new not in begun]
    return [Thread(tuple(_followed(move, following))) for move in sorted(firsts, key=lambda move: move.old)]


def _from_first_copy(cells: Cells, graph: Graph, move: Move) -> Move:
    """The move from where its parameter stands first in the step; proved if what it adds hangs on that."""
    first = _first_of_copies(cells, graph, move.old)
    if first == move.old:
        return move
    return replace(move, old=first, proved=move.proved or first in cells.below(move.others, lambda cell: cell == first))


def _first_of_copies(cells: Cells, graph: Graph, old: Cell) -> Cell:
    """Where a parameter stands first in its step, if it is copied down from sample to sample, and taken alike there."""
    cell = old
    for _ in range(MOST_COPIES):
        compiled = cells.compiled(cell)
        if compiled is None or compiled.expr.op != "ref":
            break
        before = compiled.cells(cell)[0]
        if _takers(cells, graph, before).isdisjoint(_takers(cells, graph, cell)):
            break
        cell = before
    return cell


def _takers(cells: Cells, graph: Graph, cell: Cell) -> set[Compiled]:
    """The formulas that take a cell within its step, but for copies."""
    formulas = (cells.compiled(user) for user in graph.users(cell) if user not in graph.news)
    return {compiled for compiled in formulas if compiled is not None and compiled.expr.op != "ref"}


def _taken_over(cells: Cells, graph: Graph, by_old: dict[Cell, Move], by_new: dict[Cell, Move]) -> dict[Cell, Move]:
    """By new value the move of the cell that takes it over; of several that which stands as most do, from their source.

    One copy too many is that of a step that goes on from the wrong place.
    """
    copies: dict[Cell, list[Move]] = {}
    for old, move in by_old.items():
        source = graph.source(old)
        if source != old and source in by_new:
            copies.setdefault(source, []).append(move)
    order = {sheet: at for at, sheet in enumerate(cells.contents.sheets)}

    def way(source: Cell, move: Move) -> tuple[int, int, int]:
        return order[move.old[0]] - order[source[0]], move.old[1] - source[1], move.old[2] - source[2]

    usual = Counter(way(source, move) for source, moves in copies.items() for move in moves)
    return {source: max(moves, key=lambda move: usual[way(source, move)]) for source, moves in copies.items()}


def _followed(move: Move, following: dict[Cell, Move | None]) -> Iterable[Move]:
    seen: set[Cell] = set()
    after: Move | None = move
    while after is not None and after.new not in seen:
        seen.add(after.new)
        yield after
        after = following.get(after.new)


def _one_for_each_parameter(cells: Cells, moves: list[Move]) -> dict[Cell, Move]:
    """The proved moves by their old cells; of several, that which the others are made from.

    A difference of old and new value hangs on the old value as well, but is made from the new one.
    """
    of_old: dict[Cell, list[Move]] = {}
    for move in moves:
        if move.proved:
            of_old.setdefault(move.old, []).append(move)
    usual = _usual_way(of_old)
    made = {
        old: _first_made(cells, [move for move in several if move.way == usual] or several)
        for old, several in of_old.items()
    }
    chosen = {old: several[0] for old, several in made.items()}
    return _each_to_its_own(cells, chosen, [move for several in made.values() for move in several])


def _usual_way(of_old: dict[Cell, list[Move]]) -> tuple[bool, int, int] | None:
    """How far most parameters have a new value from their old one; None where most have none at one distance.

    In a recurrence a bias stands alone in every step's sum, too, which is no new value of it.
    """
    ways = Counter(way for several in of_old.values() for way in {move.way for move in several})
    most = [way for way, votes in ways.items() if votes == max(ways.values()) > max(1, len(of_old) / 2)]
    return most[0] if len(most) == 1 else None


def _first_made(cells: Cells, several: list[Move]) -> list[Move]:
    """Of the moves from one old value those whose new values no other's is behind; most have no other."""
    if len(several) == 1:
        return several
    news = {move.new for move in several}
    ends = news | {move.old for move in several}

    def is_first(move: Move) -> bool:
        return set(cells.below(move.others, ends.__contains__)).isdisjoint(news - {move.new})

    return list(filter(is_first, several)) or several[:1]


def _each_to_its_own(cells: Cells, chosen: dict[Cell, Move], moves: list[Move]) -> dict[Cell, Move]:
    """Moves that start from another parameter's old value are taken for those of the parameters they stand for.

    Told by the distance that new values have from their old ones: that with which most have an old one of their own.
    """
    if len(chosen) == len(moves):
        return chosen
    distances = Counter(_distance(move) for move in moves)
    best = {move.old: move for move in chosen.values()}
    best_rank: tuple[int, int] | None = None
    for distance in sorted(distances, key=lambda each: (-distances[each], repr(each))):
        own = {old: replace(move, old=old) for move in moves if (old := _old_at(cells, move, distance)) is not None}
        rank = (_on_going(own), distances[distance])
        of_others = sum(move.new not in {each.new for each in own.values()} for move in moves)
        if not of_others and len(own) == len({move.new for move in moves}) and (best_rank is None or rank > best_rank):
            best, best_rank = own, rank
    return best if best_rank is not None else _odd_ones_moved(cells, chosen, moves)


def _old_at(cells: Cells, move: Move, distance: tuple[str | None, int, int]) -> Cell | None:
    """The old value that stands this far from a move's new one; None where no number does."""
    sheet, down, right = distance
    if sheet is not None and sheet != move.new[0]:
        return None
    old = (move.old[0], move.new[1] - down, move.new[2] - right)
    return old if min(old[1:]) > 0 and is_numeric(cells, old) else None


def _on_going(own: dict[Cell, Move]) -> int:
    """How many moves begin where another one ends."""
    news = {move.new for move in own.values()}
    return sum(old in news for old in own)


def _odd_ones_moved(cells: Cells, chosen: dict[Cell, Move], moves: list[Move]) -> dict[Cell, Move]:
    """The moves; some are taken for those of other parameters, by the distance that most new values have."""
    distances = Counter(_distance(move) for move in chosen.values())
    usual, votes = max(distances.items(), key=lambda entry: (entry[1], repr(entry[0])))
    for move in moves:
        is_odd = chosen[move.old].new != move.new and votes > len(chosen) / 2
        old = (move.new[0] if usual[0] is None else move.old[0], move.new[1] - usual[1], move.new[2] - usual[2])
        if is_odd and old not in chosen and min(old[1:]) > 0 and is_numeric(cells, old):
            chosen[old] = replace(move, old=old)
    return chosen


def _distance(move: Move) -> tuple[str | None, int, int]:
    """How far the new value stands from the old one."""
    sheet = None if move.new[0] == move.old[0] else move.new[0]
    return sheet, move.new[1] - move.old[1], move.new[2] - move.old[2]


def _leading_to(graph: Graph, by_old: dict[Cell, Move], moves: list[Move]) -> list[Move]:
    """The moves, proved or not, that parameters which move again are copied from."""
    copied = {graph.source(old) for old in by_old} | set(by_old)
    return [move for move in moves if move.new in copied]
