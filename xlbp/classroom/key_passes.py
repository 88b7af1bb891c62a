"""The passes of the marks with the key in the book, by NumPy: what the marks compare, without an engine.

Eight of ten formulas of a large exercise are those of the passes: their rows differ in nothing but the numbers, and
NumPy computes all rows at once, in a tenth of the engine's time.  The operations are those that the formulas are
printed from, in their order, so that the numbers are the engine's to the last bit; the first book of each process is
computed in both ways, and they must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from xlbp.classroom.exercise.blanks import is_derivative
from xlbp.classroom.exercise.layout import FIRST, MARK_COLUMN, Exercise
from xlbp.classroom.exercise.marks import MINUS, PLUS, STEP_SIZE
from xlbp.classroom.exercise.slopes import BEFORE, Slope, slope_of
from xlbp.classroom.exercise.steps import steps_of
from xlbp.recalc.bench import Bench, Cell
from xlbp.reference.history import Array, Arrays
from xlbp.reference.train import prepared
from xlbp.symbols.expr import Expr, ref, topological
from xlbp.symbols.interpret import OF_NUMBERS
from xlbp.xlsx.areas import Value


class _Operation(NamedTuple):
    """What computes a value of those at other places."""

    compute: Callable[..., Array]
    of: tuple[int, ...]
    into: int


class KeyPasses:
    """Both passes of each derivative, noted once for all students: they differ in their numbers alone.

    A value is that of a row, (T + 1,), or of both passes, (2, T + 1), where the moved quantity changes it.
    Raises KeyError for an operation that NumPy does not compute, such as one of an engine's own functions.
    """

    def __init__(self, exercise: Exercise) -> None:
        contents = exercise.contents
        columns = {column.name: column for column in contents.program.columns}
        self.count = 0  # of places
        self.constants: dict[int, Array] = {}
        self.given: dict[int, str] = {}  # quantities of the row
        self.moved: dict[int, int] = {}  # those that a pass moves, and the places of their own numbers
        self.operations: list[_Operation] = []
        self._rows: dict[Expr, int] = {}  # what no pass changes, once for all passes
        ends: dict[str, int] = {}  # the place of each derivative's target
        for name in exercise.blanks.names:
            if is_derivative(contents, columns[name]):
                slope = slope_of(contents, name)
                if slope.target in (slope.node, *slope.between):
                    ends[name] = self._noted(slope, steps_of(slope, columns))
        self.ends = {
            (contents.texts("sheet.marks"), row): (ends[blank.name], blank.iteration)
            for row, blank in enumerate(exercise.blanks.cells, start=FIRST)
            if blank.name in ends
        }

    def _noted(self, slope: Slope, steps: Mapping[str, Expr]) -> int:
        """Where the target of a derivative comes to stand."""
        own = self._row(ref(slope.node))
        moved = {ref(slope.node): self._place()}
        self.moved[moved[ref(slope.node)]] = own
        for name, expr in steps.items():
            for node in topological(expr, moved):
                if moved.keys().isdisjoint(node.args):
                    self._row(node)
                else:
                    moved[node] = self._operation(node, [moved.get(arg, self._rows.get(arg, -1)) for arg in node.args])
            moved[ref(name)] = moved[expr] if expr in moved else self._rows[expr]
        return moved[ref(slope.target)]

    def _row(self, node: Expr) -> int:
        """The place of what is the same in every pass; its arguments have theirs."""
        if node not in self._rows:
            if node.op == "const":
                place = self._place()
                self.constants[place] = np.asarray(node.payload, dtype=np.float64)
            elif node.op == "ref":
                place = self._place()
                self.given[place] = str(node.payload).removeprefix(BEFORE)
            else:
                place = self._operation(node, [self._rows[arg] for arg in node.args])
            self._rows[node] = place
        return self._rows[node]

    def _operation(self, node: Expr, of: Sequence[int]) -> int:
        place = self._place()
        self.operations.append(_Operation(OF_NUMBERS[node.op], tuple(of), place))
        return place

    def _place(self) -> int:
        self.count += 1
        return self.count - 1

    def numbers(self, known: Arrays) -> dict[Cell, float] | None:
        """What the sheet of marks shows of the passes, by its cells, from the quantities of all rows.

        None where a number on the way is none: of that an engine makes an error, and it must tell.
        """
        values: list[Array] = [np.empty(0)] * self.count
        for place, constant in self.constants.items():
            values[place] = constant
        for place, name in self.given.items():
            values[place] = known[name]
            if not np.isfinite(known[name]).all():
                return None
        try:
            with np.errstate(all="raise", under="ignore"):
                for place, own in self.moved.items():
                    values[place] = np.stack([values[own] + STEP_SIZE, values[own] - STEP_SIZE])
                for compute, of, into in self.operations:
                    values[into] = compute(*[values[at] for at in of])
        except FloatingPointError:
            return None
        found: dict[Cell, float] = {}
        for (sheet, row), (place, iteration) in self.ends.items():
            found[sheet, row, PLUS], found[sheet, row, MINUS] = values[place][:, iteration].tolist()
        return found


class KeyWithoutPasses:
    """An open book that has the formulas of the key, but the numbers of its passes from NumPy."""

    def __init__(self, exercise: Exercise, opened: Bench, blanks: Mapping[Cell, str]) -> None:
        template = exercise.contents.template
        self.opened, self.passes = opened, KeyPasses(exercise)
        self.constants = {name: np.asarray(value) for name, value in prepared(template, template.inputs()).items()}
        self.is_compared = False  # with the whole book
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
        return self._marks(self.opened, exercise) == self._marks(whole, exercise)

    @staticmethod
    def _marks(opened: Bench, exercise: Exercise) -> list[Value]:
        rows = range(FIRST, FIRST + len(exercise.blanks.cells))
        columns = range(PLUS, MARK_COLUMN + 1)
        each = [(row, column) for row in rows for column in columns]
        return opened.values(exercise.contents.texts("sheet.marks"), *zip(*each, strict=True))
