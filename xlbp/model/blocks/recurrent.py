"""Recurrent layers, step after step: each from its input and from what the step before passed on.

The way back through time follows: a step's cells are used by those of the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from xlbp.model.blocks.bias import bias_of
from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import Expr, dot, lift, relu, sigmoid, tanh, total
from xlbp.template.blocks.recurrent import AFTER, ALL, EVERY_GATE, NEW_GATE, NO_BIAS, Gru, Lstm, Recurrent, Rnn

FUNCTIONS = {"tanh": tanh, "relu": relu}


Rule: TypeAlias = Callable[[str, int, int], Expr]  # of a sample, a step and a unit


class _Steps:
    """What all kinds share: x_t, h_{t-1} and the sums W x_t + U h_{t-1} + b + bh of each gate's rows."""

    def __init__(self, cells: Cells, block: Recurrent, x: Grid) -> None:
        self.cells, self.block, self.x = cells, block, cells.features_last(x)
        self.W, self.U, self.b = cells.parameter("W"), cells.parameter("U"), bias_of(cells)
        self.second = bias_of(cells, "bh")

    def before(self, letter: str, start: str) -> Rule:
        """What a tensor was one step before, or what it starts from."""
        now, first = self.cells.references(letter), self.cells.parameter(start)
        return lambda s, t, i: now[s][t - 1, i] if t else first[i]

    def row(self, gate: int, i: int) -> int:
        """Which row of W, U and b belongs to a unit's gate."""
        return gate * self.block.units + i

    def input_part(self, gate: int) -> Rule:
        """W x_t of a gate."""
        return lambda s, t, i: dot(self.W[self.row(gate, i)], self.x[s][t])

    def recurrent_part(self, gate: int, past: Rule) -> Rule:
        """U times a past of a gate; if U is one number, each unit sees its own past alone."""

        def value(s: str, t: int, i: int) -> Expr:
            if not self.U.shape:
                return lift(self.U[()]) * past(s, t, i)
            return dot(self.U[self.row(gate, i)], (past(s, t, j) for j in range(self.block.units)))

        return value

    def sums(self, gate: int, past: Rule) -> Rule:
        """W x_t + U h_{t-1} + b of a gate, and of an RNN or LSTM bh, if there is one."""
        of_input, of_past = self.input_part(gate), self.recurrent_part(gate, past)

        def value(s: str, t: int, i: int) -> Expr:
            row = self.row(gate, i)
            return total([of_input(s, t, i), of_past(s, t, i), *self.b(row), *self.second(row)])

        return value

    def of(self, function: Callable[[Expr], Expr], letter: str) -> Rule:
        """A function of a tensor, element by element."""
        argument = self.cells.references(letter)
        return lambda s, t, i: function(argument[s][t, i])

    def write(self, rules: Mapping[str, Rule]) -> Grid:
        """Write all tensors, step after step, in the order of their rules; returns what the layer passes on."""
        for t in range(len(self.x[self.cells.marks[0]])):
            for letter, rule in rules.items():
                self.cells.fill_step(letter, t, rule)
        a = self.cells.references("a")
        return a if self.block.returns == ALL else {s: a[s][-1] for s in self.cells.marks}


def rnn(cells: Cells, block: Rnn, x: Grid) -> Grid:
    """z_t = W x_t + U h_{t-1} + b,  h_t = f(z_t)."""
    steps = _Steps(cells, block, x)
    h = steps.before("a", "start")
    return steps.write({"z": steps.sums(0, h), "a": steps.of(FUNCTIONS[block.function], "z")})


def lstm(cells: Cells, block: Lstm, x: Grid) -> Grid:
    """i, f, o = sigmoid, g = tanh of the sums;  c_t = f c_{t-1} + i g,  k_t = tanh c_t,  h_t = o k_t."""
    steps = _Steps(cells, block, x)
    h, cell = steps.before("a", "start"), steps.before("c", "cstart")
    i, f, g, o, k = map(cells.references, "ifgok")
    return steps.write(
        {
            **{f"z{letter}": steps.sums(gate, h) for gate, letter in enumerate(block.gates)},
            "i": steps.of(sigmoid, "zi"),
            "f": steps.of(sigmoid, "zf"),
            "g": steps.of(tanh, "zg"),
            "o": steps.of(sigmoid, "zo"),
            "c": lambda s, t, j: f[s][t, j] * cell(s, t, j) + i[s][t, j] * g[s][t, j],
            "k": steps.of(tanh, "c"),
            "a": lambda s, t, j: o[s][t, j] * k[s][t, j],
        }
    )


def gru(cells: Cells, block: Gru, x: Grid) -> Grid:
    """r, z = sigmoid, n = tanh;  h_t = (1 - z) n + z h_{t-1};  what n sees of the past is reset after, or before, U."""
    steps = _Steps(cells, block, x)
    h = steps.before("a", "start")
    r, z, p, n = map(cells.references, "rzpn")
    c = _second_bias(cells, block)
    new = block.gates.index("n")
    past, rest = steps.recurrent_part(new, h), steps.sums(new, lambda s, t, i: p[s][t, i])

    def gate(number: int) -> Rule:
        """The sums of r or z."""
        sums = steps.sums(number, h)
        return lambda s, t, i: total([sums(s, t, i), *c(number, i)])

    def new_after(s: str, t: int, i: int) -> Expr:
        """W x + b + r p."""
        return total([steps.input_part(new)(s, t, i), *steps.b(steps.row(new, i)), r[s][t, i] * p[s][t, i]])

    def part_after(s: str, t: int, i: int) -> Expr:
        """U h_{t-1} + c."""
        return total([past(s, t, i), *c(new, i)])

    def part_before(s: str, t: int, i: int) -> Expr:
        """r h_{t-1}."""
        return lift(r[s][t, i]) * h(s, t, i)

    is_after = block.reset == AFTER
    return steps.write(
        {
            "zr": gate(0),
            "zz": gate(1),
            "r": steps.of(sigmoid, "zr"),
            "z": steps.of(sigmoid, "zz"),
            "p": part_after if is_after else part_before,
            "zn": new_after if is_after else rest,
            "n": steps.of(tanh, "zn"),
            "a": lambda s, t, i: (1 - z[s][t, i]) * n[s][t, i] + z[s][t, i] * h(s, t, i),
        }
    )


def _second_bias(cells: Cells, block: Gru) -> Callable[[int, int], list[Expr]]:
    """PyTorch's second bias of a gate's unit, where there is one."""
    c = bias_of(cells, "c")
    first = {NO_BIAS: len(block.gates), NEW_GATE: len(block.gates) - 1, EVERY_GATE: 0}[block.second]
    return lambda gate, i: c((gate - first) * block.units + i) if gate >= first else []
