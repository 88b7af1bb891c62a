"""Which references went astray for sure: those that moved as the others of their line, or of their block, did not."""

from __future__ import annotations

from xlbp.auditing.forward.cases import CHOOSING, FEW, INSIDE, MANY, MORE, Case, is_reference, references_in
from xlbp.auditing.forward.departures import Side
from xlbp.auditing.forward.differences import Difference
from xlbp.auditing.forward.lines import across, along, is_number_at
from xlbp.auditing.reading.syntax import Node
from xlbp.auditing.reading.trees import corners


def are_references(case: Case, parts: list[Difference]) -> bool:
    """References that moved; what is only a choice among cells may be chosen by data, unless row and column agree."""
    names = references_in(case.departure.expected)
    chooses = len(names) == 1 and names[0].kind == "ref"
    if chooses and (not case.is_confirmed or case.departure.side in CHOOSING):
        if len(parts) > 1 or case.departure.expected.kind == "ref":
            return False
        return _moves_along(case, parts[0]) or _is_of_another_making(case, parts[0])
    if case.is_confirmed:
        return True
    if _is_filled_across(case) and all(_goes_to_typed(case, part) for part in parts):
        return False  # a whole row reads another row of typed numbers: a text may choose it
    return case.departure.kept >= FEW and len(parts) < len(names) + (len(names) > 1)


def _is_of_another_making(case: Case, part: Difference) -> bool:
    """Whether a reference goes to a column that is computed otherwise, where five others keep to theirs: no choice."""
    found, expected = corners(part.found, case.cell), corners(part.expected, case.cell)
    if found is None or expected is None or case.departure.kept < MANY or case.departure.side not in INSIDE:
        return False
    shapes = [form.shape if (form := case.forms[ends[0]]) is not None else None for ends in (found, expected)]
    is_at_same_step = along(found[0], case.departure.down) == along(expected[0], case.departure.down)
    return is_at_same_step and None not in shapes and shapes[0] != shapes[1]


def _is_filled_across(case: Case) -> bool:
    """Whether a cell beside it, across the line, has the same formula."""
    sheet, row, column = case.cell
    shift = (0, 1) if case.departure.down else (1, 0)
    beside = ((sheet, row + by * shift[0], column + by * shift[1]) for by in (-1, 1))
    own = case.forms.key(case.cell)
    return any(case.forms.key(cell) == own for cell in beside)


def _goes_to_typed(case: Case, part: Difference) -> bool:
    ends = corners(part.expected, case.cell)
    if ends is None or case.forms.cells.is_formula(ends[0]):
        return False
    return ends[0][1] == ends[1][1] or ends[0][2] == ends[1][2]  # a window of a picture is no row that one chooses


def _moves_along(case: Case, part: Difference) -> bool:
    """Whether a reference went to the neighbouring row of a column, or column of a row, that the law goes along."""
    found, expected = corners(part.found, case.cell), corners(part.expected, case.cell)
    if found is None or expected is None or found[0][0] != expected[0][0]:
        return False
    down = case.departure.down
    is_near = abs(along(found[0], down) - along(expected[0], down)) == 1
    return is_near and across(found[0], down) == across(expected[0], down) and case.departure.kept >= MORE


def are_references_at_edge(case: Case, parts: list[Difference]) -> bool:
    """At the first or last cell of a line: a moving reference one cell off, or one that goes into nothing."""
    if len(references_in(case.departure.expected)) < 2 or case.departure.kept < FEW:
        return False
    if case.departure.side is Side.START and any(_goes_into_own_line(case, part) for part in parts):
        return False  # the first step of a recurrence takes the initial state
    if _is_filled_across(case) and _only_adds(case.departure.expected):
        return all(_goes_into_nothing(case, part) for part in parts)  # a text may choose a row of a table
    return all(_goes_into_nothing(case, part) or _is_one_off(case, part) for part in parts)


def _only_adds(tree: Node) -> bool:
    """Whether a formula adds up cells as they are, as a word's row and its position's."""
    return is_reference(tree) or (tree.kind == "op" and tree.value == "+" and all(map(_only_adds, tree.args)))


def _goes_into_own_line(case: Case, part: Difference) -> bool:
    ends = corners(part.expected, case.cell)
    down = case.departure.down
    return ends is not None and across(ends[0], down) == across(case.cell, down)


def _goes_into_nothing(case: Case, part: Difference) -> bool:
    ends = corners(part.found, case.cell)
    return ends is not None and part.found.kind == "ref" and not is_number_at(case.forms.cells, ends[0])


def _is_one_off(case: Case, part: Difference) -> bool:
    """Whether a reference that moves along the line has moved by one cell too many or too few, with its size."""
    found, expected = corners(part.found, case.cell), corners(part.expected, case.cell)
    model = corners(_same_place(case, part), case.departure.model)
    if found is None or expected is None or model is None or model == expected:
        return False
    return is_beside(case, part)


def is_beside(case: Case, part: Difference) -> bool:
    """Whether a reference goes to the row or the column beside the one where it belongs."""
    found, expected = corners(part.found, case.cell), corners(part.expected, case.cell)
    if found is None or expected is None or found[0][0] != expected[0][0]:
        return False
    shifts = [(a[1] - b[1], a[2] - b[2]) for a, b in zip(found, expected, strict=True)]
    return shifts[0] == shifts[-1] and sorted(map(abs, shifts[0])) == [0, 1]


def _same_place(case: Case, part: Difference) -> Node:
    """The part of the model's formula that is where this part is expected."""
    model = case.forms.element_tree(case.departure.model)
    assert model is not None
    for own, other in zip(references_in(case.departure.expected), references_in(model), strict=False):
        if own is part.expected or own == part.expected:
            return other
    return part.expected
