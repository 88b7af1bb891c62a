"""The passes of the marks with the key in the book, by NumPy: what the marks compare, without an engine.

Eight of ten formulas of a large exercise are those of the passes: their rows differ in nothing but the numbers, and
NumPy computes all rows at once, in a tenth of the engine's time.  The operations are those that the formulas are
printed from, in their order, so that the numbers are the engine's to the last bit; a class's first book is computed in
both ways, and they must agree.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from xlbp.classroom.exercise.blanks import is_derivative
from xlbp.classroom.exercise.layout import FIRST, MARK_COLUMN, Exercise
from xlbp.classroom.exercise.marks import MINUS, PLUS, STEP_SIZE
from xlbp.classroom.exercise.slopes import BEFORE, Slope
from xlbp.classroom.exercise.steps import Steps
from xlbp.recalc.bench import Bench, Cell
from xlbp.reference.history import Array, Arrays
from xlbp.reference.train import prepared
from xlbp.symbols.expr import Expr, ref, topological
from xlbp.symbols.interpret import OF_NUMBERS
from xlbp.xlsx.areas import Value


class _Operation(NamedTuple):
    """What is computed of the values at other places."""

    name: str
    of: tuple[int, ...]
    into: int


@dataclass(frozen=True)
class KeyPasses:
    """Both passes of each derivative, noted once for all students, whose books differ in their numbers alone.

    Each value has its place: of a row, (T + 1,), or of both passes, (2, T + 1), where the moved quantity changes it.
    ``constants`` are the same for all, ``given`` are quantities of the rows by their names, ``moved`` has the places of
    those that a pass moves and of their own values, ``ends`` for each cell of the sheet of marks the place of its
    target, which of both passes, and the iteration.
    """

    count: int
    constants: Mapping[int, Array]
    given: Mapping[int, str]
    moved: Mapping[int, int]
    operations: tuple[_Operation, ...]
    ends: Mapping[Cell, tuple[int, int, int]]

    @classmethod
    def of(cls, exercise: Exercise) -> KeyPasses | None:
        """None where NumPy does not compute an operation, such as one of an engine's own functions."""
        contents, steps, noted = exercise.contents, exercise.contents.worked_out(Steps), _Noted()
        targets: dict[str, int] = {}
        for name in exercise.blanks.names:
            if is_derivative(contents, steps.columns[name]):
                slope = steps.slope(name)
                if slope.target in (slope.node, *slope.between):
                    targets[name] = noted.target(slope, steps.of(name))
        if not targets or not noted.is_for_numpy():
            return None
        ends = {
            (contents.texts("sheet.marks"), row, column): (targets[blank.name], sign, blank.iteration)
            for row, blank in enumerate(exercise.blanks.cells, start=FIRST)
            for sign, column in enumerate((PLUS, MINUS) if blank.name in targets else ())
        }
        constants = {place: np.asarray(node.payload, dtype=np.float64) for node, place in noted.rows_of("const")}
        given = {place: str(node.payload).removeprefix(BEFORE) for node, place in noted.rows_of("ref")}
        return cls(noted.count, constants, given, noted.moved, tuple(noted.operations), ends)

    def numbers(self, known: Arrays) -> dict[Cell, float] | None:
        """What the sheet of marks shows of the passes, by its cells, from the quantities of all rows.

        None where a number on the way is none: of that an engine makes an error, and it must tell.
        """
        if not all(name in known and np.isfinite(known[name]).all() for name in self.given.values()):
            return None
        values: list[Array] = [np.empty(0)] * self.count
        for place, constant in self.constants.items():
            values[place] = constant
        for place, name in self.given.items():
            values[place] = known[name]
        try:
            with np.errstate(all="raise", under="ignore"):
                for place, own in self.moved.items():
                    values[place] = np.stack([values[own] + STEP_SIZE, values[own] - STEP_SIZE])
                for name, of, into in self.operations:
                    values[into] = OF_NUMBERS[name](*[values[at] for at in of])
        except FloatingPointError:
            return None
        shown = {place: values[place].tolist() for place in {place for place, _, _ in self.ends.values()}}
        return {cell: shown[place][sign][iteration] for cell, (place, sign, iteration) in self.ends.items()}


class _Noted:
    """The operations of the passes as they are noted, one derivative after another."""

    def __init__(self) -> None:
        self.count = 0  # of places
        self.rows: dict[Expr, int] = {}  # the place of what no pass changes, once for all passes
        self.moved: dict[int, int] = {}
        self.operations: list[_Operation] = []

    def rows_of(self, op: str) -> list[tuple[Expr, int]]:
        """What is given, with its place."""
        return [(node, place) for node, place in self.rows.items() if node.op == op]

    def is_for_numpy(self) -> bool:
        """Whether NumPy computes all of it, from numbers and quantities of the row alone."""
        leaves = {node.op for node in self.rows if not node.args}
        return leaves <= {"const", "ref"} and {operation.name for operation in self.operations} <= OF_NUMBERS.keys()

    def target(self, slope: Slope, steps: Mapping[str, Expr]) -> int:
        """Where the target of a derivative comes to stand."""
        node = ref(slope.node)
        changed = {node: self._place()}
        self.moved[changed[node]] = self._row(node)
        places = ChainMap(changed, self.rows)
        for name, expr in steps.items():
            for each in topological(expr, changed):
                if changed.keys().isdisjoint(each.args):
                    self._row(each)
                else:
                    changed[each] = self._operation(each, places)
            changed[ref(name)] = places[expr]
        return changed[ref(slope.target)]

    def _row(self, node: Expr) -> int:
        """The place of what is the same in every pass; its arguments have theirs."""
        if node not in self.rows:
            self.rows[node] = self._operation(node, self.rows) if node.args else self._place()
        return self.rows[node]

    def _operation(self, node: Expr, places: Mapping[Expr, int]) -> int:
        place = self._place()
        self.operations.append(_Operation(node.op, tuple(places[arg] for arg in node.args), place))
        return place

    def _place(self) -> int:
        self.count += 1
        return self.count - 1


class KeyWithoutPasses:
    """An open book that has the formulas of the key, but the numbers of its passes from NumPy."""

    def __init__(self, exercise: Exercise, opened: Bench, blanks: Mapping[Cell, str], passes: KeyPasses) -> None:
        template = exercise.contents.template
        self.opened, self.passes = opened, passes
        self.constants = {name: np.asarray(value) for name, value in prepared(template, template.inputs()).items()}
        opened.put({}, blanks)

    def takes(self, numbers: Mapping[Cell, float], history: Arrays) -> bool:
        """Put a student's numbers in, and recalculate.  False if the passes need an engine."""
        ends = self.passes.numbers({**self.constants, **history})
        if ends is None:
            return False
        self.opened.put({**numbers, **ends})
        return True

    def is_like(self, whole: Bench, exercise: Exercise) -> bool:
        """Whether the whole book, with the same key, has the same marks from the same numbers."""
        return _marks(self.opened, exercise) == _marks(whole, exercise)


def _marks(opened: Bench, exercise: Exercise) -> list[Value]:
    """What the marks compare, and what they say."""
    rows = range(FIRST, FIRST + len(exercise.blanks.cells))
    places = [(row, column) for row in rows for column in range(PLUS, MARK_COLUMN + 1)]
    return opened.values(exercise.contents.texts("sheet.marks"), *zip(*places, strict=True))
