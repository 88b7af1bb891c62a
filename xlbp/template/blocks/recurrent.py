"""Recurrent layers: at each step they take the input of that step, and what they passed on at the step before.

The gates of a step stand in the order of PyTorch's parameters.  h stands for what the layer passes on, the letter a of
every block; before the first step that is the layer's start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.bias import EACH, biases, read_bias
from xlbp.template.blocks.block import FEATURES, Axis, Block, Elements, Parameter, Role, Shape, Tensor
from xlbp.template.blocks.dense import XAVIER
from xlbp.template.table import Table

ORTHOGONAL = {"init": "orthogonal"}
LAST, ALL = "last", "all"
AFTER, BEFORE = "after", "before"
NO_BIAS, NEW_GATE, EVERY_GATE = "none", "new", "every"  # of PyTorch's second bias, which a GRU can't do without
SECOND = "recurrent_bias"  # its key


@dataclass(frozen=True)
class Recurrent(Block):
    """What all recurrent layers have: units, what they pass on, the biases, and several gates of one size each."""

    units: int
    returns: str = LAST
    bias: str = EACH

    gates: ClassVar[tuple[str, ...]] = ("",)
    states: ClassVar[Mapping[str, str]] = {"a": "start"}  # what goes on into the next step, and what it starts from
    output_letter: ClassVar[str] = "a"
    is_view: ClassVar[bool] = True  # each step's output goes into the next step as well

    @property
    def starts(self) -> tuple[str, ...]:
        """The letters of what the states start from, that of what the layer passes on first."""
        return tuple(reversed(tuple(self.states.values())))

    @property
    def rows(self) -> int:
        """How many sums a step takes: one for each unit of each gate."""
        return len(self.gates) * self.units

    def steps(self, shape: Shape) -> int:
        """How many steps there are."""
        return Shape(shape).extent(Axis.STEP)

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """W (rows, features), U (rows, units), b (rows), and what the layer starts from (units)."""
        features, gates = Shape(inputs[0]).extent(*FEATURES), self.gates if len(self.gates) > 1 else ()
        return (
            Parameter("W", (self.rows, features), Role.WEIGHT, key="weights", fallback=XAVIER, gates=gates),
            Parameter("U", self.recurrent_shape, Role.WEIGHT, key="recurrent", fallback=ORTHOGONAL, gates=gates),
            *biases(self.bias, self.rows, gates),
            *self.more_parameters,
            Parameter("start", (self.units,), Role.START, "start{unit}", key="initial", fallback=0),
        )

    @property
    def recurrent_shape(self) -> tuple[int, ...]:
        """The shape of U."""
        return (self.rows, self.units)

    @property
    def more_parameters(self) -> tuple[Parameter, ...]:
        """What a kind has besides."""
        return ()

    def apart(self, *inputs: Shape) -> Shape:
        """The steps."""
        return self.over_steps(inputs[0]).without(*FEATURES)

    def over_steps(self, shape: Shape) -> Shape:
        """The shape of what each unit has at each step."""
        return Shape((self.steps(shape), self.units), (Axis.STEP, Axis.UNIT))

    def shape(self, *inputs: Shape) -> Shape:
        """(units) of the last step, or (steps, units) of all."""
        return self.over_steps(inputs[0]) if self.returns == ALL else Shape((self.units,))

    def pictured(self, *inputs: Shape) -> tuple[str, ...]:
        """All but the sums: the gates, the memory, the states."""
        return tuple(t.letter for t in self.tensors(*inputs) if t.role is not Role.PRE_ACTIVATION)

    def passed(self, own: Mapping[str, Elements], inputs: tuple[Elements, ...], shapes: tuple[Shape, ...]) -> Elements:
        """What all steps pass on, or the last one."""
        return own["a"] if self.returns == ALL else own["a"][-self.units :]


def second_bias(rows: int, gates: tuple[str, ...], is_there: bool) -> tuple[Parameter, ...]:
    """PyTorch's second bias bh (rows), whose sum with the first alone counts; each is trained by the same gradient."""
    bias = Parameter("bh", (rows,), Role.BIAS, key=SECOND, gates=gates if len(gates) > 1 else ())
    return (bias,) if is_there else ()


@dataclass(frozen=True)
class Rnn(Recurrent):
    """z_t = W x_t + U h_{t-1} + b,  h_t = f(z_t)  (Elman, Finding structure in time, 1990).

    With ``is_single`` U is one number, and each unit sees its own past alone.  With ``has_second`` bh is added as well.
    """

    function: str = "tanh"
    is_single: bool = False
    has_second: bool = False

    kind: ClassVar[str] = "rnn"

    @property
    def recurrent_shape(self) -> tuple[int, ...]:
        """(units, units), or that of one number."""
        return () if self.is_single else (self.units, self.units)

    @property
    def more_parameters(self) -> tuple[Parameter, ...]:
        """The second bias, if there is one."""
        return second_bias(self.rows, self.gates, self.has_second)

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The sums z and the states h, (steps, units)."""
        shape = self.over_steps(inputs[0])
        return (
            Tensor("z", shape, Role.PRE_ACTIVATION),
            Tensor(
                "a", shape, Role.ACTIVATION, "h{unit}", activates="z", slope="f'", word="h", gradient_word="dhidden"
            ),
        )

    @property
    def conventions(self) -> tuple[str, ...]:
        """What it is, and the slope of a kink."""
        stated = ("rnn", "relu") if self.function == "relu" else ("rnn",)
        return (*stated, "second_bias") if self.has_second else stated


@dataclass(frozen=True)
class Lstm(Recurrent):
    """i, f, o = sigmoid, g = tanh of W x_t + U h_{t-1} + b;  c_t = f c_{t-1} + i g,  k_t = tanh c_t,  h_t = o k_t.

    (Hochreiter and Schmidhuber, Long short-term memory, 1997; Gers et al., 2000, for the gate f.)  With ``has_second``
    bh is added to b.
    """

    has_second: bool = False

    kind: ClassVar[str] = "lstm"
    gates: ClassVar[tuple[str, ...]] = ("i", "f", "g", "o")
    states: ClassVar[Mapping[str, str]] = {"c": "cstart", "a": "start"}

    @property
    def conventions(self) -> tuple[str, ...]:
        """What it is."""
        return ("lstm", "second_bias") if self.has_second else ("lstm",)

    @property
    def more_parameters(self) -> tuple[Parameter, ...]:
        """The second bias, if there is one, and what the cells hold before the first step."""
        second = second_bias(self.rows, self.gates, self.has_second)
        return (
            *second,
            Parameter("cstart", (self.units,), Role.START, "cstart{unit}", key="initial_cell", fallback=0),
        )

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """For each gate its sums and its values, then c, tanh c and h, (steps, units)."""
        shape = self.over_steps(inputs[0])
        return (
            *gate_tensors(self.gates, shape),
            Tensor("c", shape, Role.HELPER, word="cell"),
            Tensor("k", shape, Role.HELPER, "tanh_c{unit}", word="tanh_cell"),
            Tensor("a", shape, Role.ACTIVATION, "h{unit}", word="h", gradient_word="dhidden"),
        )


@dataclass(frozen=True)
class Gru(Recurrent):
    """r, z = sigmoid, n = tanh;  h_t = (1 - z) n + z h_{t-1}.

    Reset after the product: n = tanh(W x_t + b + r p) with p = U h_{t-1} + c, which is PyTorch's; before it:
    n = tanh(W x_t + U p + b) with p = r h_{t-1}, which is that of Cho et al., 2014.  ``second`` says which gates have
    PyTorch's second bias c: none, the new gate alone, or all.
    """

    reset: str = AFTER
    second: str = NO_BIAS

    kind: ClassVar[str] = "gru"
    gates: ClassVar[tuple[str, ...]] = ("r", "z", "n")

    @property
    def conventions(self) -> tuple[str, ...]:
        """Which of the two it is."""
        return (f"gru_{self.reset}",)

    @property
    def more_parameters(self) -> tuple[Parameter, ...]:
        """The second bias, if there is one."""
        gates = {NO_BIAS: (), NEW_GATE: self.gates[-1:], EVERY_GATE: self.gates}[self.second]
        rows = len(gates) * self.units
        return (Parameter("c", (rows,), Role.BIAS, key=SECOND, gates=gates),) if rows else ()

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The gates r and z, the recurrent part p, the new state n, and h, (steps, units)."""
        shape = self.over_steps(inputs[0])
        reset_and_update, new = gate_tensors(self.gates[:2], shape), gate_tensors(self.gates[2:], shape)
        part = "recurrent_part" if self.reset == AFTER else "reset_state"
        return (
            *reset_and_update,
            Tensor("p", shape, Role.HELPER, word=part),
            *new,
            Tensor("a", shape, Role.ACTIVATION, "h{unit}", word="h", gradient_word="dhidden"),
        )


def gate_tensors(gates: tuple[str, ...], shape: Shape) -> tuple[Tensor, ...]:
    """The sums of all gates, and then their values."""
    sums = (Tensor(f"z{gate}", shape, Role.PRE_ACTIVATION, word=f"z_{gate}") for gate in gates)
    values = (Tensor(gate, shape, Role.ACTIVATION, activates=f"z{gate}", word=f"gate_{gate}") for gate in gates)
    return *sums, *values


def read_rnn(table: Table, inputs: tuple[Shape, ...], _: int) -> Rnn:
    """``units``, ``activation`` (tanh or relu), ``recurrent`` as a matrix or as one number, ``returns``, biases."""
    units, returns, bias = _read_common(table, inputs[0])
    function = table.text("activation", "tanh", choices=("tanh", "relu"))
    recurrent = table.get("recurrent", ORTHOGONAL)
    is_single = not isinstance(recurrent, dict | list)
    return Rnn(units, returns, bias, function, is_single=is_single, has_second=_has_second(table))


def read_lstm(table: Table, inputs: tuple[Shape, ...], _: int) -> Lstm:
    """``units`` and ``returns``."""
    return Lstm(*_read_common(table, inputs[0]), has_second=_has_second(table))


def read_gru(table: Table, inputs: tuple[Shape, ...], _: int) -> Gru:
    """``units``, ``returns``, ``reset``, and ``recurrent_bias`` for one gate or for all."""
    units, returns, bias = _read_common(table, inputs[0])
    reset = table.text("reset", AFTER, choices=(AFTER, BEFORE))
    second = table.get(SECOND, False)
    if second is False:
        return Gru(units, returns, bias, reset)
    if reset == BEFORE:
        table.fail(SECOND, 'reset = "before" has one bias for each gate, bias; leave recurrent_bias out')
    is_every = isinstance(second, list) and len(second) == len(Gru.gates) * units != units
    return Gru(units, returns, bias, reset, EVERY_GATE if is_every else NEW_GATE)


def _has_second(table: Table) -> bool:
    """Whether there is a second bias, as PyTorch has it."""
    return table.get(SECOND, False) is not False


def _read_common(table: Table, shape: Shape) -> tuple[int, str, str]:
    """The units, what is passed on, and the biases, of a layer that needs a sequence."""
    units = table.integer("units", minimum=1)
    if Axis.STEP not in Shape(shape).axes or len(shape) != 2:
        met = " x ".join(map(str, shape))
        table.fail("units", f"a recurrent layer takes a sequence (steps, features), but what comes in is {met}")
    return units, table.text("returns", LAST, choices=(LAST, ALL)), read_bias(table)
