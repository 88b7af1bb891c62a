"""Array formulas side by side, or one below the other, of one size: one that alone takes another block is a slip."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from xlbp.auditing.forward.differences import Difference, Question, differences, name_of
from xlbp.auditing.forward.lines import across, along
from xlbp.auditing.forward.sheet_view import SheetView, Slip, size
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.auditing.reading.trees import corners
from xlbp.mistakes import Mistake

FEWEST = 3  # arrays that are filled alike beside the one that is not
REFERENCES = frozenset({"ref", "range"})


def array_slips(view: SheetView) -> Iterator[Slip]:
    """The one array of a line whose references moved otherwise than those of all others."""
    for line in _lines(view):
        keys = [view.forms.key(home) for home in line]
        usual, count = Counter(keys).most_common(1)[0]
        if count < FEWEST or count != len(line) - 1:
            continue
        odd, model = next(home for home, key in zip(line, keys, strict=True) if key != usual), line[keys.index(usual)]
        parts = list(differences(view.trees[odd], view.trees[model], odd))
        are_of_one_size = all(
            {part.found.kind, part.expected.kind} <= REFERENCES and size(part.found, odd) == size(part.expected, odd)
            for part in parts
        )
        if parts and are_of_one_size and (_is_inside(line, odd) or all(_is_one_off(part, odd) for part in parts)):
            mistake = name_of(Question(parts[0], odd, view.forms, frozenset(line)))
            values = {"kept": count, "model": address(model, model[0])}
            mistake = Mistake.OTHER_RANGE if mistake is Mistake.OTHER_STEP else mistake
            yield Slip(mistake, (odd,), view.written(view.trees[model], odd), "neighbours", values)


def _is_inside(line: list[Cell], odd: Cell) -> bool:
    return odd not in (line[0], line[-1])


def _is_one_off(part: Difference, home: Cell) -> bool:
    """Whether a reference stands one row or one column beside the place where it belongs."""
    found, expected = corners(part.found, home), corners(part.expected, home)
    if found is None or expected is None or found[0][0] != expected[0][0]:
        return False
    return sorted((abs(found[0][1] - expected[0][1]), abs(found[0][2] - expected[0][2]))) == [0, 1]


def _lines(view: SheetView) -> Iterator[list[Cell]]:
    """The first cells of arrays of one size that touch each other in a row, or in a column."""
    extents = _extents(view)
    for down in (False, True):
        alike: dict[tuple[int, tuple[int, int]], list[Cell]] = defaultdict(list)
        for home, extent in sorted(extents.items()):
            alike[across(home, down), extent].append(home)
        for (_, (height, width)), homes in alike.items():
            distances = {along(b, down) - along(a, down) for a, b in pairwise(homes)}
            if len(homes) > FEWEST and distances == {height if down else width}:
                yield homes


def _extents(view: SheetView) -> dict[Cell, tuple[int, int]]:
    """The rows and columns of each array that fills several cells, by its first cell."""
    ends: dict[Cell, Cell] = {}
    for cell in view.in_order:
        home = view.cells.contents.element(cell)[0]
        if view.forms.is_in_array(cell) and home in view.trees:
            ends[home] = max(ends.get(home, cell), cell)
    return {home: (end[1] - home[1] + 1, end[2] - home[2] + 1) for home, end in ends.items()}
