"""Shares of a softmax: an exponential divided by a sum of exponentials, or by what stands in that sum's place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.auditing.forward.sheet_view import SheetView, is_call, is_op, members, with_part
from xlbp.auditing.reading.syntax import Cell, Node, Ref
from xlbp.auditing.reading.trees import corners

SUMS, LARGEST = ("SUM", "SUMPRODUCT"), "MAX"
ADDENDS = 2


@dataclass(frozen=True)
class Divisor:
    """What an exponential is divided by: the cells that it takes, the part that names them, and where that stands."""

    summed: tuple[Cell, ...]
    node: Node  # a range, or a list of terms
    home: Cell
    total: Node  # the whole of it
    inside: bool  # whether the exponentials are taken in the formula itself

    @property
    def is_largest(self) -> bool:
        """Whether it is the largest exponential, and no sum."""
        return is_call(self.total, LARGEST)

    @property
    def is_row(self) -> bool:
        """Whether the cells stand side by side."""
        return self.summed[0][1] == self.summed[-1][1]

    def over(self, items: list[Cell], is_turned: bool = False) -> Node:
        """The same sum of other cells, held by ``$`` alike; where their line is ``is_turned``, the other way round."""
        first, last = min(items), max(items)
        if isinstance(self.node.value, tuple):
            ends = zip((first, last), self.node.value, strict=True)
            refs = tuple(_like(cell, end, self.home, is_turned) for cell, end in ends)
            total = with_part(self.total, self.node, Node("range", refs))
        else:
            terms = [self._term(item, is_turned) for item in sorted(items)]
            total = Node("call", "SUM", tuple(terms)) if self.total.kind == "call" else _chained(terms)
        return Node("call", "SUM", total.args) if self.is_largest else total

    def _term(self, item: Cell, is_turned: bool) -> Node:
        """A term like the first one, of another cell."""
        like = self._first_term
        named = like if like.kind == "ref" else first_of(like.args[0])
        assert isinstance(named.value, Ref)
        new = Node("ref", _like(item, named.value, self.home, is_turned))
        return new if like.kind == "ref" else with_part(like, named, new)

    @property
    def _first_term(self) -> Node:
        node = self.node
        while is_op(node, "+"):
            node = node.args[0]
        return node.args[0] if is_call(node, *SUMS, LARGEST) else node


@dataclass(frozen=True)
class Share:
    """``e / sum``: its cell, the exponential's cell, or that of the logit which it is taken of, and the divisor."""

    cell: Cell
    item: Cell
    divisor: Divisor

    @property
    def summed(self) -> tuple[Cell, ...]:
        """The cells that it is divided by the sum of."""
        return self.divisor.summed

    @property
    def home(self) -> Cell:
        """The cell whose formula writes the sum."""
        return self.divisor.home


def shares_of(view: SheetView) -> Iterator[Share]:
    """The shares of a sheet."""
    for cell, tree in view.trees.items():
        if is_op(tree, "/") and not view.forms.is_in_array(cell):
            share = _share(view, cell, tree)
            if share is not None:
                yield share


def first_of(node: Node) -> Node:
    """The logit in an exponent: of ``B2-MAX(B2:D2)`` and of ``B2/T`` it is B2."""
    while is_op(node, "-", "/", "*"):
        node = node.args[0]
    return node


def _share(view: SheetView, cell: Cell, tree: Node) -> Share | None:
    """A quotient of an exponential by a sum; None for any other quotient."""
    top, total = tree.args
    home, ends = cell, corners(total, cell)
    if total.kind == "ref" and ends is not None:
        home = ends[0]
        followed = view.tree(home)
        if followed is None or view.forms.is_in_array(home):
            return None
        total = followed
    for found in (_of_cells(view, cell, top), _of_logits(view, cell, top)):
        divisor = None if found is None else _divisor(view, total, home, found[1])
        if found is not None and divisor is not None:
            return Share(cell, found[0], divisor)
    return None


def _of_cells(view: SheetView, cell: Cell, top: Node) -> tuple[Cell, bool] | None:
    """``=B3/SUM(B3:D3)``, where B3 is an exponential: its cell."""
    ends = corners(top, cell)
    is_exponential = top.kind == "ref" and ends is not None and is_call(view.tree(ends[0]), "EXP")
    return (ends[0], False) if is_exponential and ends is not None else None


def _of_logits(view: SheetView, cell: Cell, top: Node) -> tuple[Cell, bool] | None:
    """``=EXP(B2)/SUM(EXP(B2:D2))``, in one formula or in two: the logit's cell."""
    home, ends = cell, corners(top, cell)
    tree: Node | None = top
    if top.kind == "ref" and ends is not None:
        home, tree = ends[0], view.tree(ends[0])
    if tree is None or not is_call(tree, "EXP"):
        return None
    own = first_of(tree.args[0])
    own_ends = corners(own, home)
    return (own_ends[0], True) if own.kind == "ref" and own_ends is not None else None


def _divisor(view: SheetView, total: Node, home: Cell, inside: bool) -> Divisor | None:
    """A sum, or a largest one, of a line of cells; of what is taken to the power of e in the formula, if ``inside``."""
    is_one = is_call(total, *SUMS, LARGEST) and len(total.args) == 1
    node = total.args[0] if is_one else total
    cells = _of_range(node, home, inside) if is_one else None
    if cells is not None:
        named = node if node.kind == "range" else first_of(node.args[0])
        return Divisor(tuple(cells), named, home, total, inside) if _is_line(cells) else None
    terms = list(_terms(node))
    if len(terms) < ADDENDS:
        return None
    listed = [_cell_of_term(term, home, inside) for term in terms]
    items = [item for item in listed if item is not None]
    if len(items) < len(listed) or not _is_line(items) or (not inside and not _are_exponentials(view, items)):
        return None
    return Divisor(tuple(items), total, home, total, inside)


def _of_range(node: Node, home: Cell, inside: bool) -> list[Cell] | None:
    """The cells of ``B3:D3``, or of ``EXP(B2:D2)``."""
    if inside:
        if not is_call(node, "EXP"):
            return None
        node = first_of(node.args[0])
    return members(node, home) if node.kind == "range" else None


def _terms(node: Node) -> Iterator[Node]:
    """The terms of a sum, or of a function of several."""
    if is_op(node, "+"):
        yield from _terms(node.args[0])
        yield from _terms(node.args[1])
    elif is_call(node, *SUMS[:1], LARGEST):
        for arg in node.args:
            yield from _terms(arg)
    else:
        yield node


def _cell_of_term(term: Node, home: Cell, inside: bool) -> Cell | None:
    if inside:
        if not is_call(term, "EXP"):
            return None
        term = first_of(term.args[0])
    ends = corners(term, home)
    return ends[0] if term.kind == "ref" and ends is not None else None


def _are_exponentials(view: SheetView, cells: list[Cell]) -> bool:
    return all(is_call(view.tree(cell), "EXP") for cell in cells)


def _is_line(cells: list[Cell]) -> bool:
    return len(cells) > 1 and (
        len({cell[:2] for cell in cells}) == 1 or len({(cell[0], cell[2]) for cell in cells}) == 1
    )


def _like(cell: Cell, like: Ref, home: Cell, is_turned: bool) -> Ref:
    held = (like.row_fixed, like.column_fixed)
    return Ref.to(cell, home, *(held[::-1] if is_turned else held))


def _chained(terms: list[Node]) -> Node:
    chain = terms[0]
    for term in terms[1:]:
        chain = Node("op", "+", (chain, term))
    return chain
