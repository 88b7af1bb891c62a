"""Recurrent layers: nn.RNN, nn.LSTM and nn.GRU, or their steps written out where these compute something else."""

from __future__ import annotations

from collections.abc import Callable

from xlbp.interchange.pytorch_script.placed import TorchPlaced
from xlbp.interchange.torch_names import is_of_pytorch
from xlbp.template.blocks.recurrent import ALL, BEFORE, EVERY_GATE, Gru, Recurrent, Rnn

CLASSES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def _block(placed: TorchPlaced) -> Recurrent:
    assert isinstance(placed.node.block, Recurrent)
    return placed.node.block


def recurrent_modules(placed: TorchPlaced) -> dict[str, str]:
    """``nn.LSTM(2, 1, batch_first=True)``; none where the steps are written out."""
    block = _block(placed)
    if not is_of_pytorch(placed.network, placed.node):
        return {}
    options = ["batch_first=True"]
    options += ['nonlinearity="relu"'] if isinstance(block, Rnn) and block.function == "relu" else []
    options += [] if any(map(placed.has, ("b", "c", "bh"))) else ["bias=False"]
    return {placed.attribute: f"nn.{CLASSES[block.kind]}({placed.features}, {block.units}, {', '.join(options)})"}


def recurrent_lines(placed: TorchPlaced) -> list[str]:
    """The states of all steps, or of the last one."""
    if is_of_pytorch(placed.network, placed.node):
        return _by_module(placed)
    return _by_steps(placed)


def _by_module(placed: TorchPlaced) -> list[str]:
    block = _block(placed)
    first = [f"{placed.parameter(letter)}.repeat(1, len(x), 1)" for letter in block.starts]
    starts_at_0 = all(map(placed.starts_at_zero, block.starts))
    start = "" if starts_at_0 else f", {first[0]}" if len(first) == 1 else f", ({', '.join(first)})"
    lines = [f"{placed.made}, _ = self.{placed.attribute}({placed.units_last}{start})"]
    return lines + ([] if block.returns == ALL else [f"{placed.made} = {placed.made}[:, -1]  # of the last step"])


def _by_steps(placed: TorchPlaced) -> list[str]:
    """A loop over the steps, each of which takes the state of the one before."""
    block, number = _block(placed), placed.node.layer
    state, states = f"h{number}", f"states{number}"
    lines = [_first(placed, state, "start")]
    lines += [_first(placed, f"c{number}", "cstart")] if block.kind == "lstm" else []
    lines += [f"{states} = []"] if block.returns == ALL else []
    lines.append(f"for x_t in {placed.units_last}.unbind(dim=1):")
    body = STEPS[block.kind](placed, state)
    body += [f"{states}.append({state})"] if block.returns == ALL else []
    lines += [f"    {line}" for line in body]
    made = f"torch.stack({states}, dim=1)" if block.returns == ALL else state
    return [*lines, f"{placed.made} = {made}"]


def _first(placed: TorchPlaced, state: str, letter: str) -> str:
    if placed.starts_at_zero(letter):
        return f"{state} = torch.zeros(len(x), {_block(placed).units})"
    return f"{state} = {placed.parameter(letter)}.expand(len(x), {_block(placed).units})"


def _plus(placed: TorchPlaced, letter: str) -> str:
    return f" + {placed.parameter(letter)}" if placed.has(letter) else ""


def _rnn(placed: TorchPlaced, h: str) -> list[str]:
    """h = f(W x + U h + b); a single number U is each unit's own."""
    block, recurrent = _block(placed), placed.parameter("U")
    assert isinstance(block, Rnn)
    past = f"{recurrent} * {h}" if block.is_single else f"{h} @ {recurrent}.T"
    biases = _plus(placed, "b") + _plus(placed, "bh")
    return [f"{h} = torch.{block.function}(x_t @ {placed.parameter('W')}.T + {past}{biases})"]


def _lstm(placed: TorchPlaced, h: str) -> list[str]:
    """i, f, o = sigmoid, g = tanh;  c = f c + i g;  h = o tanh c."""
    c = f"c{placed.node.layer}"
    sums = f"x_t @ {placed.parameter('W')}.T + {h} @ {placed.parameter('U')}.T"
    sums += _plus(placed, "b") + _plus(placed, "bh")
    return [
        f"i, f, g, o = ({sums}).chunk(4, dim=1)",
        f"{c} = torch.sigmoid(f) * {c} + torch.sigmoid(i) * torch.tanh(g)",
        f"{h} = torch.sigmoid(o) * torch.tanh({c})",
    ]


def _gru(placed: TorchPlaced, h: str) -> list[str]:
    """r, z = sigmoid, n = tanh;  h = (1 - z) n + z h; r comes before the product with U, or after it."""
    block = _block(placed)
    assert isinstance(block, Gru)
    gates, recurrent = 2 * block.units, placed.parameter("U")
    lines = [f"of_input = x_t @ {placed.parameter('W')}.T{_plus(placed, 'b')}"]
    if block.reset == BEFORE:
        return [
            *lines,
            f"r, z = torch.sigmoid(of_input[:, :{gates}] + {h} @ {recurrent}[:{gates}].T).chunk(2, dim=1)",
            f"n = torch.tanh(of_input[:, {gates}:] + (r * {h}) @ {recurrent}[{gates}:].T)",
            f"{h} = (1 - z) * n + z * {h}",
        ]
    of_every = _plus(placed, "c") if block.second == EVERY_GATE else ""
    of_new = f"of_past[:, {gates}:]" + ("" if of_every else _plus(placed, "c"))
    return [
        *lines,
        f"of_past = {h} @ {recurrent}.T{of_every}",
        f"r, z = torch.sigmoid(of_input[:, :{gates}] + of_past[:, :{gates}]).chunk(2, dim=1)",
        f"n = torch.tanh(of_input[:, {gates}:] + r * ({of_new}))"
        if " + " in of_new
        else f"n = torch.tanh(of_input[:, {gates}:] + r * {of_new})",
        f"{h} = (1 - z) * n + z * {h}",
    ]


STEPS: dict[str, Callable[[TorchPlaced, str], list[str]]] = {"rnn": _rnn, "lstm": _lstm, "gru": _gru}
