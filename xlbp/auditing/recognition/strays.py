"""Moves that do not start from their own old value, or follow another's gradient, told by the moves of their form.

``=H17-$B$1*K16`` beside ``=H16-$B$1*K16`` and ``=H18-$B$1*K18`` moves H17, though K16 is not made from H17.
``=O3-$B$1*AB7`` in AG3 moves X3, where the other formulas of AG take what stands in X.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.recognition.moves import Move
from xlbp.symbols.expr import Expr

LEAST = 2  # proved moves of one form, by which a further one is told

Distance = tuple[bool, int, int]  # whether on one sheet, how far down and right


@dataclass
class _Form:
    """The proved moves of one formula: what they take besides old values, and how far new values stand from these."""

    typed: set[Cell] = field(default_factory=set)
    computed: set[Cell] = field(default_factory=set)
    shapes: set[Expr | None] = field(default_factory=set)  # of what is computed
    distances: Counter[Distance] = field(default_factory=Counter)

    def add(self, cells: Cells, move: Move) -> None:
        """Take a proved move for one of this form."""
        self.distances[move.way] += 1
        for cell in move.others:
            (self.computed if cells.is_formula(cell) else self.typed).add(cell)
        self.shapes |= {_shape(cells, cell) for cell in move.others if cells.is_formula(cell)}

    def takes(self, cells: Cells, move: Move) -> bool:
        """Whether a move takes the numbers that proved ones take, and what these take, too, or what is made alike."""
        computed = [cell for cell in move.others if cells.is_formula(cell)]
        is_alike = all(cell in self.computed or _shape(cells, cell) in self.shapes for cell in computed)
        return bool(computed) and is_alike and self.typed.issuperset({*move.others} - {*computed})

    @property
    def usual(self) -> Distance | None:
        """The distance of most of them; None where they are too few."""
        distance, votes = max(self.distances.items(), key=lambda entry: (entry[1], entry[0]))
        return distance if votes >= LEAST and votes > self.distances.total() / 2 else None


def with_strays(cells: Cells, moves: Sequence[Move]) -> list[Move]:
    """The moves; those that are made as proved ones are count as proved, and as moves of what stands in their place."""
    forms: dict[Expr, _Form] = {}
    for move in moves:
        shape = _shape(cells, move.new)
        if move.proved and shape is not None:
            forms.setdefault(shape, _Form()).add(cells, move)
    found = {move.new: move for move in _unproved(cells, moves, forms)} | {
        move.new: move for move in _displaced(cells, moves, forms)
    }
    told: set[Cell] = set()
    with_own: list[Move] = []
    for move in moves:
        own = found.get(move.new)
        if own is None:
            with_own.append(move)
        elif own.new not in told:
            told.add(own.new)
            with_own.append(own)
    return with_own


def _unproved(cells: Cells, moves: Sequence[Move], forms: dict[Expr, _Form]) -> Iterator[Move]:
    """Unproved moves that take what proved ones of their form and distance take: another's gradient."""
    proved = {move.new for move in moves if move.proved}
    for move in moves:
        form = _form(cells, move, forms) if move.new not in proved else None
        if form is not None and form.distances[move.way] >= LEAST and form.takes(cells, move):
            yield replace(move, proved=True)


def _displaced(cells: Cells, moves: Sequence[Move], forms: dict[Expr, _Form]) -> Iterator[Move]:
    """Moves that start from elsewhere than their form's other ones: from a value that another move starts from."""
    proved = [move for move in moves if move.proved]
    news, olds = {move.new for move in proved}, {move.old for move in proved}
    started = Counter(move.old for move in proved)
    for move in proved:
        form = _form(cells, move, forms)
        usual = form.usual if form is not None and started[move.old] > 1 else None
        if usual is None or usual == move.way or not usual[0]:
            continue
        own = (move.new[0], move.new[1] - usual[1], move.new[2] - usual[2])
        if own in news and own not in olds:
            yield replace(move, old=own)


def _form(cells: Cells, move: Move, forms: dict[Expr, _Form]) -> _Form | None:
    shape = _shape(cells, move.new)
    return None if shape is None else forms.get(shape)


def _shape(cells: Cells, cell: Cell) -> Expr | None:
    """What a cell's formula is, wherever the cells stand that it takes."""
    compiled = cells.compiled(cell)
    return None if compiled is None else compiled.shape
