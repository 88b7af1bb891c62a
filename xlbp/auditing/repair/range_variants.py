"""Changes of formulas over whole ranges, in the sheet's own form: a SUMPRODUCT, a MMULT, an array stays what it is.

Every variant is a tree that differs from the sheet's in one place, as people slip; the sheet computed anew with it
decides, so no part has to be solved for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from xlbp.auditing.reading.syntax import Cell, Node, Ref, moved
from xlbp.auditing.reading.trees import corners, number, op, parts, range_of
from xlbp.auditing.repair.fixes import Variant
from xlbp.auditing.repair.hypotheses import (
    BIAS,
    DIVISOR,
    EXCHANGED,
    FACTORS_TOO_MANY,
    HALF_OR_TWICE,
    LONGER,
    MASK,
    MEAN,
    MINUS_MISSING,
    MINUS_TOO_MANY,
    OPERATOR,
    OTHER_CELL,
    PATH,
    POWER,
    SLOPE_TOO_MANY,
    TWICE_OR_HALF,
    Hypothesis,
)

MOST_RANGES = 80
MOST_COUNTS = 6
MOST_FACTORS = 6
MOST_TERMS = 12  # plain numbers of which a missing term may be made
BESIDE = ((-1, 0), (1, 0), (0, -1), (0, 1))  # rows and columns


@dataclass(frozen=True)
class Surroundings:
    """What a formula's author had at hand."""

    home: Cell
    shape: tuple[int, int]  # of what the formula fills
    ranges: Sequence[tuple[Cell, Cell]]  # that are in use
    parameters: Sequence[Cell]
    own: Sequence[Cell] = ()  # the parameters whose gradient the formula is
    plain: Sequence[Cell] = ()  # single plain numbers

    def size(self, first: Cell, last: Cell) -> tuple[int, int]:
        """Rows and columns of a range."""
        return last[1] - first[1] + 1, last[2] - first[2] + 1

    def counts(self, tree: Node) -> list[int]:
        """As many as there may be samples: the heights and widths of the ranges in the formula."""
        sizes: dict[int, None] = {}
        for node, _ in parts(tree):
            ends = corners(node, self.home)
            if ends is not None and node.kind == "range":
                sizes |= dict.fromkeys(self.size(*ends))
        for first, last in self.ranges:
            sizes |= dict.fromkeys(self.size(first, last)[:1])
        return [size for size in sizes if size > 2][:MOST_COUNTS]  # of two it is as well a factor 2


Put = Callable[[Node], Node]  # the whole tree with another part in a certain place
Change = Callable[[Node, Surroundings], Iterator[tuple[Node, Hypothesis]]]


def variants(tree: Node, around: Surroundings) -> Iterator[tuple[Variant, Hypothesis]]:
    """Every formula that differs from this one by one slip."""
    yield from _changed_places(parts(tree), OF_PARTS, around)
    yield from _changed_places(_terms(tree), OF_TERMS, around)
    for change in OF_ALL:
        for new, hypothesis in change(tree, around):
            yield Variant(new, tree, new), hypothesis


def _changed_places(
    places: Iterable[tuple[Node, Put]], changes: Sequence[Change], around: Surroundings
) -> Iterator[tuple[Variant, Hypothesis]]:
    """The tree with one of the changes made in one of the places."""
    for node, put in places:
        for change in changes:
            for new, hypothesis in change(node, around):
                if new != node:
                    yield Variant(put(new), node, new), hypothesis


def _terms(tree: Node, put: Put = lambda new: new) -> Iterator[tuple[Node, Put]]:
    """The formula as a whole, and the terms of the sum that it is."""
    yield tree, put
    if tree.kind == "op" and tree.value in ("+", "-"):
        for k, arg in enumerate(tree.args):

            def put_term(new: Node, k: int = k) -> Node:
                return put(Node(tree.kind, tree.value, (*tree.args[:k], new, *tree.args[k + 1 :])))

            yield from _terms(arg, put_term)


def _operators(node: Node, _: Surroundings) -> Iterator[tuple[Node, Hypothesis]]:
    """Another operator, the two sides exchanged, or no minus in front."""
    if node.kind == "unary":
        yield node.args[0], MINUS_TOO_MANY
    if node.kind != "op" or str(node.value) not in "+-*/":
        return
    left, right = node.args
    if node.value == "-":
        yield op("-", right, left), EXCHANGED
    for other in "+-*/".replace(str(node.value), ""):
        yield op(other, left, right), OPERATOR


def _numbers(node: Node, _: Surroundings) -> Iterator[tuple[Node, Hypothesis]]:
    """A factor of 2 that is too many, a divisor that is another number or does not belong there."""
    if node.kind != "op" or str(node.value) not in "*/":
        return
    left, right = node.args
    if node.value == "*":
        for factor, rest in ((left, right), (right, left)):
            if factor.kind == "number" and factor.value in (2.0, 0.5):
                yield rest, TWICE_OR_HALF
    else:
        yield left, TWICE_OR_HALF if right.kind == "number" and right.value == 2.0 else DIVISOR


def _fewer_factors(node: Node, _: Surroundings) -> Iterator[tuple[Node, Hypothesis]]:
    """A factor too many, or the slope a(1-a) of an activation that the loss's own derivative has cancelled."""
    every = list(_factors(node))
    if not 2 <= len(every) <= MOST_FACTORS:
        return
    for k, factor in enumerate(every):
        yield _product([other for at, other in enumerate(every) if at != k]), FACTORS_TOO_MANY
        slope = op("-", number(1), factor)
        rest = [other for at, other in enumerate(every) if at != k and other != slope]
        if slope in every and rest:
            yield _product(rest), SLOPE_TOO_MANY


def _factors(node: Node) -> Iterator[Node]:
    """The factors of a product."""
    if node.kind == "op" and node.value == "*":
        yield from _factors(node.args[0])
        yield from _factors(node.args[1])
    else:
        yield node


def _product(every: Sequence[Node]) -> Node:
    """These factors as a product."""
    return reduce(lambda left, right: op("*", left, right), every)


def _powers(node: Node, around: Surroundings) -> Iterator[tuple[Node, Hypothesis]]:
    """A square forgotten, or one too many."""
    if corners(node, around.home) is not None:
        yield op("^", node, number(2)), POWER
    if node.kind == "op" and node.value == "^":
        yield node.args[0], POWER


def _references(node: Node, around: Surroundings) -> Iterator[tuple[Node, Hypothesis]]:
    """Another range of the same shape, the one that lies a row or a column beside, or one that is longer."""
    ends = corners(node, around.home)
    if ends is None or node.kind != "range":
        return
    first, last = ends
    shape = around.size(first, last)
    beside = [(moved(first, rows, columns), moved(last, rows, columns)) for rows, columns in BESIDE]
    for other_first, other_last in [*around.ranges, *beside]:
        if around.size(other_first, other_last) == shape and min(other_first[1:]) >= 1:
            yield range_of(other_first, other_last, node, around.home), OTHER_CELL
    longer = [(first, moved(last, 1, 0)), (first, moved(last, 0, 1))]
    longer += [(moved(first, -1, 0), last), (moved(first, 0, -1), last)]
    for other_first, other_last in longer:
        if min(other_first[1:]) >= 1:
            yield range_of(other_first, other_last, node, around.home), LONGER


def _single_cells(node: Node, around: Surroundings) -> Iterator[tuple[Node, Hypothesis]]:
    """Another parameter for one of them, or for a 0 that was left in its place."""
    if node.kind == "ref" and corners(node, around.home) is not None:
        for cell in around.parameters:
            yield range_of(cell, cell, node, around.home), OTHER_CELL
    if node.kind == "number" and node.value == 0.0:
        for cell in around.parameters:
            yield Node("ref", Ref.moving(cell, around.home)), BIAS


def _biases(node: Node, around: Surroundings) -> Iterator[tuple[Node, Hypothesis]]:
    """A parameter that the formula does not add."""
    if node.kind == "op" and node.value in ("+", "-"):
        for cell in around.parameters:
            if not any(corners(part, around.home) == (cell, cell) for part, _ in parts(node)):
                for sign in ("+", "-"):
                    yield op(sign, node, Node("ref", Ref.moving(cell, around.home))), BIAS


def _scales(node: Node, around: Surroundings) -> Iterator[tuple[Node, Hypothesis]]:
    """A term with the other sign, twice or half as large, or a mean where a sum stands."""
    yield Node("unary", "-", (node,)), MINUS_MISSING
    yield op("*", number(2), node), HALF_OR_TWICE
    yield op("/", node, number(2)), HALF_OR_TWICE
    for count in around.counts(node):
        yield op("/", node, number(count)), MEAN
        yield op("*", number(count), node), MEAN


def _masks(tree: Node, around: Surroundings) -> Iterator[tuple[Node, Hypothesis]]:
    """The derivative of an activation, of which the formula has none: 1-a^2, a(1-a), or 1 where z is positive."""
    like = Node("range", (Ref("", 0, 0, False, False), Ref("", 0, 0, False, False)))
    for first, last in around.ranges:
        if around.size(first, last) == around.shape:
            a = range_of(first, last, like, around.home)
            for slope in (
                op("-", number(1), op("^", a, number(2))),
                op("*", a, op("-", number(1), a)),
                op(">", a, number(0)),
            ):
                yield op("*", tree, slope), MASK


def _penalties(tree: Node, around: Surroundings) -> Iterator[tuple[Node, Hypothesis]]:
    """The term of a penalty on the weight: a plain number of the sheet times the parameter, perhaps twice or 1/n."""
    for cell in around.own:
        parameter = Node("ref", Ref.moving(cell, around.home))
        for plain in around.plain[:MOST_TERMS]:
            term = op("*", Node("ref", Ref.held(plain, around.home)), parameter)
            means = (op("/", term, number(count)) for count in around.counts(tree))
            for penalty in (term, op("*", number(2), term), *means):
                yield op("+", tree, penalty), PATH


def _all_longer(tree: Node, around: Surroundings) -> Iterator[tuple[Node, Hypothesis]]:
    """All ranges that are equally long, longer by one together: of a sum of products the last sample was forgotten."""
    ranges = {node: ends for node, _ in parts(tree) if node.kind == "range" and (ends := corners(node, around.home))}
    for axis, (down, right) in enumerate(((1, 0), (0, 1))):
        lengths = Counter(size for ends in ranges.values() if (size := around.size(*ends)[axis]) > 1)
        for length in (size for size, votes in lengths.items() if votes > 1):
            alike = [(node, *ends) for node, ends in ranges.items() if around.size(*ends)[axis] == length]
            at_end = {n: range_of(a, moved(b, down, right), n, around.home) for n, a, b in alike}
            yield _with(tree, at_end), LONGER
            if all(a[1] > down and a[2] > right for _, a, _ in alike):
                at_start = {n: range_of(moved(a, -down, -right), b, n, around.home) for n, a, b in alike}
                yield _with(tree, at_start), LONGER


def _with(tree: Node, instead: Mapping[Node, Node]) -> Node:
    """A tree with other parts in the place of some."""
    if tree in instead:
        return instead[tree]
    return Node(tree.kind, tree.value, tuple(_with(arg, instead) for arg in tree.args))


OF_PARTS: tuple[Change, ...] = (_operators, _numbers, _fewer_factors, _powers, _references, _single_cells, _biases)
OF_TERMS: tuple[Change, ...] = (_scales,)
OF_ALL: tuple[Change, ...] = (_masks, _penalties, _all_longer)
