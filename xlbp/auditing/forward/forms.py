"""A formula's form: its tree with holes where it names cells or numbers, and the numbers that fill the holes.

Two formulas of one shape differ in these numbers only, whatever ``$`` either has, and however it was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell, FilledColumn, Node, Ref, pattern

HOLES = frozenset({"ref", "range", "number"})
BY_ELEMENT = frozenset(
    ["EXP", "LN", "LOG", "LOG10", "TANH", "SQRT", "ABS", "SIN", "COS", "POWER", "IF", "SIGN", "ROUND", "IFERROR"]
)
LENGTHS = {"ref": 2, "range": 4, "number": 1}  # how many numbers fill a hole: row and column of a cell, or of two
EXACT = 9  # digits that two numbers typed into formulas must share


@dataclass(frozen=True)
class Form:
    """The number of a shape, and what fills its holes, in order: places counted from the sheet's corner."""

    shape: int
    filling: tuple[float, ...]


Key = tuple[str, int, int]  # a formula's pattern, and which element of an array it is


class _Column(NamedTuple):
    """The key of a column's last formula, and how it reads in other rows where two have had it."""

    key: Key
    filled: FilledColumn | None


class _Filling:
    """The numbers that fill the holes of one formula, in each cell that it was filled into."""

    def __init__(self, holes: list[Node]) -> None:
        self._holes = holes
        slots = [_slots(hole) for hole in holes]
        self._slots = None if None in slots else [slot for some in slots for slot in some or ()]

    def __call__(self, cell: Cell) -> tuple[float, ...]:
        """The numbers in a cell."""
        if self._slots is None:
            return tuple(number for hole in self._holes for number in _filling(hole, cell))
        origins = (0, cell[1], cell[2])
        return tuple([origins[origin] + offset for origin, offset in self._slots])


class Forms:
    """The forms of a book's formulas; each pattern is parsed once."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.shapes: list[Node] = []
        self._numbers: dict[Node, int] = {}
        self._parsed: dict[tuple[object, ...], tuple[int, _Filling] | None] = {}
        self._trees: dict[str, Node | None] = {}
        self._forms: dict[Cell, Form | None] = {}
        self._keys: dict[Cell, Key | None] = {}
        self._columns: dict[tuple[str, int], _Column] = {}  # the last formula of each

    def __getitem__(self, cell: Cell) -> Form | None:
        """The form of a cell's formula; None for a number and for what can't be parsed, as a product of matrices."""
        if cell not in self._forms:
            self._forms[cell] = self._form(cell)
        return self._forms[cell]

    def forget_cells(self) -> None:
        """Forget what was found of single cells, as a sheet is done; what formulas have in common is kept."""
        self._forms.clear()
        self._keys.clear()

    def _form(self, cell: Cell) -> Form | None:
        written = self.key(cell)
        if written is None:
            return None
        key = (written[0], written[1:]) if self.is_in_array(cell) else (written[0],)
        if key not in self._parsed:
            tree = self.element_tree(cell)
            self._parsed[key] = None if tree is None else self._taken_apart(tree)
        parsed = self._parsed[key]
        if parsed is None:
            return None
        shape, filling = parsed
        return Form(shape, filling(cell))

    def _taken_apart(self, tree: Node) -> tuple[int, _Filling]:
        holes: list[Node] = []
        shape = _with_holes(tree, holes)
        if shape not in self._numbers:
            self._numbers[shape] = len(self.shapes)
            self.shapes.append(shape)
        return self._numbers[shape], _Filling(holes)

    def is_in_array(self, cell: Cell) -> bool:
        """Whether a cell shows a part of an array formula that fills several."""
        arrays = self.cells.contents.arrays
        if cell not in arrays:
            return False
        sheet, row, column = cell
        home = arrays[cell].home
        around = ((sheet, row, column + 1), (sheet, row + 1, column))
        return home != cell or any(other in arrays and arrays[other].home == home for other in around)

    def key(self, cell: Cell) -> Key | None:
        """What is the same for all cells that one formula was filled into, array or not; None for a number."""
        if cell not in self._keys:
            self._keys[cell] = self._key(cell)
        return self._keys[cell]

    def _key(self, cell: Cell) -> Key | None:
        home, i, j = self.cells.contents.element(cell)
        if home != cell:
            whole = self.key(home)
            return None if whole is None else (whole[0], i, j)
        text = self.cells.contents.formulas.get(home)
        return None if text is None else self._key_of_text(text, home)

    def _key_of_text(self, text: str, home: Cell) -> Key:
        """A formula's key, which is that of the formula above where it was filled down."""
        column = self._columns.get((home[0], home[2]))
        if column is not None and column.filled is not None and column.filled.text(home[1]) == text:
            return column.key
        key = (pattern(text, home), 0, 0)
        is_filled = column is not None and column.key == key
        self._columns[home[0], home[2]] = _Column(key, FilledColumn(text, home) if is_filled else None)
        return key

    def tree_of(self, cell: Cell) -> Node | None:
        """The tree of the formula that a cell has a part in: one for all cells that it was filled into."""
        key = self.key(cell)
        if key is None:
            return None
        own = key[0]
        if own not in self._trees:
            self._trees[own] = self.cells.tree(cell)
        return self._trees[own]

    def element_tree(self, cell: Cell) -> Node | None:
        """The tree of what one cell shows: of an array that works element by element, its own element."""
        tree = self.tree_of(cell)
        if tree is None or not self.is_in_array(cell):
            return tree
        return element_of(tree, self.cells.contents.element(cell).home, cell)

    def tree(self, form: Form, like: Node, home: Cell) -> Node:
        """The tree of a form in ``home``, its references held by ``$`` as those of ``like`` are, of the same shape."""
        numbers = iter(form.filling)
        return _filled(like, numbers, home)

    def of_part(self, part: Node, cell: Cell) -> Form:
        """The form of a part of a cell's formula."""
        shape, filling = self._taken_apart(part)
        return Form(shape, filling(cell))

    def holes(self, form: Form) -> Iterator[tuple[Node, tuple[float, ...]]]:
        """Each hole of a form, with the numbers that fill it."""
        at = 0
        for hole in _holes(self.shapes[form.shape]):
            length = LENGTHS[hole.kind]
            yield hole, form.filling[at : at + length]
            at += length

    def targets(self, form: Form, sheet: str) -> Iterator[list[Cell]]:
        """The cells that each hole with a reference means, in a formula on ``sheet``."""
        for hole, numbers in self.holes(form):
            if hole.kind != "number":
                yield cells_between(str(hole.value) or sheet, numbers)


def cells_between(sheet: str, numbers: tuple[float, ...]) -> list[Cell]:
    """The cells of a filled hole: one, or a range's corners and what lies between."""
    top, left, bottom, right = (int(n) for n in (numbers if len(numbers) == 4 else numbers * 2))
    return [(sheet, row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]


def element_of(tree: Node, home: Cell, cell: Cell) -> Node | None:
    """The tree of one element of an array formula, as its own cell would write it; None where it is no such array."""
    if tree.kind == "range" and isinstance(tree.value, tuple):
        (sheet, top, left), (_, bottom, right) = (end.at(home) for end in tree.value)
        row = top if top == bottom else top + cell[1] - home[1]
        column = left if left == right else left + cell[2] - home[2]
        first = tree.value[0]
        placed = Ref.to((sheet, row, column), cell, first.row_fixed, first.column_fixed)
        return Node("ref", placed) if row <= bottom and column <= right else None
    if isinstance(tree.value, Ref):
        return Node("ref", Ref.to(tree.value.at(home), cell, tree.value.row_fixed, tree.value.column_fixed))
    if tree.kind == "call" and tree.value not in BY_ELEMENT:
        return None
    parts = [element_of(arg, home, cell) for arg in tree.args]
    return None if None in parts else Node(tree.kind, tree.value, tuple(part for part in parts if part is not None))


def _with_holes(node: Node, holes: list[Node]) -> Node:
    """The tree with a hole for each reference and number, which are added to ``holes`` in order."""
    if node.kind in HOLES:
        holes.append(node)
        first = node.value[0] if isinstance(node.value, tuple) else node.value
        return Node(node.kind, first.sheet if isinstance(first, Ref) else None)
    return Node(node.kind, node.value, tuple(_with_holes(arg, holes) for arg in node.args))


def _holes(shape: Node) -> Iterator[Node]:
    if shape.kind in HOLES:
        yield shape
    for arg in shape.args:
        yield from _holes(arg)


def _filling(hole: Node, cell: Cell) -> tuple[float, ...]:
    if isinstance(hole.value, Ref):
        return hole.value.at(cell)[1:]
    if isinstance(hole.value, tuple):
        (_, top, left), (_, bottom, right) = (end.at(cell) for end in hole.value)
        return (min(top, bottom), min(left, right), max(top, bottom), max(left, right))
    return (round(float(str(hole.value)), EXACT),)


def _slots(hole: Node) -> list[tuple[int, float]] | None:
    """What each number of a hole is counted from, 0 for nothing, 1 for the row and 2 for the column, and how far off.

    None where the first end of a range may come behind the other one.
    """
    if isinstance(hole.value, Ref):
        return _slots_of_end(hole.value)
    if not isinstance(hole.value, tuple):
        return [(0, number) for number in _filling(hole, ("", 1, 1))]
    first, last = map(_slots_of_end, hole.value)
    if any(one[0] != other[0] for one, other in zip(first, last, strict=True)):
        return None
    return [*map(min, first, last), *map(max, first, last)]


def _slots_of_end(end: Ref) -> list[tuple[int, float]]:
    return [(0 if end.row_fixed else 1, end.row), (0 if end.column_fixed else 2, end.column)]


def _filled(like: Node, numbers: Iterator[float], home: Cell) -> Node:
    """The tree ``like`` with other numbers in its holes."""
    if like.kind == "number":
        return Node("number", next(numbers))
    if isinstance(like.value, Ref):
        return Node("ref", _placed(like.value, (int(next(numbers)), int(next(numbers))), home))
    if isinstance(like.value, tuple):
        ends = [(int(next(numbers)), int(next(numbers))) for _ in like.value]
        return Node("range", tuple(_placed(ref, end, home) for ref, end in zip(like.value, ends, strict=True)))
    return Node(like.kind, like.value, tuple(_filled(arg, numbers, home) for arg in like.args))


def _placed(like: Ref, place: tuple[int, int], home: Cell) -> Ref:
    moved = Ref.to((like.sheet or home[0], *place), home, like.row_fixed, like.column_fixed)
    return Ref(like.sheet, moved.row, moved.column, moved.row_fixed, moved.column_fixed)
