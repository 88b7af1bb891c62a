"""The workbook as a graph of cells: values computed anew, and derivatives of any cell by reverse accumulation.

Every cell is a node; its formula gives the local derivatives with respect to the cells it refers to, so a loss
of thousands of cells is no longer a formula than its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from xlbp.auditing.calculation.expressions import inside, substituted
from xlbp.auditing.calculation.formulas import Compiled, Formulas
from xlbp.auditing.calculation.tape import Tape
from xlbp.auditing.calculation.walks import Walk
from xlbp.auditing.reading.contents import Contents
from xlbp.auditing.reading.outside import Engine
from xlbp.auditing.reading.syntax import Cell
from xlbp.symbols.derivatives import partials
from xlbp.symbols.expr import Expr, ref

NAN = math.nan
SUM = "+"  # the leaf that stands for the sum that an activation is a function of
ANSWER = "="  # the leaf that stands for the cell's own value in its derivatives


class Adjoint(NamedTuple):
    """A derivative of the loss; ``size`` is that of its terms, which may cancel each other."""

    value: float
    size: float


class Cells(Formulas):
    """Values and derivatives of a workbook's cells, each found when first asked for."""

    def __init__(self, contents: Contents, engine: Engine | None = None) -> None:
        super().__init__(contents, engine)
        self.by_differences: dict[Cell, str] = {}  # cells, and the functions whose derivatives are taken so
        self.tried = 0  # cells that were computed with other numbers or formulas than the book's
        self.asked = 0  # parts of formulas that were asked what they should be worth
        self._values: dict[Cell, float] = {}
        self._tapes: dict[int, tuple[Compiled, Tape]] = {}
        self._tapes_of_expressions: dict[tuple[Expr, tuple[str, ...]], Tape] = {}  # trials differ in their cells alone
        self._outer: dict[int, Tape | None] = {}
        self._slopes: dict[tuple[int, int | None], tuple[Compiled, Tape]] = {}

    def forget(self, members: Iterable[Cell]) -> None:
        """Forget what was computed of these cells, as their formulas are about to change."""
        changing = list(members)
        super().forget(changing)
        for cell in changing:
            self._values.pop(cell, None)

    def value(self, cell: Cell) -> float:
        """What the cell is worth, computed anew from the numbers that people typed; NaN for texts and errors."""
        value = self._values.get(cell)
        return self._computed(cell) if value is None else value

    def _computed(self, root: Cell) -> float:
        """A cell's value, after those that it is made from; in a circle, what was saved counts."""
        values, begun = self._values, set[Cell]()
        waiting = [root]
        while waiting:
            cell = waiting[-1]
            compiled = self.compiled(cell)
            if cell not in begun and compiled is not None:
                missing = [c for c in self.arguments(cell) if c not in values and c not in begun]
                if missing:
                    begun.add(cell)
                    waiting += missing
                    continue
            waiting.pop()
            if cell not in values:
                values[cell] = self._plain(cell) if compiled is None else self._evaluate(cell, compiled, values)
        return values[root]

    def _evaluate(self, cell: Cell, compiled: Compiled, values: Mapping[Cell, float]) -> float:
        """A formula's value; of arguments on a circle with it, what was saved counts."""
        leaves = [values[c] if c in values else self._plain(c, True) for c in self.arguments(cell)]
        return self.tape(compiled).run(leaves)[0]

    def _plain(self, cell: Cell, circular: bool = False) -> float:
        """A number as it stands; what can't be computed counts as the last program saved it."""
        contents = self.contents
        value = contents.saved.get(cell) if circular or self.is_formula(cell) else contents.cells.get(cell)
        if value is None:
            return _stand_in(cell) if cell in self.unreadable else 0.0
        return float(value) if isinstance(value, int | float) else NAN

    def tape(self, compiled: Compiled) -> Tape:
        """The steps that compute an expression."""
        known = self._tapes.get(id(compiled))
        if known is None:
            key = (compiled.expr, compiled.names)
            if key not in self._tapes_of_expressions:
                self._tapes_of_expressions[key] = Tape([compiled.expr], compiled.names, self.outside)
            known = self._tapes[id(compiled)] = (compiled, self._tapes_of_expressions[key])
        return known[1]

    def counting(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells that one may be worth something of; not what its formula only decides by, as a stop by the loss."""
        compiled = self.compiled(cell)
        arguments = self.arguments(cell)
        if compiled is None or not compiled.deciding:
            return arguments
        return tuple(c for c, name in zip(arguments, compiled.names, strict=True) if name in compiled.counting)

    def slopes(self, cell: Cell, tie: int | None = None) -> list[tuple[Cell, float]]:
        """The local derivatives of a cell with respect to the cells it refers to."""
        compiled = self.compiled(cell)
        if compiled is None:
            return []
        key = (id(compiled), tie)
        if key not in self._slopes:
            derivatives = partials(compiled.expr, ref(ANSWER))
            names = [name for name, _ in compiled.slots]
            self._slopes[key] = (
                compiled,
                Tape([derivatives[n] for n in names], [*names, ANSWER], self.outside, True, tie),
            )
        arguments = self.arguments(cell)
        values = self._values
        leaves = [values[c] if c in values else self._computed(c) for c in (*arguments, cell)]
        slopes = self._slopes[key][1].run(leaves)
        if compiled.by_engine and any(slopes):
            self.by_differences[cell] = ", ".join(compiled.by_engine)
        return list(zip(arguments, slopes, strict=True))

    def slope_of_activation(self, cell: Cell) -> float:
        """The derivative of a cell by the sum that its formula is a function of; NaN where it is none of one sum."""
        compiled = self.compiled(cell)
        if compiled is None:
            return NAN
        key = (id(compiled), -1)
        if key not in self._slopes:
            argument = inside(compiled.expr)
            outer = substituted(compiled.expr, argument, ref(SUM))
            by_sum = partials(outer, ref(ANSWER)).get(SUM) if argument is not compiled.expr else None
            names = [name for name, _ in compiled.slots]
            self._slopes[key] = (compiled, Tape([argument], names, self.outside))
            self._outer[id(compiled)] = (
                Tape([by_sum], [SUM, ANSWER], self.outside, True) if by_sum is not None else None
            )
        outer_tape = self._outer[id(compiled)]
        if outer_tape is None:
            return NAN
        (total,) = self._slopes[key][1].run([*map(self.value, self.arguments(cell))])
        return outer_tape.run([total, self.value(cell)])[0]

    def adjoints(
        self,
        loss: Cell,
        stops: Collection[Cell],
        tie: int | None = None,
        is_apart: Callable[[Cell], bool] = lambda cell: False,
    ) -> dict[Cell, Adjoint]:
        """The derivative of ``loss`` with respect to every cell it is computed from, back to ``stops``.

        A ``tie`` is taken from one side, 0 or 1, where what decides moves with the stops: a class is what it is.
        Nor does it look behind cells that are apart: those that nothing asked for has a part in.
        """
        ends: set[Cell] = set()

        def is_end(cell: Cell) -> bool:
            if cell in stops or is_apart(cell):
                ends.add(cell)
                return True
            return False

        order = list(self.below((loss,), is_end))
        tied = self._decided_by(order, stops) if tie is not None else frozenset()
        values: dict[Cell, float] = {loss: 1.0}
        sizes: dict[Cell, float] = {loss: 1.0}
        for cell in reversed(order):
            if cell not in values or cell in ends:
                continue
            value, size = values[cell], sizes[cell]
            for argument, slope in self.slopes(cell, tie if cell in tied else None):
                flow, width = (0.0, 0.0) if slope == 0 else (value * slope, size * abs(slope))
                values[argument] = values.get(argument, 0.0) + flow
                sizes[argument] = sizes.get(argument, 0.0) + width
        return {cell: Adjoint(value, sizes[cell]) for cell, value in values.items()}

    def _decided_by(self, order: list[Cell], stops: Collection[Cell]) -> frozenset[Cell]:
        """The cells of an order, each after its arguments, in which what moves with the stops chooses between parts."""
        moving: set[Cell] = set()
        decided: set[Cell] = set()
        for cell in order:
            compiled = None if cell in stops else self.compiled(cell)
            slots = zip(compiled.names, compiled.cells(cell), strict=True) if compiled else ()
            moved = {name for name, argument in slots if argument in moving}
            if cell in stops or moved:
                moving.add(cell)
            if compiled and not moved.isdisjoint(compiled.deciding):
                decided.add(cell)
        return frozenset(decided)

    def below(self, starts: Collection[Cell], is_end: Callable[[Cell], bool]) -> Iterator[Cell]:
        """The cells that ``starts`` are computed from, and these, each after its arguments, as a walk goes."""
        return Walk(self).below(starts, is_end)

    def made_from(self, sources: Collection[Cell], above: Collection[Cell], stops: Container[Cell]) -> set[Cell]:
        """The sources and what is made from them, of all that is behind ``above``; what is a stop passes nothing on."""
        made = set(sources)
        of_spans: dict[int, bool] = {}  # whether any cell is made of the long ranges that formulas share
        for cell in self.below(above, lambda other: other in sources or other in stops):
            if cell in made or cell in stops or not self.is_formula(cell):
                continue
            arguments, spans = self.parts(cell)
            for span in spans:
                if id(span) not in of_spans:
                    of_spans[id(span)] = not made.isdisjoint(span)
            if not made.isdisjoint(arguments) or any(of_spans[id(span)] for span in spans):
                made.add(cell)
        return made

    def each_after_its_arguments(self, members: Collection[Cell]) -> bool:
        """Whether no circle is behind these cells, so that each can be computed after all that it is made from."""
        earlier: set[Cell] = set()
        spans: set[int] = set()
        for cell in Walk(self).below(members, lambda cell: False, earlier):
            arguments = self.few.get(cell)
            if arguments is None and self.is_formula(cell):
                arguments, own_spans = self.parts(cell)
                for span in own_spans:
                    if id(span) not in spans and not earlier.issuperset(span):
                        return False
                    spans.add(id(span))
            if arguments and not earlier.issuperset(arguments):
                return False
        return True

    def circular(self, members: Collection[Cell]) -> set[Cell]:
        """Which of the cells are computed from themselves, through however many others."""
        if self.each_after_its_arguments(members):
            return set()
        return {cell for cell in members if cell in self.below(self.arguments(cell), lambda cell: False)}

    def changed(self, target: Cell, changes: Mapping[Cell, float | Compiled], stops: Collection[Cell] = ()) -> float:
        """What ``target`` would be worth with other numbers or formulas in some cells."""
        values: dict[Cell, float] = {}
        seen: set[Cell] = set()
        stack = [(target, False)]
        while stack:
            cell, expanded = stack.pop()
            if expanded:
                values[cell] = self._changed_value(cell, changes.get(cell), values)
            elif cell not in seen:
                seen.add(cell)
                new = changes.get(cell)
                stack.append((cell, True))
                if isinstance(new, Compiled):
                    stack.extend((c, False) for c in new.cells(cell) if c not in seen)
                elif new is None and cell not in stops:
                    stack.extend((c, False) for c in self.arguments(cell) if c not in seen)
        self.tried += len(values)
        return values[target]

    def worth(self, compiled: Compiled, cell: Cell) -> float:
        """What another formula would be worth in a cell."""
        return self.tape(compiled).run([self.value(c) for c in compiled.cells(cell)])[0]

    def _changed_value(self, cell: Cell, new: float | Compiled | None, values: Mapping[Cell, float]) -> float:
        """What a cell is worth with another number or formula, or with other values of its arguments."""
        if isinstance(new, Compiled):
            return self.tape(new).run([values.get(c, NAN) for c in new.cells(cell)])[0]
        if new is not None:
            return new
        arguments = self.arguments(cell)
        compiled = self.compiled(cell)
        if compiled is None or not arguments or any(c not in values for c in arguments):
            return self.value(cell)
        return self.tape(compiled).run([values[c] for c in arguments])[0]


def _stand_in(cell: Cell) -> float:
    """Some number, another for each cell, for what can't be computed and was never saved, as a random draw is."""
    _, row, column = cell
    return 0.25 + (31 * row + 17 * column) % 97 / 97
