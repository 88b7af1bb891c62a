"""Where a cell departs from the law that its neighbours keep to, in a row, a column, or in parallel blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from xlbp.auditing.forward.blocks import odd_ones
from xlbp.auditing.forward.forms import Form, Forms, Key
from xlbp.auditing.forward.laws import FEWEST, Stretch, stretches
from xlbp.auditing.forward.lines import Line, across, along, distant_lines, lines_of
from xlbp.auditing.forward.parallels import STRIDES, ParallelLines, Triples
from xlbp.auditing.reading.syntax import Cell, Node
from xlbp.auditing.reading.telling import Told, each, nobody

SHORTEST = 3  # cells of a line in which one may depart
RARE = 10  # cells that keep to a law for each break, where there are several: else the breaks are meant
MOST_BREAKS = 2  # in a line, of all distances between blocks
MOST_AT_DISTANCES = 5_000
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
    BLOCK = "block"  # all other cells of its block keep to one law


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


@dataclass(frozen=True)
class Lawful:
    """A line, what its cells hold, and the laws that they keep to."""

    line: Line
    found: tuple[Form | None, ...]
    stretches: tuple[Stretch, ...]


def lawful_lines(forms: Forms, numeric: set[Cell], told: Told = nobody) -> list[Lawful]:
    """The lines of a sheet with their laws; ``told`` hears how many are done."""
    lines: list[Lawful] = []
    for line in each(list(lines_of(numeric, SHORTEST)), told):
        found = tuple(forms[cell] for cell in line.cells)
        if any(found):
            lines.append(Lawful(line, found, tuple(stretches(found))))
    return lines


def distant(forms: Forms, numeric: set[Cell]) -> Iterator[Lawful]:
    """The lines of cells of one shape at a distance from each other, which have a law of at least three."""
    shapes = {cell: form.shape for cell in sorted(numeric) if (form := forms[cell]) is not None}
    if len(shapes) <= MOST_AT_DISTANCES:
        for line in distant_lines(shapes, FEWEST + 1):
            found = tuple(forms[cell] for cell in line.cells)
            lawful = tuple(each for each in stretches(found) if len(each.kept) >= FEWEST and _is_inside(each, found))
            yield Lawful(line, found, lawful)


def _is_inside(stretch: Stretch, found: Sequence[Form | None]) -> bool:
    """Whether all but one cell of the line keep to the law, which stands between others; the first step may differ."""
    first = min(stretch.kept[0], 1)
    return len(stretch.kept) == len(found) - 1 - first and len(stretch.broken) == 1


def departures(forms: Forms, numeric: set[Cell], lines: Sequence[Lawful], told: Told = nobody) -> Iterator[Departure]:
    """All departures on a sheet, sure ones or not; ``told`` hears how many of its lines are done."""
    for lawful in each(lines, told):
        for stretch in lawful.stretches:
            yield from _of_stretch(forms, lawful.line, lawful.found, stretch)
    in_order = set(_in_order(lines))
    for lawful in distant(forms, numeric):
        for stretch in lawful.stretches:
            for departure in _of_stretch(forms, lawful.line, lawful.found, stretch):
                if departure.cell not in in_order:
                    yield departure
    formulas = [cell for cell in numeric if forms.key(cell) is not None]
    if len(formulas) <= MOST_FOR_BLOCKS:
        numbers: dict[Key | None, int] = {}
        keys = {cell: numbers.setdefault(forms.key(cell), len(numbers) + 1) for cell in formulas}
        yield from _between_parallels(forms, numeric, keys)
        yield from _among_alike(forms, numeric, keys)
        yield from _odd_in_block(forms, formulas)


def _odd_in_block(forms: Forms, formulas: Sequence[Cell]) -> Iterator[Departure]:
    """The cells that alone depart from the law of their block."""
    for odd in odd_ones(forms, formulas):
        tree = forms.element_tree(odd.model)
        if tree is not None:
            expected, kept = forms.tree(odd.expected, tree, odd.cell), len(odd.block) - 1
            yield Departure(odd.cell, expected, Side.BLOCK, kept, odd.model, odd.block, down=False, form=odd.expected)


def _in_order(lines: Iterable[Lawful]) -> Iterator[Cell]:
    """The cells that keep to a law with those right beside them, to which none further off says anything."""
    for lawful in lines:
        for stretch in lawful.stretches:
            if len(stretch.kept) >= FEWEST:
                yield from (lawful.line.cells[k] for k in stretch.kept)


def _of_stretch(forms: Forms, line: Line, found: Sequence[Form | None], stretch: Stretch) -> Iterator[Departure]:
    """The breaks inside a stretch, and the cells right before and behind it."""
    is_rare = len(stretch.broken) <= max(1, len(stretch.kept) // RARE)
    gaps = [gap for gap in stretch.broken if is_rare and len(stretch.kept) >= 2 * len(gap)]
    if _is_chance(found, stretch):
        return
    places = [(k, Side.BETWEEN) for gap in gaps for k in gap]
    for k, beyond, side in _edges(stretch):
        is_there = 0 <= k < len(found) and len(stretch.kept) >= FEWEST
        own = found[k] if is_there else None
        goes_on = 0 <= beyond < len(found) and own is not None and _shape(found[beyond]) == own.shape
        is_typed = is_there and own is None and side is Side.END and not 0 <= beyond < len(found)
        if is_typed or (own is not None and own.shape == stretch.law.shape and not goes_on):
            places.append((k, side))  # the last of its kind; where others follow, they are a new part of the sheet
    members = frozenset(line.cells[stretch.kept[0] : stretch.kept[-1] + 1])
    moving = tuple(step != 0 for step in stretch.law.step)
    for k, side in places:
        cell = line.cells[k]
        near = line.cells[min(stretch.kept, key=lambda other: abs(other - k))]
        tree = forms.element_tree(near)
        if tree is not None:
            form = stretch.law.at(k)
            expected = forms.tree(form, tree, cell)
            kept = len(stretch.kept)
            yield Departure(cell, expected, side, kept, near, members, line.down, form, moving)


def _is_chance(found: Sequence[Form | None], stretch: Stretch) -> bool:
    """Whether three numbers of a law that no filling makes may be in step by chance, as others beside them are not."""
    if len(stretch.kept) > FEWEST or {abs(step) for step in stretch.law.step} <= {0.0, 1.0}:
        return False
    beside = (stretch.kept[0] - 1, stretch.kept[-1] + 1)
    return any(0 <= k < len(found) and _shape(found[k]) == stretch.law.shape for k in beside)


def _edges(stretch: Stretch) -> tuple[tuple[int, int, Side], tuple[int, int, Side]]:
    """The cells right before and behind a stretch, each with the one beyond it."""
    first, last = stretch.kept[0], stretch.kept[-1]
    return (first - 1, first - 2, Side.START), (last + 1, last + 2, Side.END)


def _shape(form: Form | None) -> int | None:
    return form.shape if form is not None else None


Keys = dict[Cell, int]  # of equal formulas, one number, from 1


def _between_parallels(forms: Forms, numeric: set[Cell], keys: Keys) -> Iterator[Departure]:
    """The cells of a block that differ from the same cells of the blocks before and behind, which agree."""
    sheet = next(iter(numeric))[0]
    for down in (False, True):
        lines = ParallelLines([(across(cell, down), along(cell, down), keys.get(cell, 0)) for cell in numeric])
        at_strides = [lines.triples(stride) for stride in STRIDES]
        in_line = Counter(line for line, _ in {place[:2] for triples in at_strides for place in triples.differing})
        agreeing = lines.agreeing_by_line(at_strides) if in_line else {}
        messy = {line for line, count in in_line.items() if count > max(MOST_BREAKS, agreeing.get(line, 0) // RARE)}
        for triples in at_strides:
            if triples.differing:
                for departure in _with_company(forms, sheet, triples, messy, down):
                    if _is_filled(forms, departure, keys):
                        yield departure


def _with_company(forms: Forms, sheet: str, triples: Triples, messy: set[int], down: bool) -> Iterator[Departure]:
    """Those in whose neighbourhood the three blocks agree: else they are no parallel blocks."""
    in_block, agreeing = Counter(place for _, place, _ in triples.differing), triples.agreeing_by_place()
    for line, place, first in triples.differing:
        kept = agreeing.get(place, 0)
        if kept < max(ALIKE, 2 * in_block[place]) or line in messy:
            continue
        middle, model = ((sheet, at, line) if down else (sheet, line, at) for at in (place, first))
        tree = forms.element_tree(model)
        if tree is not None:
            yield Departure(middle, tree, Side.PARALLEL, kept, model, frozenset((model, middle)), down)


def _is_filled(forms: Forms, departure: Departure, keys: Keys) -> bool:
    """Whether of two cells right beside it that agree, others in the line go on so, if any stand there."""
    cell, down = departure.cell, departure.down
    if abs(along(cell, down) - along(departure.model, down)) > 1:
        return True
    shape = _shape(forms[departure.model])
    beyond = [keys[other] for by in (-2, 2) if _shape(forms[other := _shifted(cell, by, down)]) == shape]
    return not beyond or keys[departure.model] in beyond


def _among_alike(forms: Forms, numeric: set[Cell], keys: Keys) -> Iterator[Departure]:
    """The cells whose row and whose column hold one formula, filled into all cells but this."""
    for cell in numeric:
        own = keys.get(cell)
        beside = [keys.get(_shifted(cell, by, down)) for by in (-1, 1) for down in (False, True)]
        alike = {key for key in beside if key is not None and key != own}
        if len(alike) != 1 or (own in beside and own is not None):
            continue
        row, column = (_neighbours(cell, alike, keys, down) for down in (False, True))
        tree = forms.element_tree(row[0]) if row else None
        if len(row) < 2 or len(column) < 2 or len(row) + len(column) <= FEWEST or tree is None:
            continue
        line, kept = frozenset((*row, *column, cell)), len(row) + len(column)
        yield Departure(cell, tree, Side.AROUND, kept, row[0], line, down=False)


def _neighbours(cell: Cell, alike: set[int], keys: Keys, down: bool) -> list[Cell]:
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
