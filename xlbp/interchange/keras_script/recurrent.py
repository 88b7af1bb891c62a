"""Recurrent layers: SimpleRNN, LSTM and GRU, or their steps written out where these compute something else."""

from __future__ import annotations

from collections.abc import Callable

from xlbp.interchange.keras_names import is_of_keras
from xlbp.interchange.keras_script.placed import KerasPlaced
from xlbp.template.blocks.block import Axis
from xlbp.template.blocks.recurrent import ALL, BEFORE, EVERY_GATE, Gru, Recurrent, Rnn

CLASSES = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


def _block(placed: KerasPlaced) -> Recurrent:
    assert isinstance(placed.node.block, Recurrent)
    return placed.node.block


def recurrent_layers(placed: KerasPlaced) -> dict[str, str]:
    """``keras.layers.LSTM(1, return_sequences=True)``; none where the steps are written out."""
    block = _block(placed)
    if not is_of_keras(placed.network, placed.node):
        return {}
    options = ['activation="relu"'] if isinstance(block, Rnn) and block.function == "relu" else []
    options += ["return_sequences=True"] if block.returns == ALL else []
    options += [] if placed.has("b") else ["use_bias=False"]
    options += ["reset_after=False"] if isinstance(block, Gru) and block.reset == BEFORE else []
    options += [*placed.regularizer("kernel_regularizer"), *placed.regularizer("recurrent_regularizer")]
    return {placed.attribute: f"keras.layers.{CLASSES[block.kind]}({', '.join([str(block.units), *options])})"}


def recurrent_lines(placed: KerasPlaced) -> list[str]:
    """The states of all steps, or of the last one."""
    if not is_of_keras(placed.network, placed.node):
        return _by_steps(placed)
    letters = _block(placed).starts
    start = ""
    if not all(map(placed.starts_at_zero, letters)):
        start = f", initial_state=[{', '.join(_first(placed, letter) for letter in letters)}]"
    return [f"{placed.made} = self.{placed.attribute}({placed.units_last}{start})"]


def _first(placed: KerasPlaced, letter: str) -> str:
    """What each sample starts from, (samples, units)."""
    shape = f"(ops.shape(x)[0], {_block(placed).units})"
    if placed.starts_at_zero(letter):
        return f"ops.zeros({shape})"
    return f"ops.broadcast_to({placed.parameter(letter)}, {shape})"


def _by_steps(placed: KerasPlaced) -> list[str]:
    """A loop over the steps, each of which takes the state of the one before."""
    block, number = _block(placed), placed.node.layer
    state, states, steps = f"h{number}", f"states{number}", placed.shape.extent(Axis.STEP)
    lines = [f"{state} = {_first(placed, 'start')}"]
    lines += [f"c{number} = {_first(placed, 'cstart')}"] if block.kind == "lstm" else []
    lines += [f"{states} = []"] if block.returns == ALL else []
    lines += [f"for step in range({steps}):", f"    x_t = {placed.units_last}[:, step]"]
    body = STEPS[block.kind](placed, state)
    body += [f"{states}.append({state})"] if block.returns == ALL else []
    lines += [f"    {line}" for line in body]
    made = f"ops.stack({states}, axis=1)" if block.returns == ALL else state
    return [*lines, f"{placed.made} = {made}"]


def _plus(placed: KerasPlaced, letter: str) -> str:
    return f" + {placed.parameter(letter)}" if placed.has(letter) else ""


def _of_input(placed: KerasPlaced) -> str:
    return f"ops.matmul(x_t, {placed.factor('W')}){_plus(placed, 'b')}{_plus(placed, 'bh')}"


def _of_past(placed: KerasPlaced, h: str) -> str:
    return f"ops.matmul({h}, {placed.factor('U')})"


def _rnn(placed: KerasPlaced, h: str) -> list[str]:
    """h = f(W x + U h + b); a single number U is each unit's own."""
    block = _block(placed)
    assert isinstance(block, Rnn)
    past = f"{placed.parameter('U')} * {h}" if block.is_single else _of_past(placed, h)
    return [f"{h} = ops.{block.function}({_of_input(placed)} + {past})"]


def _lstm(placed: KerasPlaced, h: str) -> list[str]:
    """i, f, o = sigmoid, g = tanh;  c = f c + i g;  h = o tanh c."""
    c = f"c{placed.node.layer}"
    return [
        f"i, f, g, o = ops.split({_of_input(placed)} + {_of_past(placed, h)}, 4, axis=1)",
        f"{c} = ops.sigmoid(f) * {c} + ops.sigmoid(i) * ops.tanh(g)",
        f"{h} = ops.sigmoid(o) * ops.tanh({c})",
    ]


def _gru(placed: KerasPlaced, h: str) -> list[str]:
    """r, z = sigmoid, n = tanh;  h = (1 - z) n + z h; r comes before the product with U, or after it."""
    block, units = _block(placed), _block(placed).units
    assert isinstance(block, Gru)
    lines = [f"of_input = {_of_input(placed)}"]
    if block.reset == BEFORE:
        recurrent, gates = placed.factor("U"), 2 * units
        lines += [
            f"gates = ops.sigmoid(of_input[:, :{gates}] + ops.matmul({h}, {recurrent}[:, :{gates}]))",
            "r, z = ops.split(gates, 2, axis=1)",
            f"n = ops.tanh(of_input[:, {gates}:] + ops.matmul(r * {h}, {recurrent}[:, {gates}:]))",
        ]
        return [*lines, f"{h} = (1 - z) * n + z * {h}"]
    every = _plus(placed, "c") if block.second == EVERY_GATE else ""
    past = "p_n" if every or not placed.has("c") else f"(p_n{_plus(placed, 'c')})"
    lines += [
        "x_r, x_z, x_n = ops.split(of_input, 3, axis=1)",
        f"p_r, p_z, p_n = ops.split({_of_past(placed, h)}{every}, 3, axis=1)",
        "r, z = ops.sigmoid(x_r + p_r), ops.sigmoid(x_z + p_z)",
        f"n = ops.tanh(x_n + r * {past})",
    ]
    return [*lines, f"{h} = (1 - z) * n + z * {h}"]


STEPS: dict[str, Callable[[KerasPlaced, str], list[str]]] = {"rnn": _rnn, "lstm": _lstm, "gru": _gru}
