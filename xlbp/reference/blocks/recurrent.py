"""Recurrent layers by hand, and back through time: Elman's, LSTM and GRU, in PyTorch's conventions.

X is (B, T, m), or (B, m, T) of a signal; the states H are (B, T, n).  W (G n, m), U (G n, n) and b (G n,) hold the rows
of the G gates one after the other, and so does a second bias bh (G n,) of an RNN or LSTM; b may be a single number,
(1,), and so may U of an Elman layer, which then takes each unit's own past.  Every gradient is returned step by step,
(T, ...): what that step adds, of all samples.
(Werbos, Backpropagation through time, Proceedings of the IEEE 78, 1990.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from xlbp.reference.arithmetic import by_place, features_back, features_last, in_order, matmul, tanh
from xlbp.reference.blocks.activation import ACTIVATIONS, sigmoid
from xlbp.reference.blocks.dense import of_bias
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import Flags, LayerNotes
from xlbp.template.blocks.block import Axis, Shape
from xlbp.template.blocks.recurrent import ALL, BEFORE, EVERY_GATE, NEW_GATE, Gru, Lstm, Recurrent, Rnn

Step = dict[str, Array]  # a step's tensors, or the derivatives by them, by letter: (B, n) each


class Kept(NamedTuple):
    """What the way back needs: X as (B, T, m), and the tensors of each step, with what stood before: h, of LSTM c."""

    x: Array
    steps: list[Step]


def _run(
    notes: LayerNotes, block: Recurrent, x: Array, start: Step, step: Callable[[Array, Step], Step]
) -> tuple[Array, Kept]:
    """Step after step; ``step`` makes a step's tensors of its x_t and of what stood ``before``, by the same letters."""
    by_step, steps = features_last(x, notes.shapes[0]), []
    before = {letter: np.ones((len(x), 1)) * value for letter, value in start.items()}
    for t in range(by_step.shape[1]):
        made = step(by_step[:, t], before)
        steps.append(made | {f"before {letter}": value for letter, value in before.items()})
        before = {letter: made[letter] for letter in start}
        letters = list(made)
    tensors = {letter: notes.put(letter, np.stack([s[letter] for s in steps], axis=1)) for letter in letters}
    h = tensors["a"]
    return (h if block.returns == ALL else h[:, -1]), Kept(by_step, steps)


def _flows(block: Recurrent, flow: Array, steps: int) -> list[Array | None]:
    """What comes back to each step's h from the layers above: to that of the last alone, or to all."""
    if block.returns == ALL:
        return [flow[:, t] for t in range(steps)]
    return [*[None] * (steps - 1), flow]


def _sum(*terms: Array | None) -> Array:
    """The sum of those that there are."""
    there = [term for term in terms if term is not None]
    total = there[0]
    for term in there[1:]:
        total = total + term
    return total


def _gates(sums: Array, count: int) -> Iterator[Array]:
    """The rows (B, n) of each gate, out of those of all (B, G n)."""
    units = sums.shape[1] // count
    return (sums[:, gate * units : (gate + 1) * units] for gate in range(count))


class _Back:
    """Gathers what each step, the last one first, adds to the gradients, and the derivatives that are noted."""

    def __init__(self, notes: LayerNotes, block: Recurrent) -> None:
        self.notes, self.block = notes, block
        self.derivatives: list[Step] = []
        self.gradients: list[Step] = []
        self.below: list[Array] = []

    def add(self, derivatives: Mapping[str, Array], gradients: Mapping[str, Array], dx: Array) -> None:
        """A step: the derivatives by its tensors, the parts of the gradients, and dE/dx_t."""
        self.derivatives.append(dict(derivatives))
        self.gradients.append(dict(gradients))
        self.below.append(dx)

    def done(self) -> tuple[Arrays, Array]:
        """Note the derivatives; the gradients step by step, and dE/dX."""
        for letter in self.derivatives[0]:
            self.notes.put(letter, np.stack([step[letter] for step in reversed(self.derivatives)], axis=1))
        letters = self.gradients[0]
        gradients = {letter: by_place([step[letter] for step in reversed(self.gradients)]) for letter in letters}
        below = np.stack(self.below[::-1], axis=1)
        return gradients, features_back(below, self.notes.shapes[0])


def _of_sums(p: Arrays, block: Recurrent, dz: Array, x: Array, du: Array, past: Array) -> Step:
    """The gradients of W and b from dE/dZ of all gates' sums, and that of U, whose products had dE/d = ``du``."""
    gradients = {"W": matmul(dz.T, x), "U": matmul(du.T, past)}
    gradients |= {"b": of_bias(dz, block.bias)} if "b" in p else {}
    return gradients | ({"bh": in_order(dz.T)} if "bh" in p else {})


def _with_biases(p: Arrays, sums: Array) -> Array:
    """The sums of all gates, with b and with bh, where there are these."""
    for letter in ("b", "bh"):
        sums = sums + p[letter] if letter in p else sums
    return sums


def reached(block: Recurrent, shape: Shape, steps: Flags) -> Flags:
    """All steps up to the last one that the loss depends on: each leads into the next."""
    there = np.ones(shape.extent(Axis.STEP), dtype=bool)
    return np.logical_or.accumulate(steps[::-1])[::-1] if block.returns == ALL else there


def rnn(notes: LayerNotes, block: Rnn, p: Arrays, x: Array) -> tuple[Array, Kept]:
    """z_t = W x_t + U h_{t-1} + b,  h_t = f(z_t)  (Elman, Cognitive Science 14, 1990)."""
    f = ACTIVATIONS[block.function].f

    def step(x_t: Array, before: Step) -> Step:
        h = before["a"]
        z = matmul(x_t, p["W"].T) + (h * p["U"] if block.is_single else matmul(h, p["U"].T))
        z = notes.cleaned(_with_biases(p, z))
        return {"z": z, "a": f(z, 0.0)}

    return _run(notes, block, x, {"a": p["start"]}, step)


def rnn_backward(notes: LayerNotes, block: Rnn, p: Arrays, kept: Kept, flow: Array) -> tuple[Arrays, Array]:
    """dh_t = what comes from above + U^T dz_{t+1},  dz_t = dh_t f'(z_t)."""
    back, later = _Back(notes, block), None
    slope = ACTIVATIONS[block.function].slope
    above = _flows(block, flow, len(kept.steps))
    for t in reversed(range(len(kept.steps))):
        s, x = kept.steps[t], kept.x[:, t]
        dh = notes.cleaned(_sum(later, above[t]))
        local = slope(s["z"], s["a"], 0.0)
        dz = notes.cleaned(dh * local)
        gradients = _of_sums(p, block, dz, x, dz, s["before a"])
        if block.is_single:
            gradients["U"] = in_order((dz * s["before a"]).T.reshape(1, -1))
        back.add({"da": dh, "f'": local, "dz": dz}, gradients, matmul(dz, p["W"]))
        later = dz * p["U"] if block.is_single else matmul(dz, p["U"])
    return back.done()


def lstm(notes: LayerNotes, block: Lstm, p: Arrays, x: Array) -> tuple[Array, Kept]:
    """i, f, o = sigmoid, g = tanh of the sums,  c_t = f c_{t-1} + i g,  k_t = tanh c_t,  h_t = o k_t.

    (Hochreiter and Schmidhuber, Neural Computation 9, 1997; Gers, Schmidhuber and Cummins, 2000; torch.nn.LSTM.)
    """

    def step(x_t: Array, before: Step) -> Step:
        sums = matmul(x_t, p["W"].T) + matmul(before["a"], p["U"].T)
        zi, zf, zg, zo = _gates(notes.cleaned(_with_biases(p, sums)), len(block.gates))
        i, f, g, o = sigmoid(zi), sigmoid(zf), tanh(zg), sigmoid(zo)
        c = notes.cleaned(f * before["c"] + i * g)
        k = tanh(c)
        return {"zi": zi, "zf": zf, "zg": zg, "zo": zo, "i": i, "f": f, "g": g, "o": o, "c": c, "k": k, "a": o * k}

    return _run(notes, block, x, {"a": p["start"], "c": p["cstart"]}, step)


def lstm_backward(notes: LayerNotes, block: Lstm, p: Arrays, kept: Kept, flow: Array) -> tuple[Arrays, Array]:
    """dk = dh o,  dc_t = dk (1 - k^2) + dc_{t+1} f_{t+1};  do = dh k,  di = dc g,  dg = dc i,  df = dc c_{t-1}."""
    back, later, carried = _Back(notes, block), None, None
    above = _flows(block, flow, len(kept.steps))
    for t in reversed(range(len(kept.steps))):
        s = kept.steps[t]
        dh = notes.cleaned(_sum(later, above[t]))
        dk = notes.cleaned(dh * s["o"])
        dc = notes.cleaned(_sum(dk * _of_tanh(s["k"]), carried))
        d = {"i": dc * s["g"], "f": dc * s["before c"], "g": dc * s["i"], "o": dh * s["k"]}
        d = {gate: notes.cleaned(value) for gate, value in d.items()}
        sums = [d[gate] * (_of_tanh if gate == "g" else _of_sigmoid)(s[gate]) for gate in block.gates]
        dz = notes.cleaned(np.concatenate(sums, axis=1))
        noted = {"da": dh, "dk": dk, "dc": dc, **{f"d{gate}": value for gate, value in d.items()}}
        noted |= {f"dz{gate}": part for gate, part in zip(block.gates, _gates(dz, len(block.gates)), strict=True)}
        back.add(noted, _of_sums(p, block, dz, kept.x[:, t], dz, s["before a"]), matmul(dz, p["W"]))
        later, carried = matmul(dz, p["U"]), dc * s["f"]
    return back.done()


def gru(notes: LayerNotes, block: Gru, p: Arrays, x: Array) -> tuple[Array, Kept]:
    """r, z = sigmoid of the sums,  h_t = (1 - z) n + z h_{t-1}.

    n = tanh(W x + b + r p) with p = U h_{t-1} + c, as torch.nn.GRU has it; or, with the reset before the product,
    n = tanh(W x + U p + b) with p = r h_{t-1} (Cho et al., EMNLP 2014).
    """
    gates = len(block.gates)
    W, U = (list(_gates(p[letter].T, gates)) for letter in "WU")
    b = _of_each_gate(p, "b", block)
    c = _of_each_gate(p, "c", block)

    def sums(gate: int, x_t: Array, part: Array | None) -> Array:
        return notes.cleaned(_sum(matmul(x_t, W[gate]), part, b[gate]))

    def step(x_t: Array, before: Step) -> Step:
        h = before["a"]
        zr, zz = (sums(gate, x_t, _sum(matmul(h, U[gate]), c[gate])) for gate in (0, 1))
        r, z = sigmoid(zr), sigmoid(zz)
        if block.reset == BEFORE:
            part = notes.cleaned(r * h)
            zn = sums(2, x_t, matmul(part, U[2]))
        else:
            part = notes.cleaned(_sum(matmul(h, U[2]), c[2]))
            zn = sums(2, x_t, r * part)
        n = tanh(zn)
        return {"zr": zr, "zz": zz, "r": r, "z": z, "p": part, "zn": zn, "n": n, "a": (1 - z) * n + z * h}

    return _run(notes, block, x, {"a": p["start"]}, step)


def _of_each_gate(p: Arrays, letter: str, block: Gru) -> list[Array | None]:
    """The biases of each gate: (n,), a single number for all, or none."""
    gates = len(block.gates)
    if letter not in p:
        return [None] * gates
    if letter == "b":
        return [p["b"]] * gates if len(p["b"]) == 1 else list(_gates(p["b"][None, :], gates))
    if block.second == NEW_GATE:
        return [None, None, p["c"]]
    return list(_gates(p["c"][None, :], gates))


def gru_backward(notes: LayerNotes, block: Gru, p: Arrays, kept: Kept, flow: Array) -> tuple[Arrays, Array]:
    """dz = dh (h' - n),  dn = dh (1 - z),  and by way of p and r what depends on when the reset is made."""
    back, later, resets_before = _Back(notes, block), None, block.reset == BEFORE
    above, units = _flows(block, flow, len(kept.steps)), block.units
    to_gates, to_new = p["U"][: 2 * units], p["U"][2 * units :]
    for t in reversed(range(len(kept.steps))):
        s = kept.steps[t]
        h = s["before a"]
        dh = notes.cleaned(_sum(later, above[t]))
        dz, dn = notes.cleaned(dh * (h - s["n"])), notes.cleaned(dh * (1 - s["z"]))
        dzn = notes.cleaned(dn * _of_tanh(s["n"]))
        dp = notes.cleaned(matmul(dzn, to_new) if resets_before else dzn * s["r"])
        dr = notes.cleaned(dp * h if resets_before else dzn * s["p"])
        dzr, dzz = notes.cleaned(dr * _of_sigmoid(s["r"])), notes.cleaned(dz * _of_sigmoid(s["z"]))
        noted = {"da": dh, "dn": dn, "dzn": dzn, "dp": dp, "dz": dz, "dr": dr, "dzz": dzz, "dzr": dzr}
        sums = np.concatenate([dzr, dzz, dzn], axis=1)
        gates = np.concatenate([dzr, dzz], axis=1)
        gradients = _of_sums(p, block, sums, kept.x[:, t], gates, h)
        new = matmul(dzn.T, s["p"]) if resets_before else matmul(dp.T, h)
        gradients["U"] = np.concatenate([gradients["U"], new], axis=0)
        if "c" in p:
            gradients["c"] = in_order((np.concatenate([gates, dp], axis=1) if block.second == EVERY_GATE else dp).T)
        back.add(noted, gradients, matmul(sums, p["W"]))
        through = dp * s["r"] if resets_before else matmul(dp, to_new)
        later = _sum(matmul(gates, to_gates), through, dh * s["z"])
    return back.done()


def _of_sigmoid(value: Array) -> Array:
    """The slope of the sigmoid, from its value."""
    return value * (1 - value)


def _of_tanh(value: Array) -> Array:
    """The slope of tanh, from its value."""
    return (1 - value) * (1 + value)
