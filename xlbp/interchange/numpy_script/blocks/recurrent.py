"""Recurrent layers: loops over the steps, forward, and backward through time.

The states h have one place more than there are steps: the last one, h[:, -1], holds the state before the first step, so
that h[:, t - 1] is the state before step t, whatever t is.

In the lines of a cell {h} is the state at step t, {past} the one before it, {x} what comes in at step t; {i}, {f} and
so on are the tensors of the layer at step t, {W}, {U} its parameters, and {b} is `` + b1``, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

from xlbp.interchange.literals import INDENT
from xlbp.interchange.numpy_script.axes import at_step
from xlbp.interchange.numpy_script.blocks.activation import POINTWISE
from xlbp.interchange.numpy_script.blocks.dense import plus_bias, steps_of
from xlbp.interchange.numpy_script.node import At
from xlbp.template.blocks.recurrent import AFTER, ALL, BEFORE, EVERY_GATE, NEW_GATE, Gru, Recurrent, Rnn

STATE = "h"


class Cell(NamedTuple):
    """A kind of recurrent layer: its lines at step t, and those from ``dh``, dE/dh, back to ``dz``, dE/d of its sums.

    ``keeps`` are the letters of what each step has; ``memories`` what goes on to the next step, with the parameters
    that these start from.  ``recurrent`` are the rows of U with each step's share in their gradients, ``second`` has
    that of the second bias.  ``onward`` is what goes to the step before.
    """

    keeps: str
    memories: Mapping[str, str]
    step: tuple[str, ...]
    back: tuple[str, ...]
    onward: tuple[str, ...]
    recurrent: Mapping[str, str] = {"": "dz.T @ {past}"}
    second: str = ""
    uses: tuple[str, ...] = ()


def rnn_cell(block: Rnn) -> Cell:
    """z_t = W x_t + U h_{t-1} + b,  h_t = f(z_t)  (Elman, 1990)."""
    rule = POINTWISE[block.function]
    f, slope = (text.format(z="{z}", a="{h}") for text in (rule.f, rule.slope))
    past, onward = ("{past} * {U}", "dz * {U}") if block.is_single else ("{past} @ {U}.T", "dz @ {U}")
    return Cell(
        keeps="z",
        memories={STATE: "start"},
        step=(f"{{z}} = {{x}} @ {{W}}.T + {past}{{b}}", f"{{h}} = {f}"),
        back=(f"dz = dh * {slope}",),
        onward=(f"dh = {onward}",),
        recurrent={"": "np.sum(dz * {past})" if block.is_single else "dz.T @ {past}"},
    )


LSTM = Cell(
    keeps="ifgok",
    memories={STATE: "start", "c": "cstart"},
    step=(
        "z = {x} @ {W}.T + {past} @ {U}.T{b}",
        "zi, zf, zg, zo = np.split(z, 4, axis=1)",
        "{i} = sigmoid(zi)",
        "{f} = sigmoid(zf)",
        "{g} = np.tanh(zg)",
        "{o} = sigmoid(zo)",
        "{c} = {f} * {c_past} + {i} * {g}",
        "{k} = np.tanh({c})",
        "{h} = {o} * {k}",
    ),
    back=(
        "dc = dc + dh * {o} * (1 - {k}) * (1 + {k})  # from the step after, and through h = o tanh(c)",
        "dzi = dc * {g} * {i} * (1 - {i})",
        "dzf = dc * {c_past} * {f} * (1 - {f})",
        "dzg = dc * {i} * (1 - {g}) * (1 + {g})",
        "dzo = dh * {k} * {o} * (1 - {o})",
        "dz = np.concatenate([dzi, dzf, dzg, dzo], axis=1)",
    ),
    onward=("dh = dz @ {U}", "dc = dc * {f}"),
    uses=("sigmoid",),
)


class Reset(NamedTuple):
    """When a GRU resets its state: its lines forward and back, and what goes to the step before.

    ``share`` is what a step adds to the gradient of the rows of U that belong to the new gate.
    """

    step: tuple[str, ...]
    back: tuple[str, ...]
    onward: str
    share: str


RESETS = {
    BEFORE: Reset(
        ("{p} = {r} * {past}", "{n} = np.tanh({x} @ {Wn}.T{bn} + {p} @ {Un}.T)"),
        ("dp = dzn @ {Un}", "dzr = dp * {past} * {r} * (1 - {r})"),
        *("dp * {r}", "dzn.T @ {p}"),
    ),
    AFTER: Reset(
        ("{p} = {past} @ {Un}.T{cn}", "{n} = np.tanh({x} @ {Wn}.T{bn} + {r} * {p})"),
        ("dp = dzn * {r}", "dzr = dzn * {p} * {r} * (1 - {r})"),
        *("dp @ {Un}", "dp.T @ {past}"),
    ),
}


def gru_cell(block: Gru) -> Cell:
    """r, z = sigmoid, n = tanh of the sums;  h_t = (1 - z) n + z h_{t-1}.

    n = tanh(W x + b + r p) with p = U h + c (torch.nn.GRU), or tanh(W x + U p + b) with p = r h (Cho et al., 2014).
    """
    reset, gates = RESETS[block.reset], 2 * block.units
    return Cell(
        keeps="rzpn",
        memories={STATE: "start"},
        step=(
            "{r} = sigmoid({x} @ {Wr}.T{br} + {past} @ {Ur}.T{cr})",
            "{z} = sigmoid({x} @ {Wz}.T{bz} + {past} @ {Uz}.T{cz})",
            *reset.step,
            "{h} = (1 - {z}) * {n} + {z} * {past}",
        ),
        back=(
            "dzn = dh * (1 - {z}) * (1 - {n}) * (1 + {n})",
            *reset.back,
            "dzz = dh * ({past} - {n}) * {z} * (1 - {z})",
            "dz = np.concatenate([dzr, dzz, dzn], axis=1)",
        ),
        onward=(f"dh = dzr @ {{Ur}} + dzz @ {{Uz}} + {reset.onward} + dh * {{z}}",),
        recurrent={f"[:{gates}]": f"dz[:, :{gates}].T @ {{past}}", f"[{gates}:]": reset.share},
        second="np.concatenate([dzr, dzz, dp], axis=1).sum(axis=0)" if block.second == EVERY_GATE else "dp.sum(axis=0)",
        uses=("sigmoid",),
    )


def cell_of(at: At) -> Cell:
    """The cell of a layer."""
    if isinstance(at.block, Rnn):
        return rnn_cell(at.block)
    return gru_cell(at.block) if isinstance(at.block, Gru) else LSTM


# what stands in the lines


def texts_of(at: At, cell: Cell) -> dict[str, str]:
    """What the letters of a cell's lines stand for."""
    texts = {letter: f"{at.name(letter)}[:, t]" for letter in cell.keeps}
    for letter in cell.memories:
        texts |= {letter: f"{memory(at, letter)}[:, t]", f"{letter}_past": f"{memory(at, letter)}[:, t - 1]"}
    texts |= {"past": texts[f"{STATE}_past"], "x": at_step(at.x, at.shapes[0]), "W": at.p("W"), "U": at.p("U")}
    return {**texts, "b": plus_bias(at) + plus_bias(at, "bh"), **_of_gates(at)}


def memory(at: At, letter: str) -> str:
    """What goes on from step to step: the states ``h1``, the cells ``c1``."""
    return f"{letter}{at.layer}{at.passes.suffix}"


def _of_gates(at: At) -> dict[str, str]:
    """The parameters of a GRU gate by gate: ``Wr1``; its biases with a plus before them, or nothing."""
    if not isinstance(at.block, Gru):
        return {}
    matrices = {f"{letter}{gate}": f"{letter}{gate}{at.layer}" for letter in "WU" for gate in at.block.gates}
    biases = {f"{letter}{gate}": _bias_of_gate(at, letter, gate) for letter in "bc" for gate in at.block.gates}
    return matrices | biases


def _bias_of_gate(at: At, letter: str, gate: str) -> str:
    if not at.has(letter):
        return ""
    if letter == "c" and cast(Gru, at.block).second == NEW_GATE:
        return plus_bias(at, "c") if gate == "n" else ""
    return plus_bias(at, letter) if at.is_shared(letter) else f" + {letter}{gate}{at.layer}"


def _split_gates(at: At) -> None:
    """Lines that take the parameters of a GRU apart: ``Wr1, Wz1, Wn1 = np.split(W1, 3)``."""
    if not isinstance(at.block, Gru):
        return
    for letter in ("W", "U", "b", *("c" if at.block.second == EVERY_GATE else "")):
        if at.has(letter) and not at.is_shared(letter):
            gates = ", ".join(f"{letter}{gate}{at.layer}" for gate in at.block.gates)
            at.line(f"{gates} = np.split({at.p(letter)}, {len(at.block.gates)})")


# the loops


def recurrent(at: At) -> str:
    """Step by step forward; what is passed on, A, are the states of all steps, or the last one."""
    cell, block, steps = cell_of(at), cast(Recurrent, at.block), steps_of(at.shapes[0])
    at.uses(*cell.uses)
    _split_gates(at)
    for letter in cell.keeps:
        at.line(f"{at.name(letter)} = np.zeros(({at.batch}, {steps}, {block.units}))", letter)
    for letter, start in cell.memories.items():
        name = memory(at, letter)
        at.line(f"{name} = np.zeros(({at.batch}, {steps} + 1, {block.units}))", note="samples, steps, units")
        at.line(f"{name}[:, -1] = {at.p(start)}", note="before the first step, so that t - 1 is always right")
    texts = texts_of(at, cell)
    at.line(f"for t in range({steps}):")
    for line in cell.step:
        at.line(INDENT + line.format(**texts))
    a, states = at.name("a"), memory(at, STATE)
    if block.returns == ALL:
        at.line(f"{a} = {states}[:, :{steps}]", "a")
    else:
        at.line(f"{a} = {states}[:, {steps - 1}]", note="the state of the last step")
    return a


def recurrent_backward(at: At) -> None:
    """Back through time: each step's share in the gradients, and what goes to the step before."""
    cell, returns_all = cell_of(at), cast(Recurrent, at.block).returns == ALL
    texts, below = texts_of(at, cell), _start_back(at, cell)
    at.line(f"for t in reversed(range({steps_of(at.shapes[0])})):")
    if returns_all:
        at.line(f"{INDENT}dh = dh + {at.flow}[:, t]", note="from the step after, and from above")
    for line in (*cell.back, *_shares(at, cell)):
        at.line(INDENT + line.format(**texts))
    if below:
        at.line(f"{INDENT}{at_step(below, at.shapes[0])} = dz @ {at.p('W')}")
    for line in cell.onward:
        at.line(INDENT + line.format(**texts), note="to the step before")


def _start_back(at: At, cell: Cell) -> str:
    """The lines before the loop; the name of what gathers the derivative by X, or '' where nobody asks for it."""
    for letter in ("W", "U", "b", *(("c",) if cell.second else ("bh",))):
        if at.trains(letter):
            at.sums(letter)
    below = at.gathered() if at.needs() else ""
    returns_all = cast(Recurrent, at.block).returns == ALL
    at.line(f"dh = {0 if returns_all else at.flow}", note="" if returns_all else "the last step alone is passed on")
    for letter in cell.memories:
        if letter != STATE:
            at.line(f"d{letter} = 0")
    return below


def _shares(at: At, cell: Cell) -> list[str]:
    """What a step adds to the gradients of the parameters that are trained."""
    all_units = ".sum()" if at.has("b") and at.is_shared("b") else ".sum(axis=0)"
    shares = [("W", "", "dz.T @ {x}"), *(("U", *share) for share in cell.recurrent.items())]
    shares += [("b", "", f"dz{all_units}"), ("c", "", cell.second), ("bh", "", "dz.sum(axis=0)")]
    return [f"d{letter}{at.layer}{rows} += {text}" for letter, rows, text in shares if text and at.trains(letter)]
