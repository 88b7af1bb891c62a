"""A number that no formula reads, and beside it a formula that takes another's in its place.

A weight row that slid in one unit, a bias or a last cell left out, a block taken twice: what was meant stands unread,
and what is taken instead is read by a formula of the same shape already.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from xlbp.auditing.forward.departures import Lawful
from xlbp.auditing.forward.differences import Difference, Question, differences, left_out, name_of
from xlbp.auditing.forward.forms import Key
from xlbp.auditing.forward.laws import FEWEST
from xlbp.auditing.forward.lines import BESIDE, beside, is_number_at
from xlbp.auditing.forward.sheet_view import SheetView, Slip, is_op, members, size
from xlbp.auditing.reading.syntax import Cell, Node, address, moved
from xlbp.auditing.reading.trees import corners
from xlbp.mistakes import Mistake

TARGET = re.compile(
    r"^(targets?|labels?|true|truth|ground truth|y_?true|ziele?|objetivos?)\b|^目[标標]|^标签|^標籤", re.IGNORECASE
)
STRIDES = range(2, 25)  # cells from one block to the next
MOST_FORMULAS = 20_000  # of a sheet that is looked at
NEAR, COMPANY = 8, 2  # cells around one that are looked at, and how many formulas there are those of another block
RARE = 24  # cells with the formula of one that is held against blocks further off
MOST_RARE = 2_000
MOST_OF_BLOCK = 1_000  # cells
MOST_FACTORS = 2  # of a term that is left out
REFERENCES = frozenset({"ref", "range"})


Keys = dict[Cell, Key | None]
Corners = tuple[Cell, Cell]


class Pair(NamedTuple):
    """A cell, and another whose formula may have been meant for it."""

    cell: Cell
    model: Cell


def unread_slips(view: SheetView, lines: Sequence[Lawful]) -> Iterator[Slip]:
    """The formulas that would read what none reads, if they were filled as the cells beside them are."""
    if len(view.trees) > MOST_FORMULAS:
        return
    in_order = _in_order_of_their_own(view, lines)
    found: dict[tuple[Key | None, Key | None], list[tuple[Cell, Cell, list[Difference]]]] = defaultdict(list)
    told: set[Cell] = set()
    for pair, parts in _comparable(view):
        if any((pair.cell, corners(part.found, pair.cell)) in in_order for part in parts):
            continue
        if pair.cell not in told and (_forgets(view, pair, parts) or _breaks_off(view, pair, parts)):
            told.add(pair.cell)
            found[view.forms.key(pair.cell), view.forms.key(pair.model)].append((pair.cell, pair.model, parts))
    forgotten: set[Cell] = set()
    for alike in found.values():
        cell, model, parts = min(alike, key=lambda each: each[0])
        lost = {item for part in parts for item in _lost(part, cell) if view.readings.is_unread(item)}
        if not lost.isdisjoint(forgotten) or not _are_filled_alone(view, {each[0] for each in alike}):
            continue  # another is to read it; or others that have the formula are right with it
        forgotten |= lost
        tree = view.trees[model]
        question = Question(parts[0], cell, view.forms, frozenset((cell, model)))
        values = {"lost": address(_lost(parts[0], cell)[0], cell[0]), "model": address(model, cell[0])}
        cells = tuple(sorted(each[0] for each in alike))
        why = "unread" if any(_forgets(view, Pair(cell, model), parts) for _ in parts[:1]) else "breaks_off"
        yield Slip(_named(question), cells, view.written(tree, cell), why, values)


def _in_order_of_their_own(view: SheetView, lines: Sequence[Lawful]) -> set[tuple[Cell, Corners | None]]:
    """The cells that go on as those beside them do, though none is a copy of another, each with what moves in them.

    In ``=B2-C2``, ``=B2-D2``, ``=B2-E2`` it is the second cell.
    """
    found: set[tuple[Cell, Corners | None]] = set()
    for lawful in lines:
        for stretch in lawful.stretches:
            cells = [lawful.line.cells[k] for k in stretch.kept]
            if len(cells) >= FEWEST and len({view.forms.key(cell) for cell in cells}) == len(cells):
                found.update(_moving(view, cells))
    return found


def _moving(view: SheetView, cells: Sequence[Cell]) -> Iterator[tuple[Cell, Corners | None]]:
    """Each of these cells with every reference in its formula that is not the same in the next."""
    trees = [view.forms.element_tree(cell) for cell in cells]
    pairs = zip(trees, cells, strict=True)
    named = [[corners(node, cell) for node in tree.references] if tree else [] for tree, cell in pairs]
    for cell, own, others in zip(cells, named, [*named[1:], named[-2]], strict=True):
        yield from ((cell, one) for one, other in zip(own, others, strict=False) if one != other)


def _are_filled_alone(view: SheetView, cells: set[Cell]) -> bool:
    """Whether none beside these has their formula."""
    around = (((s, r + down, c + right), (s, r, c)) for s, r, c in cells for down, right in BESIDE)
    return all(other in cells or view.forms.key(other) != view.forms.key(cell) for other, cell in around)


def _named(question: Question) -> Mistake:
    mistake = name_of(question)
    return Mistake.OTHER_RANGE if mistake is Mistake.OTHER_STEP else mistake


def _comparable(view: SheetView) -> Iterator[tuple[Pair, list[Difference]]]:
    """Neighbouring formulas that differ in references alone, or in one term that is left out."""
    homes = {cell: view.forms.key(cell) for cell in view.trees if view.cells.contents.element(cell).home == cell}
    shapes = {cell: _shape(view, cell) for cell in homes}
    counts, arrays = Counter(homes.values()), view.cells.contents.arrays
    for cell, model in _pairs(homes, counts, arrays):
        if (cell in arrays) != (model in arrays):
            continue  # a cell of a range and the whole of it are written otherwise
        is_like = shapes[cell] == shapes[model] or _are_copies(view, cell, model)
        if view.trees[cell].kind == "ref" and not _are_filled(view, Pair(cell, model)):
            continue  # picked by hand, as for a list of results
        may_break_off = is_like and _is_filled_on(view, Pair(cell, model))
        if may_break_off or ((is_like or _is_one_longer(view, cell, model)) and _would_read_unread(view, cell, model)):
            parts = list(differences(view.trees[cell], view.trees[model], cell))
            if parts and (all(map(_is_of_references, parts)) or len(parts) == 1):
                yield Pair(cell, model), parts


def _are_copies(view: SheetView, cell: Cell, model: Cell) -> bool:
    """Whether formulas only take over the same place of two sheets."""
    if any(view.trees[each].kind != "ref" for each in (cell, model)):
        return False
    found, expected = corners(view.trees[cell], cell), corners(view.trees[model], cell)
    return found is not None and expected is not None and found[0][1:] == expected[0][1:]


def _are_filled(view: SheetView, pair: Pair) -> bool:
    """Whether the model goes on in a cell beyond it, or both have their formula in a cell beside them, too."""
    return _is_filled_on(view, pair) or all(
        any(view.forms.key((s, r + down, c + right)) == view.forms.key((s, r, c)) for down, right in BESIDE)
        for s, r, c in pair
    )


def _is_one_longer(view: SheetView, cell: Cell, model: Cell) -> bool:
    """Whether the model's formula may have one term more, of one or two references; beside the cell alone."""
    is_beside = abs(cell[1] - model[1]) + abs(cell[2] - model[2]) == 1
    longer = len(view.trees[model].references) - len(view.trees[cell].references)
    return is_beside and 1 <= longer <= MOST_FACTORS


def _would_read_unread(view: SheetView, cell: Cell, model: Cell) -> bool:
    """Whether the model's formula, filled into the cell, names a cell at some corner that nothing reads."""
    return any(
        view.is_number(end) and view.readings.is_unread(end)
        for reference in view.trees[model].references
        for end in corners(reference, cell) or ()
    )


def _pairs(homes: Keys, counts: Counter[Key | None], arrays: Container[Cell]) -> Iterator[Pair]:
    """Each cell with those right beside it, and with those of other blocks in its row or column if it is rare."""
    rare = [cell for cell, key in homes.items() if counts[key] <= RARE]
    steps = [(by * stride, 0) for stride, by in product(STRIDES, (-1, 1))]
    further = [*steps, *((right, down) for down, right in steps)]
    for cells, shifts in ((homes, BESIDE), (rare if len(rare) <= MOST_RARE else (), further)):
        for cell in cells:
            sheet, row, column = cell
            own = homes[cell]
            for down, right in shifts:
                model = (sheet, row + down, column + right)
                other = homes.get(model, own)
                if other == own or counts[own] > counts[other]:
                    continue
                if shifts is BESIDE or cell in arrays or _have_company(homes, cell, model):
                    yield Pair(cell, model)


def _have_company(homes: Keys, cell: Cell, model: Cell) -> bool:
    """Whether formulas beside the one are those beside the other, too: else they are no cells of two like blocks."""
    alike = 0
    for far, (down, right) in product(range(1, NEAR + 1), BESIDE):
        one, other = (moved(home, far * down, far * right) for home in (cell, model))
        alike += homes.get(one) is not None and homes[one] == homes.get(other)
        if alike >= COMPANY or (alike and far == 1):
            return True
    return False


def _is_of_references(part: Difference) -> bool:
    return part.found.kind in REFERENCES and part.expected.kind in REFERENCES


def _forgets(view: SheetView, pair: Pair, parts: list[Difference]) -> bool:
    """Whether the cell takes what others take, or nothing, where by its model it would read what nothing reads."""
    if not all(map(_is_of_references, parts)):
        return _forgets_a_term(view, pair, parts[0])
    lost = [_lost(part, pair.cell) for part in parts]
    are_unread = [bool(cells) and all(map(view.readings.is_unread, cells)) for cells in lost]
    of_parts = zip(parts, are_unread, strict=True)
    if not any(are_unread) or not all(is_unread or _is_shorter(part, pair.cell) for part, is_unread in of_parts):
        return False
    if not all(_are_numbers(view, cells) for cells in lost) or _is_labelled_alike(view, pair, parts[0]):
        return False
    if any(_goes_nowhere(view, part, pair.cell) for part in parts) or not all(_is_as_long(p, pair.cell) for p in parts):
        return False
    is_typed = all(view.is_typed(cell) for cells in lost for cell in cells)
    is_choice = view.trees[pair.model].kind == "ref" or not all(_is_meant(view, cells, pair, parts) for cells in lost)
    if is_typed and is_choice:
        return False  # a text may choose a row of typed numbers
    return all(_is_shorter(part, pair.cell) or _is_read_elsewhere(view, part, pair) for part in parts)


def _breaks_off(view: SheetView, pair: Pair, parts: list[Difference]) -> bool:
    """Whether the ranges leave out cells of one sort with those that they take, as those of the cells beside do not."""
    by = (pair.model[1] - pair.cell[1], pair.model[2] - pair.cell[2])
    if by not in BESIDE or not _is_filled_on(view, pair):
        return False
    if not all(_is_of_references(part) and _is_shorter(part, pair.cell) for part in parts):
        return False
    pairs = [(members(part.found, pair.cell), _lost(part, pair.cell)) for part in parts]
    return all(_are_of_one_sort(view, [*taken, *lost]) for taken, lost in pairs)


def _are_of_one_sort(view: SheetView, cells: list[Cell]) -> bool:
    """Whether cells hold typed numbers, or one formula."""
    if all(map(view.is_typed, cells)):
        return True
    keys = {view.forms.key(cell) for cell in cells}
    return len(keys) == 1 and None not in keys


def _lost(part: Difference, cell: Cell) -> list[Cell]:
    """The cells that the model's part reads and that which stands there does not."""
    if not _is_of_references(part):
        lack = left_out(part.found, part.expected, cell)
        return [] if lack is None else [item for node in lack[1].references for item in members(node, cell)]
    there = {*members(part.found, cell)}
    return [item for item in members(part.expected, cell) if item not in there]


def _forgets_a_term(view: SheetView, pair: Pair, part: Difference) -> bool:
    """A term left out with a number in it that nothing reads, as a unit's bias or what an expert says."""
    unread = [item for item in _lost(part, pair.cell) if view.readings.is_unread(item)]
    return len(unread) == 1 and view.is_number(unread[0])


def _are_numbers(view: SheetView, cells: list[Cell]) -> bool:
    return all(is_number_at(view.cells, cell) for cell in cells)


def _is_shorter(part: Difference, cell: Cell) -> bool:
    """Whether the range is a part of the one that belongs there."""
    found, expected = {*members(part.found, cell)}, {*members(part.expected, cell)}
    return part.expected.kind == "range" and bool(found) and found < expected


def _is_as_long(part: Difference, cell: Cell) -> bool:
    """Whether the two ranges have one size, or what stands there is a part of what belongs there."""
    return size(part.found, cell) == size(part.expected, cell) or _is_shorter(part, cell)


def _goes_nowhere(view: SheetView, part: Difference, cell: Cell) -> bool:
    """Whether what stands there reads no numbers: then it is no other unit's."""
    return not _are_numbers(view, members(part.found, cell)) or not members(part.found, cell)


def _is_meant(view: SheetView, cells: list[Cell], pair: Pair, parts: list[Difference]) -> bool:
    """Whether typed numbers are the cell's own for sure.

    They are a matrix, or stand in its row or column, or in that of others that its formula takes beside them.
    """
    if len({cell[1] for cell in cells}) > 1 and len({cell[2] for cell in cells}) > 1:
        return True
    axis = 1 if pair.cell[1] != pair.model[1] else 2
    lines = {(cell[0], cell[axis]) for cell in cells}
    own = {(pair.cell[0], pair.cell[axis])}
    taken = [part.found for part in parts]
    others = [node for node in view.trees[pair.cell].references if node not in taken]
    items = (member for node in others for member in members(node, pair.cell))
    with_others = {(item[0], item[axis]) for item in items if view.is_typed(item)}
    if len(parts) == 1 and _is_a_factor(view.trees[pair.cell], parts[0].found) and lines <= with_others:
        return True
    if lines == own or _are_a_whole_block(view, cells, pair) or all(view.says(cell, TARGET) for cell in cells):
        return True
    return len(lines) == 1 and lines <= with_others and len(parts) > 1 and _is_filled_on(view, pair)


def _is_a_factor(tree: Node, part: Node) -> bool:
    """Whether a part is multiplied by others: a weight is, and a row of a table that a text chooses is not."""
    return any(is_op(node, "*") and part in node.args for node in tree.parts)


def _are_a_whole_block(view: SheetView, cells: list[Cell], pair: Pair) -> bool:
    """Whether typed numbers are a part of a block of several rows and columns of which nothing is read."""
    block, waiting = set[Cell](), list(cells)
    while waiting and len(block) < MOST_OF_BLOCK:
        cell = waiting.pop()
        if cell not in block and view.is_typed(cell):
            block.add(cell)
            waiting += beside(cell)
    is_wide = min(len({cell[1] for cell in block}), len({cell[2] for cell in block})) > 1
    return is_wide and pair.cell not in block and all(map(view.readings.is_unread, block))


def _is_filled_on(view: SheetView, pair: Pair) -> bool:
    """Whether the model and another cell in its line have one formula: two that a text chose would hardly."""
    (sheet, row, column), (_, model_row, model_column) = pair.cell, pair.model
    beyond = (sheet, 2 * model_row - row, 2 * model_column - column)
    across = (sheet, 2 * row - model_row, 2 * column - model_column)
    return view.forms.key(pair.model) in (view.forms.key(beyond), view.forms.key(across))


def _is_read_elsewhere(view: SheetView, part: Difference, pair: Pair) -> bool:
    """Whether what is taken is another's: taken by a cell of the same shape, or computed, and taken by any other."""
    own, taken = view.forms.key(pair.cell), members(part.found, pair.cell)
    again = [node for node in view.trees[pair.cell].references if {*members(node, pair.cell)} == {*taken}]
    if len(again) > 1:
        return True
    readers = [reader for reader in view.readers[taken[0]] if view.forms.key(reader) != own]
    if view.cells.is_formula(taken[0]):
        return bool(readers)
    like = _shape(view, pair.model)
    return any(_shape(view, reader) == like for reader in readers)


def _shape(view: SheetView, cell: Cell) -> int | frozenset[str]:
    """The shape of a formula; of an array's, the functions in it."""
    form = view.forms[cell]
    return form.shape if form is not None else view.trees[cell].functions


def _is_labelled_alike(view: SheetView, pair: Pair, part: Difference) -> bool:
    """Whether the label of the cell's line is that of the line which it takes: then it was chosen so."""
    taken = members(part.found, pair.cell) if part.found.kind in REFERENCES else []
    if not taken:
        return False
    places = (pair.cell, (pair.cell[0], *taken[0][1:]), (pair.cell[0], *_lost(part, pair.cell)[0][1:]))
    own, other, lost = (next(view.headings(cell), "") for cell in places)
    return taken[0][0] == pair.cell[0] and bool(own) and own == other != lost and _differs(view, pair)


def _differs(view: SheetView, pair: Pair) -> bool:
    """Whether lines have labels of their own at all."""
    return next(view.headings(pair.cell), "") != next(view.headings(pair.model), "")
