"""Which departures are slips for sure: a law is broken in many right sheets, too, at edges and where data choose."""

from __future__ import annotations

import math
from collections.abc import Callable

from xlbp.auditing.forward.astray import are_references, are_references_at_edge, is_beside
from xlbp.auditing.forward.cases import BOTH_WAYS, FEW, INSIDE, MANY, MORE, Case, is_reference, references_in
from xlbp.auditing.forward.departures import Side
from xlbp.auditing.forward.differences import (
    ACTIVATIONS,
    ADDING,
    DEVIATIONS,
    LOGARITHMS,
    Difference,
    differences,
    left_out,
    same,
    sigmoid_of,
)
from xlbp.auditing.forward.forms import Forms
from xlbp.auditing.forward.lines import FURTHEST, across, beside, is_number_at
from xlbp.auditing.reading.syntax import Cell, Node, UnreadableFormulaError
from xlbp.auditing.reading.trees import corners

FROM_HERE = 1e4  # numbers of this size and above are put in for minus infinity
NOT_COMPUTED = (0.0, 1.0)  # masks, biases and one-hot vectors are typed among formulas
COPIES = 20
ABOUT_WORTH = 1e-12


def is_sure(case: Case) -> bool:
    """Whether the cell is wrong for sure."""
    is_slip = _is_pasted(case) if case.found is None else _is_another_formula(case)
    return is_slip and _names_what_its_model_names(case) and _is_computable(case)  # computing costs most


def _is_another_formula(case: Case) -> bool:
    """Whether the two formulas differ in a way that is a slip."""
    parts = case.parts
    if not parts or _mean_the_same(case, parts) or _is_a_side_of_a_quotient(case):
        return False
    if case.departure.side is Side.BLOCK and case.departure.kept < FEW:
        return len(parts) == 1 and is_beside(case, parts[0]) and len(references_in(case.departure.expected)) > 1
    if case.departure.side is Side.BLOCK and _repeats_a_neighbour(case):
        return False
    judge = RULES[_kind(case, parts)]
    return judge(case, parts) or _is_told_by_two(case, parts)


def _repeats_a_neighbour(case: Case) -> bool:
    """Whether it takes just what a cell beside it takes: a bias that several units share stands once for each."""
    own = case.forms[case.cell]
    neighbours = (cell for cell in beside(case.cell) if cell in case.departure.line)
    return own is not None and any(case.forms[cell] == own for cell in neighbours)


def _is_told_by_two(case: Case, parts: list[Difference]) -> bool:
    """Whether it stands between two copies of one formula, and what it has instead is none that a person would choose.

    A deviation by n - 1 or a logarithm of base ten among others, a small number left out of a root, a cell taken twice.
    """
    (sheet, row, column), down, key = case.cell, case.departure.down, case.forms.key
    beside = {key((sheet, row + by, column) if down else (sheet, row, column + by)) for by in (-1, 1)}
    if case.departure.side is not Side.BETWEEN or len(parts) != 1 or len(beside) > 1 or None in beside:
        return False
    (part,) = parts
    lack = left_out(part.found, part.expected, case.cell)
    functions = {node.value for node in (part.found, part.expected) if node.kind == "call"}
    is_another_sort = len(functions) > 1 and (functions <= DEVIATIONS or functions <= LOGARITHMS)
    return is_another_sort or (lack is not None and lack[1].kind == "number") or _takes_twice(case, part)


def _takes_twice(case: Case, part: Difference) -> bool:
    """Whether a reference goes to a cell that the formula takes elsewhere, too, and more often than its model does."""
    if case.found is None or not (is_reference(part.found) and is_reference(part.expected)):
        return False
    found, expected = (
        [corners(node, case.cell) for node in references_in(tree)] for tree in (case.found, case.departure.expected)
    )
    return len(set(found)) < len(set(expected))


def _kind(case: Case, parts: list[Difference]) -> str:
    if all(is_reference(part.found) and is_reference(part.expected) for part in parts):
        return "references" if case.departure.side in INSIDE else "references at an edge"
    if all(part.found.kind == part.expected.kind == "number" for part in parts):
        return "numbers"
    return "one part" if len(parts) == 1 else "many parts"


def _are_numbers(case: Case, parts: list[Difference]) -> bool:
    enough = FEW if case.is_confirmed else MANY
    return case.departure.side in INSIDE and case.departure.kept >= enough and len(parts) == 1


def _is_one_part(case: Case, parts: list[Difference]) -> bool:
    """Another operator, function or sign; a part left out or too many: but gates differ in a line of four."""
    part = parts[0]
    if case.departure.side not in INSIDE or (part.found.kind == "number" and not part.expected.args):
        return case.is_confirmed and case.departure.side in INSIDE
    whole = case.found == part.found and case.departure.expected == part.expected
    if whole and not _share_something(part, case.cell):
        return case.departure.side in BOTH_WAYS
    if _changes_activation(part) and _leaves_activation_out(case, part):
        return case.is_confirmed or case.departure.kept >= MORE
    if _changes_activation(part):
        return case.is_confirmed or (case.departure.kept >= MANY and not _is_a_gates_own(case, part))
    return case.is_confirmed or case.departure.kept >= FEW


def _share_something(part: Difference, home: Cell) -> bool:
    """Whether one formula holds the other as a part, or both are made of the same parts."""
    found, expected = part.found, part.expected
    inner, outer = _insides(found), _insides(expected)
    everything = [(found, other) for other in outer] + [(expected, other) for other in inner]
    everything += [(a, b) for a in inner for b in outer if a.kind != "number"]
    return any(not list(differences(a, b, home)) for a, b in everything)


def _insides(node: Node) -> list[Node]:
    """What a formula is made of at its top: the operands, or what a sigmoid is taken of."""
    inside = sigmoid_of(node)
    if inside is not None:
        return [inside]
    return [arg for arg in node.args if arg.kind != "number"]


def _changes_activation(part: Difference) -> bool:
    tops = [sigmoid_of(node) is not None or node.value in ACTIVATIONS for node in (part.found, part.expected)]
    return any(tops)


def _leaves_activation_out(case: Case, part: Difference) -> bool:
    """Whether the activation is left out: no gate, and no candidate, goes without."""
    return any(same(part.found, inner, case.cell) for inner in _insides(part.expected))


def _is_a_gates_own(case: Case, part: Difference) -> bool:
    """Whether a candidate's activation, of its own sum, stands in the next cell, too, or again in other steps."""
    inner, outer = _insides(part.found), _insides(part.expected)
    if len(inner) != len(outer) or not all(same(a, b, case.cell) for a, b in zip(inner, outer, strict=True)):
        return False
    sheet, row, column = case.cell
    down, own = case.departure.down, case.forms.key(case.cell)
    beside = [(sheet, row + by, column) if down else (sheet, row, column + by) for by in (-1, 1)]
    if any(case.forms.key(cell) == own for cell in beside):
        return True
    steps = (by for far in range(2, FURTHEST + 1) for by in (-far, far))
    return any(case.forms.key((sheet, row, column + by) if down else (sheet, row + by, column)) == own for by in steps)


def _are_many_parts(case: Case, parts: list[Difference]) -> bool:  # noqa: ARG001 - as all rules
    """Another formula altogether: sure only where blocks before and behind, or row and column, agree.

    Or where it names the same cells in the same order, with another sign between them.
    """
    found, expected = (references_in(tree) for tree in (case.found, case.departure.expected) if tree is not None)
    are_the_same = len(found) == len(expected) and all(
        same(one, other, case.cell) for one, other in zip(found, expected, strict=True)
    )
    return case.departure.side in BOTH_WAYS - {Side.BLOCK} or (case.departure.side is Side.BLOCK and are_the_same)


RULES: dict[str, Callable[[Case, list[Difference]], bool]] = {
    "references": are_references,
    "references at an edge": are_references_at_edge,
    "numbers": _are_numbers,
    "one part": _is_one_part,
    "many parts": _are_many_parts,
}


def _is_pasted(case: Case) -> bool:
    """Whether a typed number stands where a formula belongs that computes something from outside of its line."""
    departure, value = case.departure, case.forms.cells.contents.cells.get(case.cell)
    if departure.side is Side.BLOCK or not isinstance(value, int | float) or isinstance(value, bool):
        return False
    if departure.side not in INSIDE and not _row_goes_on(case):
        return False
    if departure.expected.kind == "ref" or value in NOT_COMPUTED or abs(value) >= FROM_HERE:
        return False
    if departure.kept < FEW and not case.is_confirmed:
        return False
    return not all(_is_in_line(case, node) for node in references_in(departure.expected))


def _row_goes_on(case: Case) -> bool:
    """Whether at the last cell of a column those to its left and right are filled from the cells above them."""
    sheet, row, column = case.cell
    down, key = case.departure.down, case.forms.key
    if case.departure.side is not Side.END:
        return False
    beside = [(sheet, row, column + by) if down else (sheet, row + by, column) for by in (-1, 1)]
    return all(key(cell) is not None and key(cell) == key(_before(cell, down)) for cell in beside)


def _before(cell: Cell, down: bool) -> Cell:
    return (cell[0], cell[1] - 1, cell[2]) if down else (cell[0], cell[1], cell[2] - 1)


def _is_in_line(case: Case, node: Node) -> bool:
    """Whether a reference goes to the cell's own column, or row, as a counter's does."""
    ends = corners(node, case.cell)
    down = case.departure.down
    own = (case.cell[0], across(case.cell, down))
    return ends is not None and all((end[0], across(end, down)) == own for end in ends)


def _names_what_its_model_names(case: Case) -> bool:
    """Whether the expected formula names numbers alone where its model does, and not its own cell."""
    expected = references_in(case.departure.expected)
    model = case.forms.element_tree(case.departure.model)
    models = references_in(model) if model is not None else []
    for own, other in zip(expected, models, strict=True):
        if _names_numbers(case, other, case.departure.model) and not _names_numbers(case, own, case.cell):
            return False
        if _names_cell(own, case.cell):
            return False
    return True


def _is_computable(case: Case) -> bool:
    """Whether the expected formula gives a number, or what stands there gives none, either."""
    worth = worth_of(case.forms, case.departure.expected, case.cell)
    return worth is None or math.isfinite(worth) or math.isnan(case.forms.cells.value(case.cell))


def _names_numbers(case: Case, node: Node, home: Cell) -> bool:
    """Whether every cell that a reference names is a number; of a large range, its corners."""
    ends = corners(node, home)
    if ends is None:
        return True
    return all(is_number_at(case.forms.cells, end) for end in ends)


def _names_cell(node: Node, cell: Cell) -> bool:
    ends = corners(node, cell)
    if ends is None:
        return False
    (sheet, top, left), (_, bottom, right) = ends
    return sheet == cell[0] and top <= cell[1] <= bottom and left <= cell[2] <= right


def worth_of(forms: Forms, tree: Node, cell: Cell) -> float | None:
    """What a formula would be worth in a cell; None where it can't be read."""
    try:
        (compiled,) = forms.cells.compile_tree(tree, cell)
        return forms.cells.worth(compiled, cell)
    except (UnreadableFormulaError, RecursionError):
        return None


def _mean_the_same(case: Case, parts: list[Difference]) -> bool:
    """Whether the references that differ lead to the same cells, by copies."""
    return all(
        part.found.kind == part.expected.kind == "ref"
        and _original(case, part.found, case.cell) == _original(case, part.expected, case.cell)
        for part in parts
    )


def _is_a_side_of_a_quotient(case: Case) -> bool:
    """Whether a cell beside it goes as far the other way: x + h and x - h, the sides of a difference quotient."""
    found, (sheet, row, column) = case.found, case.cell
    if found is None or found.kind != "op" or found.value not in ADDING:
        return False
    beside = ((sheet, row + down, column + right) for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)))
    trees = ((cell, case.forms.element_tree(cell)) for cell in beside)
    return any(tree is not None and _goes_the_other_way(found, case.cell, tree, cell) for cell, tree in trees)


def _goes_the_other_way(one: Node, home: Cell, other: Node, other_home: Cell) -> bool:
    if other.kind != "op" or {one.value, other.value} != ADDING:
        return False
    return all(same(a, b, home, other_home) for a, b in zip(one.args, other.args, strict=True))


def _original(case: Case, node: Node, home: Cell) -> Cell | None:
    """The cell that a reference leads to, through cells that only copy."""
    for _ in range(COPIES):
        ends = corners(node, home)
        tree = None if ends is None else case.forms.element_tree(ends[0])
        if ends is None or tree is None or tree.kind != "ref":
            return ends[0] if ends is not None else None
        node, home = tree, ends[0]
    return None
