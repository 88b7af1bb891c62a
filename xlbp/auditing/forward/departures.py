"""Where a cell departs from the law that its neighbours keep to, in a row, a column, or in parallel blocks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from xlbp.auditing.forward.forms import Form, Forms
from xlbp.auditing.forward.laws import FEWEST, Stretch, stretches
from xlbp.auditing.forward.lines import Line, lines_of
from xlbp.auditing.reading.syntax import Cell, Node

SHORTEST = 3  # cells of a line in which one may depart
FURTHEST = 24  # cells from one block to the next
RARE = 10  # cells that keep to a law for each break, where there are several: else the breaks are meant
MOST_BREAKS = 2  # in a line, of all distances between blocks
MOST_FOR_BLOCKS = 20_000  # formulas of a sheet whose parallel blocks are looked for
ENOUGH = 40  # neighbours to look at
ALIKE = 3  # rows in which three parallel blocks agree, around one in which the middle one does not


class Side(Enum):
    """Where in its line a cell stands that departs from the law."""

    BETWEEN = "between"  # others on both sides keep to the law
    START = "start"
    END = "end"
    PARALLEL = "parallel"  # the blocks before and behind agree
    AROUND = "around"  # its row and its column agree


@dataclass(frozen=True)
class Departure:
    """A cell, and the tree that stands there by the law of its neighbours."""

    cell: Cell
    expected: Node
    side: Side
    kept: int  # how many cells keep to the law
    model: Cell  # the nearest of them
    line: frozenset[Cell]
    down: bool
    form: Form | None = None  # the expected one, where the law gives it
    moving: tuple[bool, ...] = ()  # whether each number of the form moves along the line


def departures(forms: Forms, numeric: set[Cell]) -> Iterator[Departure]:
    """All departures on a sheet, sure ones or not."""
    for line in lines_of(numeric, SHORTEST):
        found = [forms[cell] for cell in line.cells]
        for stretch in stretches(found):
            yield from _of_stretch(forms, line, found, stretch)
    formulas = [cell for cell in numeric if forms.key(cell) is not None]
    if len(formulas) <= MOST_FOR_BLOCKS:
        keys = {cell: forms.key(cell) for cell in formulas}
        yield from _between_parallels(forms, numeric, keys)
        yield from _among_alike(forms, numeric, keys)


def _of_stretch(forms: Forms, line: Line, found: list[Form | None], stretch: Stretch) -> Iterator[Departure]:
    """The breaks inside a stretch, and the cells right before and behind it."""
    is_rare = len(stretch.broken) <= max(1, len(stretch.kept) // RARE)
    gaps = [gap for gap in stretch.broken if is_rare and len(stretch.kept) >= 2 * len(gap)]
    places = [(k, Side.BETWEEN) for gap in gaps for k in gap]
    for k, side in ((stretch.kept[0] - 1, Side.START), (stretch.kept[-1] + 1, Side.END)):
        own = found[k] if 0 <= k < len(found) and len(stretch.kept) >= FEWEST else None
        if own is not None and own.shape == stretch.law.shape:
            places.append((k, side))
    members = frozenset(line.cells[stretch.kept[0] : stretch.kept[-1] + 1])
    moving = tuple(step != 0 for step in stretch.law.step)
    for k, side in places:
        cell = line.cells[k]
        near = line.cells[min(stretch.kept, key=lambda other: abs(other - k))]
        tree = forms.cells.tree(near)
        if tree is not None:
            form = stretch.law.at(k)
            expected = forms.tree(form, tree, cell)
            kept = len(stretch.kept)
            yield Departure(cell, expected, side, kept, near, members, line.down, form, moving)


Keys = dict[Cell, tuple[object, ...] | None]


def _between_parallels(forms: Forms, numeric: set[Cell], keys: Keys) -> Iterator[Departure]:
    """The cells of a block that differ from the same cells of the blocks before and behind, which agree."""
    for down in (False, True):
        at_strides = [_triples(numeric, keys, stride, down) for stride in range(1, FURTHEST + 1)]
        differing = {middle for triples in at_strides for middle, _ in triples.differing}
        in_line = Counter(_across(cell, down) for cell in differing)
        across = Counter(place for triples in at_strides for places in triples.agreeing.values() for place in places)
        messy = {line for line, count in in_line.items() if count > max(MOST_BREAKS, across[line] // RARE)}
        for triples in at_strides:
            yield from _with_company(forms, triples, messy, down)


@dataclass
class _Triples:
    """Cells at one distance: where three agree, by their place along, and those in the middle of two that agree."""

    agreeing: dict[int, list[int]]
    differing: list[tuple[Cell, Cell]]


def _triples(numeric: set[Cell], keys: Keys, stride: int, down: bool) -> _Triples:
    triples = _Triples(defaultdict(list), [])
    for cell, key in keys.items():
        last = _shifted(cell, 2 * stride, down)
        middle = _shifted(cell, stride, down)
        if keys.get(last) != key or middle not in numeric:
            continue
        if keys.get(middle) == key:
            triples.agreeing[_along(middle, down)].append(_across(middle, down))
        else:
            triples.differing.append((middle, cell))
    return triples


def _with_company(forms: Forms, triples: _Triples, messy: set[int], down: bool) -> Iterator[Departure]:
    """Those in whose neighbourhood the three blocks agree: else they are no parallel blocks."""
    in_block = Counter(_along(middle, down) for middle, _ in triples.differing)
    for middle, model in triples.differing:
        place = _along(middle, down)
        kept, tree = len(triples.agreeing[place]), forms.cells.tree(model)
        if kept < max(ALIKE, 2 * in_block[place]) or _across(middle, down) in messy or tree is None:
            continue
        if not forms.is_in_array(model):
            yield Departure(middle, tree, Side.PARALLEL, kept, model, frozenset((model, middle)), down)


def _among_alike(forms: Forms, numeric: set[Cell], keys: Keys) -> Iterator[Departure]:
    """The cells whose row and whose column hold one formula, filled into all cells but this."""
    for cell in numeric:
        own = keys.get(cell)
        beside = [keys.get(_shifted(cell, by, down)) for by in (-1, 1) for down in (False, True)]
        alike = {key for key in beside if key is not None and key != own}
        if len(alike) != 1 or own in beside and own is not None:
            continue
        row, column = (_neighbours(cell, alike, keys, down) for down in (False, True))
        tree = forms.cells.tree(row[0]) if row else None
        if len(row) < 2 or len(column) < 2 or len(row) + len(column) <= FEWEST or tree is None:  # noqa: PLR2004
            continue
        if not forms.is_in_array(row[0]):
            line, kept = frozenset((*row, *column, cell)), len(row) + len(column)
            yield Departure(cell, tree, Side.AROUND, kept, row[0], line, down=False)


def _neighbours(cell: Cell, alike: set[tuple[object, ...]], keys: Keys, down: bool) -> list[Cell]:
    """The cells in a cell's row or column that follow on it without a gap and have this formula."""
    found: list[Cell] = []
    for direction in (-1, 1):
        other = _shifted(cell, direction, down)
        while keys.get(other) in alike and len(found) < ENOUGH:
            found.append(other)
            other = _shifted(other, direction, down)
    return found


def _shifted(cell: Cell, by: int, down: bool) -> Cell:
    sheet, row, column = cell
    return (sheet, row + by, column) if down else (sheet, row, column + by)


def _along(cell: Cell, down: bool) -> int:
    return cell[1] if down else cell[2]


def _across(cell: Cell, down: bool) -> int:
    return cell[2] if down else cell[1]
