"""Blocks: cells of one shape that fill a rectangle, whose numbers grow by one step down and by another across.

``=B$1*$A2`` filled over three rows and two columns is a block, and so is what a person wrote so by hand. Where all
cells but one keep to its law, that one departs from it, wherever it stands.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlbp.auditing.forward.forms import EXACT, Form, Forms
from xlbp.auditing.forward.laws import Step
from xlbp.auditing.forward.lines import connected
from xlbp.auditing.reading.syntax import Cell

FEWEST, FOUR = 5, 4  # cells that keep to the law; and the smallest block


@dataclass(frozen=True)
class Odd:
    """The one cell of a block that departs from its law, what belongs there, a neighbour, and how many keep to it."""

    cell: Cell
    expected: Form
    model: Cell
    block: frozenset[Cell]


def odd_ones(forms: Forms, cells: Sequence[Cell]) -> Iterator[Odd]:
    """The cells that alone depart from the law of their block; of formulas on one sheet."""
    by_shape: dict[int, dict[Cell, Form]] = defaultdict(dict)
    for cell in sorted(cells):
        form = forms[cell]
        if form is not None:
            by_shape[form.shape][cell] = form
    formulas = set(cells)
    for found in by_shape.values():
        for part in connected(found):
            odd = _odd_of_four(forms, part, found) or _odd_of(part, {cell: found[cell] for cell in part}, formulas)
            if odd is not None:
                yield odd


def _odd_of_four(forms: Forms, part: Sequence[Cell], found: Mapping[Cell, Form]) -> Odd | None:
    """The one cell of four, two by two, beside three copies of one formula."""
    keys = [forms.key(cell) for cell in part]
    usual, count = Counter(keys).most_common(1)[0]
    if len(part) != FOUR or len({cell[1] for cell in part}) != 2 or len({cell[2] for cell in part}) != 2 or count != 3:
        return None
    odd = part[next(k for k, key in enumerate(keys) if key != usual)]
    _, row, column = odd
    in_row, in_column, opposite = (
        next(cell for cell in part if ((cell[1] == row), (cell[2] == column)) == place)
        for place in ((True, False), (False, True), (False, False))
    )
    across = _minus(found[in_column].filling, found[opposite].filling)
    expected = tuple([a + by for a, by in zip(found[in_row].filling, across, strict=True)])
    return Odd(odd, Form(found[in_row].shape, expected), in_row, frozenset(part))


def _odd_of(part: Sequence[Cell], found: Mapping[Cell, Form], formulas: set[Cell]) -> Odd | None:
    """The one cell of a rectangle that has another shape than all others, or other numbers than the law says."""
    sheet = part[0][0]
    rows, columns = [cell[1] for cell in part], [cell[2] for cell in part]
    height, width = max(rows) - min(rows) + 1, max(columns) - min(columns) + 1
    missing = height * width - len(part)
    if min(height, width) < 2 or height * width <= FEWEST or missing > 1:
        return None
    law = _law_of(found)
    wrong = [cell for cell, form in found.items() if law is None or form.filling != _at(law, cell)]
    if missing:
        box = (
            (sheet, row, column)
            for row in range(min(rows), max(rows) + 1)
            for column in range(min(columns), max(columns) + 1)
        )
        wrong += [cell for cell in box if cell not in found]
    if law is None or len(wrong) != 1 or wrong[0] not in formulas:
        return None
    (odd,) = wrong
    model = min(
        (cell for cell in part if cell != odd), key=lambda cell: (abs(cell[1] - odd[1]) + abs(cell[2] - odd[2]), cell)
    )
    return Odd(odd, Form(found[model].shape, _at(law, odd)), model, frozenset((*part, odd)))


@dataclass(frozen=True)
class _Law:
    """What a block's numbers are in the sheet's corner, and by how much they grow down and across."""

    start: Step
    down: Step
    across: Step


def _law_of(found: Mapping[Cell, Form]) -> _Law | None:
    """The law that most cells of a block show."""
    steps: list[Step] = []
    for by_row, by_column in ((1, 0), (0, 1)):
        seen = Counter(
            _minus(other.filling, form.filling)
            for (sheet, row, column), form in found.items()
            if (other := found.get((sheet, row + by_row, column + by_column))) is not None
        )
        if not seen:
            return None
        steps.append(seen.most_common(1)[0][0])
    down, across = steps
    starts = Counter(_minus(form.filling, _moved(down, across, cell)) for cell, form in found.items())
    return _Law(starts.most_common(1)[0][0], down, across)


def _at(law: _Law, cell: Cell) -> tuple[float, ...]:
    """What the law says of a cell."""
    moved = _moved(law.down, law.across, cell)
    return tuple([round(start + by, EXACT) for start, by in zip(law.start, moved, strict=True)])


def _moved(down: Step, across: Step, cell: Cell) -> Step:
    return tuple([cell[1] * by_row + cell[2] * by_column for by_row, by_column in zip(down, across, strict=True)])


def _minus(one: Step, other: Step) -> Step:
    return tuple([round(a - b, EXACT) for a, b in zip(one, other, strict=True)])
