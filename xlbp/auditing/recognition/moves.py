"""Moves: cells that are an old value and something more, where that something hangs on the old value itself.

``=B4-$E$1*D4`` moves B4, if D4 is made from B4; a running count, a residual or a weighted sum are no moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import DECIDING, factors, signed_terms, without_signs
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.calculation.levels import Levels
from xlbp.auditing.claims.layout import is_numeric
from xlbp.auditing.reading.syntax import Cell, Ref, Turned
from xlbp.auditing.reading.telling import Told, each, nobody
from xlbp.symbols.expr import Expr, const, names_in

MOST_MISSES = 3
FARTHEST = 30_000  # cells looked through for what one move is made from
MOST_WORK = 3_000_000  # cells looked through in a whole book


@dataclass(frozen=True)
class Move:
    """``new`` is ``old`` and something that is made from ``others``; ``proved`` if that hangs on ``old``."""

    old: Cell
    new: Cell
    others: tuple[Cell, ...]
    proved: bool = True

    @property
    def way(self) -> tuple[bool, int, int]:
        """Whether the new value stands on the old one's sheet, and how far down and right of it."""
        return self.new[0] == self.old[0], self.new[1] - self.old[1], self.new[2] - self.old[2]


@dataclass(frozen=True)
class _Start:
    """The name that a sum starts from; ``needs_example`` if it is a move's only where others go down likewise."""

    name: str
    needs_example: bool = False


@dataclass
class _Form:
    """What moves, and by what, in all cells that a formula was filled into."""

    old: Ref
    others: tuple[Ref, ...]
    needs_example: bool = False
    proved: bool = False  # told at one of the first of them
    misses: int = 0  # of these, those that do not prove it: there may be a slip in what is behind one of them


class MoveFinder:
    """Finds the moves of a book; formulas that were filled over many cells are looked through once."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.work = 0
        self._levels = Levels(cells)
        self._forms: dict[Compiled, list[_Form]] = {}
        self._known: dict[int, tuple[Compiled, list[_Form]]] = {}  # the same, by the expression itself

    @property
    def is_exhausted(self) -> bool:
        """Whether the book was too large to be looked through as a whole."""
        return self.work > MOST_WORK

    def moves(self, told: Told = nobody) -> list[Move]:
        """All cells that have the form of a move, those that are proved and those that are not."""
        every: list[Move] = []
        doubtful: list[Move] = []
        computing = {*self.cells.contents.formulas, *self.cells.contents.arrays}
        every_cell = sorted(c for c in computing if not isinstance(c[0], Turned) and c[1] > 0 and c[2] > 0)
        for cell in each(every_cell, told):
            compiled = self.cells.compiled(cell)
            for form in self._forms_of(compiled) if compiled is not None else ():
                (doubtful if form.needs_example else every).extend(self._of_form(cell, form))
        return [*every, *_like_examples(self.cells, doubtful, every)]

    def _of_form(self, cell: Cell, form: _Form) -> Iterator[Move]:
        old = form.old.at(cell)
        if old == cell or not is_numeric(self.cells, old):
            return
        others = tuple(dict.fromkeys(reference.at(cell) for reference in form.others))
        if not form.proved and form.misses < MOST_MISSES:
            form.proved = self._hangs_on(others, old, cell)
            form.misses += not form.proved
        yield Move(old, cell, others, form.proved)

    def _forms_of(self, compiled: Compiled) -> list[_Form]:
        """The moves that a formula may be, wherever it stands."""
        known = self._known.get(id(compiled))
        if known is None:
            forms = self._forms.setdefault(compiled, list(_forms(compiled)))
            known = self._known[id(compiled)] = (compiled, forms)
        return known[1]

    def _hangs_on(self, roots: Iterable[Cell], target: Cell, new: Cell) -> bool:
        """Whether the target is among what the roots are made from."""
        if self.is_exhausted:
            return False
        seen = {new}
        waiting = list(roots)
        while waiting and len(seen) < FARTHEST:
            cell = waiting.pop()
            if cell == target:
                self.work += len(seen)
                return True
            if cell not in seen and self._levels.may_be_made_from(cell, target):
                seen.add(cell)
                waiting.extend(self.cells.arguments(cell))
        self.work += len(seen)
        return False


def _forms(compiled: Compiled) -> Iterator[_Form]:
    """The moves that a formula may be: one for each name that a sum in it starts from, and once.

    A bias is added once for each sample in the sum of their errors.
    """
    references = dict(compiled.slots)
    told: set[str] = set()
    for total in _sums(compiled.expr):
        starts = _starts(total, is_plain=total is compiled.expr)
        times = Counter(start.name for start in starts)
        for start in starts:
            beside = _beside(total, start.name)
            if start.name not in told and times[start.name] == 1:
                told.add(start.name)
                others = tuple(ref for name, ref in references.items() if name in beside)
                yield _Form(references[start.name], others, start.needs_example)


def _sums(expr: Expr) -> Iterator[Expr]:
    """The sums that a formula may take its value from: itself, or what it decides between, as a stop or a bound does.

    ``=IF(F10>$B$4,B10-$B$2*D10,B10)``, ``=MAX(-1,B10-$B$2*D10)``.
    """
    if expr.op not in DECIDING:
        yield expr
        return
    for part in expr.args[-2:]:
        yield from _sums(part)


def without_sums(cells: Cells, moves: list[Move]) -> list[Move]:
    """The moves without those that only add up what one step makes, as a shared weight's gradients do.

    ``=SUM(C23:E23)`` adds C23 to E23, and backwards in time C23 is made from E23; but no other step goes on from the
    sum, and E23 itself is made from what trains.
    """
    proved = [move for move in moves if move.proved]
    news, olds = {move.new for move in proved}, {move.old for move in proved}
    sums = [
        move
        for move in proved
        if cells.is_formula(move.old)
        and not {move.old, *cells.arguments(move.old)} & news
        and move.new not in olds
        and _adds_plainly(cells, move)
    ]
    of_sums = {move.old for move in sums}
    meant = {move.old for move in proved} - of_sums
    added = {
        move
        for move in sums
        if not meant.isdisjoint(cells.below((move.old,), lambda cell: cell in meant or cell in news))
    }
    return [move for move in moves if move not in added]


def without_made(cells: Cells, moves: list[Move], known: Collection[Cell]) -> list[Move]:
    """The moves without those of what a step makes from its own known parameters: ``=D5+LN(SUM(E5:G5))`` moves none.

    What a known parameter itself becomes goes on from it, as in the rows below a gap.
    """
    known_cells = frozenset(known)
    if not known_cells:
        return moves
    news = {move.new for move in moves if move.proved} - known_cells
    olds = {move.old for move in moves}
    within_step = cells.made_from(known_cells, olds, news)
    going_on = {move.new for move in moves if move.proved and move.old in known_cells}
    made = {old for old in olds - known_cells - going_on if not within_step.isdisjoint(cells.arguments(old))}
    return [move for move in moves if move.old not in made]


def _adds_plainly(cells: Cells, move: Move) -> bool:
    """Whether all that a move's formula adds up are cells as they stand."""
    compiled = cells.compiled(move.new)
    return compiled is not None and all(sign > 0 and term.op == "ref" for sign, term in signed_terms(compiled.expr))


def _starts(expr: Expr, is_plain: bool) -> tuple[_Start, ...]:
    """The names that a sum of several terms starts from: they stand alone, with a plus, or times what a decay keeps.

    Unless it is plain, one of its terms is taken away, as every step down a gradient is, or it needs an example of
    that: else a rectified sum of inputs would start from its bias, or an average from the one before.
    """
    terms = list(signed_terms(expr)) if expr.op in ("add", "sub") else []
    if not 2 <= len(terms) <= LONGEST:
        return ()
    added = [term for sign, term in terms if sign > 0]
    goes_up = len(added) == len(terms)
    alone = [_Start(str(term.payload), goes_up and not is_plain) for term in added if term.op == "ref"]
    decayed = [start for term in added if (start := _decayed(term)) is not None]
    return tuple(alone or [_Start(start.name, goes_up or start.needs_example) for start in decayed])


def _decayed(term: Expr) -> _Start | None:
    """What a term keeps most of, as ``B4*(1-$E$1*$E$2)`` and ``0.999*B4`` do of B4; None where it keeps none."""
    parts = list(factors(term))
    names = [part for part in parts if part.op == "ref"]
    shares = [part for part in parts if part.op != "ref"]
    if len(names) != 1 or len(shares) != 1 or not _is_share(shares[0]):
        return None
    return _Start(str(names[0].payload), needs_example=shares[0].op == "add")


def _is_share(part: Expr) -> bool:
    """Whether a factor may be what a decay keeps: a number near 1, 1 less something, or by a slip 1 and that."""
    if part.op == "const":
        return LEAST_KEPT < float(str(part.payload)) < 1
    return part.op in ("sub", "add") and part.args[0] is const(1)


def _like_examples(cells: Cells, doubtful: list[Move], examples: list[Move]) -> list[Move]:
    """The doubtful moves that are made as proved ones are, but for their signs: one parameter goes uphill."""
    made = {(_without_signs(cells, move), move.way) for move in examples if move.proved} if doubtful else set()
    return [move for move in doubtful if (_without_signs(cells, move), move.way) in made]


def _without_signs(cells: Cells, move: Move) -> Expr | None:
    """What a move's formula is, wherever the cells stand that it takes, and whichever terms are taken away."""
    compiled = cells.compiled(move.new)
    return None if compiled is None else without_signs(compiled.shape)


LEAST_KEPT = 0.95  # of a value, by a number: an average keeps less of itself
LONGEST = 40  # terms of a move's formula: longer ones are sums over a range


def _beside(expr: Expr, start: str) -> frozenset[str]:
    """The names in the other terms than that which is started from."""
    is_left_out = False
    names: set[str] = set()
    for sign, term in signed_terms(expr):
        if not is_left_out and sign > 0 and _started_from(term) == start:
            is_left_out = True
        else:
            names.update(names_in(term))
    return frozenset(names)


def _started_from(term: Expr) -> str:
    """The name that a term is, or keeps most of; '' where there is none."""
    if term.op == "ref":
        return str(term.payload)
    decayed = _decayed(term)
    return "" if decayed is None else decayed.name
