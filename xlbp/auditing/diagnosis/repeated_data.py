"""One number of the data taken twice, and its neighbour never: a reference slid in the forward pass of one sample.

The loss is then another one, and its gradients may all be right.  Cells that are alike, a row or a column of them, go
through their data one by one; the one that does not is odd if what belongs there is taken by nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Literal, TypeAlias

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout, alike_in_column, is_numeric
from xlbp.auditing.explanations import said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.gradients import relative
from xlbp.symbols.expr import Expr, ref

LEAST_ALIKE = 4  # cells, of which one may be odd
MOST_TRIED = 12  # of a line, of which any two may show its law
Axis: TypeAlias = Literal[1, 2]  # of a cell: its row and its column
ACROSS: Mapping[Axis, Axis] = {1: 2, 2: 1}  # what a line's cells share, by the axis along which they go


@dataclass(frozen=True)
class _Law:
    """Where alike cells take what: at ``start`` and ``by`` further with each step along their line."""

    start: Fraction
    by: Fraction
    odd: tuple[int, ...]  # the numbers of the cells that do not keep to it

    def at(self, place: int) -> Fraction:
        """Where a cell at this place of the line takes it."""
        return self.start + self.by * place


def repeated_data(cells: Cells, layout: Layout, names: dict[Cell, str]) -> Iterator[Finding]:
    """The formulas in the first step's forward pass that take what their neighbour takes, and leave their own out."""
    return (finding for finding, is_left_out in slid_data(cells, layout, names) if is_left_out)


def slid_data(cells: Cells, layout: Layout, names: dict[Cell, str]) -> Iterator[tuple[Finding, bool]]:
    """The formulas that take what their neighbour takes, and whether nothing takes what belongs there."""
    if not layout.losses:
        return
    stops = layout.stops()
    taken = set(cells.below(layout.losses[:1], stops.__contains__)) - stops
    alike: dict[tuple[Axis, Expr, str, int], list[Cell]] = defaultdict(list)
    for cell in sorted(taken):
        compiled = cells.compiled(cell)
        for axis, other in ACROSS.items() if compiled is not None and compiled.slots else ():
            assert compiled is not None
            alike[axis, compiled.shape, cell[0], cell[other]].append(cell)
    for (axis, *_), line in alike.items():
        slid = _slid(cells, line, axis) if len(line) >= LEAST_ALIKE else None
        if slid is not None:
            home, number, meant = slid
            yield _finding(cells, layout, home, number, meant, names), meant not in taken


def _slid(cells: Cells, line: Sequence[Cell], axis: Axis) -> tuple[Cell, int, Cell] | None:
    """The one cell of a line that takes what another one takes, too; by which reference, and what belongs there."""
    formulas = [cells.compiled(cell) for cell in line]
    places = [compiled.cells(cell) for compiled, cell in zip(formulas, line, strict=True) if compiled is not None]
    laws = [_law(line, axis, of_slot) for of_slot in zip(*places, strict=True)]
    odd_slots = [k for k, law in enumerate(laws) if law is not None and law[0].odd]
    law = laws[odd_slots[0]] if None not in laws and len(odd_slots) == 1 else None
    if law is None:
        return None
    (odd,), found = law[0].odd, places[law[0].odd[0]][odd_slots[0]]
    at = law[0].at(line[odd][axis])
    meant = (found[0], int(at), found[2]) if law[1] == 1 else (found[0], found[1], int(at))
    is_twice = any(place[odd_slots[0]] == found for k, place in enumerate(places) if k != odd)
    is_data = all(is_numeric(cells, cell) and not cells.is_formula(cell) for cell in (found, meant))
    return (line[odd], odd_slots[0], meant) if is_twice and is_data and at == int(at) else None


def _law(line: Sequence[Cell], axis: Axis, taken: Sequence[Cell]) -> tuple[_Law, Axis] | None:
    """How what a line's cells take moves along with them, and along which axis; None where it keeps to no law."""
    if len(set(taken)) == 1:
        return _Law(Fraction(0), Fraction(0), ()), axis
    for along, across in ACROSS.items():
        if len({(cell[0], cell[across]) for cell in taken}) == 1:
            return _of_most([(cell[axis], other[along]) for cell, other in zip(line, taken, strict=True)], along)
    return None


def _of_most(pairs: Sequence[tuple[int, int]], along: Axis) -> tuple[_Law, Axis] | None:
    """The law that all but one of these places keep to; None if there is none, or nothing moves."""
    some = [*combinations(pairs[:MOST_TRIED], 2), *pairwise(pairs)]
    lines = Counter((by := Fraction(b[1] - a[1], b[0] - a[0]), a[1] - by * a[0]) for a, b in some)
    by, start = max(lines, key=lambda line: (lines[line], -abs(line[0])))
    odd = tuple(k for k, (here, there) in enumerate(pairs) if there != start + by * here)
    return (_Law(start, by, odd), along) if by and len(odd) <= 1 else None


def _finding(cells: Cells, layout: Layout, home: Cell, number: int, meant: Cell, names: dict[Cell, str]) -> Finding:
    """The finding for a formula of which one reference belongs to another cell."""
    compiled = cells.compiled(home)
    assert compiled is not None
    name, reference = compiled.slots[number]
    turned = Ref.to(meant, home, reference.row_fixed, reference.column_fixed)
    expr = relabelled(compiled.expr, lambda each: ref(slot(turned)) if each == name else ref(each))
    instead = Compiled(expr, tuple({**dict(compiled.slots), slot(turned): turned}.items()))
    error = relative(cells.value(home), cells.worth(instead, home))
    reason = said(kinds.DATA, "change_instead", old=reference.text(home), new=turned.text(home))
    text = formula(expr, dict(instead.slots), home, names)
    every = [home] if layout.table is None else alike_in_column(cells, layout.table, home)
    return Finding(kinds.DATA, home, cells.shown(home), text, reason, error, every, ("twice", f"{home}"))
