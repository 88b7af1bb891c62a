"""How the derivative by a state of a recurrent layer comes together: from its own step, and from the next one.

∂E/∂c_1 = what comes through h_1 + what comes through the forget gate of step 2; so for each state that is carried.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.program import Column
from xlbp.template.blocks.recurrent import Recurrent, Rnn
from xlbp.template.layer import Layer
from xlbp.template.quantity import GRADIENT, Quantity, quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.sheets.network.unrolled import Unrolled
from xlbp.workbook.sheets.network.worked import LABEL, Worked

SQUASHED = "k"  # the letter of tanh c
MOST_TERMS = 12
GATES = {"lstm": "f", "gru": "z"}  # by kind, the gate that says how much of the memory a step keeps


@dataclass(frozen=True)
class Ways:
    """Puts the ways on from the first step's states on a page; of several units those of the first."""

    worked: Worked
    unrolled: Unrolled
    layer: Layer
    block: Recurrent

    @property
    def contents(self) -> Contents:
        """What the book is made from."""
        return self.worked.lens.contents

    def put(self, row: int) -> int:
        """A block for each state that is carried, then how much of the memory is kept; returns the row after them."""
        for letter in self.block.states:
            name = self.named(letter, 1)
            terms = list(self.terms(name))
            if 1 < len(terms) <= MOST_TERMS:
                row = self.put_block(row, name, terms) + 1
        return self.put_kept(row)

    def named(self, letter: str, step: int) -> Quantity:
        """What the first unit has at a step."""
        return quantity(letter, self.layer.number, (step, 1), self.worked.lens.mark)

    def terms(self, name: Quantity) -> Iterator[Expr]:
        """The terms of the derivative by a quantity, one for each way."""
        columns = self.contents.worked_out(_columns)
        waiting = [columns[name.gradient].expr] if name.gradient in columns else []
        while waiting:
            expr = waiting.pop(0)
            if expr.op == "add":
                waiting = [*expr.args, *waiting]
            else:
                yield self.unfolded(expr, name)

    def unfolded(self, term: Expr, name: Quantity) -> Expr:
        """A term with the derivative by tanh c written out, as that by h times the gate o."""
        squashed = name.lettered(SQUASHED).gradient
        columns = self.contents.worked_out(_columns)
        if squashed not in names_in(term) or squashed not in columns:
            return term
        args = [columns[squashed].expr if arg.payload == squashed else arg for arg in term.args]
        return Expr(term.op, tuple(args), term.payload)

    def put_block(self, row: int, name: Quantity, terms: list[Expr]) -> int:
        """The ways on from one state, and their sum; returns the row after them."""
        lens, texts = self.worked.lens, self.contents.texts
        self.worked.page.text(row, LABEL, texts("network.ways", count=len(terms), state=lens.symbol(name)), "symbol")
        values = []
        for place, term in enumerate(terms, start=row + 1):
            values.append(self.worked.put(place, self.called(name, term), term))
        self.worked.put_sum(row + 1 + len(terms), lens.symbol(name.gradient), values)
        return row + 2 + len(terms)

    def called(self, name: Quantity, term: Expr) -> str:
        """Which way a term is: through what, and whether that is of the next step."""
        lens, texts = self.worked.lens, self.contents.texts
        gradients = [q for q in map(lens.model.quantity, names_in(term)) if q.relation == GRADIENT and q.of is not None]
        if not gradients or gradients[0].of is None:
            return texts("network.way_loss")
        through = gradients[0].of
        is_later = through.block == name.block and through.indices[0] > name.indices[0]
        return texts("network.way_next" if is_later else "network.way", through=lens.symbol(through))

    def put_kept(self, row: int) -> int:
        """Under each step how much of the memory the next step keeps, and how much of it reaches the last one."""
        tensor = self.named("a", 1).tensor
        steps = [name for name in self.unrolled.cells if name.tensor == tensor and name.indices[1] == 1]
        factors = [self.kept(step) for step in range(2, len(steps) + 1)]
        if not factors or None in factors:
            return row
        page, texts = self.worked.page, self.contents.texts
        page.text(row, LABEL, texts(f"network.kept_{self.block.kind}"), "symbol")
        page.text(row + 1, LABEL, texts("network.kept_next"), "label")
        has_last = len(factors) > 1  # else it is the next step
        if has_last:
            page.text(row + 2, LABEL, texts("network.kept_last"), "label")
        for step in range(len(factors)):
            column = self.unrolled.cells[steps[step]][1]
            later = [factor for factor in factors[step:] if factor is not None]
            for offset, shown in enumerate((later[:1], later) if has_last else (later,), start=1):
                formula, value, size = (
                    "*".join(f.formula for f in shown),
                    _product(shown),
                    math.prod(f.size for f in shown),
                )
                page.live(row + offset, column, formula, value, "node value", size)
        return row + 3 + has_last

    def kept(self, step: int) -> _Factor | None:
        """By what a step multiplies what it is handed: a gate, or of a plain layer of one unit its weight and slope."""
        kind = self.block.kind
        if kind in GATES:
            return self.factor(self.named(GATES[kind], step))
        if not isinstance(self.block, Rnn) or not (self.block.units == 1 or self.block.is_single):
            return None
        weight = quantity("U", self.layer.number, () if self.block.is_single else (1, 1))
        slope = self.named("f'", step)
        if not (self.contents.has(weight) and self.contents.has(slope)):
            return None
        factors = [self.factor(name) for name in (weight, slope)]
        return _Factor("*".join(f.formula for f in factors), _product(factors), math.prod(f.size for f in factors))

    def factor(self, name: str) -> _Factor:
        """A quantity, where it stands for these lines."""
        lens = self.worked.lens
        return _Factor(self.worked.cell(name), lens.value(name), lens.size(name))


class _Factor(NamedTuple):
    """A live number: its formula, its value, and how large its terms are."""

    formula: str
    value: float | None
    size: float


def _product(factors: Sequence[_Factor]) -> float | None:
    """What numbers make together; None where one is an error."""
    values = [factor.value for factor in factors]
    return None if None in values else math.prod(value for value in values if value is not None)


def _columns(contents: Contents) -> dict[str, Column]:
    """The columns by name."""
    return {column.name: column for column in contents.program.columns}
