"""Recurrent layers: loops over the steps, forward, and backward through time.

The states h have one place more than there are steps: the last one, h[:, -1], holds the state before the first step, so
that h[:, t - 1] is the state before step t, whatever t is.
"""

from __future__ import annotations

from typing import cast

from xlbp.interchange.numpy_script.axes import at_step
from xlbp.interchange.numpy_script.blocks.activation import POINTWISE
from xlbp.interchange.numpy_script.blocks.dense import plus_bias, steps_of
from xlbp.interchange.numpy_script.node import At
from xlbp.template.blocks.recurrent import ALL, BEFORE, EVERY_GATE, NEW_GATE, Gru, Recurrent, Rnn

OF_SIGMOID, OF_TANH = "{0} * (1 - {0})", "(1 - {0}) * (1 + {0})"  # slopes, from the values


def block_of(at: At) -> Recurrent:
    """The block itself."""
    return cast(Recurrent, at.block)


def states(at: At) -> str:
    """The name of the states of all steps."""
    return f"h{at.layer}{at.passes.suffix}"


def arrays(at: At, letters: str, memories: dict[str, str]) -> None:
    """Arrays for what each step has, and for the ``memories``, with what these start from."""
    steps, units = steps_of(at.shapes[0]), block_of(at).units
    for letter, name in zip(letters, map(at.name, letters), strict=True):
        at.line(f"{name} = np.zeros(({at.batch}, {steps}, {units}))", letter)
    for name, start in memories.items():
        at.line(f"{name} = np.zeros(({at.batch}, {steps} + 1, {units}))", note="samples, steps, units")
        at.line(f"{name}[:, -1] = {start}", note="before the first step, so that t - 1 is always right")
    at.line(f"for t in range({steps}):")


def passed_on(at: At) -> str:
    """A = the states of all steps, or the last one."""
    a, steps = at.name("a"), steps_of(at.shapes[0])
    if block_of(at).returns == ALL:
        at.line(f"{a} = {states(at)}[:, :{steps}]", "a")
    else:
        at.line(f"{a} = {states(at)}[:, {steps - 1}]", note="the state of the last step")
    return a


def recurrence(at: At, past: str) -> str:
    """What the state before adds to the sums."""
    is_single = isinstance(at.block, Rnn) and at.block.is_single
    return f"{past} * {at.p('U')}" if is_single else f"{past} @ {at.p('U')}.T"


def rnn(at: At) -> str:
    """z_t = W x_t + U h_{t-1} + b,  h_t = f(z_t)."""
    h, z = states(at), at.name("z")
    arrays(at, "z", {h: at.p("start")})
    x, past = at_step(at.x, at.shapes[0]), f"{h}[:, t - 1]"
    at.line(f"    {z}[:, t] = {x} @ {at.p('W')}.T + {recurrence(at, past)}{plus_bias(at)}")
    at.line(f"    {h}[:, t] = {POINTWISE[cast(Rnn, at.block).function].f.format(z=f'{z}[:, t]')}")
    return passed_on(at)


def start_back(at: At, letters: str, *later: str) -> str:
    """Lines before the loop back through time; the name of what gathers the derivative by X, or ''.

    ``letters`` are the parameters whose gradients are gathered; ``later`` comes back from the step after.
    """
    for letter in letters:
        if at.trains(letter):
            at.sums(letter)
    below = at.gathered() if at.needs() else ""
    at.line(f"dh = {at.flow if block_of(at).returns != ALL else '0'}", note=_what_comes_first(at))
    for name in later:
        at.line(f"{name} = 0")
    at.line(f"for t in reversed(range({steps_of(at.shapes[0])})):")
    if block_of(at).returns == ALL:
        at.line(f"    dh = dh + {at.flow}[:, t]", note="from the step after, and from above")
    return below


def _what_comes_first(at: At) -> str:
    return "nothing comes from behind the last step" if block_of(at).returns == ALL else "the last step alone is used"


def gathers(at: At, letter: str, text: str, rows: str = "") -> None:
    """A step's share in the gradient of a parameter, or of some of its rows."""
    if at.trains(letter):
        at.line(f"    d{letter}{at.layer}{rows} += {text}")


def of_bias(at: At, letter: str, flow: str) -> str:
    """The sum over the samples, or over all units as well."""
    return f"{flow}.sum()" if at.is_shared(letter) else f"{flow}.sum(axis=0)"


def gather_below(at: At, below: str, text: str) -> None:
    """A step's dE/dx_t."""
    if below:
        at.line(f"    {at_step(below, at.shapes[0])} = {text}")


def rnn_backward(at: At) -> None:
    """dz_t = dh_t f'(z_t);  back to the step before goes U^T dz_t."""
    h, block = states(at), cast(Rnn, at.block)
    below = start_back(at, "WUb")
    slope = POINTWISE[block.function].slope.format(z=f"{at.name('z')}[:, t]", a=f"{h}[:, t]")
    at.line(f"    dz = dh * {slope}")
    gathers(at, "W", f"dz.T @ {at_step(at.x, at.shapes[0])}")
    gathers(at, "U", f"np.sum(dz * {h}[:, t - 1])" if block.is_single else f"dz.T @ {h}[:, t - 1]")
    if at.has("b"):
        gathers(at, "b", of_bias(at, "b", "dz"))
    gather_below(at, below, f"dz @ {at.p('W')}")
    at.line(f"    dh = dz {'*' if block.is_single else '@'} {at.p('U')}", note="to the step before")


def lstm(at: At) -> str:
    """i, f, o = sigmoid, g = tanh of the sums;  c_t = f c_{t-1} + i g,  k_t = tanh c_t,  h_t = o k_t."""
    h, c = states(at), at.name("c")
    at.uses("sigmoid")
    arrays(at, "ifgok", {h: at.p("start"), c: at.p("cstart")})
    i, f, g, o, k = (f"{at.name(letter)}[:, t]" for letter in "ifgok")
    x = at_step(at.x, at.shapes[0])
    at.line(f"    z = {x} @ {at.p('W')}.T + {recurrence(at, f'{h}[:, t - 1]')}{plus_bias(at)}")
    at.line("    zi, zf, zg, zo = np.split(z, 4, axis=1)")
    for gate, sums, function in (
        (i, "zi", "sigmoid"),
        (f, "zf", "sigmoid"),
        (g, "zg", "np.tanh"),
        (o, "zo", "sigmoid"),
    ):
        at.line(f"    {gate} = {function}({sums})")
    at.line(f"    {c}[:, t] = {f} * {c}[:, t - 1] + {i} * {g}")
    at.line(f"    {k} = np.tanh({c}[:, t])")
    at.line(f"    {h}[:, t] = {o} * {k}")
    return passed_on(at)


def lstm_backward(at: At) -> None:
    """dc_t = dh o (1 - k^2) + dc_{t+1} f_{t+1};  do = dh k,  di = dc g,  dg = dc i,  df = dc c_{t-1}."""
    h, c = states(at), at.name("c")
    below = start_back(at, "WUb", "dc")
    i, f, g, o, k = (f"{at.name(letter)}[:, t]" for letter in "ifgok")
    at.line(f"    dc = dc + dh * {o} * {OF_TANH.format(k)}", note="from the step after, and through h = o tanh(c)")
    at.line(f"    dzi = dc * {g} * {OF_SIGMOID.format(i)}")
    at.line(f"    dzf = dc * {c}[:, t - 1] * {OF_SIGMOID.format(f)}")
    at.line(f"    dzg = dc * {i} * {OF_TANH.format(g)}")
    at.line(f"    dzo = dh * {k} * {OF_SIGMOID.format(o)}")
    at.line("    dz = np.concatenate([dzi, dzf, dzg, dzo], axis=1)")
    gathers(at, "W", f"dz.T @ {at_step(at.x, at.shapes[0])}")
    gathers(at, "U", f"dz.T @ {h}[:, t - 1]")
    if at.has("b"):
        gathers(at, "b", of_bias(at, "b", "dz"))
    gather_below(at, below, f"dz @ {at.p('W')}")
    at.line(f"    dh = dz @ {at.p('U')}", note="to the step before")
    at.line(f"    dc = dc * {f}")


def split_gates(at: At, letter: str) -> None:
    """A parameter of a GRU gate by gate: ``Wr1, Wz1, Wn1``."""
    if at.has(letter) and not at.is_shared(letter):
        gates = ", ".join(gate(at, letter, name) for name in "rzn")
        at.line(f"{gates} = np.split({at.p(letter)}, 3)")


def gate(at: At, letter: str, name: str) -> str:
    """The rows of a parameter that belong to a gate."""
    return f"{letter}{name}{at.layer}"


def gate_bias(at: At, letter: str, name: str) -> str:
    """`` + br1``, `` + b1`` where a single one is shared, or nothing."""
    if not at.has(letter):
        return ""
    if letter == "c" and cast(Gru, at.block).second == NEW_GATE:
        return f" + {at.p('c')}" if name == "n" else ""
    return f" + {at.p(letter)}" if at.is_shared(letter) else f" + {gate(at, letter, name)}"


def gru(at: At) -> str:
    """r, z = sigmoid of the sums;  n = tanh(W x + b + r p), p = U h + c, or with p = r h tanh(W x + U p + b).

    h_t = (1 - z) n + z h_{t-1}.
    """
    block, h = cast(Gru, at.block), states(at)
    at.uses("sigmoid")
    for letter in ("W", "U", "b", *("c" if block.second == EVERY_GATE else "")):
        split_gates(at, letter)
    arrays(at, "rzpn", {h: at.p("start")})
    x, past = at_step(at.x, at.shapes[0]), f"{h}[:, t - 1]"
    r, z, p, n = (f"{at.name(letter)}[:, t]" for letter in "rzpn")

    def sums(name: str) -> str:
        return f"{x} @ {gate(at, 'W', name)}.T{gate_bias(at, 'b', name)}"

    for letter, place in (("r", r), ("z", z)):
        past_part = f"{past} @ {gate(at, 'U', letter)}.T{gate_bias(at, 'c', letter)}"
        at.line(f"    {place} = sigmoid({sums(letter)} + {past_part})")
    if block.reset == BEFORE:
        at.line(f"    {p} = {r} * {past}")
        at.line(f"    {n} = np.tanh({sums('n')} + {p} @ {gate(at, 'U', 'n')}.T)")
    else:
        at.line(f"    {p} = {past} @ {gate(at, 'U', 'n')}.T{gate_bias(at, 'c', 'n')}")
        at.line(f"    {n} = np.tanh({sums('n')} + {r} * {p})")
    at.line(f"    {h}[:, t] = (1 - {z}) * {n} + {z} * {past}")
    return passed_on(at)


def gru_backward(at: At) -> None:
    """dz = dh (h' - n),  dn = dh (1 - z),  and by way of p and r what depends on when the reset is made."""
    block, h = cast(Gru, at.block), states(at)
    is_before, past, units = block.reset == BEFORE, f"{states(at)}[:, t - 1]", block.units
    below = start_back(at, "WUbc")
    r, z, p, n = (f"{at.name(letter)}[:, t]" for letter in "rzpn")
    at.line(f"    dzn = dh * (1 - {z}) * {OF_TANH.format(n)}")
    at.line(f"    dp = dzn @ {gate(at, 'U', 'n')}" if is_before else f"    dp = dzn * {r}")
    at.line(
        f"    dzr = dp * {past} * {OF_SIGMOID.format(r)}"
        if is_before
        else f"    dzr = dzn * {p} * {OF_SIGMOID.format(r)}"
    )
    at.line(f"    dzz = dh * ({past} - {n}) * {OF_SIGMOID.format(z)}")
    at.line("    dz = np.concatenate([dzr, dzz, dzn], axis=1)")
    gathers(at, "W", f"dz.T @ {at_step(at.x, at.shapes[0])}")
    gathers(at, "U", f"dz[:, :{2 * units}].T @ {h}[:, t - 1]", f"[:{2 * units}]")
    gathers(at, "U", f"dzn.T @ {p}" if is_before else f"dp.T @ {past}", f"[{2 * units}:]")
    if at.has("b"):
        gathers(at, "b", of_bias(at, "b", "dz"))
    if at.has("c"):
        every = "np.concatenate([dzr, dzz, dp], axis=1)"
        gathers(at, "c", f"{every}.sum(axis=0)" if block.second == EVERY_GATE else "dp.sum(axis=0)")
    gather_below(at, below, f"dz @ {at.p('W')}")
    through = f"dp * {r}" if is_before else f"dp @ {gate(at, 'U', 'n')}"
    gates = f"dzr @ {gate(at, 'U', 'r')} + dzz @ {gate(at, 'U', 'z')}"
    at.line(f"    dh = {gates} + {through} + dh * {z}", note="to the step before")
