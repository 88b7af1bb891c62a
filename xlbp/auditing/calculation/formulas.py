"""The formulas of a workbook as expressions, each compiled when first asked for; those filled down share one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from xlbp.auditing.calculation.expressions import DECIDING, names_that_count, relabelled
from xlbp.auditing.calculation.outside import BY_ENGINE, Outside
from xlbp.auditing.calculation.places import Places
from xlbp.auditing.calculation.ranges import LongRanges, inside
from xlbp.auditing.calculation.tape import Tape
from xlbp.auditing.calculation.walks import Wide
from xlbp.auditing.reading.algebra import Algebra
from xlbp.auditing.reading.contents import Contents
from xlbp.auditing.reading.functions import ELEMENTWISE, OF_POSITION
from xlbp.auditing.reading.matrices import NO_NUMBER, Matrix
from xlbp.auditing.reading.outside import Engine, function_of
from xlbp.auditing.reading.syntax import (
    Cell,
    CellKind,
    FilledColumn,
    Node,
    Ref,
    TooLargeError,
    Turned,
    UnreadableFormulaError,
    moved_text,
    parse,
    pattern,
)
from xlbp.symbols.expr import Expr, names_in, ref, topological

GUESS = 0.5  # what a cell counts as of which nothing was saved
NUMBER = CellKind.NUMBER.value
COMPARISONS = ("=", "<>", "&")
OF_PLACE = re.compile(r"\b(ROW|COLUMN)\(", re.IGNORECASE)
SCALARS = ("IF", "IFS", "SWITCH", "CHOOSE", "OFFSET")  # these ask for no kind of a cell that is an argument


@dataclass(frozen=True)
class Dependence:
    """What a formula's expression depends on besides its text."""

    on_place: bool  # where the formula stands, as ROW() does
    ranges: tuple[tuple[Ref, Ref], ...]  # whose blanks and texts matter
    compared: tuple[Ref, ...]  # the cells whose texts matter
    is_named: bool  # whether it uses defined names, which may be a sheet's own

    @cached_property
    def is_plain(self) -> bool:
        """Whether the text alone decides."""
        return not (self.on_place or self.ranges or self.compared or self.is_named)


@dataclass(frozen=True)
class Compiled:
    """A formula's expression, and the cells that its leaves are, relative to the formula's own."""

    expr: Expr
    slots: tuple[tuple[str, Ref], ...]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.expr, self.slots))

    @cached_property
    def cells(self) -> Callable[[Cell], tuple[Cell, ...]]:
        """Tells the cells that the formula refers to when it stands in a cell."""
        return Places(reference for _, reference in self.slots)

    @cached_property
    def held(self) -> int:
        """How many of its references are held by ``$``: all formulas that it was filled into take their cells."""
        return sum(reference.is_held for _, reference in self.slots)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of its leaves."""
        return tuple(name for name, _ in self.slots)

    @cached_property
    def shape(self) -> Expr:
        """The expression with its leaves numbered: the same one for formulas that differ in their cells alone."""
        numbers = {name: str(number) for number, name in enumerate(self.names)}
        return relabelled(self.expr, lambda name: ref(numbers[name]))

    @cached_property
    def deciding(self) -> frozenset[str]:
        """The leaves that choose between parts of it: what an IF asks for, and what MAX and MIN compare."""
        nodes = [node for node in topological(self.expr) if node.op in DECIDING]
        asked = [arg for node in nodes for arg in (node.args[:1] if node.op == "if_positive" else node.args)]
        return frozenset(name for arg in asked for name in names_in(arg))

    @cached_property
    def counting(self) -> frozenset[str]:
        """The leaves that it may be worth something of, not those that it only decides by."""
        return names_that_count(self.expr)

    @cached_property
    def rounds(self) -> bool:
        """Whether a number is rounded in it."""
        return any(node.op == "floor" for node in topological(self.expr))

    @cached_property
    def by_engine(self) -> tuple[str, ...]:
        """The functions that an engine computes."""
        nodes = (node for node in topological(self.expr) if node.op in BY_ENGINE)
        return tuple(dict.fromkeys(function_of(node) for node in nodes))


@dataclass(frozen=True)
class _Column:
    """The formula of a column's cell, and in which circumstances it is read so."""

    text: str
    cell: Cell
    dependence: Dependence
    circumstances: tuple[object, ...]
    compiled: Compiled

    @cached_property
    def filled(self) -> FilledColumn:
        """How it reads in the other rows; seldom asked for where each row has a formula of its own."""
        return FilledColumn(self.text, self.cell)


class Formulas:
    """What every cell computes, and from which others."""

    def __init__(self, contents: Contents, engine: Engine | None = None) -> None:
        self.contents, self.engine = contents, engine
        self.unreadable: dict[Cell, str] = {}
        self.outside = Outside(engine)
        self._of_place: set[str] = set()
        self._columns: dict[tuple[str, int], _Column] = {}  # the last formula of each
        self._held_kinds: dict[tuple[Cell, Cell], str] = {}  # of ranges that formulas hold by $
        self._numbers: set[Cell] = set()  # the cells of ranges that are known to count as numbers
        self._readings: dict[tuple[object, ...], _Reading] = {}
        self._too_large: dict[tuple[object, ...], str] = {}  # what was said of formulas with this key
        self._array_keys: dict[Cell, tuple[str, tuple[object, ...]]] = {}  # of each, its text and key
        self.few: dict[Cell, tuple[Cell, ...]] = {}  # the arguments of those that were asked for, but for the wide ones
        self._wide: dict[Cell, Wide] = {}
        self._same: dict[Cell, Cell] = {cell: cell for cell in contents.cells}  # of equal cells one is kept
        self._ranges = LongRanges(contents, self._same)
        self._compiled: dict[Cell, Compiled | None] = {}
        self._by_pattern: dict[tuple[object, ...], Compiled] = {}
        self._trees: dict[str, Node] = {}
        self._dependences: dict[str, Dependence] = {}

    def formula(self, cell: Cell) -> str | None:
        """The text of the formula in a cell, that of the array it belongs to, or None."""
        if cell in self.contents.arrays:
            return self.contents.formulas[self.contents.arrays[cell].home]
        return self.contents.formulas.get(cell)

    def shown(self, cell: Cell) -> str:
        """What stands in a cell: its formula, or the number or text that was typed."""
        text = self.formula(cell)
        return text if text is not None else str(self.contents.cells.get(cell, ""))

    def is_formula(self, cell: Cell) -> bool:
        """Whether the cell computes something."""
        return cell in self.contents.formulas or cell in self.contents.arrays

    def compiled(self, cell: Cell) -> Compiled | None:
        """The cell's expression; None for a plain value and for what can't be read."""
        known = self._compiled.get(cell)
        if known is not None or cell in self._compiled:
            return known
        if cell not in self.contents.formulas and cell not in self.contents.arrays:
            return None
        self._compiled[cell] = compiled = self._compile(cell)
        return compiled

    def compiled_as_in(self, row: int, cell: Cell) -> Compiled | None:
        """The cell's expression as it was filled from another row: what ROW() says there is alike in all rows, then."""
        text = self.formula(cell)
        if text is None or cell in self.contents.arrays or row == cell[1] or not OF_PLACE.search(text):
            return self.compiled(cell)
        down = row - cell[1]
        filled = moved_text(text, 0, down) if isinstance(cell[0], Turned) else moved_text(text, down, 0)
        try:
            return self.compile_text(filled, (cell[0], row, cell[2]))
        except UnreadableFormulaError:
            return self.compiled(cell)

    def doubtful(self) -> Iterator[tuple[Cell, Compiled | None]]:
        """The formulas, of those that were asked for so far, that can't be read, or that round a number."""
        for cell, compiled in self._compiled.items():
            if compiled is None or compiled.rounds:
                yield cell, compiled

    def _compile(self, cell: Cell) -> Compiled | None:
        """The expression of the formula that a cell has a part in; None where there is none, or it can't be read."""
        home, i, j = self.contents.arrays.get(cell, (cell, 0, 0))
        text = self.contents.formulas.get(home)
        if text is None:
            return None
        above = self._columns.get((cell[0], cell[2])) if home is cell else None
        if above is not None and text == above.filled.text(cell[1]) and self._is_alike(above, cell):
            return above.compiled
        try:
            key = self._key(text, home)
            compiled = _moved(self._element(key, text, home, i, j), home, cell)
        except UnreadableFormulaError as error:
            self.unreadable[cell] = str(error)
        except RecursionError:
            self.unreadable[cell] = "the formula is nested too deeply"
        else:
            self._keep_column(cell, text, key, compiled)
            return compiled
        return None

    def _is_alike(self, above: _Column, cell: Cell) -> bool:
        """Whether a formula with the text of its column's says the same in a cell."""
        return above.dependence.is_plain or above.circumstances == self._circumstances(above.dependence, cell)

    def _keep_column(self, cell: Cell, text: str, full_key: tuple[object, ...], compiled: Compiled) -> None:
        """Keep how a formula reads further down, unless it says there something else."""
        key, _, *circumstances = full_key
        dependence = self._dependences[str(key)]
        is_moving = not (dependence.on_place or key in self._of_place or isinstance(cell[0], Turned))
        if is_moving and cell not in self.contents.arrays:
            self._columns[cell[0], cell[2]] = _Column(text, cell, dependence, tuple(circumstances), compiled)

    def compile_text(self, text: str, home: Cell, i: int = 0, j: int = 0, cell: Cell | None = None) -> Compiled:
        """The expression of a formula that stands in ``home``; element i, j of its result, moved to ``cell``."""
        return _moved(self._element(self._key(text, home), text, home, i, j), home, cell or home)

    def _element(self, full_key: tuple[object, ...], text: str, home: Cell, i: int, j: int) -> Compiled:
        """Element i, j of what a formula makes, read once for all that have its key."""
        element_key = (full_key, i, j)
        compiled = self._by_pattern.get(element_key)
        if compiled is None:
            if full_key in self._too_large:
                raise TooLargeError(self._too_large[full_key])
            reading = self._readings.get(full_key) or self._read(text, home, full_key)
            compiled = self._by_pattern[element_key] = reading.element(i, j)
        return compiled

    def _key(self, text: str, home: Cell) -> tuple[object, ...]:
        """What formulas have in common that are read alike: pattern and circumstances."""
        kept = self._array_keys.get(home)
        if kept is not None and kept[0] == text:
            return kept[1]
        key = pattern(text, home)
        tree = self._trees.get(key)
        if tree is None:
            tree = self._trees[key] = parse(text, home)
            self._dependences[key] = _dependence(tree)
        dependence = self._dependences[key]
        place = home if key in self._of_place else None
        full_key = (key, place, *self._circumstances(dependence, home))
        if home in self.contents.arrays:
            self._array_keys[home] = (text, full_key)
        return full_key

    def _read(self, text: str, home: Cell, full_key: tuple[object, ...]) -> _Reading:
        """A formula as mathematics; kept where it fills several cells."""
        key = str(full_key[0])
        algebra = self._algebra(home)
        try:
            matrix = algebra.matrix(self._trees[key])
        except TooLargeError as error:
            if not algebra.of_place:
                self._too_large[full_key] = str(error)
            raise
        reading = _Reading(matrix, algebra.slots)
        if algebra.of_place and key not in self._of_place:
            self._of_place.add(key)
            self._array_keys.pop(home, None)
            full_key = self._key(text, home)
        if home in self.contents.arrays:
            self._readings[full_key] = reading
        return reading

    def _circumstances(self, dependence: Dependence, home: Cell) -> tuple[object, ...]:
        """All that makes formulas of one pattern different: kinds and texts of cells, the place, the sheet's names."""
        if dependence.is_plain:
            return ()
        kinds = tuple(self._kinds(ends, home) for ends in dependence.ranges)
        texts = tuple(self.contents.text(reference.at(home)) for reference in dependence.compared)
        return (kinds, texts, home if dependence.on_place else None, home[0] if dependence.is_named else None)

    def _algebra(self, home: Cell) -> Algebra:
        return Algebra(home, self.contents, self)

    def value(self, cell: Cell) -> float:
        """What a cell is worth; a workbook of which only formulas are known has none."""
        raise NotImplementedError

    def worth_of(self, expr: Expr, slots: Mapping[str, Ref], cell: Cell) -> float:
        """What an expression is worth in a cell."""
        names = names_in(expr)
        return Tape([expr], names, self.outside).run([self.value(slots[name].at(cell)) for name in names])[0]

    def guess_of(self, exprs: Sequence[Expr], slots: Mapping[str, Ref], cell: Cell) -> list[float]:
        """About what expressions are worth, from what was typed and saved: it decides a result's shape alone."""
        names = list(dict.fromkeys(name for expr in exprs for name in names_in(expr)))
        shown = (self.contents.shown(slots[name].at(cell)) for name in names)
        numbers = [float(value) if isinstance(value, int | float) else GUESS for value in shown]
        return Tape(exprs, names, self.outside).run(numbers)

    def tree(self, cell: Cell) -> Node | None:
        """The tree of the formula that a cell has a part in; None for a number and for what can't be parsed."""
        text = self.formula(cell)
        try:
            return parse(text, self.contents.element(cell).home) if text is not None else None
        except UnreadableFormulaError:
            return None

    def compile_tree(self, tree: Node, home: Cell, elements: Iterable[tuple[int, int]] = ((0, 0),)) -> list[Compiled]:
        """The expressions of some elements of what a tree makes that stands in ``home``."""
        algebra = self._algebra(home)
        reading = _Reading(algebra.matrix(tree), algebra.slots)
        return [reading.element(i, j) for i, j in elements]

    def _kinds(self, pair: tuple[Ref, Ref], home: Cell) -> str:
        """The kinds of a range's cells, a letter for each; of one that is too large, its corners instead."""
        first, last = pair[0].at(home), pair[1].at(home)
        if (first, last) in self._held_kinds:
            return self._held_kinds[first, last]
        cells = inside(first, last)
        kinds = self._kinds_of(cells) if cells else f"{first}:{last}"
        if pair[0].is_held and pair[1].is_held:
            self._held_kinds[first, last] = kinds
        return kinds

    def _kinds_of(self, cells: list[Cell]) -> str:
        """The kinds of cells: most often all are numbers."""
        if not self._numbers.issuperset(cells):
            self._numbers.update(cell for cell in cells if self.contents.is_number(cell))
        return NUMBER * len(cells) if self._numbers.issuperset(cells) else "".join(map(self._kind, cells))

    def _kind(self, cell: Cell) -> str:
        """The letter of a cell's kind, and the text of one that holds a text."""
        kind = self.contents.kind(cell)
        return f"{kind.value}{self.contents.shown(cell)!r}" if kind is CellKind.TEXT else kind.value

    def forget(self, members: Iterable[Cell]) -> None:
        """Forget the expressions of these cells, as their formulas are about to change."""
        for cell in members:
            self._compiled.pop(cell, None)
            self.few.pop(cell, None)
            self._wide.pop(cell, None)
            self._array_keys.pop(cell, None)

    def arguments(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells that a cell's formula refers to."""
        known = self.few.get(cell)
        if known is not None:
            return known
        if cell not in self.contents.formulas and cell not in self.contents.arrays:
            return ()
        compiled = self.compiled(cell)
        referred = compiled.cells(cell) if compiled else self._ranges.named_in(cell)
        if self._ranges.is_wide(cell, compiled):
            return referred  # so many would fill the memory
        same = self._same.setdefault
        self.few[cell] = arguments = tuple([same(each, each) for each in referred])
        return arguments

    def parts(self, cell: Cell) -> Wide:
        """The same for any formula; where they are few, without ranges."""
        return self.wide(cell) or Wide(self.arguments(cell), ())

    def wide(self, cell: Cell) -> Wide | None:
        """The arguments of a formula that takes long ranges, which it shares with others; None where it takes few."""
        known = self._wide.get(cell)
        if known is not None or not self.is_formula(cell):
            return known
        compiled = self.compiled(cell)
        if not self._ranges.is_wide(cell, compiled):
            return None
        wide = self._wide[cell] = self._ranges.wide(cell, compiled)
        return wide

    def reach_is_known(self, cell: Cell) -> bool:
        """Whether a formula, though it can't be read, says which cells it takes, and computes none of them."""
        tree = self.tree(cell)
        if tree is None:
            return False
        nodes = tree.parts
        known = self.contents.names
        names = [str(node.value).casefold() for node in nodes if node.kind == "name"]
        return not any(name in known for name in names) and not any(
            node.kind == "call" and node.value in ("OFFSET", "INDIRECT", "TABLE") for node in nodes
        )


@dataclass(frozen=True)
class _Reading:
    """What a formula makes, element by element, and which cells the leaves are."""

    matrix: Matrix
    slots: Mapping[str, Ref]

    def element(self, i: int, j: int) -> Compiled:
        """One element; a single row or column goes for all of them, and what the result does not reach is an error."""
        row = 0 if len(self.matrix) == 1 else i
        column = 0 if len(self.matrix[0]) == 1 else j
        is_inside = row < len(self.matrix) and column < len(self.matrix[0])
        expr = self.matrix[row][column] if is_inside else NO_NUMBER
        names = dict.fromkeys(names_in(expr))
        return Compiled(expr, tuple((name, self.slots[name]) for name in names))


def _dependence(tree: Node) -> Dependence:
    """What the expression of a formula depends on besides its text."""
    ranges: list[tuple[Ref, Ref]] = []
    compared: list[Ref] = []
    on_place = is_named = False
    for node in tree.parts:
        on_place = on_place or (node.kind == "call" and node.value in OF_POSITION)
        is_named = is_named or node.kind == "name"
        cells = [arg.value for arg in node.args if isinstance(arg.value, Ref)]
        if node.kind == "range" and isinstance(node.value, tuple):
            ranges.append(node.value)
        elif node.kind == "call" and node.value not in ELEMENTWISE and node.value not in SCALARS:
            ranges += [(cell, cell) for cell in cells]
        elif node.kind == "op" and node.value in COMPARISONS:
            compared += cells
    return Dependence(on_place, tuple(ranges), tuple(compared), is_named)


def _moved(compiled: Compiled, home: Cell, cell: Cell) -> Compiled:
    """The same expression as seen from another cell of the array's range."""
    if cell == home:
        return compiled

    def seen(reference: Ref) -> Ref:
        row = reference.row if reference.row_fixed else reference.row + home[1] - cell[1]
        column = reference.column if reference.column_fixed else reference.column + home[2] - cell[2]
        return Ref(reference.sheet, row, column, reference.row_fixed, reference.column_fixed)

    return Compiled(compiled.expr, tuple((name, seen(reference)) for name, reference in compiled.slots))
