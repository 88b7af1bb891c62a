"""Lines of cells: what stands side by side, or one below the other, without a gap or a text between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.contents import Contents
from xlbp.auditing.reading.syntax import Cell, Turned

FURTHEST = 16  # cells from one block to the next
BESIDE = ((-1, 0), (1, 0), (0, -1), (0, 1))  # rows down and columns right of a cell


def along(cell: Cell, down: bool) -> int:
    """A cell's place along a column, or along a row."""
    return cell[1] if down else cell[2]


def across(cell: Cell, down: bool) -> int:
    """Which column, or which row, a cell stands in."""
    return cell[2] if down else cell[1]


def beside(cell: Cell) -> list[Cell]:
    """The four cells above, below, left and right of one."""
    sheet, row, column = cell
    return [(sheet, row + down, column + right) for down, right in BESIDE]


def connected(cells: Iterable[Cell]) -> Iterator[list[Cell]]:
    """The cells in parts that hang together, each in order."""
    left = dict.fromkeys(cells)
    while left:
        part, waiting = [], [next(iter(left))]
        while waiting:
            cell = waiting.pop()
            if cell in left:
                del left[cell]
                part.append(cell)
                waiting += beside(cell)
        yield sorted(part)


@dataclass(frozen=True)
class Line:
    """Cells at equal distances in a row or a column."""

    cells: tuple[Cell, ...]
    down: bool


def numeric_cells(contents: Contents) -> dict[str, set[Cell]]:
    """The cells of each sheet that hold a number or compute one."""
    by_sheet: dict[str, set[Cell]] = {}
    for cell in (*contents.cells, *contents.arrays):
        if not isinstance(cell[0], Turned) and contents.is_number(cell):
            by_sheet.setdefault(cell[0], set()).add(cell)
    return by_sheet


def lines_of(numeric: set[Cell], shortest: int) -> Iterator[Line]:
    """The rows and columns of a sheet that have at least ``shortest`` numeric cells without a gap."""
    for down in (True, False):
        waiting: list[Cell] = []
        for cell in sorted(numeric, key=itemgetter(2, 1) if down else itemgetter(1, 2)):
            if waiting and not _follows(waiting[-1], cell, down):
                if len(waiting) >= shortest:
                    yield Line(tuple(waiting), down)
                waiting = []
            waiting.append(cell)
        if len(waiting) >= shortest:
            yield Line(tuple(waiting), down)


def _follows(one: Cell, cell: Cell, down: bool) -> bool:
    return across(cell, down) == across(one, down) and along(cell, down) == along(one, down) + 1


def distant_lines(shapes: Mapping[Cell, int], shortest: int) -> Iterator[Line]:
    """Cells of one shape at equal distances, with others between: a step of a recurrence in each block."""
    for down in (False, True):
        in_lines: dict[int, dict[int, Cell]] = defaultdict(dict)
        for cell in shapes:
            in_lines[across(cell, down)][along(cell, down)] = cell
        for cells in in_lines.values():
            if len(cells) >= shortest:
                for places in _distant({place: shapes[cell] for place, cell in cells.items()}, shortest):
                    yield Line(tuple(cells[place] for place in places), down)


def _distant(shapes: Mapping[int, int], shortest: int) -> Iterator[range]:
    """The places of one line at equal distances whose cells have one shape, by their shapes."""
    for distance in range(2, FURTHEST + 1):
        for place, shape in shapes.items():
            if shapes.get(place + distance) != shape or shapes.get(place + 1) == shape:
                continue  # it is alone, or no block of its own
            if shapes.get(place - distance) == shape:
                continue  # it is not the first
            end = place + distance
            while shapes.get(end) == shape:
                end += distance
            places = range(place, end, distance)
            if len(places) >= shortest and _are_blocks(shapes, places):
                yield places


def _are_blocks(shapes: Mapping[int, int], places: range) -> bool:
    """Whether between the places others of their shape stand in the same cells of each block, or nowhere."""
    shape = shapes[places[0]]
    for offset in range(1, places.step):
        if len({shapes.get(place + offset) == shape for place in places[:-1]}) > 1:
            return False
    return True


def is_number_at(cells: Cells, cell: Cell) -> bool:
    """Whether a cell holds a number or computes one."""
    contents = cells.contents
    return (cell in contents.cells or cell in contents.arrays) and contents.is_number(cell)
