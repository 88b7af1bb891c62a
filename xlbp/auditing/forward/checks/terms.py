"""A sum of products written by hand: its terms go on by one step, as they do in the cells beside it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise, takewhile

from xlbp.auditing.forward.differences import Difference, Question, differences, name_of
from xlbp.auditing.forward.forms import Form, Key
from xlbp.auditing.forward.laws import Step
from xlbp.auditing.forward.lines import beside, is_number_at
from xlbp.auditing.forward.sheet_view import SheetView, Slip, is_op, members, with_part
from xlbp.auditing.reading.syntax import Cell, Node, address
from xlbp.auditing.reading.trees import corners

FEWEST = 3  # terms


def term_slips(view: SheetView) -> Iterator[Slip]:
    """The one term of a sum that is out of the order which its other terms and the sums beside it keep to.

    Or in a sum alone: a cell that is taken twice, where the next is read by no formula.
    """
    sums: dict[Key | None, list[Node]] = {}
    twice: dict[Key | None, list[tuple[Cell, Node, Difference]]] = defaultdict(list)
    in_order: set[Key | None] = set()
    for cell in view.trees:
        if view.forms.key(cell) in in_order:
            continue
        terms = _terms_in(view, cell, sums)
        forms = _alike(view, terms, cell)
        if forms is None or _step(forms) is not None:
            in_order.add(view.forms.key(cell))
            continue
        models = _beside(view, cell)
        steps = {_step_of(view, other, sums) for other in models}
        step = steps.pop() if len(steps) == 1 else None
        if step is not None:
            yield from _out_of_order(view, cell, _mended(view, cell, terms, _odd_of(forms, step)), models)
            continue
        for odd in _odd_alone(forms):
            mended = _mended(view, cell, terms, odd)
            if mended is not None and _is_doubled(view, cell, mended[1]):
                twice[view.forms.key(cell)].append((cell, *mended))
                break
    for alike in twice.values():
        cell, expected, part = alike[0]
        named = name_of(Question(part, cell, view.forms, frozenset()))
        values = {"lost": address(members(part.expected, cell)[0], cell[0])}
        yield Slip(named, tuple(each for each, _, _ in alike), view.written(expected, cell), "copy", values)


def _out_of_order(
    view: SheetView, cell: Cell, mended: tuple[Node, Difference] | None, models: list[Cell]
) -> Iterator[Slip]:
    """The slip of a term, if what stands there leaves the line of the others, or is another's."""
    if mended is None:
        return
    (expected, part), tree = mended, view.trees[cell]
    if not (_is_off_line(tree, part, cell) or _is_taken_twice(tree, part, cell)):
        return  # an input that is left out on purpose
    if all(is_number_at(view.cells, item) for item in members(part.expected, cell)):
        named = name_of(Question(part, cell, view.forms, frozenset()))
        values = {"kept": len(models), "model": address(models[0], cell[0])}
        yield Slip(named, (cell,), view.written(expected, cell), "neighbours", values)


def _mended(
    view: SheetView, cell: Cell, terms: list[Node], odd: tuple[int, Form] | None
) -> tuple[Node, Difference] | None:
    """A cell's formula with another term, and the one part in which it differs then; None if there are more."""
    if odd is None:
        return None
    tree, (k, right) = view.trees[cell], odd
    expected = with_part(tree, terms[k], view.forms.tree(right, terms[k], cell))
    parts = list(differences(tree, expected, cell))
    return (expected, parts[0]) if len(parts) == 1 else None


def _odd_alone(forms: list[Form]) -> Iterator[tuple[int, Form]]:
    """Each term that alone may be out of the order of all others, by these; more than one only of three terms."""
    steps = {_minus(other.filling, one.filling) for one, other in pairwise(forms)}
    for step in sorted(steps):
        odd = _odd_of(forms, step)
        if odd is not None:
            yield odd


def _is_doubled(view: SheetView, cell: Cell, part: Difference) -> bool:
    """Whether a cell is taken twice, and the one that belongs there is read by no formula."""
    lost = members(part.expected, cell)
    is_lost = bool(lost) and all(view.is_number(item) and view.readings.is_unread(item) for item in lost)
    return is_lost and _is_taken_twice(view.trees[cell], part, cell)


def _is_taken_twice(tree: Node, part: Difference, cell: Cell) -> bool:
    """Whether another term takes what stands there."""
    return [corners(node, cell) for node in tree.references].count(corners(part.found, cell)) > 1


def _is_off_line(tree: Node, part: Difference, cell: Cell) -> bool:
    """Whether a reference leaves the row, or the column, in which other terms take theirs."""
    found, expected = corners(part.found, cell), corners(part.expected, cell)
    if found is None or expected is None:
        return True
    others = [ends[0] for node in tree.references if (ends := corners(node, cell)) is not None]
    lines = [axis for axis in (1, 2) if sum(other[axis] == expected[0][axis] for other in others) > 1]
    return bool(lines) and all(found[0][axis] != expected[0][axis] for axis in lines)


def _terms_in(view: SheetView, cell: Cell, known: dict[Key | None, list[Node]]) -> list[Node]:
    """The terms of the first sum in a cell's formula, as it stands in an activation; none of an array's."""
    key = view.forms.key(cell)
    if key not in known:
        tree = view.trees[cell]
        found = None if view.forms.is_in_array(cell) else next((part for part in tree.parts if is_op(part, "+")), None)
        known[key] = [] if found is None else _terms(found)
    return known[key]


def _terms(node: Node) -> list[Node]:
    return [*_terms(node.args[0]), *_terms(node.args[1])] if is_op(node, "+") else [node]


def _alike(view: SheetView, terms: list[Node], cell: Cell) -> list[Form] | None:
    """The forms of a sum's first terms, of one shape, as before a bias; None where these are too few."""
    if len(terms) < FEWEST:
        return None
    forms = [view.forms.of_part(term, cell) for term in terms]
    alike = list(takewhile(lambda form: form.shape == forms[0].shape, forms))
    return alike if len(alike) >= FEWEST and alike[0].filling else None


def _step(forms: list[Form]) -> Step | None:
    """By how much the numbers of each term grow to the next one's; None where that is not always the same."""
    steps = {_minus(other.filling, one.filling) for one, other in pairwise(forms)}
    return steps.pop() if len(steps) == 1 else None


def _minus(one: Step, other: Step) -> Step:
    return tuple([a - b for a, b in zip(one, other, strict=True)])


def _beside(view: SheetView, cell: Cell) -> list[Cell]:
    """The cells beside it whose formulas have its shape."""
    form = view.forms[cell]
    forms = ((other, view.forms[other]) for other in beside(cell) if other in view.trees)
    return [other for other, its in forms if its is not None and form is not None and its.shape == form.shape]


def _step_of(view: SheetView, other: Cell, known: dict[Key | None, list[Node]]) -> Step | None:
    """The step of the sum in a cell beside it."""
    forms = _alike(view, _terms_in(view, other, known), other)
    return None if forms is None else _step(forms)


def _odd_of(forms: list[Form], step: Step) -> tuple[int, Form] | None:
    """Which term alone does not go on by this step, and what it is by all others."""
    starts = [_minus(form.filling, tuple([k * by for by in step])) for k, form in enumerate(forms)]
    start, count = Counter(starts).most_common(1)[0]
    if count != len(forms) - 1:
        return None
    k = next(k for k, other in enumerate(starts) if other != start)
    return k, Form(forms[0].shape, tuple([a + k * by for a, by in zip(start, step, strict=True)]))
